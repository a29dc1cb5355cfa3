"""Rows that `tables.<name>.where` leaves out: counted, told, and not judged as if in."""

from pathlib import Path

from lossy_trial import DICTIONARY, TRIAL, Given, account, made, stop

from trialtrace.report.commands.closing import closing_lines
from trialtrace.run.cleaning.account import Excluded, Selection
from trialtrace.run.tables.contracts import CLEAN, RAW, read_table
from trialtrace.run.trial.check import check_trial

AFTER = TRIAL.replace(
    "key: [id, visit], subject: id}", 'key: [id], subject: id, where: {visit: {is: "1"}}}'
)
ADULTS = TRIAL.replace("arm: arm}", "arm: arm, where: {age: {at_least: 35}}}")


def test_a_table_is_made_of_the_rows_that_meet_its_condition(tmp_path: Path):
    found = account(tmp_path, Given(trial=AFTER))
    assert found.selections == (Selection("visits", "visit = 1", 80, 40, 0),)
    assert (found.tables["visits"].rows_in, found.tables["visits"].rows_kept) == (40, 40)
    assert found.warnings == ()
    rows = read_table(tmp_path / "clean" / "visits.parquet", CLEAN).to_pylist()
    assert {row["visit"] for row in rows} == {"1"}
    raw = read_table(tmp_path / "raw" / "visits.parquet", RAW).to_pylist()
    line = {row["source_row"]: row for row in raw}
    assert all(line[row["source_row"]]["pain"] == str(row["pain"]) for row in rows)


def test_cells_of_other_rows_break_no_rule(tmp_path: Path):
    """A long table may hold text where another of its tests has numbers."""
    given = Given(trial=AFTER)
    for row in given.visits:
        if row[1] == "0":
            row[2] = "positive"
    found = account(tmp_path, given)
    assert (found.warnings, found.tables["visits"].cells_rejected) == ((), {})
    assert "values are rejected" in stop(tmp_path / "all", Given(visits=given.visits))


def test_rows_on_which_it_cannot_decide_are_told(tmp_path: Path):
    given = Given(trial=AFTER)
    given.visits[1][1], given.visits[3][1] = "", "7"
    found = account(tmp_path, given)
    assert found.selections == (Selection("visits", "visit = 1", 80, 40, 2),)
    line = next(one for one in found.warnings if one.kind == "where_undecided")
    assert "2 of 80 rows of the raw table visits are left out" in line.text
    assert "tables.visits.where (visit = 1) needs (lines 3, 5)" in line.text
    assert found.tables["visits"].subjects == 38


def test_subjects_whose_rows_are_left_out_are_told_in_the_flow(tmp_path: Path):
    found = account(tmp_path, Given(trial=ADULTS))
    assert (found.subjects.in_export, found.subjects.kept) == (40, 36)
    why = "left_out: tables.patients.where is age ≥ 35"
    assert found.subjects.excluded == (Excluded(4, why),)
    assert found.tables["visits"].rows_rejected == {"excluded_subject": 8}
    assert found.tables["visits"].of_subjects == 36
    line = closing_lines(tmp_path, "lossy")[1]
    assert "4 for left out (tables.patients.where is age ≥ 35)" in line


def test_a_subject_with_another_row_is_not_left_out(tmp_path: Path):
    """A row beside it, as of another instrument in one file."""
    given = Given(trial=ADULTS)
    given.patients += [[row[0], "", "", "", "", "", "1"] for row in given.patients[10:20]]
    given.cleaning += "  patients:\n    accept: {age: other rows}\n"
    given.dictionary = DICTIONARY.replace("integer,18,110", "integer,0,110")
    found = account(tmp_path, given)
    assert (found.subjects.in_export, found.subjects.kept) == (40, 36)
    assert [one.n for one in found.subjects.excluded] == [4]


def test_a_condition_that_no_row_meets_stops(tmp_path: Path):
    wrong = AFTER.replace('{is: "1"}', '{in: ["0", "1"]}, pain: {above: 99}')
    message = stop(tmp_path, Given(trial=wrong))
    assert "tables.visits.where" in message
    assert "none of the 80 rows of the raw table visits meets" in message
    declared = Given(trial=wrong)
    declared.cleaning += "  visits:\n    empty: true\n"
    assert account(tmp_path / "declared", declared).tables["visits"].rows_in == 0


def test_a_condition_is_checked_against_the_dictionary(tmp_path: Path):
    wrong = AFTER.replace('{visit: {is: "1"}}', '{visit: {is: "9"}, pian: present}')
    problems = check_trial(made(tmp_path, Given(trial=wrong)), "lossy")
    found = [str(one) for one in problems if "tables.visits.where" in str(one)]
    assert len(found) == 2
    assert "a choice of visit" in found[0]
    assert 'did you mean "pain"?' in found[1]


LOG = TRIAL.replace(
    "key: [id, visit], subject: id}",
    "key: [id, visit], subject: id, where: {pain: {at_least: 5}}, reason: visit}",
)


def test_rows_left_out_are_counted_by_their_reason(tmp_path: Path):
    """By the labels of the column; a row whose reason is blank is counted too."""
    given = Given(trial=LOG)
    out = [row for row in given.visits if int(row[2]) < 5]
    out[0][1] = ""
    codes = [row[1] for row in out]
    (found,) = account(tmp_path, given).selections
    counted = {"before": codes.count("0"), "after": codes.count("1"), "not recorded": 1}
    assert found.reasons == counted and found.left_out == len(out)
    assert '"reasons"' in (tmp_path / "clean" / "account.json").read_text()
