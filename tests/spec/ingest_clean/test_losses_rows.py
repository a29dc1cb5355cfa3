"""Rows, subjects and tables that are lost, each with its wanted end: a stop, or a red line."""

from pathlib import Path

import pytest
from lossy_trial import CLEANING, TRIAL, Given, account, stop, told

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.account import Excluded
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.check import check_trial


def test_a_good_export_has_no_red_line(tmp_path: Path):
    found = account(tmp_path, Given())
    assert found.warnings == ()
    assert (found.subjects.in_export, found.subjects.kept) == (40, 40)
    assert [(d.table, d.what, d.n) for d in found.decisions] == [("events", "covers: some", 36)]
    assert found.tables["events"].subjects == 4
    rules = [str(p) for p in check_trial(Project(tmp_path), "lossy") if "cleaning" in str(p)]
    assert rules == []


# Rows that share a key and differ


def test_a_wrong_key_of_a_long_table_stops_with_the_right_one(tmp_path: Path):
    given = Given(trial=TRIAL.replace("key: [id, visit]", "key: [id]"))
    message = stop(tmp_path, given)
    assert "80 of 80 rows share their id and differ: visits.csv, lines 2–81" in message
    assert "[id, visit] would be unique" in message
    assert "tables.visits.on_conflict" in message
    assert "P001" not in message


def test_a_corrected_row_beside_the_wrong_one_stops(tmp_path: Path):
    given = Given()
    given.patients.append([*given.patients[3][:4], "77.5", *given.patients[3][5:]])
    message = stop(tmp_path, given)
    assert "2 of 41 rows share their id and differ: patients.csv, lines 5, 42" in message
    assert "one row for each id: these look like two versions of a row, a correction?" in message
    assert "take one of them out of the export; or say which is used" in message
    assert "would be unique" not in message


def test_a_code_or_a_date_is_a_key_rather_than_what_was_measured(tmp_path: Path):
    """Weight has fewer different values than seen, and is no key."""
    given = Given()
    for row in given.patients[:5]:
        again = [*row[:4], "99.5", "28.12.2020", row[6]]
        row[4] = "88.5"
        given.patients.append(again)
    message = stop(tmp_path, given)
    assert "10 of 45 rows share their id and differ" in message
    assert "[id, seen] would be unique" in message


def test_rows_that_no_two_columns_tell_apart(tmp_path: Path):
    given = Given()
    given.visits += [[f"P{n:03}", "0", ""] for n in range(1, 11)]
    assert "no one or two further columns would" in stop(tmp_path, given)


@pytest.mark.parametrize(
    ("take", "weight", "kept"),
    [("first", 51.5, 40), ("last", 99.0, 40), ("reject", None, 39)],
)
def test_which_of_two_rows_is_used_can_be_declared(tmp_path: Path, take, weight, kept):
    given = Given(
        cleaning=CLEANING + f"  patients:\n    on_conflict: {{{take}: as the site says}}\n"
    )
    given.patients.append([*given.patients[0][:4], "99.0", *given.patients[0][5:]])
    found = account(tmp_path, given)
    rows = read_table(tmp_path / "clean" / "patients.parquet", CLEAN).to_pylist()
    assert {row["weight"] for row in rows if row["id"] == "P001"} == {weight} - {None}
    decided = next(d for d in found.decisions if d.table == "patients")
    assert (decided.what, decided.reason) == (f"on_conflict: {take}", "as the site says")
    assert decided.n == (2 if take == "reject" else 1)
    line = next(one for one in found.warnings if one.kind == "conflicts")
    assert (
        line.text
        == {
            "first": "Table patients: 1 of 41 rows is not used, "
            "since the first row of the same id is "
            "taken (line 42). By arm: Active 0 of 20, Control 1 of 21. Declared: as the site says.",
            "last": "Table patients: 1 of 41 rows is not used, "
            "since the last row of the same id is "
            "taken (line 2). By arm: Active 0 of 20, Control 1 of 21. Declared: as the site says.",
            "reject": "Table patients: 2 of 41 rows share their id with one that differs; none is "
            "used (lines 2, 42). By arm: Active 0 of 20, Control 2 of 21. "
            "Declared: as the site says.",
        }[take]
    )
    assert (found.subjects.in_export, found.subjects.kept) == (40, kept)
    if take == "reject":
        assert found.subjects.excluded == (Excluded(1, "duplicate_key: as the site says"),)
        assert ("subjects_excluded", "patients", None) in told(found)
        assert found.tables["visits"].rows_rejected == {"excluded_subject": 2}
        assert found.tables["visits"].of_subjects == 39
    else:
        assert found.subjects.excluded == ()


