"""Reports to a monitoring committee: what is known at a cut, looks, open without arms."""

import json
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from statistics import NormalDist

import pyarrow.parquet as pq
import pytest
from blinded_runs import many_patients, run_for
from mini_run import write_mini
from mini_trial import FILES, edit

from trialtrace.base.errors import UserError
from trialtrace.base.purpose import Purpose
from trialtrace.report.material import Material
from trialtrace.report.sections.committee_section import committee_section
from trialtrace.run.blinding.cut import seen
from trialtrace.run.jobs.run import apart
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_settings, load_trial

CUT = "2020-06-30"
DATES = "".join(
    f"{name},patients,,text,{label},,,date_ymd,,,,,,,,,,\n"
    for name, label in (("entry", "Entry"), ("died_on", "Death"), ("last_on", "Last contact"))
)
CAUSE = "cause,patients,,text,Cause,,,,,,,,,,,,,\n"
DEATH = """\
death:
  label: Death
  code: DEATH
  kind: time_to_event
  table: patients
  start: entry
  event: {died: {is: "1"}}
  event_date: died_on
  last_contact: last_on
  terminal: true
  day_of_start: 0
  event_label: Death
  censored_label: Alive
"""
TABLE = """\
  patients:
    of: export
    key: [id]
    subject: id
    arm: arm
    dated: entry
    later: {died_on: {died: "0"}, last_on: cut, seen: empty}
  adverse: {of: events, key: [source_row], subject: id, undated: A list of the first week.}
"""
LEVEL = "decision_level: {boundary: spending_obrien_fleming, alpha: 0.05, fractions: [0.4, 0.7, 1]"
HAZARD = "estimates: [{hazard_ratio: {method: cox, ties: efron}}]"
POWER = (
    "estimates: [{hazard_ratio: {method: cox, ties: efron}}, {conditional_power: "
    "{method: of_hazard_ratio, effect: current_trend, better: lower, ties: efron}}]"
)


def rows():
    made = many_patients()
    for row in made:
        entry = date(2020, 1, 1) + timedelta(days=3 * row["id"])
        end = entry + timedelta(days=row["days"])
        row |= {"entry": entry, "last_on": end, "died_on": end if row["died"] else ""}
        row["seen"] = entry + timedelta(days=7)
    return made


def project(root, given=None, dictionary="", more=()):
    endpoints = FILES["endpoints.yaml"]
    endpoints = endpoints[: endpoints.index("death:")] + DEATH
    dictionary = FILES["dictionary.csv"].replace(
        "relief,patients", f"{DATES}{dictionary}relief,patients", 1
    )
    plan = FILES["plan.yaml"].replace(
        "confidence: 0.95", f'confidence: 0.95\ncuts: ["2020-03-31", "{CUT}"]', 1
    )
    plan = plan.replace(HAZARD, f"{LEVEL}, look: 3}}\n    {POWER}")
    at = write_mini(
        root,
        given or rows(),
        more=["entry", "died_on", "last_on", *more],
        endpoints=endpoints,
        dictionary=dictionary,
        plan=plan,
    )
    tables = FILES["trial.yaml"]
    old = tables[tables.index("  patients: {of") : tables.index("subjects:")]
    edit(at, "trial.yaml", old, TABLE)
    edit(at, "trial.yaml", "    smoker: smoker", "    smoker: smoker\n    entry: entry")
    assert check_trial(at, "mini") == []
    return at


def run_at(at, kind, cut=CUT, **options):
    return run_for(at, Purpose(kind, cut), at.root / "dmc" / "mini" / cut / kind, **options)


def table(run, name):
    return pq.read_table(run.folder / name).to_pylist()


def test_what_came_after_the_cut_is_not_known(tmp_path):
    run = run_at(project(tmp_path), "closed")
    known = {str(row["id"]): row for row in rows() if row["entry"].isoformat() <= CUT}
    assert 50 < len(known) < 90
    found = {
        row["USUBJID"].removeprefix("mini-"): row for row in table(run, "derived/adtte.parquet")
    }
    assert found.keys() == known.keys()
    cut = date.fromisoformat(CUT)
    for who, row in known.items():
        dead = bool(row["died"]) and row["died_on"] <= cut
        end = min(row["last_on"], cut)
        assert found[who]["CNSR"] == (0 if dead else 1), who
        assert found[who]["AVAL"] == (end - row["entry"]).days, who


