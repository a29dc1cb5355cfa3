"""The export as it was known on a day: rows of later dates are left out, and what is filled into a
row later is taken back; for an open report with one code in place of all arms."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems, UserError
from trialtrace.base.purpose import ANALYSIS
from trialtrace.run.blinding.known import Known, known, with_cells, with_warnings, without_reveals
from trialtrace.run.cleaning.typed import clean_cells
from trialtrace.run.sources.raw import RawTable
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.file import TableSpec


def seen(trial: Trial, tables: list[RawTable]) -> list[RawTable]:
    """The raw tables at the data cut. Raises UserError for a table that does not say which column
    dates its rows, and where cleaning would."""
    _refuse_undated(trial)
    cut = trial.at.purpose.cut or ""
    # What is left out is decided by subjects and arms as the analysis has them.
    whole = known(Trial(trial.name, replace(trial.at, purpose=ANALYSIS)), tables)
    kept, lines = _kept_rows(whole, cut)
    pooled = _one_code(whole) if trial.pooled else {}
    made = []
    for table in tables:
        shown = without_reveals(trial, table) if trial.pooled else replace(table, companions={})
        cells = _taken_back(whole, table, cut) | pooled.get(table.name, {})
        shown = with_cells(shown, cells)
        records = shown.records.filter(pa.array(kept[table.name]))
        made.append(with_warnings(replace(shown, records=records), *lines.get(table.name, ())))
    return made


def _refuse_undated(trial: Trial) -> None:
    problems = Problems()
    for name, spec in trial.tables.items():
        if spec.dated is None and spec.undated is None:
            problems.add(
                f"{trial.name}: trial.yaml: tables.{name}",
                "does not say which of its rows are known at a data cut",
                expected="dated: the column of the date from which a row is known, or undated: why "
                "all are known at any cut",
            )
    problems.raise_if_any()


def _days(whole: Known, spec: TableSpec, column: str) -> pa.Array:
    """The dates of a column in every row of its raw table."""
    values = clean_cells(whole.trial, spec, whole.raw[spec.of], column).values
    return values.cast(pa.date32()).cast(pa.string())


def _after(whole: Known, spec: TableSpec, column: str, cut: str) -> np.ndarray:
    after = pc.greater(_days(whole, spec, column), cut)
    return np.asarray(after.fill_null(False).to_numpy(zero_copy_only=False))


def _kept_rows(whole: Known, cut: str) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    """Of each raw table which rows are known, and what a reader must know of others: those without
    a date are left out, and so are all rows of a subject who is not there yet."""
    trial, lines = whole.trial, dict[str, list[str]]()
    kept = {name: np.ones(table.num_rows, dtype=bool) for name, table in whole.raw.items()}
    for name, spec in trial.tables.items():
        if spec.dated is None:
            continue
        days = _days(whole, spec, spec.dated)
        kept[spec.of] &= ~_after(whole, spec, spec.dated, cut) & days.is_valid().to_numpy(False)
        if days.null_count:
            text = f"Table {name}: {days.null_count} rows without a date in {spec.dated} are left "
            lines.setdefault(spec.of, []).append(f"{text}out of the data cut.")
    first = trial.tables[trial.subjects.table]
    if not kept[first.of].any():
        expected = f"a day on which somebody is known, by {first.dated} of {first.name}"
        raise UserError(f"{trial.name}: data cut", found=cut, expected=expected)
    people = whole.subjects(first.name)
    gone = {*people[~kept[first.of]]} - {*people[kept[first.of]]}
    for name, spec in trial.tables.items():
        kept[spec.of] &= ~np.isin(whole.subjects(name).astype(str), [str(who) for who in gone])
        lines.setdefault(spec.of, []).extend(_undeclared(whole, spec, kept[spec.of], cut))
        for column in spec.later:
            lines[spec.of].extend(_standing(whole, spec, column, kept[spec.of], cut))
    return kept, lines


def _undeclared(whole: Known, spec: TableSpec, kept: np.ndarray, cut: str) -> Iterator[str]:
    """Columns whose dates lie after the cut, of which nothing says what they were then."""
    for column, variable in whole.trial.dictionary[spec.name].items():
        if (
            variable.kind not in ("date", "datetime")
            or column == spec.dated
            or column in spec.later
        ):
            continue
        if late := int((_after(whole, spec, column, cut) & kept).sum()):
            yield (
                f"Table {spec.name}, column {column}: {late} dates lie after the data cut, and "
                f"nothing says what was known then: trial.yaml, tables.{spec.name}.later."
            )


def _standing(
    whole: Known, spec: TableSpec, column: str, kept: np.ndarray, cut: str
) -> Iterator[str]:
    """What stands beside a date that is filled in later, and may not have been known at the cut: a
    value of the event without the date, and columns that are filled with it and not declared."""
    raw, then = whole.raw[spec.of], spec.later[column]
    beside = then if isinstance(then, Mapping) else {}
    undated = _days(whole, spec, column).is_null().to_numpy(False)
    after = kept & _after(whole, spec, column, cut)
    for other, value in beside.items():
        cells = np.array([str(cell or "").strip() for cell in raw[other].to_pylist()])
        if n := int((kept & undated & (cells != "") & (cells != _then(value, cut))).sum()):
            yield (
                f"Table {spec.name}, column {other}: {n} rows without a date in {column} hold "
                "another value than before it; whether they did at the data cut is not known."
            )
    declared = {*spec.later, *beside, *spec.key_, spec.subject, spec.dated}
    for other in whole.trial.dictionary[spec.name]:
        if other in declared:
            continue
        filled = clean_cells(whole.trial, spec, raw, other).values.is_valid().to_numpy(False)
        if (filled & after).any() and undated.any() and not (filled & undated).any():
            yield (
                f"Table {spec.name}, column {other}: it is filled where {column} is alone, and "
                f"stays where that is taken back: trial.yaml, tables.{spec.name}.later.{column}, "
                f"{{{other}: empty}}."
            )


def _then(value: str, cut: str) -> str:
    """The cell that a word or a value of `later` stands for."""
    return {"cut": cut, "empty": ""}.get(value, value)


def _taken_back(whole: Known, table: RawTable, cut: str) -> dict[str, np.ndarray]:
    """The cells that were filled in after the cut as they were before it."""
    made: dict[str, np.ndarray] = {}

    def cells(column: str) -> np.ndarray:
        given = whole.raw[table.name][column].to_pylist()
        return made.setdefault(column, np.array(given, dtype=object))

    for spec in whole.trial.tables.values():
        for column, then in spec.later.items() if spec.of == table.name else ():
            after = _after(whole, spec, column, cut)
            beside = then if isinstance(then, Mapping) else {}
            cells(column)[after] = "" if beside else _then(str(then), cut)
            for other, value in beside.items():
                cells(other)[after] = _then(value, cut)
    return made


def _one_code(whole: Known) -> dict[str, dict[str, np.ndarray]]:
    """Every cell that holds an arm with the code of the control, so that who has an arm still has
    one."""
    code = whole.trial.design.control.code
    made: dict[str, dict[str, np.ndarray]] = {}
    for raw, column, _ in whole.arm_cells():
        cells = [str(cell or "").strip() for cell in whole.raw[raw][column].to_pylist()]
        made.setdefault(raw, {})[column] = np.array(
            [code if cell else "" for cell in cells], dtype=object
        )
    return made
