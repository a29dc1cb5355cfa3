"""The bundles of a trial's ledger: linked numbers that its analyses do not all give."""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

from trialtrace.audit.candidates.coincidence import Displacement
from trialtrace.audit.candidates.search import Bundle, Searched, search
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.verdicts import DIFFERS, NO_RESULT, NOT_TIED
from trialtrace.run.claims.convert import scale_of, scaled
from trialtrace.run.claims.search.means import Means
from trialtrace.run.claims.search.repeated import (
    BETWEEN,
    WITHIN,
    Repeated,
    between_designs,
    repeated_readings,
    within_designs,
)
from trialtrace.run.claims.search.shares import Shares
from trialtrace.run.claims.search.values import Patients, readings, visits_of
from trialtrace.run.claims.search.wanted import Judged, Key, Wanted, ordered, wanted
from trialtrace.run.claims.search.ways import Way, families
from trialtrace.run.methods.analysing.cuts import visits as planned_visits
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.methods import BINARY, OWN_TREATMENT, SCORES, TIMES
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Frames
    from trialtrace.run.trial.plan.build import Analysis


BY_KIND = {"time_to_event": "trialtrace.run.claims.search.times"}


class Grid(Protocol):
    """The candidates for one kind of endpoint."""

    @property
    def label(self) -> str: ...
    def supports(self, key: Key) -> bool: ...
    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]: ...


def of_times(patients: Patients, analysis: "Analysis", endpoint: Endpoint) -> Grid:
    """The candidates of an analysis of times."""
    return importlib.import_module(BY_KIND[endpoint.kind]).Times(patients, analysis, endpoint)


def search_rows(
    trial: Trial,
    claims: Mapping[str, Claim],
    frames: "Frames",
    results: Sequence[ResultRow],
    rows: Sequence[Judged],
) -> list[Searched]:
    """A search for each bundle; `rows` are those of the claims table by data."""
    found, grid = [], cache(partial(_grid, trial, cache(partial(Patients, trial, frames))))
    for place, linked in _linked(claims, results, rows):
        bundle = _bundle(trial, grid, place, linked)
        if bundle is not None:
            found.append(search(bundle, Displacement()))
    return [one for one in found if one.candidates[-1]]


Place = tuple[str, str | None, str | None, str | None]
Read = tuple[Claim, list[tuple[Component, Judged, ResultRow]]]


def _linked(
    claims: Mapping[str, Claim], results: Sequence[ResultRow], rows: Sequence[Judged]
) -> list[tuple[Place, list[Read]]]:
    """Claims that links join and that are of one analysis, endpoint, visit and stratum.

    A claim comes with its components that the data could judge, the row of each and its result.
    """
    by_id = {row["result_id"]: row for row in results}
    judged: dict[str, dict[str, Judged]] = {}
    for row in rows:
        recomputed = row["against_data"] not in (NO_RESULT, NOT_TIED)
        # A claim of several readings is tried by these alone.
        if (
            recomputed
            and row.get("reading") is None
            and row["component"] not in ("direction", "significance", "words")
        ):
            judged.setdefault(row["claim_id"], {})[row["component"]] = row
    group = _components({name: claims[name].linked for name in judged})
    found: dict[tuple, list[Read]] = {}
    for name, parts in judged.items():
        claim = claims[name]
        places: dict[Place, list] = {}
        for part in claim.parts.values():
            if part.name in parts:
                result = by_id[present(parts[part.name]["result_id"])]
                place = (
                    result["analysis_id"],
                    result["parameter"],
                    result["visit"],
                    result["stratum"],
                )
                places.setdefault(place, []).append((part, parts[part.name], result))
        for place, own in places.items():
            found.setdefault((group[name], place), []).append((claim, own))
    return [(place, linked) for (_, place), linked in found.items()]


