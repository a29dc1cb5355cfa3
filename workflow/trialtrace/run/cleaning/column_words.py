"""How messages speak of the columns of a raw table.

Where a file has no header its first row stands in its place, and where it is read in another
encoding the whole file may: then what looks like a name is a patient's cell. So of a trial's own
files only names that the configuration knows are told; others by their place.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.run.cleaning.summary import run_text

LONGEST = 40


@dataclass(frozen=True)
class ToldColumns:
    """The columns of a raw table in their order; `known` are those that the configuration names.

    `by_name` says whether names that it does not know may be told.
    """

    there: list[str]
    known: frozenset[str]
    by_name: bool

    @property
    def strange(self) -> list[str]:
        return [name for name in self.there if name not in self.known]

    def one(self, name: str) -> str:
        """A column: "column weight", or "column 28 of 60 (AB)"."""
        if self.by_name or name in self.known:
            return f"column {name[:LONGEST]}"
        position = self.there.index(name) + 1
        return f"column {position} of {len(self.there)} ({letters(position)})"

    def several(self, names: list[str]) -> str:
        """Columns in a list: all their names, or their places; empty where there are none."""
        if self.by_name or not names:
            return ", ".join(name[:LONGEST] for name in names)
        places = {name: position for position, name in enumerate(self.there, start=1)}
        return f"columns {run_text(places[name] for name in names)} of {len(self.there)}"

    def all(self) -> str:
        """What there is, for an `expected` line."""
        if self.by_name:
            return f"one of its columns: {one_of(name[:LONGEST] for name in self.there)}"
        known = [name for name in self.there if name in self.known]
        others = f"; {len(self.strange)} that nobody declared" if self.strange else ""
        return f"one of its {len(self.there)} columns: {one_of(known)}{others}"

    def near(self, name: str) -> str | None:
        """A question after the column that a name may mean, or None where none is near."""
        found = self.like(name)
        if self.by_name:
            return did_you_mean(name, [found] if found else self.there)
        return f"did you mean {self.one(found)}? Its name is much like this" if found else None

    def like(self, name: str) -> str | None:
        """The column that nobody declared whose name is like this one; None where none is."""
        return next((one for one in self.strange if did_you_mean(name, [one])), None)


def told_columns(
    there: list[str], known: Iterable[str], kind: str, names: bool = False
) -> ToldColumns:
    """For a raw table of a source of this kind: files are a trial's own, whose names are told where
    the reader has asked for `names`."""
    return ToldColumns(there, frozenset(known), names or kind != "files")


def letters(position: int) -> str:
    """The letters over a column of a spreadsheet: 1 is A, 28 is AB."""
    text = ""
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
