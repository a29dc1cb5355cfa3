"""What an export loses, and how it ends: a stop, a red line or nothing said; tables of cases."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lossy_trial import CLEANING, DICTIONARY, TRIAL, Given, account, stop, told

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.account import Excluded
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.check import check_trial

Change = Callable[[Given], object]
MDY = DICTIONARY.replace("date_dmy", "date_mdy")


def column(name: str, change: Callable[[str], str], rows: slice = slice(None)) -> Change:
    return lambda given: given.column(name, change, rows)


def cells(name: str, value: str, first: int, last: int | None) -> Change:
    return column(name, lambda _: value, slice(first, last))


def each(*changes: Change) -> Change:
    return lambda given: [change(given) for change in changes]


def visits(change: Callable[[str, str, str], list[str]]) -> Change:
    def changed(given: Given) -> None:
        given.visits = [change(*row) for row in given.visits]

    return changed


def only_visits(kept: Callable[[list[str]], bool]) -> Change:
    def changed(given: Given) -> None:
        given.visits = [row for row in given.visits if kept(row)]

    return changed


def files(**texts: str) -> Change:
    """Other configuration: `trial`, `cleaning` (added to it), `dictionary`."""

    def changed(given: Given) -> None:
        for name, text in texts.items():
            setattr(given, name, CLEANING + text if name == "cleaning" else text)

    return changed


def us_site(rows: int) -> Change:
    """Dates of one site are written month first: on the 13th or later impossible, else misread."""

    def changed(given: Given) -> None:
        given.patients[39][5] = given.patients[38][5] = "28.02.2020"
        days = iter(["17", "20", "25", "05", "06", "07"] * 4)
        given.column("seen", lambda cell: f"{cell[3:5]}/{next(days)}/2020", slice(rows))

    return changed


def corrected(given: Given) -> None:
    given.patients.append([*given.patients[3][:4], "77.5", *given.patients[3][5:]])


def key_misread(given: Given) -> None:
    """The patient has another row, so that nobody vanishes."""
    given.patients.append([*given.patients[0][:5], "13.01.2020", given.patients[0][6]])


def no_number(given: Given) -> None:
    given.patients[4][0] = ""


def half_labels(given: Given) -> None:
    for row in given.visits[:40]:
        row[1] = {"0": "before", "1": "after"}[row[1]]


YOUNG = """
checks:
  young:
    {label: Nobody is old, table: patients, severity: SEVERITY, columns: [age],
     expect: {age: {below: LIMIT}}}
