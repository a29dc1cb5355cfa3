"""The conservation laws: nothing that came in is lost on the way, counted in every run.

    rows in  = rows out + rows rejected
    cells in = accepted + missing + rejected        for each column

Cells of a rejected row count as rejected, whatever they hold. Each side is counted from another
place: what is accepted from the table that is written, what is rejected from the list of rejects.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from trialtrace.base.errors import ConservationError, unbalanced


@dataclass(frozen=True)
class Cells:
    """Counts of one column. `padded` cells had blanks around them, which were taken off."""

    cells_in: int
    accepted: int
    missing: int
    rejected: int
    rejected_with_row: int
    padded: int

    def holds(self) -> bool:
        return self.cells_in == self.accepted + self.missing + self.rejected


@dataclass(frozen=True)
class Balance:
    """Counts of one table. `subjects` have an accepted row in it."""

    rows_in: int
    rows_out: int
    rows_rejected: int
    subjects: int
    columns: dict[str, Cells]
    ignored: dict[str, str]
    checks: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def verify(self, table: str) -> None:
        """Raise ConservationError where a law does not hold."""
        if self.rows_in != self.rows_out + self.rows_rejected:
            text = f"{self.rows_in} rows in, {self.rows_out} out, {self.rows_rejected} rejected"
            raise ConservationError([unbalanced(f"table {table}", text)])
        for name, cells in self.columns.items():
            if not cells.holds() or cells.cells_in != self.rows_in:
                place = f"table {table}, column {name}"
                raise ConservationError([unbalanced(place, f"{self.rows_in} rows, {cells}")])
