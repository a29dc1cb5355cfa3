"""The section on the data: what came in, and where what was not accepted stands."""

from types import SimpleNamespace as Stub

from trialtrace.report.sections.data_quality import _of_cleaning, conservation_table, rejects_table
from trialtrace.run.cleaning.account import RejectSummary

REAL = Stub(trial=Stub(synthetic=False, stamp=None, endpoints={}, dictionary={}))


def test_a_form_that_many_subjects_are_missing_from_shows_it():
    cells = {"cells_in": 4, "accepted": 3, "missing": 1, "rejected": 0, "rejected_with_row": 0}
    law = {"rows_in": 2, "rows_out": 2, "rows_rejected": 0, "subjects": 1, "columns": {"x": cells}}
    empty = dict.fromkeys(law, 0) | {"columns": {}}
    lines = conservation_table(REAL, {"visits": law, "pain": empty}).splitlines()
    header, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line
    )
    assert header[4] == "Subjects with a row"
    assert rows == [
        ["`visits`", "2", "2", "0", "1", "4", "3", "1", "0", "0"],
        ["`pain`", "0", "0", "0", "0", "0", "0", "0", "0", "0"],
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