"""
OLD = YOUNG.replace("SEVERITY", "reject").replace("LIMIT", "60")
OF_VISITS = "80 of 80 rows are of a subject who is not in the table of subjects"
COMMA = column("weight", lambda cell: cell.replace(".", ","))
# What changes, and what the message has: place, counts, what would fit, where to change it.
STOPS: dict[str, tuple[Change, list[str]]] = {
    "truth in other words": (
        column("smoker", lambda cell: {"0": "FALSE", "1": "TRUE"}[cell]),
        ["table patients, column smoker", "40 of 40", "unknown_code 40", "FALSE, TRUE"],
    ),
    "capitals": (column("sex", str.upper), ["column sex", "40 of 40 are a code", "choices"]),
    "labels": (
        column("sex", lambda cell: {"f": "Female", "m": "Male"}[cell]),
        ["column sex", "40 of 40 hold the label"],
    ),
    "leading zeros": (column("smoker", lambda cell: f"0{cell}"), ["40 of 40", "leading zeros"]),
    "decimal commas": (COMMA, ["column weight", "40 of 40", 'source.items.patients.decimal: ","']),
    "dates with times": (
        column("seen", lambda cell: f"{cell} 10:30"),
        ["column seen", "dictionary.csv, row 7", "date_dmy"],
    ),
    "weights above the maximum": (
        cells("weight", "500", 0, None),
        ["dictionary.csv, row 6", "at most 20 %"],
    ),
    "months before days": (
        each(
            files(dictionary=MDY),
            cells("seen", "", 20, None),
            column("seen", lambda cell: f"20{cell[2:]}", slice(8)),
        ),
        ["8 of 20 are impossible as mdy, all 20 are possible as dmy"],
    ),
    "half of the dates of one site": (us_site(24), ["ll 12 are possible as month/day/year"]),
    "a misread date of the key": (
        each(
            files(dictionary=MDY, trial=TRIAL.replace("key: [id],", "key: [id, seen],")),
            key_misread,
        ),
        ["1 of 41 rows", "column seen: 1 of 41 are impossible as mdy, 0 as dmy"],
    ),
    "nine of forty": (cells("weight", "500", 0, 9), ["9 of 40 values (22.5 %)"]),
    "of values that are there": (
        each(cells("weight", "", 0, 36), cells("weight", "500", 36, 37)),
        ["1 of 4 values (25.0 %)"],
    ),
    "several columns": (
        each(column("sex", str.upper), COMMA, visits(lambda n, v, p: [n, v, f"{p}.5"])),
        ["patients, column sex", "patients, column weight", "visits, column pain"],
    ),
    "a check that rejects": (files(cleaning=OLD), ["11 of 40 values (27.5 %)", "young 11"]),
    "the wrong key of a long table": (
        files(trial=TRIAL.replace("key: [id, visit]", "key: [id]")),
        [
            "80 of 80 rows",
            "visits.csv, lines 2–81",
            "a key that tells",
            "tables.visits.on_conflict",
        ],
    ),
    "a corrected row": (corrected, ["2 of 41 rows", "patients.csv, lines 5, 42"]),
    "the wrong key of all": (
        files(trial=TRIAL.replace("key: [id],", "key: [arm],")),
        ["40 of 40 rows", "share their arm"],
    ),
    "a patient without a number": (
        no_number,
        ["1 of 40 subjects", "patients.csv, lines 6", "tables.patients.exclude.subject_missing"],
    ),
    "small letters": (visits(lambda n, v, p: [n.lower(), v, p]), [OF_VISITS, "40 of 40"]),
    "blanks": (visits(lambda n, v, p: [n.replace("P", "P "), v, p]), [OF_VISITS, "written"]),
    "fewer zeros": (visits(lambda n, v, p: [n.replace("P0", "P"), v, p]), [OF_VISITS, "leading"]),
    "another alphabet": (
        visits(lambda n, v, p: [n.replace("P", "\u0420"), v, p]),
        [OF_VISITS, "written"],
    ),
    "labels in the key": (half_labels, ["40 of 80 rows", "column visit: 40 of 40 hold the label"]),
}


@pytest.mark.parametrize(("change", "facts"), STOPS.values(), ids=STOPS)
def test_a_run_stops_at(tmp_path: Path, change: Change, facts: list[str]):
    given = Given()
    change(given)
    message = stop(tmp_path, given)
    assert [fact for fact in facts if fact not in message] == []
    assert "P001" not in message


@pytest.mark.parametrize("disclosure", ["by_source", "full"])
def test_codes_that_are_no_common_words_are_shown_under_full_disclosure_only(
    tmp_path: Path, disclosure: str
):
    given = Given(disclosure=disclosure)
    given.column("sex", lambda cell: {"f": "Jane", "m": "Joe"}[cell])
    message = stop(tmp_path, given)
    assert ("Jane" in message) == ("Joe" in message) == (disclosure == "full")


def test_values_of_a_patient_are_never_shown_as_common_words(tmp_path: Path):
    """7 may be any code in a coded column; in a column of numbers it is somebody's weight."""
    given = Given()
    given.column("weight", lambda cell: "7")
    assert "the values are" not in stop(tmp_path, given)


SEEN = "patients.seen"
ACCEPT = "  patients:\n    accept: {weight: the scale was broken}\n"
REJECTED = ("column_rejected", "patients", "weight")
BROKEN = files(cleaning=YOUNG.replace("SEVERITY", "flag").replace("LIMIT", "60"))
KEPT = files(cleaning=YOUNG.replace("SEVERITY", "flag").replace("LIMIT", "69"))


def declared_empty(given: Given) -> None:
    given.cleaning = CLEANING.replace("covers: some", "empty: true")


