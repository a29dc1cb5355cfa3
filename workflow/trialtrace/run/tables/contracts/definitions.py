"""Data contracts: the columns of every table the stages hand to each other.

Each contract is checked where its table is written and where it is read. Column names are CDISC
ADaM's where ADaM has one. A contract fixes the order of columns; the order of rows is the key's
unless a contract says that it is the writer's (results stand in the order of the plan).
"""

from dataclasses import dataclass
from typing import Literal, get_args, get_origin

from trialtrace.run.tables.contracts.rows import CheckRow, ClaimRow, MemberRow, ResultRow

VERSION = 3
"""Of all contracts together: it rises where a table loses or renames a column, or changes what a
column means, so that who reads results elsewhere can tell. A further column is no new version."""

TEXT, NUMBER, INTEGER, FLAG, DATE = "text", "number", "integer", "flag", "date"


@dataclass(frozen=True)
class Column:
    """A column: its name, type, what it holds, and whether every row must have a value, and
    of which `choices` it is one, if they are few."""

    name: str
    kind: str
    means: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A table's columns and key; with `extra`, further columns follow in the writer's order."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    row: str
    sorted_by_key: bool = True
    extra: bool = False
    private: bool = False

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


KINDS = {str: TEXT, float: NUMBER, int: INTEGER, bool: FLAG}


def columns_of(row: type) -> tuple[Column, ...]:
    """The columns of a type of rows: what each holds, and whether it may be empty."""
    columns = []
    for name, column in row.__annotations__.items():
        held, means = get_args(column)
        if get_origin(held) is Literal:
            columns.append(Column(name, TEXT, means, True, get_args(held)))
            continue
        kind, *empty = get_args(held) or (held,)
        columns.append(Column(name, KINDS[kind], means, not empty))
    return tuple(columns)


_c = Column

SOURCE = (
    _c("source_file", TEXT, "file of the export; a sheet is file[sheet]", True),
    _c("source_row", INTEGER, "line, sheet row or record number in that file", True),
)

RAW = Contract(
    "raw", SOURCE, ("source_file", "source_row"), "a source row, every cell as text", extra=True
)


def mark_column(column: str, flag: str) -> str:
    """The column of a clean table with ADaM's flag (DTF, TMF) of what was imputed in another."""
    return f"{column} ({flag})"


CLEAN = Contract(
    "clean", SOURCE, ("source_file", "source_row"), "an accepted source row, typed", extra=True
)
REJECTS = Contract(
    "rejects",
    (
        _c("table", TEXT, "clean table", True),
        _c("level", TEXT, "row or cell", True),
        *SOURCE,
        _c("subject", TEXT, "subject key where it is known"),
        _c("column", TEXT, "column; empty for a whole row"),
        _c("value", TEXT, "the value as found (quarantine: never shown unless disclosure is full)"),
        _c("rule", TEXT, "identifier of the rule", True),
        _c("reason", TEXT, "a sentence without the value", True),
        _c("severity", TEXT, "reject (the value or row is not used) or flag (kept, listed)", True),
    ),
    ("table", "source_file", "source_row", "column", "rule"),
    "a rejected cell, a rejected row, or a flagged cell",
    private=True,
)

