"""Whom a primary estimate lacks of those randomised, and whom the flow counts as analysed."""

import json
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from trialtrace.report.audit.estimate_losses import UNKNOWN, estimate_losses
from trialtrace.run.methods.displays.analyse import analysed
from trialtrace.run.tables.frames import HeldFrames, Selection

N = 200
ARM = np.where(np.arange(N) % 2, "drug", "placebo")
NAMES = np.array([f"t-{number:03}" for number in range(N)])
WHERE = {"PARAMCD": {"is": "DEAD"}, "ITTFL": {"is": "Y"}, "AVAL": "present", "EGFR": "present"}
BOTH = {"TRTP": {"in": ["drug", "placebo"]}}
RESULT = {
    "result_id": "t/dead/odds_ratio.logistic@drug-placebo", "analysis_id": "dead",
    "parameter": "dead", "visit": None, "comparison": "drug", "ci_level": 0.95,
    "group1_level": None, "group2_level": None, "group2": None, "stratum": None,
    "stat_name": "odds_ratio", "stat_value": 1.0,
}  # fmt: skip


def trial(kind="parallel", *, hidden=False):
    arms = {"drug": SimpleNamespace(label="Drug"), "placebo": SimpleNamespace(label="Placebo")}
    analysis = SimpleNamespace(name="dead", label="Death", role="primary", of=None, by=None)
    return SimpleNamespace(
        pooled=False,
        at=SimpleNamespace(purpose=SimpleNamespace(hides_arms=hidden)),
        design=SimpleNamespace(kind=kind, arms=arms),
        endpoints={"dead": SimpleNamespace(kind="event")},
        plan=SimpleNamespace(analyses={"dead": analysis}, displays={}),
    )


def frames(lost, dead=None):
    """Everybody has a status, of some the covariate is `lost`."""
    gone = np.isin(np.arange(N), lost)
    egfr = pa.array(np.where(gone, np.nan, 60.0), from_pandas=True)
    own = {"USUBJID": NAMES, "TRT01P": ARM, "ITTFL": ["Y"] * N, "EGFR": egfr}
    value = np.zeros(N) if dead is None else dead
    more = {"ASEQ": np.ones(N, dtype=int), "PARAMCD": ["DEAD"] * N, "TRTP": ARM, "AVAL": value}
    return HeldFrames({"adsl": pa.table(own), "bds": pa.table(own | more)})


def told(of, kind="parallel", results=(RESULT,), *, hidden=False):
    row = {"role": "analysed", "dataset": "bds", "predicate": json.dumps(WHERE | BOTH)}
    return [*estimate_losses(trial(kind, hidden=hidden), of, results, {RESULT["result_id"]: [row]})]


def test_up_to_one_in_twenty_is_no_loss_and_more_is_told_by_arm():
    assert told(frames(range(10))) == []
    assert told(frames(range(11))) == [
        "11 of 200 patients randomised (5.5 %) are not in the primary estimate, Death: Drug 5 of "
        "100, Placebo 6 of 100."
    ]
    for kind, hidden in (("crossover", False), ("parallel", True)):
        assert told(frames(range(11)), kind, hidden=hidden) == [
            "11 of 200 patients randomised (5.5 %) are not in the primary estimate, Death."
        ]


def test_a_loss_with_a_declared_reason_is_told_with_it():
    why = {"analysis_id": "flow", "stat_name": "not_analysed", "parameter": "dead"}
    why |= {"group1_level": "all", "group2_level": "Kidneys not examined", "stat_value": 12.0}
    (line,) = told(frames(range(12)), results=(RESULT, RESULT | why))
    assert line.endswith("Placebo 6 of 100. By reason: Kidneys not examined: 12.")


def test_that_nobody_knows_who_was_randomised_is_told_where_losses_are():
    of = trial()
    of.plan.displays = {"flow": {"patients": "Eligible"}}
    assert [*estimate_losses(of, frames([]), [], {})] == [UNKNOWN]


@pytest.mark.parametrize("step", [1, 2])
def test_few_losses_are_told_where_one_arm_has_them_all(step):
    # Chi-squared is 10.53 of one degree of freedom.
    lines = told(frames(range(0, 10 * step, step)))
    assert [line.partition(": ")[2] for line in lines] == (
        ["Drug 0 of 100, Placebo 10 of 100 (p 0.0012 by chance)."] if step == 2 else []
    )


def test_few_losses_are_told_where_all_have_the_event():
    dead = (np.arange(N) < 30).astype(float)
    (line,) = told(frames(range(10), dead))
    assert "; with the event 10 of 30, without 0 of 170 (p " in line
    assert told(frames(range(0, 200, 21), dead)) == []


def test_the_flow_counts_whom_the_first_estimate_was_made_from():
    of = frames(range(11))
    rows = of.select("bds", WHERE | BOTH)
    assert isinstance(rows, Selection)
    place = SimpleNamespace(analysis="dead", pair=("drug", "placebo"))
    result = SimpleNamespace(
        place=place, interval=(0.5, 2.0), level=0.95, members={"analysed": rows}
    )
    analysis = trial().plan.analyses["dead"]
    counts = [
        analysed(trial(), analysis, of, {"TRT01P": test}, [result]).subjects
        for test in ({"in": ["drug", "placebo"]}, {"is": "drug"}, {"is": "placebo"})
    ]
    assert counts == [189, 95, 94]


def test_of_several_visits_the_one_with_the_fewest_is_told():
    of = frames(range(12))
    visits = [(f"week {week}", {"EGFR": "present"} if week == 4 else {}) for week in (2, 4, 8)]
    rows = [RESULT | {"visit": name, "result_id": name} for name, _ in visits]
    held = {key: test for key, test in WHERE.items() if key != "EGFR"} | BOTH
    members = {
        name: [{"role": "analysed", "dataset": "bds", "predicate": json.dumps(held | more)}]
        for name, more in visits
    }
    (line,) = estimate_losses(trial(), of, rows, members)
    assert line.startswith("12 of 200 patients randomised (6.0 %) are not in the primary ")
    assert "Death at week 4: " in line
