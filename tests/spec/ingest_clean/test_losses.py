"""Exports that lose much, each with its wanted end: a stop that says what would fit, or a red line.

40 patients, two visits each, some events. A case changes the files or the configuration.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mini_trial import CONFIG, HEADER, REPOSITORY

from trialtrace.cleaning.account import Account, Excluded, read_account
from trialtrace.cleaning.clean import clean_tables
from trialtrace.config.check import check_trial
from trialtrace.config.load import load_trial
from trialtrace.contracts import CLEAN, read_table
from trialtrace.errors import UserError
from trialtrace.paths import Project
from trialtrace.sources.ingest import ingest_sources

TRIAL = """
title: A trial that loses data
question: Is it told?
design:
  kind: parallel
  arms:
    active: {label: Active, code: "A"}
    control: {label: Control, code: "C", control: true}
  randomisation: {scheme: simple}
source:
  kind: files
  folder: data
  items:
    patients: {path: patients.csv, format: csv, encoding: utf-8, separator: ";", decimal: "."}
    visits: {path: visits.csv, format: csv, encoding: utf-8, separator: ";", decimal: "."}
    events: {path: events.csv, format: csv, encoding: utf-8, separator: ";", decimal: "."}
tables:
  patients: {of: patients, key: [id], subject: id, arm: arm}
  visits: {of: visits, key: [id, visit], subject: id}
  events: {of: events, key: [source_row], subject: id}
subjects:
  table: patients
populations:
  itt: {label: All randomised, flag: ITTFL, where: {arm: present}}
"""
CLEANING = """
tables:
  events:
    covers: some
"""
DICTIONARY = (
    HEADER
    + """\
