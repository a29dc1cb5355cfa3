"""Kinds that one table states of numbers that another one repeats."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from trialtrace.audit.locate.cells import Cell as Form
from trialtrace.audit.locate.paper import LocatedPaper, Table
from trialtrace.audit.meaning.head_words import is_time
from trialtrace.audit.meaning.kinds import cell_of, fits
from trialtrace.audit.meaning.mapping import MapFile, MapTable, Meaning, Said, kind_of
from trialtrace.audit.meaning.row_rules import NO_KIND
from trialtrace.audit.meaning.statements import row_meanings, statements, with_commas

FEWEST = 2
"""So many groups have to have the same pair of numbers in both tables."""


def with_twins(paper: LocatedPaper, said: MapFile) -> MapFile:
    """The map with rows of no stated kind that repeat a row of another table, in all groups and up
    to rounding; rows of their section that nothing states follow them."""
    known = _known(paper, said)
    tables = dict(said.tables)
    for table in paper.tables:
        if not (of := said.tables.get(table.id)) or of.leave:
            continue
        rows = dict(of.rows)
        found: tuple[str, Said] | None = None
        for row, meaning in row_meanings(of).items():
            if meaning.leave != NO_KIND:
                continue
            pairs = _pairs(paper, table, of, row)
            found = _twin(pairs, known) or found
            if found and pairs and all(fits(found[0], form) for form in pairs.values()):
                named = _outcome(table, row, replace(meaning, leave=None))
                rows[f"r{row + 1}"] = replace(named, kind=kind_of(found[0]), says=found[1])
        tables[table.id] = replace(of, rows=rows)
    return replace(said, tables=tables)


def _known(paper: LocatedPaper, said: MapFile) -> dict[str, list[tuple[Form, str, Said]]]:
    """By group, the pairs of numbers whose kind is stated, with the words."""
    known: dict[str, list[tuple[Form, str, Said]]] = {}
    for table in paper.tables:
        of = said.tables.get(table.id)
        for one in statements(table, of, with_commas(paper)) if of and not of.leave else ():
            meaning = one.meaning
            if (
                meaning.kind in ("mean_sd", "mean_se")
                and meaning.group
                and meaning.says
                and one.form
            ):
                known.setdefault(meaning.group, []).append((one.form, meaning.kind, meaning.says))
    return known


def _pairs(paper: LocatedPaper, table: Table, of: MapTable, row: int) -> dict[str, Form]:
    found = {}
    for name, column in of.columns.items():
        cell = table.own(row, int(name[1:]) - 1)
        form = cell_of(cell.text, with_commas(paper)) if cell is not None else None
        if column.group and form is not None and form.form in ("pair", "plus_minus"):
            found[column.group] = form
    return found


def _twin(
    pairs: dict[str, Form], known: dict[str, list[tuple[Form, str, Said]]]
) -> tuple[str, Said] | None:
    matches = [
        next(
            ((kind, says) for other, kind, says in known.get(group, ()) if _same(form, other)), None
        )
        for group, form in pairs.items()
    ]
    if (
        len(matches) < FEWEST
        or None in matches
        or len({match[0] for match in matches if match}) > 1
    ):
        return None
    return matches[0]


def _same(one: Form, other: Form) -> bool:
    return all(_rounds(one.parts[name], other.parts[name]) for name in ("a", "b"))


def _rounds(one: str, other: str) -> bool:
    """Whether two printed numbers are equal at the digits of the coarser."""
    try:
        first, second = Decimal(one.replace(",", "")), Decimal(other.replace(",", ""))
    except InvalidOperation:
        return False
    unit = max(Decimal(1).scaleb(int(value.as_tuple().exponent)) for value in (first, second))
    return abs(first - second) <= unit / 2


def _outcome(table: Table, row: int, made: Meaning) -> Meaning:
    """The section above a row that is a time, with its label as the visit."""
    label = table.at(row, 0)
    if label is None or not is_time(label.text):
        return made
    above = (table.at(one, 0) for one in range(row - 1, table.heads - 1, -1))
    section = next((cell for cell in above if cell and cell.text and not is_time(cell.text)), None)
    if section is None:
        return made
    visit = Said(at=f"{table.id}.{label.id}", quote=label.text.strip())
    return replace(made, outcome=(f"{table.id}.{section.id}",), visit=visit)
