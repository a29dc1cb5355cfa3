"""What is of a patient as a whole, where each patient has every treatment."""

from shutil import copytree
from types import SimpleNamespace as Stub

import pytest
from tiny_endpoint import endpoint

from trialtrace.base.paths import Project, project
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.resolve import of_patients

DAYS = endpoint(
    "attendance",
    "days",
    table="stimulation",
    done={"done": {"is": "1"}},
    planned="rows",
    unknown="missing",
)
GRIP = endpoint("measure", "grip", table="handgrip", column="grip")
ENOUGH = endpoint("event", "enough", of="days", event={"at_least": 0.8})
STRONG = endpoint("event", "strong", of="grip", event={"at_least": 20})
ALL = {one.name: one for one in (DAYS, GRIP, ENOUGH, STRONG)}
TABLES = {"stimulation": Stub(arm=None, arm_of=None), "handgrip": Stub(arm="treatment")}


def trial(kind="within_subject"):
    return Stub(design=Stub(kind=kind), tables=TABLES, endpoints=ALL)


@pytest.mark.parametrize(
    ("name", "whole"), [("days", True), ("enough", True), ("grip", False), ("strong", False)]
)
def test_records_of_a_table_without_a_treatment_are_of_the_patient(name, whole):
    assert of_patients(trial(), ALL[name]) == whole
    assert of_patients(trial("crossover"), ALL[name]) == whole
    assert not of_patients(trial("parallel"), ALL[name])


def test_a_comparison_of_them_is_refused(tmp_path):
    copytree(project().config, tmp_path / "config")
    at = Project(tmp_path)
    path = at.trial_config("musaro2019") / "plan.yaml"
    text, described = path.read_text(), "    describe: [{summary: [mean, sd, median, quartiles]}]\n"
    assert text.count(described) == 1
    path.write_text(
        text.replace(described, f"{described}    tests: [{{paired_t: {{sides: two_sided}}}}]\n")
    )
    (found,) = [str(each) for each in check_trial(at, "musaro2019") if "adherence" in str(each)]
    assert "a comparison of stimulated, which is of the patient as a whole" in found
    assert "describe alone" in found


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("arm: treatment, arm_of: {table: patients, by: [period]}", "arm and arm_of"),
        ("arm_of: {table: patients, by: [period]}", '"patients"'),
        ("arm_of: {table: given, by: [age]}", '"age"'),
        ("arm_of: {table: given, by: [minutes]}", "minutes, where given has the key"),
    ],
)
def test_a_table_that_tells_the_arms_of_another(tmp_path, said, fault):
    copytree(project().config, tmp_path / "config")
    at = Project(tmp_path)
    path = at.trial_config("made_crossover") / "trial.yaml"
    text = path.read_text()
    own = "subject: record_id, arm: treatment}"
    assert text.count(own) == 1
    given = "  given: {of: periods, key: [record_id, period], subject: record_id, arm: treatment}\n"
    text = text.replace(own, f"subject: record_id, {said}}}\n{given}")
    path.write_text(text)
    assert any(
        fault in str(each) and "arm_of" in str(each) for each in check_trial(at, "made_crossover")
    )


def test_an_arm_of_another_table_is_of_no_parallel_design(tmp_path):
    copytree(project().config, tmp_path / "config")
    at = Project(tmp_path)
    path = at.trial_config("made_crossover") / "trial.yaml"
    text = path.read_text().replace("kind: crossover", "kind: parallel")
    told = "arm_of: {table: patients, by: [period]}"
    path.write_text(
        text.replace("subject: record_id, arm: treatment}", f"subject: record_id, {told}}}")
    )
    found = [str(each) for each in check_trial(at, "made_crossover")]
    assert any("arm_of where a subject has one arm" in each for each in found)
