"""Two states of a configuration: each key whose value is another in the second, with its lines."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialtrace.base.config.compose import Path_, compose_text


@dataclass(frozen=True)
class KeyChange:
    """A key of a file: its old and new value, None where it is not there, and their lines."""

    file: str
    path: Path_
    old: str | None
    new: str | None
    line_old: int | None
    line_new: int | None

    @property
    def place(self) -> str:
        """ "plan.yaml:14 analyses.pain.endpoint": the line of the new file where there is one."""
        line = self.line_new or self.line_old
        where = ".".join(str(part) for part in self.path)
        return f"{self.file}:{line} {where}" if line else f"{self.file} {where}".strip()


def configuration_changes(
    old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> Iterator[KeyChange]:
    """Changes of every file that either run read, by file and in the order of the new file."""
    for file in sorted({*old, *new}):
        if old.get(file) == new.get(file):
            continue
        before, after = (_values(file, one.get(file)) for one in (old, new))
        for path in [*after, *(path for path in before if path not in after)]:
            value_old, line_old = before.get(path, (None, None))
            value_new, line_new = after.get(path, (None, None))
            if value_old != value_new:
                yield KeyChange(file, path, value_old, value_new, line_old, line_new)


def _values(file: str, content: bytes | None) -> dict[Path_, tuple[str, int]]:
    """Path -> value and line of every leaf of a YAML file, or of every row of a CSV."""
    if content is None:
        return {}
    text = content.decode("utf-8", "backslashreplace")
    if file.endswith(".csv"):
        return _of_rows(text)
    document = compose_text(file, text)
    return {
        path: (repr(value), _line(document.lines, path))
        for path, value in _leaves(document.data, ())
    }


def _leaves(value: object, path: Path_) -> Iterator[tuple[Path_, object]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list) and value and any(isinstance(one, dict | list) for one in value):
        for at, inner in enumerate(value):
            yield from _leaves(inner, (*path, at))
    elif path:
        # A file that is empty has no key.
        yield path, value


def _line(lines: Mapping[Path_, int], path: Path_) -> int:
    """The line of a path, or of the nearest one around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _of_rows(text: str) -> dict[Path_, tuple[str, int]]:
    """A row by its first cells, as many as make it unique: table and variable of a dictionary."""
    rows = list(csv.reader(io.StringIO(text)))
    width = max((len(row) for row in rows), default=1)
    count = next(
        (n for n in range(1, width) if len({tuple(r[:n]) for r in rows}) == len(rows)), width
    )
    return {tuple(row[:count]): (repr(row), at) for at, row in enumerate(rows, 1)}
