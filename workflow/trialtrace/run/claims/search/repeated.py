"""Candidates for repeated measures: F, its degrees of freedom and p of an analysis of variance.

A reading is what is looked at (value or change), which visits, and how gaps are treated; the design
and its effect are those of `designs`. Tier 1 is a planned effect without correction and with each
usual one, types II and III; other effects, visits and values are tier 2, subsets tier 3.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.claims.search.values import CASES, KINDS, Patients, Reading, Visits, changed
from trialtrace.run.claims.search.wanted import Key, P, Wanted
from trialtrace.run.claims.search.ways import Option, Way, crossed
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
            return _effect_of_design(
                values[own], ("visit",), {"arm": patients.arm[own]}, BETWEEN[other], squares
            )

        return fit

    def of_arms(some: Sequence[int]) -> Callable:
        def fit(values: Floats, members: Flags) -> AnovaEffect | None:
            own = members & np.isin(patients.arm, some) & _whole(values)
            return _effect_of_design(values[own], ("visit",), {}, ("visit",))

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
            return _effect_of_design(own, names, {}, factors)

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


def _effect_of_design(
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


CORRECTIONS = {
    "without correction": ("", 1),
    "Greenhouse-Geisser": ("greenhouse_geisser", 1),
    "Huynh-Feldt": ("huynh_feldt_lecoutre", 1),
    "Huynh-Feldt of 1976": ("huynh_feldt_1976", 2),
    "lower bound": ("lower_bound", 2),
}
STATS = ("f", "df1", "df2", P)
MOST_VISITS = 6


def _effect(key: Key) -> str | None:
    """The effect of an analysis of variance that a number is of."""
    return key.second[1] if key.second is not None and key.second[0] == "effect" else None


class Repeated:
    """The candidates of a bundle of one analysis of variance over visits.

    `designs` gives the designs for an effect; `effects` are those that it knows.
    """

    def __init__(
        self,
        patients: Patients,
        label: str,
        readings: Sequence[Reading],
        designs: Callable[[str], Iterator[Design]],
        effects: Sequence[str],
    ):
        self.patients, self.label, self.readings = patients, label, readings
        self.designs, self.effects = designs, effects

    def supports(self, key: Key) -> bool:
        return _effect(key) in self.effects and key.stat in STATS

    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]:
        """Every way of giving all wanted numbers at once; none for numbers of several effects."""
        keys = list(dict.fromkeys(one.key for one in order))
        effects = {effect for key in keys if (effect := _effect(key)) is not None}
        if len(effects) > 1:
            return
        for design in self.designs(effects.pop()):
            sets = self._sets(design.tier)
            found = [design.fit(values, mask) for _, _, values, mask in sets]
            options = list(_options(design, keys, found))
            yield from crossed([one[0] for one in sets], [one[1] for one in sets], [options])

    def _sets(self, tier: int) -> list[tuple[str, int, Floats, Flags]]:
        """(name, tier, values, members); subsets only for a design that is tier 1."""
        found, declared = [], self.patients.declared
        for reading in self.readings:
            for name, own, mask in zip(declared.names, declared.tiers, declared.masks, strict=True):
                told = f"{name}, {reading.name}" if reading.name else name
                found.append((told, max(own, reading.tier), reading.values, mask))
        if tier == 1:
            sets, planned = self.patients.subsets, self.readings[0].values
            found += [
                (name, 3, planned, mask) for name, mask in zip(sets.names, sets.masks, strict=True)
            ]
        return found


def repeated_readings(
    each: Sequence[Visits], planned: Sequence[str], planned_kind: str
) -> list[Reading]:
    """Every reading, the planned one first; `each` are the visits of every treatment, or of all.

    Values are (subjects, visits), of several treatments (subjects, treatments, visits).
    """
    visits, planned = each[0], tuple(planned)
    labels, several = list(visits.labels), [planned]
    if len(labels) <= MOST_VISITS:
        every = [some for size in range(2, len(labels) + 1) for some in combinations(labels, size)]
        several += [some for some in every if some != planned]
    kinds = KINDS if visits.start is not None else {planned_kind: ""}
    readings = []
    for some, kind, (case, how) in product(several, kinds, CASES.items()):
        # An analysis of variance takes complete subjects anyway.
        if how == "complete" or (case and all(one.complete.all() for one in each)):
            continue
        places = [visits.at(label) for label in some]
        if kind != "value" and visits.start in places:
            continue
        told = [
            "" if some == planned else ", ".join(some),
            "" if kind == planned_kind else kinds[kind],
            case,
        ]
        name = "; ".join(filter(None, told))
        values = np.stack([_at(one, places, kind, how) for one in each], axis=1)
        values = values[:, 0] if len(each) == 1 else values
        readings.append(Reading(name, 2 if name else 1, values))
    return sorted(readings, key=lambda reading: reading.tier)


def _at(visits: Visits, places: Sequence[int], kind: str, how: str) -> Floats:
    """(subjects, visits) of one treatment."""
    filled = visits.filled(how)
    start = None if visits.start is None else filled[visits.start]
    return np.stack([changed(filled[place], start, kind) for place in places], axis=1)


def _options(
    design: Design, keys: Sequence[Key], effects: Sequence[AnovaEffect | None]
) -> Iterator[Option]:
    """The corrections of an effect, each with the plain degrees of freedom or corrected ones."""
    for correction, (attribute, second) in CORRECTIONS.items():
        if attribute and all(effect is None or effect.corrections is None for effect in effects):
            continue
        columns = (
            np.array([_numbers(anova_effect, attribute) for anova_effect in effects])
            .reshape(-1, 6)
            .T
        )
        for corrected in (False, True) if attribute else (False,):
            row = {P: 0, "f": 1, "df1": 4 if corrected else 2, "df2": 5 if corrected else 3}
            more = ", corrected degrees of freedom" if corrected else ""
            values = {key: columns[row[key.stat]] for key in keys}
            tier = max(design.tier, second)
            yield Option(f"{design.name}, {correction}{more}", tier, values)


def _numbers(effect: AnovaEffect | None, correction: str) -> list[float]:
    """p, F, both degrees of freedom, and both after the correction."""
    if effect is None or (correction and effect.corrections is None):
        return [np.nan] * 6
    found = getattr(effect.corrections, correction) if correction else effect
    return [found.p_value, effect.f, effect.df1, effect.df2, found.df1, found.df2]
