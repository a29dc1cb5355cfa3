"""Decisions of a data review: applied to the rows that they name alone, told, and refused where a
row is gone; visits outside their window."""

import hashlib
import hmac
import json
import re
from html import unescape

import pyarrow.parquet as pq
import pytest
from blinded_runs import many_patients, run_for, with_key
from mini_run import run_mini, write_mini
from mini_trial import FILES, REPOSITORY, edit

from trialtrace.base.errors import UserError
from trialtrace.base.purpose import Purpose
from trialtrace.cli import main
from trialtrace.report.material import Material
from trialtrace.report.sections.review_section import review_section
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_settings, load_trial

REVIEW = """\
decisions:
  wrong_kit:
    by: A. Reviewer
    date: "2026-11-20"
    table: patients
    rows: [{id: "7"}, {id: "12"}]
    leaves: [adults]
    seen: "8acad101035e"
    deviation: {severity: major, label: Wrong kit}
    reason: They were given the kit of another patient.
  late_call:
    by: A. Reviewer
    date: "2026-11-21"
    table: patients
    rows: [{id: "12"}]
    seen: "6bf7fd9768c0-527baa62a5b8"
    deviation: {severity: minor, label: Late call}
    query: pain1
    reason: The call came two weeks late.
"""
EFFECTS = "    deviation: {severity: minor, label: Late call}\n    query: pain1\n"
# The columns of the clean table but the arm.
CELLS = ["id", "age", "sex", "site", "smoker", "relief", "pain0", "pain1", "days", "died", "seen"]
ENDPOINTS = (
    FILES["endpoints.yaml"]
    + """\
deviations: {label: Deviations, code: DV, kind: deviation, table: patients}
major: {label: Major deviations, code: DVMAJ, kind: deviation, table: patients, severity: major}
any_major: {label: Any major deviation, code: DVANY, kind: any_occurrence, of: major}
"""
)


def project(root, review=REVIEW, rows=None, **files):
    at = write_mini(root, rows or many_patients(), **{"endpoints": ENDPOINTS} | files)
    with_key(at)
    (at.trial_config("mini") / "review.yaml").write_text(review)
    return at


def test_a_plan_counts_deviations_by_arm_with_their_members(tmp_path):
    plan = FILES["plan.yaml"]
    plan = plan.replace(
        "analyses:\n",
        "  major_itt:\n    treatment: {of: drug, to: placebo}\n    population: itt\n"
        "    variable: any_major\n    intercurrent: []\n    summary: share\nanalyses:\n"
        "  any_major_deviation: {label: Any major deviation, role: supportive, overall: true,\n"
        "    estimand: major_itt, describe: [{proportion: wilson}]}\n",
        1,
    )
    at = project(tmp_path, plan=plan)
    assert check_trial(at, "mini") == []
    run = run_for(at, Purpose(), tmp_path / "run")
    rows = {
        row["result_id"]: row["stat_value"]
        for row in pq.read_table(run.folder / "analysis/results.parquet").to_pylist()
    }
    arm = {str(row["id"]): row["arm"] for row in many_patients()}
    for name, code in (("drug", "A"), ("placebo", "B")):
        many = sum(arm[who] == code for who in ("7", "12"))
        assert rows[f"mini/any_major_deviation/count.events@{name}"] == many


def reviewed(numbers, columns):
    """The hash of some patients' cells, from the rows that the export was written from."""
    rows = [row for row in many_patients() if row["id"] in numbers]
    cells = {name: [str(row[name]) for row in rows] for name in columns}
    return hmac.digest(bytes(range(32)), json.dumps(cells).encode(), "sha256").hex()[:12]


@pytest.mark.parametrize("change", ["a cell", "ids exchanged"])
def test_a_row_that_is_another_now_stops_the_run(tmp_path, change):
    rows = many_patients()
    if change == "a cell":
        rows[6]["age"] += 1
    else:
        rows[6]["id"], rows[20]["id"] = 21, 7
    at = project(tmp_path, rows=rows)
    with pytest.raises(UserError) as error:
        run_for(at, Purpose(), tmp_path / "run")
    (problem,) = error.value.problems
    assert "review.yaml: decisions.wrong_kit.seen" in problem.place
    assert "others than those that were reviewed" in problem.message


def test_a_line_more_in_the_export_moves_no_decision_by_line(tmp_path):
    """Of a table without a key: another patient stands on the line by now."""
    rows = many_patients()
    review = REVIEW.replace('{id: "7"}, {id: "12"}', '{source_row: "8"}, {source_row: "13"}')
    table = FILES["trial.yaml"].replace("key: [id]", "key: [source_row]", 1)
    at = project(tmp_path, review.replace('[{id: "12"}]', '[{source_row: "13"}]'), trial=table)
    assert flags(run_for(at, Purpose(), tmp_path / "run"))["7"] == ("Y", "N")
    rows.insert(2, rows[0] | {"id": 91})
    (tmp_path / "more").mkdir()
    at = project(
        tmp_path / "more", (at.trial_config("mini") / "review.yaml").read_text(), rows, trial=table
    )
    with pytest.raises(UserError, match="others than those that were reviewed"):
        run_for(at, Purpose(), tmp_path / "more" / "run")


