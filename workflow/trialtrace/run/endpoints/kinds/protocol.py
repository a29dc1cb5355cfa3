"""What was not as the protocol has it: deviations of a data review, visits outside their window."""

from typing import Annotated

import numpy as np
import pyarrow as pa

from trialtrace.base.config.names import Name
from trialtrace.base.config.references import Ref, TableName
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.endpoints.kinds.event import beside, yes_no
from trialtrace.run.endpoints.records import Cells, Records, renamed
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_truth
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import DatedRecords, EndpointEntry, InTable, Labels
from trialtrace.run.trial.model import Endpoint
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
CHECKS = {"deviation": _check_deviation, "outside_window": _check_outside_window}


# --- what is derived -----------------------------------------------------------------------------


def derive_deviation(endpoint: Endpoint[Deviations], study: Study) -> Records:
    """An occurrence for each row of a decision that names a deviation; TERM is its label."""
    # The keys of the kind are read by jobs that derive nothing.
    from trialtrace.run.endpoints.derive import decided

    severity, subjects, terms = endpoint.entry.severity, [np.array([], int)], list[str]()
    cells: list[Cells] = []
    for one in decided(study):
        deviation = one.decision.deviation
        if deviation is not None and severity in (None, deviation.severity):
            record = np.arange(len(one.rows)) + len(terms)
            cells += one.cells("TERM", record)
            subjects.append(one.table.subject[one.rows])
            terms += [deviation.label] * len(one.rows)
    columns = {"TERM": pa.array(terms, type=pa.string())}
    return Records("occds", np.concatenate(subjects), columns, tuple(cells))


def looked_at(study: Study, endpoint: Endpoint[Deviations]) -> list[str]:
    """The key of the subject: that somebody has no deviation is read from no other column."""
    return [study.trial.tables[endpoint.entry.table].subject]


def derive_outside_window(endpoint: Endpoint[OutsideWindow], study: Study) -> Records:
    """AVAL 1 where the day of a record of `of` is outside its visit's window, else 0; missing
    without a day, and at a visit that has no window."""
    name = endpoint.entry.of
    parent, entry = study.parent(endpoint, name, ("bds",)), study.trial.endpoints[name].entry
    assert isinstance(entry, DatedRecords)
    windows = entry.windows or {}
    ady = parent.numbers("ADY")
    # 0 on the day of the start, as windows count; ADaM has no day 0.
    day = np.where(ady > 0, ady - 1, ady)
    visits = parent.columns["AVISIT"].to_pylist()
    low, high = (
        np.array([windows.get(visit, (np.nan, np.nan))[end] for visit in visits], dtype=float)
        for end in (0, 1)
    )
    outside = np.where(np.isnan(day) | np.isnan(low), np.nan, (day < low) | (day > high))
    dates = renamed((cell for cell in parent.cells if cell.variable == "ADT"), "AVAL")
    return beside(parent, "value", yes_no(as_truth(outside)), dates)