def at_cut(root, later, change=None):
    """The patients of the export at the cut, and its red lines; they have a cause of death too."""
    given = [row | {"cause": "a fall" if row["died"] else ""} for row in rows()]
    if change:
        change(given)
    at = project(root, given, CAUSE, ["cause"])
    edit(at, "trial.yaml", 'died_on: {died: "0"}', f"died_on: {later}")
    assert check_trial(at, "mini") == []
    run = run_at(at, "closed")
    account = json.loads((run.folder / "clean" / "account.json").read_text())
    told = " ".join(one["text"] for one in account["warnings"])
    return {row["id"]: row for row in table(run, "clean/patients.parquet")}, told


def test_what_stands_beside_a_date_is_taken_back_with_it(tmp_path):
    late = next(
        row for row in rows() if row["died"] and str(row["died_on"]) > CUT > str(row["entry"])
    )
    known, told = at_cut(tmp_path, '{died: "0", cause: empty}')
    assert (known[late["id"]]["died"], known[late["id"]]["cause"]) == ("0", None)
    assert "cause" not in told and "without a date in died_on" not in told
    (tmp_path / "kept").mkdir()
    known, told = at_cut(tmp_path / "kept", '{died: "0"}')
    assert known[late["id"]]["cause"] == "a fall"
    assert "column cause: it is filled where died_on is alone, and stays" in told


@pytest.mark.parametrize("later", ['{died: "2"}', "{age: many}", "{last_on: then}", '{age: ""}'])
def test_a_value_until_then_that_is_none_is_refused(tmp_path, later):
    at = project(tmp_path)
    edit(at, "trial.yaml", 'died_on: {died: "0"}', f"died_on: {later}")
    (problem,) = check_trial(at, "mini")
    assert "tables.patients.later.died_on." in problem.place


def test_a_cut_before_the_first_patient_is_named(tmp_path):
    with pytest.raises(UserError, match=r"data cut\s+found     2019-01-01"):
        run_at(project(tmp_path), "closed", "2019-01-01")


def results(run):
    return {row["result_id"]: row for row in table(run, "analysis/results.parquet")}


def test_looks_are_those_of_the_cut_with_conditional_power(tmp_path):
    at = project(tmp_path)
    first, second = (run_at(at, "closed", cut) for cut in ("2020-03-31", CUT))
    looks = [run.trial.plan.analyses["death_time"].look.look for run in (first, second)]
    assert looks == [1, 2]
    power = [name for name in results(second) if "/conditional_power." in name]
    assert power, "at a cut it is computed"
    whole = run_for(at, Purpose(), tmp_path / "whole")
    assert not [name for name in results(whole) if "/conditional_power." in name]
    assert whole.trial.plan.analyses["death_time"].look.look == 3


def test_an_open_report_has_no_arm_in_any_table(tmp_path):
    run = run_at(project(tmp_path), "open", report=True)
    raw = {row["arm"] for row in table(run, "raw/export.parquet")}
    assert raw == {"B"}, "one code in place of both"
    assert {row["group1_level"] for row in table(run, "analysis/results.parquet")} <= {"all", None}
    assert {row["TRT01P"] for row in table(run, "derived/adsl.parquet")} == {None}
    page = (run.folder / "report" / "report.html").read_text()
    assert f"Open report, data to {CUT}, all arms together" in page
    found = {name for name in results(run) if name.startswith("mini/relief_primary/")}
    assert found, "what is described of arms is described of all patients"


def test_rows_without_a_date_are_left_out_and_told(tmp_path):
    given = rows()
    given[0]["entry"] = ""
    run = run_at(project(tmp_path, given), "closed")
    assert "mini-1" not in {row["USUBJID"] for row in table(run, "derived/adsl.parquet")}
    assert "1 rows without a date in entry" in (run.folder / "clean/account.json").read_text()


def test_a_table_must_say_what_dates_its_rows(tmp_path):
    at = project(tmp_path)
    edit(at, "trial.yaml", ", undated: A list of the first week.", "")
    with pytest.raises(UserError, match=r"tables\.adverse"):
        run_at(at, "closed")


