"""In the script of a whole trial, numbers of the same rows share what is computed before them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trialtrace.report.rcode.call import assigned, statements


@dataclass(frozen=True)
class Parts:
    """The `rows` of a number, the `lines` from them to its value, the last of which is its own,
    and those that print it."""

    rows: list[str]
    lines: list[str]
    printed: list[str]


class Shared:
    """The blocks of a script, each of the rows of its numbers and of the numbers one by one."""

    def __init__(self) -> None:
        self._rows: list[str] | None = None
        self._done: set[str] = set()
        self._names: set[str] = set()

    def add(self, heading: list[str], parts: Parts) -> Iterator[str]:
        """A number, with what the block does not have yet."""
        rows, lines, printed = parts.rows, parts.lines, parts.printed
        *own, value = statements("\n".join(lines))
        more = [one for one in own if "\n".join(one) not in self._done]
        names = {assigned(one) for one in more}
        if rows != self._rows or None in names or names & self._names:
            yield from self.close()
            yield from ("", "try(local({", *_indented(rows, 2))
            self._rows, more, names = rows, own, {assigned(one) for one in own}
        self._done |= {"\n".join(one) for one in more}
        self._names |= {name for name in names if name is not None}
        kept = [line for one in (*more, value) for line in one]
        yield from ("", *_indented(heading, 2), "  try({", *_indented([*kept, *printed], 4), "  })")

    def close(self) -> Iterator[str]:
        """The end of a block, if one is open."""
        if self._rows is not None:
            yield "}))"
        self._rows = None
        self._done.clear()
        self._names.clear()


def _indented(lines: Iterable[str], by: int) -> Iterator[str]:
    return (f"{' ' * by}{line}" if line else "" for line in lines)
