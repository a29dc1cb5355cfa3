"""What stands in cleaning.yaml: missing codes, units, conflicts and checks of each table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from trialtrace.base.config.names import (
    Column,
    Condition,
    Missing,
    Name,
    Severity,
    Spellings,
    Text,
    Value,
    listed,
)
from trialtrace.base.config.references import (
    DATED,
    ColumnName,
    DateColumn,
    NumberColumn,
    Ref,
    TableCondition,
    TableName,
)
from trialtrace.base.config.spec import (
    Distinct,
    Filled,
    Listed,
    Rule,
    entry_name,
    key,
    mapping_of,
    optional,
    shape,
)

MomentColumn = Annotated[Column, Ref("column", (*DATED, "time"))]


@shape
class LinearFactor:
    """A factor and what is added, for a scale with another zero."""

    multiply: float = key("Factor.", exclusiveMinimum=0)
    add: float = key("What is added after the factor.")


Factor = Annotated[
    Annotated[float, Rule(expected="a factor above 0", exclusiveMinimum=0)] | LinearFactor,
    Rule(expected="a factor above 0, or {multiply: …, add: …}"),
]


def _linear(factor: float | LinearFactor) -> LinearFactor:
    return factor if isinstance(factor, LinearFactor) else LinearFactor(multiply=factor, add=0)


SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "s": 1, "min": 60, "h": 3600}
"""The units in which a duration can be counted."""


@shape
class _Check:
    """What every check says."""

    name: str = entry_name(default="")
    label: Text = key("What is expected, as a sentence.")
    table: TableName = key("Clean table.")
    severity: Severity = key("reject: the value is not used; flag: it is kept and listed.")


@shape(by="expect")
class CheckExpect(_Check):
    """Rows that meet `where` must meet `expect`."""

    columns: Distinct[ColumnName] = key(
        "Columns that are listed when the check fails; under flag, where each has its own "
        "condition in expect, those whose condition fails."
    )
    where: Condition | None = optional("Rows that are checked; all where it is left out.")
    expect: Condition = key("What must hold; unknown is not a failure.")
    beside: Filled[Name, Beside] = optional(
        "Values of the same subject from other tables (or other rows of this one): a name "
        "that conditions of this check may use as a column, and where it comes from.",
        empty=dict,
    )

    @property
    def listed(self) -> tuple[str, ...]:
        """The columns that are listed, and taken away where the severity is reject."""
        return self.columns


@shape
class Point:
    """A criterion."""

    give: float = key("Points.")
    when: TableCondition = key("When they are given.")


@shape(by="stored")
class CheckStored(_Check):
    """A stored score must be the sum of its points."""

    stored: NumberColumn = key("Column of the stored score.")
    points: Listed[Point] = key("What the score is the sum of.")

    @property
    def listed(self) -> tuple[str, ...]:
        """The columns that are listed, and taken away where the severity is reject."""
        return (self.stored,)


@shape(by="constant")
class CheckConstant(_Check):
    """Columns that are the same in all rows of a subject."""

    constant: Distinct[ColumnName] = key("The columns.")

    @property
    def listed(self) -> tuple[str, ...]:
        """The columns that are listed, and taken away where the severity is reject."""
        return self.constant


@shape
class EachOf:
    """What every subject must have."""

    column: ColumnName = key("Column of the values.")
    values: Distinct[Annotated[str | float, Rule(expected="text in quotes or a number")]] = key(
        "The values."
    )
    times: Literal["once", "at_least_once"] = key("How often each stands in the rows of a subject.")
    by: Distinct[ColumnName] = optional(
        "Columns that part the rows of a subject, such as visit and side.", empty=tuple
    )


@shape(by="each_of")
class CheckEachOf(_Check):
    """Every subject has each of the values."""

    columns: Distinct[ColumnName] = optional(
        "Columns that are listed when the check fails; the column of each_of where it is left out.",
        empty=tuple,
    )
    where: TableCondition | None = optional("Rows that are checked; all where it is left out.")
    each_of: EachOf = key("What every subject must have.")

    @property
    def listed(self) -> tuple[str, ...]:
        """The columns that are listed, and taken away where the severity is reject."""
        return self.columns or (self.each_of.column,)


@shape(by="unique")
class CheckUnique(_Check):
    """No two rows have the same values."""

    columns: Distinct[ColumnName] = optional(
        "Columns that are listed when the check fails; those of unique where it is left out.",
        empty=tuple,
    )
    where: TableCondition | None = optional("Rows that are checked; all where it is left out.")
    unique: Distinct[ColumnName] = key(
        "Columns that together tell rows apart; rows with a missing one are not compared."
    )

    @property
    def listed(self) -> tuple[str, ...]:
        """The columns that are listed, and taken away where the severity is reject."""
        return self.columns or self.unique


CleaningCheck = Annotated[
    CheckExpect | CheckStored | CheckConstant | CheckEachOf | CheckUnique,
    Rule(expected="one of expect, stored (with points), constant, each_of, unique"),
]


@shape
class Beside:
    """A value from another table; missing where no row is there."""

    table: TableName = key("Clean table.")
    column: Column | None = optional(
        "Its column; left out only with take: count, which then counts rows."
    )
    match: Filled[Column, Column] = optional(
        "Columns that must agree beside the subject: column of this table to column of the other.",
        empty=dict,
    )
    where: Condition | None = optional(
        "Rows of the other table that are looked at; all where it is left out."
    )
    take: Literal["lowest", "highest", "sum", "count"] | None = optional(
        "What is taken where several rows are there: the lowest, the highest or the sum "
        "of the values that are present, or their count (0 where no row is there). "
        "Without it, one row at most may be there."
    )


@shape(by="factor")
class ConvertAll:
    """A conversion of all values of a column, which are of one unit."""

    factor: Factor = key("What every value is multiplied by: 0.001 from m to km.")
    from_: Text = key("Unit of the values as stored.")
    to: Text = key("Unit that all values become.")

    @property
    def linear(self) -> LinearFactor:
        """The factor and what is added after it."""
        return _linear(self.factor)


@shape
class Convert:
    """A conversion of values in several units to one."""

    unit_column: Annotated[Column, Ref("column", ("text",))] = key(
        "Column that holds the unit of each value."
    )
    to: Text = key("Unit that all values become.")
    factors: Filled[Value, Factor] = key(
        "Unit as stored, in quotes where it is not a plain word, to its factor."
    )

    @property
    def linear(self) -> dict[str, LinearFactor]:
        """Unit as stored -> its factor and what is added after it."""
        return {unit: _linear(factor) for unit, factor in self.factors.items()}


@shape(one_key=True)
class OnConflict:
    """Which of the rows that share a key and differ is used, and why."""

    reject: Text | None = optional("Why none of the rows is used.")
    first: Text | None = optional("Why the first row is the right one.")
    last: Text | None = optional("Why the last row is the right one.")


@dataclass(frozen=True)
class Conflict:
    """Which of the rows that share a key and differ is used: stop, reject, first or last."""

    take: str = "stop"
    reason: str = ""


@shape(least=1)
class Exclude:
    """Rows that are left out with their subject, or in such number that the run would stop, and
    may: rule to the reason."""

    subject_missing: Text | None = optional("Why rows without a usable subject are left out.")
    key_missing: Text | None = optional(
        "Why rows without a usable value in another column of the key are left out."
    )
    unknown_subject: Text | None = optional(
        "Why rows are left out whose subject is not in the table of subjects."
    )


@shape
class Span:
    """The time from one moment to another, as a further column of the clean table."""

    from_: MomentColumn = key(
        "Column of the first moment: a date, a date with a time, or a time of day."
    )
    to: MomentColumn = key("Column of the second moment.")
    unit: Literal["seconds", "minutes", "hours", "days"] = key(
        "Unit of the values. Days are counted by the calendar, whatever the time of day."
    )
    midnight: Literal["next_day"] | None = optional(
        "Of two times of day, what it means that the second is earlier: it is that of the next "
        "day. Where it is left out, such a span has no value and is listed."
    )


@shape
class PartialDates:
    """What becomes of dates of a column of which the day, the month or the time is not known."""

    impute: Literal["first", "mid", "last"] = key(
        "Which of the possible days is taken: the first, the 15th (of a year the 30th of June), or "
        "the last; of a day without a time the first second, 12:00 or the last second."
    )
    highest: Literal["time", "day", "month"] = key(
        "The largest part that may be unknown; dates that lack more are rejected."
    )
    not_before: Distinct[Column] = optional(
        "Columns with dates, of this table or of the table of subjects, or milestones of "
        "trial.yaml there, before which the day does not lie, such as randomised.",
        empty=tuple,
    )
    not_after: Distinct[Column] = optional(
        "Columns or milestones after which it does not lie, such as last_contact.",
        empty=tuple,
    )
    reason: Text = key("Why this rule, such as the section of the analysis plan.")


@shape
class CleaningTable:
    """Cleaning of a table; every part may be left out."""

    name: str = entry_name(default="")
    ignore: dict[Column, Text] = optional(
        "Columns of the raw table that are not in the dictionary: column to the reason "
        'why they are not used. `"lab_*"` stands for all that begin so, `others` for all that '
        "no other entry covers; the report lists which these were.",
        empty=dict,
    )
    missing: dict[ColumnName, Missing] = optional(
        "Values that mean missing: column to a list of values in quotes, or to each value with "
        'what it says, such as `{got: {".a": not tested, ".b": no record}}`; the report then '
        "counts them apart.",
        empty=dict,
    )
    forms: dict[Text, Distinct[Column]] = optional(
        "Forms of REDCap whose fields stand in this table, each with its fields, such as "
        "`{symptoms: [nausea, ticked]}`: the boxes of one that nobody opened have no value, where "
        "REDCap exports 0. A table that is called as its form needs no entry.",
        empty=dict,
    )
    units: dict[ColumnName, Text] = optional("Unit of a column.", empty=dict)
    spans: dict[Column, Span] = optional(
        "Further columns of the clean table, each with the time from one moment to another, such "
        "as `{onset_minutes: {from: block_at, to: onset_at, unit: minutes}}`: endpoints use them "
        "as any column of numbers.",
        empty=dict,
    )
    partial_dates: Filled[DateColumn, PartialDates] = optional(
        "Columns whose partial dates (2021-03, 2021, 2021-03-UN) get a day by a rule. Each such "
        "cell is listed, and what is derived from it has ADaM's flag (ADTF, STARTDTF).",
        empty=dict,
    )
    convert: dict[NumberColumn, ConvertAll | Convert] = optional(
        "Columns whose values become another unit: all by one factor (`factor`, `from`, `to`), or "
        "each by the unit that another column holds (`unit_column`, `to`, `factors`).",
        empty=dict,
    )
    synonyms: dict[ColumnName, Filled[Value, Spellings]] = optional(
        "Other spellings of the codes of a column: column to code to what is read as it, in "
        'quotes, such as `{device: {"pentax AWS": ["pentax", "Pentax"]}}`. Those of an arm stand '
        "in `design.arms` of trial.yaml.",
        empty=dict,
    )
    on_conflict: Literal["stop"] | OnConflict | None = optional(
        "Which of several rows is used that share the key and differ: `stop` ends the run "
        "and is what holds where this is left out; `reject`, `first` and `last` use none, "
        "the first or the last of them, and say why.",
        expected="stop, or {reject: why}, {first: why}, {last: why}",
    )
    accept: Filled[ColumnName, Text] = optional(
        "Columns that lose so many values that the run would stop, or that hold none, and "
        "may: column to the reason. The report shows them all the same.",
        empty=dict,
    )
    known: Filled[ColumnName, Text] = optional(
        "Columns of which the red line of looks at rows on page 1 is known and explained: column "
        "to the reason. Page 1 says what was found and the reason, in black, and a run does not "
        "end with it.",
        empty=dict,
    )
    exclude: Exclude | None = optional(
        "Rows that are left out with their subject, or in such number that the run would "
        "stop, and may: rule to the reason."
    )
    covers: Literal["some", "earlier"] | None = optional(
        "Which subjects the table is expected to have rows of, where these are far from "
        "all: `some` of them, whoever they are; `earlier`, those who were enrolled early "
        "enough."
    )
    empty: bool = optional("Whether the table is expected to have no row.", empty=bool)
    reveals_arm: Distinct[ColumnName] = optional(
        "Columns that reveal the arm, such as a dose or the number of a kit: in a blinded run, and "
        "in an open report to a monitoring committee, they hold nothing.",
        empty=tuple,
    )

    @property
    def absent(self) -> dict[str, tuple[str, ...]]:
        """Column -> the values that mean missing."""
        return {column: tuple(codes) for column, codes in self.missing.items()}

    @property
    def conflict(self) -> Conflict:
        """What becomes of rows that share a key and differ; they end the run by default."""
        if not isinstance(self.on_conflict, OnConflict):
            return Conflict()
        ((take, reason),) = mapping_of(self.on_conflict).items()
        return Conflict(take, reason)

    @property
    def excluded(self) -> dict[str, str]:
        """Rule -> the reason why its rows are left out."""
        return mapping_of(self.exclude) if self.exclude else {}

    @property
    def declared(self) -> str | None:
        """That not every subject has a row here: some, earlier, empty, or nothing said."""
        return "empty" if self.empty else self.covers

    @property
    def spelt(self) -> dict[str, dict[str, str]]:
        """Column -> another spelling -> the code that it is read as."""
        return {
            column: {other: code for code, others in codes.items() for other in listed(others)}
            for column, codes in self.synonyms.items()
        }

    @property
    def unit_of(self) -> dict[str, str]:
        """Column -> unit of its clean values, where one is declared or converted to."""
        spans = {name: span.unit for name, span in self.spans.items()}
        return self.units | spans | {column: each.to for column, each in self.convert.items()}


@shape
class Cleaning:
    """What the dictionary has no place for."""

    tables: dict[TableName, CleaningTable] = optional("Cleaning of each clean table.", empty=dict)
    checks: dict[Name, CleaningCheck] = optional("Checks over several columns or rows.", empty=dict)
