"""Rows whose cells have a number for each time or part that the label lists: "2/6/12 h"."""

import re
from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.reading.cells import Cell, read_cell
from trialtrace.audit.reading.heading_words import kinds_in, said
from trialtrace.audit.reading.rows import Row, is_unit

TWO_SCORES = "whether this is a share of patients, or two scores, is not said"
_N = r"[0-9]+(?:\.[0-9]+)?['′]?"
_LIST = rf"{_N}(?:(?:\s?/\s?|, ){_N})*(?:\s?/\s?|,? and |\s?& ?){_N}"
# "at 2/6/12 h", "at 1 and 5 min", "1'/5'", "on days 1/3".
_TIMES = re.compile(
    rf"[\s,(]*\b(?:at |after |on )?(?:(?P<of>day|week|month|hour)s? (?P<numbers>{_LIST})(?![\w.])|"
    rf"(?P<many>{_LIST})(?:(?<=['′])|[\s-]?(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|h|d(?:ay)?s?|w(?:ee)?ks?|"
    r"months?|years?|yrs?)(?!\w)))\)?",
    re.IGNORECASE,
)
_AVERAGES = re.compile("mean|median")
_WORDS = re.compile(r"(?<!\S)[(]?((?:[^\W\d_][\w-]*\s?/\s?)+[^\W\d_][\w-]*)")


def averaged(kind: str | None, cell: Cell) -> bool:
    """Whether a cell "8/9" is no share, as it is of means or medians."""
    return cell.form in ("fraction", "counts", "share") and bool(_AVERAGES.match(kind or ""))


def parted(row: Row, columns: list[int]) -> Iterator[Row]:
    """A row for each time or part of its label, of the cells that have as many numbers, and one of
    what else stands in these columns; none where no cell is so."""
    own = _listed(row)
    parts = {at: _parts(row.cells[at], len(own)) for at in columns if own}
    if not any(parts.values()):
        return
    for place, (name, path, visit) in enumerate(own):
        cells = [
            cell if at not in parts else parts[at][place] if parts[at] else ""
            for at, cell in enumerate(row.cells)
        ]
        label = f"{row.label}, {name}"
        yield replace(row, cells=tuple(cells), path=path, visit=visit, label=label)
    rest = ["" if parts.get(at) else cell for at, cell in enumerate(row.cells)]
    if any(rest[at] for at in columns):
        yield replace(row, cells=tuple(rest))


def _listed(row: Row) -> list[tuple[str, tuple[str, ...], str | None]]:
    """The times or parts that a row's label lists, each with its outcome and visit."""
    *above, name = row.path or ("",)
    if times := _TIMES.search(name):
        left = _TIMES.sub("", name, count=1).strip(" ,")
        path = (*above, *([left] if left else []))
        numbers = re.findall(_N, times["many"] or times["numbers"])
        made = [" ".join(filter(None, (times["of"], one, times["unit"]))) for one in numbers]
        return [(one, path, one) for one in made]
    words = _WORDS.search(name) if _AVERAGES.match(row.kind or "") else None
    if words is None or is_unit(words[1]):
        return []
    path = tuple(above) if words[0] == name else row.path
    told = [(one, said(one).visit) for one in re.split(r"\s?/\s?", words[1])]
    return [(one, path if at else (*path, one), at or row.visit) for one, at in told]


# "62 ± 12; 57 (43–84)": what can stand between a mean and a median.
_BETWEEN = re.compile(r"(?<=[0-9)\]])(?:\s*[,;/|]\s*|\s+)(?=[-−–]?\.?[0-9])")
_SPREAD, _RANGED = ("plus_minus", "pair"), ("ranged", "ranged_range")


def twofold(row: Row, columns: list[int]) -> list[Row]:
    """The rows of the first and of the second statistics of cells that hold a mean and a median, in
    either order, each of the kind that the words of the row tell; none where no cell does."""
    halves = {at: found for at in columns if (found := _both(row.cells[at]))}
    if not halves:
        return []
    told = kinds_in(" ".join(text for at, text in enumerate(row.cells) if at < min(columns)))
    made = []
    for place in (0, 1):
        forms = {form for found in halves.values() for form in [found[place][1]]}
        first = "mean_s" if forms <= {*_SPREAD} else "median"
        kinds = [one for one in sorted(told) if one.startswith(first)]
        cells = [
            halves[at][place][0] if at in halves else "" if place and at >= min(columns) else cell
            for at, cell in enumerate(row.cells)
        ]
        kind = kinds[0] if len(kinds) == 1 else None
        made.append(replace(row, cells=tuple(cells), kind=kind))
    return made


def _both(text: str) -> list[tuple[str, str]]:
    """A cell's two statistics with their forms, where it holds a mean with its spread and a median
    with its range."""
    for between in _BETWEEN.finditer(text) if read_cell(text) is None else ():
        parts = [text[: between.start()], text[between.end() :]]
        read = [(part, cell.form) for part in parts if (cell := read_cell(part))]
        forms = [(form in _SPREAD, form in _RANGED) for _, form in read]
        if sorted(forms) == [(False, True), (True, False)]:
            return read
    return []


def _parts(text: str, many: int) -> list[str]:
    """The numbers of a cell, parted by slashes, where they are as many, and alike."""
    parts = re.split(r"\s?/\s?", text)
    read = [read_cell(part) for part in parts]
    alike = len({one.form for one in read if one}) == 1 and all(read)
    return parts if alike and len(parts) == many else []
