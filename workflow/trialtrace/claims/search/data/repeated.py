"""Candidates for repeated measures: F, its degrees of freedom and p of an analysis of variance.

A reading is what is looked at (value or change), which visits, and how gaps are treated; a design
is which subjects stand beside each other and which effect is told. Tier 1 is the planned effect of
arms by visits, uncorrected and with each usual correction, types II and III; other effects, visits
and designs are tier 2, subsets of patients tier 3.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from trialtrace.claims.search.data.patients import Patients
from trialtrace.claims.search.data.values import CASES, KINDS, Visits, changed
from trialtrace.claims.search.data.wanted import P, Wanted
from trialtrace.claims.search.data.ways import Option, Way, crossed
from trialtrace.stats._inputs import Floats
from trialtrace.stats.repeated_general import AnovaEffect, repeated_anova
from trialtrace.stats.results import StatsError

CORRECTIONS = {
    "without correction": ("", 1), "Greenhouse-Geisser": ("greenhouse_geisser", 1),
    "Huynh-Feldt": ("huynh_feldt_lecoutre", 1), "Huynh-Feldt of 1976": ("huynh_feldt_1976", 2),
    "lower bound": ("lower_bound", 2),
}  # fmt: skip
EFFECTS = {"arm": ("arm",), "visit": ("visit",), "arm_visit": ("arm", "visit")}
TOLD = {"arm": "effect of the arm", "visit": "effect of the visit",
        "arm_visit": "interaction of arm and visit"}  # fmt: skip
STATS = ("f", "df1", "df2", P)
MOST_VISITS = 6


@dataclass(frozen=True, eq=False)
class Reading:
    """Values of the subjects at some visits, (subjects, visits), NaN where there is none."""

    name: str
    tier: int
    values: Floats


class Repeated:
    """The candidates of a bundle of one analysis of variance of arms by visits."""

    def __init__(
        self, patients: Patients, label: str, visits: Visits, planned: Sequence[str],
        kind: str, arms: Sequence[int],
    ):  # fmt: skip
        self.patients, self.label, self.visits = patients, label, visits
        self.planned, self.kind, self.arms = tuple(planned), kind, list(arms)

    def supports(self, key) -> bool:
        effect = key.second is not None and key.second[0] == "effect" and key.second[1] in EFFECTS
        return effect and key.stat in STATS and key.field == "value"

    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]:
        """Every way of giving all wanted numbers at once: they are of one effect."""
        keys = list(dict.fromkeys(one.key for one in order))
        effect = keys[0].second[1]
        if any(key.second[1] != effect for key in keys):
            return
        for design, tier, fits in self._designs(effect):
            sets = self._sets(tier)
            names = [name for name, _, _, _ in sets]
            tiers = [own for _, own, _, _ in sets]
            found = [fits(values, mask) for _, _, values, mask in sets]
            options = []
            for correction, (attribute, second) in CORRECTIONS.items():
                if attribute and all(one is None or one.corrections is None for one in found):
                    continue
                columns = np.array([_numbers(one, attribute) for one in found]).reshape(-1, 6).T
                for corrected in (False, True) if attribute else (False,):
                    row = {P: 0, "f": 1, "df1": 4 if corrected else 2, "df2": 5 if corrected else 3}
                    more = ", corrected degrees of freedom" if corrected else ""
                    values = {key: columns[row[key.stat]] for key in keys}
                    options.append(
                        Option(f"{design}, {correction}{more}", max(tier, second), values)
                    )
            yield from crossed(names, tiers, [options])

    @cached_property
    def _readings(self) -> list[Reading]:
        labels = list(self.visits.labels)
        several = [self.planned]
        if len(labels) <= MOST_VISITS:
            sizes = range(2, len(labels) + 1)
            every = [some for size in sizes for some in combinations(labels, size)]
            several += [some for some in every if some != self.planned]
        kinds = KINDS if self.visits.start is not None else {self.kind: ""}
        found = []
        for some, kind, (case, how) in product(several, kinds, CASES.items()):
            places = [self.visits.at(label) for label in some]
            if how == "complete" or (case and self.visits.complete.all()):
                continue
            if kind != "value" and self.visits.start in places:
                continue
            told = ["" if some == self.planned else ", ".join(some),
                    "" if kind == self.kind else kinds[kind], case]  # fmt: skip
            filled = self.visits.filled(how)
            start = None if self.visits.start is None else filled[self.visits.start]
            values = np.stack([changed(filled[place], start, kind) for place in places], axis=1)
            name = "; ".join(filter(None, told))
            found.append(Reading(name, 2 if name else 1, values))
        return sorted(found, key=lambda one: one.tier)

    def _sets(self, tier: int) -> list[tuple[str, int, Floats, NDArray[np.bool_]]]:
        """(name, tier, values, members); subsets only for a design that is tier 1."""
        found = []
        for reading in self._readings:
            declared = self.patients.declared
            for name, own, mask in zip(declared.names, declared.tiers, declared.masks, strict=True):
                told = f"{name}, {reading.name}" if reading.name else name
                found.append((told, max(own, reading.tier), reading.values, mask))
        if tier == 1:
            sets, planned = self.patients.subsets, self._readings[0].values
            found += [
                (name, 3, planned, mask) for name, mask in zip(sets.names, sets.masks, strict=True)
            ]
        return found

    def _designs(self, effect: str) -> Iterator[tuple[str, int, Callable]]:
        """(name, tier, fit) of each design and effect."""
        for other in (effect, *(one for one in EFFECTS if one != effect)):
            for squares in ("III", "II"):
                if squares == "II" and other != "visit":
                    continue
                name = f"arms by visits, {TOLD[other]}"
                name += " by type II sums of squares" if squares == "II" else ""
                yield name, 1 if other == effect else 2, self._between(other, squares)
        yield "visits of all arms together", 2, self._within(self.arms)
        for place in self.arms:
            yield f"visits within {self.patients.arms[place]}", 2, self._within([place])

    def _between(self, effect: str, squares: str) -> Callable:
        def fit(values: Floats, mask: NDArray[np.bool_]) -> AnovaEffect | None:
            own = mask & np.isin(self.patients.arm, self.arms) & ~np.isnan(values).any(axis=1)
            try:
                found = repeated_anova(
                    values[own], within=("visit",), between={"arm": self.patients.arm[own]},
                    sums_of_squares=squares, measured=(),
                )  # fmt: skip
            except StatsError:
                return None
            return found.effect(*EFFECTS[effect])

        return fit

    def _within(self, arms: Sequence[int]) -> Callable:
        def fit(values: Floats, mask: NDArray[np.bool_]) -> AnovaEffect | None:
            own = mask & np.isin(self.patients.arm, arms) & ~np.isnan(values).any(axis=1)
            try:
                found = repeated_anova(
                    values[own], within=("visit",), between={}, sums_of_squares="III", measured=()
                )
            except StatsError:
                return None
            return found.effect("visit")

        return fit


def _numbers(effect: AnovaEffect | None, correction: str) -> list[float]:
    """p, F, both degrees of freedom, and both after the correction."""
    if effect is None or (correction and effect.corrections is None):
        return [np.nan] * 6
    found = getattr(effect.corrections, correction) if correction else effect
    return [found.p_value, effect.f, effect.df1, effect.df2, found.df1, found.df2]
