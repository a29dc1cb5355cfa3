"""Changes of dose: cycles below the planned dose, delayed, not given, or stopped for a reason."""

import numpy as np
import pyarrow as pa

from trialtrace.base.config.references import DateColumn, NumberColumn, TableCondition
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.base.words import number
from trialtrace.run.endpoints.coded_values import typed_columns
from trialtrace.run.endpoints.dates import require_dates
from trialtrace.run.endpoints.kinds.occurrence import check_further
from trialtrace.run.endpoints.layout import Placed, gather
from trialtrace.run.endpoints.records import Cells, Reason, Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_numbers
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    FurtherColumns,
    Labels,
    TableEntry,
    table_words,
)
from trialtrace.run.trial.model import Endpoint


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
    check_further(files, name, entry, columns)


ENTRIES = {"dose_change": DoseChange}
CHECKS = {"dose_change": _check_dose_change}


# --- what is derived -----------------------------------------------------------------------------

NEGATIVE = Reason("negative_dose", "a delivered dose below 0")
NO_PLAN = Reason("no_planned_dose", "a delivered dose without a planned dose above 0")


def derive_dose_change(endpoint: Endpoint[DoseChange], study: Study) -> Records:
    """A record a cycle and change: TERM is Not given, Reduced, Delayed or Stopped."""
    gathered = gather(endpoint, study, used_columns(endpoint))
    found = changes(gathered)
    _list(gathered)
    where = [np.flatnonzero(truth == 1) for truth in found.values()]
    row = np.concatenate(where).astype(np.int64)
    order = np.lexsort((np.repeat(np.arange(len(where)), [len(w) for w in where]), row))
    terms = np.repeat(list(found), [len(w) for w in where])[order]
    row = gathered.rows[row[order]]
    values, cells = typed_columns(study, endpoint, gathered.table, row)
    values["TERM"] = pa.array(terms.tolist(), type=pa.string())
    record = np.arange(len(row))
    cells += [
        Cells("TERM", record, gathered.table.name, row, name) for name in used_columns(endpoint)
    ]
    if (date := endpoint.entry.date) is not None:
        dates = gathered.table.column(date)
        values["ADT"] = require_dates(study.place(endpoint), date, dates).take(pa.array(row))
        cells.append(Cells("ADT", record, gathered.table.name, row, date))
    return Records("occds", gathered.table.subject[row], values, tuple(cells))


def used_columns(endpoint: Endpoint[DoseChange]) -> list[str]:
    """The columns that say whether a dose was changed."""
    entry = endpoint.entry
    used = [*_doses(entry), *_days(entry), *columns_of(entry.stopped or {})]
    return list(dict.fromkeys(used))


def _doses(entry: DoseChange) -> tuple[str, ...]:
    """The columns of the planned and the delivered dose, where these are compared."""
    if entry.reduced is None or entry.planned is None or entry.delivered is None:
        return ()
    return entry.planned, entry.delivered


def _days(entry: DoseChange) -> tuple[str, ...]:
    """The columns of the planned date and the date, where these are compared."""
    if entry.delayed is None or entry.planned_date is None or entry.date is None:
        return ()
    return entry.planned_date, entry.date


def looked_at(study: Study, endpoint: Endpoint[DoseChange]) -> list[str]:
    """The columns behind a no: those of the changes, and those by which rows were chosen."""
    return list(dict.fromkeys([*used_columns(endpoint), *columns_of(endpoint.entry.where or {})]))


def undecided(study: Study, endpoint: Endpoint[DoseChange]) -> np.ndarray:
    """Subjects with a cycle of which it is not known whether its dose was changed."""
    gathered = gather(endpoint, study, used_columns(endpoint))
    unknown = np.zeros(len(gathered.rows), dtype=bool)
    for truth in changes(gathered).values():
        unknown |= np.isnan(truth)
    return gathered.count(unknown) > 0


def changes(gathered: Placed[DoseChange]) -> dict[str, np.ndarray]:
    """For each change whether it is in each row: 1, 0 or NaN where a value is missing.

    `reduced`: below the planned dose by more than `tolerance` of it (Not given: a dose of 0).
    `delayed`: given more than `more_than` days after `planned_date`; a dose that was not given is
    not delayed.
    """
    entry, found = gathered.endpoint.entry, {}
    given = np.full(len(gathered.rows), np.nan)
    if entry.reduced is not None:
        planned, given = (gathered.numbers(name) for name in _doses(entry))
        unknown = np.isnan(given) | ~(planned > 0) | (given < 0)
        below = given < planned * (1 - entry.reduced.tolerance)
        found["Not given"] = np.where(unknown, np.nan, given == 0)
        found["Reduced"] = np.where(unknown, np.nan, below & (given > 0))
    if entry.delayed is not None:
        due, day = (gathered.days(name) for name in _days(entry))
        late = day - due
        delayed = np.where(np.isnan(late), np.nan, late > entry.delayed.more_than)
        found["Delayed"] = np.where(given == 0, 0.0, delayed)
    if entry.stopped is not None:
        truth = evaluate(entry.stopped, gathered.table.rows)
        found["Stopped"] = as_numbers(truth)[gathered.rows]
    return found


def _list(gathered: Placed[DoseChange]) -> None:
    """List negative doses, and doses without a plan."""
    columns = _doses(gathered.endpoint.entry)
    if not columns:
        return
    planned, given = (gathered.numbers(name) for name in columns)
    for mask, column, why in (
        (given < 0, columns[1], NEGATIVE),
        (~(planned > 0) & ~np.isnan(given), columns[0], NO_PLAN),
    ):
        gathered.reject(mask, column, why)
