"""Repeated measures: a number a subject and visit, from columns (wide) or from rows (long)."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.conditions import columns_of
from trialtrace.config.model import Endpoint
from trialtrace.endpoints.measure import numbers, unit_column
from trialtrace.endpoints.records import Cells, Records, chosen_cells
from trialtrace.endpoints.study import CleanTable, Study, met_rows, one_row_each
from trialtrace.endpoints.treatment import own_treatment
from trialtrace.errors import Problem, UserError, one_of
from trialtrace.sources.canonical import column_text

if TYPE_CHECKING:
    import pyarrow as pa

# Values, their table, each record's row of it (-1 for none), and the cells behind AVAL.
Found = tuple[dict[str, "pa.Array"], CleanTable, np.ndarray, list[Cells]]


def derive(endpoint: Endpoint, study: Study) -> Records:
    """A record a subject and visit, also where the value is missing; visits in declared order.

    With `baseline`, that visit's records carry ABLFL, and all records BASE and CHG = AVAL - BASE.
    """
    import pyarrow as pa

    labels = _labels(endpoint, study)
    values, table, row, cells = (_wide if "visits" in endpoint.options else _long)(endpoint, study)
    treatment, behind = own_treatment(study, endpoint, table, row)
    number = np.repeat(np.arange(len(labels)), study.size)
    visits = {"AVISIT": pa.array(labels).take(number), "AVISITN": pa.array(number + 1)}
    records = Records(
        "bds",
        np.tile(np.arange(study.size), len(labels)),
        visits | values | treatment,
        (*cells, *behind),
    )
    if "baseline" not in endpoint.options:
        return records
    return _with_baseline(endpoint, study, records, labels)


def _labels(endpoint: Endpoint, study: Study) -> list[str]:
    """The visits in declared order; each must have a label of its own."""
    given = endpoint.options.get("visits") or endpoint.options["visit"]["labels"]
    labels = [str(label) for label in given.values()]
    if len(set(labels)) < len(labels):
        raise UserError(
            Problem(study.place(endpoint), found="visits that share a label", expected="one each")
        )
    return labels


def _wide(endpoint: Endpoint, study: Study) -> Found:
    """From each visit's column in the subject's one row."""
    import pyarrow as pa

    visits, where = list(endpoint.options["visits"]), endpoint.options.get("where")
    chosen_by = columns_of(where or {})
    table = study.table(endpoint, [*visits, *chosen_by])
    row = one_row_each(study, endpoint, table, where)
    parts, cells = [], []
    for position, column in enumerate(visits):
        parts.append(numbers(study, endpoint, table, column, row))
        for one in chosen_cells("AVAL", table.name, row, [column, *chosen_by]):
            record = one.record + position * study.size
            cells.append(Cells("AVAL", record, one.table, one.row, one.column))
    none = pa.nulls(study.size, pa.string())
    values = {"AVAL": pa.concat_arrays([part["AVAL"] for part in parts])}
    values["AVALC"] = pa.concat_arrays([part.get("AVALC", none) for part in parts])
    every = np.tile(row, len(visits))
    values["AVALU"] = unit_column(_one_unit(study, endpoint, visits), len(every))
    return values, table, every, cells


def _one_unit(study: Study, endpoint: Endpoint, columns: list[str]) -> str | None:
    units = {study.unit(endpoint, column) for column in columns}
    if len(units) > 1:
        raise UserError(
            Problem(
                f"{study.place(endpoint)}: visits",
                found=f"different units: {one_of(sorted(str(unit) for unit in units))}",
                expected="one unit at all visits",
                do="convert the columns in cleaning.yaml, or give each a unit there",
            )
        )
    return units.pop()


def _long(endpoint: Endpoint, study: Study) -> Found:
    """From the subject's row with the visit's code."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column, visit = endpoint.options["column"], endpoint.options["visit"]
    where, labels = endpoint.options.get("where"), visit["labels"]
    columns = list(dict.fromkeys([column, visit["column"], *columns_of(where or {})]))
    table = study.table(endpoint, columns)
    codes = column_text(table.column(visit["column"]), study.place(endpoint))
    known = pc.index_in(codes, value_set=pa.array([str(code) for code in labels]))
    number = pc.fill_null(known, -1).to_numpy().astype(np.int64)
    usable = met_rows(table, where)
    _check_visits(endpoint, study, table, usable[number[usable] < 0])
    usable = usable[number[usable] >= 0]
    row = _one_row_a_visit(endpoint, study, table, usable, number[usable], len(labels))
    values = numbers(study, endpoint, table, column, row)
    values["AVALU"] = unit_column(study.unit(endpoint, column), len(row))
    return values, table, row, chosen_cells("AVAL", table.name, row, columns)


