"""Entries of a measured value, and which values the test of an event can meet."""

import operator
from collections.abc import Callable, Mapping
from typing import Annotated

from trialtrace.base.config.names import Text
from trialtrace.base.config.references import ArmName, ColumnName
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.run.tables.conditions import describe_test
from trialtrace.run.trial.context import Files, is_number
from trialtrace.run.trial.endpoints.repeated import RepeatedInColumns, RepeatedInRows
from trialtrace.run.trial.endpoints.shared import (
    Coded,
    Labels,
    Location,
    Scale,
    Side,
    TableEntry,
    ValueColumn,
)
from trialtrace.run.trial.model import Endpoint, Variable


@shape
class Measured(TableEntry, Coded):
    """A value measured once, or once under each treatment."""

    scale: Scale | None = optional("Scale of the value.")
    unit: Text | None = optional("Unit of the value.")


@shape(by="treatments")
class MeasureInColumns(Measured):
    """A value measured once under each treatment of a subject, a column a treatment."""

    treatments: Annotated[dict[ColumnName, ArmName], Rule(minProperties=2)] = key(
        "Columns of the value: column to the arm whose treatment a subject had then."
    )

    def rule(self, labels: Labels) -> str:
        columns = (labels.column(self.table, column) for column in self.treatments)
        return self.told(f"value of {', '.join(columns)}, a column a treatment")


@shape
class Measure(Measured):
    """A value measured once."""

    column: ValueColumn = key("Column of the value.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")

    def rule(self, labels: Labels) -> str:
        return self.told(f"value of {labels.column(self.table, self.column)}")


# More values are not listed.
MOST_VALUES = 1000


_MEETS: dict[str, Callable[..., bool]] = {
    "is": operator.eq,
    "in": lambda value, those: value in those,
    "below": operator.lt,
    "at_most": operator.le,
    "above": operator.gt,
    "at_least": operator.ge,
    "between": lambda value, ends: ends[0] <= value <= ends[1],
}


def check_threshold(files: Files, name: str, parent: str, test: Mapping[str, object]) -> None:
    """Add an event that every value of its parent makes, or none."""
    told = event_values(files, parent, test)
    if told is None or (told[0] and told[1]):
        return
    endpoint = files.derived[parent]
    assert endpoint.scale is not None
    files.endpoints.add(
        (name, "event"),
        f"{describe_test(test)}, which {'no' if not told[0] else 'every'} value of {parent} "
        f"is, {endpoint.scale.low:g} to {endpoint.scale.high:g}",
        "a test that some of its values meet and others do not",
    )


def event_values(
    files: Files, parent: str, test: Mapping[str, object]
) -> tuple[list[float], list[float]] | None:
    """The values of an endpoint that meet a test, and those that do not; None where these are not
    known, or not whole numbers."""
    values = _values(files, files.derived[parent]) if parent in files.derived else None
    if values is None or not all(_is_plain(*each) for each in test.items()):
        return None
    meet = [value for value in values if all(_MEETS[how](value, at) for how, at in test.items())]
    return meet, [value for value in values if value not in meet]


def _is_plain(how: str, operand: object) -> bool:
    listed = operand if isinstance(operand, list) else [operand]
    return how in _MEETS and all(isinstance(each, int | float) for each in listed)


def _values(files: Files, endpoint: Endpoint) -> list[float] | None:
    """What codes are worth, or the whole numbers of a scale whose columns hold no others."""
    entry, scale = endpoint.entry, endpoint.scale
    if not isinstance(entry, Measure | RepeatedInRows | RepeatedInColumns):
        return None
    if scale is None or scale.low is None or scale.high is None:
        return None
    if entry.codes:
        return sorted({float(value) for value in entry.codes.values()})
    known = files.columns(entry.table) or {}
    names = entry.columns if isinstance(entry, RepeatedInColumns) else [entry.column]
    if scale.high - scale.low > MOST_VALUES or not all(
        _is_whole(known.get(name)) for name in names
    ):
        return None
    return [float(value) for value in range(int(scale.low), int(scale.high) + 1)]


def _is_whole(column: Variable | None) -> bool:
    if column is None or column.kind == "integer":
        return column is not None
    return bool(column.choices) and all(
        is_number(code) and float(code).is_integer() for code in column.choices
    )


ENTRIES = {"measure": MeasureInColumns | Measure}
