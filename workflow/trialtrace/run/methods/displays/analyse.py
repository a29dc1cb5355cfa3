"""Patient flow: who was randomised, who is in each population, who entered each analysis.

Adverse events: patients with any and occurrences, by arm, term and further columns.

All patients of the population are the denominator, also those without an event. The share of
patients with any event has Clopper and Pearson's interval: with no event its upper bound is what
the trial can exclude.

The baseline table: each subject variable by arm, described and never tested.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.run.methods.analysing.cuts import cuts, level_text, levels, parameters, visits
from trialtrace.run.methods.analysing.rows import ALL, Place, Result, bounds
from trialtrace.run.methods.displays.called import (
    ADVERSE_EVENTS,
    ANY,
    BASELINE,
    COUNT,
    DESCRIPTIVE,
    FLOW,
    NUMBERS,
    OF_TABLES,
    TERM,
    UNKNOWN,
)
from trialtrace.run.tables.frames import COMPLETE, LACKING, Frames, Predicate, Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.displays.why import NO_VALUE, OUTSIDE, UNREPORTED, WhyGiven
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.endpoints.shared import InTable
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.model import Endpoint


def flow(trial: "Trial", frames: Frames, results: Sequence[Result]) -> Iterator[Result]:
    """Counts of subjects, by arm and over all arms; of all where each has every treatment.
    `results` are those of the analyses."""
    arms = list(trial.design.arms)
    groups: list[tuple[str, dict[str, Any]]] = [(ALL, {"TRT01P": {"in": arms}})]
    groups += [(arm, {"TRT01P": {"is": arm}}) for arm in arms]
    if trial.design.kind in OWN_TREATMENT:
        groups = [(ALL, {})]
    yield from _screening(trial, frames)
    for group, arm in groups:
        rows = frames.select("adsl", {"USUBJID": "present"} | arm)
        place = Place(trial.name, FLOW, "randomised", group=group)
        yield _count(trial, place, "randomised", rows)
        for population in trial.populations.values():
            rows = frames.select("adsl", arm | {population.flag: {"is": "Y"}})
            yield _count(trial, _listed(place, population.name), "in_population", rows)
        data = trial.plan.displays.get("flow", {})
        yield from _disposition(trial, frames, data, arm, place)
        for name in data.get("analysed", ()):
            own = [one for one in results if one.place.analysis == name]
            rows = analysed(trial, trial.plan.analyses[name], frames, arm, own)
            yield _count(trial, _listed(place, name), "analysed", rows)
            yield from _not_analysed(trial, frames, name, arm, rows, _listed(place, name))


def _screening(trial: "Trial", frames: Frames) -> Iterator[Result]:
    """Who was assessed (every subject in the data), and who got no arm, by the reason recorded."""
    data = trial.plan.displays.get("flow", {}).get("excluded")
    if data is None:
        return
    place = Place(trial.name, FLOW, "randomised", group=ALL)
    yield _count(trial, place, "assessed", frames.select("adsl", {"USUBJID": "present"}))
    column, without = adsl_code(data["variable"]), {"TRT01P": "missing"}
    reasons: dict[str, Any] = {
        str(level): {"is": level} for level in levels(trial, frames, data["variable"])
    }
    for name, test in (reasons | {UNKNOWN: "missing"}).items():
        rows = frames.select("adsl", without | {column: test})
        yield _count(trial, replace(place, second=("level", name)), "excluded", rows)


def _disposition(
    trial: "Trial", frames: Frames, entry: dict[str, Any], arm: dict[str, Any], place: Place
) -> Iterator[Result]:
    """Who received the treatment, and who of these did not complete the trial, by the reason
    recorded."""
    if "received" in entry:
        rows = frames.select("adsl", arm | {"all": [entry["received"]]})
        yield _count(trial, place, "received", rows)
        if "not_received" in entry:
            rest = _both(arm, _lacking("adsl", entry["received"]))
            for reason, own in _reasons(trial, frames, entry["not_received"]):
                rows = frames.select("adsl", _both(rest, own))
                at = replace(place, second=("level", reason or UNREPORTED))
                yield _count(trial, at, "not_received", rows)
    if "ended" not in entry:
        return
    column, completed = adsl_code(entry["ended"]["variable"]), entry["ended"]["completed"]
    # Who did not receive it stands in a box already.
    begun = arm | ({"all": [entry["received"]]} if "received" in entry else {})
    for level in levels(trial, frames, entry["ended"]["variable"]):
        if level not in completed:
            rows = frames.select("adsl", begun | {column: {"is": level}})
            yield _count(trial, replace(place, second=("level", str(level))), "ended", rows)
    rows = frames.select("adsl", begun | {column: "missing"})
    yield _count(trial, replace(place, second=("level", UNKNOWN)), "ended", rows)


def _not_analysed(
    trial: "Trial",
    frames: Frames,
    name: str,
    arm: Predicate,
    analysed: Selection,
    place: Place,
) -> Iterator[Result]:
    """Who was randomised and did not enter an analysis: each by the first reason that is known.

    Whoever has none is counted too, by whether the population or a value is what lacks.
    """
    population = trial.populations[trial.plan.analyses[name].estimand.population]
    lacking = _lacking(analysed.dataset, analysed.predicate)
    rest = _both({"USUBJID": "present", **arm}, lacking)
    inside: Predicate = {population.flag: {"is": "Y"}}
    why = trial.plan.displays["flow"].get("not_analysed", {}).get(name, {})
    for reason, own in _reasons(trial, frames, why):
        parts: dict[str, Predicate] = (
            {reason: own}
            if reason
            else {
                OUTSIDE: _both(own, _lacking("adsl", inside)),
                NO_VALUE: _both(own, inside),
            }
        )
        for level, part in parts.items():
            rows = frames.select("adsl", _both(rest, part))
            yield _count(trial, replace(place, second=("level", level)), "not_analysed", rows)


def _reasons(trial: "Trial", frames: Frames, why: WhyGiven) -> Iterator[tuple[str, Predicate]]:
    """Each reason and what its subjects meet; the last one, without a name, is of the others."""
    if "variable" in why:
        column, none = adsl_code(why["variable"]), list(why.get("no_reason", ()))
        for level in levels(trial, frames, why["variable"]):
            if level not in none:
                yield str(level), {"all": [{column: {"is": level}}]}
        yield "", {"any": [{column: "missing"}, *({column: {"is": level}} for level in none)]}
        return
    earlier: list[object] = []
    for reason in why.get("reasons", ()):
        yield reason["label"], {"all": [reason["where"]], LACKING: earlier[:]}
        earlier.append({"dataset": "adsl", "where": reason["where"]})
    yield "", {LACKING: earlier}


def _lacking(dataset: str, where: Predicate) -> Predicate:
    return {LACKING: [{"dataset": dataset, "where": dict(where)}]}


def _both(predicate: Predicate, other: Predicate) -> Predicate:
    """Two predicates at once."""
    return {**predicate, **other, LACKING: [*predicate.get(LACKING, ()), *other.get(LACKING, ())]}


def _listed(place: Place, parameter: str) -> Place:
    return replace(place, parameter=parameter, lists_parameters=True)


def _count(trial: "Trial", place: Place, stat: str, rows: Selection) -> Result:
    subjects = rows.subjects
    members, synthetic = {"analysed": rows}, trial.synthetic
    return Result(place, stat, COUNT, subjects, {}, members, n_used=subjects, synthetic=synthetic)


def analysed(
    trial: "Trial",
    analysis: Analysis,
    frames: Frames,
    arm: dict[str, Any],
    results: Sequence[Result],
) -> Selection:
    """The rows of the subjects that entered an analysis: those that its first estimate with an
    interval was made from, over all subgroups.

    Of one without, those with a value: at its first visit, of its first endpoint, whose subgroup is
    known; at every visit where a test takes these.
    """
    for result in results:
        if result.place.pair and None not in (result.interval, result.level):
            behind = result.members
            whole = behind.get("denominator") or behind["analysed"]
            return entered(frames, whole.dataset, whole.predicate, arm, analysis.by)
    cut = cuts(trial, replace(analysis, by=None), frames, together=True)[0]
    base = cut.base | {"TRTP": arm.get("TRT01P", {"in": list(trial.design.arms)})}
    if analysis.by is not None:
        base[adsl_code(analysis.by)] = "present"
    if _takes_whole(analysis):
        complete = {COMPLETE: {"AVISIT": list(cut.visits)}}
        return frames.select(cut.dataset, base | complete)
    if cut.visits:
        base |= {"AVISIT": {"is": cut.visits[0]}}
    return frames.select(cut.dataset, base)


def entered(
    frames: Frames, dataset: str, predicate: Predicate, arm: Predicate, by: str | None = None
) -> Selection:
    """The rows behind a result that are of an arm, and of any subgroup that is known."""
    own = {"TRT01P" if dataset == "adsl" else "TRTP": test for test in arm.values()}
    anyone = {adsl_code(by): "present"} if by is not None else {}
    return frames.select(dataset, {**predicate, **own, **anyone})


def counted_at(trial: "Trial", analysis: Analysis) -> str:
    """The visit at which an analysis of each of several visits by itself is counted; nothing of any
    other."""
    labels = tuple(visits(trial, analysis, parameters(trial, analysis)[0]))
    steps = analysis.estimates[:1] or analysis.tests
    each = all(card_of(step.key).visits == "each" for step in steps)
    return labels[0] if len(labels) > 1 and each else ""


def _takes_whole(analysis: Analysis) -> bool:
    """Whether a test takes those with a value at all visits."""
    return any(card_of(step.key).visits == "whole" for step in analysis.tests)


def adverse_events(trial: "Trial", frames: Frames) -> Iterator[Result]:
    """For each display of adverse events: all, by term, by each level of its columns.

    Where each subject has every treatment, an event belongs to none of them: one group of all.
    """
    for given in trial.plan.displays.get(ADVERSE_EVENTS, ()):
        endpoint = trial.endpoints[given["endpoint"]]
        flag = trial.populations[given["population"]].flag
        of_population = trial.name, ADVERSE_EVENTS, given["population"], None, endpoint.name
        whole = Place(*of_population, lists_parameters=True)
        base: dict[str, Any] = {"PARAMCD": {"is": endpoint.code}, flag: {"is": "Y"}}
        cuts = [(None, None, None)]
        for name in (TERM, *given.get("columns", ())):
            levels = _levels(frames, base, name.upper(), _declared(trial, endpoint, name))
            cuts += [(name, name.upper(), level) for level in levels]
        arms = list(trial.design.arms)
        groups: list[tuple[str, dict[str, Any], dict[str, Any]]]
        groups = [(arm, {"TRTP": {"is": arm}}, {"TRT01P": {"is": arm}}) for arm in arms]
        groups.append((ALL, {"TRTP": {"in": arms}}, {"TRT01P": {"in": arms}}))
        if trial.design.kind in OWN_TREATMENT:
            groups = [(ALL, {}, {})]
        for name, column, level in cuts:
            for group, treated, planned in groups:
                told = f"{name}={level_text(level)}" if name else ANY
                place = replace(whole, group=group, second=("level", told))
                where = base | treated | ({column: {"is": level}} if column else {})
                everybody = frames.select("adsl", planned | {flag: {"is": "Y"}})
                rows = frames.select("occds", where)
                yield from _counts(trial, place, rows, everybody, interval=name is None)


def _declared(trial: "Trial", endpoint: "Endpoint[InTable]", name: str) -> list[str]:
    """The labels that the dictionary has for a further column: those without an event are told."""
    entry = endpoint.entry
    column = (getattr(entry, "columns", None) or {}).get(name)
    variable = trial.dictionary[endpoint.entry.table].get(column) if column else None
    return list(variable.choices.values()) if variable else []


def _levels(frames: Frames, base: dict[str, Any], column: str, declared: list[str]) -> list[Any]:
    """The declared values of a column of the occurrences, then further ones in order."""
    values = frames.select("occds", base | {column: "present"}).column(column).tolist()
    return [*declared, *sorted(set(values) - set(declared))]


def _counts(
    trial: "Trial", place: Place, rows: Selection, everybody: Selection, *, interval: bool
) -> Iterator[Result]:
    patients, n = rows.subjects, everybody.n
    members = {"numerator": rows, "denominator": everybody}
    result = partial(Result, n_used=n, denominator=n, synthetic=trial.synthetic)
    yield result(place, "patients", COUNT, patients, {}, members)
    alone = partial(result, denominator=None)
    yield alone(place, "occurrences", COUNT, rows.n, {}, {"analysed": rows})
    if not interval:
        return
    confidence = trial.plan.confidence
    options = {"confidence": confidence}
    # The names of these results are known without scipy.
    from trialtrace.stats.categorical.proportions import clopper_pearson

    names = ("any_event", "clopper_pearson")
    try:
        found = clopper_pearson(patients, n, confidence=confidence)
    except StatsError as error:
        yield result(place, *names, np.nan, options, members, error=str(error))
        return
    yield result(
        place, *names, found.estimate, options, members, interval=bounds(found), level=confidence
    )


def baseline(trial: "Trial", frames: Frames) -> Iterator[Result]:
    """Counts and shares of categories, or summaries of numbers, for each variable and arm.

    With `by`, for each level of that variable; it itself is described over all alone.
    """
    data = trial.plan.displays.get("baseline", {})
    for population in (data[key] for key in OF_TABLES if key in data):
        yield from _baseline_of(trial, frames, population)


def _baseline_of(trial: "Trial", frames: Frames, population: str) -> Iterator[Result]:
    data = trial.plan.displays["baseline"]
    flag = trial.populations[population].flag
    everybody, by = {flag: {"is": "Y"}}, data.get("by")
    groups: list[tuple[str, str | None, dict[str, Any]]] = []
    if by is not None:
        for level in levels(trial, frames, by):
            base = everybody | {adsl_code(by): {"is": level}}
            groups.append((ALL, f"{by}={level_text(level)}", base))
    elif trial.design.kind not in OWN_TREATMENT:
        groups = [(arm, None, everybody | {"TRT01P": {"is": arm}}) for arm in trial.design.arms]
    if data["overall"] or not groups:
        groups.append((ALL, None, everybody))
    for name in data["variables"]:
        for group, stratum, base in groups:
            if stratum is not None and name == by:
                continue
            at = Place(trial.name, BASELINE, population, None, name, lists_parameters=True)
            several = "beside" in data
            place = replace(at, stratum=stratum, group=group, lists_populations=several)
            yield from _variable(trial, frames, name, base, place)


def _variable(
    trial: "Trial", frames: Frames, name: str, base: dict[str, Any], place: Place
) -> Iterator[Result]:
    column = adsl_code(name)
    result = partial(Result, method=DESCRIPTIVE, options={}, synthetic=trial.synthetic)
    known = frames.select("adsl", base | {column: "present"})
    unknown = frames.select("adsl", base | {column: "missing"})
    if is_number(frames, column):
        yield from _number(trial, known, column, place)
    else:
        for level in levels(trial, frames, name):
            rows = frames.select("adsl", base | {column: {"is": level}})
            at = replace(place, second=("level", level_text(level)))
            members = {"numerator": rows, "denominator": known}
            counted = partial(result, members=members, n_used=known.n, denominator=known.n)
            yield counted(at, "count", value=rows.n)
            yield counted(at, "proportion", value=rows.n / known.n if known.n else np.nan)
    members = {"analysed": unknown, "denominator": frames.select("adsl", base)}
    n = known.n + unknown.n
    yield result(place, "missing", value=unknown.n, members=members, n_used=n)


def _number(trial: "Trial", known: Any, column: str, place: Place) -> Iterator[Result]:
    # What a plan will give is known from this module before any number is described.
    from trialtrace.stats.continuous import means

    common = {"n_used": known.n, "synthetic": trial.synthetic}
    members = {"analysed": known}
    yield Result(place, "count", DESCRIPTIVE, known.n, {}, members, **common)
    if not known.n:
        return
    found = means.describe(known.column(column).astype(float))
    for stat in NUMBERS:
        options = {"quantile": "type 7"} if stat in ("median", "q1", "q3") else {}
        yield Result(place, stat, DESCRIPTIVE, getattr(found, stat), options, members, **common)


def is_number(frames: Frames, column: str) -> bool:
    import pyarrow as pa

    kind = frames.column("adsl", column).type
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
