"""A drawn cohort as the files of a real export, and what is true of them.

The files are delimited text with the columns of the dictionary, spelt as `source.items` declares.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.spec import mapping_of
from trialtrace.base.errors import UserError
from trialtrace.base.store import SYNTHETIC, sha256_bytes
from trialtrace.base.synthetic import MARK
from trialtrace.run.synthetic.mess import Done, make_mess
from trialtrace.run.synthetic.rows import Drawn
from trialtrace.run.synthetic.sheet import Sheet, sheets
from trialtrace.run.tables.canonical import csv_lines
from trialtrace.run.trial.load import Trial

NOTICE = (
    "SYNTHETIC: drawn by a program from cohort.yaml. No row is a patient, and no number of it is "
    "evidence."
)


@dataclass(frozen=True)
class Export:
    """The files by name, and the truth manifest: parameters of the draw, files, mess."""

    files: dict[str, bytes]
    truth: dict[str, Any]


def export(trial: Trial, drawn: Drawn) -> Export:
    """Write every form of the source, with its mess. Raises UserError for what does not fit."""
    made = sheets(trial, drawn)
    mess = make_mess(trial, drawn, made)
    files = {f"{sheet.name}.csv": file_bytes(trial, sheet) for sheet in made}
    lines = {sheet.name: _lines(sheet) for sheet in made}
    truth = {
        "notice": NOTICE,
        "trial": drawn.trial,
        "mode": drawn.mode,
        "seed": drawn.seed,
        "levels": {name: level.size for name, level in drawn.levels.items()},
        "parameters": drawn.truth,
        "files": {
            f"{sheet.name}.csv": {
                "rows": sheet.size,
                "sha256": sha256_bytes(files[f"{sheet.name}.csv"]),
            }
            for sheet in made
        },
        "mess": [_told(done, lines[done.sheet.name]) for done in mess],
    }
    return Export(files, truth)


def file_bytes(trial: Trial, sheet: Sheet) -> bytes:
    """A sheet as delimited text: a header, line feeds, quotes only where needed."""
    text = delimited(_marked(trial, sheet), sheet.spelling.separator)
    try:
        return text.encode(sheet.spelling.encoding)
    except (UnicodeEncodeError, LookupError) as error:
        found = (
            "a name that is none"
            if isinstance(error, LookupError)
            else error.object[error.start : error.end]
        )
        raise UserError(
            f"{trial.name}: trial.yaml: source.items.{sheet.name}.encoding",
            found=f"{sheet.spelling.encoding}: {found!r}",
            expected="an encoding in which every cell can be written, such as utf-8",
        ) from None


def _marked(trial: Trial, sheet: Sheet) -> dict[str, pa.Array]:
    """The columns with the one by which the file is known again wherever it is copied to."""
    if MARK in sheet.columns:
        raise UserError(
            f"{trial.name}: dictionary.csv: {sheet.table.name}",
            found=f"a column {MARK}",
            expected="another name: a drawn file says in that column that it is drawn",
        )
    return {**sheet.columns, MARK: pa.repeat(SYNTHETIC, sheet.size)}


def delimited(columns: dict[str, pa.Array], separator: str) -> str:
    """Columns of text as lines of cells between separators; nulls are empty cells."""
    header = separator.join(_quoted(pa.array(list(columns)), separator).to_pylist())
    cells = [pc.fill_null(_quoted(column, separator), "") for column in columns.values()]
    if len(cells) == 1:
        # A line without any character would be no record.
        cells = [pc.if_else(pc.equal(cells[0], ""), '""', cells[0])]
    rows = cells[0] if len(cells) == 1 else pc.binary_join_element_wise(*cells, separator)
    return "\n".join([header, *rows.to_pylist()]) + "\n"


def _quoted(column: pa.Array, separator: str) -> pa.Array:
    """Cells with quotes around them where they hold a separator, a quote or a line break."""
    special = pc.match_substring_regex(column, f'[\\{separator}"\r\n]')
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    inside = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(special, inside, column).cast(pa.string())


def _lines(sheet: Sheet) -> pa.Array:
    """The line of the file on which each row starts."""
    return csv_lines(pa.table(sheet.columns))


def _told(done: Done, lines: pa.Array) -> dict[str, Any]:
    """A defect in the truth manifest: as declared, where, and what cleaning has to list of it."""
    n = len(done.rows)
    return {
        **mapping_of(done.defect),
        "table": done.sheet.table.name,
        "source_rows": lines.take(pa.array(done.rows)).to_pylist(),
        "expected": [
            {"column": one.column, "rule": one.rule, "severity": one.severity, "rejects": n}
            for one in done.expected
        ],
    }
