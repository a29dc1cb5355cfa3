"""SAS (XPT, sas7bdat), SPSS and Stata files. A row's place is its record number from 1.

Labelled values keep their codes. A value that its user declared missing stays: in SPSS the number
itself, in SAS and Stata the letter behind a point (".a"). Dates become ISO text. What a file cannot
keep, digits of long numbers and fractions in few bytes, is told among the notes.
"""

import datetime
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pyarrow as pa

from trialtrace.base.errors import Problem, UserError
from trialtrace.run.sources.raw import Records, check_header
from trialtrace.run.tables.canonical import (
    DOUBLE,
    SINGLE,
    is_widened,
    rounded_warning,
    stored_text,
    widened_text,
)
from trialtrace.run.tables.moments import duration_text, moment_text
from trialtrace.run.trial.study.source import StatisticalFile

if TYPE_CHECKING:
    from trialtrace.run.sources.files import Opened

# What an SPSS file declares missing of a variable: from `lo` to `hi`.
Ranges = Iterable[Mapping[str, Any]]

# SAS transport files (XPT, versions 5 and 8) by their records of 80 bytes: is the file whole?
#
# The library that reads them stops at the end of a cut file without a word, and reads the first of
# several tables.

RECORD = 80
HEADER = b"HEADER RECORD*******"
TABLE = re.compile(rb"HEADER RECORD\*{7}(?:MEMBER  |MEMBV8  )HEADER RECORD!{7}")
VARIABLES = re.compile(rb"HEADER RECORD\*{7}(?:NAMESTR |NAMSTV8 )HEADER RECORD!{7}")
ROWS = re.compile(rb"HEADER RECORD\*{7}(?:OBS     |OBSV8   )HEADER RECORD!{7}")
# Where a header holds a number: the size of a description, how many there are, the count of rows.
SIZE, COUNT, COUNTED = slice(73, 78), slice(53, 58), slice(48, 80)


def check_whole(data: bytes, name: str, rows_read: int) -> None:
    """Raise UserError where the end is missing, rows were not read, or there are more tables."""
    if len(data) % RECORD:
        _cut(name, f"{len(data)} bytes, which is no whole number of records of {RECORD} bytes")
    tables = _starts(TABLE, data)
    if len(tables) > 1:
        expected = "one table a file"
        do = "export each table into a file of its own"
        raise UserError(name, found=f"{len(tables)} tables in one file", expected=expected, do=do)
    variables, rows = _starts(VARIABLES, data), _starts(ROWS, data)
    if not tables or not variables or not rows:
        _cut(name, "no header of a table, its variables or its observations")
    width = _row_width(data, tables[0], variables[0], name)
    rest = data[rows[0] + RECORD + rows_read * width :]
    if rest.strip(b" "):
        whole = f"{rows_read} whole observation(s) of {width} bytes, and a part of another"
        _cut(name, whole)
    counted = _record(data, rows[0])[COUNTED].strip()
    if counted.isdigit() and int(counted) not in (0, rows_read):
        _cut(name, f"{rows_read} observation(s), while its header counts {int(counted)}")


def _starts(header: re.Pattern[bytes], data: bytes) -> list[int]:
    """Where headers of a kind begin; only at the start of a record are they headers."""
    return [at.start() for at in header.finditer(data) if at.start() % RECORD == 0]


def _record(data: bytes, start: int) -> bytes:
    return data[start : start + RECORD]


def _row_width(data: bytes, table: int, variables: int, name: str) -> int:
    """The bytes of an observation, by the descriptions of its variables."""
    size, count = _record(data, table)[SIZE], _record(data, variables)[COUNT]
    if not (size.isdigit() and count.isdigit() and int(count)):
        _cut(name, "a header without the number of its variables")
    first = variables + RECORD
    at = range(first, first + int(size) * int(count), int(size))
    return sum(int.from_bytes(data[one + 4 : one + 6], "big") for one in at)


# A description of a variable: whether it is a number, its bytes, and where these stand in a row.
KIND, BYTES, OFFSET, NUMERIC = slice(0, 2), slice(4, 6), slice(84, 88), 1
SPECIAL = re.compile(rb"[A-Z_]\0*")


