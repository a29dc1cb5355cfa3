"""Designs of an analysis of variance that a plan can name: who stands beside whom, which effect.

Arms by visits, visits within an arm or over all of them; and for two treatments of one subject the
three readings of a plan: every treatment at every visit as one factor, treatments by visits, visits
under one treatment. A design that gives the effect that a claim is about is tier 1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.claims.search.patients import Patients
from trialtrace.stats.repeated.anova_general import AnovaEffect, repeated_anova
from trialtrace.stats.results import StatsError

BETWEEN = {"arm": ("arm",), "visit": ("visit",), "arm_visit": ("arm", "visit")}
WITHIN = {
    "cell": ("cell",),
    "treatment": ("treatment",),
    "visit": ("visit",),
    "treatment_visit": ("treatment", "visit"),
}
TOLD = {
    "arm": "effect of the arm",
    "visit": "effect of the visit",
    "treatment": "effect of treatment",
    "arm_visit": "interaction of arm and visit",
    "cell": "effect of the cell",
    "treatment_visit": "interaction of treatment and visit",
}


class Design(NamedTuple):
    """A design with one of its effects; `fit` takes values and members, None without an answer."""

    name: str
    tier: int
    fit: Callable[[Floats, Flags], AnovaEffect | None]


def between_designs(patients: Patients, arms: Sequence[int], effect: str) -> Iterator[Design]:
    """Designs of arms by visits, for values (subjects, visits)."""

    def by_arm(other: str, squares: str) -> Callable:
        def fit(values: Floats, members: Flags) -> AnovaEffect | None:
            own = members & np.isin(patients.arm, arms) & _whole(values)
            return _effect(
                values[own], ("visit",), {"arm": patients.arm[own]}, BETWEEN[other], squares
            )

        return fit

    def of_arms(some: Sequence[int]) -> Callable:
        def fit(values: Floats, members: Flags) -> AnovaEffect | None:
            own = members & np.isin(patients.arm, some) & _whole(values)
            return _effect(values[own], ("visit",), {}, ("visit",))

        return fit

    for other in (effect, *(one for one in BETWEEN if one != effect)):
        tier, name = 1 if other == effect else 2, f"arms by visits, {TOLD[other]}"
        yield Design(name, tier, by_arm(other, "III"))
        if other == "visit":
            yield Design(f"{name} by type II sums of squares", tier, by_arm(other, "II"))
    yield Design("visits of all arms together", 2, of_arms(arms))
    for place in arms:
        yield Design(f"visits within {patients.arms[place]}", 2, of_arms([place]))


def within_designs(patients: Patients, arms: Sequence[int], effect: str) -> Iterator[Design]:
    """Designs of two treatments of one subject, for values (subjects, treatments, visits)."""

    def fit(shape: str, factors: tuple[str, ...], place: int | None = None) -> Callable:
        def of(values: Floats, members: Flags) -> AnovaEffect | None:
            own = values if place is None else values[:, [place]]
            own = own[members & _whole(own)]
            if shape != "treatment_by_visit":
                own = own.reshape(len(own), np.prod(own.shape[1:]))
            names = {"cells": ("cell",), "visits": ("visit",)}.get(shape, ("treatment", "visit"))
            return _effect(own, names, {}, factors)

        return of

    for other in (effect, *(one for one in WITHIN if one != effect)):
        tier = 1 if other == effect else 2
        if other == "cell":
            yield Design("every treatment at every visit", tier, fit("cells", WITHIN[other]))
            continue
        name = f"treatments by visits, {TOLD[other]}"
        yield Design(name, tier, fit("treatment_by_visit", WITHIN[other]))
        for number, place in enumerate(arms) if other == "visit" else ():
            text = f"visits under {patients.arms[place]}"
            yield Design(text, tier, fit("visits", WITHIN[other], number))


def _whole(values: Floats) -> Flags:
    """Subjects with every value."""
    return np.logical_not(np.isnan(values.reshape(len(values), -1)).any(axis=1))


def _effect(
    values: Floats,
    within: tuple[str, ...],
    between: Mapping[str, Places],
    factors: tuple[str, ...],
    squares: str = "III",
) -> AnovaEffect | None:
    try:
        anova = repeated_anova(
            values, within=within, between=between, sums_of_squares=squares, measured=()
        )
    except StatsError:
        return None
    return anova.effect(*factors)