# What changes, the red lines by kind, table and column, and the counts in them.
LINES: dict[str, tuple[Change, list[tuple], list[str]]] = {
    "nothing": (lambda given: None, [], []),
    "six dates of one site": (
        us_site(12),
        [("column_rejected", "patients", "seen")],
        ["ll 6 are possible as month/day/year"],
    ),
    "an accepted order of dates": (
        each(
            files(dictionary=MDY, cleaning="  patients:\n    accept: {seen: one was mistyped}\n"),
            cells("seen", "13.01.2020", 0, 1),
        ),
        [("column_rejected", "patients", "seen")],
        ["all 40 are possible as dmy", "one was mistyped"],
    ),
    "a date that no order misreads": (
        each(
            files(dictionary=DICTIONARY.replace("date_dmy", "date_ymd")),
            column("seen", lambda c: f"{c[6:]}-{c[3:5]}-{c[:2]}"),
            cells("seen", "13.01.2020", 0, 1),
        ),
        [("few_rejected", "patients", None)],
        [f"{SEEN}: 1 of 40 (not_a_date 1; line 2)"],
    ),
    "impossible dates": (
        each(cells("seen", "31.02.2020", 0, 1), cells("seen", "01.13.2020", 1, 2)),
        [("few_rejected", "patients", None)],
        [f"{SEEN}: 2 of 40 (impossible_date 2; lines 2–3)"],
    ),
    "more than a twentieth": (
        cells("weight", "500", 0, 3),
        [REJECTED],
        ["3 of 40 values (7.5 %)", "above_maximum 3", "Active 1 of 20, Control 2 of 20"],
    ),
    "more than a twentieth of one arm": (
        column("weight", lambda _: "500", slice(0, 4, 2)),
        [REJECTED],
        ["2 of 40 values (5.0 %)", "Active 0 of 20, Control 2 of 20"],
    ),
    "a twentieth of both": (
        cells("weight", "500", 0, 2),
        [("few_rejected", "patients", None)],
        ["patients.weight: 2 of 40 (above_maximum 2; lines 2–3)"],
    ),
    "by the arm of their subject": (
        lambda given: [row.__setitem__(2, "11") for row in given.visits[0:24:4]],
        [("column_rejected", "visits", "pain")],
        ["6 of 80 values (7.5 %)", "Active 0 of 40, Control 6 of 40"],
    ),
    "a required column": (cells("age", "17", 0, 1), [("required_rejected", "patients", "age")], []),
    "a fifth": (cells("weight", "500", 0, 8), [REJECTED], []),
    "a check that is broken": (BROKEN, [("check_broken", "patients", None)], ["11 of 40"]),
    "a check that nearly holds": (KEPT, [], []),
    "accepted": (each(files(cleaning=ACCEPT), cells("weight", "500", 0, None)), [REJECTED], []),
    "accepted and not lost": (files(cleaning=ACCEPT), [("stale_accept", "patients", "weight")], []),
    "an empty column": (
        cells("weight", "", 0, None),
        [("empty_column", "patients", "weight")],
        ["any of its rows", "tables.patients.accept.weight"],
    ),
    "empty by design": (each(files(cleaning=ACCEPT), cells("weight", " ", 0, None)), [], []),
    "blank rows": (
        lambda given: (
            given.patients.extend([[" "] * 7] * 30),
            given.visits.extend([[""] * 3] * 9),
        ),
        [],
        [],
    ),
    "a blank row between others": (
        lambda given: given.visits.__setitem__(6, [""] * 3),
        [("file", "visits", None)],
        ["line(s) 8"],
    ),
    "unknown subjects": (
        lambda given: given.visits.extend([["P777", "0", "1"], ["P777", "1", "1"]]),
        [("unknown_subjects", "visits", None)],
        ["2 of 82 rows", "(subjects: 1)", "(lines 82–83)"],
    ),
    "a row without a key": (
        lambda given: given.visits[0].__setitem__(1, "9"),
        [("rows_without_key", "visits", None)],
        ["1 of 80 rows", "(line 2; column visit)"],
    ),
    "patients without an arm": (
        cells("arm", " ", 3, 5),
        [("no_arm", "patients", "arm")],
        ["2 of 40 subjects", "(lines 5–6)"],
    ),
    "patients without an arm, declared": (
        each(
            cells("arm", "screened", 3, 5),
            files(cleaning="  patients:\n    missing: {arm: [screened]}\n"),
        ),
        [],
        [],
    ),
    "an older data cut": (
        only_visits(lambda row: row[0] <= "P026"),
        [("coverage", "visits", None)],
        ["26 of 40 subjects", "the last 14"],
    ),
    "fewer subjects": (
        only_visits(lambda row: int(row[0][1:]) % 3),
        [("coverage", "visits", None)],
        ["27 of 40 subjects", "100 %"],
    ),
    "fewer subjects, declared": (
        each(
            only_visits(lambda row: int(row[0][1:]) % 3),
            files(cleaning="  visits:\n    covers: some\n"),
        ),
        [],
        [],
    ),
    "an empty table that covers some": (
        lambda given: given.events.clear(),
        [("coverage", "events", None)],
        [],
    ),
    "an empty table, declared": (each(declared_empty, lambda given: given.events.clear()), [], []),
    "declared empty and is not": (declared_empty, [("coverage", "events", None)], ["4 rows"]),
}


@pytest.mark.parametrize(("change", "lines", "counts"), LINES.values(), ids=LINES)
def test_red_lines_of(tmp_path: Path, change: Change, lines: list[tuple], counts: list[str]):
    given = Given()
    change(given)
    found = account(tmp_path, given)
    assert told(found) == lines
    text = " ".join(one.text for one in found.warnings)
    assert [count for count in counts if count not in text] == []
    assert "P777" not in text
    assert (found.subjects.in_export, found.subjects.kept) == (40, 40)
    assert found.tables["patients"].rows_in == 40


def test_a_good_export_is_accounted_for(tmp_path: Path):
    found = account(tmp_path, Given())
    assert [(d.table, d.what, d.n) for d in found.decisions] == [("events", "covers: some", 36)]
    assert found.tables["events"].subjects == 4
    assert not [p for p in check_trial(Project(tmp_path), "lossy") if "cleaning" in str(p)]


