"""What entries of several kinds of endpoint say: scale, visits, sides, locations, values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from trialtrace.base.config.names import (
    AnalysedValue,
    Code,
    Column,
    Condition,
    Name,
    PlaceLabel,
    Severity,
    ShortName,
    Text,
    Value,
    VisitLabel,
)
from trialtrace.base.config.references import (
    DATED,
    NUMERIC,
    ColumnName,
    Ref,
    SubjectDate,
    TableCondition,
    TableName,
)
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.base.paths import Project
from trialtrace.run.tables.conditions import Named, describe, lower_first
from trialtrace.run.trial.endpoints.wide import VisitWindows
from trialtrace.run.trial.plan.methods import BINARY, OCCURRENCES, SCORES, TIMES

ScoredEndpoint = Annotated[Name, Ref("endpoint", SCORES)]
BinaryEndpoint = Annotated[Name, Ref("endpoint", BINARY)]
TimeEndpoint = Annotated[Name, Ref("endpoint", TIMES)]
OccurringEndpoint = Annotated[Name, Ref("endpoint", OCCURRENCES)]
# A column that is taken for its values, which name nobody.
ValueColumn = Annotated[Column, Ref("column", needs="nobody")]
ValueNumber = Annotated[Column, Ref("column", NUMERIC, needs="nobody")]
ValueDate = Annotated[Column, Ref("column", DATED, needs="nobody")]
# A code of the `column` that stands beside the labels.
LabelledCode = Annotated[Value, Ref("code", of="column")]
ScaleType = Literal["ordinal", "continuous"]


Higher = Literal["better", "worse"]


@shape
class Scale:
    """Scale of the value."""

    type: ScaleType = key("Type of the scale.")
    from_: float = key("Lowest value, in the endpoint's unit.")
    to: float = key("Highest value, in the endpoint's unit.")
    higher: Higher = key("Whether a higher value is better or worse.")


@shape
class Side:
    """How sides of the body are told (LAT)."""

    column: ColumnName = key("Column of the side.")
    labels: Filled[LabelledCode, PlaceLabel] = key(
        "Sides in order: value of the column, in quotes, to label."
    )


@shape
class Location:
    """How sites, muscles or nerves are told (LOC)."""

    column: ColumnName = key("Column of the location.")
    labels: Filled[LabelledCode, PlaceLabel] = key(
        "Locations in order: value of the column, in quotes, to label."
    )


@shape
class Visit:
    """How visits are told."""

    column: ColumnName = key("Column of the visit.")
    labels: dict[LabelledCode, VisitLabel] = key(
        "Visits in order: value of the column, in quotes, to label.", minProperties=2
    )


@shape
class VisitDates:
    """How visits are told."""

    column: ColumnName = key("Column of the visit.")
    labels: Filled[LabelledCode, VisitLabel] = key(
        "Visits in order: value of the column, in quotes, to label."
    )


# How labels are told by the codes of a column.
LabelledColumn = Visit | VisitDates | Location | Side
Axis = LabelledColumn | VisitWindows


def table_words(name: str) -> str:
    """A clean table, which has no label, inside a sentence: "adverse events"."""
    return name.replace("_", " ")


@dataclass(frozen=True)
class Labels:
    """What the words of a rule ask of a trial: labels of its endpoints, tables of its project.

    `known` maps the name of an endpoint to its label as it stands within a sentence, `variables`
    that of a variable of the subjects; `columns` has the words of each table's columns and codes,
    `occurrences` those of the columns of each endpoint of occurrences, `units` the unit of each
    endpoint that has one, `column_units` those of each table's columns, `yes_no` the endpoints
    whose values are 1 and 0.
    """

    at: Project
    known: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Named] = field(default_factory=dict)
    occurrences: Mapping[str, Named] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    column_units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    yes_no: frozenset[str] = frozenset()

    def of(self, name: str) -> str:
        """The label of an endpoint; the name itself where there is none of that name."""
        return self.known.get(name, name)

    def in_unit(self, value: float, name: str) -> str:
        """A value of an endpoint with its unit."""
        return f"{value:g} {self.units.get(name, '')}".rstrip()

    def variable(self, name: str) -> str:
        """The label of a variable of the subjects."""
        return self.variables.get(name, name)

    def column(self, table: str, name: str) -> str:
        """The label of a column of a table within a sentence."""
        label, _ = self.columns.get(table, {}).get(name, (name, {}))
        return lower_first(label)

    def condition(self, condition: Condition, table: str) -> str:
        """A condition over the columns of a table, by their labels and those of their codes."""
        return describe(condition, self.columns.get(table))

    def listed(self, names: Iterable[str], between: str = ", ") -> str:
        return between.join(self.of(name) for name in names)


class Entry:
    """What an entry of endpoints.yaml says, whatever its kind. A key that a kind lacks is None."""

    kind: str
    visit: Visit | VisitDates | VisitWindows | None = None
    location: Location | None = None
    side: Side | None = None
    baseline: str | None = None
    scale: Scale | None = None
    higher: Higher | None = None
    unit: str | None = None
    start: str | None = None
    origin: str | None = None
    source: str | None = None
    treatments: Mapping[str, str] | None = None

    @property
    def visit_labels(self) -> list[str]:
        """The labels of the visits that the entry itself declares, in order."""
        return list(self.visit.labels.values()) if self.visit else []

    @property
    def parents(self) -> list[str]:
        """The endpoints that it is made from."""
        return []

    @property
    def competing_events(self) -> list[str]:
        """Those of them whose own times rule its event out."""
        return []

    @property
    def follows_visits(self) -> bool:
        """Whether its records stand at the visits of the endpoints that it is made from."""
        return False

    @property
    def chosen_visits(self) -> str | tuple[str, ...] | None:
        """Which visits of those that it is made from are looked at: a choice, or their labels."""
        return None

    @property
    def time_of(self) -> str | None:
        """The endpoint from whose start its time runs, where it has no start itself."""
        return None

    @property
    def axes(self) -> dict[str, Axis]:
        """How visits, locations and sides are told, as far as they are: records stand by these in
        this order, then by subject."""
        told = {"visit": self.visit, "location": self.location, "side": self.side}
        return {name: axis for name, axis in told.items() if axis is not None}

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        """The tables of the project that it reads: folder of config/, and name."""
        return []

    @property
    def endpoint_kind(self) -> str:
        """The kind of the endpoint that it makes; "…_event" where that is yes or no."""
        return self.kind

    @property
    def value_codes(self) -> Mapping[str, float]:
        """The codes that stand for numbers which they do not spell."""
        return {}

    def rule(self, labels: Labels) -> str:
        """How the values are made, in words: each kind has its own."""
        raise NotImplementedError


class InTable(Entry):
    """An entry whose values stand in a clean table."""

    table: str
    where: Condition | None = None


@shape
class EndpointEntry(Entry):
    """An entry of endpoints.yaml."""

    label: Text = key("Label in reports.")
    code: Code = key("PARAMCD: at most 8 capitals and digits.")
    kind: str = key("Kind of the endpoint.")
    higher: Higher | None = optional(
        "Whether higher values, or more events, are better or worse; a `scale` says it itself."
    )
    source: Text | None = optional(
        "Where the values come from that the entry takes as given (limits, thresholds, days); ours "
        "where it is left out."
    )


@shape
class TableEntry(EndpointEntry, InTable):
    """An entry of endpoints.yaml whose values stand in a clean table."""

    table: TableName = key("Clean table.")
    where: TableCondition | None = optional("Rows of the table that count.")

    def counted_rows(self, labels: Labels) -> str:
        """ " where severity = severe": which rows of the table count; empty where all do."""
        return f" where {labels.condition(self.where, self.table)}" if self.where else ""


@shape(last=True)
class FurtherColumns(InTable):
    """An entry whose records have columns of the user's choice."""

    columns: Filled[ShortName, ValueColumn] | None = optional(
        "Further columns of OCCDS: a name of your choice (in capitals there) to a column "
        "of the table."
    )


