"""Repeated measures: a number a subject and visit, from columns (wide) or from rows (long)."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.conditions import columns_of
from trialtrace.config.model import Endpoint
from trialtrace.endpoints.measure import numbers, unit_column
from trialtrace.endpoints.records import Cells, Records, chosen_cells, pick
from trialtrace.endpoints.study import CleanTable, Study, met_rows, one_row_each
from trialtrace.endpoints.treatment import own_treatment
from trialtrace.errors import Problem, UserError

if TYPE_CHECKING:
    pass


def derive(endpoint: Endpoint, study: Study) -> Records:
    """A record a subject and visit, also where the value is missing; visits in declared order.

    With `baseline`, that visit's records carry ABLFL, and all records BASE and CHG = AVAL - BASE.
    """
    parts = _wide(endpoint, study) if "visits" in endpoint.options else _long(endpoint, study)
    records = _joined(study, parts)
    baseline = endpoint.options.get("baseline")
    return records if baseline is None else _with_baseline(endpoint, study, records, baseline)


def _wide(endpoint: Endpoint, study: Study) -> list[tuple[str, Records]]:
    """(label, records) for each visit, from the visit's column in the subject's one row."""
    visits, where = endpoint.options["visits"], endpoint.options.get("where")
    chosen_by = columns_of(where or {})
    table = study.table(endpoint, [*visits, *chosen_by])
    row = one_row_each(study, endpoint, table, where)
    return [
        (label, _visit(endpoint, study, table, column, row, [column, *chosen_by]))
        for column, label in visits.items()
    ]


def _long(endpoint: Endpoint, study: Study) -> list[tuple[str, Records]]:
    """(label, records) for each visit, from the subject's row with the visit's code."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column, visit = endpoint.options["column"], endpoint.options["visit"]
    where, labels = endpoint.options.get("where"), visit["labels"]
    columns = list(dict.fromkeys([column, visit["column"], *columns_of(where or {})]))
    table = study.table(endpoint, columns)
    codes = table.column(visit["column"]).cast(pa.string())
    number = pc.index_in(codes, value_set=pa.array([str(code) for code in labels]))
    number = pc.fill_null(number, -1).to_numpy()
    usable = met_rows(table, where)
    _check_visits(endpoint, study, table, number, usable)
    parts = []
    for position, label in enumerate(labels.values()):
        rows = usable[number[usable] == position]
        row = _one_row_a_visit(endpoint, study, table, rows, label)
        parts.append((label, _visit(endpoint, study, table, column, row, columns)))
    return parts


def _check_visits(
    endpoint: Endpoint, study: Study, table: CleanTable, number: np.ndarray, usable: np.ndarray
) -> None:
    """Refuse values at a visit without a label: they would be lost without a word."""
    valid = table.column(endpoint.options["column"]).is_valid().to_numpy(zero_copy_only=False)
    lost = int((valid[usable] & (number[usable] < 0)).sum())
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
    endpoint: Endpoint, study: Study, table: CleanTable, rows: np.ndarray, label: str
) -> np.ndarray:
    subject = table.subject[rows]
    several = int((np.bincount(subject, minlength=study.size) > 1).sum())
    if several:
        raise UserError(
            Problem(
                study.place(endpoint),
                found=f"{several} subjects with several rows of {table.name} at visit {label}",
                expected="one row a subject and visit",
                do="choose the row with `where`",
            )
        )
    chosen = np.full(study.size, -1, dtype=np.int64)
    chosen[subject] = rows
    return chosen


def _visit(
    endpoint: Endpoint,
    study: Study,
    table: CleanTable,
    column: str,
    row: np.ndarray,
    behind: list[str],
) -> Records:
    """The records of one visit, whose value is `column` in the chosen rows."""
    treatment, arm_cells = own_treatment(study, endpoint, table, row)
    values = {name: pick(v, row) for name, v in numbers(study, endpoint, table, column).items()}
    values["AVALU"] = unit_column(study.unit(endpoint, column), study.size)
    cells = chosen_cells("AVAL", table.name, row, behind)
    return Records("bds", np.arange(study.size), values | treatment, (*cells, *arm_cells))


def _joined(study: Study, parts: list[tuple[str, Records]]) -> Records:
    """The visits' records one after the other, numbered from 1."""
    import pyarrow as pa

    size, names = study.size, list(dict.fromkeys(n for _, part in parts for n in part.columns))
    columns: dict[str, pa.Array] = {
        "AVISIT": pa.concat_arrays([pa.repeat(str(label), size) for label, _ in parts]),
        "AVISITN": pa.array(np.repeat(np.arange(1, len(parts) + 1), size)),
    }
    for name in names:
        kind = next(p.columns[name].type for _, p in parts if name in p.columns)
        columns[name] = pa.concat_arrays(
            [part.columns.get(name, pa.nulls(size, kind)) for _, part in parts]
        )
    cells = [
        Cells(one.variable, one.record + position * size, one.table, one.row, one.column)
        for position, (_, part) in enumerate(parts)
        for one in part.cells
    ]
    return Records("bds", np.tile(np.arange(size), len(parts)), columns, tuple(cells))


def _with_baseline(endpoint: Endpoint, study: Study, records: Records, baseline: str) -> Records:
    """Adds ABLFL, BASE and CHG, and the baseline's cells behind BASE."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_base = pc.equal(records.columns["AVISIT"], baseline).to_numpy(zero_copy_only=False)
    if not is_base.any() and len(records):
        labels = pc.unique(records.columns["AVISIT"]).to_pylist()
        raise UserError(
            Problem(
                f"{study.place(endpoint)}: baseline",
                found=f'"{baseline}"',
                expected=f"a visit: {', '.join(labels)}",
            )
        )
    size, aval = study.size, records.columns["AVAL"]
    start = int(np.argmax(is_base)) if len(records) else 0
    visits = len(records) // size if size else 0
    base = pa.concat_arrays([aval.slice(start, size)] * visits) if visits else aval
    added = {
        "ABLFL": pc.if_else(pa.array(is_base), "Y", pa.scalar(None, type=pa.string())),
        "BASE": base,
        "CHG": pc.subtract(aval, base),
    }
    return Records(
        "bds",
        records.subject,
        records.columns | added,
        (*records.cells, *_baseline_cells(records, start, size, visits)),
    )


def _baseline_cells(records: Records, start: int, size: int, visits: int) -> list[Cells]:
    cells = []
    for one in records.cells:
        inside = (one.record >= start) & (one.record < start + size)
        if one.variable == "AVAL" and inside.any():
            record, row = one.record[inside] - start, one.row[inside]
            spread = np.concatenate([record + visit * size for visit in range(visits)])
            cells.append(Cells("BASE", spread, one.table, np.tile(row, visits), one.column))
    return cells
