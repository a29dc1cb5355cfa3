"""Single imputation by an observed value of the same patient, under its own name only.

These rules are here to recompute what a trial planned or a paper printed. None of them estimates
what patients would have had: they state a value, then treat it as observed, so that standard
errors are too small, and their bias may favour either arm, whatever made the values missing.

References: Molenberghs and Kenward, Missing Data in Clinical Studies, 2007, chapter 4. National
Research Council, The Prevention and Treatment of Missing Data in Clinical Trials, 2010.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats._inputs import check_choice, sample
from trialtrace.stats.missing.imputation import fillable, marks, outcome_columns
from trialtrace.stats.results import StatsError


def last_observation_carried_forward(
    y: ArrayLike, *, not_to_impute: ArrayLike, before_first: str
) -> Floats:
    """y, (n, visits), with each missing visit given the patient's last value before it (LOCF).

    What is wrong with it: it takes a patient who leaves to stay as he was. Where patients improve
    over time, leaving early looks like a worse outcome; where they decline, like a better one, so
    that an arm gains by early dropout. It is biased even where values are missing completely at
    random, and the carried values are counted as if observed.

    before_first is what becomes of a missing visit before any value: "refuse", or "leave" it NaN.
    Raises `StatsError` for such a visit, or where a missing cell is marked in not_to_impute,
    (n, visits) or one truth value for all. Oracle: base R.

    R: by hand in missing.R.

    >>> last_observation_carried_forward(
    ...     [[5, 4, np.nan], [6, np.nan, 2]], not_to_impute=False, before_first="refuse"
    ... ).tolist()
    [[5.0, 4.0, 4.0], [6.0, 6.0, 2.0]]
    """
    y, missing = _checked(y, not_to_impute, before_first)
    at = np.maximum.accumulate(np.where(missing, 0, np.arange(y.shape[1])), axis=1)
    return np.take_along_axis(y, at, axis=1)


def worst_observation_carried_forward(
    y: ArrayLike, *, worse: str, not_to_impute: ArrayLike, before_first: str
) -> Floats:
    """y, (n, visits), with each missing visit given the patient's worst value before it (WOCF).

    `worse` says which values are: "higher" or "lower". Only values before the gap are carried; one
    after it is not known yet.

    What is wrong with it: it punishes whoever leaves, and more so whoever was seen more often,
    since the worst of many values is worse. In the arm with more dropout the mean is pulled down
    for that alone; the extreme of noisy values is not an outcome that anybody would have had, and
    it is counted as if observed.

    Raises `StatsError` as `last_observation_carried_forward`. Oracle: base R.

    R: by hand in imputed_means.R.

    >>> worst_observation_carried_forward(
    ...     [[5, 4, np.nan]], worse="higher", not_to_impute=False, before_first="refuse"
    ... ).tolist()
    [[5.0, 4.0, 5.0]]
    """
    check_choice("worse", worse, ("higher", "lower"))
    y, missing = _checked(y, not_to_impute, before_first)
    extreme = np.fmax if worse == "higher" else np.fmin
    return np.where(missing, extreme.accumulate(y, axis=1), y)


def baseline_observation_carried_forward(
    y: ArrayLike, baseline: ArrayLike, *, not_to_impute: ArrayLike
) -> Floats:
    """y, (n, visits), with each missing visit given the patient's baseline, (n,) (BOCF).

    What is wrong with it: it takes a patient who leaves to have lost all change since baseline,
    and to have done so exactly. That is one assumption about life after stopping, not a
    conservative one in general: regression to the mean, or decline below baseline, make it
    favour the arm with more dropout. The carried values are counted as if observed.

    Raises `StatsError` for a missing baseline and for marked cells. Oracle: base R.

    R: by hand in missing.R.

    >>> baseline_observation_carried_forward(
    ...     [[4, np.nan], [np.nan, 2]], [5, 6], not_to_impute=False
    ... ).tolist()
    [[4.0, 5.0], [6.0, 2.0]]
    """
    y, missing = outcome_columns(y)
    fillable(missing, marks(not_to_impute, y.shape), "refuse")
    baseline = sample(baseline, "baseline")
    if baseline.size != len(y):
        raise StatsError(f"baseline has {baseline.size} values for {len(y)} patients.")
    return np.where(missing, baseline[:, None], y)


def _checked(y: ArrayLike, not_to_impute: ArrayLike, before_first: str) -> tuple[Floats, Flags]:
    """y and where it is missing; a marked cell and, if so wished, a missing start are errors."""
    check_choice("before_first", before_first, ("refuse", "leave"))
    y, missing = outcome_columns(y)
    fillable(missing, marks(not_to_impute, y.shape), "refuse")
    if before_first == "refuse" and missing[:, 0].any():
        raise StatsError(
            f"row {np.flatnonzero(missing[:, 0])[0]} has no first value, so nothing to carry."
        )
    return y, missing