def _components(links: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Each claim with the first claim of those that links join."""
    root = {name: name for name in links}

    def top(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    for name, others in links.items():
        for other in others:
            if other in root:
                first, second = sorted((top(name), top(other)), key=list(root).index)
                root[second] = first
    return {name: top(name) for name in links}


def _bundle(
    trial: Trial, grid_of: Callable[[Place], Grid | None], place: Place, claims: Sequence[Read]
) -> Bundle | None:
    """The bundle of linked claims; None where all is given, or nothing can be searched."""
    if not any(row["against_data"] == DIFFERS for _, parts in claims for _, row, _ in parts):
        return None
    grid = grid_of(place)
    if grid is None:
        return None
    level = float(trial.plan.analyses[place[0]].decision_level)
    every = [one for one in _wanted(claims, level) if grid.supports(one.key)]
    if not any(one.displaced for one in every):
        return None
    order, window = ordered(every)
    try:
        candidates = tuple(families(order, grid.ways(order)))
    except StatsError:
        return None
    targets = tuple((one.claim, one.part.name) for one in order if one.differs)
    first = targets[0][0]
    kept = len(order) - len(targets)
    inputs = f"the data of {grid.label}"
    if kept:
        inputs += f" and {kept} linked number{'s' if kept > 1 else ''} that they give"
    names = dict.fromkeys([first, *(one.claim for one in order)])
    return Bundle(
        first,
        tuple(names),
        tuple(dict.fromkeys(one.part.name for one in order)),
        (window,),
        candidates,
        inputs,
        targets=targets,
    )


def _grid(trial: Trial, patients: Callable[..., Patients], place: Place) -> Grid | None:
    """The candidates of an analysis; None where there are none for its kind of endpoint."""
    name, parameter, visit, stratum = place
    analysis, endpoint = trial.plan.analyses.get(name), trial.endpoints.get(parameter or "")
    if analysis is None or endpoint is None:
        return None
    own = patients(analysis.estimand.population, stratum)
    try:
        if trial.design.kind in OWN_TREATMENT:
            return None if visit else _within_subjects(own, analysis, endpoint)
        return _parallel(own, analysis, endpoint, visit)
    except StatsError:
        return None


def _parallel(
    patients: Patients, analysis: "Analysis", endpoint: Endpoint, visit: str | None
) -> Grid | None:
    """The candidates where every subject has one treatment."""
    if endpoint.kind in TIMES:
        return of_times(patients, analysis, endpoint)
    if endpoint.kind not in BINARY + SCORES:
        return None
    visits, arms = visits_of(patients, analysis, endpoint), patients.arms_of(analysis)
    if visit is None and len(visits.labels) > 1:
        if endpoint.kind in BINARY:
            return None
        planned = planned_visits(patients.trial, analysis, endpoint)
        over_visits = repeated_readings([visits], planned, analysis.value)
        designs = partial(between_designs, patients, arms)
        return Repeated(patients, endpoint.label, over_visits, designs, tuple(BETWEEN))
    at_visit = readings(visits, analysis, endpoint, visit)
    if endpoint.kind in BINARY:
        return Shares(patients, endpoint.label, at_visit, analysis.confidence)
    return Means(patients, endpoint.label, at_visit, arms, analysis.confidence)


def _within_subjects(patients: Patients, analysis: "Analysis", endpoint: Endpoint) -> Grid | None:
    """The candidates of an analysis of variance of two treatments of one subject."""
    if endpoint.kind not in SCORES:
        return None
    arms = patients.arms_of(analysis)
    each = [visits_of(patients, analysis, endpoint, patients.arms[place]) for place in arms]
    planned = planned_visits(patients.trial, analysis, endpoint)
    if len(planned) < 2:
        return None
    readings = repeated_readings(each, planned, analysis.value)
    designs = partial(within_designs, patients, arms)
    return Repeated(patients, endpoint.label, readings, designs, tuple(WITHIN))


def _wanted(claims: Sequence[Read], level: float) -> Iterator[Wanted]:
    for claim, parts in claims:
        by_name = {part.name: row for part, row, _ in parts}
        every = list(claim.parts.values())
        for part, _, result in parts:
            how = scale_of(dict(claim.selects or {}), part, every, result, claim.name)
            factor = float(scaled(dict(claim.selects or {}), part, Decimal(1)) or 1)
            yield wanted(claim.name, part, result, how, by_name, level, factor)
