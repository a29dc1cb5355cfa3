"""A trial's clean tables as REDCap would export them, for tests of what reads such exports: one
file of raw codes, and the data dictionary.

The table of the subjects is an instrument of its own, every other a repeating one; the rows of a
subject in it are numbered in their order. A field's name is unique in a REDCap project: one that
two tables have bears the name of its table too.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.store import SYNTHETIC
from trialtrace.base.synthetic import MARK
from trialtrace.report.commands.export import write_form
from trialtrace.run.tables.contracts import CLEAN, SOURCE, read_table
from trialtrace.run.trial.load import Trial

if TYPE_CHECKING:
    import pyarrow as pa

DATA, DICTIONARY = "DATA.csv", "DataDictionary.csv"
RECORD = "record_id"
REPEAT = ("redcap_repeat_instrument", "redcap_repeat_instance")
_NAME, _FORM, _TYPE, _LABEL = 0, 1, 3, 4


@dataclass(frozen=True)
class _Form:
    """An instrument: its clean table, the column of the subject, columns by name of their field."""

    name: str
    rows: "pa.Table"
    subject: str
    fields: dict[str, str]


def write_export(trial: Trial, folder: Path, form: str) -> None:
    """The export of a trial in one of the forms of `trialtrace export`, or as REDCap's."""
    if form != "redcap":
        write_form(trial, str(folder), form)
        return
    folder.mkdir()
    for name, data in redcap_files(trial).items():
        (folder / name).write_bytes(data)


def redcap_files(trial: Trial) -> dict[str, bytes]:
    """The files by name. Raises UserError where the trial has not run."""
    forms = list(_forms(trial))
    records = _records(forms)
    return {
        f"{trial.name}_{DATA}": _text(_marked(records) if trial.synthetic else records),
        f"{trial.name}_{DICTIONARY}": _text(_dictionary(trial, forms)),
    }


def _text(rows: Iterator[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


def _marked(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows with the column by which those of a synthetic cohort are known again."""
    yield [*next(rows), MARK]
    yield from ([*row, SYNTHETIC] for row in rows)


def _forms(trial: Trial) -> Iterator[_Form]:
    """The tables; that of the subjects first."""
    first = trial.subjects.table
    names = [first, *(name for name in trial.tables if name != first)]
    having: dict[str, int] = {}
    for name in names:
        for column in trial.dictionary[name]:
            having[column] = having.get(column, 0) + 1
    for name in names:
        table = trial.tables[name]
        path = trial.at.results / trial.name / "clean" / f"{name}.parquet"
        rows = read_table(path, CLEAN)
        fields = {
            column if having[column] == 1 else f"{name}_{column}": column
            for column in trial.dictionary[name]
            if column != table.subject and column in rows.column_names
        }
        yield _Form(name, rows, table.subject, fields)


def _records(forms: list[_Form]) -> Iterator[list[str]]:
    """A header, then the records in the order of the subjects' table."""
    fields = [field for form in forms for field in form.fields]
    repeating = [form.name for form in forms[1:]] or ([forms[0].name] if _repeats(forms[0]) else [])
    yield [RECORD, *(REPEAT if repeating else ()), *fields]
    place = {field: at for at, field in enumerate(fields)}
    by_subject: dict[str, list[list[str]]] = {}
    for form in forms:
        counts: dict[str, int] = {}
        for subject, cells in _cells(form):
            counts[subject] = counts.get(subject, 0) + 1
            row = [""] * len(fields)
            for field, cell in zip(form.fields, cells, strict=True):
                row[place[field]] = cell
            repeat = [form.name, str(counts[subject])] if form.name in repeating else ["", ""]
            head = [subject, *(repeat if repeating else [])]
            by_subject.setdefault(subject, []).append([*head, *row])
    for rows in by_subject.values():
        yield from rows


def _repeats(form: _Form) -> bool:
    subjects = form.rows[form.subject]
    return len(subjects.unique()) < len(subjects)


def _cells(form: _Form) -> Iterator[tuple[str, list[str]]]:
    """(subject, cells) of each row, as REDCap writes them: codes, dates as 2026-11-20."""
    columns = [_spelt(form.rows[column]) for column in (form.subject, *form.fields.values())]
    for subject, *cells in zip(*columns, strict=True):
        yield subject, cells


def _spelt(column: "pa.ChunkedArray") -> list[str]:
    def spelt(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value)

    return [spelt(value) for value in column.to_pylist()]


def _dictionary(trial: Trial, forms: list[_Form]) -> Iterator[list[str]]:
    """The rows of the trial's dictionary, its record number first, each with its field's name."""
    path = trial.at.trial_config(trial.name) / "dictionary.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = [row for row in csv.reader(file) if any(row)]
    by_place = {(row[_FORM], row[_NAME]): row for row in rows}
    yield header
    first = forms[0]
    record = list(by_place.get((first.name, first.subject), [""] * len(header)))
    record[_NAME] = RECORD
    if first.subject in (column.name for column in SOURCE):
        # Its place in the file, of which the file's dictionary says nothing.
        record[_FORM], record[_TYPE], record[_LABEL] = first.name, "text", "Line of the file"
    yield record
    for form in forms:
        yield from (
            [field, *by_place[form.name, column][1:]] for field, column in form.fields.items()
        )