def special_missing(data: bytes, columns: Mapping[str, list[Any]]) -> dict[str, dict[int, str]]:
    """Column -> row -> the letter of each special missing value (.A to .Z, ._) of a transport file,
    which its library reads as plain missing; `columns` are the values that it reads, in the order
    of the file. The record layout is SAS's TS-140; version 8 has it too."""
    tables, variables, first = (_starts(one, data)[0] for one in (TABLE, VARIABLES, ROWS))
    size, start = int(_record(data, tables)[SIZE]), first + RECORD
    width = _row_width(data, tables, variables, "")
    found: dict[str, dict[int, str]] = {}
    for position, (name, values) in enumerate(columns.items()):
        at = variables + RECORD + position * size
        kind, length, offset = (
            int.from_bytes(data[at:][part], "big") for part in (KIND, BYTES, OFFSET)
        )
        if kind == NUMERIC:
            missing = (row for row, value in enumerate(values) if value is None or value != value)
            begins = ((row, start + row * width + offset) for row in missing)
            cells = ((row, data[begin : begin + length]) for row, begin in begins)
            letters = {row: chr(cell[0]) for row, cell in cells if SPECIAL.fullmatch(cell)}
            found |= {name: letters} if letters else {}
    return found


def _cut(name: str, text: str) -> NoReturn:
    raise UserError(
        name,
        "this SAS transport file is not whole: it was cut, or changed after SAS wrote it",
        found=text,
        expected="a file that ends as its headers say",
        do="export or copy it again; copy it as binary, not as text",
    )


# How an SPSS file begins whose rows are compressed as a zip archive is, and where it counts rows.
COMPRESSED = b"$FL3"
SPSS, SPSS_COUNT, NOT_COUNTED = (b"$FL2", COMPRESSED), slice(80, 84), b"\xff" * 4
# Cells that compressed files may hold: of any, of a larger one for each byte.
SMALL, LARGEST_RATIO = 10_000_000, 200
LONGEST_NAME = 40
ENCODING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
# Bytes of a number of which nothing is cut off.
WHOLE_WIDTH = 8
NAMES = {"xpt": "SAS transport", "sas7bdat": "SAS", "spss": "SPSS", "stata": "Stata"}


def read(opened: "Opened[StatisticalFile]") -> Records:
    _check_encoding(opened)
    columns, meta = parsed(opened)
    special: dict[str, dict[int, str]] = {}
    if opened.declared.format == "xpt":
        check_whole(opened.data, opened.name, meta.number_rows)
        special = special_missing(opened.data, columns)
    names = check_header(list(columns), f"{opened.name}, variables")
    arrays, warnings, missing = [], _uncounted(opened), {}
    clocks = _clocks(opened, columns)
    for name, values in columns.items():
        stored = meta.readstat_variable_types[name]
        if name in clocks:
            values = clocks[name]
        elif stored != "string":
            precision = SINGLE if stored == "float" else DOUBLE
            warnings += _lossy(f"{opened.name}, column {name}", name, values, precision, meta)
            values = _spell(values, precision)
        for row, letter in special.get(name, {}).items():
            values[row] = f".{letter}"
        arrays.append(pa.array(values, type=pa.string()))
        if codes := _declared_missing(columns[name], values, meta.missing_ranges.get(name, ())):
            missing[name] = codes
    rows = len(arrays[0])
    encoding = opened.declared.encoding or meta.file_encoding
    numbers = pa.array(range(1, rows + 1), type=pa.int64())
    notes = {"encoding": encoding} | ({"warnings": warnings} if warnings else {})
    notes |= {"missing": missing} if missing else {}
    labels = {
        name.strip(): _labels(codes, meta.readstat_variable_types.get(name))
        for name, codes in (meta.variable_value_labels or {}).items()
    }
    notes |= {"labels": labels} if labels else {}
    return Records(pa.table(arrays, names=names), numbers, opened.source_file, notes)


