"""A paper as it was located: tables as grids, sentences, and each number with its place.

Ids name the place: `t2.r3.c2` is the cell of table 2 in row 3, column 2 (both counted from 1,
heads included), `t2.caption` and `t2.notes` its caption and notes, `s14` a sentence, and
`t2.r3.c2.n1` the first number in that cell.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

CAPTION, NOTES = "caption", "notes"


@dataclass(frozen=True)
class Passage:
    """A paragraph, and where it stands ("abstract", "results, paragraph 3", "page 2")."""

    text: str
    place: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table; `row` and `column` of its upper left corner are counted from 0.

    `indent` is by how many spaces its first word is indented, where its file says so.
    """

    row: int
    column: int
    text: str
    columns: int = 1
    rows: int = 1
    indent: int = 0

    @property
    def id(self) -> str:
        return f"r{self.row + 1}.c{self.column + 1}"


@dataclass(frozen=True)
class Table:
    """A table as a grid of `height` rows and `width` columns; its first `heads` rows are heads.

    `name` is "table 2", by the paper's number where it has one; `id` is "t2" by its position.
    """

    name: str
    caption: str
    cells: tuple[Cell, ...]
    heads: int = 0
    notes: str = ""
    id: str = ""

    @cached_property
    def width(self) -> int:
        return max((cell.column + cell.columns for cell in self.cells), default=0)

    @cached_property
    def height(self) -> int:
        return max((cell.row + cell.rows for cell in self.cells), default=0)

    @cached_property
    def _covering(self) -> dict[tuple[int, int], Cell]:
        return {
            (row, column): cell
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        }

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers a place of the grid."""
        return self._covering.get((row, column))

    def text(self, row: int, column: int) -> str:
        """The text of the cell that covers a place, "" where there is none."""
        cell = self.at(row, column)
        return "" if cell is None else cell.text

    def own(self, row: int, column: int) -> Cell | None:
        """The cell whose upper left corner lies here."""
        cell = self.at(row, column)
        return cell if cell and (cell.row, cell.column) == (row, column) else None

    def over(self, column: int) -> list[Cell]:
        """The cells of the heads over a column, from the top, each once."""
        cells = (self.at(row, column) for row in range(self.heads))
        return list(dict.fromkeys(cell for cell in cells if cell is not None and cell.text))

    def texts(self) -> Iterator[tuple[str, str]]:
        """(id, text) of caption, cells and notes."""
        yield f"{self.id}.{CAPTION}", self.caption
        for cell in self.cells:
            yield f"{self.id}.{cell.id}", cell.text
        yield f"{self.id}.{NOTES}", self.notes


@dataclass(frozen=True)
class Sentence:
    """A sentence; `place` names section, paragraph and sentence."""

    id: str
    text: str
    place: str


@dataclass(frozen=True)
class Number:
    """A number as printed; `within` is the id of the text it stands in, from `start` on."""

    id: str
    text: str
    within: str
    start: int


@dataclass(frozen=True)
class Excluded:
    """Text with digits that is no part of tables or sentences, and why."""

    why: str
    text: str


@dataclass(frozen=True)
class ReadPaper:
    """What a file holds, before numbers are located."""

    title: str
    passages: tuple[Passage, ...]
    tables: tuple[Table, ...]
    doi: str | None = None
    remarks: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    typed: bool = False


@dataclass(frozen=True)
class LocatedPaper:
    """A paper with every number in `numbers`, or in a text of `excluded`.

    `remarks` say what of the file could not be read; `typed` that a person typed the tables.
    """

    file: str
    sha256: str
    title: str
    doi: str | None
    tables: tuple[Table, ...]
    sentences: tuple[Sentence, ...]
    numbers: tuple[Number, ...]
    excluded: tuple[Excluded, ...]
    remarks: tuple[str, ...] = ()
    typed: bool = False

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Every located text by its id."""
        every = {key: text for table in self.tables for key, text in table.texts()}
        return every | {one.id: one.text for one in self.sentences}

    @cached_property
    def by_id(self) -> Mapping[str, Number]:
        return {number.id: number for number in self.numbers}

    @cached_property
    def within(self) -> Mapping[str, tuple[Number, ...]]:
        """The numbers of each text, in order."""
        found: dict[str, tuple[Number, ...]] = {}
        for number in self.numbers:
            found[number.within] = (*found.get(number.within, ()), number)
        return found

    def table(self, name: str) -> Table | None:
        """The table of an id."""
        return next((table for table in self.tables if table.id == name), None)

    def as_json(self) -> dict[str, object]:
        """The paper as plain data, for a file or another program."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "title": self.title,
            "doi": self.doi,
            "tables": [
                {
                    "id": table.id,
                    "name": table.name,
                    "caption": table.caption,
                    "notes": table.notes,
                    "head_rows": table.heads,
                    "rows": table.height,
                    "columns": table.width,
                    "cells": [
                        {"id": f"{table.id}.{cell.id}", "text": cell.text}
                        | ({"columns": cell.columns} if cell.columns > 1 else {})
                        | ({"rows": cell.rows} if cell.rows > 1 else {})
                        for cell in table.cells
                        if cell.text
                    ],
                }
                for table in self.tables
            ],
            "sentences": [
                {"id": one.id, "place": one.place, "text": one.text} for one in self.sentences
            ],
            "numbers": [
                {"id": one.id, "text": one.text, "in": one.within, "start": one.start}
                for one in self.numbers
            ],
            "excluded": [{"why": one.why, "text": one.text} for one in self.excluded],
            "remarks": list(self.remarks),
        }
