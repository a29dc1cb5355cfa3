"""A paper as it was read: passages of text and tables, each with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FIGURE = "figure"
"""The place of a passage that is a figure's legend begins with it."""


@dataclass(frozen=True)
class Passage:
    """A paragraph, and where it stands ("abstract", "results, paragraph 3", "page 2",
    "figure 2")."""

    text: str
    place: str


@dataclass(frozen=True)
class Table:
    """A table as a grid in which every row has as many cells.

    `heads` is how many rows from the top its file calls heads. `name` is "table 2", by the
    paper's number where it has one. `pages` are the first rows of the pages on which it goes on;
    `indents` tell by how many spaces each row's label is indented, where its file does; `merged`
    over how many rows a cell stands, by its row and column.
    """

    name: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    heads: int = 0
    notes: str = ""
    page: int | None = None
    pages: tuple[tuple[int, int], ...] = ()
    indents: tuple[int, ...] = ()
    merged: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return self.name if self.page is None else f"{self.name}, page {self.page}"

    def place_of(self, row: int, columns: Sequence[int]) -> str:
        """Where cells of a row stand in the paper; rows and columns are counted from 0 here."""
        page = next((page for begin, page in reversed(self.pages) if row >= begin), self.page)
        named = self.name if page is None else f"{self.name}, page {page}"
        numbers = ", ".join(str(at + 1) for at in columns)
        return f"{named}, row {row + 1}, column {numbers}"


@dataclass(frozen=True)
class ReadPaper:
    """What a file holds. `remarks` tell what of it could not be read."""

    title: str
    passages: tuple[Passage, ...]
    tables: tuple[Table, ...]
    doi: str | None = None
    remarks: tuple[str, ...] = field(default=())
