"""SAS transport files (XPT, versions 5 and 8) by their records of 80 bytes: is the file whole?

The library that reads them stops at the end of a cut file without a word, and reads the first of
several tables.
"""

import re
from typing import NoReturn

from trialtrace.base.errors import UserError

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
        raise UserError(
            name,
            found=f"{len(tables)} tables in one file",
            expected="one table a file",
            do="export each table into a file of its own",
        )
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


def _cut(name: str, text: str) -> NoReturn:
    raise UserError(
        name,
        "this SAS transport file is not whole: it was cut, or changed after SAS wrote it",
        found=text,
        expected="a file that ends as its headers say",
        do="export or copy it again; copy it as binary, not as text",
    )
