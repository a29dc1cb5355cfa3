"""Changes of a map that a form names: of columns groups, kinds, visits, patients; of rows kinds."""

from collections.abc import Mapping
from dataclasses import replace

from trialtrace.audit.locate.paper import CAPTION, LocatedPaper, Table
from trialtrace.audit.meaning.kinds import stated
from trialtrace.audit.meaning.mapping import MapFile, MapTable, Meaning, Said, kind_of
from trialtrace.audit.meaning.statements import EMPTY
from trialtrace.base.errors import Problem, UserError

TABLE, CONFIRM, SAVE = "table", "confirm", "save"
"""The field that names the table, and the two buttons."""


def changed(paper: LocatedPaper, said: MapFile, form: Mapping[str, str]) -> MapFile:
    """The map with one table as the form has it, confirmed where its button says so.

    Raises UserError for a form of no table of the paper.
    """
    table = paper.table(form.get(TABLE, ""))
    if table is None:
        raise UserError(
            Problem("the form", found=repr(form.get(TABLE)), expected="a table of the paper")
        )
    of = said.tables.get(table.id) or MapTable(
        confirmed=False, baseline=None, all=None, columns={}, rows={}, cells={}, leave=None
    )
    columns = {
        f"c{at + 1}": _column(paper, table, at, of.columns.get(f"c{at + 1}"), form)
        for at in range(1, table.width)
    }
    rows = dict(of.rows)
    for row in range(table.heads, table.height):
        name = f"r{row + 1}"
        if f"{name}.kind" in form or f"{name}.leave" in form:
            made = _row(paper, table, row, of.rows.get(name, EMPTY), form)
            rows = {key: one for key, one in rows.items() if key != name}
            if made != EMPTY:
                rows[name] = made
    confirmed = form.get("do") == CONFIRM
    made_table = replace(of, columns=columns, rows=rows, confirmed=confirmed, leave=None)
    return replace(said, proposer=said.proposer, tables={**said.tables, table.id: made_table})


def _column(
    paper: LocatedPaper, table: Table, at: int, before: Meaning | None, form: Mapping[str, str]
) -> Meaning:
    name, made = f"c{at + 1}", before or EMPTY
    if f"{name}.whose" not in form:
        return made
    names = tuple(filter(None, (one.strip() for one in form[f"{name}.whose"].split(","))))
    kind = kind_of(form.get(f"{name}.kind"))
    visit = form.get(f"{name}.visit", "")
    leave = form.get(f"{name}.leave", "").strip() or None
    said = None
    if visit:
        kept = made.visit if made.visit and made.visit.at == visit else None
        said = kept or Said(at=visit, quote=paper.texts.get(visit, "").strip() or "?")
    says = made.says if kind == made.kind else _words(paper, table, kind, name)
    return replace(
        made,
        group=names[0] if len(names) == 1 else None,
        compare=names if len(names) > 1 else None,
        kind=kind,
        says=says,
        visit=said,
        size=form.get(f"{name}.size", "").strip() or None,
        leave=leave,
    )


def _row(
    paper: LocatedPaper, table: Table, row: int, before: Meaning, form: Mapping[str, str]
) -> Meaning:
    name = f"r{row + 1}"
    kind = kind_of(form.get(f"{name}.kind"))
    leave = form.get(f"{name}.leave", "").strip() or None
    if kind == before.kind and leave == before.leave:
        return before
    return replace(before, kind=kind, says=_words(paper, table, kind, name), leave=leave)


def _words(paper: LocatedPaper, table: Table, kind: str | None, line: str) -> Said | None:
    """Where the paper says a kind that a person chose: in the line's own cells, the caption or the
    notes."""
    own = [
        f"{table.id}.{cell.id}"
        for cell in table.cells
        if line in cell.id.split(".") and (cell.row < table.heads or cell.column == 0)
    ]
    for at in (*own, f"{table.id}.{CAPTION}", f"{table.id}.notes"):
        for name, words in stated(paper.texts.get(at, "")):
            if name == kind:
                return Said(at=at, quote=words)
    return None
