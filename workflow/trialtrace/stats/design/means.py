"""Two means and paired means by Student's t; what baselines and repeated visits save.

The power is that of the noncentral t distribution, not of a normal approximation. `sd` is the
standard deviation within arms. For a test against a margin, `null` is the difference at which the
null hypothesis lies; for superiority it is 0.

References: Machin, Campbell, Tan and Tan, Sample sizes for clinical studies, 2009. Chow, Shao and
Wang, Sample size calculations in clinical research, 2008. Frison and Pocock, Stat Med 1992;11:1685.
Oracle: R's power.t.test(strict = TRUE) and pwr.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, numbers, of_numbers
from trialtrace.stats.design._sizes import (
    broadcast,
    one_tail,
    positive,
    share,
    single,
    sizes,
    smallest,
    wanted,
)
from trialtrace.stats.results import StatsError

ANALYSES = ("follow_up", "change", "ancova")


@of_numbers
def power_two_means(
    difference: ArrayLike,
    sd: ArrayLike,
    n1: ArrayLike,
    n0: ArrayLike,
    *,
    null: ArrayLike,
    alpha: ArrayLike,
    sides: str,
) -> Floats:
    """Power of Student's t test of two means, arms of n1 and n0 patients.

    `sides` "two_sided", or "one_sided" towards `difference`. With a `null` other than 0 it is that
    of a test against a margin: non-inferiority where low values are bad has a negative one.

    Raises `StatsError` for an sd or sizes that are none, a difference equal to `null`, and shapes
    that do not fit. Source: Machin 2009. Oracle: power.t.test(strict = TRUE), pwr.t2n.test.

    R: `pwr::pwr.t2n.test(n1, n0, d)`, `power.t.test(n, delta, sd, strict = TRUE)`.

    >>> round(power_two_means(5, 10, 64, 64, null=0, alpha=0.05, sides="two_sided"), 4)
    0.8015
    """
    tail = one_tail(alpha, sides)
    shift, sd, n1, n0, tail = broadcast(
        difference=_away(difference, null),
        sd=positive(sd, "sd"),
        n1=sizes(n1, "n1"),
        n0=sizes(n0, "n0"),
        alpha=tail,
    )
    return _t_power(shift / (sd * np.sqrt(1 / n1 + 1 / n0)), n1 + n0 - 2, tail, sides)


@of_numbers
def sample_size_two_means(
    difference: ArrayLike,
    sd: ArrayLike,
    *,
    null: ArrayLike,
    power: ArrayLike,
    ratio: ArrayLike,
    alpha: ArrayLike,
    sides: str,
) -> tuple[Floats, Floats]:
    """Patients of the two arms, (n1, n0), for a wanted power of Student's t test.

    `ratio` is n1 / n0; n0 is the smallest whole number that suffices, n1 the next whole number
    from `ratio` times it. The rest as in `power_two_means`.

    Raises `StatsError` as that, and for a power that is not above alpha or out of reach. Source:
    Machin 2009. Oracle: power.t.test.

    R: `power.t.test(delta = delta, sd = sd, power = power, strict = TRUE)$n`, rounded up.

    >>> options = {"null": 0, "power": 0.9, "ratio": 1, "alpha": 0.05, "sides": "two_sided"}
    >>> sample_size_two_means(5, 10, **options)
    (86.0, 86.0)
    """
    target, tail = wanted(power, alpha), one_tail(alpha, sides)
    shift, sd, ratio, target, tail = broadcast(
        difference=_away(difference, null),
        sd=positive(sd, "sd"),
        ratio=positive(ratio, "ratio"),
        power=target,
        alpha=tail,
    )

    def power_of(n0: Floats) -> Floats:
        n1 = np.maximum(np.ceil(ratio * n0 - 1e-9), 2)
        return _t_power(shift / (sd * np.sqrt(1 / n1 + 1 / n0)), n1 + n0 - 2, tail, sides)

    n0 = smallest(power_of, target, shift.shape, 2)
    return np.maximum(np.ceil(ratio * n0 - 1e-9), 2), n0


@of_numbers
def precision_two_means(
    sd: ArrayLike, n1: ArrayLike, n0: ArrayLike, *, confidence: ArrayLike
) -> Floats:
    """Width to expect of Student's interval of a difference of two means.

    The mean over trials, in which the estimated sd differs from the true one.

    Raises `StatsError` for an sd, sizes or confidence that are none. Source: Machin 2009, with the
    mean of the sample sd (Holtzman, Am Stat 1950). Oracle: base R.

    R: by hand in planning.R.

    >>> round(precision_two_means(10, 50, 50, confidence=0.95), 3)
    7.918
    """
    sd, n1, n0, level = broadcast(
        sd=positive(sd, "sd"),
        n1=sizes(n1, "n1"),
        n0=sizes(n0, "n0"),
        confidence=share(confidence, "confidence"),
    )
    return _width(sd * np.sqrt(1 / n1 + 1 / n0), n1 + n0 - 2, level)


@of_numbers
def power_paired_means(
    difference: ArrayLike,
    sd: ArrayLike,
    pairs: ArrayLike,
    *,
    null: ArrayLike,
    alpha: ArrayLike,
    sides: str,
) -> Floats:
    """Power of the paired t test; `sd` is that of the differences within pairs.

    The rest, and what is raised, as in `power_two_means`. Source: Machin 2009. Oracle:
    power.t.test(type = "paired", strict = TRUE).

    R: `power.t.test(n, delta, sd, type = "paired", strict = TRUE)`.

    >>> round(power_paired_means(2, 5, 52, null=0, alpha=0.05, sides="two_sided"), 4)
    0.8078
    """
    tail = one_tail(alpha, sides)
    shift, sd, n, tail = broadcast(
        difference=_away(difference, null),
        sd=positive(sd, "sd"),
        pairs=sizes(pairs, "pairs"),
        alpha=tail,
    )
    return _t_power(shift / (sd / np.sqrt(n)), n - 1, tail, sides)


@of_numbers
def sample_size_paired_means(
    difference: ArrayLike,
    sd: ArrayLike,
    *,
    null: ArrayLike,
    power: ArrayLike,
    alpha: ArrayLike,
    sides: str,
) -> Floats:
    """Pairs for a wanted power of the paired t test; `sd` is that of the differences.

    Raises `StatsError` as `sample_size_two_means`. Source: Machin 2009. Oracle: power.t.test.

    R: `power.t.test(delta = delta, sd = sd, power = power, type = "paired")$n`.

    >>> options = {"null": 0, "power": 0.8, "alpha": 0.05, "sides": "two_sided"}
    >>> sample_size_paired_means(2, 5, **options)
    52.0
    """
    target, tail = wanted(power, alpha), one_tail(alpha, sides)
    shift, sd, target, tail = broadcast(
        difference=_away(difference, null), sd=positive(sd, "sd"), power=target, alpha=tail
    )
    return smallest(
        lambda n: _t_power(shift / (sd / np.sqrt(n)), n - 1, tail, sides), target, shift.shape, 2
    )


@of_numbers
def precision_paired_means(sd: ArrayLike, pairs: ArrayLike, *, confidence: ArrayLike) -> Floats:
    """Width to expect of Student's interval of a mean difference within pairs.

    As `precision_two_means`. Oracle: base R.

    R: by hand in planning.R.

    >>> round(precision_paired_means(5, 52, confidence=0.95), 3)
    2.77
    """
    sd, n, level = broadcast(
        sd=positive(sd, "sd"),
        pairs=sizes(pairs, "pairs"),
        confidence=share(confidence, "confidence"),
    )
    return _width(sd / np.sqrt(n), n - 1, level)


@of_numbers
def variance_factor(
    correlation: ArrayLike, *, baselines: int, follow_ups: int, analysis: str
) -> Floats:
    """By what baselines and repeated visits multiply the variance of a difference of two means.

    Visits of a patient have one variance and one `correlation`; the outcome is the mean of the
    `follow_ups` visits. `analysis`: "follow_up", that mean alone, "change" from the mean of the
    baselines, or "ancova", adjusted for it. Give sd times the root of the factor to
    `power_two_means`; ANCOVA has a degree of freedom less.

    Raises `StatsError` for a correlation outside 0 to 1, numbers of visits that are none, and an
    analysis of baselines that there are not. Source: Frison and Pocock 1992. Oracle: their table,
    base R's matrix algebra.

    R: by hand in planning.R.

    >>> round(variance_factor(0.6, baselines=1, follow_ups=1, analysis="ancova"), 4)
    0.64
    """
    check_choice("analysis", analysis, ANALYSES)
    r = numbers(correlation, "correlation")
    if not ((r >= 0) & (r < 1)).all():
        raise StatsError("correlation must lie between 0 and 1.")
    least = 0 if analysis == "follow_up" else 1
    p = single(sizes(baselines, "baselines", least), "baselines")
    q = single(sizes(follow_ups, "follow_ups", 1), "follow_ups")
    after = (1 + (q - 1) * r) / q
    if analysis == "follow_up":
        return np.asarray(after)
    before = (1 + (p - 1) * r) / p
    if analysis == "change":
        return np.asarray(after + before - 2 * r)
    return np.asarray(after - r**2 / before)


def _away(difference: ArrayLike, null: ArrayLike) -> Floats:
    """Distance from the null hypothesis."""
    values = broadcast(difference=numbers(difference, "difference"), null=numbers(null, "null"))
    away = np.abs(values[0] - values[1])
    if not (away > 0).all():
        raise StatsError("the difference is that of the null hypothesis.")
    return np.asarray(away)


def _t_power(shift: Floats, df: Floats, tail: Floats, sides: str) -> Floats:
    critical = -scipy.special.stdtrit(df, tail)
    # Beyond this the power is 1, and the series of the noncentral distribution do not end.
    far = shift > critical + 30
    within = np.where(far, 0.0, shift)
    power = 1 - scipy.special.nctdtr(df, within, critical)
    if sides == "two_sided":
        # NaN where the series does not end: less than 1e-16 of the other side is left there.
        power = power + np.nan_to_num(scipy.special.nctdtr(df, within, -critical))
    return np.where(far, 1.0, np.clip(power, 0, 1))


def _width(error: Floats, df: Floats, level: Floats) -> Floats:
    """Twice Student's quantile times the mean of the estimated standard error."""
    log_ratio = scipy.special.gammaln((df + 1) / 2) - scipy.special.gammaln(df / 2)
    shrunk = np.sqrt(2 / df) * np.exp(log_ratio)
    return np.asarray(2 * scipy.special.stdtrit(df, 0.5 + level / 2) * shrunk * error)
