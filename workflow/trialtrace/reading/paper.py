"""A paper as it was read: passages of text and tables, each with its place."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Passage:
    """A paragraph, and where it stands ("abstract", "results, paragraph 3", "page 2")."""

    text: str
    place: str


@dataclass(frozen=True)
class Table:
    """A table as a grid in which every row has as many cells.

    `heads` is how many rows from the top its file calls heads. `name` is "table 2", by the
    paper's number where it has one.
    """

    name: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    heads: int = 0
    notes: str = ""
    page: int | None = None

    @property
    def place(self) -> str:
        return self.name if self.page is None else f"{self.name}, page {self.page}"


@dataclass(frozen=True)
class ReadPaper:
    """What a file holds. `remarks` tell what of it could not be read."""

    title: str
    passages: tuple[Passage, ...]
    tables: tuple[Table, ...]
    doi: str | None = None
    remarks: tuple[str, ...] = field(default=())
