"""Selections of derived rows: the join with ADSL, `complete`, identity of the rows."""

import hashlib

import pyarrow as pa
import pytest

from trialtrace.run.tables.contracts import ADSL, BDS, from_rows, write_table
from trialtrace.run.tables.frames import Frames, canonical

# subject, site, arm
SUBJECTS = [("t-1", "North", "new"), ("t-2", "South", "new"), ("t-3", None, "old")]
# subject, number, visit, value; t-2 lacks the second visit, t-3 has the first one twice
RECORDS = [
    ("t-1", 1, "day 1", 3.0),
    ("t-1", 2, "day 2", 4.0),
    ("t-2", 1, "day 1", 5.0),
    ("t-2", 2, "day 2", None),
    ("t-3", 1, "day 1", 6.0),
    ("t-3", 2, "day 1", 7.0),
]


def write(folder, records):
    subjects = [
        {"STUDYID": "t", "USUBJID": s, "SUBJID": s, "SITEID": site, "TRT01P": arm, "SYNTHFL": "N"}
        for s, site, arm in SUBJECTS
    ]
    adsl = from_rows(subjects, ADSL).append_column("RISK", pa.array([1.0, 2.0, None]))
    write_table(folder / "adsl.parquet", adsl, ADSL)
    rows = [
        {
            "STUDYID": "t",
            "USUBJID": s,
            "ASEQ": n,
            "PARAMCD": "PAIN",
            "PARAM": "Pain",
            "AVISIT": visit,
            "AVAL": value,
            "SYNTHFL": "N",
        }
        for s, n, visit, value in records
    ]
    write_table(folder / "bds.parquet", from_rows(rows, BDS), BDS)
    return Frames(folder)


@pytest.fixture
def frames(tmp_path):
    return write(tmp_path, RECORDS)


def ids(frames, predicate, dataset="bds"):
    return frames.select(dataset, predicate).ids


def test_rows_that_surely_meet_a_condition(frames):
    assert ids(frames, {"AVAL": {"above": 4}}) == ["t-2/1", "t-3/1", "t-3/2"]
    # A missing value is neither above 4 nor not above 4.
    assert ids(frames, {"not": {"AVAL": {"above": 4}}}) == ["t-1/1", "t-1/2"]


def test_columns_of_adsl_stand_beside_every_record_of_their_subject(frames):
    assert ids(frames, {"SITEID": {"is": "South"}}) == ["t-2/1", "t-2/2"]
    assert ids(frames, {"RISK": "missing"}) == ["t-3/1", "t-3/2"]
    selection = frames.select("bds", {"TRT01P": {"is": "new"}})
    assert selection.column("RISK").tolist() == [1.0, 1.0, 2.0, 2.0]


def test_adsl_itself_has_number_0(frames):
    assert ids(frames, {"SITEID": "present"}, "adsl") == ["t-1/0", "t-2/0"]


def test_columns_are_those_of_the_data_set_then_those_of_adsl(frames):
    assert frames.names("adsl")[-2:] == ["RISK", "ASEQ"]
    assert frames.names("bds")[-1] == "RISK"
    assert frames.table("bds").column_names == frames.names("bds")
    two = frames.table("bds", ["RISK", "AVAL"])
    assert two.column_names == ["RISK", "AVAL"] and two.num_rows == 6
    with pytest.raises(KeyError):
        frames.table("bds", ["WEIGHT"])


def test_a_part_of_the_subjects_has_their_rows_alone(frames):
    part = frames.of_subjects(pa.array(["t-3"]))
    assert part.select("bds", {"AVAL": {"above": 6}}).ids == ["t-3/2"]
    assert part.column("bds", "RISK").to_pylist() == [None, None]
    assert part.column("adsl", "USUBJID").to_pylist() == ["t-3"]


def test_complete_keeps_subjects_with_a_value_at_each_visit(frames):
    both = {"complete": {"AVISIT": ["day 1", "day 2"]}}
    assert ids(frames, both) == ["t-1/1", "t-1/2"]
    # At day 1 all have a value; two records at one visit are still one visit.
    assert ids(frames, {"complete": {"AVISIT": ["day 1"]}}) == ["t-1/1", "t-2/1", "t-3/1", "t-3/2"]
    assert ids(frames, both | {"RISK": {"is": 2}}) == []


def test_complete_asks_after_the_other_conditions(frames):
    assert ids(frames, {"AVAL": {"below": 4}, "complete": {"AVISIT": ["day 1", "day 2"]}}) == []


def test_the_hash_is_over_the_sorted_names_of_rows_whatever_their_order(tmp_path):
    orders = [RECORDS, RECORDS[::-1]]
    hashes = {
        write(tmp_path / str(n), records).select("bds", {"AVAL": "present"}).sha256
        for n, records in enumerate(orders)
    }
    text = "t-1/1\nt-1/2\nt-2/1\nt-3/1\nt-3/2"
    assert hashes == {hashlib.sha256(text.encode()).hexdigest()}


def test_the_same_predicate_in_another_order_is_the_same_selection(frames):
    first = {"AVAL": "present", "RISK": {"is": 1.0}}
    second = {"RISK": {"is": 1.0}, "AVAL": "present"}
    assert canonical(first) == canonical(second) == '{"AVAL": "present", "RISK": {"is": 1.0}}'
    assert frames.select("bds", first) is frames.select("bds", second)
