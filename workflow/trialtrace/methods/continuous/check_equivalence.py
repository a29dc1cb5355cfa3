"""Two one-sided tests by statsmodels and scipy, and the verdict from the interval."""

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Answer, Check, peer
from trialtrace.methods.continuous.check import Samples, samples_of_at_least, vary
from trialtrace.methods.continuous.check_paired import paired_rows

if TYPE_CHECKING:
    import pandas as pd

WELCH = "statsmodels.stats.weightstats.CompareMeans.ttest_ind (usevar=unequal)"
PAIRED = "scipy.stats.ttest_1samp"
Bounds = tuple[float, float]


def _answer(asked: Asked, value: float, bounds: Bounds, above: float, below: float) -> Answer:
    """The statistics from the interval and the p-values of the two one-sided tests.

    The verdict is 1 where the interval lies within the margins, -1 where it lies outside.
    """
    if asked.stat == "mean_difference":
        return value, bounds
    (low, high), lower, upper = bounds, asked.options["lower"], asked.options["upper"]
    return {
        "verdict": float(lower < low and high < upper) - float(low >= upper or high <= lower),
        "p_value": max(above, below),
        "p_above_lower": above,
        "p_below_upper": below,
    }


def _without_error(asked: Asked, value: float) -> Answer:
    """What there is to say of values that do not vary."""
    return (value, (nan, nan)) if asked.stat == "mean_difference" else nan


@peer(WELCH, samples_of_at_least(2))
def welch(data: Data, asked: Asked, both: Samples) -> Answer:
    """statsmodels' `CompareMeans.tconfint_diff` and `ttest_ind`."""
    x, y = both
    value = float(x.mean() - y.mean())
    if not vary(x, y):
        return _without_error(asked, value)
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    means = CompareMeans(DescrStatsW(x), DescrStatsW(y))
    bounds = means.tconfint_diff(alpha=2 * asked.options["alpha"], usevar="unequal")
    above, below = (
        float(means.ttest_ind(alternative=sides, usevar="unequal", value=asked.options[margin])[1])
        for margin, sides in (("lower", "larger"), ("upper", "smaller"))
    )
    return _answer(asked, value, bounds, above, below)


@peer(PAIRED, paired_rows)
def paired(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """scipy's `ttest_1samp` of the differences."""
    from scipy.stats import ttest_1samp

    d = wide["d"].to_numpy()
    if len(d) < 2:
        return nan
    value = float(d.mean())
    if np.ptp(d) == 0:
        return _without_error(asked, value)
    low, high = ttest_1samp(d, 0.0).confidence_interval(1 - 2 * asked.options["alpha"])
    above = float(ttest_1samp(d, asked.options["lower"], alternative="greater").pvalue)
    below = float(ttest_1samp(d, asked.options["upper"], alternative="less").pvalue)
    return _answer(asked, value, (float(low), float(high)), above, below)


STATISTICS = ("mean_difference", "p_value", "p_above_lower", "p_below_upper", "verdict")
CHECKS: dict[str, Check] = {f"{name}.equivalence_welch": welch for name in STATISTICS}
CHECKS |= {f"{name}.equivalence_paired_t": paired for name in STATISTICS}
