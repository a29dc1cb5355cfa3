"""endpoints.yaml of a draft: an endpoint of the answered kind for each outcome."""

from collections.abc import Mapping
from dataclasses import replace

from trialtrace.base.config.yaml_text import Quoted
from trialtrace.run.draft import names
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.outcomes import DATES, EVENT, ORDERED, TIME, Outcome
from trialtrace.run.draft.profile import Column

CENSORED = "Last contact without the event"
# Where a run goes for the rows of a parameter.
Entries = dict[str, dict[str, object]]


def endpoints_file(draft: Draft, known: Mapping[str, str]) -> Entries:
    """The content of endpoints.yaml. `known` are the names of variables by their columns."""
    made: Entries = {}
    for one in (draft.primary, *draft.secondary):
        codes = [str(entry["code"]) for entry in made.values()]
        entry: dict[str, object] = {"label": one.label, "code": names.code_of(one.name, codes)}
        made[one.name] = _entry(draft, one, entry, known)
        if one.competing:
            other = replace(one, code=one.competing)
            code = names.code_of(one.name, [*codes, str(entry["code"])])
            words: dict[str, object] = {"label": f"{one.label}, {_words(other)}", "code": code}
            made[f"{one.name}_competing"] = _entry(draft, other, words, known)
            made[one.name]["competing"] = [f"{one.name}_competing"]
    return made


def _entry(
    draft: Draft, one: Outcome, head: dict[str, object], known: Mapping[str, str]
) -> dict[str, object]:
    head |= {"kind": _kind(draft, one), "table": one.table.name}
    if where := _rows(draft, one):
        head["where"] = where
    if one.kind == TIME:
        return head | _time(one)
    if one.kind == DATES:
        return head | _dates(draft, one, known)
    if one.kind == EVENT and not one.visit:
        return head | {"event": {one.status: {"is": Quoted(one.code)}}}
    return head | _value(draft, one)


def _kind(draft: Draft, one: Outcome) -> str:
    if one.timed:
        return "time_to_event"
    if one.visit:
        return "measure" if draft.own_treatment else "repeated"
    return "event" if one.kind == EVENT else "measure"


def _rows(draft: Draft, one: Outcome) -> dict[str, object]:
    """Which rows of the table count."""
    where: dict[str, object] = {}
    if draft.where and one.table.raw is draft.home.raw:
        where[draft.where[0]] = {"is": Quoted(draft.where[1])}
    if not one.parameter:
        return where
    where[cdisc.PARAMETER] = {"is": Quoted(one.parameter)}
    flag = one.table.columns.get(cdisc.ANALYSED)
    if one.visit and flag is not None and {*flag.values} == {"Y"} and not flag.blank:
        where[cdisc.ANALYSED] = {"is": Quoted("Y")}
    return where


def _time(one: Outcome) -> dict[str, object]:
    """A time in a column."""
    event: dict[str, object] = {one.status: {"is": Quoted(one.code)}} if one.status else {}
    event = event or {one.column.name: "present"}
    ended = {"event_label": _words(one), "censored_label": CENSORED}
    return {"time": one.column.name, "unit": one.unit, "event": event, **ended}


def _words(one: Outcome) -> str:
    """What happened: the label of the code, or that of its column where the code has none."""
    if one.parameter and cdisc.EVENT_WORDS in one.table.columns:
        said = one.table.column(cdisc.EVENT_WORDS)
        events = {said.values[at] for at in said.at[one.happened()] if at >= 0}
        if len(events) == 1:
            return str(next(iter(events)))
    if not one.status or one.parameter:
        return "The event"
    status = one.table.column(one.status)
    label = status.label_of(one.code)
    return f"{status.label}: {label}" if status.label != label else label


def _dates(draft: Draft, one: Outcome, known: Mapping[str, str]) -> dict[str, object]:
    event = {one.status: {"is": Quoted(one.code)}} if one.status else {one.column.name: "present"}
    words = _words(one) if one.status else one.column.label
    return {
        "start": known[one.start],
        "event_date": one.column.name,
        "last_contact": one.last_contact,
        "terminal": one.terminal,
        "day_of_start": 0,
        "event": event,
        "event_label": words,
        "censored_label": CENSORED,
    }


def _value(draft: Draft, one: Outcome) -> dict[str, object]:
    """The column, visits and codes of a value."""
    entry: dict[str, object] = {"column": one.column.name}
    if one.visit:
        labels = names.place_labels(one)
        place = "location" if draft.own_treatment else "visit"
        entry[place] = {"column": one.visit, "labels": labels}
        if one.before:
            entry["baseline"] = labels[one.before]
    if one.kind == EVENT:
        entry["codes"] = {Quoted(code): int(code == one.code) for code in one.column.levels}
    elif one.kind == ORDERED:
        entry["codes"] = {Quoted(code): value for code, value in _worth(one.column, one.levels)}
    return entry | ({"unit": one.unit} if one.unit else {})


def _worth(one: Column, levels: tuple[str, ...]) -> list[tuple[str, float]]:
    """What each level is worth: the number that it is, else its place from 1."""
    if one.is_number and levels == one.levels:
        return [(code, float(code)) for code in levels]
    return [(code, place) for place, code in enumerate(levels, start=1)]
