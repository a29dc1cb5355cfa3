"""endpoints.yaml of a draft: an endpoint of the answered kind for each outcome."""

from dataclasses import replace

from trialtrace.base.config.yaml_text import Quoted
from trialtrace.run.draft import names
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.outcomes import EVENT, ORDERED, Outcome
from trialtrace.run.draft.profile import Column

CENSORED = "Last contact without the event"
Entry = dict[str, object]


def endpoints_file(draft: Draft) -> dict[str, Entry]:
    """The content of endpoints.yaml."""
    made: dict[str, Entry] = {}

    def add(name: str, label: str, one: Outcome) -> None:
        code = names.code_of(one.name, [str(entry["code"]) for entry in made.values()])
        made[name] = {"label": label, "code": code, **_entry(draft, one)}

    for one in draft.outcomes:
        add(one.name, one.label, one)
        if one.competing:
            other = replace(one, code=one.competing)
            add(f"{one.name}_competing", f"{one.label}, {_words(other)}", other)
            made[one.name]["competing"] = [f"{one.name}_competing"]
    return made


def _entry(draft: Draft, one: Outcome) -> Entry:
    head: Entry = {"kind": _kind(draft, one), "table": one.table.name}
    if where := _rows(draft, one):
        head["where"] = where
    if one.timed:
        return head | _time(draft, one)
    if one.kind == EVENT and not one.visit:
        return head | {"event": {one.status: {"is": Quoted(one.code)}}}
    return head | _value(draft, one)


def _kind(draft: Draft, one: Outcome) -> str:
    if one.timed:
        return "time_to_event"
    if one.visit:
        return "measure" if draft.own_treatment else "repeated"
    return "event" if one.kind == EVENT else "measure"


def _rows(draft: Draft, one: Outcome) -> Entry:
    """Which rows of the table count."""
    where: Entry = {}
    if draft.where and one.table.raw is draft.home.raw:
        where[draft.where[0]] = {"is": Quoted(draft.where[1])}
    if not one.parameter:
        return where
    where[cdisc.PARAMETER] = {"is": Quoted(one.parameter)}
    flag = one.table.columns.get(cdisc.ANALYSED)
    if one.visit and flag is not None and {*flag.values} == {"Y"} and not flag.blank:
        where[cdisc.ANALYSED] = {"is": Quoted("Y")}
    return where


def _time(draft: Draft, one: Outcome) -> Entry:
    """A time in a column, or between dates."""
    name = one.column.name
    made: Entry = {"time": name, "unit": one.unit}
    if one.start:
        made = {"start": names.variables(draft)[one.start], "event_date": name}
        made |= {"last_contact": one.last_contact, "terminal": one.terminal, "day_of_start": 0}
    made["event"] = {one.status: {"is": Quoted(one.code)}} if one.status else {name: "present"}
    return made | {"event_label": _words(one), "censored_label": CENSORED}


def _words(one: Outcome) -> str:
    """What happened: the label of the code, or that of its column where the code has none."""
    if one.parameter and cdisc.EVENT_WORDS in one.table.columns:
        said = one.table.column(cdisc.EVENT_WORDS)
        events = {said.values[at] for at in said.at[one.happened()] if at >= 0}
        if len(events) == 1:
            return str(next(iter(events)))
    if not one.status and one.start:
        return one.column.label
    if not one.status or one.parameter:
        return "The event"
    status = one.table.column(one.status)
    label = status.label_of(one.code)
    return f"{status.label}: {label}" if status.label != label else label


def _value(draft: Draft, one: Outcome) -> Entry:
    """The column, visits and codes of a value."""
    entry: Entry = {"column": one.column.name}
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
