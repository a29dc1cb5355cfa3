"""Conditions of the plan over pandas columns, by pandas' own three-valued logic."""

import datetime
from collections.abc import Mapping
from functools import reduce
from operator import and_, ge, gt, le, lt, or_
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ORDER = {"below": lt, "at_most": le, "above": gt, "at_least": ge}


def surely(condition: Mapping[str, Any], table: "pd.DataFrame") -> "pd.Series":
    """True in the rows that meet the condition whatever a missing value may be."""
    return _truth(condition, table).fillna(False).astype(bool)


def _truth(condition: Mapping[str, Any], table: "pd.DataFrame") -> "pd.Series":
    parts = []
    for name, test in condition.items():
        if name == "any":
            parts.append(reduce(or_, [_truth(part, table) for part in test]))
        elif name == "all":
            parts.append(reduce(and_, [_truth(part, table) for part in test]))
        elif name == "not":
            parts.append(~_truth(test, table))
        elif isinstance(test, str):
            parts.append(_tested(test, True, table[name], table))
        else:
            parts += [_tested(op, value, table[name], table) for op, value in test.items()]
    return reduce(and_, parts)


def _tested(operator: str, value: Any, column: "pd.Series", table: "pd.DataFrame") -> "pd.Series":
    missing = column.isna()
    if operator in ("missing", "present"):
        return (missing if operator == "missing" else ~missing).astype("boolean")
    if operator == "in":
        return reduce(or_, [_tested("is", one, column, table) for one in value])
    if operator == "between":
        low, high = value
        return _tested("at_least", low, column, table) & _tested("at_most", high, column, table)
    if isinstance(value, Mapping):
        operand = table[value["column"]]
        missing = missing | operand.isna()
    else:
        operand = _as_kind_of(column, value)
    lacking = bool(missing.any())
    known = column[~missing] if lacking else column
    if isinstance(value, Mapping) and lacking:
        operand = operand[~missing]
    met = known == operand if operator == "is" else ORDER[operator](known, operand)
    met = met.astype("boolean")
    return met.reindex(column.index) if lacking else met


def _as_kind_of(column: "pd.Series", value: Any) -> Any:
    """A date of the configuration is text; a column of dates holds dates."""
    first = next(iter(column.dropna()), None)
    return datetime.date.fromisoformat(value) if isinstance(first, datetime.date) else value
