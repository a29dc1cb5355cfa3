"""Conditions of the configuration: a small closed vocabulary, evaluated over columns.

A condition is a mapping. Several entries in one mapping are an "and". An entry is a column with a
test, or one of `any: [..]`, `all: [..]`, `not: {..}`. A test is `present`, `missing`, or a mapping
of operators: `is`, `in`, `below`, `at_most`, `above`, `at_least`, `between` (both ends included),
`missing: true`, `present: true`; several operators in one test are an "and". An operand may be
another column: `{at_least: {column: randomised_on}}`.

Truth has three values (Kleene): a comparison with a missing value is unknown, and stays unknown
unless the rest of the condition settles it. So "missing" never turns into "no".
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trialtrace.base.purpose import is_date

if TYPE_CHECKING:
    import pyarrow as pa

OPERATORS = ("is", "in", "below", "at_most", "above", "at_least", "between", "missing", "present")
_COMPARE = {
    "is": "equal",
    "below": "less",
    "at_most": "less_equal",
    "above": "greater",
    "at_least": "greater_equal",
}
_ORDERED = ("below", "at_most", "above", "at_least", "between")
_NUMERIC = {"integer": "number"}
JOINS = ("any", "all")


def joins(name: str, test: object) -> bool:
    """Whether an entry joins a list of conditions, and tests no column that is called so."""
    return name in JOINS and isinstance(test, list)


def columns_of(condition: Mapping[str, Any]) -> list[str]:
    """The columns a condition reads, each once, in order of first appearance."""
    columns: list[str] = []
    for name, test in tests_of(condition):
        others = [operand for operand in _operands(test) if isinstance(operand, Mapping)]
        columns += [name, *(one["column"] for one in others if "column" in one)]
    return list(dict.fromkeys(columns))


def tests_of(condition: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Each column with each of its tests, wherever they stand in a condition."""
    for name, test in condition.items():
        if joins(name, test):
            for part in test:
                yield from tests_of(part)
        elif name == "not":
            yield from tests_of(test)
        else:
            yield name, test


def _operands(test: Any) -> Iterator[Any]:
    """The operands of a test, those in lists each by itself."""
    if isinstance(test, str) or not isinstance(test, Mapping):
        return  # to ask of a text whether it is a mapping takes longer than all the rest
    for operand in test.values():
        yield from operand if isinstance(operand, list) else [operand]


