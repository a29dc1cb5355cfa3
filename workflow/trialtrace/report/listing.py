"""Rows of a contract for a terminal, a spreadsheet or a program, and where the text of a command
goes: to a file that is named, else to standard output."""

import csv
import io
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from trialtrace.base.terminal import plain_text

FORMATS = ("table", "json", "csv")


def listing(
    rows: Sequence[Mapping[str, object]], names: Sequence[str], texts: Sequence[str], form: str
) -> str:
    """All columns `names` as JSON or CSV, or the columns `texts` as an aligned table."""
    if form == "json":
        return json_text(rows)
    if form == "csv":
        return csv_text([names, *([row.get(name) for name in names] for row in rows)])
    return aligned([[plain_text(row[name]) for name in texts] for row in rows], texts) + "\n"


def headed(table: str, groups: Sequence[str]) -> str:
    """A table whose rows stand under the name of their group, where there are several groups."""
    header, *lines = table.splitlines()
    if len(set(groups)) < 2:
        return table
    told, last = [header], None
    for group, line in zip(groups, lines, strict=True):
        if group != last:
            told += ["", group]
        told.append(line)
        last = group
    return "\n".join(told) + "\n"


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def csv_text(lines: Iterable[Iterable[object]]) -> str:
    """Lines as CSV, for a spreadsheet too."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(safe, line) for line in lines)
    return text.getvalue()


def safe(value: object) -> object:
    """Text that a spreadsheet would run as a formula, made text again."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def aligned(rows: list[list[str]], header: Sequence[str]) -> str:
    """Columns of equal width, two spaces apart; the last one is not padded."""
    widths = [max(len(line[at]) for line in [*rows, header]) for at in range(len(header))]
    lines = [
        "  ".join(t.ljust(w) for t, w in zip(line, widths, strict=True)).rstrip()
        for line in [list(header), *rows]
    ]
    return "\n".join(lines)


def put(text: str, output: str | None) -> None:
    """To the file, else to standard output."""
    if output is None:
        print(text, end="")
        return
    from trialtrace.base.store import write_text

    write_text(Path(output), text)


def width(output: str | None) -> int:
    """Characters in a line: those of the terminal, or of a file."""
    from trialtrace.audit.verdicts.text import WIDTH

    return WIDTH if output else shutil.get_terminal_size((WIDTH, 24)).columns
