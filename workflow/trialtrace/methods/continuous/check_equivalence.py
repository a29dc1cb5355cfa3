"""Two one-sided tests by statsmodels and scipy, and the verdict from the interval."""

from math import nan

import numpy as np

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.methods.continuous.check import samples
from trialtrace.methods.continuous.check_paired import pairs

WELCH = "statsmodels.stats.weightstats.CompareMeans.ttest_ind (usevar=unequal)"
PAIRED = "scipy.stats.ttest_1samp"


def _answer(asked: Asked, by: str, value: float, bounds, p, n: int) -> Recomputed:
    lower, upper = asked.options["lower"], asked.options["upper"]
    if asked.stat == "mean_difference":
        return Recomputed(by, value, bounds, n_used=n)
    if asked.stat == "verdict":
        inside = lower < bounds[0] and bounds[1] < upper
        outside = bounds[0] >= upper or bounds[1] <= lower
        return Recomputed(by, float(inside) - float(outside), n_used=n)
    names = {"p_value": max(p), "p_above_lower": p[0], "p_below_upper": p[1]}
    return Recomputed(by, float(names[asked.stat]), n_used=n)


def welch(data: Data, asked: Asked) -> Recomputed:
    x, y = samples(data, asked)
    n = len(x) + len(y)
    if min(len(x), len(y)) < 2:
        return Recomputed(WELCH, nan, n_used=n)
    value = float(x.mean() - y.mean())
    if len({*x}) == 1 and len({*y}) == 1:
        found = value if asked.stat == "mean_difference" else nan
        return Recomputed(WELCH, found, (nan, nan) if found == found else None, n_used=n)
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    means = CompareMeans(DescrStatsW(x), DescrStatsW(y))
    bounds = means.tconfint_diff(alpha=2 * asked.options["alpha"], usevar="unequal")
    p = tuple(
        float(means.ttest_ind(alternative=sides, usevar="unequal", value=asked.options[margin])[1])
        for margin, sides in (("lower", "larger"), ("upper", "smaller"))
    )
    return _answer(asked, WELCH, value, tuple(map(float, bounds)), p, n)


def paired(data: Data, asked: Asked) -> Recomputed:
    from scipy.stats import ttest_1samp

    wide = pairs(data, asked)
    if wide is None:
        return Recomputed(PAIRED, nan)
    d, n = wide["d"].to_numpy(), len(wide)
    if n < 2:
        return Recomputed(PAIRED, nan, n_used=n)
    if np.ptp(d) == 0:
        found = float(d.mean()) if asked.stat == "mean_difference" else nan
        return Recomputed(PAIRED, found, (nan, nan) if found == found else None, n_used=n)
    bounds = ttest_1samp(d, 0.0).confidence_interval(1 - 2 * asked.options["alpha"])
    p = (
        float(ttest_1samp(d, asked.options["lower"], alternative="greater").pvalue),
        float(ttest_1samp(d, asked.options["upper"], alternative="less").pvalue),
    )
    bounds = float(bounds.low), float(bounds.high)
    return _answer(asked, PAIRED, float(d.mean()), bounds, p, n)


STATISTICS = ("mean_difference", "p_value", "p_above_lower", "p_below_upper", "verdict")
CHECKS = {f"{name}.equivalence_welch": welch for name in STATISTICS}
CHECKS |= {f"{name}.equivalence_paired_t": paired for name in STATISTICS}