id,patients,,text,Number,,,,,,,,y,,,,,
arm,patients,,radio,Arm,"A, Active | C, Control",,,,,,,,,,,,
sex,patients,,radio,Sex,"f, Female | m, Male",,,,,,,,,,,,
smoker,patients,,truefalse,Smoker,,,,,,,,,,,,,
weight,patients,,text,Weight,,,number,30,250,,,,,,,,
seen,patients,,text,Seen,,,date_dmy,,,,,,,,,,
age,patients,,text,Age,,,integer,18,110,,,y,,,,,
id,visits,,text,Number,,,,,,,,y,,,,,
visit,visits,,radio,Visit,"0, before | 1, after",,,,,,,,,,,,
pain,visits,,text,Pain,,,integer,0,10,,,,,,,,
id,events,,text,Number,,,,,,,,y,,,,,
grade,events,,text,Grade,,,integer,1,5,,,,,,,,
"""
)
Rows = list[list[str]]


def patients() -> Rows:
    return [
        [f"P{n:03}", "AC"[n % 2], "fm"[n // 2 % 2], str(n % 2), f"{50 + n}.5",
         f"{n % 9 + 1:02}.{n % 12 + 1:02}.2020", str(30 + n)]
        for n in range(1, 41)
    ]  # fmt: skip


@dataclass
class Given:
    """The files of the trial, to be changed by a case."""

    patients: Rows = field(default_factory=patients)
    visits: Rows = field(
        default_factory=lambda: [
            [f"P{n:03}", str(v), str((n + v) % 11)] for n in range(1, 41) for v in (0, 1)
        ]
    )
    events: Rows = field(default_factory=lambda: [[f"P{n:03}", "3"] for n in (2, 9, 17, 35)])
    trial: str = TRIAL
    cleaning: str = CLEANING
    dictionary: str = DICTIONARY
    disclosure: str = "by_source"

    def column(self, name: str, change: Callable[[str], str], rows: slice = slice(None)) -> None:
        """Change the cells of a column of the patients."""
        at = ["id", "arm", "sex", "smoker", "weight", "seen", "age"].index(name)
        for row in self.patients[rows]:
            row[at] = change(row[at])


def made(root: Path, given: Given) -> Project:
    folder = root / "config" / "trials" / "lossy"
    folder.mkdir(parents=True)
    (root / "workflow").symlink_to(REPOSITORY / "workflow")
    config = CONFIG.replace("by_source", given.disclosure).replace("mini", "lossy")
    (root / "config" / "config.yaml").write_text(config)
    (folder / "trial.yaml").write_text(given.trial)
    (folder / "cleaning.yaml").write_text(given.cleaning)
    (folder / "dictionary.csv").write_text(given.dictionary, encoding="utf-8")
    (root / "data").mkdir()
    names = {
        "patients": "id;arm;sex;smoker;weight;seen;age",
        "visits": "id;visit;pain",
        "events": "id;grade",
    }
    for name, header in names.items():
        lines = [header, *(";".join(row) for row in getattr(given, name))]
        (root / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Project(root)


def account(root: Path, given: Given) -> Account:
    trial = load_trial("lossy", made(root, given))
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")
    return read_account(root / "clean")


def stop(root: Path, given: Given) -> str:
    """What the run says as it stops, before it writes anything."""
    with pytest.raises(UserError) as caught:
        account(root, given)
    assert not (root / "clean").exists()
    return str(caught.value)


def told(found: Account) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.table, one.column) for one in found.warnings]


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
            "taken (lines 42). Declared: as the site says.",
            "last": "Table patients: 1 of 41 rows is not used, "
            "since the last row of the same id is "
            "taken (lines 2). Declared: as the site says.",
            "reject": "Table patients: 2 of 41 rows share their id with one that differs; none is "
            "used (lines 2, 42). Declared: as the site says.",
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


def test_an_export_pasted_twice_is_told(tmp_path: Path):
    given = Given()
    given.visits += given.visits
    found = account(tmp_path, given)
    assert told(found) == [("repeated_rows", "visits", None)]
    assert found.tables["visits"].rows_rejected == {"duplicate_row": 80}


# Columns


def test_truth_in_other_words(tmp_path: Path):
    given = Given()
    given.column("smoker", lambda cell: {"0": "FALSE", "1": "TRUE"}[cell])
    message = stop(tmp_path, given)
    assert "table patients, column smoker" in message
    assert "40 of 40 values (100.0 %) rejected: unknown_code 40" in message
    assert "the values are FALSE, TRUE" in message


def test_numbers_where_letters_are_declared(tmp_path: Path):
    given = Given()
    given.column("sex", lambda cell: {"f": "2", "m": "1"}[cell])
    message = stop(tmp_path, given)
    assert "the values are 1, 2" in message
    assert "not one of the codes f, m" in message


@pytest.mark.parametrize("disclosure", ["by_source", "full"])
def test_codes_that_are_no_common_words_are_told_under_full_disclosure_only(
    tmp_path: Path, disclosure: str
):
    given = Given(disclosure=disclosure)
    given.column("sex", lambda cell: {"f": "Jane", "m": "Joe"}[cell])
    message = stop(tmp_path, given)
    assert ("Jane" in message) == (disclosure == "full")
    assert ("Joe" in message) == (disclosure == "full")


@pytest.mark.parametrize(
    ("column", "change", "hint"),
    [
        ("sex", str.upper, "40 of 40 are a code but for capital letters"),
        ("sex", lambda c: {"f": "Female", "m": "Male"}[c], "40 of 40 hold the label instead"),
        ("smoker", lambda c: f"{c}.0", "40 of 40 are a code but for .0 at the end"),
        ("smoker", lambda c: f"0{c}", "40 of 40 are a code but for leading zeros"),
        ("weight", lambda c: c.replace(".", ","), "40 of 40 are numbers with the decimal sign ','"),
        ("weight", lambda c: f"{c} kg", "40 of 40 are numbers with a unit or text behind them"),
        ("weight", lambda c: str(float(c) * 1000), "as a thousandth of what they are"),
        ("weight", lambda c: "-99", "40 of 40 look like codes for missing"),
        ("age", lambda c: f"{c}.5", "40 of 40 have decimals: numbers, not integers"),
        ("seen", lambda c: f"{c} 10:30", "are dates with a time of day"),
        ("seen", lambda c: c[:6] + c[8:], "have a year of two digits"),
    ],
)
def test_what_would_fit_is_told(tmp_path: Path, column: str, change, hint: str):
    given = Given()
    given.column(column, change)
    message = stop(tmp_path, given)
    assert f"table patients, column {column}" in message
    assert hint in message


def test_months_before_days(tmp_path: Path):
    """Eight of twenty are impossible as mdy; the others were read as another day."""
    given = Given(dictionary=DICTIONARY.replace("date_dmy", "date_mdy"))
    given.column("seen", lambda cell: "", slice(20, None))
    given.column("seen", lambda cell: f"{20}{cell[2:]}", slice(0, 8))
    message = stop(tmp_path, given)
    assert "8 of 20 are impossible as mdy, all 20 are possible as dmy" in message


def us_site(given: Given, rows: slice) -> None:
    """Dates of one site are written month first: on the 13th or later impossible, else misread."""
    days = iter(["17", "20", "25", "05", "06", "07"] * 4)
    given.column("seen", lambda cell: f"{cell[3:5]}/{next(days)}/2020", rows)


@pytest.mark.parametrize(("rows", "bad"), [(slice(0, 12), 6), (slice(0, 24), 12)])
def test_dates_of_one_site_in_another_order_say_that_others_may_be_misread(
    tmp_path: Path, rows: slice, bad: int
):
    given = Given()
    given.patients[39][5] = given.patients[38][5] = "28.02.2020"
    us_site(given, rows)
    if bad == 6:
        (line,) = account(tmp_path, given).warnings
        message = line.text
    else:
        message = stop(tmp_path, given)
    assert f"ll {bad} are possible as month/day/year, and " in message
    assert "others of the column are possible in both orders: some may have been" in message


def test_one_date_that_only_another_order_allows_stops(tmp_path: Path):
    given = Given(dictionary=DICTIONARY.replace("date_dmy", "date_mdy"))
    given.column("seen", lambda cell: "13.01.2020", slice(0, 1))
    message = stop(tmp_path, given)
    assert "1 of 40 are impossible as mdy, all 40 are possible as dmy" in message


def test_a_misread_date_of_the_key_stops_too(tmp_path: Path):
    trial = TRIAL.replace("key: [id],", "key: [id, seen],")
    given = Given(dictionary=DICTIONARY.replace("date_dmy", "date_mdy"), trial=trial)
    # The patient has another row, so that nobody vanishes.
    given.patients.append([*given.patients[0][:5], "13.01.2020", given.patients[0][6]])
    message = stop(tmp_path, given)
    assert "1 of 41 rows has no usable value in a column of the key" in message
    assert "column seen: 1 of 41 are impossible as mdy, 0 as dmy" in message


def test_a_date_that_no_order_misreads_is_a_reject_like_any_other(tmp_path: Path):
    """Dates written as ISO are the same day in every order: one other spelling is one reject."""
    given = Given(dictionary=DICTIONARY.replace("date_dmy", "date_ymd"))
    given.column("seen", lambda c: f"{c[6:]}-{c[3:5]}-{c[:2]}")
    given.column("seen", lambda cell: "13.01.2020", slice(0, 1))
    assert account(tmp_path, given).warnings == ()


def test_an_order_of_dates_may_be_accepted(tmp_path: Path):
    given = Given(
        dictionary=DICTIONARY.replace("date_dmy", "date_mdy"),
        cleaning=CLEANING + "  patients:\n    accept: {seen: one was mistyped}\n",
    )
    given.column("seen", lambda cell: "13.01.2020", slice(0, 1))
    (line,) = account(tmp_path, given).warnings
    assert line.kind == "column_rejected"
    assert "all 40 are possible as dmy" in line.text
    assert line.text.endswith("Accepted: one was mistyped.")


@pytest.mark.parametrize(
    ("column", "change", "place"),
    [
        ("weight", lambda c: c.replace(".", ","), 'trial.yaml: source.items.patients.decimal: ","'),
        ("seen", lambda c: f"{c} 10:30", "dictionary.csv, row 7: its validation, date_dmy"),
        ("sex", str.upper, "dictionary.csv, row 4: its choices"),
        ("weight", lambda c: "500", "dictionary.csv, row 6: its minimum and maximum"),
    ],
)
def test_what_to_mend_is_named(tmp_path: Path, column: str, change, place: str):
    given = Given()
    given.column(column, change)
    message = stop(tmp_path, given)
    assert place in message
    assert "expected  at most 20 % of them\n" in message
    assert "no other order fits better" not in message


def test_an_arm_in_another_spelling_asks_for_the_one_that_is_meant(tmp_path: Path):
    given = Given()
    given.column("arm", str.lower, slice(0, 1))
    message = stop(tmp_path, given)
    assert "1 other code(s) in 1 row(s): patients.csv, lines 2" in message
    assert "did you mean C, but for capital letters or blanks? mend design.arms" in message
    assert "leaves its patients out of all arms" in message


def test_values_of_a_patient_are_never_told_as_common_words(tmp_path: Path):
    """7 may be any code in a coded column; in a column of numbers it is somebody's weight."""
    given = Given()
    given.column("weight", lambda cell: "7")
    assert "the values are" not in stop(tmp_path, given)


