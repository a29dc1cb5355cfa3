"""Which items of CONSORT 2025 a report answers: by hand from the made trial's configuration."""

from dataclasses import replace
from types import SimpleNamespace as Stub

import mini_run
import mini_trial
import pytest
from test_report_wording import words

from trialtrace.report.material import Material
from trialtrace.report.sections import consort
from trialtrace.report.sections.baseline_table import baseline_table
from trialtrace.report.sections.consort import (
    ITEMS,
    OPEN,
    _answers,
    _of_design,
    _of_flow,
    consort_section,
)
from trialtrace.report.sections.sections import trial_section
from trialtrace.run.trial.load import load_settings, load_trial

AUTHORS = (
    *(
        "5a",
        "5b",
        "6",
        "8",
        "10",
        "12a",
        "12b",
        "13",
        "16b",
        "18",
        "19",
        "20b",
        "23a",
        "24a",
        "24b",
    ),
    "29",
)


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("consort"))
    return Material(run.trial, load_settings(run.at), run.folder, {})


def lines(text):
    rows = [line.strip("| ").split(" | ") for line in words(text).splitlines() if " | " in line]
    return {row[0].strip().removeprefix("Item "): " | ".join(row[2:]).strip() for row in rows}


def test_every_item_has_a_line_and_what_only_authors_know_is_left_to_them(mini):
    told = lines(consort_section(mini))
    assert set(ITEMS) <= set(told)
    assert {told[item] for item in AUTHORS} == {f"no | {OPEN}"}
    assert told["27"] == "in part | Harms: deaths alone"
    assert told["26"] == "yes | Primary and secondary analyses"
    assert told["17b"] == "in part | The trial: type and strata"
    assert told["9"] == "in part | The trial: type and arms, without ratio and framework"
    assert told["11"] == "in part | Patients: baseline, the sites alone"
    # The list of 2025 has 30 items, 42 with their parts.
    assert len(ITEMS) == 42
    # Neither a registration nor who was blinded is in its configuration.
    assert told["2"] == told["20a"] == f"no | {OPEN}"


def test_what_the_configuration_gains_the_table_answers(tmp_path, mini):
    at = mini_trial.write_project(tmp_path)
    stopped = "  blinding: nobody\n  stopped: At the interim analysis, in May 2014.\n"
    mini_trial.edit(at, "trial.yaml", "  randomisation:", f"{stopped}  randomisation:")
    material = Material(load_trial("mini", at), load_settings(at), mini.folder, {})
    told = {item: (whole, place) for item, whole, place in _of_design(material)}
    assert told["20a"] == told["23b"] == (True, "The trial")
    assert told["23a"] == (False, "Summary: the end of recruitment alone")
    assert told["16b"] == (False, "What is known of them: Summary")


def test_what_trial_yaml_tells_of_the_trial_is_answered(tmp_path, mini):
    at = mini_trial.write_project(tmp_path)
    told = (
        '  ratio: "2:1"\n  framework: superiority\n  concealment: By a centre.\n  interim: None.\n'
    )
    told += "  size: To see a half.\n"
    mini_trial.edit(at, "trial.yaml", "  randomisation:", f"{told}  randomisation:")
    more = "setting: Two clinics.\neligibility: Adults.\ndates: In 2014.\nfunding: A fund.\n"
    mini_trial.edit(at, "trial.yaml", "design:", f"{more}design:")
    mini_trial.edit(at, "trial.yaml", "label: Drug,", "label: Drug, given: Ten mg a day.,")
    material = Material(load_trial("mini", at), load_settings(at), mini.folder, {})
    whole = {item: whole for item, whole, _ in _answers(material)}
    assert all(whole[item] for item in ("5a", "9", "11", "12a", "16a", "16b", "18", "23a"))
    assert whole["13"] is False
    rows = words(trial_section(material))
    assert (
        "| Drug | Ten mg a day. |" in rows
        and "Not recorded | Registration; what placebo was; blinding;" in rows
    )
    assert "| Allocation | Stratified randomisation 2:1 by site |" in rows


@pytest.mark.parametrize("kind", ["attendance", "dose_change", "dose_intensity"])
def test_treatment_as_delivered_is_answered_by_the_analyses_of_it(kind, tmp_path, mini):
    """A share of the sessions, or of the dose, is the treatment as delivered."""
    at = mini_trial.write_project(tmp_path)
    trial = load_trial("mini", at)
    trial.endpoints["pain"] = replace(trial.endpoints["pain"], kind=kind)
    material = Material(trial, load_settings(at), mini.folder, {})
    assert ("24a", False, "Analyses: Pain") in [*_answers(material)]


def test_harms_are_answered_in_part_where_the_log_has_none_of_the_deaths(mini, monkeypatch):
    """Who logged no death may have logged no other event as serious."""
    monkeypatch.setattr(consort, "reports_events", lambda _: True)
    for none, told in ((False, "Harms"), (True, "Harms, by a log of events that has none of the")):
        monkeypatch.setattr(consort, "none_logged", lambda _, none=none: none)
        (answer,) = (one for one in _answers(mini) if one[0] == "27")
        assert answer[1] is not none and answer[2].startswith(told)


def test_how_many_are_answered_is_counted(mini):
    text = consort_section(mini)
    every = [place.partition(" | ")[0] for item, place in lines(text).items() if item in ITEMS]
    yes, part = every.count("yes"), every.count("in part")
    assert words(text).startswith(f"{yes} of {len(ITEMS)} items are answered, {part} in part.")


def test_the_baseline_is_of_its_population(tmp_path):
    """Nobody knows whether patient 1 smokes, so that she is in no population of adults."""
    rows = mini_run.patients()
    rows[0]["smoker"] = ""
    plan = mini_trial.PLAN.replace("baseline: {population: itt", "baseline: {population: adults")
    run = mini_run.run_mini(tmp_path, rows, plan=plan)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    text = words(baseline_table(material))
    assert "\nBaseline of 19 of 20 patients: adults. Arms are described" in text


@pytest.mark.parametrize(
    ("reason", "whole"), [("Moved away", True), ("no value, reason not reported", False)]
)
def test_losses_without_a_reason_are_told_in_part(reason, whole):
    flow = [{"stat_name": "not_analysed", "stat_value": 3.0, "group2_level": reason}]
    plan = Stub(displays={"flow": {"ended": "status", "received": "treated"}})
    material = Stub(trial=Stub(plan=plan), of=lambda _: flow)
    answers = {item: full for item, full, _ in _of_flow(material)}
    assert answers == {"22a": True, "22b": whole}
