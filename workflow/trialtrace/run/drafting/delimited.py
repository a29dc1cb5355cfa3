"""Delimited text of which nothing is declared: its encoding, its separator, and its cells.

Small files are read as a run reads them. Large ones are streamed, and where the two readers could
differ, the run's own reader has the last word.
"""

import codecs
import csv
import io
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError, wrong
from trialtrace.base.store import sha256_file
from trialtrace.run.drafting.cells import Cells, held
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.title_and_foot import around
from trialtrace.run.sources.files import Opened, contents
from trialtrace.run.sources.raw import check_header
from trialtrace.run.sources.readers import delimited
from trialtrace.run.trial.study.source import BLANKS, Csv, Tsv

UNNAMED = "The header has no name for the first column, as R's write.csv and pandas leave it."
# From here on a file is streamed.
LARGE = 64 << 20
BLOCK = 8 << 20
# Up to here a title, units and sums around a table are looked for.
LARGEST_LOOKED_AT = 8 << 20
HEAD = 256 << 10
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# Records by which a separator is judged.
LOOKED_AT = 200
# Lines from which on a file is judged by their words, and words a line that prose has.
FEWEST_LINES, WORDS_OF_PROSE = 4, 3
FALLBACK = "windows-1252"
# What a column of names of rows is called that the header does not name.
ROW_NAMES = "rownames"