def test_one_impossible_date_is_a_reject_like_any_other(tmp_path: Path):
    given = Given()
    given.column("seen", lambda cell: "31.02.2020", slice(0, 1))
    given.column("seen", lambda cell: "01.13.2020", slice(1, 2))
    found = account(tmp_path, given)
    assert found.warnings == ()
    assert found.tables["patients"].cells_rejected == {"impossible_date": 2}


def test_more_than_a_twentieth_is_a_red_line(tmp_path: Path):
    given = Given()
    given.column("weight", lambda cell: "500", slice(0, 3))
    (line,) = account(tmp_path, given).warnings
    assert (line.kind, line.table, line.column) == ("column_rejected", "patients", "weight")
    assert line.text.startswith(
        "Table patients, column weight: 3 of 40 values (7.5 %) rejected: above_maximum 3."
    )


def test_one_in_a_required_column_is_a_red_line(tmp_path: Path):
    given = Given()
    given.column("age", lambda cell: "17", slice(0, 1))
    (line,) = account(tmp_path, given).warnings
    assert (line.kind, line.column) == ("required_rejected", "age")


def test_a_fifth_is_a_red_line_and_more_a_stop(tmp_path: Path):
    given = Given()
    given.column("weight", lambda cell: "500", slice(0, 8))
    assert told(account(tmp_path / "a", given)) == [("column_rejected", "patients", "weight")]
    given.column("weight", lambda cell: "500", slice(0, 9))
    assert "9 of 40 values (22.5 %)" in stop(tmp_path / "b", given)


