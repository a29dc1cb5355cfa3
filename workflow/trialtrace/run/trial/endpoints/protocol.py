"""Entries of what was not as the protocol has it: deviations, visits outside their window."""

from typing import Annotated

from trialtrace.base.config.names import Name
from trialtrace.base.config.references import Ref, TableName
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import DatedRecords, EndpointEntry, InTable, Labels
from trialtrace.run.trial.review import Severity


@shape
class Deviations(EndpointEntry, InTable):
    """Deviations from the protocol, as review.yaml has them: an occurrence each."""

    table: TableName = key("Clean table of the subjects: who has none is traced to a row of it.")
    severity: Severity | None = optional(
        "Deviations of this severity alone; all where it is left out."
    )

    def rule(self, labels: Labels) -> str:
        which = f"{self.severity} deviation" if self.severity else "deviation"
        return f"every {which} from the protocol that the data review decided on"


@shape
class OutsideWindow(EndpointEntry):
    """Whether a visit was outside its window."""

    of: Annotated[Name, Ref("endpoint", ("repeated", "repeated_event"))] = key(
        "Endpoint of kind repeated with date, start and windows."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]

    @property
    def follows_visits(self) -> bool:
        return True

    def rule(self, labels: Labels) -> str:
        return f"yes where the day of {labels.of(self.of)} is outside the window of its visit"


def _check_outside_window(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """The visits of the other endpoint have dates and windows."""
    of = files.derived.get(entry["of"])
    if of is not None and not (isinstance(of.entry, DatedRecords) and of.entry.windows):
        expected = "an endpoint with date, start and windows"
        files.endpoints.add((name, "of"), f"{entry['of']}, without", expected)


def _check_deviation(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """The table is that of the subjects."""
    if (first := files.subjects_table) and entry["table"] != first:
        files.endpoints.add((name, "table"), entry["table"], f"{first}, that of the subjects")


ENTRIES = {"deviation": Deviations, "outside_window": OutsideWindow}

CHECKS = {
    "deviation": _check_deviation,
    "outside_window": _check_outside_window,
}
