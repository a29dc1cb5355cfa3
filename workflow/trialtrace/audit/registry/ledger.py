"""A registry's record as a draft of which nothing is left to confirm."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from trialtrace.audit.ledger.draft import ALL, LedgerDraft, Left
from trialtrace.audit.registry.kinds import Form, number, share
from trialtrace.audit.registry.making import REGISTRATION, RESULTS, Cell, Making
from trialtrace.audit.registry.measures import apart, baseline, outcome_measures
from trialtrace.audit.registry.record import (
    Entry,
    by_group,
    entries,
    entry,
    misshapen,
    text,
    whole,
)

MODULES = {
    "participantFlowModule": "participant flow",
    "baselineCharacteristicsModule": "baseline",
    "outcomeMeasuresModule": "outcome measures",
    "adverseEventsModule": "adverse events",
}
ARMS_OF_CONTROL = ("PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION")
TOTALS = {
    "deaths": "Deaths from any cause",
    "serious": "Serious adverse events",
    "other": "Other adverse events",
}


def registry_ledger(record: Entry) -> LedgerDraft:
    """The whole ledger of a record; without results what was registered."""
    protocol, results = (entry(record, name) for name in ("protocolSection", "resultsSection"))
    design = entry(protocol, "designModule", "designInfo")
    making = Making(crossed=text(design, "interventionModel") == "CROSSOVER")
    _texts(making.draft, protocol)
    if not results:
        del making.draft.papers[RESULTS]
        _designs(making, protocol, ())
        return making.draft
    _missing(making, results)
    randomised = text(design, "allocation") == "RANDOMIZED"
    _flow(making, entry(results, "participantFlowModule"), randomised=randomised)
    baseline(making, entry(results, "baselineCharacteristicsModule"))
    measures = entries(entry(results, "outcomeMeasuresModule"), "outcomeMeasures")
    outcomes = outcome_measures(making, measures)
    _events(making, entry(results, "adverseEventsModule"))
    _designs(making, protocol, outcomes)
    _control(making.draft, protocol)
    return making.draft


def _missing(making: Making, results: Entry) -> None:
    """Lists modules that a record lacks, and what in them is none of the interface's."""
    for name, called in MODULES.items():
        module = results.get(name)
        if isinstance(module, Mapping):
            for place in misshapen(module, name):
                making.draft.left.append(Left(called, place, "not as the interface has it"))
        else:
            why = "the record has none" if module is None else "not as the interface has it"
            making.draft.left.append(Left(called, name, why))


def _texts(draft: LedgerDraft, protocol: Entry) -> None:
    """Registration and results as two texts, and a population that promises nobody everyone."""
    named, status = entry(protocol, "identificationModule"), entry(protocol, "statusModule")
    of, title = f"{text(named, 'nctId')} at ClinicalTrials.gov", text(named, "briefTitle")
    changed, posted = (
        text(entry(status, name), "date")
        for name in ("lastUpdatePostDateStruct", "resultsFirstPostDateStruct")
    )
    draft.title = f"{of}: {title}"
    draft.papers = {
        REGISTRATION: {"citation": f"{of}, registration as of {changed}: {title}"},
        RESULTS: {"citation": f"{of}, results posted {posted}: {title}"},
    }
    draft.populations = {"analysed": {"label": "Analysed"}}


def _flow(making: Making, flow: Entry, *, randomised: bool) -> None:
    """Participant flow: who started the first period was randomised, where anyone was."""
    making.know_groups(entries(flow, "groups"))
    for at, period in enumerate(entries(flow, "periods")):
        title = text(period, "title") or f"Period {at + 1}"
        place = f"participant flow, {title}"
        numbers = {
            text(milestone, "type"): dict(
                by_group(entries(milestone, "achievements"), "numSubjects")
            )
            for milestone in entries(period, "milestones")
        }
        started, ended = numbers.pop("STARTED", {}), numbers.pop("NOT COMPLETED", {})
        cell = making.cell(place, f"Started, {title}")
        if at == 0 and randomised:
            cell = Cell(place, "", "Randomised", {"size": "randomised"})
            for group, count in started.items():
                if count and group in making.groups:
                    making.draft.groups[making.groups[group]]["randomised"] = str(count)
        making.sizes(cell, started)
        for name, counts in (("Completed", numbers.pop("COMPLETED", {})), ("Not completed", ended)):
            whole_period = making.cell(place, f"Participant flow, {title}", {"category": name})
            making.shares(whole_period, counts, started)
        for name, counts in numbers.items():
            making.sizes(making.cell(place, f"{name}, {title}"), counts)
        for reason in entries(period, "dropWithdraws"):
            why = {"category": text(reason, "type")}
            cell = making.cell(place, f"Reasons not completed, {title}", why)
            making.shares(cell, dict(by_group(entries(reason, "reasons"), "numSubjects")), ended)


def _events(making: Making, module: Entry) -> None:
    """Deaths, serious and other adverse events: patients affected of those at risk, and events."""
    groups = entries(module, "eventGroups")
    making.know_groups(groups)
    for kind, label in TOTALS.items():
        at_risk, affected = (
            {
                text(each, "id"): n
                for each in groups
                if (n := whole(each, f"{kind}{name}")) is not None
            }
            for name in ("NumAtRisk", "NumAffected")
        )
        making.shares(making.cell("adverse events, totals", label), affected, at_risk)
        for event in entries(module, f"{kind}Events"):
            words = f"{text(event, 'term')} ({text(event, 'organSystem')}), {kind} adverse event"
            part_of = making.outcome(label)
            cell = making.cell(f"adverse events, {kind}", words, part_of=part_of)
            for stats in entries(event, "stats"):
                making.measured(cell, _event(stats, at_risk), text(stats, "groupId"))
    threshold = number(text(module, "frequencyThreshold"))
    if threshold is not None:
        label = "Frequency above which other adverse events are told"
        cell = Cell("adverse events", "", label, {"fact": "event_threshold"})
        making.claim(cell, Form(f"{threshold}%", {"percent": threshold}))


