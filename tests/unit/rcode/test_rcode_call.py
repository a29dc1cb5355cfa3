"""Which card's call of R a result gets, where two steps of an analysis have results of one name."""

from pathlib import Path
from typing import cast

import mini_trial
import pytest

from trialtrace.report.rcode.call import Calls
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.registry import card_of

GEE = "working: independence, variance: robust, reference: normal, covariates: [age]"
SLOPE = f"{{slope_difference: {{method: gee, times: {{before: 0, after: 1}}, {GEE}}}}}"


@pytest.mark.parametrize("slope_first", [False, True])
@pytest.mark.parametrize("effect", ["over_visits", "each_visit"])
def test_p_values_of_one_name_have_the_calls_of_their_own_steps(
    tmp_path: Path, effect: str, slope_first: bool
):
    steps = [f"{{mean_difference: {{method: gee, effect: {effect}, {GEE}}}}}", SLOPE]
    listed = ", ".join(reversed(steps) if slope_first else steps)
    plan = mini_trial.PLAN.replace("{mean_difference: welch}", listed)
    calls = Calls(load_trial("mini", mini_trial.write_project(tmp_path, plan=plan)))
    difference = ("effect", effect) if effect == "over_visits" else (None, None)
    told = {"mean_difference.gee": difference, "slope_difference.gee": ("effect", "slope")}
    for key, (group, level) in told.items():
        of = {"analysis_id": "pain_each", "method": "p_value.gee"}
        row = cast(ResultRow, {**of, "group2": group, "group2_level": level})
        assert calls._declared(row) is card_of(key).r
