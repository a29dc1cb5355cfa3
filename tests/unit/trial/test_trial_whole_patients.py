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
TABLES = {"stimulation": Stub(arm=None), "handgrip": Stub(arm="treatment")}


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