def test_the_share_is_of_values_that_are_there(tmp_path: Path):
    given = Given()
    given.column("weight", lambda cell: "", slice(0, 36))
    given.column("weight", lambda cell: "500", slice(36, 37))
    assert "1 of 4 values (25.0 %)" in stop(tmp_path, given)


def test_all_columns_are_told_at_once(tmp_path: Path):
    given = Given()
    given.column("sex", str.upper)
    given.column("weight", lambda cell: cell.replace(".", ","))
    given.visits = [[n, v, f"{p}.5"] for n, v, p in given.visits]
    message = stop(tmp_path, given)
    for place in ("patients, column sex", "patients, column weight", "visits, column pain"):
        assert place in message


def test_a_check_that_rejects_counts_too(tmp_path: Path):
    checks = """
checks:
  young:
    {label: Nobody is old, table: patients, severity: reject, columns: [age],
     expect: {age: {below: 60}}}
"""
    message = stop(tmp_path, Given(cleaning=CLEANING + checks))
    assert "11 of 40 values (27.5 %) rejected: young 11" in message
    flagged = account(
        tmp_path / "flag", Given(cleaning=CLEANING + checks.replace("reject", "flag"))
    )
    assert flagged.warnings == ()
    assert flagged.tables["patients"].cells_flagged == {"young": 11}


def test_a_column_may_be_lost_with_a_reason(tmp_path: Path):
    given = Given(cleaning=CLEANING + "  patients:\n    accept: {weight: the scale was broken}\n")
    given.column("weight", lambda cell: "500")
    found = account(tmp_path, given)
    (line,) = found.warnings
    assert line.kind == "column_rejected"
    assert line.text.endswith("Accepted: the scale was broken.")
    decided = next(d for d in found.decisions if d.what == "accept")
    assert (decided.column, decided.n, decided.reason) == ("weight", 40, "the scale was broken")


