"""Which numbers a changed function can bear on: by methods and endpoints that lead to its file."""

import json
from pathlib import Path

import pytest

from trialtrace.base.paths import Project
from trialtrace.run.archive.functions import FunctionChange, OwnCode, own_code
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.stages import ANALYSE, CLEAN, DERIVE

ROOT = Path(__file__).resolve().parents[3]
CODE = "workflow/trialtrace"
MAKING = {CLEAN, DERIVE, ANALYSE}


@pytest.fixture(scope="module")
def own() -> OwnCode:
    told = json.loads(own_code(freshness(Project(ROOT)), "ruetzler2013"))
    return OwnCode((told,))


@pytest.mark.parametrize(
    "file, stages, steps, endpoints, concerned",
    [
        ("stats/categorical/contingency.py", [ANALYSE], {"risk_ratio.katz_log"}, {"cough"}, True),
        ("stats/categorical/contingency.py", [ANALYSE], {"p_value.mann_whitney"}, {"cough"}, False),
        ("stats/categorical/contingency.py", [ANALYSE], set(), set(), False),
        ("run/methods/repeated/analyse.py", [ANALYSE], {"p_value.mixed_anova"}, {"cough"}, True),
        ("run/methods/repeated/analyse.py", [ANALYSE], {"p_value.fisher"}, {"cough"}, False),
        ("run/endpoints/kinds/event.py", [DERIVE], {"p_value.fisher"}, {"cough_any"}, True),
        ("run/endpoints/kinds/event.py", [DERIVE], {"p_value.fisher"}, {"swallow_pain"}, False),
        # What every number of a stage can use; and a file of which nothing is known.
        ("run/methods/analysing/run.py", [ANALYSE], set(), set(), True),
        ("run/cleaning/clean.py", [CLEAN], set(), set(), True),
        ("stats/new.py", [ANALYSE], set(), set(), True),
        # Its own in one stage, everyone's in another.
        ("stats/categorical/contingency.py", [CLEAN, ANALYSE], set(), set(), True),
        # Of a stage that makes no results.
        ("run/claims/audit.py", ["audit_claims"], {"risk_ratio.katz_log"}, {"cough"}, False),
    ],
)
def test_a_function_concerns_the_numbers_that_can_come_to_use_it(
    own: OwnCode, file: str, stages: list[str], steps: set, endpoints: set, concerned: bool
):
    change = FunctionChange(f"{CODE}/{file}", "f", "changed", tuple(stages))
    assert own.concerns(change, MAKING, {"steps": steps, "endpoints": endpoints}) is concerned


def test_a_run_that_did_not_keep_this_says_that_all_code_is_shared():
    change = FunctionChange(f"{CODE}/stats/categorical/contingency.py", "f", "changed", (ANALYSE,))
    assert OwnCode(()).concerns(change, MAKING, {"steps": set(), "endpoints": set()})
