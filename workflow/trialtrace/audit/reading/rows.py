"""The rows of a table: sections, labels, and what their words say of the numbers beside them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from trialtrace.audit.reading.heading_words import Said, said
from trialtrace.audit.reading.heads import ARM, LABEL, Column, is_head


@dataclass(frozen=True)
class Row:
    """A row of numbers. `path` are its labels from the section down, without words of kinds."""

    at: int
    cells: tuple[str, ...]
    path: tuple[str, ...]
    kind: str | None
    size: int | None
    visit: str | None
    change: bool
    label: str
    measure: str | None = None
    heads: tuple[str, ...] | None = None
    opens: bool = False

    @property
    def section(self) -> str | None:
        return " – ".join(self.path[:-1]) or None


def rows(
    grid: Sequence[Sequence[str]],
    heads: int,
    every: Sequence[Column],
    other: Collection[str] = (),
) -> list[Row]:
    """The rows below the heads. `heads` of a row are the head cells in the midst of the table that
    stand above it; `opens` says that it is a section's own row, with a p perhaps. `other` are
    abbreviations of measures that are short for something else here."""
    labels = [one for one in every if one.role == LABEL]
    first = len(labels)
    arms = [one.at for one in every if one.role == ARM]
    # A table of estimates alone, as of a model, has its numbers in the columns that it has.
    arms = arms or [one.at for one in every if one.role != LABEL]
    made: list[Row] = []
    section: list[Said] = []
    carried, before_was_section = "", False
    over: tuple[str, ...] | None = None
    for at in range(heads, len(grid)):
        cells = tuple(grid[at])
        if not any(cells):
            continue
        if is_head(cells, first) and sum(map(bool, cells[first:])) > 1:
            over = cells
            continue
        texts = [cells[column.at] for column in labels]
        opens = not any(cells[column] for column in arms) and any(texts)
        if opens and first > 1 and not texts[0] and carried:
            opens = False
        if opens:
            own = said(" – ".join(text for text in texts if text), other)
            section = [*section[-1:], own] if before_was_section else [own]
            carried, before_was_section = "", True
            if any(cells[first:]):
                made.append(_row(at, cells, section, [], labels, over, other, opens=True))
            continue
        before_was_section = False
        if first > 1:
            carried = texts[0] or carried
            texts[0] = carried
        made.append(_row(at, cells, section, texts, labels, over, other))
    return made


def _row(
    at: int,
    cells: tuple[str, ...],
    section: Sequence[Said],
    texts: Sequence[str],
    labels: Sequence[Column],
    over: tuple[str, ...] | None,
    other: Collection[str],
    opens: bool = False,
) -> Row:
    row = []
    for text, column in zip(texts, labels, strict=False):
        if text and column.visit and re.fullmatch(r"[0-9.–-]+", text):
            row.append(Said("", None, visit=f"{column.visit} {text}"))
        elif text:
            row.append(said(text, other))
    every = [*section, *row]
    path = tuple(one.rest for one in every if one.rest)
    return Row(
        at,
        cells,
        path,
        _last([one.kind for one in every]),
        next((one.size for one in reversed(row) if one.size), None),
        _last([one.visit for one in every]),
        any(one.change for one in every),
        ", ".join([*path, *[one.visit for one in every if one.visit]]) or f"row {at + 1}",
        _last([one.measure for one in every]),
        over,
        opens,
    )


def _last(texts: Sequence[str | None]) -> str | None:
    return next((one for one in reversed(texts) if one), None)
