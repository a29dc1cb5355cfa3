"""How many occurrences a subject had."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.kinds.any_occurrence import behind, outcomes
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.endpoints.occurrence_count import OccurrenceCount
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[OccurrenceCount], study: Study) -> Records:
    """AVAL the number of a subject's occurrences, of those that meet `where`.

    Missing where one of them may or may not count.
    """
    found = outcomes(endpoint, study)
    number = np.bincount(found.subject[found.truth == 1], minlength=study.size).astype(float)
    unknown = found.unclear.copy()
    unknown[found.subject[np.isnan(found.truth)]] = True
    values = {"AVAL": pa.array(number, mask=unknown)}
    return Records("bds", np.arange(study.size), values, tuple(behind(endpoint, study, found)))