def test_an_accepted_column_that_loses_nothing_is_told(tmp_path: Path):
    given = Given(cleaning=CLEANING + "  patients:\n    accept: {weight: the scale was broken}\n")
    assert told(account(tmp_path, given)) == [("stale_accept", "patients", "weight")]


# Columns that hold nothing


def test_an_emptied_column_is_a_red_line(tmp_path: Path):
    given = Given()
    given.column("weight", lambda cell: "")
    (line,) = account(tmp_path, given).warnings
    assert (line.kind, line.table, line.column) == ("empty_column", "patients", "weight")
    assert line.text == (
        "Column weight of table patients has no value in any of its 40 rows. Where that is right, "
        "declare it in cleaning.yaml: tables.patients.accept.weight."
    )


def test_a_column_that_is_empty_by_design_is_accepted_with_its_reason(tmp_path: Path):
    given = Given(cleaning=CLEANING + "  patients:\n    accept: {weight: nobody was weighed}\n")
    given.column("weight", lambda cell: " ")
    (line,) = account(tmp_path, given).warnings
    assert line.kind == "empty_column"
    assert line.text.endswith("rows. Accepted: nobody was weighed.")


@pytest.mark.parametrize("blank", ["", "NK"])
def test_a_column_that_is_blank_in_one_visit_alone_names_the_visit(tmp_path: Path, blank: str):
    given = Given(cleaning=CLEANING + "  visits:\n    missing: {pain: [NK]}\n")
    given.visits = [[n, v, blank if v == "1" else p] for n, v, p in given.visits]
    (line,) = account(tmp_path, given).warnings
    assert (line.kind, line.table, line.column) == ("empty_column", "visits", "pain")
    assert line.text.startswith(
        "Column pain of table visits has no value in any of the 40 rows of visit 1 (after); of "
        "those of each other visit, at least 80 % have one."
    )


def test_a_visit_that_the_dictionary_does_not_list_is_not_named(tmp_path: Path):
    listed = (
        'id,visits,,text,Number,,,,,,,,y,,,,,\nvisit,visits,,radio,Visit,"0, before | 1, after"'
    )
    free = "id,visits,,text,Number,,,,,,,,y,,,,,\nvisit,visits,,text,Visit,"
    given = Given(dictionary=DICTIONARY.replace(listed, free))
    given.visits = [[n, f"v77{v}", "" if v == "1" else p] for n, v, p in given.visits]
    (line,) = account(tmp_path, given).warnings
    assert "in any of the 40 rows of one visit; of those" in line.text
    assert "v77" not in line.text


def test_a_field_that_is_shown_at_some_visits_only_may_be_blank_at_the_others(tmp_path: Path):
    shown = "pain,visits,,text,Pain,,,integer,0,10,,[visit] = '0',,,,,,"
    given = Given(
        dictionary=DICTIONARY.replace("pain,visits,,text,Pain,,,integer,0,10,,,,,,,,", shown)
    )
    given.visits = [[n, v, "" if v == "1" else p] for n, v, p in given.visits]
    assert account(tmp_path / "shown", given).warnings == ()
    given.visits = [[n, v, ""] for n, v, _ in given.visits]
    assert told(account(tmp_path / "none", given)) == [("empty_column", "visits", "pain")]


def test_a_column_with_gaps_elsewhere_or_of_few_rows_is_no_sign(tmp_path: Path):
    given = Given()
    given.visits = [[n, v, "" if v == "1" or int(n[1:]) <= 9 else p] for n, v, p in given.visits]
    assert account(tmp_path / "gaps", given).warnings == ()
    given = Given()
    given.visits = [[n, v, "" if v == "1" else p] for n, v, p in given.visits]
    given.visits = [row for row in given.visits if row[1] == "0" or row[0] <= "P004"]
    assert account(tmp_path / "few", given).warnings == ()


# Subjects


def test_a_patient_without_a_number_would_vanish(tmp_path: Path):
    given = Given()
    given.patients[4][0] = ""
    message = stop(tmp_path, given)
    assert "1 of 40 subjects, whose rows have no usable subject; patients.csv, lines 6" in message
    assert "tables.patients.exclude.subject_missing" in message


