"""Means against margins by statsmodels and scipy, and the verdict from the interval."""

from collections.abc import Callable
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, peer
from trialtrace.run.methods.continuous.check import Samples, samples_of_at_least, vary
from trialtrace.run.methods.continuous.check_paired import paired_rows

if TYPE_CHECKING:
    import pandas as pd

T_TEST = "statsmodels.stats.weightstats.CompareMeans.ttest_ind"
PAIRED = "scipy.stats.ttest_1samp"
Bounds = tuple[float, float]
# The p-value of the test that looks above a margin ("larger"), or below it ("smaller").
Tail = Callable[[float, str], float]


def against(asked: Asked, effect: str, value: float, bounds: Bounds, tail: Tail) -> Answer:
    """The statistics from the interval and the p-values of one or two one-sided tests.

    The verdict is 1 where the interval lies as asked, -1 where it lies beyond a margin.
    """
    if asked.stat == effect:
        return value, bounds
    if "margin" not in asked.options:
        return _equivalence(asked, bounds, tail)
    (low, high), margin = bounds, asked.options["margin"]
    better, worse, side = low > margin, high <= margin, "larger"
    if asked.options["higher"] == "worse":
        better, worse, side = high < margin, low >= margin, "smaller"
    return {"verdict": float(better) - float(worse), "p_value": tail(margin, side)}


def _equivalence(asked: Asked, bounds: Bounds, tail: Tail) -> dict[str, float]:
    (low, high), lower, upper = bounds, asked.options["lower"], asked.options["upper"]
    above, below = tail(lower, "larger"), tail(upper, "smaller")
    return {
        "verdict": float(lower < low and high < upper) - float(low >= upper or high <= lower),
        "p_value": max(above, below),
        "p_above_lower": above,
        "p_below_upper": below,
    }


def _without_error(asked: Asked, value: float) -> Answer:
    """What there is to say of values that do not vary."""
    return (value, (nan, nan)) if asked.stat == "mean_difference" else nan


def _t(variance: str) -> Check:
    @peer(f"{T_TEST} (usevar={variance})", samples_of_at_least(2))
    def check(data: Data, asked: Asked, both: Samples) -> Answer:
        """statsmodels' `CompareMeans.tconfint_diff` and `ttest_ind`."""
        x, y = both
        value = float(x.mean() - y.mean())
        if not vary(x, y):
            return _without_error(asked, value)
        from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

        means = CompareMeans(DescrStatsW(x), DescrStatsW(y))
        bounds = means.tconfint_diff(alpha=2 * asked.options["alpha"], usevar=variance)

        def tail(margin: float, side: str) -> float:
            return float(means.ttest_ind(alternative=side, usevar=variance, value=margin)[1])

        return against(asked, "mean_difference", value, bounds, tail)

    return check


@peer(PAIRED, paired_rows)
def paired(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """scipy's `ttest_1samp` of the differences."""
    from scipy.stats import ttest_1samp

    d = wide["D"].to_numpy()
    if len(d) < 2:
        return nan
    value = float(d.mean())
    if np.ptp(d) == 0:
        return _without_error(asked, value)
    low, high = ttest_1samp(d, 0.0).confidence_interval(1 - 2 * asked.options["alpha"])

    def tail(margin: float, side: str) -> float:
        alternative = {"larger": "greater", "smaller": "less"}[side]
        return float(ttest_1samp(d, margin, alternative=alternative).pvalue)

    return against(asked, "mean_difference", value, (float(low), float(high)), tail)


def of_every_statistic(effect: str, method: str, check: Check) -> dict[str, Check]:
    """The check under the names of all results of equivalence and of non-inferiority."""
    each = (effect, "p_value", "p_above_lower", "p_below_upper", "verdict")
    return {f"{name}.equivalence_{method}": check for name in each} | {
        f"{name}.non_inferiority_{method}": check for name in (effect, "p_value", "verdict")
    }


CHECKS: dict[str, Check] = {
    **of_every_statistic("mean_difference", "welch", _t("unequal")),
    **of_every_statistic("mean_difference", "student", _t("pooled")),
    **of_every_statistic("mean_difference", "paired_t", paired),
}
