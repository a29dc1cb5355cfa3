"""Times to an event under one reading of an endpoint, for sets of patients.

A reading is an endpoint with the horizon at which everybody still waiting is censored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.claims.search.wanted import ALL, Who
from trialtrace.run.claims.search.ways import Sets
from trialtrace.stats.survival.group_cox import GroupCox, cox_groups
from trialtrace.stats.survival.risk_sets import RiskSets, risk_sets


@dataclass(frozen=True, eq=False)
class Reading:
    """Times and events of the subjects, (subjects,), NaN where a subject has none."""

    name: str
    tier: int
    time: Floats
    event: Floats

    def until(self, horizon: float) -> "Reading":
        """The same, censored at a time."""
        event = np.where(self.time > horizon, 0.0, self.event)
        label = f"{self.name}, " if self.name else ""
        time = np.minimum(self.time, horizon)
        return Reading(f"{label}censored at {horizon:g}", 2, time, event)


@dataclass(frozen=True, eq=False)
class Block:
    """One reading of one list of sets. `arm` is each subject's arm by its place in `arms`."""

    reading: Reading
    sets: Sets
    arm: Places
    arms: Sequence[str]

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.reading.time) & (self.arm >= 0)

    @cached_property
    def data(self) -> tuple[Floats, Floats, Places, Flags]:
        """Time, event, arm and masks of those with a time."""
        own, known = self.reading, self.known
        return own.time[known], own.event[known], self.arm[known], self.sets.masks[:, known]

    @cached_property
    def risk_sets(self) -> RiskSets:
        return risk_sets(*self.data, groups=len(self.arms))

    @cached_property
    def waiting(self) -> RiskSets:
        """Risk sets in which censoring is what is waited for."""
        time, event, arm, masks = self.data
        return risk_sets(time, 1 - event, arm, masks, groups=len(self.arms))

    @cached_property
    def _fitted(self) -> dict[tuple[tuple[int, ...], str], GroupCox]:
        return {}

    def cox(self, order: tuple[int, ...], ties: str) -> GroupCox:
        """The Cox models of some arms, the first the reference."""
        if (order, ties) not in self._fitted:
            self._fitted[order, ties] = cox_groups(self.risk_sets.of(*order), ties=ties)
        return self._fitted[order, ties]

    def of(self, who: Who, sets: RiskSets) -> RiskSets:
        """The risk sets of a group, or of everybody."""
        return sets.together() if who == ALL else sets.of(self.arms.index(str(who)))

    def members(self, who: Who) -> Flags:
        _, _, arm, masks = self.data
        return masks if who == ALL else masks & (arm == self.arms.index(str(who)))

    def pair(self, who: Who) -> tuple[int, int]:
        """The places of the arms of a comparison."""
        return self.arms.index(who[0]), self.arms.index(who[1])

    def counted(self, who: Who, *, events: bool) -> Floats:
        """Subjects, or events, of a group in each set."""
        _, event, _, _ = self.data
        return self.members(who).astype(float) @ (event if events else np.ones_like(event))