@shape(last=True)
class Coded(Entry):
    """What the codes of a column are worth."""

    codes: Filled[Value, float] | None = optional(
        "What each code of the column is worth: code, in quotes where it is a number, to a "
        "number. With 0 and 1 alone, and without `scale`, the endpoint is yes (1) or no (0).",
        expected="a mapping of codes to numbers, such as {poor: 0, good: 1}",
    )

    @property
    def yes_or_no(self) -> bool:
        """Whether its values are no and yes."""
        return self.scale is None and set((self.codes or {}).values()) == {0, 1}

    @property
    def endpoint_kind(self) -> str:
        return f"{self.kind}_event" if self.yes_or_no else self.kind

    def told(self, rule: str) -> str:
        """A rule in words, with what the codes are worth."""
        worth = ", ".join(f"{code} = {value:g}" for code, value in (self.codes or {}).items())
        return f"{rule} ({worth})" if worth else rule


@shape(last=True)
class DatedRecords(Entry):
    """When the records were made, and whether that was in time."""

    date: ColumnName | None = optional("Column with the date of the record (ADT).")
    start: SubjectDate | None = optional(
        "Subject variable with the date from which days are counted (ADY); needed with windows."
    )
    windows: (
        Filled[VisitLabel, Annotated[tuple[float, ...], Rule(minItems=2, maxItems=2)]] | None
    ) = optional("Label of a visit to its first and last day, 0 on the day of the start.")
    outside: Severity | None = optional(
        "What a record outside its window is: listed and kept, or listed and without a "
        "value; needed with windows."
    )


@shape(last=True)
class EndLabels(Entry):
    """Why a time ends, in words."""

    event_label: Text = key("What happened.")
    censored_label: Text = key("Why the time ends without the event.")


@shape(last=True)
class TimeWithUnit(TableEntry):
    """A time from a column."""

    unit: Text | None = optional(
        "Unit of the time, such as days; that of its column in cleaning.yaml where it is left out."
    )

    @property
    def time_column(self) -> str:
        """The column that the unit is of."""
        raise NotImplementedError


@shape
class ValueOfEndpoint(EndpointEntry):
    """An entry about the value of another endpoint."""

    of: ScoredEndpoint = key("Endpoint with the value.")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]

    @property
    def follows_visits(self) -> bool:
        return True


MissingItems = Literal["any_missing", "undecided", "measured"]


VisitChoice = Literal["all", "after_baseline"]


AFTER_BASELINE: VisitChoice = "after_baseline"


WithoutValues = Literal["zero", "missing"]


# What somebody is of whom it is not known whether the event came.
UnknownEvent = Literal["missing", "no_event"]


# Words of a report for what is taken of an endpoint, and for what is missing.
VALUES = {
    None: "",
    "value": "",
    "change": "change from baseline of ",
    "percent_change": "change in percent of baseline of ",
}
MISSING = {
    "any_missing": "missing where any part is",
    "undecided": "missing where unknown parts could change it",
    "measured": "unknown parts count as absent",
}
THE_VALUES = {
    None: "",
    "value": "",
    "change": "the change from baseline of ",
    "percent_change": "the change in percent of ",
}
