"""The log-rank test: events for a hazard ratio, and patients for the events.

The power depends on the number of events; how many patients and how long it takes to see them
follows from the hazards, the accrual, the follow-up and the losses.

References: Schoenfeld, Biometrika 1981;68:316 and Biometrics 1983;39:499. Freedman, Stat Med
1982;1:121. Lachin and Foulkes, Biometrics 1986;42:507. Oracle: R's rpact, base R's integrate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, numbers, of_numbers
from trialtrace.stats.design._sizes import (
    broadcast,
    normal_power,
    one_tail,
    positive,
    quantile,
    share,
    smallest,
    wanted,
)
from trialtrace.stats.results import StatsError

FORMULAS = ("schoenfeld", "freedman")


@of_numbers
def power_log_rank(
    hazard_ratio: ArrayLike,
    events: ArrayLike,
    *,
    null: ArrayLike,
    ratio: ArrayLike,
    formula: str,
    alpha: ArrayLike,
    sides: str,
) -> Floats:
    """Power of the log-rank test with so many events in both arms together.

    `ratio` is the number of treated patients to that of the others. `formula`: "schoenfeld", on
    the logarithmic scale, or "freedman". `null` is the hazard ratio under the null hypothesis: 1
    for superiority, a margin for non-inferiority ("schoenfeld" only). `events` may be a number to
    expect, which need not be whole.

    Raises `StatsError` for ratios not above 0, a hazard ratio equal to `null`, another null with
    "freedman", and events not above 0. Source: Schoenfeld 1981, Freedman 1982.
    Oracle: rpact.

    R: by hand in planning.R.

    >>> options = {"null": 1, "ratio": 1, "alpha": 0.05, "sides": "two_sided"}
    >>> round(power_log_rank(0.7, 247, formula="schoenfeld", **options), 4)
    0.8003
    """
    tail = one_tail(alpha, sides)
    per_event, events, tail = broadcast(
        hazard_ratio=_per_event(hazard_ratio, null, ratio, formula),
        events=positive(events, "events"),
        alpha=tail,
    )
    return normal_power(per_event * np.sqrt(events), tail, sides)


@of_numbers
def sample_size_log_rank(
    hazard_ratio: ArrayLike,
    *,
    null: ArrayLike,
    power: ArrayLike,
    ratio: ArrayLike,
    formula: str,
    alpha: ArrayLike,
    sides: str,
) -> Floats:
    """Events of both arms together for a wanted power of the log-rank test.

    Patients: `patients_for_events`. The rest, and what is raised, as in `power_log_rank`, and a
    power that is not above alpha. Source: Schoenfeld 1981, Freedman 1982. Oracle: rpact.

    R: `rpact::getSampleSizeSurvival(typeOfComputation = "Schoenfeld")`.

    >>> options = {"null": 1, "power": 0.8, "ratio": 1, "alpha": 0.05, "sides": "two_sided"}
    >>> sample_size_log_rank(0.7, formula="schoenfeld", **options)
    247.0
    """
    target, tail = wanted(power, alpha), one_tail(alpha, sides)
    per_event, target, tail = broadcast(
        hazard_ratio=_per_event(hazard_ratio, null, ratio, formula), power=target, alpha=tail
    )
    return smallest(
        lambda events: normal_power(per_event * np.sqrt(events), tail, sides),
        target,
        target.shape,
        1,
    )


@of_numbers
def precision_log_rank(events: ArrayLike, *, ratio: ArrayLike, confidence: ArrayLike) -> Floats:
    """Ratio to expect of the upper to the lower bound of a hazard ratio, near no effect.

    The bounds are its estimate divided and multiplied by the root of this. `events` may be a
    number to expect.

    Raises `StatsError` for events and ratios that are none. Source: Schoenfeld 1981. Oracle: base
    R.

    R: by hand.

    >>> round(precision_log_rank(247, ratio=1, confidence=0.95), 4)
    1.6468
    """
    events, ratio, level = broadcast(
        events=positive(events, "events"),
        ratio=positive(ratio, "ratio"),
        confidence=share(confidence, "confidence"),
    )
    treated = ratio / (1 + ratio)
    error = 1 / np.sqrt(events * treated * (1 - treated))
    return np.asarray(np.exp(2 * quantile((1 - level) / 2) * error))


@of_numbers
def event_probability(
    hazard: ArrayLike, *, accrual: ArrayLike, follow_up: ArrayLike, losses: ArrayLike
) -> Floats:
    """Chance that a patient has the event before the end of a trial.

    Patients enter evenly over the time `accrual` and are followed for `follow_up` after its end;
    `hazard` and that of being lost, `losses`, are constant, in one unit of time.

    Raises `StatsError` for a hazard not above 0, negative times or losses, and neither accrual nor
    follow-up. Source: Lachin and Foulkes 1986. Oracle: base R's integrate, rpact.

    R: by hand in planning.R.

    >>> round(event_probability(0.1, accrual=12, follow_up=6, losses=0), 4)
    0.6804
    """
    hazard, accrual, follow_up, losses = broadcast(
        hazard=positive(hazard, "hazard"),
        accrual=_not_negative(accrual, "accrual"),
        follow_up=_not_negative(follow_up, "follow_up"),
        losses=_not_negative(losses, "losses"),
    )
    if not (accrual + follow_up > 0).all():
        raise StatsError("there is neither accrual nor follow-up.")
    both = hazard + losses
    # The mean over entries of exp(-both (follow_up + u)), u even on 0 to accrual.
    spread = both * accrual
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(spread > 0, -np.expm1(-spread) / spread, 1.0)
    return np.asarray(hazard / both * (1 - np.exp(-both * follow_up) * mean))


@of_numbers
def patients_for_events(
    events: ArrayLike, probability1: ArrayLike, probability0: ArrayLike, *, ratio: ArrayLike
) -> tuple[Floats, Floats]:
    """Patients of the two arms, (n1, n0), for so many events to expect in both together.

    `probability1` and `probability0` are the chances of an event in each arm
    (`event_probability`); `ratio` is n1 / n0. n0 is the smallest whole number that suffices.

    Raises `StatsError` for events, chances and ratios that are none. Source: Schoenfeld 1983.
    Oracle: base R.

    R: by hand.

    >>> patients_for_events(247, 0.55, 0.68, ratio=1)
    (201.0, 201.0)
    """
    events, p1, p0, ratio = broadcast(
        events=positive(events, "events"),
        p1=share(probability1, "probability1"),
        p0=share(probability0, "probability0"),
        ratio=positive(ratio, "ratio"),
    )

    def of_first(n0: Floats) -> Floats:
        return np.ceil(ratio * n0 - 1e-9)

    n0 = smallest(lambda n0: of_first(n0) * p1 + n0 * p0, events, events.shape, 1)
    return of_first(n0), n0


def _per_event(hazard_ratio: ArrayLike, null: ArrayLike, ratio: ArrayLike, formula: str) -> Floats:
    """The mean of the statistic, of one event."""
    check_choice("formula", formula, FORMULAS)
    hazard_ratio, null, ratio = broadcast(
        hazard_ratio=positive(hazard_ratio, "hazard_ratio"),
        null=positive(null, "null"),
        ratio=positive(ratio, "ratio"),
    )
    if (hazard_ratio == null).any():
        raise StatsError("the hazard ratio is that of the null hypothesis.")
    if formula == "schoenfeld":
        treated = ratio / (1 + ratio)
        return np.abs(np.log(hazard_ratio / null)) * np.sqrt(treated * (1 - treated))
    if (null != 1).any():
        raise StatsError("Freedman's formula is for a null hypothesis of one hazard.")
    return np.sqrt(ratio) * np.abs(1 - hazard_ratio) / (1 + ratio * hazard_ratio)


def _not_negative(values: ArrayLike, name: str) -> Floats:
    array = numbers(values, name)
    if (array < 0).any():
        raise StatsError(f"{name} must not be negative.")
    return array