def _declared_missing(values: list[Any], texts: list[str | None], ranges: Ranges) -> dict[str, int]:
    """Values of a variable that an SPSS file declares missing: as text, how often each stands."""
    counts: Counter[str] = Counter()
    for value, text in zip(values, texts, strict=True):
        if text is not None and _in_ranges(value, ranges):
            counts[text] += 1
    return dict(sorted(counts.items()))


def _in_ranges(value: object, ranges: Ranges) -> bool:
    same = (one for one in ranges if type(value) is type(one["lo"]))
    return any(one["lo"] <= value <= one["hi"] for one in same)


def _check_encoding(opened: "Opened[StatisticalFile]") -> None:
    """A name, and no more: the library takes "//IGNORE" behind one for leave to drop letters."""
    declared = opened.declared.encoding
    if declared is not None and not ENCODING.fullmatch(declared):
        place = f"{opened.place}.encoding"
        expected = "the name of a text encoding, such as utf-8, windows-1252, latin-1"
        raise UserError(place, found=repr(declared[:LONGEST_NAME]), expected=expected)
    if declared is not None and _portable(opened):
        raise UserError(
            f"{opened.place}.encoding",
            f"{opened.name} is a portable file of SPSS, which is read without an encoding",
            do="leave it out; where letters are wrong, export a .sav file",
        )


def _portable(opened: "Opened[StatisticalFile]") -> bool:
    return opened.declared.format == "spss" and opened.path.suffix.lower() == ".por"


def _uncounted(opened: "Opened[StatisticalFile]") -> list[str]:
    """SPSS files that were written as a stream do not say how many rows they have."""
    if opened.data.startswith(SPSS) and opened.data[SPSS_COUNT] == NOT_COUNTED:
        return [
            f"{opened.name} does not say how many rows it has: if it was cut, nothing shows it."
        ]
    return []


def _lossy(place: str, name: str, values: list[Any], precision: str, meta: Any) -> list[str]:
    """What the file could not keep of a numeric variable."""
    width = meta.variable_storage_width.get(name, WHOLE_WIDTH)
    told = rounded_warning(place, values, precision)
    cut = precision == DOUBLE and width < WHOLE_WIDTH
    if cut and any(isinstance(value, float) and value % 1 for value in values):
        told.append(
            f"{place} is stored in {width} bytes, which cut off fractions: 61.1 is a little less "
            f"than 61.1 there. Export it with a length of {WHOLE_WIDTH}."
        )
    elif precision == DOUBLE and any(map(is_widened, values)):
        told.append(widened_text(place))
    return told


def _clocks(
    opened: "Opened[StatisticalFile]", columns: dict[str, list[Any]]
) -> dict[str, list[str | None]]:
    """Columns of times as text. The library makes 06:00 of a stay of 30 hours."""
    times = [
        name
        for name, values in columns.items()
        if any(isinstance(value, datetime.time) for value in values)
    ]
    if not times:
        return {}
    numbers, _ = parsed(opened, usecols=times, disable_datetime_conversion=True)
    unit = 1_000 if opened.declared.format == "stata" else 1_000_000
    return {name: [_clock(number, unit) for number in numbers[name]] for name in times}


def _clock(value: Any, unit: int) -> str | None:
    """A number of seconds or milliseconds as hours, minutes and seconds."""
    if isinstance(value, int | float) and math.isfinite(value):
        return duration_text(round(value * unit))
    return value_text(value)


