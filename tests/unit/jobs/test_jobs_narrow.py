"""A job hangs on a formula where its trial has what the formula is of."""

import pytest
from mini_trial import REPOSITORY

from trialtrace.base.paths import project
from trialtrace.run.jobs import fresh, stages
from trialtrace.run.trial.load import load_trial

STATS = REPOSITORY / "workflow/trialtrace/stats"
COX, LOOKS = STATS / "survival/cox.py", STATS / "multiplicity/group_sequential.py"


@pytest.fixture(scope="module")
def standing():
    return fresh.freshness(project(REPOSITORY))


def test_an_audit_hangs_on_models_of_hazards_where_a_trial_has_times(standing):
    with_times = {
        name
        for name in standing.settings.trials
        if "time_to_event"
        in {each.kind for each in load_trial(name, standing.at).endpoints.values()}
    }
    hanging = {
        name for name in standing.settings.trials if COX in standing.code_files(stages.AUDIT, name)
    }
    assert hanging == with_times
    assert 0 < len(hanging) < len(standing.settings.trials)


def test_a_plan_hangs_on_boundaries_where_an_analysis_is_a_look(standing, monkeypatch):
    name = "ruetzler2013"
    assert LOOKS not in standing.code_files(stages.ANALYSE, name)
    monkeypatch.setattr(fresh, "boundaries_of", lambda trial: {"pocock"})
    again = fresh.freshness(standing.at)
    assert LOOKS in again.code_files(stages.ANALYSE, name)
    assert LOOKS not in again.code_files(stages.CLEAN, name)
