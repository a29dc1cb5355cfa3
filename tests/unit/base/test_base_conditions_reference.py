"""`evaluate` against an interpreter of a dozen lines that looks at one row at a time."""

import operator

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.run.tables.conditions import evaluate, met, mistakes

COMPARE = {
    "is": operator.eq,
    "below": operator.lt,
    "at_most": operator.le,
    "above": operator.gt,
    "at_least": operator.ge,
}


def both(parts):
    """Kleene's "and" of true, false and None."""
    parts = list(parts)
    return False if False in parts else None if None in parts else True


def negated(truth):
    return None if truth is None else not truth


def truth_in(row, condition):
    return both(_entry(row, name, test) for name, test in condition.items())


def _entry(row, name, test):
    if name == "all":
        return both(truth_in(row, part) for part in test)
    if name == "any":
        return negated(both(negated(truth_in(row, part)) for part in test))
    if name == "not":
        return negated(truth_in(row, test))
    test = {test: True} if isinstance(test, str) else test
    return both(_operator(row, row[name], each, operand) for each, operand in test.items())


def _operator(row, value, name, operand):
    if name in ("missing", "present"):
        return (value is None) == (name == "missing")
    if name == "in":
        same = [_operator(row, value, "is", each) for each in operand]
        return negated(both(negated(each) for each in same))
    if name == "between":
        ends = zip(("at_least", "at_most"), operand, strict=True)
        return both(_operator(row, value, each, end) for each, end in ends)
    other = row[operand["column"]] if isinstance(operand, dict) else operand
    return None if value is None or other is None else COMPARE[name](value, other)


small = st.integers(-2, 2)
operands = st.one_of(small, small.map(lambda n: n + 0.5), st.just({"column": "y"}))
number_tests = st.one_of(
    st.sampled_from(["missing", "present"]),
    st.dictionaries(st.sampled_from(sorted(COMPARE)), operands, min_size=1, max_size=2),
    st.builds(lambda each: {"in": each}, st.lists(operands, min_size=1, max_size=3)),
    st.builds(lambda low, high: {"between": [low, high]}, operands, operands),
)
text_tests = st.one_of(
    st.sampled_from(["missing", "present"]),
    st.builds(lambda each: {"is": each}, st.sampled_from("ab")),
    st.builds(lambda each: {"in": each}, st.lists(st.sampled_from("abc"), min_size=1)),
)
leaves = st.one_of(
    st.builds(lambda test: {"x": test}, number_tests),
    st.builds(lambda test: {"z": test}, text_tests),
    st.builds(lambda x, z: {"x": x, "z": z}, number_tests, text_tests),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "x": st.one_of(st.none(), small),
            "y": st.one_of(st.none(), small.map(float)),
            "z": st.one_of(st.none(), st.sampled_from("abc")),
        }
    ),
    max_size=8,
)
TYPES = {"x": pa.int64(), "y": pa.float64(), "z": pa.string()}


@given(conditions, rows)
def test_evaluate_agrees_with_the_row_by_row_reference(condition, data):
    assert mistakes(condition, {"x": "integer", "y": "number", "z": "text"}) == []
    table = pa.table({k: pa.array([row[k] for row in data], TYPES[k]) for k in TYPES})
    expected = [truth_in(row, condition) for row in data]
    assert evaluate(condition, table).to_pylist() == expected
    assert met(condition, table).to_pylist() == [truth is True for truth in expected]
