"""Two samples by means and by ranks, from scipy.stats; their ratios, and means against margins."""

from collections.abc import Callable
from math import comb, exp, inf, log, nan, sqrt

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import ttest_1samp
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import Answer, Check, by_name, peer
from trialtrace.run.methods.continuous.check_paired import paired_rows

# The values of the treated arm and of the reference arm.
Samples = tuple[np.ndarray, np.ndarray]
STUDENT = "scipy.stats.ttest_ind (equal_var=True)"
WELCH = "scipy.stats.ttest_ind (equal_var=False)"


def samples(data: Data, asked: Asked) -> Samples:
    """The values of the treated arm and of the reference arm."""
    treated, reference = (data.records(asked, [arm])["AVAL"].to_numpy() for arm in asked.contrast)
    return treated, reference


def samples_of_at_least(least: int) -> Callable[[Data, Asked], tuple[Samples | None, int]]:
    """The samples, None where one has fewer values than this, and the number of all values."""

    def read(data: Data, asked: Asked) -> tuple[Samples | None, int]:
        x, y = samples(data, asked)
        return ((x, y) if min(len(x), len(y)) >= least else None), len(x) + len(y)

    return read


def vary(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether one of two samples has values that differ."""
    return len({*x}) > 1 or len({*y}) > 1


@peer("scipy.stats.mannwhitneyu, brunnermunzel", samples_of_at_least(2))
def superiority(data: Data, asked: Asked, both: Samples) -> Answer:
    """Mann-Whitney's U by the number of pairs, with the error that Brunner-Munzel's t implies.

    That statistic is (estimate - 1/2) / error; the interval is symmetric on the logit scale.
    scipy's `mannwhitneyu` and `brunnermunzel`.
    """
    x, y = tied(*both)
    value = float(stats.mannwhitneyu(x, y, method="asymptotic").statistic) / (len(x) * len(y))
    # Samples that do not overlap have no error: Brunner and Munzel's statistic is infinite.
    error = 0.0 if value in (0.0, 1.0) else _error(x, y, value)
    if not error:
        return value, (nan, nan)
    # By the delta method: the logit's derivative is 1 / (p (1 - p)).
    half = data.z(asked) * error / (value * (1 - value))
    low, high = (1 / (1 + exp(-(log(value / (1 - value)) + side * half))) for side in (-1, 1))
    return value, (low, high)


def _error(x: np.ndarray, y: np.ndarray, value: float) -> float:
    """The standard error of the estimate, of samples that overlap; 0 where all are tied."""
    if abs(value - 0.5) > 1e-3:
        return abs((value - 0.5) / float(stats.brunnermunzel(x, y).statistic))
    # So near to 1/2 the quotient has no digits: the same variance from the ranks.
    within_x = stats.rankdata([*x, *y])[: len(x)] - stats.rankdata(x)
    within_y = stats.rankdata([*x, *y])[len(x) :] - stats.rankdata(y)
    spread = within_x.var(ddof=1) / len(y) ** 2 / len(x)
    return sqrt(spread + within_y.var(ddof=1) / len(x) ** 2 / len(y))


@peer("scipy.stats.norm; counts of differences", samples_of_at_least(1))
def shift(data: Data, asked: Asked, both: Samples) -> Answer:
    """Median of all differences; the bounds are where the rank test's statistic passes its limit.

    The variance is corrected for ties within each sample, as a shift parts the samples.
    """
    x, y = both
    if not vary(*tied(x, y)):
        return nan
    n, pairs = len(x) + len(y), len(x) * len(y)
    every = np.sort((x[:, None] - y).ravel())
    sizes = (np.unique(v, return_counts=True)[1] for v in tied(x, y))
    ties = sum((c**3 - c).sum() for c in sizes)
    sigma = sqrt(pairs / 12 * (n + 1 - ties / (n * (n - 1))))
    limit = pairs / 2 + data.z(asked) * sigma
    limit += 0.5 if asked.options["correction"] == "continuity" else 0.0
    bounds = -inf, inf
    if limit < pairs:
        # So many of the largest differences lie above the lower bound at most.
        above = int(np.floor(limit))
        bounds = every[pairs - above - 1], every[above]
    return np.median(every), bounds


def _mann_whitney(correction: bool) -> Check:
    by = f"scipy.stats.mannwhitneyu (asymptotic, use_continuity={correction})"

    @peer(by, samples_of_at_least(1))
    def check(data: Data, asked: Asked, both: Samples) -> Answer:
        """scipy's `mannwhitneyu` with the normal approximation; none where all values are tied."""
        x, y = tied(*both)
        if len({*x, *y}) == 1:
            return nan
        test = stats.mannwhitneyu(
            x, y, alternative=asked.alternative, method="asymptotic", use_continuity=correction
        )
        return {"p_value": test.pvalue, "u": test.statistic}

    return check


@peer("scipy.stats.mannwhitneyu (exact); with ties all sums counted", samples_of_at_least(1))
def mann_whitney_exact(data: Data, asked: Asked, both: Samples) -> Answer:
    """scipy's `mannwhitneyu`, which knows no ties; with ties sums of ranks, value by value."""
    x, y = tied(*both)
    every = np.concatenate([x, y])
    if len({*every}) == 1:
        return nan
    # W and, with ties, its distribution do not depend on the method that is named.
    u = stats.mannwhitneyu(x, y, method="asymptotic").statistic
    if len({*every}) == len(every):
        test = stats.mannwhitneyu(x, y, alternative=asked.alternative, method="exact")
        return {"p_value": test.pvalue, "u": u}
    ways = _sums_of_ranks(every, len(x))
    own = int(2 * stats.rankdata(every)[: len(x)].sum())
    above, below = ways[own:].sum() / ways.sum(), ways[: own + 1].sum() / ways.sum()
    of_sides = {"two_sided": min(1.0, 2 * min(above, below)), "greater": above, "less": below}
    return {"p_value": of_sides[asked.options["sides"]], "u": u}


def _sums_of_ranks(values: np.ndarray, size: int) -> np.ndarray:
    """In how many ways so many of the values have each sum of doubled midranks."""
    _, times = np.unique(values, return_counts=True)
    ranks = 2 * np.cumsum(times) - times + 1
    most = int(np.repeat(ranks, times)[-size:].sum())
    ways = np.zeros((size + 1, most + 1))
    ways[0, 0] = 1.0
    for rank, equal in zip(ranks.tolist(), times.tolist(), strict=True):
        more = np.zeros_like(ways)
        for taken in range(min(equal, size, most // rank) + 1):
            rest = ways[: size + 1 - taken, : most + 1 - taken * rank]
            more[taken:, taken * rank :] += comb(equal, taken) * rest
        ways = more
    return ways[size]


def _t_test(by: str, *, equal_var: bool) -> Check:
    @peer(by, samples_of_at_least(2))
    def check(data: Data, asked: Asked, both: Samples) -> Answer:
        """scipy's `ttest_ind`; none where neither sample varies."""
        if not vary(*both):
            return nan
        test = stats.ttest_ind(*both, equal_var=equal_var, alternative=asked.alternative)
        return {"p_value": test.pvalue, "t": test.statistic, "df": test.df}

    return check


def _difference(by: str, *, equal_var: bool) -> Check:
    @peer(by, samples_of_at_least(2))
    def check(data: Data, asked: Asked, both: Samples) -> Answer:
        """The interval of scipy's `ttest_ind`; none where neither sample varies."""
        x, y = both
        bounds = nan, nan
        if vary(x, y):
            test = stats.ttest_ind(x, y, equal_var=equal_var)
            bounds = test.confidence_interval(data.confidence(asked))
        return x.mean() - y.mean(), bounds

    return check


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


@peer(f"{T_TEST} (usevar=unequal)", samples_of_at_least(2))
def welch(data: Data, asked: Asked, both: Samples) -> Answer:
    """statsmodels' `CompareMeans.tconfint_diff` and `ttest_ind`."""
    x, y = both
    value = float(x.mean() - y.mean())
    if not vary(x, y):
        return _without_error(asked, value)
    means = CompareMeans(DescrStatsW(x), DescrStatsW(y))
    bounds = means.tconfint_diff(alpha=2 * asked.options["alpha"], usevar="unequal")

    def tail(margin: float, side: str) -> float:
        return float(means.ttest_ind(alternative=side, usevar="unequal", value=margin)[1])

    return against(asked, "mean_difference", value, bounds, tail)


@peer(PAIRED, paired_rows)
def paired(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """scipy's `ttest_1samp` of the differences."""
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


CHECKS = by_name(
    {
        "mean_difference.student": _difference(STUDENT, equal_var=True),
        "probability_of_superiority.brunner_munzel": superiority,
        "mean_difference.welch": _difference(WELCH, equal_var=False),
        "median_difference.hodges_lehmann,hodges_lehmann_continuity": shift,
        "p_value,t,df.welch_t": _t_test(WELCH, equal_var=False),
        "p_value,t,df.student_t": _t_test(STUDENT, equal_var=True),
        "p_value,u.mann_whitney": _mann_whitney(correction=False),
        "p_value,u.mann_whitney_continuity": _mann_whitney(correction=True),
        "p_value,u.mann_whitney_exact": mann_whitney_exact,
        **of_every_statistic("mean_difference", "welch", welch),
        **of_every_statistic("mean_difference", "paired_t", paired),
    }
)
