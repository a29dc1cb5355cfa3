"""Single imputation by an observed value of the same patient, under its own name only.

These rules are here to recompute what a trial planned or a paper printed. None of them estimates
what patients would have had: they state a value, then treat it as observed, so that standard
errors are too small, and their bias may favour either arm, whatever made the values missing.

References: Molenberghs and Kenward, Missing Data in Clinical Studies, 2007, chapter 4. National
Research Council, The Prevention and Treatment of Missing Data in Clinical Trials, 2010.
"""

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.ground.arrays import Floats
from trialtrace.stats._inputs import sample
from trialtrace.stats.missing.imputation import fillable, marks, outcome_columns
from trialtrace.stats.results import StatsError


def last_observation_carried_forward(y: ArrayLike, *, not_to_impute: ArrayLike) -> Floats:
    """y, (n, visits), with each missing visit given the patient's last value before it (LOCF).

    What is wrong with it: it takes a patient who leaves to stay as he was. Where patients improve
    over time, leaving early looks like a worse outcome; where they decline, like a better one, so
    that an arm gains by early dropout. It is biased even where values are missing completely at
    random, and the carried values are counted as if observed.

    Raises `StatsError` where a first visit is missing (nothing to carry), or a missing cell is
    marked in not_to_impute, (n, visits) or one truth value for all. Oracle: base R.

    R: by hand in missing.R.
    """
    y, missing = outcome_columns(y)
    fillable(missing, marks(not_to_impute, y.shape), "refuse")
    if missing[:, 0].any():
        raise StatsError(
            f"row {np.flatnonzero(missing[:, 0])[0]} has no first value, so nothing to carry."
        )
    at = np.maximum.accumulate(np.where(missing, 0, np.arange(y.shape[1])), axis=1)
    return np.take_along_axis(y, at, axis=1)


def baseline_observation_carried_forward(
    y: ArrayLike, baseline: ArrayLike, *, not_to_impute: ArrayLike
) -> Floats:
    """y, (n, visits), with each missing visit given the patient's baseline, (n,) (BOCF).

    What is wrong with it: it takes a patient who leaves to have lost all change since baseline,
    and to have done so exactly. That is one assumption about life after stopping, not a
    conservative one in general: regression to the mean, or decline below baseline, make it
    favour the arm with more dropout. The carried values are counted as if observed.

    Raises `StatsError` for a missing baseline, and as `last_observation_carried_forward`.
    Oracle: base R.

    R: by hand in missing.R.
    """
    y, missing = outcome_columns(y)
    fillable(missing, marks(not_to_impute, y.shape), "refuse")
    baseline = sample(baseline, "baseline")
    if baseline.size != len(y):
        raise StatsError(f"baseline has {baseline.size} values for {len(y)} patients.")
    return np.where(missing, baseline[:, None], y)
