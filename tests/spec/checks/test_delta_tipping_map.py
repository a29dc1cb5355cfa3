"""The map of tipping points of imputed means: at its plan's deltas it is the plan's result."""

from types import SimpleNamespace

import numpy as np
import pytest
from made_trial import made_trial

from trialtrace.report.figures import delta_tipping
from trialtrace.run.methods.analysing.run import run_analysis
from trialtrace.run.tables.frames import Frames

GIVEN = {
    "title": "Distance",
    "analysis": "walk_tipped",
    "of": "high",
    "to": "placebo",
    "visit": "week 4",
    "of_deltas": [-100, 60],
    "to_deltas": [-80, 80],
}


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    trial = made_trial(folder)
    tracer = SimpleNamespace(frames=Frames(folder / "derived"))
    return SimpleNamespace(trial=trial, tracer=tracer, arm_label=str)


def test_it_agrees_with_the_delta_adjusted_result(material):
    analysis = material.trial.plan.analyses["walk_tipped"]
    results = list(run_analysis(material.trial, analysis, material.tracer.frames))
    ours = {
        each.stat: each.value
        for each in results
        if each.place.visit == "week 4" and each.place.pair == ("high", "placebo")
    }
    found, level = delta_tipping.grid(material, GIVEN)
    # The plan's deltas, -20 and 0, are on the grid: every 2 metres.
    at = np.argmin(np.abs(found.deltas[0] + 20)), np.argmin(np.abs(found.deltas[1]))
    assert found.deltas[0][at[0]] == -20 and found.deltas[1][at[1]] == 0
    assert found.pooled.estimate[at] == pytest.approx(ours["mean_difference"])
    assert found.pooled.p_value[at] == pytest.approx(ours["p_value"])
    assert level == 0.05 and found.significant.any() and not found.significant.all()