def mistakes(condition: Any, columns: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """What is wrong with a condition, as (key path, sentence); `columns` maps name to type.

    Types are text, number, integer, date, datetime, time, flag; with None the columns are not
    looked at.
    """
    if not isinstance(condition, Mapping) or not condition:
        return [("", "a condition is a mapping with at least one entry")]
    found = []
    for name, test in condition.items():
        if joins(name, test) or (name in JOINS and name not in (columns or {})):
            if not isinstance(test, list) or not test:
                found.append((name, "takes a list of conditions"))
                continue
            for position, part in enumerate(test):
                found += [
                    (f"{name}.{position}.{k}".rstrip("."), m) for k, m in mistakes(part, columns)
                ]
        elif name == "not":
            found += [(f"not.{k}".rstrip("."), m) for k, m in mistakes(test, columns)]
        else:
            found += [
                (f"{name}.{k}".rstrip("."), m) for k, m in _test_mistakes(name, test, columns)
            ]
    return found


def _test_mistakes(
    name: str, test: Any, columns: Mapping[str, str] | None
) -> list[tuple[str, str]]:
    if columns is not None and name not in columns:
        return [("", f"unknown column; known are {', '.join(columns)}")]
    if test in ("present", "missing"):
        return []
    if not isinstance(test, Mapping) or not test:
        return [("", f"takes present, missing, or one of {', '.join(OPERATORS)}")]
    mistakes = []
    for operator, operand in test.items():
        if operator not in OPERATORS:
            mistakes.append((operator, f"unknown test; known are {', '.join(OPERATORS)}"))
        elif operator in ("missing", "present"):
            if operand is not True:
                mistakes.append((operator, "takes true"))
        elif operator in ("in", "between"):
            wanted = 2 if operator == "between" else None
            if not isinstance(operand, list) or not operand or (wanted and len(operand) != wanted):
                mistakes.append((operator, "takes a list" + (" of two values" if wanted else "")))
            else:
                each = [m for o in operand for m in _operand_mistakes(name, operator, o, columns)]
                mistakes += list(dict.fromkeys(each))
        else:
            mistakes += _operand_mistakes(name, operator, operand, columns)
    return mistakes


def _operand_mistakes(
    name: str, operator: str, operand: Any, columns: Mapping[str, str] | None
) -> list[tuple[str, str]]:
    if isinstance(operand, Mapping):
        return _column_mistakes(name, operator, operand, columns)
    if isinstance(operand, bool) or operand is None:
        return [(operator, 'takes text in quotes or a number; write "yes" and "NO" in quotes')]
    if columns is None:
        return []
    kind = columns[name]
    if kind == "text" and operator in _ORDERED:
        return [(operator, f"{name} holds text, which has no order; use is or in")]
    if kind == "text" and not isinstance(operand, str):
        return [(operator, f'{name} holds text: write "{operand}" in quotes')]
    if kind in ("number", "integer") and not isinstance(operand, int | float):
        return [(operator, f"{name} holds numbers: write the number without quotes")]
    if kind in TIMES and not is_time(kind, operand):
        return [(operator, f'{name} holds {kind}s: write them as "{TIMES[kind]}"')]
    return []


TIMES = {"date": "2026-11-20", "datetime": "2026-11-20 14:30", "time": "14:30"}
"""Kinds of column that hold dates or times, and how a condition writes one."""


def is_time(kind: str, operand: object) -> bool:
    """Whether an operand is a text that a column of such a kind can be compared with."""
    if not isinstance(operand, str):
        return False
    if kind == "date":
        return is_date(operand)
    try:
        (datetime.datetime if kind == "datetime" else datetime.time).fromisoformat(operand)
    except ValueError:
        return False
    return kind == "time" or len(operand) > len(TIMES["date"])


def of_time(value: Any, kind: "pa.DataType") -> Any:
    """A date or time that the configuration writes as text, as a column of `kind` holds it; another
    value as it is."""
    import pyarrow as pa

    if pa.types.is_date(kind):
        return datetime.date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return datetime.datetime.fromisoformat(value)
    return datetime.time.fromisoformat(value) if pa.types.is_time(kind) else value


def _column_mistakes(
    name: str, operator: str, operand: Mapping[str, Any], columns: Mapping[str, str] | None
) -> list[tuple[str, str]]:
    mistake = [(operator, "takes a value or {column: another column}")]
    if set(operand) != {"column"}:
        return mistake
    if columns is None:
        return []
    other = operand["column"]
    if other not in columns:
        return mistake
    family, others = (_NUMERIC.get(kind, kind) for kind in (columns[name], columns[other]))
    if family != others:
        return [(operator, f"{name} holds {family}s and {other} {others}s: they never compare")]
    return []


def evaluate(condition: Mapping[str, Any], table: "pa.Table") -> "pa.Array":
    """The truth of a condition in every row of a pyarrow table: true, false or null (unknown)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    truth = pa.repeat(True, table.num_rows)
    for name, test in condition.items():
        if joins(name, test):
            parts = [evaluate(part, table) for part in test]
            joined = parts[0]
            for part in parts[1:]:
                joined = (pc.or_kleene if name == "any" else pc.and_kleene)(joined, part)
        elif name == "not":
            joined = pc.invert(evaluate(test, table))
        else:
            joined = _evaluate_test(name, test, table)
        truth = pc.and_kleene(truth, joined)
    return truth


def _evaluate_test(name: str, test: Any, table: "pa.Table") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table[name].combine_chunks()
    if isinstance(test, str):
        test = {test: True}
    truth = pa.repeat(True, len(column))
    for operator, operand in test.items():
        if operator == "missing":
            part = pc.is_null(column)
        elif operator == "present":
            part = pc.is_valid(column)
        elif operator == "in":
            parts = [pc.equal(column, _operand(o, column, table)) for o in operand]
            part = parts[0]
            for one in parts[1:]:
                part = pc.or_kleene(part, one)
        elif operator == "between":
            low, high = (_operand(o, column, table) for o in operand)
            part = pc.and_kleene(pc.greater_equal(column, low), pc.less_equal(column, high))
        else:
            part = getattr(pc, _COMPARE[operator])(column, _operand(operand, column, table))
        truth = pc.and_kleene(truth, part)
    return truth


def _operand(operand: Any, column: "pa.Array", table: "pa.Table") -> Any:
    import pyarrow as pa

    if isinstance(operand, Mapping):
        return table[operand["column"]].combine_chunks()
    operand = of_time(operand, column.type)
    if pa.types.is_integer(column.type) and isinstance(operand, float):
        return pa.scalar(operand)
    return pa.scalar(operand, type=column.type)


def met(condition: Mapping[str, Any], table: "pa.Table") -> "pa.Array":
    """True where a condition is surely met; unknown counts as not met."""
    import pyarrow.compute as pc

    return pc.fill_null(evaluate(condition, table), False)


# The words of a column, and of the values of its that have some.
Named = Mapping[str, tuple[str, Mapping[str, str]]]


def plain(label: str) -> tuple[str, Mapping[str, str]]:
    """A column that has words, and whose values have none."""
    return label, {}


def describe(condition: Mapping[str, Any], named: Named | None = None) -> str:
    """A condition read aloud: "PARAMCD = PEP and ITTFL = Y"; by the words that columns and their
    values have in `named`: "Pancreatic stent = Yes"."""
    known = named or {}
    words = []
    for name, test in condition.items():
        if joins(name, test):
            join = " or " if name == "any" else " and "
            words.append("(" + join.join(describe(part, known) for part in test) + ")")
        elif name == "not":
            words.append(f"not ({describe(test, known)})")
        elif isinstance(test, str):
            words.append(f"{_column_words(name, known)} is {test}")
        else:
            words += [_describe_test(name, known, *one) for one in test.items()]
    return " and ".join(words)


def _column_words(name: str, known: Named) -> str:
    return known[name][0] if name in known else name


def describe_test(test: object) -> str:
    """A test without what is tested: "≤ 4"."""
    return describe({"": test}).strip()


def _describe_test(column: str, known: Named, operator: str, value: Any) -> str:
    name = _column_words(column, known)
    if operator in ("missing", "present"):
        return f"{name} is {operator}"
    values = known[column][1] if column in known else {}
    every = value if isinstance(value, list) else [value]
    words = [_operand_words(one, known, values) for one in every]
    if operator == "between":
        return f"{name} between {words[0]} and {words[1]}"
    if operator == "in":
        return f"{name} one of {', '.join(words)}"
    sign = {"is": "=", "below": "<", "at_most": "≤", "above": ">", "at_least": "≥"}[operator]
    return f"{name} {sign} {words[0]}"


def _operand_words(operand: Any, known: Named, values: Mapping[str, str]) -> str:
    if isinstance(operand, Mapping):
        return _column_words(operand["column"], known)
    whole = isinstance(operand, float) and operand.is_integer()
    text = str(int(operand) if whole else operand)
    return values.get(text, text)


def lower_first(label: str) -> str:
    """A label inside a sentence: "Any cough" is "any cough", "ERCP" stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label
