"""The section on the data: what came in, and where what was not accepted stands."""

from types import SimpleNamespace as Stub

from trialtrace.report.sections.data_quality import (
    _of_cleaning,
    _rows_rejected,
    conservation_table,
    rejects_table,
)
from trialtrace.report.tables import in_labels
from trialtrace.run.cleaning.account import RejectSummary

REAL = Stub(trial=Stub(synthetic=False, stamp=None, endpoints={}, dictionary={}))


def test_a_form_that_many_subjects_are_missing_from_shows_it():
    cells = {"cells_in": 4, "accepted": 3, "missing": 1, "rejected": 0, "rejected_with_row": 0}
    law = {"rows_in": 2, "rows_out": 2, "rows_rejected": 0, "columns": {"x": cells}}
    empty = dict.fromkeys(law, 0) | {"columns": {}}
    tables = {"visits": Stub(subjects=1, of_subjects=2, declared="some")}
    laws = {"visits": law, "pain": empty}
    lines = conservation_table(REAL, laws, Stub(tables=tables)).splitlines()
    header, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line
    )
    assert header[4] == "Subjects with a row"
    assert rows == [
        ["`visits`", "2", "2", "0", "1 of 2 (some)", "4", "3", "1", "0", "0"],
        ["`pain`", "0", "0", "0", "–", "0", "0", "0", "0", "0"],
    ]


def test_lines_are_drawn_together_before_they_are_cut():
    one = RejectSummary(
        "visits", "reject", "row", "", "unknown_subject", "why", "v.csv", 48, tuple(range(2, 50))
    )
    other = RejectSummary(
        "visits", "flag", "cell", "x", "required", "why", "v.csv", 26, tuple(range(2, 54, 2))
    )
    told = rejects_table(REAL, list(_of_cleaning(REAL, [one, other])))
    assert "| 48 | 2–49 |" in told
    shown = ", ".join(map(str, range(2, 52, 2)))
    assert f"| 26 | {shown}, … |" in told


def test_the_export_is_told_by_labels():
    """Names of columns stand in brackets alone; a rule that is no check is told in plain words."""
    check = Stub(label="Nobody trains after death")
    trial = Stub(
        endpoints={"strength_4": Stub(label="Strength below 4")},
        dictionary={"visits": {"pain": Stub(label="Worst pain")}},
        cleaning=Stub(checks={"no_visit_after_death": check}),
    )
    text = "visits.pain: 5 of 9 (no_visit_after_death 4, above_maximum 1; lines 2, 3)"
    assert in_labels(trial, text) == (
        "Worst pain (visits.pain): 5 of 9 (“Nobody trains after death” 4, above maximum 1; "
        "lines 2, 3)"
    )
    assert in_labels(trial, "Nobody has strength_4 (Strength below 4; 0 of 9).") == (
        "Nobody has “Strength below 4” (0 of 9)."
    )
    assert in_labels(trial, "visits.pain: 5 of 9", named=False) == "Worst pain: 5 of 9"
    assert in_labels(trial, "visits.other and a.csv") == "visits.other and a.csv"


def test_all_rows_that_were_rejected_are_told_by_rule():
    tables = {
        "visits": Stub(rows_rejected={"duplicate_row": 5, "subject_missing": 1}),
        "patients": Stub(rows_rejected={}),
    }
    (told,) = _rows_rejected(Stub(tables=tables))
    assert told == "Rows rejected: 6. `visits`: duplicate row 5, subject missing 1."
    assert [*_rows_rejected(Stub(tables={"patients": tables["patients"]}))] == []
