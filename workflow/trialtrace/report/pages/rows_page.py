"""The page of a variable: every derived row with its value and the raw cells that made it; and the
row sets behind the numbers of a trial: each set once, at an anchor of its variable's page.

A set is what a predicate selects of a derived data set. Sets of one endpoint, or of one variable
of the subjects, share a page, on which each row stands once and complete. Each set is an anchor
above the rows; a link to it leaves the rows of that set in sight.

Rows stand on their page as text, in half of the bytes of a table: cells between tabs, a ditto mark
for what stands above too, a section sign before a line of a raw table. The page's script makes the
table of them, with these lines as links (assets/rows.js).
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import filterfalse
from typing import TYPE_CHECKING

from trialtrace.report.links import file_name
from trialtrace.report.material import Material
from trialtrace.report.pages.cells import DITTO, Part, RawCells, cell_text
from trialtrace.report.pages.shell import report_page
from trialtrace.report.pages.trace_page import Trace
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.tables.frames import COMPLETE, LACKING, Predicate, Selection, canonical
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.raw_rows import columns_of_record, columns_read
from trialtrace.run.trial.ignored import is_wide
from trialtrace.run.trial.study.file import SOURCE_ROW

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

TREATMENT = ("TRT01P", "TRTP")
FLAG = "FL"
FOLDER, SCRIPT = "rows", "rows.js"
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


ROWS_SHOWN = 20_000
MOST_PARTS = 8
# Columns of a derived data set in words, in the order of a page.
WORDS = {
    "SUBJID": "subject",
    "TRT01P": "arm",
    "TRTP": "arm",
    "AVISIT": "visit",
    "LOC": "place",
    "LAT": "side",
    "TERM": "what occurred",
    "TSTART": "from",
    "TSTOP": "to",
    "AVALLO": "at least",
    "AVALHI": "at most",
    "AVAL": "value",
    "AVALC": "value in words",
    "AVALU": "unit",
    "CNSR": "censored",
    "EVNTDESC": "what happened",
    "BASE": "value at baseline",
    "CHG": "change",
}


@dataclass(frozen=True)
class RowsHead:
    """What is said of a variable above its rows: title, and lines of HTML by their label."""

    title: str
    lines: dict[str, list[str]]


def rows_page(
    material: Material, about: Variable, sets: Sequence[RowSet], told: RowsHead, cells: RawCells
) -> str:
    """The page; a very long table is cut, and says so."""
    table = material.tracer.frames.table(about.dataset)
    rows = _rows(sets)
    row = rows[:ROWS_SHOWN]
    columns = _columns(table, about, sets, row)
    if named := _lines_named(material, cells):
        columns["SUBJID"] = [named[subject] for subject in columns["SUBJID"]]
    read = {name for one in sets for name in columns_of_record(one.selection)}
    variables = {*about.columns, *_flags(table, about)} if about.dataset == SUBJECTS else read
    raw = material.tracer.raw.behind(about.dataset, row, variables)
    made = [cells.parts(each) for each in raw]
    parts = list(dict.fromkeys(part for each in made for part in each))
    if len(parts) > MOST_PARTS:
        parts = []
    body = "\n".join(_lines(columns, made, parts, cells))
    words = (WORDS.get(name) or f"<code>{escape(name)}</code>" for name in columns)
    head = "".join(f"<th>{word}</th>" for word in words)
    head += "".join(
        f'<th data-raw="{escape(raw)}">{escape(raw)}: line, {escape(", ".join(names))}</th>'
        for raw, names in parts
    )
    head += "" if parts else "<th>made from: line and columns of the raw file, as found</th>"
    lines = "".join(
        f"<dt>{label}</dt>\n" + "".join(f"<dd>{item}</dd>\n" for item in items)
        for label, items in told.lines.items()
    )
    cut = len(rows) - len(row)
    left = f" Only the first {len(row)} stand here: trialtrace trace --rows has all."
    more = left if cut else ""
    text = (
        f"<h1>{escape(told.title)}</h1>\n"
        f'<p class="subject">Each value with the raw cells that made it: {len(rows)} records'
        f"{_without_value(table, about, rows)}.{more}</p>\n<dl>\n{lines}</dl>\n"
        + "\n".join(_set(one, len(rows), row) for one in sets)
        + f'\n<p class="all" id="all"><a href="#all">All {len(rows)} records</a></p>\n'
        f'<div class="frame"><table>\n<thead><tr>{head}</tr></thead>\n</table>\n'
        f'<pre id="rows">\n{body}\n</pre></div>\n'
    )
    title = f"{told.title} – {material.trial.title}"
    here = f"Rows of {told.title}"
    return report_page(material.trial, here, text, title=title, up="../", script=SCRIPT)


def _lines_named(material: Material, cells: RawCells) -> dict[str, str]:
    """Subjects by line and by the row number of the export, where each is a line of it: a reader
    with the export has both, and they differ."""
    name = material.trial.subjects.table
    table = material.trial.tables[name]
    if table.subject != SOURCE_ROW:
        return {}
    ignored = material.trial.cleaning.tables[name].ignore
    return cells.numbered(table.of, filterfalse(is_wide, ignored))


def _rows(sets: Sequence[RowSet]) -> "np.ndarray":
    """The rows of all sets, in the order of the data set."""
    import numpy as np

    return np.unique(np.concatenate([one.selection.rows for one in sets]))


def _without_value(table: "pa.Table", about: Variable, rows: "np.ndarray") -> str:
    """How many of the rows have no value, where there are any: they are counted all the same,
    as missing, or as of an arm and a population."""
    own = ["AVAL"] if "AVAL" in table.column_names else [*about.columns]
    found = [table[name].combine_chunks().take(_positions(rows)) for name in own]
    empty = zip(*(each.is_null().to_pylist() for each in found), strict=True)
    n = sum(map(all, empty))
    return f", {n} of them without a value" if n else ""


def _flags(table: "pa.Table", about: Variable) -> list[str]:
    """Arm and populations, of the page that tells them."""
    if about != Variable(SUBJECTS):
        return []
    flags = [name for name in table.column_names if name.endswith(FLAG) and name != "SYNTHFL"]
    return ["TRT01P", *flags]


def _columns(
    table: "pa.Table", about: Variable, sets: Sequence[RowSet], rows: "np.ndarray"
) -> dict[str, list[str]]:
    """The columns of a page: who, when and where, the value, and what the sets are chosen by."""
    read = {name for one in sets for name in one.reads}
    own = [name for name in about.columns if name in table.column_names]
    chosen = [
        name
        for name in table.column_names
        if name in read
        and name not in (*WORDS, *own, "USUBJID", "PARAMCD", "ASEQ")
        and (not name.endswith(FLAG) or name == "ABLFL")
    ]
    usual = [n for n in WORDS if n not in ("BASE", "CHG") or n in read]
    if about.dataset == SUBJECTS:
        usual = ["SUBJID", "TRT01P"]
    names = [*usual, *own, *_flags(table, about), *chosen]
    if "TRTP" in table.column_names:
        names.remove("TRT01P")
    found = {}
    for name in dict.fromkeys(names):
        if name in table.column_names:
            values = table[name].combine_chunks().take(_positions(rows)).to_pylist()
            if any(value is not None for value in values):
                shown = {value: _text(value) for value in set(values)}
                found[name] = [shown[value] for value in values]
    if found.get("AVALC") == found.get("AVAL"):
        found.pop("AVALC", None)
    return found


def _positions(rows: "np.ndarray") -> "pa.Array":
    import pyarrow as pa

    return pa.array(rows)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.12g}".replace("-", "\N{MINUS SIGN}")
    return "" if value is None else cell_text(str(value))


def _lines(
    columns: dict[str, list[str]],
    numbers: list[dict[Part, list[int]]],
    parts: list[Part],
    cells: RawCells,
) -> Iterator[str]:
    """The rows; a column a part of the raw data, or all in one where there are too many parts."""
    above: list[str] = []
    for own, *values in zip(numbers, *columns.values(), strict=True):
        if parts:
            told = [
                cells.told(part, own[part], named=False) if part in own else "" for part in parts
            ]
        else:
            told = ["; ".join(cells.told(part, lines, named=True) for part, lines in own.items())]
        line = [*values, *told]
        pairs = zip(line, above or [""] * len(line), strict=True)
        yield "\t".join(DITTO if cell and cell == before else cell for cell, before in pairs)
        above = line


def _set(item: RowSet, whole: int, rows: "np.ndarray") -> str:
    """A set: how many rows, chosen how, by whom they are used; which of `rows`, unless all."""
    import numpy as np

    used = ", ".join(
        f'<a href="../trace/{name}">{escape(name.removesuffix(".html"))}</a>' for name in item.used
    )
    bits = np.packbits(np.isin(rows, item.selection.rows)).tobytes()
    which = base64.b64encode(bits).decode("ascii")
    members = "" if item.selection.n == whole else f' data-rows="{which}"'
    return (
        f'<p class="set" id="{item.anchor}"{members}><a href="#{item.anchor}">{item.selection.n} '
        f"records</a> where {escape(item.where)} <code>{item.digest[:16]}</code>; for numbers of "
        f"{used}</p>"
    )