IDENTITY = (
    _c("STUDYID", TEXT, "trial", True),
    _c("USUBJID", TEXT, "subject, unique over trials", True),
)
ADSL = Contract(
    "adsl",
    (
        *IDENTITY,
        _c("SUBJID", TEXT, "subject within the trial", True),
        _c("SITEID", TEXT, "site"),
        _c("AGE", NUMBER, "age"),
        _c("AGEU", TEXT, "unit of AGE"),
        _c("SEX", TEXT, "F, M or U"),
        _c("ARM", TEXT, "label of the arm"),
        _c("TRT01P", TEXT, "planned treatment: the arm's name in the configuration"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID",),
    "a subject; further columns: strata and covariates, then population flags (Y or N)",
    extra=True,
)
BDS = Contract(
    "bds",
    (
        *IDENTITY,
        _c("ASEQ", INTEGER, "number of the record within the subject", True),
        _c("PARAMCD", TEXT, "code of the endpoint", True),
        _c("PARAM", TEXT, "label of the endpoint", True),
        _c("AVISIT", TEXT, "visit; empty where the endpoint is not a repeated one"),
        _c("AVISITN", INTEGER, "order of the visit"),
        _c("ADT", DATE, "date of the record"),
        _c(
            "ADY",
            INTEGER,
            "day of the record from the endpoint's start: 1 on it, -1 the day before",
        ),
        _c("LAT", TEXT, "side of the body"),
        _c("LOC", TEXT, "muscle, site, nerve"),
        _c("TRTP", TEXT, "planned treatment of the record"),
        _c("AVAL", NUMBER, "value; for events 1 yes, 0 no"),
        _c("AVALC", TEXT, "value as text; for events Y or N"),
        _c("AVALU", TEXT, "unit"),
        _c("BASE", NUMBER, "baseline value"),
        _c("CHG", NUMBER, "AVAL - BASE"),
        _c("ABLFL", TEXT, "Y on the baseline record"),
        _c("DTYPE", TEXT, "how the value was imputed"),
        _c("GROUNDS", TEXT, "what a made value rests on, such as the findings that were present"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID", "ASEQ"),
    "a subject x parameter x visit x location x side, also where the value is missing",
    extra=True,
)
ADTTE = Contract(
    "adtte",
    (
        *IDENTITY,
        _c("ASEQ", INTEGER, "number of the record within the subject", True),
        _c("PARAMCD", TEXT, "code of the endpoint", True),
        _c("PARAM", TEXT, "label of the endpoint", True),
        _c("TRTP", TEXT, "planned treatment"),
        _c("AVAL", NUMBER, "time"),
        _c("AVALU", TEXT, "unit of the time"),
        _c("CNSR", INTEGER, "0 event, 1 and more censored"),
        _c("EVNTDESC", TEXT, "what happened"),
        _c("CNSDTDSC", TEXT, "why the time ends without an event"),
        _c("STARTDT", DATE, "date from which time runs"),
        _c("ADT", DATE, "date of the event or of censoring"),
        _c("AVALLO", NUMBER, "lower bound of an interval-censored time"),
        _c("AVALHI", NUMBER, "upper bound of an interval-censored time"),
        _c("TSTART", NUMBER, "start of the interval (entry exclusive)"),
        _c("TSTOP", NUMBER, "end of the interval"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID", "ASEQ"),
    "a subject x time-to-event parameter x interval",
    extra=True,
)
OCCDS = Contract(
    "occds",
    (
        *IDENTITY,
        _c("ASEQ", INTEGER, "number of the record within the subject", True),
        _c("PARAMCD", TEXT, "code of the kind of occurrence", True),
        _c("PARAM", TEXT, "label of the kind of occurrence", True),
        _c("TERM", TEXT, "what occurred", True),
        _c("ADT", DATE, "date"),
        _c("TRTP", TEXT, "planned treatment"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID", "ASEQ"),
    "an occurrence",
    extra=True,
)
SOURCES = Contract(
    "sources",
    (
        _c("dataset", TEXT, "adsl, bds, adtte or occds", True),
        _c("USUBJID", TEXT, "subject of the derived row", True),
        _c("ASEQ", INTEGER, "record of the derived row; 0 in ADSL", True),
        _c("variable", TEXT, "derived variable", True),
        _c("table", TEXT, "clean (and raw) table", True),
        *SOURCE,
        _c("column", TEXT, "column of the raw table", True),
    ),
    ("dataset", "USUBJID", "ASEQ", "variable", "table", "source_file", "source_row", "column"),
    "an edge from a derived value to a raw cell it was made from",
)
RESULTS = Contract(
    "results",
    columns_of(ResultRow),
    ("result_id",),
    "a statistic, with its interval where it has one",
    sorted_by_key=False,
)
MEMBERS = Contract(
    "members",
    columns_of(MemberRow),
    ("result_id", "role"),
    "the rows behind a result in one role",
    sorted_by_key=False,
)
CHECKS = Contract(
    "checks",
    columns_of(CheckRow),
    ("result_id", "component"),
    "an independent recomputation",
    sorted_by_key=False,
)
CLAIMS = Contract(
    "claims",
    columns_of(ClaimRow),
    ("claim_id", "reading", "component"),
    "a component of a published number",
    sorted_by_key=False,
)

DERIVED = {contract.name: contract for contract in (ADSL, BDS, ADTTE, OCCDS)}
