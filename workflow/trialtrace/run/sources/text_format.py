"""Encoding and separator of delimited text, as far as its bytes decide them."""

import csv
import io
from collections import Counter

from trialtrace.base.errors import UserError, wrong
from trialtrace.run.sources.readers import delimited
from trialtrace.run.trial.study.source import BLANKS

SEPARATORS = (",", ";", "\t", "|")
FALLBACK = "windows-1252"
# Records by which a separator is judged, and lines from which on blanks may separate cells.
LOOKED_AT, FEWEST_LINES = 200, 4
ROW_NAMES = "rownames"


def reading_of(data: bytes, place: str, header: int) -> dict[str, str | int]:
    """The keys `format`, `encoding`, `separator` and `row_names` of a text file. `header` is the
    line of its names. Raises UserError where no encoding fits."""
    delimited.check_text(data, place, place)
    encoding = _encoding(data, place)
    text = data.decode(encoding).removeprefix("\ufeff")
    start = "".join(text.splitlines(keepends=True)[header - 1 : header + LOOKED_AT])
    if not start.strip():
        raise UserError(place, "the file holds blanks only", expected="a header and rows")
    separator = _separator(start)
    reading: dict[str, str | int] = {"format": "csv", "encoding": encoding, "separator": separator}
    if separator == "\t":
        reading = {"format": "tsv", "encoding": encoding}
    names, *rows = records_of(start, separator)
    unnamed = not names[0].strip() and all(cell.strip() for cell in names[1:])
    shorter = bool(rows) and all(len(row) == len(names) + 1 for row in rows)
    if len(names) > 1 and (unnamed or shorter):
        # R's write.csv leaves the head of the names of rows blank, write.table leaves it out.
        reading["row_names"] = ROW_NAMES
    return reading


def _encoding(data: bytes, place: str) -> str:
    """That of the mark, else UTF-8 where all bytes are, else that of Windows."""
    for mark, name in delimited.MARKS:
        if data.startswith(mark):
            return name
    for encoding in ("utf-8", FALLBACK):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in data.decode(encoding):
            return encoding
    raise wrong(
        place,
        f"bytes that are neither UTF-8 nor {FALLBACK}",
        "delimited text",
        'save it again as "CSV UTF-8"',
    )


def _separator(start: str) -> str:
    """The separator that gives every record the same number of cells, and the most; else the one
    that gives most records the same number; blanks where words alone do."""
    widths = {mark: [len(cells) for cells in records_of(start, mark)] for mark in SEPARATORS}
    even = {mark: found[0] for mark, found in widths.items() if len(set(found)) == 1}
    best = max(even, key=lambda mark: even[mark], default=",")
    if even.get(best, 0) > 1:
        return best
    words = [delimited.words_of(line) for line in start.splitlines() if line.strip()]
    if len(words) >= FEWEST_LINES and len({len(line) for line in words}) == 1 < len(words[0]):
        return BLANKS
    usual = {mark: Counter(found).most_common(1)[0] for mark, found in widths.items() if found}
    wide = {mark: (count, width) for mark, (width, count) in usual.items() if width > 1}
    if (
        not wide
        and len(words) >= FEWEST_LINES
        and {len(line) for line in words[1:]} == {len(words[0]) + 1}
    ):
        return BLANKS
    return max(wide, key=lambda mark: wide[mark], default=",")


def records_of(start: str, separator: str) -> list[list[str]]:
    """The records of a text, by a separator; those before the first broken one."""
    if separator == BLANKS:
        return [delimited.words_of(line) for line in start.splitlines() if line.strip()]
    csv.field_size_limit(delimited.LONGEST_CELL)
    found = []
    try:
        for cells in csv.reader(io.StringIO(start, newline=""), delimiter=separator, strict=True):
            if any(cell.strip() for cell in cells):
                found.append(cells)
    except csv.Error:
        pass
    return found