def test_a_patient_whose_number_is_none_would_vanish(tmp_path: Path):
    """Two rows of one patient are one subject."""
    dictionary = DICTIONARY.replace("Number,,,,", "Number,,,integer,")
    given = Given(dictionary=dictionary, trial=TRIAL.replace("key: [id],", "key: [id, seen],"))
    for rows in (given.patients, given.visits, given.events):
        for row in rows:
            row[0] = row[0].lstrip("P0")
    given.patients[0][0] = "one"
    given.patients.append(["one", *given.patients[0][1:]])
    given.visits = given.visits[2:]
    assert "1 of 40 subjects" in stop(tmp_path, given)


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
    assert found.tables["patients"].rows_rejected == {"subject_missing": 30}


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


def test_an_unknown_subject_who_looks_like_a_known_one_is_told_so(tmp_path: Path):
    given = Given()
    for row in given.visits[4:6]:
        row[0] = "P\u200b003"
    (line,) = account(tmp_path, given).warnings
    assert line.kind == "unknown_subjects"
    assert "1 of 1 unknown subjects would be known but for how they are written" in line.text


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
        "Table visits: 1 of 80 rows has no usable value in a column of the key (lines 2; column "
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


def test_an_older_data_cut_of_some_is_told_all_the_same(tmp_path: Path):
    given = Given(cleaning=CLEANING + "  visits:\n    covers: some\n")
    given.visits = [row for row in given.visits if row[0] <= "P026"]
    assert told(account(tmp_path / "some", given)) == [("coverage", "visits", None)]
    given.cleaning = given.cleaning.replace(
        "visits:\n    covers: some", "visits:\n    covers: earlier"
    )
    assert account(tmp_path / "earlier", given).warnings == ()


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


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("P\u200b003", "characters that cannot be seen"),
        ("P\u00ad003", "characters that cannot be seen"),
        ("\u200fP003", "characters that cannot be seen"),
        ("\u0420003", "letters of another alphabet"),
        ("\uff30003", "letters that are composed or as wide in another way"),
        ("p003", "capital letters"),
        ("P 003", "blanks"),
        ("PO03", "O for 0, or I or l for 1"),
        ("P\u0660\u0660\u0663", "letters of another alphabet"),
    ],
)
def test_subjects_that_look_alike_are_told_as_a_pair(tmp_path: Path, other: str, words: str):
    given = Given()
    given.patients.append([other, *given.patients[5][1:]])
    given.visits += [[other, "0", "1"], [other, "1", "1"]]
    (line,) = account(tmp_path, given).warnings
    assert line.kind == "look_alike"
    assert (
        f"1 pair(s) of subjects look the same and are counted as two: lines 4 and 42 ({words})"
        in (line.text)
    )
    assert "003" not in line.text


def test_composed_letters_look_alike(tmp_path: Path):
    given = Given()
    for name in ("\u00c9003", "E\u0301003"):
        given.patients.append([name, *given.patients[5][1:]])
        given.visits += [[name, "0", "1"], [name, "1", "1"]]
    assert told(account(tmp_path, given)) == [("look_alike", "patients", None)]


def test_the_account_holds_no_value(tmp_path: Path):
    given = Given()
    given.column("weight", lambda cell: "12345", slice(0, 3))
    given.column("age", lambda cell: "sentinel", slice(0, 1))
    given.visits += [["stranger", "0", "1"]]
    account(tmp_path, given)
    text = (tmp_path / "clean" / "account.json").read_text()
    assert json.loads(text)["warnings"]
    for value in ("12345", "sentinel", "stranger", "P0"):
        assert value not in text


def test_a_row_without_a_key_blames_the_column_that_has_no_value(tmp_path: Path):
    given = Given(trial=TRIAL.replace("key: [id, visit]", "key: [id, visit, pain]"))
    given.visits[0][2] = ""
    (line,) = account(tmp_path, given).warnings
    assert line.kind == "rows_without_key" and "column pain" in line.text
    assert "visit:" not in line.text and "code" not in line.text
