"""Columns that lose much, each with its wanted end: a stop with what would fit, or a red line."""

from dataclasses import replace
from pathlib import Path

import pytest
from lossy_trial import CLEANING, DICTIONARY, TRIAL, Given, account, stop, told

from trialtrace.report.audit.red_lines import declared_lines
from trialtrace.run.cleaning.account import Account

# Columns


def test_truth_in_other_words(tmp_path: Path):
    given = Given()
    given.column("smoker", lambda cell: {"0": "FALSE", "1": "TRUE"}[cell])
    message = stop(tmp_path, given)
    assert "table patients, column smoker" in message
    assert "40 of 40 values (100.0 %) rejected: unknown_code 40" in message
    assert "the values are FALSE, TRUE" in message


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
        ("smoker", lambda c: f"0{c}", "40 of 40 are a code but for leading zeros"),
        ("weight", lambda c: c.replace(".", ","), "40 of 40 are numbers with the decimal sign ','"),
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
    assert few(account(tmp_path, given)) == "seen: 1 of 40 (not_a_date 1; line 2)."


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
    assert few(found) == "seen: 2 of 40 (impossible_date 2; lines 2–3)."
    assert found.tables["patients"].cells_rejected == {"impossible_date": 2}


FEW = "Single values rejected, which no result has: patients."


def few(found: Account) -> str:
    """What a line, and no red one, says of single values that are rejected."""
    (line,) = found.warnings
    assert line.kind == "few_rejected" and line.text.startswith(FEW)
    return line.text.removeprefix(FEW)


def test_more_than_a_twentieth_is_a_red_line(tmp_path: Path):
    given = Given()
    given.column("weight", lambda cell: "500", slice(0, 3))
    (line,) = account(tmp_path, given).warnings
    assert (line.kind, line.table, line.column) == ("column_rejected", "patients", "weight")
    assert line.text.startswith(
        "Table patients, column weight: 3 of 40 values (7.5 %) rejected: above_maximum 3. By arm: "
        "Active 1 of 20, Control 2 of 20."
    )


def test_more_than_a_twentieth_of_one_arm_is_a_red_line(tmp_path: Path):
    given = Given()
    given.column("weight", lambda cell: "500", slice(0, 4, 2))
    (line,) = account(tmp_path / "a", given).warnings
    assert (line.kind, line.column) == ("column_rejected", "weight")
    assert "2 of 40 values (5.0 %)" in line.text
    assert "By arm: Active 0 of 20, Control 2 of 20." in line.text
    even = Given()
    even.column("weight", lambda cell: "500", slice(0, 2))
    found = account(tmp_path / "b", even)
    assert few(found) == "weight: 2 of 40 (above_maximum 2; lines 2–3)."
    assert declared_lines(found) == [f"{FEW}{few(found)}"]


def test_values_of_another_table_are_told_by_the_arm_of_their_subject(tmp_path: Path):
    given = Given()
    for row in given.visits[0:24:4]:
        row[2] = "11"
    (line,) = account(tmp_path, given).warnings
    assert (line.table, line.column) == ("visits", "pain")
    assert "6 of 80 values (7.5 %)" in line.text
    assert "By arm: Active 0 of 40, Control 6 of 40." in line.text


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
    (broken,) = flagged.warnings
    assert broken.kind == "check_broken" and "11 of 40 cases" in broken.text
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
    made = account(tmp_path, given)
    assert made.warnings == ()
    assert ("weight", "nobody was weighed") in [(one.column, one.reason) for one in made.decisions]


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


@pytest.mark.parametrize(
    ("code", "bounds", "told"),
    [("80", ",", True), ("80", "30,250", False), ("999", ",", False), ("77", ",", False)],
)
def test_a_code_for_missing_amid_the_values_is_an_answer(
    tmp_path: Path, code: str, bounds: str, told: bool
):
    """Weights lie on both sides of 80; of a number of sevens or nines nobody weighs it for sure."""
    given = Given(
        cleaning=CLEANING + f"  patients:\n    missing: {{weight: ['{code}']}}\n",
        dictionary=DICTIONARY.replace("Weight,,,number,30,250", f"Weight,,,number,{bounds}"),
    )
    given.column("weight", lambda cell: code, slice(0, 3))
    lines = [one.text for one in account(tmp_path, given).warnings if one.kind == "missing_amid"]
    assert bool(lines) == told
    assert all("has 80 as missing, in 3 of 40 cells" in line for line in lines)
    reason = given.cleaning + "    accept: {weight: 80 was typed for not weighed}\n"
    again = account(tmp_path / "accepted", replace(given, cleaning=reason))
    assert not any(one.kind == "missing_amid" for one in again.warnings)
    assert told == (not any(one.kind == "stale_accept" for one in again.warnings))
