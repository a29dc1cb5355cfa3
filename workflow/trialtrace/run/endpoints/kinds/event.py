"""Events: did it happen (1, Y) or not (0, N)? Unknown stays missing, for missing is never no.

And grades: classes of another endpoint's value by declared limits."""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.names import Words
from trialtrace.base.config.references import TableCondition, ValueTest
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.records import (
    PLACE_OF_RECORD,
    Cells,
    Records,
    chosen_cells,
    pick,
    renamed,
    values_of,
)
from trialtrace.run.endpoints.study import Study, one_row_each
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.truth import as_truth
from trialtrace.run.tables.conditions import columns_of, describe_test, evaluate
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.measure import check_threshold
from trialtrace.run.trial.endpoints.shared import (
    THE_VALUES,
    EndpointEntry,
    Labels,
    ScoredEndpoint,
    TableEntry,
    TimeEndpoint,
    UnknownEvent,
    ValueOfEndpoint,
)
from trialtrace.run.trial.model import Endpoint


@shape(by="of")
class EventOfEndpoint(ValueOfEndpoint):
    """Whether another endpoint's value meets a test."""

    of: ScoredEndpoint = key("Endpoint whose value is tested (measure or repeated).")
    event: ValueTest = key(
        "Test of its value, such as {above: 0}.",
        constant="threshold of the value",
        words=describe_test,
    )

    def rule(self, labels: Labels) -> str:
        what = THE_VALUES[self.value] + labels.of(self.of)
        return f"yes where {what} {describe_test(self.event)}"


@shape
class EventInRow(TableEntry):
    """Whether a subject's row meets a condition."""

    event: TableCondition = key("Condition over the columns of the table; unknown stays missing.")

    def rule(self, labels: Labels) -> str:
        return f"yes where {labels.condition(self.event, self.table)}"


EARLY = {"missing": "is missing", "no_event": "counts as no event"}


@shape
class EventBy(EndpointEntry):
    """Whether an event had happened by a fixed time."""

    of: TimeEndpoint = key("Endpoint of kind time_to_event.")
    time: float = key(
        "The time, in the unit of that endpoint.",
        exclusiveMinimum=0,
        constant="time by which an event counts",
    )
    censored: UnknownEvent = key("What a subject is who was censored before that time.")
    competing: UnknownEvent | None = optional(
        "What a subject is whose competing event came first; needed where the endpoint "
        "has competing events."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]

    def rule(self, labels: Labels) -> str:
        text = (
            f"yes where {labels.of(self.of)} came by {labels.in_unit(self.time, self.of)}; "
            f"who was censored before {EARLY[self.censored]}"
        )
        if self.competing:
            text += f"; after a competing event it {EARLY[self.competing]}"
        return text


def limits(grades: Mapping[str, object]) -> str:
    """ "0 none, ≤ 1; 1 mild, between 2 and 7"."""
    told = enumerate(grades.items())
    return "; ".join(f"{value} {grade}, {describe_test(test)}" for value, (grade, test) in told)


@shape
class Graded(ValueOfEndpoint):
    """Classes of a value by limits."""

    grades: Filled[Words, ValueTest] = key(
        "Label of a grade, from 0 upwards, to the test of its values; every value must be "
        "in one grade.",
        constant="limits of the grades",
        words=limits,
    )

    def rule(self, labels: Labels) -> str:
        of = f"{THE_VALUES[self.value]}{labels.of(self.of)}"
        return f"grade of {of}: {limits(self.grades)}"


def _check_event_by(files: Files, name: str, entry: Given, columns: Columns) -> None:
    of = files.endpoints.get(entry["of"]) or {}
    competing = bool(of.get("competing"))
    if competing != ("competing" in entry):
        found = f"{entry['of']} {'with' if competing else 'without'} competing events"
        expected = "competing: missing or no_event where it has them, and only there"
        files.endpoints.add((name,), found, expected)
    if of.get("horizon", entry["time"]) < entry["time"]:
        files.endpoints.add(
            (name, "time"),
            f"{entry['time']:g}, while {entry['of']}.horizon ends every time at {of['horizon']:g}",
            "a time up to the horizon, after which nobody is known free of the event",
            do="mend one of the two",
        )


def _check_event(files: Files, name: str, entry: Given, columns: Columns) -> None:
    if "of" in entry and isinstance(entry["event"], dict):
        check_threshold(files, name, entry["of"], entry["event"])


ENTRIES = {"event": EventOfEndpoint | EventInRow, "event_by": EventBy, "graded": Graded}
CHECKS = {"event": _check_event, "event_by": _check_event_by}


# --- what is derived -----------------------------------------------------------------------------


