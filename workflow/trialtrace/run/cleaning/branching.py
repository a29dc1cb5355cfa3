"""Values where the dictionary shows no field: REDCap's branching logic against the cells.

Comparisons of fields of one table with what stands in the dictionary are read, with `and`, `or` and
parentheses; logic that asks for more (functions, other events, other tables) says nothing here.
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.cells import as_mask
from trialtrace.run.cleaning.rejects import FLAG, Finding
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.dictionary_types import FIXED_CHOICES
from trialtrace.run.trial.model import Condition, Variable

RULE = "branching"
_TOKENS = re.compile(
    r"\s*(?:(?P<word>and|or)\b|(?P<sign>[()])|(?P<compare><>|!=|<=|>=|=|<|>)"
    r"|\[(?P<field>[^\[\]()]+)(?:\((?P<code>[^()\[\]]+)\))?\]"
    r"|(?P<quote>['\"])(?P<text>.*?)(?P=quote)|(?P<number>-?\d+(?:\.\d+)?))\s*",
    re.IGNORECASE,
)
_ORDER = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}


def shown_where(logic: str, variables: Mapping[str, Variable]) -> Condition | None:
    """The condition under which a field is shown; None where it cannot be read as one."""
    tokens, at = list[re.Match[str]](), 0
    while at < len(logic):
        token = _TOKENS.match(logic, at)
        if token is None:
            return None
        tokens.append(token)
        at = token.end()
    try:
        condition = _either(tokens, variables)
    except (IndexError, ValueError):
        return None
    return None if tokens else condition


def _either(tokens: list[re.Match[str]], variables: Mapping[str, Variable]) -> Condition:
    parts = [_both(tokens, variables)]
    while tokens and (tokens[0]["word"] or "").lower() == "or":
        tokens.pop(0)
        parts.append(_both(tokens, variables))
    return {"any": parts}


def _both(tokens: list[re.Match[str]], variables: Mapping[str, Variable]) -> Condition:
    parts = [_comparison(tokens, variables)]
    while tokens and (tokens[0]["word"] or "").lower() == "and":
        tokens.pop(0)
        parts.append(_comparison(tokens, variables))
    return {"all": parts}


def _comparison(tokens: list[re.Match[str]], variables: Mapping[str, Variable]) -> Condition:
    """Raises ValueError or IndexError for what is none."""
    first = tokens.pop(0)
    if first["sign"] == "(":
        inner = _either(tokens, variables)
        if tokens.pop(0)["sign"] != ")":
            raise ValueError
        return inner
    compare, against = tokens.pop(0)["compare"], tokens.pop(0)
    operand = against["text"] if against["quote"] else against["number"]
    name = first["field"] or ""
    if code := first["code"]:
        name = f"{name}___{code.lower().replace('-', '_')}"
    if name not in variables or compare is None or operand is None:
        raise ValueError
    return _test(name, compare, operand, variables[name])


def _test(name: str, compare: str, operand: str, variable: Variable) -> Condition:
    unequal = compare in ("<>", "!=")
    if not operand:
        if compare not in ("=", "<>", "!="):
            raise ValueError
        return {name: "present" if unequal else "missing"}
    number = variable.kind in ("number", "integer")
    value = float(operand) if number else operand
    if compare in _ORDER:
        if variable.kind not in ("number", "integer", "date"):
            raise ValueError
        return {name: {_ORDER[compare]: value}}
    equal: Condition = {name: {"is": value}}
    return {"not": equal} if unequal else equal


def where_not_shown(variables: Mapping[str, Variable], table: pa.Table) -> Iterator[Finding]:
    """The cells with a value in rows where their field is surely not shown; a box that is not
    checked holds none. Positions are those of the table."""
    read = {name: one for name, one in variables.items() if name in table.column_names}
    for name, variable in read.items():
        condition = shown_where(variable.branching, read) if variable.branching else None
        if condition is None or name in columns_of(condition):
            continue
        there = table[name].combine_chunks().is_valid()
        if variable.choices == FIXED_CHOICES["checkbox"]:
            there = pc.fill_null(
                pc.equal(table[name].combine_chunks().cast(pa.string()), "1"), False
            )
        hidden = as_mask(pc.invert(evaluate(condition, table)))
        reason = f"the dictionary, line {variable.row}, shows this field only where "
        reason += variable.branching
        yield Finding(RULE, reason, np.flatnonzero(hidden & as_mask(there)), name, FLAG)
