"""Two proportions: chi-squared test, tests against a margin, exact power of Fisher's test.

References: Fleiss, Levin and Paik, Statistical methods for rates and proportions, 2003. Machin,
Campbell, Tan and Tan 2009. Farrington and Manning, Stat Med 1990;9:1447. Oracle: R's
power.prop.test and fisher.test over all tables.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, log_choose, numbers, of_numbers
from trialtrace.stats.design._sizes import (
    broadcast,
    one_tail,
    positive,
    quantile,
    share,
    single,
    sizes,
    smallest,
    wanted,
)
from trialtrace.stats.results import StatsError

VARIANCES = ("pooled", "unpooled")
# Tables whose probability Fisher's test takes as equal, a relative difference, as R.
TIED = 1e-7
# Tables of an exact power.
MOST_TABLES = 20_000_000


@of_numbers
def power_two_proportions(
    p1: ArrayLike,
    p0: ArrayLike,
    n1: ArrayLike,
    n0: ArrayLike,
    *,
    null: ArrayLike,
    variance: str,
    alpha: ArrayLike,
    sides: str,
) -> Floats:
    """Power of the z test (chi-squared) of a risk difference, normal approximation.

    The true risks are p1 and p0. `null` is the difference under the null hypothesis, 0 for
    superiority, a margin otherwise. `variance` under it: "pooled", one risk in both arms, for a
    null of 0, or "unpooled", the two risks. `sides` "one_sided" is towards the true difference;
    at two sides both tails count.

    Raises `StatsError` for risks outside 0 to 1, a difference equal to `null`, a pooled variance
    with another null than 0, and sizes that are none. Source: Fleiss 2003. Oracle:
    power.prop.test(strict = TRUE), base R.

    R: `power.prop.test(n, p1, p2, strict = TRUE)`; other variances by hand in planning.R.

    >>> options = {"null": 0, "variance": "pooled", "alpha": 0.05, "sides": "two_sided"}
    >>> round(power_two_proportions(0.75, 0.5, 58, 58, **options), 4)
    0.8023
    """
    tail = one_tail(alpha, sides)
    values = broadcast(
        p1=share(p1, "p1"),
        p0=share(p0, "p0"),
        n1=sizes(n1, "n1", 1),
        n0=sizes(n0, "n0", 1),
        null=numbers(null, "null"),
        alpha=tail,
    )
    _check_null(values[0] - values[1], values[4], variance)
    return _power(*values, variance=variance, sides=sides)


@of_numbers
def sample_size_two_proportions(
    p1: ArrayLike,
    p0: ArrayLike,
    *,
    null: ArrayLike,
    variance: str,
    power: ArrayLike,
    ratio: ArrayLike,
    alpha: ArrayLike,
    sides: str,
) -> tuple[Floats, Floats]:
    """Patients of the two arms, (n1, n0), for a wanted power; `ratio` is n1 / n0.

    The rest, and what is raised, as in `power_two_proportions`, and a power that is not above
    alpha. Source: Fleiss 2003. Oracle: power.prop.test.

    R: `power.prop.test(p1 = p1, p2 = p2, power = power, strict = TRUE)$n`.

    >>> test = {"null": 0, "variance": "pooled", "alpha": 0.05, "sides": "two_sided"}
    >>> sample_size_two_proportions(0.75, 0.5, power=0.9, ratio=1, **test)
    (77.0, 77.0)
    """
    target, tail = wanted(power, alpha), one_tail(alpha, sides)
    p1, p0, null, ratio, target, tail = broadcast(
        p1=share(p1, "p1"),
        p0=share(p0, "p0"),
        null=numbers(null, "null"),
        ratio=positive(ratio, "ratio"),
        power=target,
        alpha=tail,
    )
    _check_null(p1 - p0, null, variance)

    def of_first(n0: Floats) -> Floats:
        return np.maximum(np.ceil(ratio * n0 - 1e-9), 1)

    n0 = smallest(
        lambda n0: _power(p1, p0, of_first(n0), n0, null, tail, variance=variance, sides=sides),
        target,
        target.shape,
        1,
    )
    return of_first(n0), n0


def power_fisher(p1: float, p0: float, n1: int, n0: int, *, alpha: float, sides: str) -> float:
    """Exact power of Fisher's test of single numbers: the chance of all tables that it rejects.

    `sides` "two_sided" sums tables no more probable than the one seen, as R and `fisher_exact`
    do; "one_sided" is towards the true difference.

    Raises `StatsError` for risks outside 0 to 1, sizes that are none, and more than 20 million
    tables. Source: Fleiss 2003. Oracle: R's fisher.test over all tables.

    R: `fisher.test` of every table.

    >>> round(power_fisher(0.75, 0.5, 65, 65, alpha=0.05, sides="two_sided"), 4)
    0.809
    """
    tail = one_tail(alpha, sides)
    level = single(tail, "alpha") * (2 if sides == "two_sided" else 1)
    risks = [single(share(p, "p1 and p0"), "p1 and p0") for p in (p1, p0)]
    n1, n0 = (int(single(sizes(n, "n1 and n0", 1), "n1 and n0")) for n in (n1, n0))
    if (n1 + 1) * (n0 + 1) > MOST_TABLES:
        raise StatsError("too many tables for an exact power.")
    if risks[0] < risks[1]:
        risks, n1, n0 = risks[::-1], n0, n1
    power = 0.0
    chances = [_binomial(p, n) for p, n in zip(risks, (n1, n0), strict=True)]
    for events in range(n1 + n0 + 1):
        first = np.arange(max(0, events - n0), min(n1, events) + 1)
        log_ways = log_choose(n1, first) + log_choose(n0, events - first)
        given = np.exp(log_ways - log_choose(n1 + n0, events))
        if sides == "one_sided":
            p_value = np.cumsum(given[::-1])[::-1]
        else:
            order = np.sort(given)
            upto = np.searchsorted(order, given * (1 + TIED), side="right")
            p_value = np.cumsum(order)[upto - 1]
        rejected = p_value <= level * (1 + TIED)
        power += float((chances[0][first] * chances[1][events - first])[rejected].sum())
    return min(power, 1.0)


def _binomial(p: float, n: int) -> Floats:
    x = np.arange(n + 1.0)
    return np.asarray(np.exp(log_choose(n, x) + x * np.log(p) + (n - x) * np.log1p(-p)))


def _check_null(difference: Floats, null: Floats, variance: str) -> None:
    check_choice("variance", variance, VARIANCES)
    if (difference == null).any():
        raise StatsError("the difference is that of the null hypothesis.")
    if variance == "pooled" and (null != 0).any():
        raise StatsError("a pooled variance belongs to a null hypothesis of no difference.")


def _power(
    p1: Floats,
    p0: Floats,
    n1: Floats,
    n0: Floats,
    null: Floats,
    tail: Floats,
    *,
    variance: str,
    sides: str,
) -> Floats:
    error = np.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    pooled = (n1 * p1 + n0 * p0) / (n1 + n0)
    at_null = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0)) if variance == "pooled" else error
    away, critical = np.abs(p1 - p0 - null), quantile(tail) * at_null
    power = scipy.special.ndtr((away - critical) / error)
    if sides == "two_sided":
        power = power + scipy.special.ndtr((-away - critical) / error)
    return np.asarray(power)