def _check_visits(
    endpoint: Endpoint, study: Study, table: CleanTable, unlabelled: np.ndarray
) -> None:
    """Refuse values at a visit without a label: they would be lost without a word."""
    valid = table.column(endpoint.options["column"]).is_valid().to_numpy(zero_copy_only=False)
    lost = int(valid[unlabelled].sum())
    if lost:
        raise UserError(
            Problem(
                f"{study.place(endpoint)}: visit.labels",
                found=f"{lost} rows with a value and a visit that has no label",
                expected="a label for every visit with a value",
                do="label the visit, or leave its rows out with `where`",
            )
        )


def _one_row_a_visit(
    endpoint: Endpoint,
    study: Study,
    table: CleanTable,
    rows: np.ndarray,
    number: np.ndarray,
    visits: int,
) -> np.ndarray:
    """The row of each record, for rows with their visits' numbers; -1 where there is none."""
    record = number * study.size + table.subject[rows]
    several = np.flatnonzero(np.bincount(record, minlength=visits * study.size) > 1)
    if several.size:
        raise UserError(
            Problem(
                study.place(endpoint),
                found=f"{several.size} subject visits with several rows of {table.name}, "
                f"in {np.unique(several % study.size).size} subjects",
                expected="one row a subject and visit",
                do="choose the row with `where`",
            )
        )
    chosen = np.full(visits * study.size, -1, dtype=np.int64)
    chosen[record] = rows
    return chosen


def _with_baseline(
    endpoint: Endpoint, study: Study, records: Records, labels: list[str]
) -> Records:
    """Adds ABLFL, BASE and CHG, and the baseline's cells behind BASE."""
    import pyarrow as pa
    import pyarrow.compute as pc

    baseline = endpoint.options["baseline"]
    if baseline not in labels:
        raise UserError(
            Problem(
                f"{study.place(endpoint)}: baseline",
                found=f'"{baseline}"',
                expected=f"a visit: {one_of(labels)}",
            )
        )
    start, size = labels.index(baseline) * study.size, study.size
    aval = records.columns["AVAL"]
    base = pa.concat_arrays([aval.slice(start, size)] * len(labels))
    is_base = pc.equal(records.columns["AVISIT"], baseline)
    added = {
        "ABLFL": pc.if_else(is_base, "Y", pa.scalar(None, type=pa.string())),
        "BASE": base,
        "CHG": pc.subtract(aval, base),
    }
    behind = _baseline_cells(records, start, size, len(labels))
    return Records("bds", records.subject, records.columns | added, (*records.cells, *behind))


def _baseline_cells(records: Records, start: int, size: int, visits: int) -> list[Cells]:
    cells = []
    for one in records.cells:
        inside = (one.record >= start) & (one.record < start + size)
        if one.variable == "AVAL" and inside.any():
            record, row = one.record[inside] - start, np.tile(one.row[inside], visits)
            spread = np.concatenate([record + visit * size for visit in range(visits)])
            cells.append(Cells("BASE", spread, one.table, row, one.column))
    return cells