def test_what_is_rejected_and_flagged_is_counted_by_its_rule(tmp_path: Path):
    given = Given()
    BROKEN(given)
    given.column("seen", lambda cell: "31.02.2020", slice(0, 2))
    table = account(tmp_path, given).tables["patients"]
    assert table.cells_rejected == {"impossible_date": 2}
    assert table.cells_flagged == {"young": 11}


@pytest.mark.parametrize(
    ("cleaning", "change", "decision"),
    [
        (ACCEPT, cells("weight", "500", 0, None), ("accept", 40, "the scale was broken")),
        (
            "  visits:\n    exclude: {unknown_subject: screened only}\n",
            lambda given: given.visits.extend([f"S{n}", "0", "1"] for n in range(40)),
            ("excluded", 40, "unknown_subject: screened only"),
        ),
    ],
)
def test_what_is_declared_is_kept_as_a_decision(tmp_path: Path, cleaning, change, decision):
    given = Given()
    each(files(cleaning=cleaning), change)(given)
    assert decision in [(d.what, d.n, d.reason) for d in account(tmp_path, given).decisions]


@pytest.mark.parametrize(
    ("take", "weight", "kept", "counts"),
    [
        ("first", 51.5, 40, ["1 of 41 rows", "line 42", "Active 0 of 20, Control 1 of 21"]),
        ("last", 99.0, 40, ["1 of 41 rows", "line 2)", "Active 0 of 20, Control 1 of 21"]),
        ("reject", None, 39, ["2 of 41 rows", "lines 2, 42", "Active 0 of 20, Control 2 of 21"]),
    ],
)
def test_which_of_two_rows_is_used_can_be_declared(tmp_path: Path, take, weight, kept, counts):
    given = Given()
    files(cleaning=f"  patients:\n    on_conflict: {{{take}: as the site says}}\n")(given)
    given.patients.append([*given.patients[0][:4], "99.0", *given.patients[0][5:]])
    found = account(tmp_path, given)
    rows = read_table(tmp_path / "clean" / "patients.parquet", CLEAN).to_pylist()
    assert {row["weight"] for row in rows if row["id"] == "P001"} == {weight} - {None}
    decided = next(d for d in found.decisions if d.table == "patients")
    assert (decided.what, decided.reason) == (f"on_conflict: {take}", "as the site says")
    assert decided.n == (2 if take == "reject" else 1)
    line = next(one for one in found.warnings if one.kind == "conflicts")
    assert [count for count in counts if count not in line.text] == []
    assert (found.subjects.in_export, found.subjects.kept) == (40, kept)
    if take == "reject":
        assert found.subjects.excluded == (Excluded(1, "duplicate_key: as the site says"),)
        assert ("subjects_excluded", "patients", None) in told(found)
        assert found.tables["visits"].rows_rejected == {"excluded_subject": 2}
        assert found.tables["visits"].of_subjects == 39
    else:
        assert found.subjects.excluded == ()


def test_a_patient_who_vanishes_can_be_declared(tmp_path: Path):
    given = Given()
    files(cleaning="  patients:\n    exclude: {subject_missing: consent withdrawn}\n")(given)
    no_number(given)
    found = account(tmp_path, given)
    assert (found.subjects.in_export, found.subjects.kept) == (40, 39)
    assert found.subjects.excluded == (Excluded(1, "subject_missing: consent withdrawn"),)
    # The visits of P005 are now of nobody.
    assert {("subjects_excluded", "patients", None), ("unknown_subjects", "visits", None)} <= {
        *told(found)
    }


@pytest.mark.parametrize(
    ("code", "bounds", "warned"),
    [("80", ",", True), ("80", "30,250", False), ("999", ",", False), ("77", ",", False)],
)
def test_a_code_for_missing_amid_the_values_is_an_answer(
    tmp_path: Path, code: str, bounds: str, warned: bool
):
    """Weights lie on both sides of 80; of a number of sevens or nines nobody weighs it for sure."""
    given = Given(
        cleaning=CLEANING + f"  patients:\n    missing: {{weight: ['{code}']}}\n",
        dictionary=DICTIONARY.replace("Weight,,,number,30,250", f"Weight,,,number,{bounds}"),
    )
    given.column("weight", lambda cell: code, slice(0, 3))
    lines = [one.text for one in account(tmp_path, given).warnings if one.kind == "missing_amid"]
    assert bool(lines) == warned
    assert all("80 as missing, in 3 of 40" in line for line in lines)
    reason = given.cleaning + "    accept: {weight: 80 was typed for not weighed}\n"
    again = account(tmp_path / "accepted", replace(given, cleaning=reason))
    assert not any(one.kind == "missing_amid" for one in again.warnings)
    assert warned == (not any(one.kind == "stale_accept" for one in again.warnings))
