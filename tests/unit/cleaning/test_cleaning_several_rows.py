"""Checks that look at other rows and tables: beside, each_of, unique."""

import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_tables import TinyTrial, rejects, variable
from tiny_tables import check as declared

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.run.cleaning.checks import run_check
from trialtrace.run.cleaning.other_tables import Accepted, with_beside
from trialtrace.run.trial.cleaning import Beside, CleaningCheck


def accepted(subject: list[str], **columns: Any) -> Accepted:
    return Accepted(pa.table(columns), pa.array(subject, type=pa.string()))


PATIENTS = accepted(
    ["1", "2", "3"],
    id=["1", "2", "3"],
    start=pa.array([datetime.date(2020, 1, day) for day in (1, 5, 9)], type=pa.date32()),
    planned=pa.array([2, 1, None], type=pa.int64()),
)
VISITS = accepted(
    ["1", "1", "2", "9"],
    id=["1", "1", "2", "9"],
    day=pa.array([datetime.date(2020, 1, d) for d in (1, 2, 4, 4)], type=pa.date32()),
    visit=["a", "b", "a", None],
    dose=pa.array([1.0, 2.5, None, 4.0]),
)
BOTH = {"patients": PATIENTS, "visits": VISITS}


def beside(mine: Accepted, **one: Any) -> list[Any]:
    return with_beside({"new": structure(Beside, one)}, mine, BOTH, "check")["new"].to_pylist()


def test_the_row_of_the_subject():
    assert beside(VISITS, table="patients", column="planned") == [2, 2, 1, None]


def test_what_is_taken_of_several_rows():
    visits = {"table": "visits"}
    assert beside(PATIENTS, **visits, take="count") == [2, 1, 0]
    assert beside(PATIENTS, **visits, take="count", column="dose") == [2, 0, 0]
    assert beside(PATIENTS, **visits, take="sum", column="dose") == [3.5, None, None]
    first = beside(PATIENTS, **visits, take="lowest", column="day")
    assert first == [datetime.date(2020, 1, 1), datetime.date(2020, 1, 4), None]
    last = beside(PATIENTS, **visits, take="highest", column="day")
    assert last[0] == datetime.date(2020, 1, 2)
    where = {"visit": {"is": "b"}}
    assert beside(PATIENTS, **visits, take="count", where=where) == [1, 0, 0]


def test_matching_columns_choose_the_row():
    match = {"visit": "visit"}
    assert beside(VISITS, table="visits", column="dose", match=match) == [1.0, 2.5, None, None]
    assert beside(VISITS, table="visits", take="count", match=match) == [1, 1, 1, None]


def test_two_rows_where_one_is_wanted_are_told():
    with pytest.raises(UserError, match="1 rows beside another"):
        beside(PATIENTS, table="visits", column="dose")
    with pytest.raises(UserError, match="expected  a table"):
        beside(PATIENTS, table="vists", column="dose")


def test_a_check_against_the_subjects_own_row():
    rule = declared(
        "early",
        "reject",
        label="No visit before the start",
        columns=["day"],
        beside={"start": {"table": "patients", "column": "start"}},
        expect={"day": {"at_least": {"column": "start"}}},
    )
    judged = run_check(rule, VISITS, BOTH)
    assert [list(f.positions) for f in judged.findings if len(f.positions)] == [[2]]
    assert judged.counts == {"looked_at": 4, "broken": 1, "not_judged": 1}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(-5, 5)), max_size=12))
def test_beside_equals_a_loop_over_the_rows(rows: list[tuple[str, int | None]]):
    subjects = [subject for subject, _ in rows]
    values = [value for _, value in rows]
    other = accepted(subjects, value=pa.array(values, type=pa.int64()))
    mine = accepted(["a", "b", "c"], id=["a", "b", "c"])
    for take, of in (("lowest", min), ("highest", max), ("sum", sum), ("count", len)):
        new = structure(Beside, {"table": "other", "column": "value", "take": take})
        table = with_beside({"new": new}, mine, {"other": other}, "check")
        found = table["new"].to_pylist()
        for subject, value in zip("abc", found, strict=True):
            own = [v for s, v in rows if s == subject and v is not None]
            assert value == (of(own) if own or take == "count" else None)


COLUMNS = [variable("id"), variable("visit"), variable("side"), variable("treatment")]


def check(**given: Any) -> CleaningCheck:
    return declared("both", "reject", label="One real and one sham side", **given)


def clean(rule: CleaningCheck, text: str, key: tuple[str, ...] = ("id", "visit", "side")):
    return TinyTrial(COLUMNS, key=key, check=(rule,)).clean(text)


SIDES = {"column": "treatment", "values": ["real", "sham"], "times": "once", "by": ["visit"]}
TEXT = (
    "id|visit|side|treatment\n1|a|l|real\n1|a|r|sham\n2|a|l|real\n2|a|r|real\n3|a|l|sham\n"
    "4|a|l|real\n4|a|r|\n5|a|l|real\n5|b|r|sham\n"
)


def test_each_value_once_in_every_group():
    cleaned = clean(check(each_of=SIDES), TEXT)
    rows = [(row, column) for row, column, *_ in rejects(cleaned)]
    assert rows == [(row, "treatment") for row in (4, 5, 6, 9, 10)]
    reasons = {r["source_row"]: r["reason"] for r in cleaned.rejects.to_pylist()}
    assert "more than once" in reasons[4]
    assert "has not each of" in reasons[6]
    counts = {"looked_at": 9, "broken": 5, "not_judged": 2}
    assert cleaned.balance.checks == {"both": counts}


def test_rows_without_a_visit_are_a_group_of_their_own():
    text = "id|visit|side|treatment\n1|a|l|real\n1|a|r|sham\n2||l|real\n2|b|r|sham\n3||l|sham\n"
    cleaned = clean(check(each_of=SIDES), text, ("id", "side"))
    assert [row for row, *_ in rejects(cleaned)] == [4, 5, 6]


def test_at_least_once_lets_a_value_stand_twice():
    cleaned = clean(check(each_of=SIDES | {"values": ["real"], "times": "at_least_once"}), TEXT)
    assert [row for row, *_ in rejects(cleaned)] == [6, 10]


def test_where_leaves_rows_out_of_a_group():
    cleaned = clean(check(each_of=SIDES, where={"id": {"is": "2"}}), TEXT)
    assert [row for row, *_ in rejects(cleaned)] == [4, 5]


def test_no_two_rows_with_the_same_values():
    rule = declared("twin", label="A person is in the trial once", unique=["visit", "side"])
    text = "id|visit|side|treatment\n1|a|l|x\n2|a|l|y\n3|a||y\n4|a||y\n5|b|l|x\n"
    cleaned = clean(rule, text, ("id",))
    found = rejects(cleaned)
    assert found == [(row, c, "twin", "flag") for row in (2, 3) for c in ("side", "visit")]
    assert cleaned.balance.checks["twin"] == {"looked_at": 5, "broken": 2, "not_judged": 2}
