"""Delimited text: CSV, TSV and their like, with quotes as in RFC 4180.

A row's place is the line on which its record starts: a quoted cell may run over several lines.
Lines without a value, such as ",,,", are no records; they are counted in the manifest. What is
allowed and rarely meant is told among the notes: a last line without an end, a cell like rows.
Rows around the table, as declared (`header`, `under_header`, `foot`), are left out; places stay
those of the file.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from trialtrace.base.errors import Problem, UserError, located, one_of
from trialtrace.run.sources.raw import ROW_NAMES, Records, check_header
from trialtrace.run.sources.readers.sheet import (
    around,
    emptied,
    left_out,
    like_data,
    no_header,
    too_few,
    under_like_data,
    with_row_names,
)
from trialtrace.run.trial.study.source import BLANKS, Delimited, Tsv

if TYPE_CHECKING:
    from trialtrace.run.sources.files import Opened

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BINARY = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    bytes.fromhex("d0cf11e0a1b11ae1"): "an old Excel workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "compressed (gzip)",
    b"$FL2": "an SPSS file",
    b"%PDF": "a PDF",
}
# Codecs of Python that turn text into other text.
NO_TEXT = ("undefined", "punycode", "idna", "unicode-escape", "raw-unicode-escape")
LINE_END = re.compile("\r\n|\r|\n")
WORD = re.compile(r'"((?:[^"]|"")*)"(?![^ \t])|([^ \t]+)')
# What shows that text was read in another encoding than it was written in.
WRONGLY = {
    "\ufffd": "the mark of characters that were lost before this export (U+FFFD)",
    "[\x80-\x84\x86-\x9f]": "control characters: is its encoding windows-1252?",
    "\xc3[\xa0-\xbf\x80-\x9f\u0178\u0152\u0153]|\xe2\u20ac": "what UTF-8 looks like when it is "
    "read so: is its encoding utf-8?",
}
# With fewer, a remark of two lines with commas would look like rows of a narrow table.
FEWEST_SEPARATORS = 3
LONGEST_CELL = 1 << 20
BLOCK = 50_000


class Record(NamedTuple):
    """The first and the last line of a record, and its cells."""

    first: int
    last: int
    cells: list[str]


class Table(NamedTuple):
    """The records as columns, the line of each, the number of blank lines, the records at the end
    that are none, and what is doubtful."""

    cells: pa.Table
    lines: pa.Array
    blank: int
    foot: list[Record]
    like_rows: list[str]


def read(opened: "Opened[Delimited]") -> Records:
    """The cells of a text file, each as found between its separators and quotes."""
    check_text(opened.data, opened.name, opened.place)
    separator = "\t" if isinstance(opened.declared, Tsv) else opened.declared.separator or ","
    encoding, marked = _encoding(opened)
    text = _decode(opened, encoding)
    empty: list[int] = []
    records, laid = _records(text, separator, opened.name, empty), around(opened.declared)
    (line, _, header), blank, above = _header(records, opened)
    names = check_header(with_row_names(header, laid), located(opened.name, line))
    _check_split(names, separator, opened)
    under = list(islice((record for record in records if record.cells), laid.under_header))
    table = _columns(records, names, separator, opened.name, laid.foot)
    if len(under) < laid.under_header or len(table.foot) < laid.foot:
        raise UserError(too_few(opened.name, opened.place, laid, len(under) + len(table.foot)))
    notes: dict[str, Any] = {
        "encoding": encoding,
        "byte_order_mark": marked,
        "separator": separator,
        "blank_lines": table.blank + blank,
    } | left_out(laid, above)
    warnings = under_like_data(opened.name, [(one.first, one.cells) for one in under])
    if len(table.lines):
        between = [place for place in empty if place > line]
        warnings += emptied(opened.name, between, table.lines[-1].as_py())
    if warnings := _doubts(text, encoding, table, opened) + warnings:
        notes["warnings"] = warnings
    return Records(table.cells, table.lines, opened.source_file, notes)


def check_text(data: bytes, name: str, place: str) -> None:
    """A binary file under the name of a text would be told as bad encoding otherwise."""
    for start, kind in BINARY.items():
        if data.startswith(start):
            raise UserError(
                name,
                f"this is {kind}, whatever its name says",
                expected="delimited text",
                do=f"declare its true format in {place}.format, or export it as text",
            )


def _encoding(opened: "Opened[Delimited]") -> tuple[str, bool]:
    """The declared encoding, else that of the byte order mark, else UTF-8."""
    declared = opened.declared.encoding
    mark = next((name for bom, name in MARKS if opened.data.startswith(bom)), None)
    if declared is None:
        return mark or "utf-8", mark is not None
    try:
        name = codecs.lookup(declared).name
        if name in NO_TEXT:
            raise LookupError(name)
        "".encode(name)
    except (LookupError, ValueError):
        raise UserError(
            f"{opened.place}.encoding",
            found=repr(declared),
            expected="the name of a text encoding, such as utf-8, windows-1252, latin-1",
        ) from None
    if mark and not name.startswith(mark):
        found = f"{declared!r}, while {opened.name} begins with the mark of {mark}"
        do = f'write encoding: "{mark}", or leave it out'
        raise UserError(f"{opened.place}.encoding", found=found, expected=mark, do=do)
    return name, mark is not None


def _decode(opened: "Opened[Delimited]", encoding: str) -> str:
    """The text of the file; tells the first byte that the encoding does not allow."""
    try:
        text = opened.data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = opened.data[: error.start].count(b"\n") + 1
        raise UserError(
            located(opened.name, line),
            found=f"byte 0x{opened.data[error.start]:02x} at offset {error.start}, "
            f"which is not {encoding}",
            expected=f"text in {encoding}",
            do=f'declare {opened.place}.encoding, for Excel on Windows often "windows-1252"',
        ) from None
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise UserError(
            located(opened.name, line),
            found=f"a NUL character (offset {at})",
            expected=f"text in {encoding}",
            do='the file is damaged or binary; UTF-16 text is declared as encoding: "utf-16"',
        )
    if not text.strip():
        raise UserError(opened.name, "the file holds blanks only", expected="a header")
    return text


def _records(text: str, separator: str, name: str, empty: list[int]) -> Iterator[Record]:
    """The records of a text; one without a value is one without cells, but for a lone quoted one:
    of a table of one column it is a row. The lines of separators alone are added to `empty`."""
    if separator == BLANKS:
        yield from (
            Record(at, at, words_of(line)) for at, line in enumerate(LINE_END.split(text), start=1)
        )
        return
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            blank = cells != [""] and not any(map(str.strip, cells))
            if blank and len(cells) > 1:
                empty.append(start)
            yield Record(start, reader.line_num, [] if blank else cells)
            start = reader.line_num + 1
    except csv.Error as error:
        raise UserError(_quote_problem(str(error), name, start, reader.line_num)) from None


def words_of(line: str) -> list[str]:
    """The cells of a line between blanks, without the quotes around them."""
    return [bare or quoted.replace('""', '"') for quoted, bare in WORD.findall(line)]


def _header(records: Iterator[Record], opened: "Opened[Delimited]") -> tuple[Record, int, int]:
    """The record with the names; how many blank lines and how many other records stand above."""
    wanted, blank, above = around(opened.declared).header, 0, 0
    for record in records:
        if not record.cells:
            blank += 1
        elif wanted is None or record.first == wanted:
            return record, blank, above
        elif record.first > wanted:
            break
        else:
            above += 1
    raise UserError(no_header(opened.name, opened.place, wanted or 1))


def _quote_problem(error: str, name: str, start: int, end: int) -> Problem:
    if "expected after" in error:
        return Problem(
            located(name, end),
            f"a quoted cell is followed by more than a separator (record from line {start})",
            expected='a quote inside a quoted cell is doubled: "5"" tall"',
        )
    if "field limit" in error:
        return Problem(
            located(name, start),
            found="a cell of more than 1 MiB in this record, or a quote that is never closed",
            expected="quotes in pairs, and cells of at most 1 MiB",
            do="mend this record in the export",
        )
    return Problem(
        located(name, start),
        "a quote is opened in this record and never closed",
        expected="quotes in pairs, and cells of at most 1 MiB",
        do="mend the quotes of this record in the export",
    )


def _columns(
    records: Iterator[Record], names: list[str], separator: str, name: str, foot: int
) -> Table:
    """The records as columns, block by block, without those at the foot."""
    schema = pa.schema([(column, pa.string()) for column in names])
    blocks, lines, blank, like_rows = [], [], 0, []
    block: list[list[str]] = []
    held: deque[Record] = deque()
    for record in records:
        if not record.cells:
            blank += 1
            continue
        held.append(record)
        if len(held) <= foot:
            continue
        first, last, cells = held.popleft()
        if len(cells) != len(names):
            raise UserError(_width_problem(name, first, len(cells), len(names)))
        if last > first and any(_like_rows(cell, separator, len(names)) for cell in cells):
            like_rows.append(f"{first} to {last}")
        block.append(cells)
        lines.append(first)
        if len(block) == BLOCK:
            blocks.append(_block(block, schema))
            block = []
    if block:
        blocks.append(_block(block, schema))
    table = pa.concat_tables(blocks) if blocks else schema.empty_table()
    return Table(table, pa.array(lines, type=pa.int64()), blank, list(held), like_rows)


def _like_rows(cell: str, separator: str, width: int) -> bool:
    """Whether a cell holds the separators of whole rows: an end, rows between, a beginning."""
    inside = cell.count(separator)
    if inside < FEWEST_SEPARATORS:
        return False
    first, *between = [word.count(separator) for word in LINE_END.split(cell)]
    if not between:
        return False
    *between, last = between
    return {first + last, *between} == {width - 1}


def _doubts(text: str, encoding: str, table: Table, opened: "Opened[Delimited]") -> list[str]:
    """What is legal text and rarely meant. A file that is pinned is whole."""
    name, declared = opened.name, opened.declared
    pinned = declared.sha256 is not None
    decoded_wrongly = _decoded_wrongly(text, encoding, name)
    foot = [
        (record.first, sum(bool(cell.strip()) for cell in record.cells)) for record in table.foot
    ]
    decoded_wrongly += like_data(name, foot, table.cells)
    if table.cells.num_rows and not pinned and not text.endswith(("\n", "\r")):
        decoded_wrongly.append(
            f"{name}: the last line has no line end: was the file cut? If it is whole, pin its "
            "sha256."
        )
    if table.like_rows:
        decoded_wrongly.append(
            f"{name}: a cell on lines {one_of(table.like_rows, 5)} holds line breaks and as many "
            "separators as rows would: are quotes missing, so that rows became part of a cell?"
        )
    return decoded_wrongly


def _decoded_wrongly(text: str, encoding: str, name: str) -> list[str]:
    """Characters that nobody types, and that text read in another encoding is full of."""
    if text.isascii():
        return []
    told = []
    for found, words in WRONGLY.items():
        if at := re.search(found, text):
            line = text.count("\n", 0, at.start()) + 1
            told.append(f"{name}, line {line}: read as {encoding}, it holds {words}")
    return told


def _block(rows: list[list[str]], schema: pa.Schema) -> pa.Table:
    columns = [pa.array(column, type=pa.string()) for column in zip(*rows, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def _width_problem(name: str, line: int, number: int, expected: int) -> Problem:
    more = f"; where R's write.table left the first name out of the header, {ROW_NAMES}"
    return Problem(
        located(name, line),
        found=f"{number} cells",
        expected=f"{expected} cells, as in the header",
        do="look for a separator inside a cell without quotes, or a line break in a cell"
        + (more if number == expected + 1 else ""),
    )


def _check_split(names: list[str], separator: str, opened: "Opened[Delimited]") -> None:
    """One column whose name holds another separator: the declared separator is wrong."""
    inside = [mark for mark in ",;\t|" if mark in names[0]]
    if len(names) == 1 and inside:
        raise UserError(
            located(opened.name, around(opened.declared).header or 1),
            found=f"one column with the separator {separator!r}; its name holds {inside[0]!r}",
            expected="the separator of the file",
            do=f"write {opened.place}.separator: {inside[0]!r}",
        )
