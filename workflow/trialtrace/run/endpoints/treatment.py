"""The planned treatment of a record, where it is not simply the subject's."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.adsl import OWN_TREATMENT
from trialtrace.run.endpoints.coded_values import decode
from trialtrace.run.endpoints.records import Cells, CleanTable, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, read_placed, require_columns
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.model import Endpoint


def own_treatment(
    study: Study, endpoint: Endpoint, table: CleanTable, row: np.ndarray
) -> tuple[dict[str, pa.Array], list[Cells]]:
    """TRTP of records made from `row` of a table with an arm of its own, and the cells behind it.

    Nothing where TRTP is the subject's. In a design in which a subject has one treatment, an arm in
    another table must agree with it: UserError with the number of subjects where it does not.
    """
    told = _with_arm(study, endpoint, table)
    if told is None or table.name == study.trial.subjects.table:
        return {}, []
    teller, column, at = told
    meanings = {arm.code: arm.name for arm in study.trial.design.arms.values()}
    place = f"{study.trial.name}: clean table {teller.name}, column {column}"
    named = decode(teller.column(column), meanings, place)
    if study.trial.design.kind in OWN_TREATMENT:
        own = np.where(row < 0, -1, at[row])
        return {"TRTP": pick(named, own)}, chosen_cells("TRTP", teller.name, own, [column])
    _check_agreement(study, table, named, place)
    return {}, []


def check_one_treatment(
    study: Study, endpoint: Endpoint, table: CleanTable, record: np.ndarray, rows: np.ndarray
) -> None:
    """Refuse a record of rows with different treatments; `record` is that of each of `rows`."""
    told = _with_arm(study, endpoint, table)
    if told is None or study.trial.design.kind not in OWN_TREATMENT:
        return
    teller, column, at = told
    codes = teller.column(column).dictionary_encode().indices.fill_null(-1).to_numpy()
    code = np.where(at < 0, -1, codes[at])[rows]
    first = np.full(int(record.max(initial=0)) + 1, -1, dtype=np.int64)
    first[record[::-1]] = code[::-1]
    mixed = np.unique(record[code != first[record]])
    if mixed.size:
        # Kinds of endpoint are imported by jobs that clean and derive nothing.
        from trialtrace.run.cleaning.account import run_text

        one = run_text(table.rows["source_row"].to_numpy()[rows[record == mixed[0]]].tolist())
        raise UserError(
            f"{study.place(endpoint)}, column {column}",
            found=f"{mixed.size} records made of rows with different treatments, or with a "
            f"missing one; the first of rows {one} of {table.name}",
            expected="one treatment for all rows of a record",
            do="tell treatments apart by `side`, `location` or `visit`, or correct the data",
        )


def _with_arm(
    study: Study, endpoint: Endpoint, table: CleanTable
) -> tuple[CleanTable, str, np.ndarray] | None:
    """The table that has the treatments of a table's rows, their column, and the row there of each,
    -1 of none; None where nothing tells them."""
    spec = study.trial.tables[table.name]
    if spec.arm_of is None:
        if not spec.arm:
            return None
        require_columns(table.rows, [spec.arm], study.place(endpoint))
        return table, spec.arm, np.arange(table.rows.num_rows)
    column, by = study.trial.tables[spec.arm_of.table].arm, [*spec.arm_of.by]
    assert column, "a table that tells arms has them"
    teller = read_placed(study, endpoint, spec.arm_of.table, [column, *by])
    require_columns(table.rows, by, study.place(endpoint))
    at = pc.index_in(_by_texts(study, table, by), value_set=_by_texts(study, teller, by))
    return teller, column, at.fill_null(-1).to_numpy().astype(np.int64)


def _by_texts(study: Study, table: CleanTable, by: list[str]) -> pa.Array:
    """Which row of a subject each is, as text; missing where a column has no value."""
    place = f"{study.trial.name}: clean table {table.name}"
    texts = [column_text(table.rows[name], f"{place}, column {name}") for name in by]
    who = pa.array(table.subject.astype(str), pa.string())
    return pc.binary_join_element_wise(who, *texts, "\x1f")


def _check_agreement(study: Study, table: CleanTable, named: pa.Array, place: str) -> None:
    if "TRT01P" not in study.adsl.columns:
        return
    planned = study.adsl.columns["TRT01P"].take(table.subject)
    differs = pc.fill_null(pc.not_equal(named, planned), False).to_numpy(zero_copy_only=False)
    if differs.any():
        raise UserError(
            place,
            found=f"another arm than in {study.trial.subjects.table} for "
            f"{np.unique(table.subject[differs]).size} subjects",
            expected="one treatment a subject in this design",
            do="correct the data, or leave `arm` out of this table in trial.yaml",
        )