# Subjects


def test_a_patient_without_a_number_would_vanish(tmp_path: Path):
    given = Given()
    given.patients[4][0] = ""
    message = stop(tmp_path, given)
    assert "1 of 40 subjects, whose rows have no usable subject; patients.csv, lines 6" in message
    assert "tables.patients.exclude.subject_missing" in message


def test_a_patient_who_vanishes_can_be_declared(tmp_path: Path):
    given = Given(
        cleaning=CLEANING
        + "  patients:\n    exclude: {subject_missing: withdrew consent and was erased}\n"
    )
    given.patients[4][0] = ""
    found = account(tmp_path, given)
    assert (found.subjects.in_export, found.subjects.kept) == (40, 39)
    reason = "subject_missing: withdrew consent and was erased"
    assert found.subjects.excluded == (Excluded(1, reason),)
    assert ("subjects_excluded", "patients", None) in told(found)
    # The visits of P005 are now of nobody.
    assert ("unknown_subjects", "visits", None) in told(found)


def test_blank_rows_are_of_nobody(tmp_path: Path):
    given = Given()
    given.patients += [[" "] * 7] * 30
    given.visits += [[""] * 3] * 100
    found = account(tmp_path, given)
    assert found.warnings == ()
    assert found.subjects.in_export == 40
    assert found.tables["patients"].rows_in == 40


def test_a_row_between_others_that_lost_its_cells_is_told(tmp_path: Path):
    given = Given()
    given.visits[6] = [""] * 3
    (line,) = account(tmp_path, given).warnings
    assert "visits: line(s) 8 between other rows have no value" in line.text


def test_every_row_of_the_wrong_key_stops_with_the_key_and_not_without_subjects(tmp_path: Path):
    given = Given(trial=TRIAL.replace("key: [id],", "key: [arm],"))
    message = stop(tmp_path, given)
    assert "40 of 40 rows share their arm and differ" in message
    assert "[arm, id] would be unique" in message


def test_unknown_subjects_are_a_red_line(tmp_path: Path):
    given = Given()
    given.visits += [["P777", "0", "1"], ["P777", "1", "1"]]
    (line,) = account(tmp_path, given).warnings
    assert (line.kind, line.table) == ("unknown_subjects", "visits")
    assert (
        "2 of 82 rows are of a subject who is not in the table of subjects (subjects: 1) "
        "(lines 82–83)"
    ) in line.text
    assert "P777" not in line.text


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda n: n.lower(), "40 of 40 unknown subjects would be known but for how they are"),
        (lambda n: n.replace("P", "P "), "but for how they are written"),
        (
            lambda n: n.replace("P0", "P"),
            "40 of 40 unknown subjects would be known but for leading",
        ),
        (lambda n: f"UK-{n}", "but for what stands around the last number"),
        (lambda n: n.replace("P", "\u0420"), "but for how they are written"),
    ],
)
def test_numbers_written_in_another_way_stop_with_how(tmp_path: Path, change, hint: str):
    given = Given()
    given.visits = [[change(n), v, p] for n, v, p in given.visits]
    message = stop(tmp_path, given)
    assert "80 of 80 rows are of a subject who is not in the table of subjects" in message
    assert hint in message


