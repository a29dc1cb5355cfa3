"""What a map says of each cell of a table: its row's word before its column's, and the table's."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from trialtrace.audit.locate.cells import Cell as ReadCell
from trialtrace.audit.locate.characters import decimal_commas
from trialtrace.audit.locate.paper import Cell, LocatedPaper, Table
from trialtrace.audit.meaning.kinds import JOINED, cell_of
from trialtrace.audit.meaning.mapping import MapTable, Meaning, column_of, rows_of

EMPTY = Meaning(**{each.name: None for each in fields(Meaning)})


@dataclass(frozen=True)
class Statement:
    """A cell with what the map says of it; `form` is None where its form is not known."""

    table: Table
    cell: Cell
    meaning: Meaning
    form: ReadCell | None

    @property
    def id(self) -> str:
        return f"{self.table.id}.{self.cell.id}"

    @property
    def place(self) -> str:
        return f"{self.table.name}, row {self.cell.row + 1}, column {self.cell.column + 1}"

    @property
    def joined(self) -> bool:
        """Whether it is part of a number in another cell."""
        return self.meaning.joins is not None and self.meaning.kind in JOINED


def with_commas(paper: LocatedPaper) -> bool:
    """Whether the decimals of a paper stand behind commas."""
    return decimal_commas(
        [cell.text for table in paper.tables for cell in table.cells]
        + [one.text for one in paper.sentences]
    )


def row_meanings(table: MapTable) -> dict[int, Meaning]:
    """What is said of each row, by its number from 0."""
    return {row: meaning for ids, meaning in table.rows.items() for row in rows_of(ids)}


def statements(table: Table, said: MapTable, commas: bool) -> Iterator[Statement]:
    """Every cell of the body that holds digits or "n.s.", with what is said of it; cells in the
    column of the labels are none of these unless a column's word names them."""
    columns = {column_of(name): meaning for name, meaning in said.columns.items()}
    rows = row_meanings(said)
    for cell in table.cells:
        if cell.row < table.heads or not cell.text:
            continue
        form = cell_of(cell.text, commas)
        if form is None and not any(sign.isdigit() for sign in cell.text):
            continue
        if cell.column == 0 and 0 not in columns:
            continue
        of = merged(said.all, columns.get(cell.column), rows.get(cell.row), said.cells.get(cell.id))
        yield Statement(table, cell, of, form)


def merged(
    table: Meaning | None, column: Meaning | None, row: Meaning | None, cell: Meaning | None = None
) -> Meaning:
    """One meaning: of each key the last that is said, of kinds a column's before a row's.

    A row that is part of the row before it has its own kind, in all columns but those of P.
    """
    made = EMPTY
    for part in (table, column, row):
        made = _with(made, part)
    stated = column is not None and column.kind is not None
    if column and stated and (row is None or row.joins is None or column.kind == "p"):
        made = replace(made, kind=column.kind, says=column.says, joins=column.joins)
    return _with(made, cell)


def _with(made: Meaning, part: Meaning | None) -> Meaning:
    if part is None:
        return made
    names = (each.name for each in fields(Meaning))
    own = {name: value for name in names if (value := getattr(part, name)) is not None}
    return replace(made, **own)


def outcome_ids(statement: Statement) -> tuple[str, ...]:
    """The texts that name what a number measures: as said, else the label of its row."""
    if statement.meaning.outcome:
        return statement.meaning.outcome
    label = statement.table.at(statement.cell.row, 0)
    return (f"{statement.table.id}.{label.id}",) if label is not None and label.text else ()
