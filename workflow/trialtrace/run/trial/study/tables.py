"""The clean tables: what each is made of, its key, and the columns of subject and arm."""

from __future__ import annotations

from trialtrace.base.config.names import Column, Condition, Name
from trialtrace.base.config.spec import Distinct, entry_name, key, optional, shape


@shape
class TableSpec:
    """A clean table."""

    name: str = entry_name(default="")
    of: Name = key("Raw table of `source.items`.")
    key_: Distinct[Column] = key(
        "Columns that tell its rows apart; source_row where the source has no key."
    )
    subject: Column = key(
        "Column of the subject; source_row where every row is a subject of its own."
    )
    arm: Column | None = optional("Column of the arm.")
    where: Condition | None = optional(
        "Rows of the raw table that the clean table is made of: a condition over the table's "
        "columns; all rows where it is left out. The others are counted in the report."
    )
    reason: Column | None = optional(
        "Column with the reason why `where` leaves a row out, counted by its labels: in a log of "
        "screening why a person was not randomised."
    )
