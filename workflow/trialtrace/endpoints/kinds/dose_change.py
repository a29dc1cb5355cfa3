"""Changes of dose: cycles below the planned dose, delayed, not given, or stopped for a reason."""

import numpy as np

from trialtrace.endpoints.dates import day_numbers, require_dates
from trialtrace.endpoints.many_rows import Gathered, gather
from trialtrace.endpoints.records import Cells, Records
from trialtrace.endpoints.study import Study
from trialtrace.endpoints.truth import as_numbers
from trialtrace.endpoints.typed_columns import typed_columns
from trialtrace.endpoints.unused import Reason
from trialtrace.ground.conditions import columns_of, evaluate
from trialtrace.trial.model import Endpoint

NEGATIVE = Reason("negative_dose", "a delivered dose below 0")
NO_PLAN = Reason("no_planned_dose", "a delivered dose without a planned dose above 0")


def derive(endpoint: Endpoint, study: Study) -> Records:
    """A record a cycle and change: TERM is Not given, Reduced, Delayed or Stopped."""
    import pyarrow as pa

    gathered = gather(endpoint, study, used_columns(endpoint))
    found = changes(endpoint, study, gathered)
    study_rejects(endpoint, study, gathered)
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
    if "date" in endpoint.options:
        date = endpoint.options["date"]
        dates = gathered.table.column(date)
        values["ADT"] = require_dates(study.place(endpoint), date, dates).take(pa.array(row))
        cells.append(Cells("ADT", record, gathered.table.name, row, date))
    return Records("occds", gathered.table.subject[row], values, tuple(cells))


def used_columns(endpoint: Endpoint) -> list[str]:
    """The columns that say whether a dose was changed."""
    options = endpoint.options
    keys = ("planned", "delivered") if "reduced" in options else ()
    used = [options[key] for key in keys]
    if "delayed" in options:
        used += [options["planned_date"], options["date"]]
    used += columns_of(options.get("stopped", {}))
    return list(dict.fromkeys(used))


def looked_at(study: Study, endpoint: Endpoint) -> list[str]:
    """The columns behind a no: those of the changes, and those by which rows were chosen."""
    return list(
        dict.fromkeys([*used_columns(endpoint), *columns_of(endpoint.options.get("where") or {})])
    )


def undecided(study: Study, endpoint: Endpoint) -> np.ndarray:
    """Subjects with a cycle of which it is not known whether its dose was changed."""
    gathered = gather(endpoint, study, used_columns(endpoint))
    unknown = np.zeros(len(gathered.rows), dtype=bool)
    for truth in changes(endpoint, study, gathered).values():
        unknown |= np.isnan(truth)
    return gathered.count(unknown) > 0


def changes(endpoint: Endpoint, study: Study, gathered: Gathered) -> dict[str, np.ndarray]:
    """For each change whether it is in each row: 1, 0 or NaN where a value is missing.

    `reduced`: below the planned dose by more than `tolerance` of it (Not given: a dose of 0).
    `delayed`: given more than `more_than` days after `planned_date`; a dose that was not given is
    not delayed.
    """
    options, found = endpoint.options, {}
    given = np.full(len(gathered.rows), np.nan)
    if "reduced" in options:
        planned = gathered.numbers(study, endpoint, options["planned"])
        given = gathered.numbers(study, endpoint, options["delivered"])
        unknown = np.isnan(given) | ~(planned > 0) | (given < 0)
        below = given < planned * (1 - options["reduced"]["tolerance"])
        found["Not given"] = np.where(unknown, np.nan, given == 0)
        found["Reduced"] = np.where(unknown, np.nan, below & (given > 0))
    if "delayed" in options:
        days = [
            day_numbers(require_dates(study.place(endpoint), name, gathered.column(name)))
            for name in (options["date"], options["planned_date"])
        ]
        late = days[0] - days[1]
        delayed = np.where(np.isnan(late), np.nan, late > options["delayed"]["more_than"])
        found["Delayed"] = np.where(given == 0, 0.0, delayed)
    if "stopped" in options:
        truth = evaluate(options["stopped"], gathered.table.rows)
        found["Stopped"] = as_numbers(truth)[gathered.rows]
    return found


def study_rejects(endpoint: Endpoint, study: Study, gathered: Gathered) -> None:
    """List negative doses, and doses without a plan."""
    options = endpoint.options
    if "reduced" not in options:
        return
    planned = gathered.numbers(study, endpoint, options["planned"])
    given = gathered.numbers(study, endpoint, options["delivered"])
    for mask, key, why in (
        (given < 0, "delivered", NEGATIVE),
        (~(planned > 0) & ~np.isnan(given), "planned", NO_PLAN),
    ):
        study.reject(endpoint, gathered.table, gathered.rows[mask], options[key], why)
