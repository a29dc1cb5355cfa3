"""What sizes that are given can detect: the effect that a test finds with a wanted power.

The effect is found from the formula of the power. It is no estimate: nothing that a trial found
enters, and what a trial with these sizes could find does not change with what it did find.

References: those of the powers. Oracle: R's power.t.test, power.prop.test and uniroot.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import NumberOrArray, check_choice, numbers
from trialtrace.stats._roots import roots
from trialtrace.stats.design._sizes import one_tail, positive, share, single, sizes, wanted
from trialtrace.stats.design.events import event_probability, power_log_rank
from trialtrace.stats.design.means import power_paired_means, power_two_means
from trialtrace.stats.design.proportions import power_fisher, power_two_proportions
from trialtrace.stats.design.ranks import power_mann_whitney
from trialtrace.stats.results import StatsError

DIRECTIONS = ("lower", "higher")
TESTS = ("chi_squared", "fisher")
# Of the normal and of Student's distribution beyond the critical value: a power of 1.
CERTAIN = 30.0
NEAR = 1e-9


def detectable_two_means(
    sd: float, n1: float, n0: float, *, power: float, alpha: float, sides: str
) -> float:
    """Difference of two means that Student's t test finds with this power; above 0.

    Raises `StatsError` as `power_two_means`. Source: Machin 2009. Oracle: power.t.test,
    pwr.t2n.test.

    R: `power.t.test(n, sd = sd, power = power, strict = TRUE)$delta`.

    >>> round(detectable_two_means(10, 64, 64, power=0.8, alpha=0.05, sides="two_sided"), 3)
    4.991
    """
    scale = single(positive(sd, "sd"), "sd")
    n1, n0 = (single(sizes(n, "n1 and n0"), "n1 and n0") for n in (n1, n0))
    error = scale * np.sqrt(1 / n1 + 1 / n0)
    critical = -scipy.special.stdtrit(n1 + n0 - 2, _tail(power, alpha, sides))
    return _root(
        lambda x: power_two_means(x, sd, n1, n0, null=0, alpha=alpha, sides=sides),
        power,
        NEAR * error,
        (critical + CERTAIN) * error,
    )


def detectable_paired_means(
    sd: float, pairs: float, *, power: float, alpha: float, sides: str
) -> float:
    """Mean difference within pairs that the paired t test finds with this power; above 0.

    `sd` is that of the differences. Raises `StatsError` as `power_paired_means`. Source: Machin
    2009. Oracle: power.t.test(type = "paired").

    R: `power.t.test(n, sd = sd, power = power, type = "paired", strict = TRUE)$delta`.

    >>> round(detectable_paired_means(1, 22, power=0.8, alpha=0.05, sides="two_sided"), 4)
    0.6264
    """
    scale = single(positive(sd, "sd"), "sd")
    n = single(sizes(pairs, "pairs"), "pairs")
    critical = -scipy.special.stdtrit(n - 1, _tail(power, alpha, sides))
    error = scale / np.sqrt(n)
    return _root(
        lambda x: power_paired_means(x, sd, n, null=0, alpha=alpha, sides=sides),
        power,
        NEAR * error,
        (critical + CERTAIN) * error,
    )


def detectable_two_proportions(
    p0: float,
    n1: int,
    n0: int,
    *,
    better: str,
    test: str,
    power: float,
    alpha: float,
    sides: str,
) -> float:
    """Risk of the treated arm that a test finds with this power where the other's is `p0`.

    `better` "lower" or "higher" is the side of p0 on which it lies. `test`: "chi_squared", by the
    normal approximation with the pooled variance, or "fisher", exact.

    Raises `StatsError` where no risk on that side is far enough. Source: Fleiss 2003. Oracle:
    power.prop.test, uniroot.

    R: `power.prop.test(n, p1 = p0, power = power, strict = TRUE)$p2`.

    >>> options = {"power": 0.8, "alpha": 0.05, "sides": "two_sided", "test": "chi_squared"}
    >>> round(detectable_two_proportions(0.7, 39, 39, better="lower", **options), 4)
    0.3888
    """
    check_choice("better", better, DIRECTIONS)
    check_choice("test", test, TESTS)
    _tail(power, alpha, sides)
    risk = single(share(p0, "p0"), "p0")

    def power_of(p1: Floats) -> NumberOrArray:
        if test == "fisher":
            each = [power_fisher(one, p0, n1, n0, alpha=alpha, sides=sides) for one in p1.tolist()]
            return np.array(each)
        return power_two_proportions(
            p1, p0, n1, n0, null=0, variance="pooled", alpha=alpha, sides=sides
        )

    far, near = (NEAR, risk - NEAR) if better == "lower" else (1 - NEAR, risk + NEAR)
    return _root(power_of, power, near, far)


def detectable_hazard_ratio(
    events: float,
    *,
    better: str,
    ratio: float,
    formula: str,
    power: float,
    alpha: float,
    sides: str,
) -> float:
    """Hazard ratio that the log-rank test finds with this power in so many events.

    `better` "lower" is below 1, "higher" above it. The rest, and what is raised, as in
    `power_log_rank`. Source: Schoenfeld 1981, Freedman 1982. Oracle: uniroot.

    R: by hand in planning.R.

    >>> test = {"power": 0.8, "alpha": 0.05, "sides": "two_sided", "formula": "schoenfeld"}
    >>> round(detectable_hazard_ratio(247, better="lower", ratio=1, **test), 4)
    0.7001
    """
    check_choice("better", better, DIRECTIONS)
    _tail(power, alpha, sides)

    for name, value in (("events", events), ("ratio", ratio)):
        single(numbers(value, name), name)

    def power_of(truths: Floats) -> NumberOrArray:
        return power_log_rank(
            truths, events, null=1, ratio=ratio, formula=formula, alpha=alpha, sides=sides
        )

    return _hazard_ratio(power_of, power, better)


def detectable_in_patients(
    n1: float,
    n0: float,
    *,
    hazard: float,
    accrual: float,
    follow_up: float,
    losses: float,
    better: str,
    formula: str,
    power: float,
    alpha: float,
    sides: str,
) -> float:
    """Hazard ratio that the log-rank test finds with this power in arms of n1 and n0 patients.

    The events are those to expect at that ratio (`event_probability`); `hazard` is the
    reference's. The rest, and what is raised, as there and in `detectable_hazard_ratio`. Source:
    Schoenfeld 1983, Lachin and Foulkes 1986. Oracle: uniroot.

    R: by hand in planning.R.

    >>> seen = {"hazard": 0.1, "accrual": 12, "follow_up": 6, "losses": 0}
    >>> test = {"power": 0.8, "alpha": 0.05, "sides": "two_sided", "formula": "schoenfeld"}
    >>> round(detectable_in_patients(200, 200, better="lower", **seen, **test), 4)
    0.7002
    """
    check_choice("better", better, DIRECTIONS)
    _tail(power, alpha, sides)
    n1, n0 = (single(sizes(n, "n1 and n0", 1), "n1 and n0") for n in (n1, n0))
    own = single(positive(hazard, "hazard"), "hazard")
    for name, value in (("accrual", accrual), ("follow_up", follow_up), ("losses", losses)):
        single(numbers(value, name), name)

    def power_of(ratio: Floats) -> NumberOrArray:
        first, second = (
            event_probability(one, accrual=accrual, follow_up=follow_up, losses=losses)
            for one in (own * ratio, own)
        )
        return power_log_rank(
            ratio,
            n1 * first + n0 * second,
            null=1,
            ratio=n1 / n0,
            formula=formula,
            alpha=alpha,
            sides=sides,
        )

    return _hazard_ratio(power_of, power, better)


def detectable_superiority(n1: int, n0: int, *, power: float, alpha: float, sides: str) -> float:
    """Probability of superiority, above 1/2, that the Mann-Whitney test finds with this power.

    Raises `StatsError` as `power_mann_whitney`, and where no probability is large enough. Source:
    Noether 1987. Oracle: base R's uniroot.

    R: by hand in planning.R.

    >>> round(detectable_superiority(58, 58, power=0.8, alpha=0.05, sides="two_sided"), 4)
    0.6508
    """
    _tail(power, alpha, sides)
    n1, n0 = (int(single(sizes(n, "n1 and n0", 1), "n1 and n0")) for n in (n1, n0))
    return _root(
        lambda x: power_mann_whitney(x, n1, n0, alpha=alpha, sides=sides),
        power,
        0.5 + NEAR,
        1 - NEAR,
    )


def _hazard_ratio(power_of: Callable[[Floats], NumberOrArray], power: float, better: str) -> float:
    far, near = (-40.0, -NEAR) if better == "lower" else (40.0, NEAR)
    return float(np.exp(_root(lambda x: power_of(np.exp(x)), power, near, far)))


def _tail(power: float, alpha: float, sides: str) -> float:
    single(wanted(power, alpha), "power")
    return single(one_tail(alpha, sides), "alpha")


def _root(
    power_of: Callable[[Floats], NumberOrArray], power: float, near: float, far: float
) -> float:
    """The effect at which the power is as wanted, between one that is near none and a far one."""

    def above(x: Floats, which: Places) -> Floats:
        return np.asarray(power_of(x)) - power

    low, high = sorted((near, far))
    root = roots(above, np.array([low]), np.array([high]))[0]
    if np.isnan(root):
        raise StatsError("no effect is large enough for the wanted power with these sizes.")
    return float(root)
