"""Candidates for times to an event: hazard ratios, tests, medians, follow-up, counts.

Tier 1 is the planned endpoint; other declared endpoints, and horizons that the plan names, are
tier 2. Models that stratify by or adjust for variables of the subjects are in `hazard_models`.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.run.claims.search import curve_options, hazards
from trialtrace.run.claims.search.blocks import Blocks
from trialtrace.run.claims.search.hazard_models import adjusted, stratified
from trialtrace.run.claims.search.patients import Patients
from trialtrace.run.claims.search.time_blocks import Block, Reading
from trialtrace.run.claims.search.wanted import Key, P, Wanted, Who
from trialtrace.run.claims.search.ways import Way, both_bounds, crossed, levels_of
from trialtrace.run.trial.plan.methods import TIMES

if TYPE_CHECKING:
    from trialtrace.run.trial.model import Endpoint
    from trialtrace.run.trial.plan.build import Analysis

COMPARED = ("hazard_ratio", P)
BOUNDED = ("value", "low", "high")


class Times:
    """The candidates of a bundle of one analysis of times."""

    def __init__(self, patients: Patients, analysis: "Analysis", endpoint: "Endpoint"):
        self.patients, self.analysis, self.endpoint = patients, analysis, endpoint

    @property
    def label(self) -> str:
        return self.endpoint.label

    def supports(self, key: Key) -> bool:
        if key.field == "error":
            return False
        if key.stat == "hazard_ratio":
            return isinstance(key.who, tuple)
        if key.stat == "survival":
            return key.second is not None
        others = (P, "median_time", "follow_up", *curve_options.COUNTED)
        return key.stat in others and key.second is None and key.field in BOUNDED

    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]:
        """Every way of giving all wanted numbers at once."""
        keys, arms, blocks = both_bounds(order), self._arms, self._blocks
        levels = levels_of(self.analysis.confidence)
        pairs = {key.who for key in keys if key.stat in COMPARED and isinstance(key.who, tuple)}
        fitted: dict[Who, list[hazards.Fitted]] = {
            pair: hazards.fits(blocks, pair, arms) for pair in pairs
        }
        wald = hazards.wald_options([key for key in keys if key.who in pairs], fitted)
        axes = [
            list(hazards.effect_options(keys, fitted, levels)),
            [*hazards.test_options(blocks, keys, arms), *wald],
            list(curve_options.curve_options(blocks, keys, levels)),
            list(curve_options.follow_up_options(blocks, keys, levels)),
            curve_options.counted(blocks, keys),
        ]
        yield from crossed(blocks.names, blocks.tiers, axes)
        if all(key.stat in COMPARED and key.who in pairs for key in keys):
            yield from stratified(self.patients, self._readings[0], keys, levels, arms)
            yield from adjusted(self.patients, self._readings[0], keys, levels, arms)

    @property
    def _arms(self) -> list[int]:
        """The places of the analysis's arms, the reference first."""
        estimand = self.analysis.estimand
        return [self.patients.arms.index(a) for a in (estimand.reference, *estimand.treated)]

    @cached_property
    def _blocks(self) -> Blocks:
        """Every reading on the declared populations, and the planned one on the subsets."""
        pairs = [(reading, self.patients.declared) for reading in self._readings]
        pairs.append((self._readings[0], self.patients.subsets))
        arms = self.patients.arm, self.patients.arms
        return Blocks([Block(reading, sets, *arms) for reading, sets in pairs])

    @cached_property
    def _readings(self) -> list[Reading]:
        readings: list[Reading] = []
        for endpoint in self.patients.trial.endpoints.values():
            planned = endpoint.name == self.endpoint.name
            if endpoint.kind in TIMES:
                name, tier = ("", 1) if planned else (endpoint.label, 2)
                own = self._read(endpoint, name, tier)
                some = [own, *(own.until(horizon) for horizon in self._horizons())]
                readings = some + readings if planned else readings + some
        return readings

    def _horizons(self) -> list[float]:
        """Every time at which the plan looks at an endpoint of times."""
        found: set[float] = set()
        for analysis in self.patients.trial.plan.analyses.values():
            for step in (*analysis.describe, *analysis.estimates, *analysis.tests):
                options = items_of(step.options)
                for time in (*options.get("times", ()), options.get("horizon")):
                    if isinstance(time, int | float) and not isinstance(time, bool):
                        found.add(float(time))
        return sorted(found)

    def _read(self, endpoint: "Endpoint", name: str, tier: int) -> Reading:
        condition: dict[str, Any] = {"PARAMCD": {"is": endpoint.code}, "AVAL": "present"}
        if self.analysis.where is not None:
            condition["all"] = [self.analysis.where]
        rows = self.patients.frames.select("adtte", condition)
        time, reason = (self.patients.by_subject(rows, rows.column(c)) for c in ("AVAL", "CNSR"))
        return Reading(name, tier, time, np.where(np.isnan(reason), np.nan, reason == 0))
