"""Data contracts: the columns of every table the stages hand to each other.

Each contract is checked where its table is written and where it is read. Column names are CDISC
ADaM's where ADaM has one. A contract fixes the order of columns; the order of rows is the key's
unless a contract says that it is the writer's (results stand in the order of the plan).
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.errors import Problem, UserError, one_of
from trialtrace.store import read_parquet, write_parquet

if TYPE_CHECKING:
    import pyarrow as pa

TEXT, NUMBER, INTEGER, FLAG, DATE = "text", "number", "integer", "flag", "date"


@dataclass(frozen=True)
class Column:
    """A column: its name, type, what it holds, and whether every row must have a value."""

    name: str
    kind: str
    means: str
    required: bool = False


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


def _c(name: str, kind: str, means: str, required: bool = False) -> Column:
    return Column(name, kind, means, required)


SOURCE = (
    _c("source_file", TEXT, "file of the export; a sheet is file[sheet]", True),
    _c("source_row", INTEGER, "line, sheet row or record number in that file", True),
)

RAW = Contract(
    "raw", SOURCE, ("source_file", "source_row"), "a source row, every cell as text", extra=True
)
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
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID", "ASEQ"),
    "a subject x parameter x visit, also where the value is missing",
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
    (
        _c("result_id", TEXT, "readable identifier, unique", True),
        _c("analysis_id", TEXT, "analysis of the plan", True),
        _c("method", TEXT, "method of the registry", True),
        _c("options", TEXT, "every choice of the method, as JSON with sorted keys", True),
        _c("estimand", TEXT, "estimand of the plan"),
        _c("population", TEXT, "population of the trial", True),
        _c("parameter", TEXT, "endpoint or covariate by its name in the configuration"),
        _c("visit", TEXT, "visit by its label"),
        _c("stratum", TEXT, "stratum or subgroup as name=level"),
        _c("group1", TEXT, "first grouping variable"),
        _c("group1_level", TEXT, "its level"),
        _c("group2", TEXT, "second grouping variable (effect, level, time)"),
        _c("group2_level", TEXT, "its level"),
        _c("comparison", TEXT, "treated arm of a comparison"),
        _c("reference", TEXT, "reference arm of a comparison"),
        _c("stat_name", TEXT, "statistic", True),
        _c("stat_label", TEXT, "statistic as a reader knows it", True),
        _c("stat_value", NUMBER, "value, not rounded for display"),
        _c("ci_low", NUMBER, "lower confidence limit"),
        _c("ci_high", NUMBER, "upper confidence limit"),
        _c("ci_level", NUMBER, "confidence level of the interval"),
        _c("unit", TEXT, "unit of the value"),
        _c("n_used", INTEGER, "subjects (or records, by method) that entered"),
        _c("denominator", INTEGER, "denominator of a proportion"),
        _c("seed", INTEGER, "seed of random draws"),
        _c("n_draws", INTEGER, "number of random draws"),
        _c("mc_se", NUMBER, "Monte Carlo standard error"),
        _c("stat_text", TEXT, "the value as the report shows it", True),
        _c("warning", TEXT, "what a reader must know"),
        _c("error", TEXT, "why there is no value"),
        _c("synthetic", FLAG, "true if the data is synthetic", True),
    ),
    ("result_id",),
    "a statistic, with its interval where it has one",
    sorted_by_key=False,
)
MEMBERS = Contract(
    "members",
    (
        _c("result_id", TEXT, "result", True),
        _c("role", TEXT, "analysed, numerator or denominator", True),
        _c("dataset", TEXT, "adsl, bds, adtte or occds", True),
        _c("predicate", TEXT, "condition on the data set, as JSON with sorted keys", True),
        _c("n", INTEGER, "rows that meet it", True),
        _c("sha256", TEXT, "hash over the sorted row ids (USUBJID/ASEQ), one a line", True),
    ),
    ("result_id", "role"),
    "the rows behind a result in one role",
    sorted_by_key=False,
)
CHECKS = Contract(
    "checks",
    (
        _c("result_id", TEXT, "result", True),
        _c("component", TEXT, "value, ci_low, ci_high or n_used", True),
        _c("check_by", TEXT, "the independent function that recomputed it", True),
        _c("version", TEXT, "its library's version", True),
        _c("recomputed", NUMBER, "its value"),
        _c("tolerance", NUMBER, "largest relative difference that agrees", True),
        _c("agrees", FLAG, "whether it does", True),
    ),
    ("result_id", "component"),
    "an independent recomputation",
    sorted_by_key=False,
)
CLAIMS = Contract(
    "claims",
    (
        _c("claim_id", TEXT, "claim of the ledger", True),
        _c("component", TEXT, "count, denominator, percent, value, p, direction", True),
        _c("paper", TEXT, "citation", True),
        _c("place", TEXT, "where it is printed", True),
        _c("label", TEXT, "what is claimed, in words", True),
        _c("quote", TEXT, "the whole printed expression", True),
        _c("printed", TEXT, "this component as printed", True),
        _c("recomputed", NUMBER, "this component from the data"),
        _c("recomputed_text", TEXT, "the same, as it would be printed"),
        _c("result_id", TEXT, "result it was compared with"),
        _c("agreement", TEXT, "exact, compatible, differs or not_checkable", True),
        _c("size", NUMBER, "difference in units of the last printed digit; for p |log10 ratio|"),
        _c("decision", TEXT, "same, changes, undetermined, or empty"),
        _c("evidence", TEXT, "printed or data; empty where not checkable"),
        _c("finding", TEXT, "a sentence", True),
        _c("alternative", TEXT, "the other choice that gives the printed number"),
        _c("candidates", INTEGER, "alternatives tried"),
        _c("chance", NUMBER, "chance of a coincidental fit"),
    ),
    ("claim_id", "component"),
    "a component of a published number",
    sorted_by_key=False,
)

DERIVED = {contract.name: contract for contract in (ADSL, BDS, ADTTE, OCCDS)}


def _arrow_type(kind: str) -> "pa.DataType":
    import pyarrow as pa

    return {
        TEXT: pa.string(), NUMBER: pa.float64(), INTEGER: pa.int64(),
        FLAG: pa.bool_(), DATE: pa.date32(),
    }[kind]  # fmt: skip


def conform(table: "pa.Table", contract: Contract, place: str) -> "pa.Table":
    """Check a table against its contract and give it the contract's types and order of columns.

    Raises UserError naming `place` for a missing or unknown column, a value of another type, an
    empty required value, or a key that stands twice.
    """
    _check_names(table.column_names, contract, place)
    extra = [name for name in table.column_names if name not in contract.names]
    table = table.select(contract.names + extra)
    for position, column in enumerate(contract.columns):
        table = _typed(table, position, column, f"{place}: table {contract.name}")
    for column in contract.columns:
        if column.required and table[column.name].null_count:
            raise UserError(
                Problem(
                    f"{place}: table {contract.name}, column {column.name}",
                    found=f"{table[column.name].null_count} empty values",
                    expected="a value in every row",
                )
            )
    in_order = _by_key(table, contract.key)
    _check_key(in_order, contract, place)
    return in_order if contract.sorted_by_key else table


def _check_names(names: list[str], contract: Contract, place: str) -> None:
    known = contract.names
    wrong = {
        "no column": [name for name in known if name not in names],
        "unknown column": [] if contract.extra else [n for n in names if n not in known],
        "twice": [name for name, times in Counter(names).items() if times > 1],
    }
    if any(wrong.values()):
        raise UserError(
            Problem(
                f"{place}: table {contract.name}",
                found="; ".join(
                    f"{what} {one_of(which)}" for what, which in wrong.items() if which
                ),
                expected=f"columns {one_of(known, 40)}",
            )
        )


def _typed(table: "pa.Table", position: int, column: Column, place: str) -> "pa.Table":
    """The table with a column in its contract's type. What does not fit is told without values."""
    import pyarrow as pa

    field = pa.field(column.name, _arrow_type(column.kind))
    given = table.column(position)
    try:
        return table.set_column(position, field, given.cast(field.type))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise UserError(
            Problem(
                f"{place}, column {column.name}",
                found=f"a value of type {given.type} that is no {column.kind}",
                expected=f"{column.kind} in every row",
            )
        ) from None


