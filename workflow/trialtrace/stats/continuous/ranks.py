"""Two independent samples by ranks.

Estimates P(X > Y) + P(X = Y) / 2, the probability that a patient of the first arm has the larger
value, a tie counting half; the test asks whether it is 1/2. Mann-Whitney's variance holds when
the two distributions are equal, that of the interval whenever they overlap. Values that differ by
no more than 1e-11 of the mean size of all are tied: computed numbers tie up to their last bits.

References: Mann and Whitney, Ann Math Stat 1947;18:50. Lehmann, Nonparametrics, 1975 (ties).
Streitberg and Roehmel, Stat Softw Newsl 1986;12:10 (the exact test, with ties). DeLong et al.,
Biometrics 1988;44:837. Brunner and Munzel, Biom J 2000;42:17. Newcombe, Stat Med
2006;25:559 compares intervals for this probability.

Oracle: R's wilcox.test; the exact test with ties and the probability of superiority by hand in R,
from all ways to part the values and from the matrix of all pairs.
"""

from __future__ import annotations

from math import exp, log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    normal_quantile,
    normal_tails,
    sample,
    together,
)
from trialtrace.stats._ties import tied
from trialtrace.stats.continuous._rank_sums import (
    EXACT_BELOW_50,
    exact_by_default,
    rank_sum_distribution,
)
from trialtrace.stats.results import Interval, StatsError, TestResult

CORRECTIONS = ("none", "continuity")
# Pairs beyond which the exact distribution is not built up: its work grows with the square.
MOST_PAIRS = 10_000


def mann_whitney(
    x: ArrayLike, y: ArrayLike, *, correction: str, sides: str, method: str | None = None
) -> TestResult:
    """Mann-Whitney (Wilcoxon rank sum) test, normal approximation, as `wilcox.test(exact=FALSE)`.

    x and y of shapes (m,) and (n,); `sides` "greater" means that x tends to be larger. The
    statistic is W, the pairs with x > y plus half the ties (up to 1e-11 of the mean size); its
    variance is corrected for ties. `correction` is "none" or "continuity", which moves W by 1/2
    towards its expectation. df is NaN. `method` "exact_below_50" is R's default:
    `mann_whitney_exact` for fewer than 50 values in each sample and no ties, else this
    approximation; None is the approximation whatever the sizes.

    Raises `StatsError` where all values are tied, for an empty sample or missing values.

    R: `wilcox.test(x, y, exact = FALSE, correct = FALSE)`; `wilcox.test(x, y)` with
    "exact_below_50" and "continuity".

    >>> mann_whitney([7, 9, 6, 10, 8], [5, 6, 4, 7, 3], correction="none", sides="two_sided")
    TestResult(statistic=23, p_value=0.0273285)
    """
    check_choice("correction", correction, CORRECTIONS)
    check_choice("sides", sides, SIDES)
    if method is not None:
        check_choice("method", method, (EXACT_BELOW_50,))
    x, y = tied(sample(x, "x"), sample(y, "y"))
    values, place = np.unique(np.concatenate([x, y]), return_inverse=True)
    if values.size == 1:
        raise StatsError("all values are equal, so ranks cannot be compared.")
    if method is not None and exact_by_default(x, y):
        return mann_whitney_exact(x, y, sides=sides)
    first, second = (
        np.bincount(own, minlength=values.size).astype(np.float64)
        for own in (place[: x.size], place[x.size :])
    )
    w, p_value = rank_sum_tests(first, second, correction=correction, sides=sides)
    return TestResult(float(w), nan, float(p_value))


def mann_whitney_exact(x: ArrayLike, y: ArrayLike, *, sides: str) -> TestResult:
    """Exact Mann-Whitney (Wilcoxon rank sum) test: W among all ways to part the values in two.

    x and y of shapes (m,) and (n,); `sides` and W are those of `mann_whitney`, two-sided is twice
    the smaller tail, at most 1. Without ties W has its classical distribution. With ties its
    distribution given the midranks that occur is used, which is exact too: R and scipy refuse ties,
    or take the distribution without them. Values up to 1e-11 of their mean size apart tie. Up to
    10,000 pairs of an x and a y. df is NaN.

    Raises `StatsError` where all values are tied, for more pairs, an empty sample or missing
    values.

    R: `wilcox.test(x, y, exact = TRUE)`; with ties by hand in ranks.R.

    >>> mann_whitney_exact([7, 9, 6, 10, 8], [5, 2, 4, 7.5, 3], sides="two_sided")
    TestResult(statistic=23, p_value=0.031746)
    >>> mann_whitney_exact([7, 9, 6, 10, 8], [5, 6, 4, 7, 3], sides="two_sided")
    TestResult(statistic=23, p_value=0.0396825)
    """
    check_choice("sides", sides, SIDES)
    x, y = tied(sample(x, "x"), sample(y, "y"))
    m, n = x.size, y.size
    if m * n > MOST_PAIRS:
        raise StatsError(
            f"{m} and {n} values are too many for the exact distribution; ask for mann_whitney."
        )
    # Twice the midranks are whole numbers.
    ranks = np.rint(2 * _midranks(np.concatenate([x, y]))).astype(np.int64)
    if ranks.min() == ranks.max():
        raise StatsError("all values are equal, so ranks cannot be compared.")
    # The distribution of the smaller sample's sum takes less work; the other's is its mirror.
    mirrored = n < m
    own = int((ranks[m:] if mirrored else ranks[:m]).sum())
    step = 1 if (ranks % 2).any() else 2
    own, share = own // step, rank_sum_distribution(ranks // step, min(m, n))
    upper, lower = float(share[own:].sum()), float(share[: own + 1].sum())
    greater, less = (lower, upper) if mirrored else (upper, lower)
    p_value = {"greater": greater, "less": less, "two_sided": 2 * min(greater, less)}[sides]
    w = (int(ranks[:m].sum()) - m * (m + 1)) / 2
    return TestResult(w, nan, min(1.0, p_value))


