"""Conditions: each operator on a drawn column, the three truth values, what is said of mistakes."""

import datetime

import pyarrow as pa
import pytest

from trialtrace.run.methods.checking.data import surely
from trialtrace.run.tables.conditions import columns_of, describe, evaluate, mistakes

T, F, U = True, False, None

PATIENTS = pa.table(
    {
        "age": pa.array([17, 18, 64, 65, None], pa.int64()),
        "dose": pa.array([0.5, 1.0, None, 2.0, 1.5], pa.float64()),
        "arm": pa.array(["A", "B", None, "A", ""], pa.string()),
        "seen": pa.array(
            [datetime.date(2020, 1, 5), None, datetime.date(2020, 1, 6), None, None], pa.date32()
        ),
        "left": pa.array([datetime.date(2020, 1, 5)] * 4 + [None], pa.date32()),
    }
)
TYPES = {"age": "integer", "dose": "number", "arm": "text", "seen": "date", "left": "date"}


def truth(condition):
    return evaluate(condition, PATIENTS).to_pylist()


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"age": {"is": 18}}, [F, T, F, F, U]),
        ({"age": {"in": [17, 65]}}, [T, F, F, T, U]),
        ({"age": {"below": 18}}, [T, F, F, F, U]),
        ({"age": {"at_most": 18}}, [T, T, F, F, U]),
        ({"age": {"above": 64}}, [F, F, F, T, U]),
        ({"age": {"at_least": 64}}, [F, F, T, T, U]),
        ({"age": {"between": [18, 64]}}, [F, T, T, F, U]),
        ({"age": {"missing": True}}, [F, F, F, F, T]),
        ({"age": {"present": True}}, [T, T, T, T, F]),
        ({"age": "missing"}, [F, F, F, F, T]),
        ({"age": "present"}, [T, T, T, T, F]),
        # Several operators in one test are an "and".
        ({"age": {"above": 17, "below": 65}}, [F, T, T, F, U]),
        # A fraction beside a column of integers is compared as a number, not cut to one.
        ({"age": {"above": 17.5}}, [F, T, T, T, U]),
        ({"dose": {"is": 1}}, [F, T, U, F, F]),
        ({"arm": {"is": "A"}}, [T, F, U, T, F]),
        # An empty text is a value, not a missing one.
        ({"arm": {"in": ["B", ""]}}, [F, T, U, F, T]),
        ({"seen": {"at_least": "2020-01-06"}}, [F, U, T, U, U]),
        ({"seen": {"above": {"column": "left"}}}, [F, U, T, U, U]),
        ({"dose": {"between": [{"column": "dose"}, 1.0]}}, [T, T, U, F, F]),
    ],
)
def test_every_operator_on_drawn_columns(test, expected):
    assert truth(test) == expected


LOGIC = pa.table(
    {
        "a": pa.array(["y", "y", "y", "n", "n", "n", None, None, None]),
        "b": pa.array(["y", "n", None, "y", "n", None, "y", "n", None]),
    }
)
A, B = {"a": {"is": "y"}}, {"b": {"is": "y"}}


def test_a_column_may_be_called_as_a_word_that_joins():
    """A list joins; a test is of the column."""
    words = LOGIC.rename_columns(["any", "all"])
    one, other = {"any": {"is": "y"}}, {"all": "missing"}
    assert evaluate(one, words).to_pylist() == evaluate(A, LOGIC).to_pylist()
    joined = {"any": [one, other]}
    assert evaluate(joined, words).to_pylist() == [T, T, T, F, F, T, U, U, T]
    assert surely(joined, words.to_pandas()).tolist() == [T, T, T, F, F, T, F, F, T]
    assert columns_of(joined) == ["any", "all"]
    kinds = {"any": "text", "all": "text"}
    assert mistakes(joined, kinds) == [] and mistakes({"any": "present"}, kinds) == []
    assert describe(joined) == "(any = y or all is missing)"


def test_columns_are_listed_once_in_order_also_those_that_are_operands():
    condition = {
        "age": {"between": [{"column": "low"}, {"column": "high"}]},
        "any": [{"arm": {"in": ["A", {"column": "planned"}]}}, {"not": {"age": "missing"}}],
        "all": [{"seen": {"at_most": {"column": "left"}}}],
    }
    assert columns_of(condition) == ["age", "low", "high", "arm", "planned", "seen", "left"]


def test_a_value_is_no_column():
    assert columns_of({"age": {"below": 4}, "arm": {"is": "column"}}) == ["age", "arm"]