def test_a_closed_report_has_the_looks_and_whether_this_one_crosses(tmp_path):
    """The level spent by hand: on each side 2 - 2 Phi(z / sqrt t), with z of half of 0.025."""
    run = run_at(project(tmp_path), "closed")
    settings = load_settings(run.at)
    text = unescape(committee_section(Material(run.trial, settings, run.folder, {})))
    lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    looks = [line[1:7] for line in lines if len(line) > 6 and line[1][:1].isdigit()]
    assert [line[:2] for line in looks] == [
        ["1", "40 %"],
        ["2 (this report)", "70 %"],
        ["3", "100 %"],
    ]
    normal = NormalDist()
    z = normal.inv_cdf(1 - 0.025 / 2)
    spent = [4 * (1 - normal.cdf(z / share**0.5)) for share in (0.4, 0.7, 1)]
    assert [float(line[4]) for line in looks] == pytest.approx(spent, abs=6e-5)
    assert float(looks[0][3]) == pytest.approx(spent[0], abs=6e-5), "at the first p is all of it"
    (p,) = (row["stat_value"] for name, row in results(run).items() if "/p_value.log_rank" in name)
    assert ("does not cross" in looks[1][5]) == (p > float(looks[1][3]))
    assert looks[0][5] == looks[2][5] == "–"


def raw_of(run, column):
    return {row[column] for row in table(run, "raw/export.parquet")}


def test_the_day_of_the_cut_is_known_and_the_next_one_is_not(tmp_path):
    given = rows()
    last, next_one, dead = given[:3]
    last |= {"entry": CUT, "last_on": CUT, "died_on": "", "died": 0}
    next_one |= {"entry": "2020-07-01", "last_on": "2020-07-02", "died_on": "", "died": 0}
    dead |= {"died_on": CUT, "last_on": CUT, "died": 1}
    run = run_at(project(tmp_path, given), "closed")
    found = {row["USUBJID"]: row["CNSR"] for row in table(run, "derived/adtte.parquet")}
    assert (found["mini-1"], found["mini-3"]) == (1, 0)
    assert "mini-2" not in found


def test_what_reveals_the_arm_is_in_no_table_of_an_open_report(tmp_path):
    at = project(tmp_path)
    edit(at, "cleaning.yaml", "    units:", "    reveals_arm: [smoker]\n    units:")
    assert raw_of(run_at(at, "open"), "smoker") == {""}
    assert raw_of(run_at(at, "closed"), "smoker") == {"0", "1"}


@pytest.mark.parametrize("kind", ["open", "closed"])
def test_no_copy_of_the_data_lies_beside_the_tables_of_a_cut(tmp_path, kind):
    trial = load_trial("mini", apart(project(tmp_path), tmp_path / "dmc", Purpose(kind, CUT)))

    def with_copies(trial, tables):
        return seen(trial, [replace(one, companions={"all.csv": b"all"}) for one in tables])

    ingest_sources(trial, tmp_path / "raw", with_copies)
    names = {path.name for path in (tmp_path / "raw").iterdir()}
    assert "export.parquet" in names and "all.csv" not in names


REVIEW = """\
decisions:
  early: {by: A, date: "2020-06-30", table: patients, leaves: [adults], reason: x,
    rows: [{id: "7"}]}
  later: {by: A, date: "2020-07-01", table: patients, leaves: [adults], reason: x,
    rows: [{id: "12"}]}
"""


def test_a_decision_of_a_data_review_is_known_from_its_day(tmp_path):
    at = project(tmp_path)
    (at.trial_config("mini") / "review.yaml").write_text(REVIEW)
    rows = table(run_at(at, "closed"), "derived/adsl.parquet")
    flags = {row["SUBJID"]: row["ADULTFL"] for row in rows}
    assert (flags["7"], flags["12"]) == ("N", "Y")


def test_an_open_report_has_what_is_described_of_everybody(tmp_path):
    """The missing counted as events, and a population by an outcome: each had stopped the run."""
    at = project(tmp_path)
    share = "describe: [{proportion: wilson}"
    edit(at, "plan.yaml", share, f"{share}, {{proportion: missing_as_event}}")
    more = "  adults: {"
    edit(
        at,
        "trial.yaml",
        more,
        f"  seen: {{label: Seen, flag: SEENFL, where: {{arm: present}}, "
        f"endpoints: {{relief: {{in: [0, 1]}}}}}}\n{more}",
    )
    edit(
        at,
        "plan.yaml",
        "population: itt\n    variable: pain",
        "population: seen\n    variable: pain",
    )
    found = results(run_at(at, "open")).values()
    missing = [row for row in found if "_as_event" in row["method"]]
    assert {row["group1_level"] for row in missing} == {"all"}
    assert all(row["stat_value"] is not None for row in missing)
    assert {row["population"] for row in found if row["analysis_id"] == "pain_each"} == {"seen"}
