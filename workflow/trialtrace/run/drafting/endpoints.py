"""endpoints.yaml of a draft."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialtrace.run.drafting.control import HAS
from trialtrace.run.drafting.direction import direction
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.names import with_capital
from trialtrace.run.drafting.outcomes import (
    COUNT,
    EVENT,
    MEAN,
    RECURRENT,
    REPEATED_EVENT,
    TIME,
    Outcome,
    is_number,
    label_of,
    levels,
    without_codes,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.visits import UNPLANNED, label_in, labels_of, visits_of
from trialtrace.run.drafting.yaml_text import Quoted
from trialtrace.run.tables.measures import SURVIVAL, parts

# Characters of a label that is taken as what happened.
LONGEST_EVENT = 60
MEAN_OF_ROWS = " (mean of a patient's rows)"
RESERVED = {"flow", "baseline", "adverse_events", "planning"}
IN_BRACKETS = re.compile(r"\(([a-z]+)\)$")
# A year in the units of time; a rate is of one.
YEAR = {"days": 365.25, "weeks": 52.18, "months": 12, "years": 1}


@dataclass(frozen=True)
class Planned:
    """An endpoint with its name and what is drafted of it; `higher` says whether more of it is
    better or worse, and by which words."""

    name: str
    outcome: Outcome
    column: Column
    label: str
    visits: dict[str, str]
    stop: Column | None = None
    higher: tuple[str, str] = ("", "")

    @property
    def time_unit(self) -> str:
        """What is told of the unit of an interval; nothing where nothing is."""
        words = (self.stop.unit, *parts(self.stop.name)) if self.stop else ()
        return next((word for word in words if word in YEAR), "")

    @property
    def baseline(self) -> str:
        """The last visit before treatment; nothing where none is known, or not of everybody."""
        before = () if self.outcome.base[0] else self.outcome.before
        return self.visits[before[-1]] if before else ""

    @property
    def after(self) -> list[str]:
        """The visits at which it is analysed."""
        before, named = self.outcome.before, self.outcome.named_visit
        after = {code: label for code, label in self.visits.items() if code not in before}
        planned = [code for code in after if named == code or (after[code] not in self.unplanned)]
        return [after[code] for code in planned if named in ("", code)]

    @property
    def unplanned(self) -> list[str]:
        """The visits at which nobody is compared, as nobody planned them, where others are left."""
        found = [label for label in self.visits.values() if UNPLANNED.search(label.lower())]
        return found if len(found) + len(self.outcome.before) < len(self.visits) else []


def planned(draft: Draft) -> list[Planned]:
    """The primary endpoint, then the others."""
    taken: set[str] = set(RESERVED)
    made = []
    for outcome in (draft.primary, *draft.others):
        column = draft.table(outcome.table).column(outcome.source)
        name = _name(_named(outcome), taken)
        table = draft.table(outcome.table)
        visits = {} if draft.design.columns else visits_of(table, outcome)
        named = _words((outcome.columns and outcome.column.replace("{visit}", "")) or column.name)
        said = column.label if column.label != column.name else ""
        said = _only_parameter(table, column) or said
        label = outcome.label or (label_in(table, outcome) if outcome.columns else said) or named
        label += MEAN_OF_ROWS if outcome.kind == MEAN else ""
        stop = table.column(outcome.stops) if outcome.stops else None
        higher = direction(table, outcome, label)
        made.append(Planned(name, outcome, column, label, visits, stop, higher))
    return made


def _only_parameter(table: Table, column: Column) -> str:
    """What the one parameter of a data set of ADaM is called, whose number is AVAL; nothing of
    another column, and of several parameters."""
    words = next((one for one in table.columns if one.name.upper() == "PARAM"), None)
    alone = words is not None and words.distinct == 1 and column.name.upper() == "AVAL"
    return words.values[0][0] if words is not None and alone else ""


def _named(outcome: Outcome) -> str:
    """What an endpoint is named after: its column, or the parameter in whose rows it is."""
    code = outcome.where[0][1] if outcome.label else outcome.column.replace("{visit}", "")
    code = code or outcome.source
    return code if re.search("[A-Za-z]", code) else outcome.label or code


def _name(text: str, taken: set[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:30]
    name = name if re.match("[a-z]", name) else f"e_{name}".rstrip("_")
    while name in taken:
        name = f"{name}_2"
    taken.add(name)
    return name


def _words(name: str) -> str:
    text = " ".join(re.sub(r"[._]+", " ", name).split())
    return with_capital(text) or name


def endpoints_file(draft: Draft, chosen: Sequence[Planned]) -> dict[str, object]:
    """The content of endpoints.yaml."""
    codes: set[str] = set()
    return {name: entry for one in chosen for name, entry in _entries(draft, one, codes)}


def _entries(draft: Draft, item: Planned, codes: set[str]) -> Iterator[tuple[str, object]]:
    """The endpoint by its name, with those that it is made from or that end its times."""
    made = item.outcome
    head: dict[str, object] = {"label": item.label, "code": _code(item.name, codes)}
    head |= {"higher": item.higher[0]} if item.higher[0] else {}
    if made.kind == COUNT:
        yield from _counted(item, head, codes)
        return
    head |= {"kind": _KIND.get(made.kind, made.kind), "table": made.table}
    if made.where:
        table = draft.table(made.table)
        head["where"] = {name: _in_column(table.column(name), code) for name, code in made.where}
    if made.kind == EVENT and not draft.design.own_treatment:
        yield item.name, head | {"event": {made.column: _is(made.event)}}
    elif made.kind == TIME:
        yield from _timed(draft.table(made.table).column(made.status), item, head, codes)
    elif made.kind == RECURRENT:
        bounds = {"starts": made.starts, "stops": made.stops}
        ended = "End of the interval without the event"
        yield item.name, head | bounds | _ended(item.column, made.event, ended)
    elif made.kind == MEAN:
        entry = _measured(draft, item) if made.several or made.codes else {"column": made.column}
        yield item.name, head | entry | {"kind": "aggregate", "statistic": "mean"}
    else:
        yield item.name, head | _measured(draft, item)


def _is(code: str) -> dict[str, object]:
    return {"is": Quoted(code)}


def _in_column(column: Column, code: str) -> dict[str, object]:
    """A code, or a number, as the column has it."""
    return {"is": float(code)} if is_number(column) else _is(code)


def _counted(
    item: Planned, head: dict[str, object], codes: set[str]
) -> Iterator[tuple[str, object]]:
    """How often something happened, and whether: rows with the event, or with a value."""
    made, each = item.outcome, f"{item.name}_each"
    where = {made.column: _is(made.event) if made.event else "present"}
    occurred = {"kind": "occurrence", "table": made.table, "where": where, "term": item.label}
    code = _code(f"{item.name}each", codes)
    yield each, {"label": f"{item.label}, each", "code": code, **occurred}
    yield item.name, {**head, "kind": "occurrence_count", "of": each}
    any_ = {**head, "label": f"{item.label}, any", "code": _code(f"{item.name}any", codes)}
    yield f"{item.name}_any", {**any_, "kind": "any_occurrence", "of": each}


def _timed(
    status: Column, item: Planned, head: dict[str, object], codes: set[str]
) -> Iterator[tuple[str, object]]:
    """A time with its event; before it the event that competes, where there is one."""
    made, other = item.outcome, f"{item.name}_competing"
    time, said = {"time": made.column}, IN_BRACKETS.search(item.label)
    if said and said[1] in YEAR and not item.column.unit:
        time["unit"] = said[1]
    if made.competing:
        ended = _ended(status, made.competing, "Last contact without it")
        own = {"label": ended["event_label"], "code": _code(other, codes)}
        own |= {key: head[key] for key in head if key not in (*own, "higher")}
        yield other, own | time | ended
        head = {**head, "competing": [other]}
    ended = _ended(status, made.event, "Last contact without the event")
    words = {"event_label": "Death"} if SURVIVAL.match(item.label) else {}
    yield item.name, head | time | ended | words


def _ended(column: Column, event: str, censored: str) -> dict[str, object]:
    """The event that a column tells, in words, and those for who had none."""
    said, own = _words(label_of(column, event)), _words(column.name)
    label = without_codes(column.label)
    if column.label != column.name and 0 < len(label) <= LONGEST_EVENT:
        own = with_capital(label)
    words = own if HAS.fullmatch(said) else f"{said} ({column.name})"
    return {"event": {column.name: _is(event)}, "event_label": words, "censored_label": censored}


def _measured(draft: Draft, item: Planned) -> dict[str, object]:
    """Columns, visits and codes of a value, once a patient, at visits or of each treatment."""
    made, entry = item.outcome, dict[str, object]()
    if draft.design.columns:
        return {"treatments": {name: arm for arm, name in made.columns}}
    if made.columns and all(made.column.replace("{visit}", c) == n for c, n in made.columns):
        entry["visits"] = {"pattern": made.column, "labels": item.visits}
    elif made.columns:
        entry["visits"] = {name: item.visits[Quoted(code)] for code, name in made.columns}
    else:
        entry["column"] = made.column
    if draft.design.own_treatment:
        labels = labels_of(draft.table(made.table).column(draft.design.place))
        entry["kind"] = "measure"
        entry["location"] = {"column": draft.design.place, "labels": labels}
    if made.visit:
        entry["visit"] = {"column": made.visit, "labels": item.visits}
    if item.baseline:
        entry["baseline"] = item.baseline
    if made.kind in (REPEATED_EVENT, EVENT):
        worth = sorted((code == made.event, code) for code in levels(item.column))
        entry["codes"] = {Quoted(code): int(yes) for yes, code in worth}
    elif made.codes:
        entry["codes"] = {Quoted(code): value for code, value in made.codes}
    return entry | ({"unit": item.column.unit} if item.column.unit else {})


_KIND = {REPEATED_EVENT: "repeated", MEAN: "aggregate"}


def _code(name: str, taken: set[str]) -> str:
    code = re.sub(r"[^A-Z0-9]+", "", name.upper())[:8] or "E"
    code = code if code[0].isalpha() else f"E{code}"[:8]
    number = 2
    while code in taken:
        code = f"{code[:6]}{number}"
        number += 1
    taken.add(code)
    return code
