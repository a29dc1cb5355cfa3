"""Arms in an order, as doses: Jonckheere and Terpstra's test by ranks, Williams' test by means.

Both look for values that rise (or fall) from arm to arm without saying by how much; a line over
stated scores is `arm_contrasts.trend_coefficients`, the like for proportions `cochran_armitage`.

References: Terpstra, Indag Math 1952;14:327. Jonckheere, Biometrika 1954;41:133. Hollander and
Wolfe, Nonparametric statistical methods, 1999, section 6.2. Williams, Biometrics 1971;27:103 and
1972;28:519. Bretz, Comput Stat Data Anal 2006;50:1735 (as contrasts).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, labels, normal_tail, sample
from trialtrace.stats.multiplicity._multivariate_t import chi_nodes
from trialtrace.stats.multiplicity.group_sequential import crossing_probabilities
from trialtrace.stats.results import StatsError, TestResult

METHODS = ("asymptotic", "exact")
ONE_SIDED = ("greater", "less")
# Additions of whole numbers that an exact distribution may cost: a few seconds.
MOST_WORK = 30_000_000
REACH = 8.5


@dataclass(frozen=True, slots=True, eq=False)
class Williams:
    """Williams' test of each dose, from the lowest, arrays of shape (doses,).

    `mean` is that of the dose under the order, less that of the reference, in the units of the
    values; `p_value` is that of the closed procedure, which begins at the highest dose, so it
    never falls towards lower ones.
    """

    doses: tuple[Hashable, ...]
    mean: Floats
    statistic: Floats
    df: float
    p_value: Floats


def jonckheere_terpstra(
    y: ArrayLike, arm: ArrayLike, *, order: Sequence[Hashable], method: str, sides: str
) -> TestResult:
    """Jonckheere and Terpstra's test that y, (n,), rises along the arms of `order`.

    `arm` has shape (n,), `order` all its labels from the first to the last. The statistic J counts
    pairs of patients of two arms whose values stand in that order, ties half; df is NaN. `method`:
    "asymptotic", normal without continuity correction and with the variance for ties, or "exact",
    the permutation distribution, of values without ties. `sides` "greater" means that values rise;
    exact two-sided is twice the smaller tail, at most 1.

    Raises `StatsError` for an order that is not that of the arms, all values equal, and for
    "exact" with ties or too many patients. Source: Terpstra 1952, Jonckheere 1954. Oracle: R's
    cor.test(method = "kendall"), enumeration in base R, the example of Hollander and Wolfe.

    R: `cor.test(value, dose, method = "kendall")`.

    >>> y = [40, 35, 38, 43, 44, 41, 38, 40, 47, 44, 40, 42, 48, 40, 45, 43, 46, 44]
    >>> arm = ["none"] * 6 + ["rough"] * 6 + ["accurate"] * 6
    >>> order = ["none", "rough", "accurate"]
    >>> found = jonckheere_terpstra(y, arm, order=order, method="asymptotic", sides="greater")
    >>> found.statistic, round(found.p_value, 4)
    (79.0, 0.0207)
    """
    check_choice("method", method, METHODS)
    check_choice("sides", sides, SIDES)
    samples = _in_order(y, arm, order)
    sizes = [sample.size for sample in samples]
    _, tied = np.unique(np.concatenate(samples), return_counts=True)
    if tied.size == 1:
        raise StatsError("all values are equal, so they have no order.")
    statistic = sum(
        _pairs_in_order(before, after)
        for place, after in enumerate(samples)
        for before in samples[:place]
    )
    if method == "asymptotic":
        half = sum(a * b for place, b in enumerate(sizes) for a in sizes[:place]) / 2
        z = (statistic - half) / sqrt(_variance(np.array(sizes, float), tied.astype(float)))
        return TestResult(statistic, nan, normal_tail(z, sides))
    if tied.max() > 1:
        raise StatsError("the exact distribution is of values without ties.")
    return TestResult(statistic, nan, _exact_tail(round(statistic), sizes, sides))


def williams(y: ArrayLike, arm: ArrayLike, *, order: Sequence[Hashable], sides: str) -> Williams:
    """Williams' test of each dose against the reference, where means do not fall along the doses.

    y has shape (n,), `arm` (n,) labels, `order` all of them: the reference first, then the doses
    upwards. The mean of a dose is the largest over its averages with the doses just below it; its
    difference from the reference's is divided by the standard error of two means with the variance
    pooled over all arms. Doses are tested from the highest on, until one is not significant: the
    p-values are those of that procedure. `sides` "greater" for means that do not fall, "less" for
    those that do not rise. p-values are integrals, right to about 1e-10, for arms of any size.

    Raises `StatsError` for an order that is not that of the arms, no variation within arms, and
    sides that have no direction. Source: Williams 1971, 1972. Oracle: mvtnorm (up to three doses),
    Williams' tables.

    R: by hand in ordered_arms.R, from `mvtnorm::pmvt`.

    >>> y = [10.1, 9.4, 10.8, 10.0, 10.2, 10.9, 11.6, 10.7, 11.9, 12.4, 11.2, 11.5]
    >>> arm = ["placebo"] * 4 + ["low"] * 4 + ["high"] * 4
    >>> found = williams(y, arm, order=["placebo", "low", "high"], sides="greater")
    >>> found.doses, found.statistic.round(3).tolist(), found.p_value.round(4).tolist()
    (('low', 'high'), [1.962, 4.241], [0.0407, 0.0012])
    """
    check_choice("sides", sides, ONE_SIDED)
    samples = _in_order(y, arm, order)
    turned = 1.0 if sides == "greater" else -1.0
    n = np.array([sample.size for sample in samples], float)
    df = float(n.sum() - n.size)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.array([sample.mean() for sample in samples]) * turned
        squares = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples)
    if df == 0 or all(np.ptp(sample) == 0 for sample in samples) or not 0 < squares < np.inf:
        raise StatsError("the values do not vary within arms, or too much to be squared.")
    averages = [_best_average(mean[1 : dose + 1], n[1 : dose + 1]) for dose in range(1, n.size)]
    difference = np.array(averages) - mean[0]
    statistic = difference / np.sqrt(squares / df * (1 / n[1:] + 1 / n[0]))
    tails = [
        _williams_tail(one, n[: dose + 1], df) for dose, one in enumerate(statistic.tolist(), 1)
    ]
    p_value = np.maximum.accumulate(tails[::-1])[::-1]
    return Williams(tuple(order[1:]), turned * difference, turned * statistic, df, p_value)


def _in_order(y: ArrayLike, arm: ArrayLike, order: Sequence[Hashable]) -> list[Floats]:
    """The values of each arm in the order given, measured from one of the values."""
    values = sample(y, "y", at_least=2)
    names, of_arm = labels(arm, "arm", values.size)
    wanted = list(order) if isinstance(order, list | tuple) else []
    wanted = wanted if all(isinstance(name, Hashable) for name in wanted) else []
    if len(wanted) < 2 or len({*wanted}) < len(wanted) or {*wanted} != {*names.tolist()}:
        raise StatsError("order must be a list of the labels of all arms, each once.")
    with np.errstate(over="ignore"):
        values = values - values[0]
    places = [names.tolist().index(name) for name in wanted]
    return [values[of_arm == place] for place in places]


def _pairs_in_order(before: Floats, after: Floats) -> float:
    """Pairs whose value rises, ties half."""
    below = np.sort(before)
    under = np.searchsorted(below, after, side="left").sum()
    return float(under + np.searchsorted(below, after, side="right").sum()) / 2


def _variance(sizes: Floats, tied: Floats) -> float:
    """Variance of J given how often each value occurs."""
    n = sizes.sum()
    first = [float((part * (part - 1) * (2 * part + 5)).sum()) for part in (sizes, tied)]
    two = [float((part * (part - 1)).sum()) for part in (sizes, tied)]
    three = [float((part * (part - 1) * (part - 2)).sum()) for part in (sizes, tied)]
    found = (n * (n - 1) * (2 * n + 5) - first[0] - first[1]) / 72
    found += two[0] * two[1] / (8 * n * (n - 1))
    return float(found + (three[0] * three[1] / (36 * n * (n - 1) * (n - 2)) if n > 2 else 0.0))


def _exact_tail(statistic: int, sizes: list[int], sides: str) -> float:
    """The tail of J over all orders of the patients, by whole numbers.

    The number of orders with each J is the coefficient of the Gaussian multinomial coefficient,
    the product over arms of those of two samples.
    """
    most = sum(a * b for place, b in enumerate(sizes) for a in sizes[:place])
    if most * sum(sizes) > MOST_WORK:
        raise StatsError("too many patients for the exact distribution; take the asymptotic one.")
    ways, before = [1], sizes[0]
    for size in sizes[1:]:
        for index in range(1, size + 1):
            ways = _times(ways, before + index)
            ways = _over(ways, index)
        before += size
    total = sum(ways)
    above, below = sum(ways[statistic:]) / total, sum(ways[: statistic + 1]) / total
    return {"greater": above, "less": below}.get(sides, min(1.0, 2 * min(above, below)))


def _times(ways: list[int], power: int) -> list[int]:
    """Coefficients times 1 - q^power."""
    shifted = [0] * power + ways
    return [a - b for a, b in zip(ways + [0] * power, shifted, strict=True)]


def _over(ways: list[int], power: int) -> list[int]:
    """Coefficients divided by 1 - q^power, which leaves no rest."""
    numbers = list(ways)
    for place in range(power, len(numbers)):
        numbers[place] += numbers[place - power]
    return numbers[: len(numbers) - power]


def _best_average(mean: Floats, n: Floats) -> float:
    """The largest weighted average of the last means."""
    sums, sizes = np.cumsum((n * mean)[::-1]), np.cumsum(n[::-1])
    return float((sums / sizes).max())


def _williams_tail(statistic: float, n: Floats, df: float) -> float:
    """P(T > statistic) of the highest of these doses, n those of the reference and the doses.

    Given the reference's mean and S the largest average stays below a where a random walk, the
    sums from the highest dose downwards, never crosses a line: the crossing of a group-sequential
    boundary. What is left is an integral over a = mean of the reference + statistic times S.
    """
    sizes = np.cumsum(n[:0:-1])
    error = sqrt(1 / n[0] + 1 / n[-1])
    scale, share = chi_nodes(df, abs(statistic))
    middle = statistic * error * scale
    reach = REACH / sqrt(n[0])
    step = 0.6 / sqrt(n[0] + sizes[-1])
    a = np.arange(middle.min() - reach, middle.max() + reach + step, step)
    # Beyond these the walk crosses never, or always.
    a = a[(a < REACH / sqrt(sizes[0]))]
    density = np.exp(-n[0] / 2 * (a[:, None] - middle) ** 2) @ share * sqrt(n[0] / (2 * np.pi))
    kept = density > 1e-18 * density.max(initial=0.0)
    lowest = np.full(sizes.size, -np.inf)
    crossed = [
        crossing_probabilities(sizes, one * np.sqrt(sizes), lowest, effect=0.0).upper.sum()
        for one in a[kept].tolist()
    ]
    return float(min(1.0, step * density[kept] @ np.array(crossed)))