def _event(stats: Entry, sizes: Mapping[str, int]) -> Form:
    """Patients with an event, of those at risk, and its number."""
    size = whole(stats, "numAtRisk")
    size = sizes.get(text(stats, "groupId")) if size is None else size
    patients, events = whole(stats, "numAffected"), whole(stats, "numEvents")
    said = "" if events is None else f"{events} events"
    if patients is None:
        return Form(said, {"value": str(events)}) if said else Form()
    form = share(patients, size)
    if not said or form.why:
        return form
    return Form(f"{form.printed}, {said}", form.numbers | {"events": str(events)})


def _designs(making: Making, protocol: Entry, outcomes: Sequence[tuple[str, str, str]]) -> None:
    """What was registered, and what was reported, of the design."""
    registered: dict[str, object] = design_of(protocol)
    reported: dict[str, object] = {}
    for kind, rank in RANKS.items():
        every = registered_outcomes(protocol, rank)
        names = map(making.outcome, apart(every))
        if every:
            registered[rank] = [*map(outcome_of, names, (frame for _, frame in every))]
        same = [outcome_of(name, frame) for of, name, frame in outcomes if of == kind]
        if same:
            reported[rank] = same
    making.draft.registered = {REGISTRATION: registered}
    making.draft.reported = {RESULTS: reported} if reported else {}
    enrolment = entry(protocol, "designModule", "enrollmentInfo")
    count = whole(enrolment, "count")
    estimated = text(enrolment, "type") == "ESTIMATED"
    if count is not None and estimated and RESULTS not in making.draft.papers:
        cell = Cell("enrolment", "", "Planned", {"size": "planned"})
        making.claim(cell, Form(str(count), {"value": str(count)}), ALL)
    elif count is not None and not estimated:
        cell = Cell("enrolment", "", "Enrolled", {"fact": "enrolment"})
        making.claim(cell, Form(str(count), {"value": str(count)}))


def _control(draft: LedgerDraft, protocol: Entry) -> None:
    """The one group whose registered arm is a placebo, a sham or no intervention."""
    arms = entries(entry(protocol, "armsInterventionsModule"), "armGroups")
    labels = [text(arm, "label") for arm in arms if text(arm, "type") in ARMS_OF_CONTROL]
    known = [group for group in draft.groups.values() if group["label"] in labels]
    if len(known) == 1:
        known[0]["control"] = True


# What was registered: numbers of patients, days, outcomes with their time frames.

_TIME = re.compile(
    r"(?:(?:up to|at|after|through|within|by) )?"
    r"(?:(?P<before>day|week|month|year)s? (?P<count>[0-9]+)|"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)[ -](?P<unit>day|week|month|year)s?)",
    re.IGNORECASE,
)
_DAY = re.compile(r"(19|20)[0-9]{2}(-[0-9]{2}){0,2}")
RANKS = {"PRIMARY": "primary", "SECONDARY": "secondary"}


def time_of(frame: str) -> dict[str, str] | None:
    """A time frame as one length of time; None where its words say more, or something else."""
    match = _TIME.fullmatch(frame.strip())
    if match is None:
        return None
    unit = (match["unit"] or match["before"]).lower()
    return {"value": match["number"] or match["count"], "unit": f"{unit}s"}


def design_of(protocol: Entry) -> dict[str, object]:
    """Number, days and patients of the registration; what was only expected is no day of it."""
    status = entry(protocol, "statusModule")
    days = {
        "first": text(status, "studyFirstSubmitDate"),
        "changed": text(status, "lastUpdateSubmitDate"),
        "begin": _actual(status, "startDateStruct"),
        "completed": _actual(status, "completionDateStruct"),
    }
    design: dict[str, object] = {"number": text(entry(protocol, "identificationModule"), "nctId")}
    design |= {name: day for name, day in days.items() if _is_day(day)}
    enrolment = entry(protocol, "designModule", "enrollmentInfo")
    if text(enrolment, "type") == "ESTIMATED" and re.fullmatch(
        "[1-9][0-9]{0,5}", text(enrolment, "count")
    ):
        design["planned"] = text(enrolment, "count")
    return design


def _is_day(text: str) -> bool:
    """Whether it is a day, a month or a year."""
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return False


def _actual(status: Entry, name: str) -> str:
    struct = entry(status, name)
    return "" if text(struct, "type") == "ESTIMATED" else text(struct, "date")


def outcome_of(name: str, frame: str) -> dict[str, object]:
    """An outcome of a design, with its time, or the words of its time frame."""
    time = time_of(frame)
    words: dict[str, object] = {"frame": frame} if frame and time is None else {}
    return {"outcome": name} | ({"time": time} if time else {}) | words


def registered_outcomes(protocol: Entry, rank: str) -> list[tuple[str, str]]:
    """(measure, time frame) of each registered outcome of a rank."""
    module = entry(protocol, "outcomesModule")
    return [
        (text(each, "measure"), text(each, "timeFrame"))
        for each in entries(module, f"{rank}Outcomes")
        if text(each, "measure")
    ]
