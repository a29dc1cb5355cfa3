"""Two samples by means and by ranks, from scipy.stats."""

from collections.abc import Callable
from math import exp, inf, log, nan, sqrt

import numpy as np
from scipy import stats

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, peer

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
    x, y = both
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
    if not vary(x, y):
        return nan
    n, pairs = len(x) + len(y), len(x) * len(y)
    every = np.sort((x[:, None] - y).ravel())
    tied = sum((c**3 - c).sum() for c in (np.unique(v, return_counts=True)[1] for v in (x, y)))
    sigma = sqrt(pairs / 12 * (n + 1 - tied / (n * (n - 1))))
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
        x, y = both
        if len({*x, *y}) == 1:
            return nan
        test = stats.mannwhitneyu(
            x, y, alternative=asked.alternative, method="asymptotic", use_continuity=correction
        )
        return {"p_value": test.pvalue, "u": test.statistic}

    return check


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


CHECKS: dict[str, Check] = {
    "mean_difference.student": _difference(STUDENT, equal_var=True),
    "probability_of_superiority.brunner_munzel": superiority,
    "mean_difference.welch": _difference(WELCH, equal_var=False),
    "median_difference.hodges_lehmann": shift,
    "median_difference.hodges_lehmann_continuity": shift,
}
for _stat in ("p_value", "t", "df"):
    CHECKS[f"{_stat}.welch_t"] = _t_test(WELCH, equal_var=False)
    CHECKS[f"{_stat}.student_t"] = _t_test(STUDENT, equal_var=True)
for _stat in ("p_value", "u"):
    CHECKS[f"{_stat}.mann_whitney"] = _mann_whitney(correction=False)
    CHECKS[f"{_stat}.mann_whitney_continuity"] = _mann_whitney(correction=True)