def _by_key(table: "pa.Table", key: tuple[str, ...]) -> "pa.Table":
    """The rows in the order of the key (pyarrow's own sort of tables would load pandas)."""
    import pyarrow.compute as pc

    if table.num_rows < 2:
        return table
    return table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in key]))


def _check_key(in_order: "pa.Table", contract: Contract, place: str) -> None:
    """Refuse a key that stands in two rows; in order, equal keys are neighbours."""
    import pyarrow as pa
    import pyarrow.compute as pc

    n = in_order.num_rows
    same = pa.array([True] * max(n - 1, 0), type=pa.bool_())
    for name in contract.key:
        column = in_order[name].combine_chunks()
        one, other = column.slice(1), column.slice(0, max(n - 1, 0))
        equal = pc.fill_null(pc.equal(one, other), False)
        both_missing = pc.and_(pc.is_null(one), pc.is_null(other))
        same = pc.and_(same, pc.or_(equal, both_missing))
    repeats = pc.sum(same).as_py() or 0
    if repeats:
        raise UserError(
            Problem(
                f"{place}: table {contract.name}",
                found=f"{repeats} rows whose key stands twice",
                expected=f"unique {', '.join(contract.key)}",
            )
        )


def empty(contract: Contract) -> "pa.Table":
    """A table of the contract without rows."""
    import pyarrow as pa

    return pa.schema([(c.name, _arrow_type(c.kind)) for c in contract.columns]).empty_table()


def from_rows(rows: list[dict], contract: Contract) -> "pa.Table":
    """A table of the contract from dictionaries; a missing key is a missing value."""
    import pyarrow as pa

    return pa.Table.from_pydict(
        {
            column.name: pa.array(
                [row.get(column.name) for row in rows],
                type=_arrow_type(column.kind),
                from_pandas=True,
            )
            for column in contract.columns
        }
    )


def write_table(path: Path, table: "pa.Table", contract: Contract) -> None:
    """Write a table that keeps its contract; a private one is readable by its owner only."""
    write_parquet(path, conform(table, contract, str(path)), 0o600 if contract.private else 0o644)


def read_table(path: Path, contract: Contract) -> "pa.Table":
    """Read a table and check its contract."""
    return conform(read_parquet(path), contract, str(path))