@dataclass(frozen=True)
class Text:
    """A file of delimited text, and how it is read. `evidence` by key of its source."""

    path: Path
    reading: dict[str, str | int]
    sha256: str
    cells: Cells
    evidence: dict[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def read_text(path: Path, text: str) -> Text:
    """The cells of a file by the encoding and the separator that it shows."""
    head = _head(path, text)
    delimited.check_text(head, text, text)
    encoding, why = _encoding(path, head, text)
    separator, because = _separator(_start(head, encoding), text)
    reading: dict[str, str | int] = {"format": "csv", "encoding": encoding, "separator": separator}
    if separator == "\t":
        reading = {"format": "tsv", "encoding": encoding}
    context = around(_rows(path, encoding, separator))
    reading |= context.keys
    evidence = {"encoding": why, "separator": because, **context.evidence}
    if row_names := _row_names(_start(head, encoding), separator, reading):
        reading["row_names"] = ROW_NAMES
        evidence["row_names"] = row_names
    cells = _cells(path, text, reading)
    return Text(path, reading, sha256_file(path), cells, evidence, context.units)


def _rows(path: Path, encoding: str, separator: str) -> list[tuple[int, dict[int, str]]]:
    """The records of a file that is not large, each by its line; none where it is no CSV."""
    if path.stat().st_size > LARGEST_LOOKED_AT or separator == BLANKS:
        return []
    text = path.read_bytes().decode(encoding).removeprefix("\ufeff")
    csv.field_size_limit(delimited.LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((line, dict(enumerate(cells))))
            line = reader.line_num + 1
    except csv.Error:
        return []
    return rows


def _head(path: Path, text: str) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise UserError(text, f"the file cannot be read: {error.strerror}") from None
    if not head:
        raise UserError(text, "the file is empty (0 bytes)", do="export the table again")
    return head


def _encoding(path: Path, head: bytes, text: str) -> tuple[str, str]:
    """The encoding, and why: a mark, no byte against UTF-8, else that of Windows."""
    for mark, name in delimited.MARKS:
        if head.startswith(mark):
            return name, f"The file begins with the mark of {name}."
    if encoding := _unmarked_utf16(head):
        return encoding, "Every second byte is nought, as in UTF-16 without a mark."
    if b"\0" in head:
        need = (
            "delimited text, or a workbook, SAS, SPSS, Stata or Parquet file with the ending of "
            "its format"
        )
        raise wrong(text, "binary data, whatever its name says", need, "export the table as CSV")
    if (bad := _first_bad(path, "utf-8")) is None:
        return "utf-8", "All its bytes are UTF-8."
    if _first_bad(path, FALLBACK) is None:
        return FALLBACK, (
            f"Byte {bad} is not UTF-8, and all bytes are characters of {FALLBACK}, which "
            "spreadsheets on Windows write. Wrong letters in the labels would show another one."
        )
    fault = f"bytes that are neither UTF-8 (byte {bad}) nor {FALLBACK}"
    need = "delimited text in one of them, or in UTF-16 with its mark"
    raise wrong(text, fault, need, 'save it again as "CSV UTF-8"')


def _unmarked_utf16(head: bytes) -> str | None:
    pairs = len(head) // 2
    if pairs < 8:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.8 * pairs and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.8 * pairs and not odd else None


def _first_bad(path: Path, encoding: str) -> int | None:
    """Where the first byte stands that an encoding does not allow."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                return read + error.start
            read += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read
    return None


def _start(head: bytes, encoding: str) -> str:
    """The first characters; one that the end of the head cuts in two is left out."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(head).removeprefix("\ufeff")


def _separator(start: str, text: str) -> tuple[str, str]:
    """The separator that gives every record the same number of cells, and the most of them."""
    if not start.strip():
        raise UserError(text, "the file holds blanks only", expected="a header")
    marks = [*SEPARATORS, *([" "] if _spaced(start) else [])]
    widths = {mark: [len(cells) for cells in _records_of(start, mark)] for mark in marks}
    even = {mark: found[0] for mark, found in widths.items() if found and len(set(found)) == 1}
    best = max(even, key=lambda mark: even[mark], default=",")
    if even.get(best, 0) > 1:
        told = f"{_called(best)} give every record {even[best]} cells."
        return best, told[0].upper() + told[1:]
    # Not even: a title or notes around the table, or a record that the reader will tell.
    usual = {mark: Counter(found).most_common(1)[0] for mark, found in widths.items() if found}
    wide = {mark: most for mark, most in usual.items() if most[0] > 1}
    best = max(wide, key=lambda mark: (wide[mark][1], wide[mark][0]), default=",")
    if best in wide:
        width, records = wide[best]
        return (
            best,
            f"Of the first records, {records} have {width} cells between {_called(best)}.",
        )
    if words := _words_of_lines(start):
        one = {len(row) for row in _records_of(start, " ")} == {words}
        return " " if one else BLANKS, f"Blanks give every record {words} cells."
    return ",", "There is one column."


def _words_of_lines(start: str) -> int:
    """How many words every line has, where all have as many and more than one: columns of widths
    of their own."""
    lines = _records_of(start, BLANKS)
    counts = {len(line) for line in lines}
    return max(counts) if len(lines) >= FEWEST_LINES and len(counts) == 1 and counts != {1} else 0


def is_prose(path: Path) -> bool:
    """Whether a text file has sentences and no table: no separator gives half of its lines the same
    number of cells, and lines have several words."""
    head = path.open("rb").read(HEAD) if path.is_file() else b""
    if b"\0" in head:
        return False
    lines = [
        line for each in head.decode("utf-8", "replace").splitlines() if (line := each.strip())
    ]
    widths = [Counter(line.count(mark) for line in lines if mark in line) for mark in SEPARATORS]
    most = max((max(each.values(), default=0) for each in widths), default=0)
    words = sum(len(line.split()) for line in lines)
    table = 2 * most >= len(lines) or _words_of_lines("\n".join(lines))
    return len(lines) >= FEWEST_LINES and words >= WORDS_OF_PROSE * len(lines) and not table


def _called(mark: str) -> str:
    return SEPARATORS.get(mark, "spaces")


def _spaced(start: str) -> bool:
    """Whether the header is names in quotes between spaces, as R's write.table writes it."""
    header = start.split("\n", 1)[0].rstrip("\r")
    return bool(re.fullmatch(r'("[^"]*" )+"[^"]*"', header))


def _records_of(start: str, mark: str) -> list[list[str]]:
    """The first records; the last one is left out, since the head may cut it."""
    if mark == BLANKS:
        lines = [line for line in delimited.LINE_END.split(start)[: LOOKED_AT + 1] if line.strip()]
        return [delimited.words_of(line) for line in (lines[:-1] if len(lines) > 1 else lines)]
    records = []
    csv.field_size_limit(delimited.LONGEST_CELL)
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=mark, strict=True)
    try:
        for cells in reader:
            if cells:
                records.append(cells)
            if len(records) > LOOKED_AT:
                break
    except csv.Error:
        pass
    return records[:-1] if len(records) > 1 else records


def _row_names(start: str, separator: str, reading: Mapping[str, str | int]) -> str:
    """Why the first column holds names of rows, and the header no name for it; else nothing."""
    records = _records_of(start, separator)
    if "header" in reading or len(records) < 2:
        return ""
    header, rows = records[0], records[1:]
    if ROW_NAMES in header or not all(cell.strip() for cell in header[1:]):
        return ""
    if not header[0].strip() and all(row[0].strip() for row in rows):
        return UNNAMED
    if header[0].strip() and all(len(row) == len(header) + 1 for row in rows):
        return "The header has a name less than rows have cells, as R's write.table leaves it."
    return ""


def _cells(path: Path, text: str, reading: dict[str, str | int]) -> Cells:
    if path.stat().st_size < LARGE or {"row_names", BLANKS} & {*reading, reading.get("separator")}:
        return _read(path, text, reading)
    try:
        given = _stream(path, reading).schema.names
        names = check_header(given, f"{text}, line 1")
    except pa.ArrowInvalid:
        return _read(path, text, reading)
    as_given = dict(zip(names, given, strict=True))

    def of(wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        stream = _stream(path, reading, [as_given[name] for name in wanted])
        try:
            for batch in stream:
                yield batch.rename_columns(list(wanted))
        except pa.ArrowInvalid:
            _read(path, text, reading)
            raise

    return Cells(names, of)


def _read(path: Path, text: str, reading: dict[str, str | int]) -> Cells:
    """As a run reads it. The decimal sign does not touch the cells."""
    kind = Tsv if reading["format"] == "tsv" else Csv
    declared = structure(kind, {"path": text, "decimal": "."} | reading)
    opened = Opened(path, text, contents(path, text), declared, text, text)
    return held(delimited.read(opened).cells)


def _stream(
    path: Path, reading: dict[str, str | int], names: Sequence[str] = ()
) -> pa.csv.CSVStreamingReader:
    """The columns of these names, all where there are none; only what is not there is null."""
    separator = str(reading.get("separator", "\t"))
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=list(names),
        strings_can_be_null=False,
    )
    return arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(block_size=BLOCK, encoding=str(reading["encoding"])),
        parse_options=arrow_csv.ParseOptions(
            delimiter=separator, newlines_in_values=True, ignore_empty_lines=True
        ),
        convert_options=convert,
    )


def by_pandas(table: Table) -> str:
    """A call of pandas that reads a file of text, its cells as texts; nothing of other files, and
    of those of which some lines are left out, or rows have a name more than the header."""
    reading, known = table.reading, {"format", "encoding", "separator", "decimal"}
    known |= {"row_names"} if table.evidence.get("row_names") == UNNAMED else set()
    if table.kind != "files" or not {*reading} <= known or table.stack:
        return ""
    texts = table.item, reading.get("separator", "\t"), reading["encoding"]
    file, sep, encoding = map(json.dumps, texts)
    return f"pandas.read_csv({file}, sep={sep}, encoding={encoding}, dtype=str)"


def python(code: str, file: str) -> str:
    """The command that writes the table at the end of a code to a file, and that it does."""
    whole = f"import pandas; {code}.to_csv({json.dumps(file)}, index=False)"
    return f"python -c {shlex.quote(whole)} writes {file}"
