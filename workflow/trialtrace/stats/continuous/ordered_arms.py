"""Arms in an order, as doses: Jonckheere and Terpstra's test by ranks.

It looks for values that rise (or fall) from arm to arm without saying by how much; a line over
stated scores is `arm_contrasts.trend_coefficients`, the like for proportions `cochran_armitage`.

References: Terpstra, Indag Math 1952;14:327. Jonckheere, Biometrika 1954;41:133. Hollander and
Wolfe, Nonparametric statistical methods, 1999, section 6.2.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, labels, normal_tail, sample
from trialtrace.stats.results import StatsError, TestResult

METHODS = ("asymptotic", "exact")
# Additions of whole numbers that an exact distribution may cost: a few seconds.
MOST_WORK = 30_000_000


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
