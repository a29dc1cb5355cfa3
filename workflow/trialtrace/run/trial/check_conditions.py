"""Conditions against the columns they read: names, types, and codes among the choices."""

from collections.abc import Iterator, Mapping
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.references import NUMERIC
from trialtrace.base.config.schema import tell
from trialtrace.run.tables.conditions import TIMES, is_time, joins
from trialtrace.run.trial.context import known, known_code, told_kind
from trialtrace.run.trial.model import Variable

_ORDERED = ("below", "at_most", "above", "at_least", "between")


def check_condition(
    document: Document,
    path: Path_,
    condition: Any,
    columns: Mapping[str, Variable] | None,
    what: str = "a column",
) -> None:
    """Add what is wrong with a condition of the right shape; nothing where columns are unknown."""
    if columns is None or not document.sound(*path):
        return
    for where, name, test in _tests(path, condition):
        if not known(document, where, name, columns, what):
            continue
        if isinstance(test, Mapping):
            check_test(document, where, columns[name], test, columns)


def _tests(path: Path_, condition: Mapping[str, Any]) -> Iterator[tuple[Path_, str, Any]]:
    """(place, column, test) for every test of a condition."""
    for name, test in condition.items():
        if joins(name, test):
            for position, part in enumerate(test):
                yield from _tests((*path, name, position), part)
        elif name == "not":
            yield from _tests((*path, name), test)
        else:
            yield (*path, name), name, test


def check_test(
    document: Document,
    path: Path_,
    variable: Variable,
    test: Mapping[str, Any],
    columns: Mapping[str, Variable],
) -> None:
    """Add what is wrong with the operands of a test of one column."""
    for operator, operand in test.items():
        if operator in ("missing", "present"):
            continue
        here = (*path, operator)
        if operator in _ORDERED and variable.kind == "text":
            found = f"{operator} on {variable.name}, a column of {told_kind(variable)}"
            document.add(here, found, "is or in; text has no order")
            continue
        listed = isinstance(operand, list)
        for position, one in enumerate(operand if listed else [operand]):
            place = (*here, position) if listed else here
            if isinstance(one, Mapping):
                _other_column(document, place, variable, one["column"], columns)
            else:
                check_operand(document, place, variable, one)
        if operator == "between" and _upside_down(operand):
            found = f"{tell(operand[0])} before {tell(operand[1])}"
            document.add(here, found, "the lower value first")


def _upside_down(operand: list[Any]) -> bool:
    low, high = operand
    same = isinstance(low, str) and isinstance(high, str)
    numbers = isinstance(low, int | float) and isinstance(high, int | float)
    return (same or numbers) and low > high


def _other_column(
    document: Document,
    path: Path_,
    variable: Variable,
    name: str,
    columns: Mapping[str, Variable],
) -> None:
    here = (*path, "column")
    if not known(document, here, name, columns, "a column"):
        return
    other = columns[name]
    if other.kind and variable.kind and _family(other) != _family(variable):
        expected = f"a column of {variable.kind}, like {variable.name}"
        document.add(here, f"{name}, a column of {told_kind(other)}", expected)


def _family(variable: Variable) -> str:
    return "number" if variable.kind in NUMERIC else variable.kind


def check_operand(document: Document, path: Path_, variable: Variable, operand: Any) -> None:
    """Add what is wrong with a value that a column is compared with."""
    kind, name = variable.kind, variable.name
    text = isinstance(operand, str)
    if kind == "text" and not text:
        expected = f'{name} holds text: "{operand}"'
        document.add(path, tell(operand), expected, do="write it in quotes")
    elif kind == "text" and variable.choices:
        known_code(document, path, operand, variable)
    elif kind in NUMERIC and text:
        found = tell(operand)
        do = "write the number without quotes"
        document.add(path, found, f"a number; {name} is a column of {kind}", do=do)
    elif kind in TIMES and not is_time(kind, operand):
        document.add(path, tell(operand), f'a {kind} such as "{TIMES[kind]}"; {name} holds {kind}s')
