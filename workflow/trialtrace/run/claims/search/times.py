"""Candidates for times to an event: hazard ratios, tests, medians, follow-up, counts.

Tier 1 is the planned endpoint; other declared endpoints, and horizons that the plan names, are
tier 2. Models that stratify by or adjust for variables of the subjects come first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain, combinations
from operator import methodcaller
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trialtrace.audit.subsets.group_cox import GroupCox, cox_groups
from trialtrace.base.arrays import Flags, Floats
from trialtrace.base.config.spec import items_of
from trialtrace.run.claims.search import hazards
from trialtrace.run.claims.search.hazards import Block, Reading
from trialtrace.run.claims.search.values import PLANNED, Patients
from trialtrace.run.claims.search.wanted import Key, P, Wanted, Who
from trialtrace.run.claims.search.ways import Blocks, Option, Way, both_bounds, crossed, levels_of
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.methods import TIMES
from trialtrace.stats.results import StatsError
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.risk_sets import (
    LogRankSums,
    RiskSets,
    curves,
    log_rank_sums,
    risk_sets,
)

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis

# Hazards stratified by variables of the subjects, or adjusted for them.
#
# The strata of the randomisation all together are tier 2, on every declared population. Tier 3, on
# the planned patients, are strata of one, two or three variables, and Cox models with one variable,
# two, or all of them as covariates.

MOST = 300


class Stratified(NamedTuple):
    """A stratification of a set of patients: its risk sets by stratum."""

    name: str
    tier: int
    by_stratum: RiskSets


def stratified(
    patients: Patients, reading: Reading, keys: Sequence[Key], levels: dict, arms: Sequence[int]
) -> Iterator[Way]:
    """Stratified Cox models and log-rank tests."""
    cases = list(_stratifications(patients, reading))
    if not cases:
        return
    joined = _joined([case.by_stratum.as_strata() for case in cases])
    fitted = {pair: _models(joined, _places(patients, pair), arms) for pair in _pairs(keys)}
    tested = [key for key in keys if key.stat == P]
    tests = list(hazards.wald_options(keys, fitted))
    for weight, (name, tier) in hazards.WEIGHTS.items() if tested else ():
        values = {}
        for key in tested:
            values[key] = _together(cases, _places(patients, key.who), weight).p_value()
        tests.append(Option(f"stratified {name}", tier, values, halves=True))
    axes = [list(hazards.effect_options(keys, fitted, levels)), tests]
    yield from crossed([c.name for c in cases], [c.tier for c in cases], axes)


def _pairs(keys: Sequence[Key]) -> list[Who]:
    """The comparisons of the keys, each once."""
    return list(dict.fromkeys(key.who for key in keys))


def _places(patients: Patients, who: Who) -> tuple[int, int]:
    """The places of the two arms of a comparison."""
    first, second = (patients.arms.index(name) for name in who)
    return first, second


def _models(sets: RiskSets, pair: tuple[int, int], arms: Sequence[int]) -> list[hazards.Fitted]:
    fitted = []
    for ties in hazards.TIES:
        for which in ("two", "all") if len(arms) > 2 else ("two",):
            model = partial(_cox_of_order, sets, ties=ties)
            estimate = hazards.cox_of_pair(model, pair, arms if which == "all" else pair)
            fitted.append(hazards.Fitted(hazards.model_name(ties, which), 1, *estimate))
    return fitted


def _cox_of_order(sets: RiskSets, order: tuple[int, ...], *, ties: str) -> GroupCox:
    return cox_groups(sets.of(*order), ties=ties)


def _together(cases: Sequence[Stratified], pair: Sequence[int], weight: str) -> LogRankSums:
    """The sums of every stratification over its strata."""
    sums = [log_rank_sums(case.by_stratum.of(*pair), weight=weight).over_strata() for case in cases]
    parts = ("observed", "expected", "variance")
    return LogRankSums(*(np.concatenate([getattr(s, part) for s in sums]) for part in parts))


def _joined(each: Sequence[RiskSets]) -> RiskSets:
    """Single rows of risk sets as one table; times without an event fill the shorter ones."""
    width = max(one.at_risk.shape[2] for one in each)

    def filled(text: str) -> Floats:
        shape = [(0, 0), (0, 0)]
        rows = [getattr(one, text) for one in each]
        return np.concatenate([np.pad(r, [*shape, (0, width - r.shape[2])]) for r in rows])

    last = np.concatenate([one.last for one in each])
    return RiskSets(np.arange(float(width)), filled("at_risk"), filled("events"), last)


def _stratifications(patients: Patients, reading: Reading) -> Iterator[Stratified]:
    coded = ((name, patients.strata(name)) for name in patients.variables)
    codes = {name: levels for name, levels in coded if levels is not None}
    some = list(codes)
    declared = [name for name in patients.trial.design.strata if name in some]

    def stratify(names: Sequence[str], label: str, tier: int, flags: Flags) -> Stratified:
        known = flags & (patients.arm >= 0) & ~np.isnan(reading.time)
        joined = np.zeros(len(known), dtype=np.intp)
        for name in names:
            levels, many = codes[name]
            known, joined = known & (levels >= 0), joined * many + levels
        strata = joined[known]
        sets = risk_sets(
            reading.time[known],
            reading.event[known],
            patients.arm[known],
            np.unique(strata)[:, None] == strata,
            groups=len(patients.arms),
        )
        return Stratified(f"{label}, stratified by {', '.join(names)}", tier, sets)

    if declared:
        sets = patients.declared
        for label, tier, mask in zip(sets.names, sets.tiers, sets.masks, strict=True):
            yield stratify(declared, label, max(tier, 2), mask)
    several = chain.from_iterable(combinations(some, size) for size in (1, 2, 3))
    for number, names in enumerate(several):
        if number < MOST and list(names) != declared:
            yield stratify(names, PLANNED, 3, patients.planned)


def adjusted(
    patients: Patients, reading: Reading, keys: Sequence[Key], levels: dict, arms: Sequence[int]
) -> Iterator[Way]:
    """Cox models of all arms with covariates, and their Wald tests."""
    names = patients.variables
    several: list[tuple[str, ...]] = [(name,) for name in names]
    several = [*several, *combinations(names, 2)][:MOST]
    if len(names) > 2:
        several.append(tuple(names))
    if not several:
        return
    pairs = _pairs(keys)
    fitted: dict[Who, list[hazards.Fitted]] = {pair: [] for pair in pairs}
    for ties in hazards.TIES:
        found = np.array(
            [_adjust(patients, reading, chosen, pairs, arms, ties) for chosen in several]
        )
        for place, pair in enumerate(pairs):
            name = hazards.model_name(ties, "all")
            fitted[pair].append(hazards.Fitted(name, 1, *found[:, place].T))
    axes = [
        list(hazards.effect_options(keys, fitted, levels)),
        list(hazards.wald_options(keys, fitted)),
    ]
    told = [f"{PLANNED}, adjusted for {', '.join(chosen)}" for chosen in several]
    yield from crossed(told, [3] * len(told), axes)


def _adjust(
    patients: Patients,
    reading: Reading,
    names: Sequence[str],
    pairs: Sequence[Who],
    arms: Sequence[int],
    ties: str,
) -> Floats:
    """(pairs, 2): log hazard ratios with their errors, NaN where the model has no answer."""
    columns = [patients.covariate(name) for name in names]
    known = patients.planned & np.isin(patients.arm, arms) & ~np.isnan(reading.time)
    known &= ~np.isnan(np.column_stack(columns)).any(axis=1)
    others = list(arms[1:])
    x = np.column_stack([*(patients.arm == place for place in others), *columns])[known]
    try:
        fit = cox(
            reading.time[known], reading.event[known], x.astype(float), ties=ties, confidence=0.95
        )
    except StatsError:
        return np.full((len(pairs), 2), np.nan)
    values = []
    for pair in pairs:
        row = np.zeros(x.shape[1])
        for arm, sign in zip(pair, (1, -1), strict=True):
            place = patients.arms.index(arm)
            if place in others:
                row[others.index(place)] += sign
        values.append([row @ fit.coef, np.sqrt(row @ fit.covariance @ row)])
    return np.array(values)


# Options for what one group shows of a time: medians, survival at a time, follow-up, counts.

BOUNDS = {"log_log": ("log-log bounds", 1), "log": ("log bounds", 1), "plain": ("plain bounds", 2)}
COUNTED = ("events", "count")


def curve_options(
    blocks: Blocks, keys: Sequence[Key], levels: Mapping[float, int]
) -> Iterator[Option]:
    """Medians and survival at a time by Kaplan-Meier curves."""
    wanted = [key for key in keys if key.stat in ("median_time", "survival")]
    if not wanted:
        return
    bounded = any(key.field != "value" for key in wanted)
    for interval, (name, tier) in (BOUNDS if bounded else {"log_log": ("", 1)}).items():
        for level, second in (levels if bounded else {0.95: 1}).items():
            of_event = partial(_of_event, interval=interval, level=level)
            values = blocks.columns(wanted, of_event, max(tier, second))
            told = f"{name} at {100 * level:g} %" if bounded else "Kaplan-Meier"
            yield Option(told, max(tier, second), values)


def _of_event(block: Block, key: Key, interval: str, level: float) -> Floats:
    return _curve(block, block.risk_sets, key, interval, level)


def _of_follow_up(block: Block, key: Key, level: float) -> Floats:
    return _curve(block, block.waiting, key, "log_log", level)


def _curve(block: Block, sets: RiskSets, key: Key, interval: str, level: float) -> Floats:
    found = curves(block.of(key.who, sets), confidence=level, interval=interval)
    at = found.at(float(key.second[1])) if key.second else found.median()
    return at[("value", "low", "high").index(key.field)]


def follow_up_options(
    blocks: Blocks, keys: Sequence[Key], levels: Mapping[float, int]
) -> Iterator[Option]:
    """Follow-up by reverse Kaplan-Meier; without bounds also as plain medians and means."""
    wanted = [key for key in keys if key.stat == "follow_up"]
    if not wanted:
        return
    bounded = any(key.field != "value" for key in wanted)
    for level, second in (levels if bounded else {0.95: 1}).items():
        values = blocks.columns(wanted, partial(_of_follow_up, level=level))
        more = f" at {100 * level:g} %" if bounded else ""
        yield Option(f"reverse Kaplan-Meier{more}", second, values)
    for name, function in () if bounded else (("median", np.median), ("mean", np.mean)):
        for among, only in (("all times", False), ("the times without the event", True)):
            values = blocks.columns(wanted, partial(_plain, function=function, only=only), 2)
            yield Option(f"{name} of {among}", 2, values)


def _plain(block: Block, key: Key, function: Callable[[Floats], float], only: bool) -> Floats:
    time, event, _, _ = block.data
    own = block.members(key.who) & ((event == 0) | (not only))
    return np.array([function(time[mask]) if mask.any() else np.nan for mask in own])


def counted(blocks: Blocks, keys: Sequence[Key]) -> list[Option]:
    """Subjects and events, which have no choice but the set."""
    wanted = [key for key in keys if key.stat in COUNTED]
    values = {
        key: blocks.column(methodcaller("counted", key.who, events=key.stat == "events"))
        for key in wanted
    }
    return [Option("", 1, values)] if wanted else []


COMPARED = ("hazard_ratio", P)
BOUNDED = ("value", "low", "high")


class Times:
    """The candidates of a bundle of one analysis of times."""

    def __init__(self, patients: Patients, analysis: "Analysis", endpoint: Endpoint):
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
        others = (P, "median_time", "follow_up", *COUNTED)
        return key.stat in others and key.second is None and key.field in BOUNDED

    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]:
        """Every way of giving all wanted numbers at once."""
        keys, arms, blocks = both_bounds(order), self.patients.arms_of(self.analysis), self._blocks
        levels = levels_of(self.analysis.confidence)
        pairs = {key.who for key in keys if key.stat in COMPARED and isinstance(key.who, tuple)}
        fitted: dict[Who, list[hazards.Fitted]] = {
            pair: hazards.fits(blocks, pair, arms) for pair in pairs
        }
        wald = hazards.wald_options([key for key in keys if key.who in pairs], fitted)
        axes = [
            list(hazards.effect_options(keys, fitted, levels)),
            [*hazards.test_options(blocks, keys, arms), *wald],
            list(curve_options(blocks, keys, levels)),
            list(follow_up_options(blocks, keys, levels)),
            counted(blocks, keys),
        ]
        yield from crossed(blocks.names, blocks.tiers, axes)
        if all(key.stat in COMPARED and key.who in pairs for key in keys):
            yield from stratified(self.patients, self._readings[0], keys, levels, arms)
            yield from adjusted(self.patients, self._readings[0], keys, levels, arms)

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

    def _read(self, endpoint: Endpoint, name: str, tier: int) -> Reading:
        condition: dict[str, Any] = {"PARAMCD": {"is": endpoint.code}, "AVAL": "present"}
        if self.analysis.where is not None:
            condition["all"] = [self.analysis.where]
        rows = self.patients.frames.select("adtte", condition)
        time, reason = (self.patients.by_subject(rows, rows.column(c)) for c in ("AVAL", "CNSR"))
        return Reading(name, tier, time, np.where(np.isnan(reason), np.nan, reason == 0))
