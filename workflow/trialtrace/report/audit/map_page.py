"""The page on which a person confirms a map: each table as printed, next to what is said of it.

It has forms and no script; `commands.review` serves it on this machine alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import get_args

from trialtrace.audit.locate.paper import CAPTION, LocatedPaper, Table
from trialtrace.audit.meaning.edit import CONFIRM, SAVE, TABLE
from trialtrace.audit.meaning.mapping import Kind, MapFile, MapTable, Meaning
from trialtrace.audit.meaning.statements import EMPTY, row_meanings
from trialtrace.report.pages.shell import page

END = "end"
STYLE = """
body {max-width: 110rem}
form.part {border-top: 2px solid var(--rule); margin-top: 1.5rem}
.beside {display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start}
.beside > div {flex: 1 1 30rem; max-width: 100%; min-width: 0; overflow-x: auto}
.beside td, .beside th {white-space: normal; max-width: 18rem; vertical-align: top}
.said {background: var(--tint)}
.left {background: var(--mark); color: var(--ink)}
.statements input {width: 9rem}
"""
KINDS = ("", *get_args(Kind))


def map_page(
    title: str,
    paper: LocatedPaper,
    said: MapFile,
    wrong: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
) -> str:
    """The page of a map: tables that are not confirmed first. `wrong` is what the paper refuses of
    the form that was sent last, and `typed` that form, whose fields keep what was typed."""
    open_ = [table for table in paper.tables if not _of(said, table).confirmed]
    done = [table for table in paper.tables if table not in open_]
    numbers = len(paper.numbers)
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f'<p class="wrong">{escape(text)}</p>' for text in wrong),
        f'<p class="subject">{numbers} numbers; {len(open_)} of {len(paper.tables)} tables are not '
        "confirmed.</p>",
        '<p class="prose quiet">Compare each table with what is said of it. Colour marks the '
        "columns and rows that are in the map. Groups, several for a comparison, are separated by "
        "commas. A column or row that you leave needs a reason.</p>",
        _groups(said),
        *(_form(paper, said, table, typed or {}) for table in (*open_, *done)),
        f'<form method="post"><button name="do" value="{END}">End</button></form>',
    ]
    return page(title, "\n".join(parts), stamp=None, style=STYLE, forms=True)


def _of(said: MapFile, table: Table) -> MapTable:
    return said.tables.get(table.id) or MapTable(
        confirmed=False, baseline=None, all=None, columns={}, rows={}, cells={}, leave=None
    )


def _groups(said: MapFile) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>“{escape(group.quote)}”</td>"
        f"<td>{escape(group.size or '')}</td></tr>"
        for name, group in said.groups.items()
    )
    return (
        "<h2>Groups</h2><table><tr><th>name</th><th>in the paper</th><th>patients</th></tr>"
        f"{rows}</table>"
    )


def _form(paper: LocatedPaper, said: MapFile, table: Table, typed: Mapping[str, str]) -> str:
    of = _of(said, table)
    own = typed if typed.get(TABLE) == table.id else {}
    state = "confirmed" if of.confirmed else "not confirmed"
    return (
        f'<form class="part" method="post" id="{table.id}">'
        f'<input type="hidden" name="{TABLE}" value="{table.id}">'
        f"<h2>{escape(table.name)} <small>({state})</small></h2><p>{escape(table.caption)}</p>"
        f'<div class="beside"><div>{_grid(table, of)}'
        f'<p class="quiet">{escape(table.notes)}</p></div>'
        f"<div>{_columns(paper, said, table, of, own)}{_rows(paper, table, of, own)}</div></div>"
        f'<p><button name="do" value="{CONFIRM}">Confirm this table</button> '
        f'<button name="do" value="{SAVE}">Save without confirming</button></p></form>'
    )


def _grid(table: Table, of: MapTable) -> str:
    rows = row_meanings(of)
    lines = []
    for row, cells in groupby(sorted(table.cells, key=lambda one: (one.row, one.column)), _row):
        made = []
        for cell in cells:
            tag = "th" if row < table.heads else "td"
            column = of.columns.get(f"c{cell.column + 1}")
            mark = ""
            if row >= table.heads and cell.column and cell.text:
                left = column is None or column.leave or (row in rows and rows[row].leave)
                mark = ' class="left"' if left or of.leave else ' class="said"'
            made.append(
                f'<{tag}{mark} colspan="{cell.columns}" rowspan="{cell.rows}">'
                f"{escape(cell.text)}</{tag}>"
            )
        lines.append(f"<tr>{''.join(made)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _row(cell: object) -> int:
    return int(getattr(cell, "row", 0))


def _columns(
    paper: LocatedPaper, said: MapFile, table: Table, of: MapTable, typed: Mapping[str, str]
) -> str:
    lines = []
    for at in range(1, table.width):
        name = f"c{at + 1}"
        meaning = of.columns.get(name, EMPTY)
        heads = " / ".join(cell.text for cell in table.over(at))
        whose = typed.get(f"{name}.whose", ", ".join(meaning.compare or ())) or (
            meaning.group or ""
        )
        kind = typed.get(f"{name}.kind", meaning.kind or "")
        leave = typed.get(f"{name}.leave", meaning.leave or "")
        visit = typed.get(f"{name}.visit", meaning.visit.at if meaning.visit else "")
        lines.append(
            f"<tr><td>{name}</td><td>{escape(heads)}</td>"
            f"<td>{_text(f'{name}.whose', whose)}</td>"
            f"<td>{_select(f'{name}.kind', KINDS, kind)}</td>"
            f"<td>{_visits(paper, table, name, visit)}</td>"
            f"<td>{_text(f'{name}.size', typed.get(f'{name}.size', meaning.size or ''))}</td>"
            f"<td>{_text(f'{name}.leave', leave)}</td></tr>"
        )
    return (
        '<table class="statements"><tr><th>column</th><th>heads</th><th>groups</th><th>kind</th>'
        f"<th>visit</th><th>patients</th><th>left, why</th></tr>{''.join(lines)}</table>"
    )


def _visits(paper: LocatedPaper, table: Table, name: str, chosen: str) -> str:
    heads = [
        f"{table.id}.{cell.id}"
        for cell in table.cells
        if cell.row < table.heads and cell.column and cell.text
    ]
    every = ["", *heads, f"{table.id}.{CAPTION}"]
    options = "".join(
        f'<option value="{one}"{" selected" if one == chosen else ""}>'
        f"{escape(paper.texts.get(one, '')[:30])}</option>"
        for one in (every if chosen in every else [*every, chosen])
    )
    return f'<select name="{name}.visit">{options}</select>'


def _rows(paper: LocatedPaper, table: Table, of: MapTable, typed: Mapping[str, str]) -> str:
    meanings = row_meanings(of)
    lines = []
    for row, meaning in _shown(table, meanings):
        name = f"r{row + 1}"
        kind = typed.get(f"{name}.kind", meaning.kind or "")
        leave = typed.get(f"{name}.leave", meaning.leave or "")
        outcome = " – ".join(paper.texts.get(one, "") for one in meaning.outcome or ())
        label = outcome or table.text(row, 0)
        lines.append(
            f"<tr><td>{name}</td><td>{escape(label)}</td>"
            f"<td>{_select(f'{name}.kind', KINDS, kind)}</td>"
            f"<td>{escape(meaning.says.quote if meaning.says else '')}</td>"
            f"<td>{_text(f'{name}.leave', leave)}</td></tr>"
        )
    return (
        '<table class="statements"><tr><th>row</th><th>outcome</th><th>kind</th><th>says so</th>'
        f"<th>left, why</th></tr>{''.join(lines)}</table>"
    )


def _shown(table: Table, meanings: Mapping[int, Meaning]) -> Iterator[tuple[int, Meaning]]:
    for row in range(table.heads, table.height):
        if any(table.text(row, at) for at in range(1, table.width)):
            yield row, meanings.get(row, EMPTY)


def _text(name: str, value: str) -> str:
    return f'<input type="text" name="{name}" aria-label="{name}" value="{escape(value)}">'


def _select(name: str, options: Sequence[str], chosen: str) -> str:
    made = "".join(
        f"<option{' selected' if one == chosen else ''}>{escape(one)}</option>" for one in options
    )
    return f'<select name="{name}" aria-label="{name}">{made}</select>'