def flags(run):
    rows = pq.read_table(run.folder / "derived/adsl.parquet").to_pylist()
    return {row["SUBJID"]: (row["ITTFL"], row["ADULTFL"]) for row in rows}


def test_decisions_change_the_named_rows_alone(tmp_path):
    before = flags(run_mini(tmp_path / "before", many_patients()))
    (tmp_path / "after").mkdir()
    run = run_for(project(tmp_path / "after"), Purpose(), tmp_path / "after" / "run")
    after = flags(run)
    assert {who for who in before if before[who] != after[who]} == {"7", "12"}
    assert after["7"] == after["12"] == ("Y", "N")
    records = pq.read_table(run.folder / "derived/occds.parquet").to_pylist()
    found = sorted(
        (row["PARAMCD"], row["USUBJID"], row["TERM"])
        for row in records
        if row["PARAMCD"][:2] == "DV"
    )
    assert found == [
        ("DV", "mini-12", "Late call"),
        ("DV", "mini-12", "Wrong kit"),
        ("DV", "mini-7", "Wrong kit"),
        ("DVMAJ", "mini-12", "Wrong kit"),
        ("DVMAJ", "mini-7", "Wrong kit"),
    ]
    sources = pq.read_table(run.folder / "derived/sources.parquet").to_pylist()
    terms = {(row["USUBJID"], row["ASEQ"]) for row in records if row["PARAMCD"][:2] == "DV"}
    lines = sorted(
        (row["USUBJID"], row["ASEQ"], row["source_row"])
        for row in sources
        if (row["dataset"], row["variable"], row["column"]) == ("occds", "TERM", "id")
    )
    # Patients 7 and 12 stand in lines 8 and 13 of the export: each record leads to its own.
    line_of = {"mini-7": 8, "mini-12": 13}
    assert lines == sorted((who, seq, line_of[who]) for who, seq in terms)
    yes = [
        row["USUBJID"]
        for row in pq.read_table(run.folder / "derived/bds.parquet").to_pylist()
        if row["PARAMCD"] == "DVANY" and row["AVAL"] == 1
    ]
    assert sorted(yes) == ["mini-12", "mini-7"]


def test_they_hold_in_the_blinded_run_that_they_were_made_in(tmp_path):
    run = run_for(project(tmp_path), Purpose("blinded"), tmp_path / "blinded")
    assert [who for who, (_, adult) in flags(run).items() if adult == "N"] == ["12", "7"]


def test_a_row_that_is_no_longer_there_stops_the_run_at_its_line(tmp_path):
    at = project(tmp_path, REVIEW.replace('{id: "12"}], ', "").replace('"7"', '"777"'))
    with pytest.raises(UserError) as error:
        run_for(at, Purpose(), tmp_path / "run")
    (problem,) = error.value.problems
    assert "review.yaml: decisions.wrong_kit.rows[1]" in problem.place
    assert "777" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[adults]", "[adult]", "a population of trial.yaml"),
        ('{id: "7"}', '{age: "7"}', "the key of patients: id"),
        ("table: patients", "table: people", "a table of trial.yaml"),
        ("query: pain1", "query: pain9", "a column"),
        ("query: pain1", "query: arm", "another column than the arm"),
        ("2026-11-20", "2026-02-30", "a day of the calendar"),
        ("2026-11-20", "2199-11-20", "not one to come"),
        ("2026-11-20", "20.11.2026", 'a day: "2026-11-20"'),
        ('{id: "12"}]', '{id: "7"}]', "every entry once"),
        ("label: Late call", "label: Wrong kit", "has this deviation by another decision"),
        ('    seen: "8acad101035e"\n', "", "nothing would tell that a row is another"),
        ("severity: major", "severity: grave", "major"),
        (EFFECTS, "", "without effect"),
    ],
)  # fmt: skip
def test_each_mistake_is_told(tmp_path, old, new, told):
    problems = check_trial(project(tmp_path, REVIEW.replace(old, new, 1)), "mini")
    assert len(problems) == 1
    assert "review.yaml" in problems[0].place
    assert told in f"{problems[0]}"


