"""The row sets behind the numbers of a trial: each set once, at an anchor of its variable's page.

A set is what a predicate selects of a derived data set. Sets of one endpoint, or of one variable
of the subjects, share a page, on which each row stands once and complete.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from trialtrace.report.links import file_name
from trialtrace.report.pages.trace_page import Trace
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.tables.frames import COMPLETE, LACKING, Predicate, Selection, canonical
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.raw_rows import columns_read

TREATMENT = ("TRT01P", "TRTP")
FLAG = "FL"
FOLDER = "rows"
# Who belongs to which arm and population.
SUBJECTS = "adsl"


@dataclass(frozen=True)
class RowSet:
    """A set of rows; `used` are the files of the pages of numbers that rest on it."""

    anchor: str
    where: str
    digest: str
    selection: Selection
    used: dict[str, None] = field(default_factory=dict)

    @cached_property
    def reads(self) -> list[str]:
        """The columns that its predicate reads."""
        return columns_read(self.selection.predicate)


@dataclass(frozen=True)
class Variable:
    """What a page of rows is about: an endpoint's code, or variables of the subjects."""

    dataset: str
    code: str = ""
    columns: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        name = ".".join([self.dataset, self.code.lower(), *map(str.lower, self.columns)])
        plain = self.code == self.code.upper() and all(
            column == column.upper() for column in self.columns
        )
        # A code in small letters is another one than the same in capitals.
        return file_name(name.replace("..", ".").strip(".") if plain else f"{name} {self.code}")


class RowSets:
    """Collects the sets while the pages of numbers are written. Full disclosure only."""

    def __init__(self, tracer: Tracer):
        self._frames = tracer.frames
        self.sets: dict[Variable, dict[str, RowSet]] = {}
        self._links: dict[tuple[str, str], tuple[RowSet, str]] = {}

    def link(self, member: Trace, page: str) -> str:
        """The way from a page of numbers to the rows of a member of a trace."""
        key = (member["dataset"], canonical(member["predicate"]))
        if key not in self._links:
            self._links[key] = self._new(member, *key)
        kept, link = self._links[key]
        kept.used[page] = None
        return f"../{FOLDER}/{link}"

    def _new(self, member: Trace, dataset: str, predicate: str) -> tuple[RowSet, str]:
        anchor = "r" + hashlib.sha256(f"{dataset} {predicate}".encode()).hexdigest()[:8]
        selection = self._frames.select(dataset, member["predicate"])
        made = RowSet(anchor, member["where"], member["sha256"], selection)
        about = variable_of(dataset, member["predicate"])
        self.sets.setdefault(about, {})[anchor] = made
        return made, f"{about.file}#{anchor}"


def variable_of(dataset: str, predicate: Predicate) -> Variable:
    """What a set is about: its endpoint; of subjects the variables by which they were chosen."""
    code = predicate.get("PARAMCD")
    if isinstance(code, dict) and isinstance(code.get("is"), str):
        return Variable(dataset, code["is"])
    if dataset != SUBJECTS:
        return Variable(dataset)
    read = columns_of({k: v for k, v in predicate.items() if k not in (COMPLETE, LACKING)})
    variable = [
        name for name in read if name not in (*TREATMENT, "USUBJID") and not name.endswith(FLAG)
    ]
    return Variable(dataset, columns=tuple(sorted(variable)))
