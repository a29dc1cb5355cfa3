"""The laws of conservation hold in every trial, and a count that breaks one stops the run."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.base.errors import ConservationError
from trialtrace.run.methods.checking.data import Data
from trialtrace.run.methods.checking.members import COUNTED, Members, told
from trialtrace.run.methods.checking.run import check_results, verify
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table

ALL = ("made", "sides", "sprave2019", "elmunzer2012")


@pytest.fixture(scope="module")
def whole(trials):
    """A function: (data, results, members) of a trial, as lists of rows of one's own."""
    opened = {}

    def get(name):
        trial, folder = trials(name)
        data = opened.setdefault(name, Data(trial, folder / "derived"))
        tables = (("results", RESULTS), ("members", MEMBERS))
        found = [read_table(folder / "analysis" / f"{t}.parquet", c) for t, c in tables]
        return data, *(table.to_pylist() for table in found)

    return get


def broken(data, results, members) -> str:
    with pytest.raises(ConservationError) as error:
        verify(data, results, members)
    return str(error.value)


def row_of(results, name):
    return next(row for row in results if row["result_id"].endswith(name))


@pytest.mark.parametrize("name", ALL)
def test_they_hold(whole, name):
    verify(*whole(name))


# A count of sprave2019, what is changed in it, and what the message must name.
COUNTS = {
    "an arm of the flow": ("flow/randomised.count@int", "stat_value", "randomised in all arms: 60"),
    "a population": ("flow/in_population.count@con;parameter=treated", "stat_value", "treated"),
    "a reason": (
        "flow/ended.count@int;level=Treatment_not_begun",
        "stat_value",
        "received, int: 27, and its parts are 15 completed + 12 Died",
    ),
    "the analysed": ("flow/analysed.count@con;parameter=feasible_plan", "stat_value", "31, of 30"),
    "a category": (
        "response_categories/count.categories@int;visit=end_of_radiotherapy;"
        "parameter=pain_response;category=1",
        "stat_value",
        "sprave2019: categories",
    ),
    "occurrences": (
        "adverse_events/occurrences.count@int;parameter=adverse_event;level=any",
        "stat_value",
        "occurrences of adverse_event, any, int",
    ),
    "patients": (
        "adverse_events/patients.count@int;parameter=adverse_event;level=any",
        "stat_value",
        "patients of adverse_event, any: ",
    ),
    "missing values": (
        "baseline/missing.descriptive@int;population=itt;parameter=age",
        "stat_value",
        "age, int",
    ),
    "the n of a result": (
        "feasible_plan/proportion.clopper_pearson@int",
        "n_used",
        "n = 31, with 30 rows",
    ),
    "a denominator": (
        "feasible_plan/proportion.clopper_pearson@int",
        "denominator",
        "a denominator of 31, with 30 rows",
    ),
}


@pytest.mark.parametrize(("name", "column", "message"), COUNTS.values(), ids=COUNTS)
def test_a_count_that_is_one_more_stops_the_run(whole, name, column, message):
    data, results, members = whole("sprave2019")
    row_of(results, name)[column] += 1
    found = broken(data, results, members)
    assert message in found
    assert "remove the trial's folder in results/ and run again" in found


MEMBER = {
    "another condition": ("predicate", '{"TRT01P": {"is": "con"}}', "30 other rows selected"),
    "a condition on nothing": ("predicate", '{"NONE": {"is": "1"}}', "cannot be evaluated"),
    "no condition": ("predicate", "1", "cannot be evaluated"),
    "no data set": ("dataset", "adverse", "cannot be evaluated"),
    "another number": ("n", 31, "31 rows stored, 30 rows selected from adsl"),
    "another hash": ("sha256", "0" * 64, "30 rows stored, 30 other rows selected"),
    "another result": ("result_id", "sprave2019/none", "members of a result that is not there"),
}


@pytest.mark.parametrize(("column", "value", "message"), MEMBER.values(), ids=MEMBER)
def test_members_that_are_not_the_rows_behind_a_result(whole, column, value, message):
    data, results, members = whole("sprave2019")
    row_of(members, "flow/randomised.count@int")[column] = value
    assert message in broken(data, results, members)


def test_a_numerator_from_elsewhere(whole):
    data, results, members = whole("sprave2019")
    name = "feasible_plan/proportion.clopper_pearson@int"
    mine = [row for row in members if row["result_id"].endswith(name)]
    part = next(row for row in mine if row["role"] == "numerator")
    other = "feasible_plan/proportion.clopper_pearson@con"
    stranger = next(
        row for row in members if row["result_id"].endswith(other) and row["role"] == "numerator"
    )
    part.update({key: stranger[key] for key in ("predicate", "n", "sha256")})
    assert "rows that are not among those analysed" in broken(data, results, members)


@pytest.mark.parametrize("gone", ["randomised.count@all", "randomised.count@con"])
def test_a_box_that_is_gone(whole, gone):
    data, results, members = whole("sprave2019")
    kept = [row for row in results if not row["result_id"].endswith(f"flow/{gone}")]
    assert "the patient flow" in broken(data, kept, members)


def test_subjects_that_adsl_gained(whole):
    data, results, members = whole("sprave2019")
    more = Data(data.trial, data.folder)
    more.adsl = pd.concat([data.adsl, data.adsl.iloc[[0]].assign(USUBJID="x")], ignore_index=True)
    found = broken(more, results, members)
    assert "subjects in ADSL: 61, and its parts are 60 randomised + 0 without an arm" in found


def roles_of(row, data, members):
    evaluated = Members(data)
    mine = [one for one in members if one["result_id"] == row["result_id"]]
    return {one["role"]: evaluated.chosen(one["dataset"], one["predicate"]) for one in mine}


@given(st.data())
def test_every_n_is_bound_to_its_members(whole, drawn):
    """Whatever result is taken: an n above its rows and subjects does not hold."""
    data, results, members = whole("made")
    row = drawn.draw(st.sampled_from([row for row in results if row["n_used"] is not None]))
    roles = roles_of(row, data, members)
    assert list(told(row, roles)) == []
    most = max(role.n for role in roles.values())
    if row["method"] not in ("missing.descriptive", "occurrences.count"):
        more = row | {"n_used": most + drawn.draw(st.integers(1, 100))}
        assert any(text.startswith("n = ") for text in told(more, roles))


@given(st.data())
def test_every_plain_count_is_bound_to_its_members(whole, drawn):
    data, results, members = whole("sprave2019")
    row = drawn.draw(st.sampled_from([row for row in results if row["stat_name"] in COUNTED]))
    roles = roles_of(row, data, members)
    by = drawn.draw(st.integers(-50, 50).filter(bool))
    wrong = list(told(row | {"stat_value": row["stat_value"] + by}, roles))
    assert [text for text in wrong if text.startswith("a count of ")]


def test_the_stage_stops_without_a_traceback_and_writes_nothing(trials, tmp_path):
    trial, folder = trials("sprave2019")
    for name in ("results", "members"):
        table = pq.read_table(folder / "analysis" / f"{name}.parquet")
        table = table.slice(1) if name == "members" else table
        pq.write_table(table, tmp_path / f"{name}.parquet")
    out = Path(tmp_path) / "checks.parquet"
    with pytest.raises(ConservationError, match="no members that were analysed"):
        check_results(trial, folder / "derived", tmp_path, out)
    assert not out.exists()
