"""What was lost is told where a reader looks first: page 1, flow, site, last lines of a run."""

import json
import re
from dataclasses import asdict, replace
from html import unescape
from types import SimpleNamespace as Stub

import mini_run
import pyarrow as pa
import pytest

from trialtrace.base.store import write_parquet
from trialtrace.report.audit.red_lines import declared_lines, red_lines
from trialtrace.report.commands.closing import account_lines, closing_lines
from trialtrace.report.figures.flow import draw, exported
from trialtrace.report.material import Material
from trialtrace.report.page_one.page import page_one
from trialtrace.report.sections.data_quality import decisions_table, subjects_line
from trialtrace.report.sections.losses import left_out, rejected
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.cleaning.account import (
    FILE,
    Account,
    Decision,
    Excluded,
    RedLine,
    SubjectCount,
    TableCount,
)
from trialtrace.run.trial.load import load_settings

WHO = SubjectCount(
    "patients",
    23,
    20,
    (Excluded(2, "duplicate_key: The site *mixed up* two <forms>."), Excluded(1, "key_missing")),
)
VISITS = TableCount(
    1205,
    1200,
    {"unknown_subject": 1, "duplicate_row": 4},
    19843,
    19000,
    786,
    {"below_minimum": 10, "not_a_number": 2, "with_row": 45},
    18,
    20,
    "some",
)
PATIENTS = TableCount(20, 20, {}, 40, 40, 0, {}, 20, 20)
WARNING = RedLine("column_rejected", "visits", "x", "Of 100 values of x in visits 6 are rejected.")
DECIDED = (
    Decision("visits", None, "on_conflict: first", 3, "The first form is signed."),
    Decision("visits", "x", "accept", 6, "A <known> fault."),
)
# Cleaning has a warning for each rule that excludes subjects; page 1 has one line for all of them.
OF_A_RULE = RedLine(
    "subjects_excluded", "patients", None, "2 subjects are not used (duplicate_key)."
)
ACCOUNT = Account(WHO, {"patients": PATIENTS, "visits": VISITS}, DECIDED, (OF_A_RULE, WARNING))
GONE = (
    "3 subjects in the export are not in the analysis: 2 for duplicate key (The site *mixed up* "
    "two <forms>); 1 for key missing."
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The mini trial; its patient 20 has no arm, and no reason is recorded."""
    rows = [row | ({"arm": ""} if row["id"] == 20 else {}) for row in mini_run.patients()]
    return mini_run.run_mini(
        tmp_path_factory.mktemp("lost"), rows, claims="papers: {}\nclaims: {}\n"
    )


@pytest.fixture
def material(run):
    return Material(run.trial, load_settings(run.at), run.folder, {})


@pytest.fixture
def lossy(material):
    material.__dict__["account"] = ACCOUNT
    return material


def write(folder, account) -> None:
    (folder / "clean").mkdir()
    (folder / "clean" / FILE).write_text(json.dumps(asdict(account)))


def test_the_last_lines_of_a_run(tmp_path):
    write(tmp_path, ACCOUNT)
    assert closing_lines(tmp_path, "mini") == [
        "mini: 20 of 23 subjects, 1 220 of 1 225 rows (rejected: duplicate_row 4, "
        "unknown_subject 1), 19 883 cells: 12 rejected (below_minimum 10, not_a_number 2)",
        f"  ! {GONE}",
        f"  ! {WARNING.text}",
    ]


def test_a_trial_that_lost_nothing_has_one_short_line(tmp_path):
    write(tmp_path, Account(SubjectCount("patients", 20, 20), {"patients": PATIENTS}))
    assert closing_lines(tmp_path, "mini") == [
        "mini: 20 of 20 subjects, 20 of 20 rows, 40 cells: none rejected"
    ]


def test_many_rules_are_cut(tmp_path):
    rules = {f"rule_{letter}": n for n, letter in enumerate("abcdefgh", 1)}
    write(tmp_path, replace(ACCOUNT, tables={"v": replace(VISITS, cells_rejected=rules)}))
    line = closing_lines(tmp_path, "mini")[0]
    assert line.endswith("rule_d 4, rule_c 3, by 2 more rules)")
    assert " 36 rejected (rule_h 8, " in line


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"subjects": {}}', "\x00", "null"])
def test_without_a_whole_account_the_line_says_so(tmp_path, text):
    if text is not None:
        (tmp_path / "clean").mkdir()
        (tmp_path / "clean" / FILE).write_text(text)
    assert closing_lines(tmp_path, "mini") == ["mini: not cleaned: there is no account of its rows"]


def test_what_steers_a_terminal_is_spelt_out(tmp_path):
    write(tmp_path, replace(ACCOUNT, warnings=(replace(WARNING, text="\x1b[31mred\n\u202e ."),)))
    assert closing_lines(tmp_path, "mini")[-1] == "  ! \\x1b[31mred \\u202e ."


def test_one_subject_is_told_in_the_singular():
    one = replace(ACCOUNT, subjects=SubjectCount("p", 2, 1, (Excluded(1, "subject_missing"),)))
    assert red_lines(one, 1)[:2] == [
        "1 subject in the export is not in the analysis: 1 for subject missing.",
        "1 subject has no arm in the data: not counted as randomised.",
    ]


def test_who_has_no_arm_is_told_once():
    """By cleaning, which counts empty cells, until ADSL is there."""
    warned = replace(ACCOUNT, warnings=(RedLine("no_arm", "patients", "arm", "2 have no arm."),))
    assert red_lines(warned)[1:] == ["2 have no arm."]
    assert red_lines(warned, 3)[1:] == [
        "3 subjects have no arm in the data: not counted as randomised."
    ]
    assert red_lines(warned, 0)[1:] == []


def test_red_lines_stand_before_everything_else_on_page_1(lossy):
    block, _, rest = page_one(lossy, {}).partition("\n:::\n\n")
    head, *lines = block.splitlines()
    assert head == "::: {.lost}" and "*mixed up*" not in block and "<forms>" not in block
    assert [unescape(line.strip("*")) for line in lines if line] == [
        GONE,
        "1 subject has no arm in the data: not counted as randomised.",
        WARNING.text,
    ]
    assert rest.startswith("**Question.** Does the drug relieve pain")


def test_rows_left_out_for_a_declared_reason_are_told_and_are_no_warning(lossy):
    """A loss of the same kind that nobody has declared stays in red."""
    reason = "A <mistyped> number."
    text = "Table visits: 1 of 1205 rows is of nobody. Left out as declared: A <mistyped> number."
    known = RedLine("unknown_subjects", "visits", None, text)
    other = RedLine("rows_without_key", "patients", None, "Table patients: 1 row has no key.")
    excluded = Decision("visits", None, "excluded", 1, f"unknown_subject: {reason}")
    decisions = (*DECIDED, excluded)
    lossy.__dict__["account"] = replace(ACCOUNT, decisions=decisions, warnings=(known, other))
    assert lossy.declared_lines == [known.text]
    assert lossy.red_lines[-1] == other.text and known.text not in lossy.red_lines
    block, _, rest = unescape(page_one(lossy, {})).partition("\n:::\n\n")
    (told,) = map(unescape, rejected(lossy, {}))
    assert told == (
        "5 rows and 12 single values of the export were rejected and are in no result; rows: A "
        "<mistyped> number: 1; duplicate row 4; values: below minimum 10, not a number 2. See Data."
    )
    assert all(re.search(r"\*\*.*\*\*$", line) for line in block.split("\n\n"))
    assert known.text not in rest.replace("`", "")
    assert known.text in unescape("\n".join(left_out(lossy))).replace("`", "")
    undeclared = replace(ACCOUNT, warnings=(known,))
    assert declared_lines(undeclared) == [] and red_lines(undeclared)[-1] == known.text


def test_nothing_lost_nothing_shown(material):
    material.__dict__["without_arm"] = 0
    assert material.red_lines == []
    assert page_one(material, {}).startswith("**Question.** Does the drug relieve pain")
    assert exported(material) == []


def test_the_boxes_of_the_flow_balance_from_the_export_on(lossy):
    first, side = (
        [text.replace(NO_BREAK, " ").strip() for text, _ in box.texts] for box in exported(lossy)
    )
    assert first == ["In the export", "n = 23"]
    assert side == [
        "Not used: 4",
        "duplicate key (The site *mixed up* two <forms>): 2",
        "key missing: 1",
        "no arm in the data: 1",
    ]
    picture = draw(lossy, lossy.trial.plan.displays["flow"])
    assert picture.alt.startswith("Boxes from the patients in the export to those analysed")
    texts = [text.get_text() for text in picture.figure.axes[0].texts]
    assert texts[:2] == ["In the export", "n = 23"]
    assert texts[texts.index("Randomised in the data") + 1].startswith("n = 19")


REAL = Stub(trial=Stub(synthetic=False, stamp=None, endpoints={}, dictionary={}))


def cells(table: str) -> list[list[str]]:
    rows = re.findall(r"^\| (.*) \|$", table, re.M)[2:]
    return [[unescape(cell) for cell in row.split(" | ")] for row in rows]


def test_the_data_section_has_decisions_and_subjects():
    assert unescape(subjects_line(ACCOUNT)).startswith(
        "Subjects in the export, by the table `patients`: 23; in the analysis data: 20. 3 subjects"
    )
    assert cells(decisions_table(REAL, ACCOUNT)) == [
        ["`visits`", "`on_conflict`: first", "3", "The first form is signed."],
        ["`visits.x`", "accept", "6", "A <known> fault."],
    ]
    assert "<known>" not in decisions_table(REAL, ACCOUNT)
    assert decisions_table(REAL, replace(ACCOUNT, decisions=())) == ""


def test_the_site_counts_them_and_leads_to_the_report(run):
    from trialtrace.report.pages.start_page import build_site
    from trialtrace.report.report import render_report

    settings = load_settings(run.at)
    render_report(run.trial, settings, run.folder, {"analyse_plan": "0" * 64})
    build_site([run.trial], settings, run.at.results, run.at.site)
    index = (run.at.site / "index.html").read_text()
    assert '<p class="lost"><a href="mini/report.html">1 warning</a></p>' in index
    page = (run.at.site / "mini" / "report.html").read_text()
    assert page.index('<div class="lost">') < page.index("Does the drug relieve pain?")
    assert "data-custom-style" not in page
    told = json.loads((run.at.site / "mini" / "warnings.json").read_text())
    assert told == ["1 subject has no arm in the data: not counted as randomised."]


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """The mini trial without a value of its primary endpoint."""
    rows = [row | {"relief": "9"} for row in mini_run.patients()]
    return mini_run.run_mini(
        tmp_path_factory.mktemp("empty"), rows, claims="papers: {}\nclaims: {}\n"
    )


def test_a_primary_analysis_without_numbers_stands_first_on_page_1(empty):
    material = Material(empty.trial, load_settings(empty.at), empty.folder, {})
    lines = page_one(material, {}).splitlines()
    assert lines[0] == "::: {.lost}"
    assert re.match(
        r"\*\*Primary analysis, .*: \d+ of \d+ numbers not estimable: ", unescape(lines[1])
    )


def test_results_without_a_value_are_counted_in_the_last_lines(empty):
    plain = closing_lines(empty.folder, "mini")[0]
    stages = ("clean_tables", "derive_datasets", "analyse_plan")
    told = closing_lines(empty.folder, "mini", stages, empty.at)[0]
    assert "not estimable" not in plain
    assert re.search(r", \d+ of \d+ results not estimable$", told)


def test_what_endpoints_could_not_use_is_counted_in_the_last_lines(tmp_path):
    write(tmp_path, ACCOUNT)
    rules = ["died_without_date", "drug_unknown", "pain_outside_window", "fit_interval_gap"]
    table = {"rule": rules, "severity": ["reject", "reject", "flag", "flag"]}
    write_parquet(tmp_path / "derived" / "rejects.parquet", pa.table(table))
    told = closing_lines(tmp_path, "mini", ("clean_tables", "derive_datasets"))[0]
    assert told.endswith(
        ", 2 not usable by endpoints (died_without_date 1, drug_unknown 1), 2 used and listed "
        "(fit_interval_gap 1, pain_outside_window 1)"
    )


def test_rows_that_two_tables_have_of_one_file_are_counted_once(run):
    account = Account(SubjectCount("patients", 20, 20), {"patients": PATIENTS, "again": PATIENTS})
    spec = run.trial.tables["patients"]
    trial = Stub(tables={"patients": spec, "again": spec})
    assert "20 of 20 rows, 80 cells" in account_lines(account, trial)[0]
    # Of others, and of rows that `where` chooses, all are.
    apart = Stub(tables={"patients": spec, "again": replace(spec, of="other")})
    assert "40 of 40 rows" in account_lines(account, apart)[0]
