"""Columns of a regression from variables of the subjects, known before randomisation."""

from collections.abc import Sequence

import numpy as np

from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.stats.results import StatsError


def known(rows: Selection, names: Sequence[str]) -> Selection:
    """Of `rows`, those whose covariates are all known."""
    present = {adsl_code(name): "present" for name in names}
    return rows.frames.select(rows.dataset, present | rows.predicate)


def columns_of(rows: Selection, names: Sequence[str]) -> np.ndarray | None:
    """(n, q) columns: a number as it is, any other variable as indicators of all levels but one.

    Raises StatsError where a covariate is missing.
    """
    made = []
    for name in names:
        values = rows.column(adsl_code(name))
        if values.dtype.kind in "fiu":
            if np.isnan(values.astype(float)).any():
                raise StatsError(f"{name} is missing in some subjects.")
            made.append(values.astype(float)[:, None])
            continue
        if any(value is None for value in values):
            raise StatsError(f"{name} is missing in some subjects.")
        levels = np.unique(values.astype(str))
        made.append((values.astype(str)[:, None] == levels[1:]).astype(float))
    return np.column_stack(made) if made else None
