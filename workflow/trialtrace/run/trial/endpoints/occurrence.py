"""Entries of occurrences, and of what a subject had of them."""

from trialtrace.base.config.names import Condition, ShortName, Text
from trialtrace.base.config.references import DateColumn, NumberColumn, TableCondition
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.base.words import number
from trialtrace.run.tables.conditions import describe
from trialtrace.run.tables.contracts import OCCDS
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.check_derived import columns_of_analysis
from trialtrace.run.trial.endpoints.shared import (
    EndpointEntry,
    InTable,
    Labels,
    OccurringEndpoint,
    TableEntry,
    UnknownEvent,
    ValueColumn,
    table_words,
)
from trialtrace.run.trial.model import Variable


@shape(last=True)
class FurtherColumns(InTable):
    """An entry whose records have columns of the user's choice."""

    columns: Filled[ShortName, ValueColumn] | None = optional(
        "Further columns of OCCDS: a name of your choice (in capitals there) to a column "
        "of the table."
    )


@shape
class Occurrence(TableEntry, FurtherColumns):
    """Occurrences, a row each."""

    date: DateColumn | None = optional("Column of the date.")

    def rule(self, labels: Labels) -> str:
        return f"every row of {table_words(self.table)}{self.counted_rows(labels)}"


@shape(by="term_column")
class NamedOccurrence(Occurrence):
    """Occurrences, named by a column."""

    term_column: ValueColumn = key("Column that names what occurred.")


@shape
class OneOccurrence(Occurrence):
    """Occurrences of one thing."""

    term: Text = key("What occurred.")


@shape
class OfOccurrences(EndpointEntry):
    """An entry about the occurrences of another endpoint."""

    of: OccurringEndpoint = key("Endpoint of kind occurrence or dose_change.")
    where: Condition | None = optional(
        "Occurrences that count, by `term` and the names of their `columns`."
    )
    without_rows: UnknownEvent | None = optional(
        "What a subject without any row in the table of the occurrences is: one without "
        "occurrences (so where it is left out), or missing."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]


@shape
class AnyOccurrence(OfOccurrences):
    """Whether a subject has any occurrence."""

    def rule(self, labels: Labels) -> str:
        where = (
            f" with {describe(self.where, labels.occurrences.get(self.of))}" if self.where else ""
        )
        return f"yes where there is any {labels.of(self.of)}{where}"


@shape
class OccurrenceCount(OfOccurrences):
    """How many occurrences a subject has."""

    def rule(self, labels: Labels) -> str:
        where = (
            f" where {describe(self.where, labels.occurrences.get(self.of))}" if self.where else ""
        )
        return f"number of {labels.of(self.of)}{where}"


@shape
class Reduced:
    """Doses below the planned one are a change (needs planned and delivered)."""

    tolerance: float = key(
        "Share of the planned dose that may lack without being a change.",
        minimum=0,
        exclusiveMaximum=1,
        constant="share of a dose that may lack",
    )


@shape
class Delayed:
    """Late doses are a change (needs date and planned_date)."""

    more_than: float = key(
        "Days that a dose may be late without being a change.",
        minimum=0,
        constant="days that a dose may be late",
    )


@shape
class DoseChange(TableEntry, FurtherColumns):
    """Changes of dose, a record each: Not given, Reduced, Delayed, Stopped."""

    planned: NumberColumn | None = optional("Column of the planned dose.")
    delivered: NumberColumn | None = optional(
        "Column of the delivered dose; 0 where none was given."
    )
    date: DateColumn | None = optional("Column with the date of the dose.")
    planned_date: DateColumn | None = optional(
        "Column with the planned date; needed with `delayed`."
    )
    reduced: Reduced | None = optional(
        "Doses below the planned one are a change (needs planned and delivered)."
    )
    delayed: Delayed | None = optional("Late doses are a change (needs date and planned_date).")
    stopped: TableCondition | None = optional(
        "Rows that tell that treatment was stopped or left out, as for a reason."
    )

    def rule(self, labels: Labels) -> str:
        changes = []
        if self.reduced:
            share = 100 * self.reduced.tolerance
            changes.append(f"a dose more than {number(share)} % below the planned one")
        if self.delayed:
            changes.append(f"a dose more than {number(self.delayed.more_than)} days late")
        if self.stopped is not None:
            stopped = labels.condition(self.stopped, self.table)
            changes.append(f"treatment stopped ({stopped})")
        return f"every row of {table_words(self.table)} with {' or '.join(changes)}"


def _together(files: Files, name: str, entry: Given, key: str, *needed: str) -> None:
    """Keys that another one needs."""
    lacking = [one for one in needed if one not in entry]
    if key in entry and lacking:
        files.endpoints.add((name, key), f"no {one_of(lacking)}", f"{one_of(needed)} with {key}")


def _check_dose_change(files: Files, name: str, entry: Given, columns: Columns) -> None:
    _together(files, name, entry, "reduced", "planned", "delivered")
    _together(files, name, entry, "delayed", "date", "planned_date")
    if not {"reduced", "delayed", "stopped"} & set(entry):
        files.endpoints.add((name,), "no change", "one or more of reduced, delayed, stopped")
    _check_further(files, name, entry, columns)


def _check_further(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """Further columns: not ones that OCCDS has, and of one type over all endpoints."""
    document = files.endpoints
    taken = set(OCCDS.names) | set(columns_of_analysis(files, "occurrence") or ())
    for short, source in entry.get("columns", {}).items():
        place = (name, "columns", short)
        if short.upper() in taken or short == "term":
            found = f"{short.upper()}, a column that the data set has already"
            document.add(place, found, "another name")
        variable = (columns or {}).get(source)
        for other, kind in _kinds(files, short).items():
            if variable and kind and other != name and kind != _kind(variable):
                found = f"a column of {_kind(variable)}, while {other} has one of {kind}"
                document.add(place, found, "one type under one name")


def _kind(variable: Variable) -> str:
    return "text" if variable.choices else variable.kind


def _kinds(files: Files, short: str) -> dict[str, str]:
    """The type of a further column by the endpoints that have it."""
    kinds = {}
    for name, given in files.endpoints.entries():
        source = given.get("columns", {}).get(short)
        variable = (files.columns(given.get("table")) or {}).get(source) if source else None
        if variable is not None:
            kinds[name] = _kind(variable)
    return kinds


def _check_occurrences(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """`where` reads the term and the further columns of the occurrences."""
    if "where" not in entry:
        return
    of = files.endpoints.get(entry["of"])
    if of is None or of["kind"] not in ("occurrence", "dose_change"):
        return
    source = files.columns(of["table"]) or {}
    there = {"term": Variable("term", "", "text", "")}
    for short, told in of.get("columns", {}).items():
        if told in source:
            there[short] = _by_label(short, source[told])
    what = f"term, or a column of {entry['of']}"
    check_condition(files.endpoints, (name, "where"), entry["where"], there, what)


def _by_label(name: str, variable: Variable) -> Variable:
    """In OCCDS a code has become its label."""
    labels = dict.fromkeys(variable.choices.values(), "")
    return Variable(name, "", _kind(variable), name, labels)


ENTRIES = {
    "occurrence": NamedOccurrence | OneOccurrence,
    "any_occurrence": AnyOccurrence,
    "occurrence_count": OccurrenceCount,
    "dose_change": DoseChange,
}

CHECKS = {
    "occurrence": _check_further,
    "dose_change": _check_dose_change,
    "any_occurrence": _check_occurrences,
    "occurrence_count": _check_occurrences,
}
