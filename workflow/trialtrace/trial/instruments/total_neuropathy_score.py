"""Total neuropathy score."""

from __future__ import annotations

from typing import Annotated

from trialtrace.config.spec import Filled, Rule, key, optional, shape
from trialtrace.trial.endpoints.shared import ItemsPrefix, Location, Outside, Side, Visit
from trialtrace.trial.instruments.shared import InstrumentEntry
from trialtrace.trial.words import Column, Condition, Item, Name, VisitLabel


@shape
class TotalNeuropathyScore(InstrumentEntry):
    """Total neuropathy score."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    items: (
        ItemsPrefix
        | Annotated[
            Filled[Item, Column], Rule(expected="a mapping of items to columns, or {prefix: q}")
        ]
    ) = key(
        "Columns of the items: a mapping of items to columns, or {prefix: q} for columns "
        "named by prefix and item."
    )
    visit: Visit | None = optional("How visits are told.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")
    date: Column | None = optional("Column with the date of the record (ADT).")
    start: Name | None = optional(
        "Subject variable with the date from which days are counted (ADY); needed with windows."
    )
    windows: (
        Filled[VisitLabel, Annotated[tuple[float, ...], Rule(minItems=2, maxItems=2)]] | None
    ) = optional("Label of a visit to its first and last day, 0 on the day of the start.")
    outside: Outside | None = optional(
        "What a record outside its window is: listed and kept, or listed and without a "
        "value; needed with windows."
    )


ENTRY = TotalNeuropathyScore
