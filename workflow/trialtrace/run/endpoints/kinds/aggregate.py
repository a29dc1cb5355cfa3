"""Aggregates: one number from several rows of a subject, such as the mean over fibres."""

from typing import Literal

import numpy as np
import pyarrow as pa

from trialtrace.base.config.names import Text, VisitLabel
from trialtrace.base.config.references import DATED, NUMERIC, SubjectDate
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.coded_values import worth
from trialtrace.run.endpoints.dates import day_numbers, require_dates, start_days
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.layout import Placed, gather
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.treatment import check_one_treatment, own_treatment
from trialtrace.run.endpoints.visits import with_baseline
from trialtrace.run.trial.context import (
    Columns,
    Files,
    Given,
    column,
    proposed_codes,
    told_kind,
)
from trialtrace.run.trial.endpoints.shared import (
    Coded,
    Labels,
    Location,
    Scale,
    Side,
    TableEntry,
    ValueColumn,
    VisitDates,
    WithoutValues,
    table_words,
)
from trialtrace.run.trial.model import Endpoint, adsl_code

WORDS = {
    "sd": "standard deviation",
    "min": "lowest",
    "max": "highest",
    "distinct": "number of values",
}


@shape
class Aggregate(TableEntry, Coded):
    """One number from several rows of a subject."""

    column: ValueColumn = key("Column of the values.")
    visit: VisitDates | None = optional("How visits are told.")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")
    side: Side | None = optional("How sides of the body are told (LAT).")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    unit: Text | None = optional("Unit of the value.")
    scale: Scale | None = optional("Scale of the value.")
    start: SubjectDate | None = optional(
        "Subject variable with a date: dates of the column become days since it."
    )
    statistic: Literal[
        "mean", "median", "sd", "min", "max", "sum", "span", "count", "distinct", "quantile"
    ] = key(
        "Statistic of the values: sd divides by n - 1; span is the highest less the "
        "lowest (of dates: days); quantile interpolates as R's type 7."
    )
    quantile: float | None = optional(
        "Share below the quantile; needed with statistic: quantile.",
        exclusiveMinimum=0,
        exclusiveMaximum=1,
        constant="share below the quantile",
    )
    min_rows: int | None = optional(
        "Fewest values for a result; 1 where it is left out (counts: 0).",
        minimum=0,
        constant="least number of values",
    )
    without_rows: WithoutValues | None = optional(
        "What a record without any row is: 0 or missing (so where it is left out); zero "
        "only for count, distinct and sum."
    )

    @property
    def endpoint_kind(self) -> str:
        return self.kind

    def rule(self, labels: Labels) -> str:
        statistic = WORDS.get(self.statistic, self.statistic)
        statistic += f" {self.quantile:g}" if self.quantile is not None else ""
        what = labels.column(self.table, self.column)
        what += f", in days since {labels.variable(self.start)}," if self.start else ""
        return self.told(f"{statistic} of {what} over the rows of {table_words(self.table)}")