def rank_sum_tests(
    first: Floats, second: Floats, *, correction: str, sides: str
) -> tuple[Floats, Floats]:
    """W and the p-values of `mann_whitney`, from counts of each value that occurs.

    `first` and `second` (..., values) say how many of each sample have a value, in ascending
    order. NaN where all values are tied or a sample is empty. Raises `StatsError` for missing
    counts, shapes that do not fit, and another choice.

    >>> first, second = np.array([[7.0, 9, 6, 10, 8]]), np.array([[5.0, 6, 4, 7, 3]])
    >>> rank_sum_tests(first, second, correction="none", sides="two_sided")[1].round(4)
    array([0.5763])
    """
    check_choice("correction", correction, CORRECTIONS)
    check_choice("sides", sides, SIDES)
    first, second = together(first=first, second=second)
    if not first.ndim:
        raise StatsError("first and second must have a count for each value.")
    m, n, tied = first.sum(axis=-1), second.sum(axis=-1), first + second
    total = m + n
    # Those of the second sample below a value, and half of those that tie with it.
    below = np.cumsum(second, axis=-1) - second / 2
    w = (first * below).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ties = np.sum(tied**3 - tied, axis=-1) / (total * (total - 1))
        variance = m * n / 12 * (total + 1 - ties)
        distance = w - m * n / 2
        if correction == "continuity":
            towards = {"two_sided": np.sign(distance), "greater": 1.0, "less": -1.0}[sides]
            distance = distance - 0.5 * towards
        p_value = normal_tails(distance / np.sqrt(variance), sides)
    return w, np.where(variance > 0, p_value, np.nan)


def probability_of_superiority(x: ArrayLike, y: ArrayLike, *, confidence: float) -> Interval:
    """P(X > Y) + P(X = Y) / 2 with an interval that is symmetric on the logit scale.

    x and y of shapes (m,) and (n,). The variance is DeLong's, equal to Brunner and Munzel's: that
    of the placements of each sample in the other; the quantile is normal, where their test of small
    samples takes that of t with estimated degrees of freedom. It does not assume equal
    distributions. Values up to 1e-11 of their mean size apart are tied. Where every x lies on one
    side of every y, or all placements are equal, that variance is 0 and both bounds are NaN.

    Raises `StatsError` for fewer than two values in a sample or missing values.

    R: by hand in ranks.R.

    >>> probability_of_superiority([7, 9, 6, 10, 8], [5, 6, 4, 7, 3], confidence=0.95)
    Interval(estimate=0.92, low=0.561287, high=0.990419, standard_error=1.12041, scale='logit')
    """
    x, y = tied(sample(x, "x", at_least=2), sample(y, "y", at_least=2))
    z = normal_quantile(confidence)
    of_x, of_y = _placements(x, y)
    estimate = float(of_x.mean())
    variance = of_x.var(ddof=1) / x.size + of_y.var(ddof=1) / y.size
    if _constant(of_x) and _constant(of_y):
        return Interval(estimate, nan, nan)
    error = sqrt(variance) / (estimate * (1 - estimate))
    half = z * error
    logit = log(estimate / (1 - estimate))
    low, high = _expit(logit - half), _expit(logit + half)
    return Interval(estimate, low, high, standard_error=error, scale="logit")


def _midranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean rank."""
    _, group, size = np.unique(values, return_inverse=True, return_counts=True)
    size = size.astype(np.float64)
    return (np.cumsum(size) - (size - 1) / 2)[group]


def _placements(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """For each x the share of y below it, for each y the share of x above it; ties count half."""
    ranks = _midranks(np.concatenate([x, y]))
    of_x = (ranks[: x.size] - _midranks(x)) / y.size
    of_y = 1 - (ranks[x.size :] - _midranks(y)) / x.size
    return of_x, of_y


def _constant(values: Floats) -> bool:
    return bool(values.min() == values.max())


def _expit(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -700 else 0.0