def test_decisions_are_frozen_with_the_plan(tmp_path, capsys):
    """One that is edited, and keeps its date, has no reason; one that came after has its own."""
    plan = FILES["plan.yaml"].replace("population: itt", "population: adults", 1)
    at = project(tmp_path, plan=plan)
    for name in ("scripts", "requirements.lock", "workflow"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    command = ["--project", str(tmp_path), "freeze", "mini"]
    assert main(command) == 0
    assert json.loads((at.trial_config("mini") / "frozen" / "frozen.json").read_text())["code"]
    assert main([*command, "--check"]) == 0
    assert "Nothing of the plan has changed since" in capsys.readouterr().out
    today = load_trial("mini", at).frozen.record.frozen[:10]
    late = REVIEW[REVIEW.index("  late_call") :].replace("late_call", "another_call")
    late = late.replace("2026-11-21", today).replace("Late call", "Another call")
    (at.trial_config("mini") / "review.yaml").write_text(REVIEW + late)
    assert main([*command, "--check"]) == 0
    told = capsys.readouterr().out
    assert f"review.yaml: decisions.another_call: new\n  {today}: The call came" in told
    edited = REVIEW.replace('{id: "7"}', '{id: "9"}')
    (at.trial_config("mini") / "review.yaml").write_text(edited)
    assert main([*command, "--check"]) == 1
    told = capsys.readouterr().out
    assert "decisions.wrong_kit.rows: others, which are not shown\n  NO REASON IS GIVEN" in told
    trial = load_trial("mini", at)
    states = trial.frozen.states(trial.plan)
    analyses = trial.plan.analyses.items()
    of_adults = {name for name, one in analyses if "adults" in repr(one.estimand)}
    assert 0 < len(of_adults) < len(analyses)
    assert {name for name, state in states.items() if state == "amended"} == of_adults
    assert any(
        "have no reason" in line or "has no reason" in line for line in trial.frozen_warnings
    )


def test_visits_outside_their_window_are_counted_by_visit(tmp_path):
    """Patients seen on day 3, 10 and never, of a window from day 0 to 7."""
    rows = many_patients()[:12]
    for row in rows:
        row |= {"entry": "2020-01-01", "seen": "2020-01-04", "pain0": 5, "visit": 1}
    rows[0]["seen"], rows[1]["seen"] = "2020-01-11", ""
    dictionary = FILES["dictionary.csv"].replace(
        "relief,patients",
        "entry,patients,,text,Entry,,,date_ymd,,,,,,,,,,\n"
        'visit,patients,,radio,Visit,"1, week 1 | 2, week 2",,,,,,,,,,,,\nrelief,patients',
        1,
    )
    endpoints = FILES["endpoints.yaml"] + (
        "seen_pain: {label: Seen, code: SEENP, kind: repeated, table: patients, column: pain0,\n"
        '  visit: {column: visit, labels: {"1": week 1, "2": week 2}}, date: seen, start: entry,\n'
        "  windows: {week 1: [0, 7]}, outside: flag}\n"
        "late: {label: Outside, code: LATE, kind: outside_window, of: seen_pain}\n"
    )
    at = write_mini(
        tmp_path, rows, more=["entry", "visit"], dictionary=dictionary, endpoints=endpoints
    )
    edit(at, "trial.yaml", "    smoker: smoker", "    smoker: smoker\n    entry: entry")
    assert check_trial(at, "mini") == []
    run = run_for(at, Purpose(), tmp_path / "run")
    table = pq.read_table(run.folder / "derived/bds.parquet").to_pylist()
    found = {
        (row["USUBJID"].removeprefix("mini-"), row["AVISIT"]): row["AVAL"]
        for row in table
        if row["PARAMCD"] == "LATE"
    }
    assert (found["1", "week 1"], found["2", "week 1"], found["3", "week 1"]) == (1, None, 0)
    assert {found[str(who), "week 2"] for who in range(1, 13)} == {None}
    edit(at, "config.yaml", "by_source", "full")
    text = unescape(review_section(Material(run.trial, load_settings(at), run.folder, {})))
    arm = {"A": "Drug", "B": "Placebo"}[rows[0]["arm"]]
    assert f"| mini-1 | {arm} | week 1 | 2020-01-11 | 0 to 7 |" in text
    assert "Outside: 1 visit of 1 patient." in text and "mini-3" not in text


def test_a_hash_of_cells_is_by_the_key_of_hashes(tmp_path, capsys):
    """What a few cells hold is found by trying, where the hash is by no key, or a known one."""
    at = project(tmp_path)
    run_for(at, Purpose("blinded"), tmp_path / "blinded")
    seen = re.findall('seen: "(.*)"', REVIEW)
    plain = hashlib.sha256(
        json.dumps(
            {
                name: [str(row[name]) for row in many_patients() if row["id"] in (7, 12)]
                for name in CELLS
            }
        ).encode()
    ).hexdigest()
    assert plain[:12] not in seen
    assert main(["--project", str(tmp_path), "review", "mini"]) == 0
    (tmp_path.with_name(f"{tmp_path.name}.key")).write_bytes(bytes(range(1, 33)))
    capsys.readouterr()
    assert main(["--project", str(tmp_path), "review", "mini"]) == 1
    assert "the rows are others" in capsys.readouterr().out


def test_check_tells_what_is_wrong_with_decisions_and_their_rows(tmp_path, capsys):
    at = project(tmp_path, endpoints=FILES["endpoints.yaml"])
    command = ["--project", str(tmp_path), "check", "mini"]
    assert main(command) == 0
    for text, told in (
        (REVIEW.replace("8acad101035e", "b" * 12), "others than those that were reviewed"),
        (REVIEW.replace("table: patients", "table: people"), "a table of trial.yaml"),
    ):
        (at.trial_config("mini") / "review.yaml").write_text(text)
        assert main(command) == 1
        assert told in capsys.readouterr().err
    (at.trial_config("mini") / "review.yaml").rename(at.trial_config("mini") / "review.yml")
    assert main(command) == 1
    assert "review.yaml" in capsys.readouterr().err
