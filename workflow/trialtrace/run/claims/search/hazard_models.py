"""Hazards stratified by variables of the subjects, or adjusted for them.

The strata of the randomisation all together are tier 2, on every declared population. Tier 3, on
the planned patients, are strata of one, two or three variables, and Cox models with one variable,
two, or all of them as covariates.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, combinations
from typing import NamedTuple

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.claims.search import hazards
from trialtrace.run.claims.search.patients import PLANNED, Patients
from trialtrace.run.claims.search.time_blocks import Reading
from trialtrace.run.claims.search.wanted import Key, P, Who
from trialtrace.run.claims.search.ways import Option, Way, crossed
from trialtrace.stats.results import StatsError
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.group_cox import GroupCox, cox_groups
from trialtrace.stats.survival.risk_sets import LogRankSums, RiskSets, log_rank_sums, risk_sets

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
