"""Records at visits: their dates and windows, the baseline among them, and those of other endpoints
as visits × subjects, which findings and composites are made from."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.store import difference
from trialtrace.run.endpoints.adsl import OWN_TREATMENT
from trialtrace.run.endpoints.dates import day_numbers, require_dates, start_days
from trialtrace.run.endpoints.layout import Layout
from trialtrace.run.endpoints.records import (
    Cells,
    Reason,
    Records,
    chosen_cells,
    moved,
    pick,
    values_of,
)
from trialtrace.run.endpoints.study import Study, require_columns
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.endpoints.wide import VisitWindows
from trialtrace.run.trial.model import Endpoint, adsl_code, chosen_visits


def with_baseline(endpoint: Endpoint, study: Study, records: Records, visits: list[str]) -> Records:
    """Records with ABLFL, BASE and CHG = AVAL - BASE, and the baseline's cells behind BASE.

    The records of each visit are one block, in the same order of locations, sides and subjects; so
    a record's baseline is that of its own location and side. Without `baseline` nothing is added.
    """
    baseline = endpoint.entry.baseline
    if baseline is None:
        return records
    if baseline not in visits:
        place = f"{study.place(endpoint)}: baseline"
        raise UserError(place, found=f'"{baseline}"', expected=f"a visit: {one_of(visits)}")
    block = len(records) // len(visits)
    start = visits.index(baseline) * block
    aval = records.columns["AVAL"]
    base = pa.concat_arrays([aval.slice(start, block)] * len(visits))
    is_base = pc.equal(records.columns["AVISIT"], baseline)
    added = {
        "ABLFL": pc.if_else(is_base, "Y", pa.scalar(None, type=pa.string())),
        "BASE": base,
        "CHG": _change(aval, base),
    }
    behind = _baseline_cells(records, start, block, len(visits))
    return replace(records, columns=records.columns | added, cells=(*records.cells, *behind))


def _change(aval: pa.Array, base: pa.Array) -> pa.Array:
    change = difference(*(one.to_numpy(zero_copy_only=False) for one in (aval, base)))
    return pa.array(change, type=pa.float64(), from_pandas=True)


def _baseline_cells(records: Records, start: int, block: int, visits: int) -> list[Cells]:
    cells = []
    for cell in records.cells:
        inside = (cell.record >= start) & (cell.record < start + block)
        if cell.variable == "AVAL" and inside.any():
            record, row = cell.record[inside] - start, np.tile(cell.row[inside], visits)
            spread = np.concatenate([record + visit * block for visit in range(visits)])
            cells.append(Cells("BASE", spread, cell.table, row, cell.column))
    return cells


def looked_at_visits(study: Study, endpoint: Endpoint) -> list[str]:
    """The labels of the visits that a made endpoint looks at; [] where its parts have none."""
    return chosen_visits(endpoint.name, study.trial.endpoints.get)


@dataclass(frozen=True)
class Grid:
    """Visits × subjects. A cell is visit number × subjects + subject; without visits one visit."""

    labels: list[str]
    size: int

    @property
    def visits(self) -> int:
        return max(len(self.labels), 1)

    def __len__(self) -> int:
        return self.visits * self.size

    def cells_of(self, records: Records) -> np.ndarray:
        """The cell of each record; -1 for a visit that is not looked at.

        Records without a visit have the cell of the first visit.
        """
        if "AVISIT" not in records.columns or not self.labels:
            return records.subject
        number = pc.index_in(records.columns["AVISIT"], value_set=pa.array(self.labels))
        number = pc.fill_null(number, -1).to_numpy().astype(np.int64)
        return np.where(number >= 0, number * self.size + records.subject, -1)

    def place(self) -> dict[str, pa.Array]:
        """AVISIT and AVISITN of a record a cell; nothing without visits."""
        if not self.labels:
            return {}
        number = np.repeat(np.arange(self.visits), self.size)
        return {"AVISIT": pa.array(self.labels).take(number), "AVISITN": pa.array(number + 1)}

    @property
    def subjects(self) -> np.ndarray:
        return np.tile(np.arange(self.size), self.visits)


def refuse_own_treatment(study: Study, endpoint: Endpoint, parent: Records) -> None:
    """Records of several treatments of a subject cannot be drawn together over sides."""
    if study.trial.design.kind in OWN_TREATMENT and "TRTP" in parent.columns:
        found = "an endpoint whose records each have a treatment of their own"
        expected = "an endpoint with one treatment a subject"
        raise UserError(study.place(endpoint), found=found, expected=expected)


def one_each(
    study: Study, endpoint: Endpoint, grid: Grid, name: str, what: str
) -> tuple[np.ndarray, list[Cells]]:
    """An endpoint's values in the cells of the grid (NaN where missing), and the raw cells behind.

    A value without visits stands at every visit. Raises UserError where several records share a
    cell, as of several sides.
    """
    parent = study.parent(endpoint, name, ("bds",))
    refuse_own_treatment(study, endpoint, parent)
    cell = grid.cells_of(parent)
    if (np.bincount(cell[cell >= 0], minlength=1) > 1).any():
        raise UserError(
            study.place(endpoint),
            found=f"several records a visit of {name}",
            expected="one, as of an endpoint without sides and locations",
            do=f"make a finding of {name} first, which draws sides and locations together",
        )
    values = np.full(len(grid), np.nan)
    known = values_of(parent, what).to_numpy(zero_copy_only=False).astype(np.float64)
    values[cell[cell >= 0]] = known[cell >= 0]
    wanted = ("AVAL",) if what == "value" else ("AVAL", "BASE")
    if "AVISIT" in parent.columns or grid.visits == 1:
        return values, moved(parent.cells, cell, wanted)
    behind = []
    for visit in range(grid.visits):
        values[visit * grid.size + parent.subject] = known
        behind += moved(parent.cells, visit * grid.size + parent.subject, wanted)
    return values, behind


OUTSIDE = "outside_window"


def dated(endpoint: Endpoint, study: Study, layout: Layout, records: Records) -> Records:
    """The records with ADT from `date`, and ADY where there is a `start`.

    ADY is the day from the start as ADaM counts it: 1 on that day, -1 on the day before. A record
    whose day (0 on the day of the start) is outside its visit's window is listed; with
    `outside: reject` its value is missing. Nothing is added without `date`.
    """
    entry = endpoint.entry
    if not isinstance(entry, DatedRecords) or entry.date is None:
        return records
    column = entry.date
    require_columns(layout.table.rows, [column], study.place(endpoint))
    dates = require_dates(study.place(endpoint), column, layout.table.column(column))
    adt = pick(dates, layout.row)
    columns = records.columns | {"ADT": adt}
    cells = [*records.cells, *chosen_cells("ADT", layout.table.name, layout.row, [column])]
    if entry.start is not None:
        day = day_numbers(adt) - start_days(study, endpoint)[records.subject]
        columns["ADY"] = _ady(day)
        if entry.windows is not None and entry.outside is not None:
            outside = _outside(study, endpoint, entry.windows, layout, day)
            columns = _without(columns, outside & (entry.outside == "reject"))
            rows = layout.row[outside]
            why = Reason(OUTSIDE, "a visit dated outside its window", entry.outside)
            study.reject(endpoint, layout.table, rows, column, why)
            cells += chosen_cells("AVAL", layout.table.name, layout.row, [column])
        if entry.windows is not None or (
            isinstance(entry.visit, VisitWindows) and entry.visit.day is None
        ):
            code = adsl_code(entry.start)
            cells += study.subject_cells(code, "AVAL", records.subject)
    return replace(records, columns=columns, cells=tuple(cells))


def _ady(day: np.ndarray) -> pa.Array:
    counted = np.where(day >= 0, day + 1, day)
    return pa.array(np.nan_to_num(counted).astype(np.int64), mask=np.isnan(day))


def _outside(
    study: Study,
    endpoint: Endpoint,
    windows: dict[str, tuple[float, ...]],
    layout: Layout,
    day: np.ndarray,
) -> np.ndarray:
    visits = layout.visits
    strange = [label for label in windows if label not in visits]
    if strange:
        place = f"{study.place(endpoint)}: windows"
        raise UserError(place, found=one_of(strange), expected=f"visits: {one_of(visits)}")
    low, high = (
        np.array([windows.get(label, (-np.inf, np.inf))[end] for label in visits], dtype=float)
        for end in (0, 1)
    )
    number = np.arange(len(day)) // (len(day) // len(visits))
    return (day < low[number]) | (day > high[number])


def _without(columns: dict[str, pa.Array], gone: np.ndarray) -> dict[str, pa.Array]:
    """The columns without the values of some records."""
    kept = {}
    for name in ("AVAL", "AVALC"):
        if name in columns:
            none = pa.scalar(None, type=columns[name].type)
            kept[name] = pc.if_else(pa.array(gone), none, columns[name])
    return columns | kept
