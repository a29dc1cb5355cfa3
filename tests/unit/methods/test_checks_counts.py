"""The checks' fits of counts against R's, at the bound of the dispersion too."""

import numpy as np
import pandas as pd
from tiny_data import REFERENCE, TREATED, asked, data

from trialtrace.run.methods.survival.check_recurrent import CHECKS


def test_a_covariate_that_nobody_has_leaves_no_subject_in_the_model():
    rows = pd.DataFrame({"TRTP": [TREATED, REFERENCE], "AVAL": 1.0, "AGE": np.nan})
    made = data(rows.assign(TSTART=0.0, TSTOP=[3.0, 4.0], CNSR=0), time_to_event=True)
    found = CHECKS["rate_ratio.andersen_gill"](made, asked(covariates=["age"], ties="efron"))
    assert np.isnan(found.value) and found.n_used == 0