def derive_event(endpoint: Endpoint[EventOfEndpoint | EventInRow], study: Study) -> Records:
    """A record a subject from a condition over its row, or one a record of the endpoint `of`."""
    if isinstance(entry := endpoint.entry, EventOfEndpoint):
        return _of_endpoint(endpoint, entry, study)
    return _of_row(endpoint, entry, study)


def yes_no(truth: pa.Array) -> dict[str, pa.Array]:
    """AVAL 1 or 0 and AVALC Y or N; both missing where the truth is unknown."""
    aval = truth.cast(pa.int8()).cast(pa.float64())
    return {"AVAL": aval, "AVALC": pc.if_else(truth, "Y", "N").cast(pa.string())}


def _of_row(endpoint: Endpoint, entry: EventInRow, study: Study) -> Records:
    condition, where = entry.event, entry.where
    columns = list(dict.fromkeys(columns_of(condition) + columns_of(where or {})))
    table = study.table(endpoint, columns)
    row = one_row_each(study, endpoint, table, where)
    treatment, behind = own_treatment(study, endpoint, table, row)
    values = yes_no(pick(evaluate(condition, table.rows), row))
    cells = chosen_cells("AVAL", table.name, row, columns)
    return Records("bds", np.arange(study.size), values | treatment, (*cells, *behind))


def _of_endpoint(endpoint: Endpoint, entry: EventOfEndpoint, study: Study) -> Records:
    parent = study.parent(endpoint, entry.of, ("bds",))
    what = entry.value or "value"
    values = values_of(parent, what)
    truth = evaluate({"AVAL": entry.event}, pa.table({"AVAL": values}))
    return beside(parent, what, yes_no(truth))


def derive_event_by(endpoint: Endpoint[EventBy], study: Study) -> Records:
    """AVAL 1 where the event came at or before `time`, 0 where the subject was known free of it.

    A subject censored before `time` is missing, or 0 with `censored: no_event`; after a competing
    event before `time`, which rules the event out, 0 or, with `competing: missing`, missing.
    """
    entry = endpoint.entry
    parent = study.parent(endpoint, entry.of, ("adtte",))
    time, status = parent.numbers("AVAL"), parent.numbers("CNSR")
    early = {"missing": np.nan, "no_event": 0.0}
    found = np.where(time >= entry.time, 0.0, early[entry.censored])
    if entry.competing:
        ruled_out = (status >= 2) & (time <= entry.time)
        found = np.where(ruled_out, early[entry.competing], found)
    found = np.where((status == 0) & (time <= entry.time), 1.0, found)
    found = np.where(np.isnan(time) | np.isnan(status), np.nan, found)
    kept = {name: parent.columns[name] for name in ("TRTP",) if name in parent.columns}
    behind = tuple(cell for cell in parent.cells if cell.variable in ("AVAL", "TRTP"))
    return Records("bds", parent.subject, kept | yes_no(as_truth(found)), behind)


def derive_graded(endpoint: Endpoint[Graded], study: Study) -> Records:
    """AVAL 0, 1, 2, … in the order of `grades`, AVALC the grade's label; missing stays missing.

    Raises UserError where a value meets the tests of no grade, or of several.
    """
    parent = study.parent(endpoint, endpoint.entry.of, ("bds",))
    what = endpoint.entry.value or "value"
    values = values_of(parent, what)
    table = pa.table({"AVAL": values})
    tests = endpoint.entry.grades
    met = np.stack(
        [
            evaluate({"AVAL": test}, table).fill_null(False).to_numpy(zero_copy_only=False)
            for test in tests.values()
        ]
    )
    known = values.is_valid().to_numpy(zero_copy_only=False)
    times = met.sum(axis=0)
    wrong = known & (times != 1)
    if wrong.any():
        none = int((known & (times == 0)).sum())
        found = f"{none} values in no grade, {int(wrong.sum()) - none} in several"
        expected = "limits that cover every value once"
        raise UserError(f"{study.place(endpoint)}: grades", found=found, expected=expected)
    grade = pa.array(met.argmax(axis=0), mask=~known)
    told = {"AVAL": grade.cast("float64"), "AVALC": pa.array(list(tests)).take(grade)}
    return beside(parent, what, told)


def beside(
    parent: Records, what: str, values: dict[str, pa.Array], more: Iterable[Cells] = ()
) -> Records:
    """Values in place of those of another endpoint's records, made from what they are made from,
    and from `more`."""
    kept = {name: parent.columns[name] for name in PLACE_OF_RECORD if name in parent.columns}
    behind = [cell for cell in parent.cells if cell.variable in ("AVAL", "TRTP")]
    if what != "value":
        behind += renamed([cell for cell in parent.cells if cell.variable == "BASE"], "AVAL")
    return Records("bds", parent.subject, kept | values, (*behind, *more))