@pytest.mark.parametrize(
    ("condition", "place", "told"),
    [
        ("age", "", "a condition is a mapping with at least one entry"),
        ({}, "", "a condition is a mapping with at least one entry"),
        ({"any": []}, "any", "takes a list of conditions"),
        ({"all": {"age": "present"}}, "all", "takes a list of conditions"),
        ({"any": [{"age": "present"}, {}]}, "any.1", "a condition is a mapping"),
        ({"not": {"aeg": "present"}}, "not.aeg", "unknown column; known are age, dose"),
        ({"age": "absent"}, "age", "takes present, missing, or one of is, in,"),
        ({"age": {}}, "age", "takes present, missing, or one of is, in,"),
        ({"age": {"over": 3}}, "age.over", "unknown test; known are is, in,"),
        ({"age": {"missing": False}}, "age.missing", "takes true"),
        ({"age": {"in": 3}}, "age.in", "takes a list"),
        ({"age": {"in": []}}, "age.in", "takes a list"),
        ({"age": {"between": [1]}}, "age.between", "takes a list of two values"),
        ({"age": {"is": {"col": "dose"}}}, "age.is", "takes a value or {column: another column}"),
        ({"age": {"is": {"column": "x"}}}, "age.is", "takes a value or {column: another column}"),
        ({"age": {"is": {"column": "arm"}}}, "age.is", "holds numbers and arm texts"),
        ({"seen": {"above": {"column": "age"}}}, "seen.above", "holds dates and age numbers"),
        # YAML reads an unquoted NO as false, and nothing as null.
        ({"arm": {"is": False}}, "arm.is", 'write "yes" and "NO" in quotes'),
        ({"arm": {"is": None}}, "arm.is", "takes text in quotes or a number"),
        ({"arm": {"is": 1}}, "arm.is", 'arm holds text: write "1" in quotes'),
        ({"arm": {"above": "A"}}, "arm.above", "arm holds text, which has no order; use is or in"),
        ({"age": {"is": "1"}}, "age.is", "write the number without quotes"),
        ({"seen": {"is": "5.1.2020"}}, "seen.is", 'write them as "2026-11-20"'),
        ({"seen": {"is": "20200105"}}, "seen.is", 'write them as "2026-11-20"'),
        ({"seen": {"is": 20200105}}, "seen.is", 'write them as "2026-11-20"'),
    ],
)
def test_each_mistake_is_told_with_its_place(condition, place, told):
    ((where, sentence),) = mistakes(condition, TYPES)
    assert where == place
    assert told in sentence


def test_all_mistakes_at_once_and_each_once():
    condition = {"age": {"in": ["1", "2"], "is": True}, "arm": {"is": 3}}
    assert [place for place, _ in mistakes(condition, TYPES)] == ["age.in", "age.is", "arm.is"]


@pytest.mark.parametrize(
    "condition",
    [
        {"age": {"at_least": {"column": "dose"}}},
        {"not": {"any": [{"arm": {"in": ["A"]}}, {"seen": "missing"}]}},
        {"dose": {"between": [0, 1.5]}, "seen": {"below": "2020-02-01"}},
    ],
)
def test_what_is_right_has_no_mistakes_with_and_without_types(condition):
    assert mistakes(condition, TYPES) == []
    assert mistakes(condition) == []


@pytest.mark.parametrize(
    ("condition", "aloud"),
    [
        ({"PARAMCD": {"is": "PEP"}, "ITTFL": {"is": "Y"}}, "PARAMCD = PEP and ITTFL = Y"),
        ({"age": {"at_least": 18, "below": 65}}, "age ≥ 18 and age < 65"),
        ({"age": {"above": 18}, "b": {"at_most": 2.5}}, "age > 18 and b ≤ 2.5"),
        ({"risk": {"is": 4.0}}, "risk = 4"),
        ({"age": {"between": [18, {"column": "limit"}]}}, "age between 18 and limit"),
        ({"arm": {"in": ["A", {"column": "planned"}]}}, "arm one of A, planned"),
        ({"seen": {"above": {"column": "left"}}}, "seen > left"),
        ({"arm": "present", "age": {"missing": True}}, "arm is present and age is missing"),
        (
            {"any": [{"a": "missing"}, {"b": {"is": 1}, "c": {"is": 2}}]},
            "(a is missing or b = 1 and c = 2)",
        ),
        ({"not": {"all": [{"a": {"is": 1}}, {"b": {"is": 2}}]}}, "not ((a = 1 and b = 2))"),
    ],
)
def test_a_condition_read_aloud(condition, aloud):
    assert describe(condition) == aloud