def test_unknown_subjects_may_be_left_out_with_a_reason(tmp_path: Path):
    given = Given(cleaning=CLEANING + "  visits:\n    exclude: {unknown_subject: screened only}\n")
    given.visits += [[f"S{n}", "0", "1"] for n in range(40)]
    found = account(tmp_path, given)
    (line,) = found.warnings
    assert line.text.endswith("Left out as declared: screened only.")
    assert ("visits", "excluded", 40, "unknown_subject: screened only") in [
        (d.table, d.what, d.n, d.reason) for d in found.decisions
    ]


def test_rows_without_a_key_are_a_red_line_and_many_a_stop(tmp_path: Path):
    given = Given()
    given.visits[0][1] = "9"
    (line,) = account(tmp_path / "a", given).warnings
    assert line.kind == "rows_without_key"
    assert line.text.startswith(
        "Table visits: 1 of 80 rows has no usable value in a column of the key (line 2; column "
        "visit)."
    )
    for row in given.visits[:40]:
        row[1] = {"0": "before", "1": "after"}.get(row[1], "before")
    message = stop(tmp_path / "b", given)
    assert "40 of 80 rows have no usable value in a column of the key" in message
    assert "column visit: 40 of 40 hold the label instead of the code" in message


def test_patients_without_an_arm_are_a_red_line(tmp_path: Path):
    given = Given()
    given.column("arm", lambda cell: " ", slice(3, 5))
    (line,) = account(tmp_path / "empty", given).warnings
    assert line.kind == "no_arm"
    assert "2 of 40 subjects have no arm and are in no comparison (lines 5–6)." in line.text
    given.column("arm", lambda cell: "screened", slice(3, 5))
    given.cleaning += "  patients:\n    missing: {arm: [screened]}\n"
    assert account(tmp_path / "declared", given).warnings == ()


# Tables that do not belong together


def test_a_table_of_an_older_data_cut(tmp_path: Path):
    given = Given()
    given.visits = [row for row in given.visits if row[0] <= "P026"]
    (line,) = account(tmp_path, given).warnings
    assert line.kind == "coverage"
    assert "rows of 26 of 40 subjects and of none of the last 14" in line.text
    assert "older data cut" in line.text


def test_far_fewer_subjects_than_the_other_tables(tmp_path: Path):
    given = Given()
    given.visits = [row for row in given.visits if int(row[0][1:]) % 3]
    (line,) = account(tmp_path / "few", given).warnings
    assert "27 of 40 subjects, where the other tables have 100 %" in line.text
    given.cleaning += "  visits:\n    covers: some\n"
    assert account(tmp_path / "some", given).warnings == ()


@pytest.mark.parametrize(
    ("declared", "lines"),
    [("covers: some", 1), ("covers: earlier", 1), ("empty: true", 0)],
)
def test_a_table_with_its_header_alone(tmp_path: Path, declared: str, lines: int):
    given = Given(cleaning=CLEANING.replace("covers: some", declared))
    given.events = []
    found = account(tmp_path, given)
    assert told(found) == [("coverage", "events", None)] * lines
    assert found.tables["events"].subjects == 0


def test_a_table_that_is_declared_empty_and_is_not(tmp_path: Path):
    given = Given(cleaning=CLEANING.replace("covers: some", "empty: true"))
    (line,) = account(tmp_path, given).warnings
    assert line.text == "Table events is declared empty and has 4 rows."


# Subjects that look alike


@pytest.mark.parametrize(("limit", "lines"), [(60, 1), (69, 0)])
def test_a_check_that_a_tenth_of_the_rows_breaks_is_told(tmp_path: Path, limit: int, lines: int):
    """Ages are 31 to 70: of 40 that are to be below 60 eleven are not, of those below 69 two."""
    check = f"""
checks:
  younger: {{label: Nobody is old, table: patients, severity: flag, columns: [age],
            expect: {{age: {{below: {limit}}}}}}}
"""
    found = account(tmp_path, Given(cleaning=CLEANING + check)).warnings
    text = "Check younger of table patients (Nobody is old) does not hold in 11 of 40 cases"
    assert [one.text.startswith(text) for one in found] == [True] * lines