def _check_aggregate(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document, statistic = files.endpoints, entry["statistic"]
    if (statistic == "quantile") != ("quantile" in entry):
        document.add(
            (name, "statistic"),
            f"{statistic} {'with' if 'quantile' in entry else 'without'} quantile",
            "quantile with statistic: quantile, and only there",
        )
    if entry.get("without_rows") == "zero" and statistic not in ("count", "distinct", "sum"):
        expected = "missing; zero only for count, distinct and sum"
        document.add((name, "without_rows"), f"zero for a {statistic}", expected)
    if "codes" in entry and statistic in ("count", "distinct"):
        found = f"codes with statistic: {statistic}, which asks for no numbers"
        document.add((name, "codes"), found, "no codes")
    variable = (columns or {}).get(entry["column"])
    if variable is None or not variable.kind or statistic in ("count", "distinct"):
        return
    if "codes" in entry:
        return
    if variable.kind == "text":
        document.add(
            (name, "column"),
            f"{variable.name}, a column of {told_kind(variable)}",
            "a column of number or integer by the dictionary, or `codes`",
            do=proposed_codes(variable),
        )
        return
    allowed: tuple[str, ...] = (*NUMERIC, "date") if statistic == "span" else NUMERIC
    allowed = DATED if "start" in entry else allowed
    column(document, (name, "column"), entry["column"], columns, allowed)


ENTRIES = {"aggregate": Aggregate}
CHECKS = {"aggregate": _check_aggregate}


# --- what is derived -----------------------------------------------------------------------------

COUNTS = ("count", "distinct")


def derive_aggregate(endpoint: Endpoint[Aggregate], study: Study) -> Records:
    """A record a subject, and visit, location and side where declared, over its rows' values.

    Missing values are left out; a record with fewer than `min_rows` values is missing, and GROUNDS
    says how many there are. A record
    without any row is missing, or 0 with `without_rows: zero` (for counts and sums).
    """
    entry = endpoint.entry
    column = entry.column
    gathered = gather(endpoint, study, [column])
    values = gathered.column(column)
    known = values.is_valid().to_numpy(zero_copy_only=False)
    count = gathered.count(known)
    if entry.statistic == "distinct":
        codes = values.dictionary_encode().indices.fill_null(-1).to_numpy().astype(float)
        found = statistic("distinct", codes[known], gathered.record[known], len(gathered))
    else:
        numbers = _numbers(study, endpoint, gathered, values)
        found = statistic(
            entry.statistic,
            numbers[known],
            gathered.record[known],
            len(gathered),
            entry.quantile,
        )
    least = _least_rows(entry)
    found = np.where(count < least, np.nan, found)
    none = 0.0 if entry.without_rows == "zero" else np.nan
    found = np.where(gathered.layout.row < 0, none, found)
    treatment, behind = _treatment(study, endpoint, gathered)
    if entry.start is not None:
        start = adsl_code(entry.start)
        behind = [*behind, *study.subject_cells(start, "AVAL", gathered.layout.subject)]
    made = {
        "AVAL": pa.array(found, mask=np.isnan(found)),
        "AVALU": unit_column(_unit(study, endpoint), len(found)),
        "GROUNDS": _too_few(count, least),
    }
    records = Records(
        "bds",
        gathered.layout.subject,
        gathered.layout.columns() | made | treatment,
        (*gathered.cells([column]), *behind),
    )
    return with_baseline(endpoint, study, records, gathered.layout.visits)


def _least_rows(entry: Aggregate) -> int:
    """Fewest values for a result."""
    if entry.min_rows is not None:
        return entry.min_rows
    return 0 if entry.statistic in COUNTS else 1


def _too_few(count: np.ndarray, least: int) -> pa.Array:
    text = np.char.add(count.astype(str), f" of at least {least} values").astype(object)
    return pa.array(text, mask=(count == 0) | (count >= least), type=pa.string())


def statistic(
    name: str, values: np.ndarray, group: np.ndarray, groups: int, q: float | None = None
) -> np.ndarray:
    """A statistic of the values of each group; NaN where it has none (sd: fewer than two).

    `quantile` interpolates between order statistics as R's type 7; `sd` divides by n - 1; `span` is
    the highest less the lowest value.
    """
    order = np.lexsort((values, group))
    values, group = values[order], group[order]
    n = np.bincount(group, minlength=groups)
    start = np.cumsum(n) - n
    if name == "count":
        return n.astype(float)
    if name == "distinct":
        new = np.ones(len(values), dtype=bool)
        new[1:] = (values[1:] != values[:-1]) | (group[1:] != group[:-1])
        return np.bincount(group[new], minlength=groups).astype(float)
    total = np.bincount(group, values, groups)
    empty = np.where(n == 0, np.nan, 0.0)
    if name == "sum":
        return total + empty
    mean = total / np.where(n == 0, np.nan, n)
    if name == "mean":
        return mean
    if name == "sd":
        squares = np.bincount(group, (values - mean[group]) ** 2, groups)
        return np.sqrt(squares / np.where(n < 2, np.nan, n - 1))
    if name == "span":
        return _order(values, start, n, 1.0) - _order(values, start, n, 0.0)
    share = {"median": 0.5, "min": 0.0, "max": 1.0}.get(name, q)
    assert share is not None, "a quantile says which"
    return _order(values, start, n, share)


def _order(values: np.ndarray, start: np.ndarray, n: np.ndarray, q: float) -> np.ndarray:
    """Quantile q of sorted groups, interpolated at position q (n - 1)."""
    if not len(values):
        return np.full(len(n), np.nan)
    at = q * np.maximum(n - 1, 0)
    low = np.floor(at).astype(np.int64)
    last = len(values) - 1
    lower = values[np.minimum(start + low, last)]
    upper = values[np.minimum(start + np.minimum(low + 1, np.maximum(n - 1, 0)), last)]
    return np.where(n == 0, np.nan, lower + (at - low) * (upper - lower))


def _numbers(
    study: Study, endpoint: Endpoint[Aggregate], gathered: Placed, values: pa.Array
) -> np.ndarray:
    """The values as numbers; dates as days since `start`. Without one their only statistics are
    span and counts."""
    wanted = endpoint.entry.statistic
    if wanted == "count":
        return np.zeros(len(values))
    if endpoint.entry.start is not None:
        dates = require_dates(study.place(endpoint), endpoint.entry.column, values)
        subject = gathered.table.subject[gathered.rows]
        return day_numbers(dates) - start_days(study, endpoint)[subject]
    if pa.types.is_date(values.type):
        if wanted == "span":
            return day_numbers(values)
        raise UserError(
            f"{study.place(endpoint)}: statistic",
            found=f"{wanted} of dates",
            expected="span (days from the first to the last), count or distinct",
            do="name the date from which days are counted as `start` for another one",
        )
    column, codes = endpoint.entry.column, endpoint.entry.codes
    if codes:
        found = worth(study, endpoint, column, codes, values)
        return found.to_numpy(zero_copy_only=False).astype(np.float64)
    return gathered.numbers(column)


def _unit(study: Study, endpoint: Endpoint) -> str | None:
    if endpoint.entry.statistic in COUNTS:
        return endpoint.entry.unit
    return study.unit(endpoint, endpoint.entry.column)


def _treatment(
    study: Study, endpoint: Endpoint[Aggregate], gathered: Placed
) -> tuple[dict[str, pa.Array], list]:
    """The treatment of each record's first row; its other rows must have the same."""
    check_one_treatment(study, endpoint, gathered.table, gathered.record, gathered.rows)
    return own_treatment(study, endpoint, gathered.table, gathered.layout.row)
