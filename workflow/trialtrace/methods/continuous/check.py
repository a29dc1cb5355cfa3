"""Two samples by means and by ranks, from scipy.stats."""

from collections.abc import Callable
from math import exp, inf, log, nan, sqrt

import numpy as np
from scipy import stats

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed


def samples(data: Data, asked: Asked) -> tuple[np.ndarray, np.ndarray]:
    """The values of the treated arm and of the reference arm."""
    treated, reference = (data.records(asked, [arm])["AVAL"].to_numpy() for arm in asked.pair)
    return treated, reference


def superiority(data: Data, asked: Asked) -> Recomputed:
    """Mann-Whitney's U by the number of pairs, with the error that Brunner-Munzel's t implies.

    That statistic is (estimate - 1/2) / error; the interval is symmetric on the logit scale.
    """
    x, y = samples(data, asked)
    by, n = "scipy.stats.mannwhitneyu, brunnermunzel", len(x) + len(y)
    if min(len(x), len(y)) < 2:
        return Recomputed(by, nan, n_used=n)
    value = float(stats.mannwhitneyu(x, y, method="asymptotic").statistic) / (len(x) * len(y))
    # Samples that do not overlap have no error: Brunner and Munzel's statistic is infinite.
    error = 0.0 if value in (0.0, 1.0) else _error(x, y, value)
    if not error:
        return Recomputed(by, value, (nan, nan), n_used=n)
    half = float(stats.norm.isf((1 - data.confidence(asked)) / 2)) * error / (value * (1 - value))
    low, high = (1 / (1 + exp(-(log(value / (1 - value)) + side * half))) for side in (-1, 1))
    return Recomputed(by, value, (low, high), n_used=n)


def _error(x: np.ndarray, y: np.ndarray, value: float) -> float:
    """The standard error of the estimate, of samples that overlap; 0 where all are tied."""
    if abs(value - 0.5) > 1e-3:
        return abs((value - 0.5) / float(stats.brunnermunzel(x, y).statistic))
    # So near to 1/2 the quotient has no digits: the same variance from the ranks.
    within_x = stats.rankdata([*x, *y])[: len(x)] - stats.rankdata(x)
    within_y = stats.rankdata([*x, *y])[len(x) :] - stats.rankdata(y)
    spread = within_x.var(ddof=1) / len(y) ** 2 / len(x)
    return sqrt(spread + within_y.var(ddof=1) / len(x) ** 2 / len(y))


def shift(data: Data, asked: Asked) -> Recomputed:
    """Median of all differences; the bounds are where the rank test's statistic passes its limit.

    The variance is corrected for ties within each sample, as a shift parts the samples.
    """
    x, y = samples(data, asked)
    by, n = "scipy.stats.norm; counts of differences", len(x) + len(y)
    if min(len(x), len(y)) == 0 or (len({*x}) == 1 and len({*y}) == 1):
        return Recomputed(by, nan, n_used=n)
    every, pairs = np.sort((x[:, None] - y).ravel()), len(x) * len(y)
    tied = sum((c**3 - c).sum() for c in (np.unique(v, return_counts=True)[1] for v in (x, y)))
    sigma = sqrt(pairs / 12 * (n + 1 - tied / (n * (n - 1))))
    limit = pairs / 2 + float(stats.norm.isf((1 - data.confidence(asked)) / 2)) * sigma
    limit += 0.5 if asked.options["correction"] == "continuity" else 0.0
    bounds = -inf, inf
    if limit < pairs:
        # So many of the largest differences lie above the lower bound at most.
        above = int(np.floor(limit))
        bounds = float(every[pairs - above - 1]), float(every[above])
    return Recomputed(by, float(np.median(every)), bounds, n_used=n)


def _mann_whitney(correction: bool, part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x, y = samples(data, asked)
        by, n = (
            f"scipy.stats.mannwhitneyu (asymptotic, use_continuity={correction})",
            len(x) + len(y),
        )
        if min(len(x), len(y)) == 0 or len({*x, *y}) == 1:
            return Recomputed(by, nan, n_used=n)
        sides = asked.options["sides"].replace("_", "-")
        found = stats.mannwhitneyu(
            x, y, alternative=sides, method="asymptotic", use_continuity=correction
        )
        return Recomputed(by, float(getattr(found, part)), n_used=n)

    return check


def _welch(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x, y = samples(data, asked)
        by, n = "scipy.stats.ttest_ind (equal_var=False)", len(x) + len(y)
        if min(len(x), len(y)) < 2 or (len({*x}) == 1 and len({*y}) == 1):
            return Recomputed(by, nan, n_used=n)
        sides = asked.options["sides"].replace("_", "-")
        found = stats.ttest_ind(x, y, equal_var=False, alternative=sides)
        return Recomputed(by, float(getattr(found, part)), n_used=n)

    return check


def mean_difference(data: Data, asked: Asked) -> Recomputed:
    x, y = samples(data, asked)
    by, n = "scipy.stats.ttest_ind (equal_var=False)", len(x) + len(y)
    if min(len(x), len(y)) < 2:
        return Recomputed(by, nan, n_used=n)
    value, bounds = float(x.mean() - y.mean()), (nan, nan)
    if len({*x}) > 1 or len({*y}) > 1:
        found = stats.ttest_ind(x, y, equal_var=False).confidence_interval(data.confidence(asked))
        bounds = float(found.low), float(found.high)
    return Recomputed(by, value, bounds, n_used=n)


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {
    "probability_of_superiority.brunner_munzel": superiority,
    "mean_difference.welch": mean_difference,
    "median_difference.hodges_lehmann": shift,
    "median_difference.hodges_lehmann_continuity": shift,
    "p_value.welch_t": _welch("pvalue"),
    "t.welch_t": _welch("statistic"),
    "df.welch_t": _welch("df"),
}
for _name, _corrected in (("mann_whitney", False), ("mann_whitney_continuity", True)):
    CHECKS[f"p_value.{_name}"] = _mann_whitney(_corrected, "pvalue")
    CHECKS[f"u.{_name}"] = _mann_whitney(_corrected, "statistic")
