"""Checks that look at other rows and tables: beside, each_of, unique."""

import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_tables import check as declared

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.run.cleaning.checks import run_check
from trialtrace.run.cleaning.other_tables import Accepted, with_beside
from trialtrace.run.trial.cleaning import Beside


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