def parsed(opened: "Opened[StatisticalFile]", **more: Any) -> tuple[dict[str, list[Any]], Any]:
    """The columns as Python values, and the file's description of itself."""
    import pyreadstat

    parsers: dict[str, Callable[..., Any]] = {
        "xpt": pyreadstat.read_xport,
        "sas7bdat": pyreadstat.read_sas7bdat,
        "spss": pyreadstat.read_por if _portable(opened) else pyreadstat.read_sav,
        "stata": pyreadstat.read_dta,
    }
    parse = parsers[opened.declared.format]
    options: dict[str, Any] = {"encoding": opened.declared.encoding}
    counted = parse in (pyreadstat.read_sas7bdat, pyreadstat.read_sav, pyreadstat.read_dta)
    if counted:
        options["user_missing"] = True
    if parse is pyreadstat.read_por:
        options = {}
    try:
        if counted:
            _, meta = parse(io.BytesIO(opened.data), metadataonly=True, **options)
            _check_count(opened, meta.number_rows or 0, meta.number_columns)
        return parse(io.BytesIO(opened.data), output_format="dict", **options, **more)
    except (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        OverflowError,
        ValueError,
        IndexError,
        TypeError,
        MemoryError,
    ) as error:
        # Only the library's own messages are sure to hold no value of the data.
        why = str(error) if isinstance(error, pyreadstat.ReadstatError) else type(error).__name__
        raise UserError(_unreadable(opened, why)) from None


def _check_count(opened: "Opened[StatisticalFile]", rows: int, columns: int) -> None:
    """Refuse a count of rows that the file cannot hold: the library makes room for all of them."""
    most = len(opened.data)
    if opened.declared.format == "sas7bdat" or opened.data.startswith(COMPRESSED):
        most = max(SMALL, LARGEST_RATIO * most)
    if rows * columns > most:
        text = f"its header counts {rows} rows of {columns} variables in {len(opened.data)} bytes"
        raise UserError(_unreadable(opened, text))


def _unreadable(opened: "Opened[StatisticalFile]", why: str) -> Problem:
    return Problem(
        opened.name,
        f"this {NAMES[opened.declared.format]} file cannot be read: {why}",
        expected="a whole file of this format",
        do="export it again; where text cannot be decoded, declare its encoding",
    )


def _spell(values: list[Any], precision: str) -> list[str | None]:
    """Values of a numeric variable as text; every different one is spelt once."""
    spelt = {value: value_text(value, precision) for value in set(values)}
    return [spelt[value] for value in values]


def value_text(value: Any, precision: str = DOUBLE) -> str | None:
    """A value of a numeric variable as text."""
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return f".{value}"
    if isinstance(value, int | float):
        return stored_text(value, precision)
    if isinstance(value, datetime.datetime):
        return moment_text(value)
    return value.isoformat()


# What SAS, SPSS and Stata files say of their own variables: labels, formats, labels of codes.


@dataclass(frozen=True)
class Variable:
    """A variable by its own file. `labels` by code, which is spelt as a cell is; those of `missing`
    are declared so."""

    label: str
    format: str
    labels: Mapping[str, str]
    missing: tuple[str, ...] = ()


def variables(opened: "Opened[StatisticalFile]") -> dict[str, Variable]:
    """The variables by the name of their column."""
    _, meta = parsed(opened, metadataonly=True)
    made = {}
    for name, label in zip(meta.column_names, meta.column_labels, strict=True):
        stored = meta.readstat_variable_types.get(name)
        labelled = (meta.variable_value_labels or {}).get(name, {})
        codes, ranges = _labels(labelled, stored), meta.missing_ranges.get(name, ())
        missing = [_code(code, stored) for code in labelled if _in_ranges(code, ranges)]
        missing = [text for text in missing if text]
        shown = (meta.original_variable_types or {}).get(name) or ""
        shown = "" if shown == "NULL" else shown
        made[name.strip()] = Variable((label or "").strip(), shown, codes, tuple(missing))
    return made


def _labels(codes: Mapping[object, object], stored: str | None) -> dict[str, str]:
    """The labels of the codes of a variable of a stored type; a code is spelt as a cell is."""
    spelt = {_code(code, stored): " ".join(str(words).split()) for code, words in codes.items()}
    return {code: label for code, label in spelt.items() if code}


def _code(code: object, stored: str | None) -> str:
    if stored == "string":
        return str(code).strip()
    return value_text(code, SINGLE if stored == "float" else DOUBLE) or ""


def table_name(opened: "Opened[StatisticalFile]") -> str:
    """The name of the table inside the file, where its format has one."""
    _, meta = parsed(opened, metadataonly=True)
    return (meta.table_name or "").strip()
