"""Rows that hold pieces of the row above them: its intervals, deviations or ranges."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.cells import is_number
from trialtrace.audit.reading.heading_words import said
from trialtrace.audit.reading.paper import Table

Cells = Sequence[str]
_BRACKETED = re.compile(r"[(\[].*[0-9].*[)\]]")
_LIMITS = re.compile(r"[(\[]\s*[-−–+]?\.?[0-9].*[0-9]\s*[)\]]")
# What a row of a spread alone stands below.
_ABOVE = {
    "sd": ("mean",),
    "se": ("mean", "mean_sd"),
    "iqr": ("median",),
    "ci": ("mean", "mean_sd", "median", "percent", "effect"),
    "range": ("mean", "median", "mean_sd", "median_iqr"),
}
_TITLES = {"sd": "SD", "se": "SE", "iqr": "IQR", "ci": "95% CI", "range": "range"}


def joined(table: Table, heads: int, first: int) -> tuple[Table, dict[int, tuple[int, ...]]]:
    """The table with such rows in the cells above them, and which rows went into which; a row that
    did is empty. `first` is the first column of numbers."""
    rows = [list(row) for row in table.rows]
    under: dict[int, tuple[int, ...]] = {}
    last: int | None = None
    for at in range(heads, len(rows)):
        row = rows[at]
        if not any(row):
            continue
        title = None if last is None else _piece(rows[last], row, first)
        if last is None or title is None:
            last = at if any(map(is_number, row[first:])) else None
            continue
        for column in range(first, len(row)):
            if text := row[column]:
                inner = text if _BRACKETED.fullmatch(text) else f"({text})"
                rows[last][column] = f"{rows[last][column]} {inner}"
        place = next((n for n in range(first - 1, -1, -1) if rows[last][n]), None)
        if title and place is not None:
            rows[last][place] = _titled(rows[last][place], title)
        rows[at] = [""] * len(row)
        under[last] = (*under.get(last, ()), at)
    return replace(table, rows=tuple(map(tuple, rows))), under


def _titled(label: str, title: str) -> str:
    """A label with what further rows hold: "Mean" and "SD" as "Mean (SD)"."""
    if title.startswith("– "):
        return f"{label} {title}"
    return f"{label}, {title}" if re.search(r"[±)]", label) else f"{label} ({title})"


def _piece(above: Cells, row: Cells, first: int) -> str | None:
    """What a row holds of the one above it, "" where it is not told; None for a row of its own."""
    pairs = [(above[at], row[at]) for at in range(first, len(row)) if row[at]]
    if not pairs or not all(is_number(over) for over, _ in pairs):
        return None
    labels = [text for text in row[:first] if text]
    if not labels:
        alone = all(_BRACKETED.fullmatch(text) for _, text in pairs)
        bare = not any(re.search(r"[(\[]", over) for over, _ in pairs)
        return "" if alone and bare else None
    own, over = said(labels[-1]), said(next((text for text in reversed(above[:first]) if text), ""))
    same = len(labels) == 1 or labels[:-1] == [text for text in above[: first - 1] if text]
    bare = not any(re.search(r"[(\[]", over) for over, _ in pairs)
    if bare and own.kind is None and all(_LIMITS.fullmatch(text) for _, text in pairs):
        # The second line of a label, beside intervals.
        return f"– {labels[-1]}"
    if own.rest or own.kind not in _ABOVE or not same:
        return None
    if over.kind not in _ABOVE[own.kind]:
        limits = own.kind == "ci" and all(_LIMITS.fullmatch(text) for _, text in pairs)
        return _TITLES["ci"] if limits and over.kind is None else None
    return _TITLES[own.kind]
