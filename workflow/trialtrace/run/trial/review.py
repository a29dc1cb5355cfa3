"""review.yaml: what a data review decided of populations, deviations and values, before the arms
were known."""

from collections.abc import Iterator
from typing import Literal

from trialtrace.base.config.names import Column, Name, Text, Value
from trialtrace.base.config.references import ColumnName, PopulationName, TableName
from trialtrace.base.config.spec import Distinct, Filled, entry_name, key, optional, shape

FILE = "review.yaml"
Severity = Literal["major", "minor"]


@shape
class Deviation:
    """A deviation from the protocol."""

    severity: Severity = key("major or minor.")
    label: Text = key("What was deviated from, as tables name it.")


@shape
class Decision:
    """A decision on rows."""

    name: str = entry_name(default="")
    by: Text = key("Who decided. Reports print it.")
    date: Text = key(
        "When it was decided, as 2026-11-20.",
        pattern=r"\d{4}-\d{2}-\d{2}",
        expected='a day: "2026-11-20"',
    )
    table: TableName = key("Clean table of the rows.")
    rows: Distinct[Filled[Column, Value]] = key(
        "Each row by the columns of the table's key: column to value, in quotes."
    )
    leaves: Distinct[PopulationName] = optional(
        "Populations that the rows' subjects leave.", empty=tuple
    )
    deviation: Deviation | None = optional("The deviation from the protocol that the rows show.")
    query: ColumnName | None = optional(
        "Column whose value is queried; it is used as it is until it is mended."
    )
    seen: Text | None = optional(
        "What the rows were when they were reviewed, as `trialtrace data-review` prints it: a run "
        "that is not blinded asks for it, and stops where it is another.",
        pattern=r"[0-9a-f]{12}(-[0-9a-f]{12})?",
    )
    reason: Text = key("Why. Reports print it.")


@shape
class ReviewFile:
    """What a data review decided."""

    decisions: dict[Name, Decision] = key("Decisions, in the order of reports.")

    def known_at(self, cut: str | None) -> Iterator[Decision]:
        """Those that were made up to a day; all where there is none."""
        return (
            decision for decision in self.decisions.values() if cut is None or decision.date <= cut
        )
