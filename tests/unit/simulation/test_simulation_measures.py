"""What a simulation says of each result, from its replicates once more, and what rejecting is."""

from math import log
from pathlib import Path

import mini_trial
import numpy as np
import pytest
from mini_simulation import run, write_simulation

from trialtrace.report.simulation.material import cells, rejected_text

HALF = "{binomial: {threshold: 0.5, sides: greater}}"
PLAN = mini_trial.PLAN.replace("katz_log", "koopman").replace(
    "tests: [{fisher: {sides: two_sided}}]", f"tests: [{{fisher: {{sides: greater}}}}, {HALF}]"
)
TEXT = """\
of: [relief_primary, pain_each]
replicates: 12
seed: 3
truths:
  nothing:
    why: Chance alone.
    no_effect: true
    patients: {drug: 1500, placebo: 1500}
    parameters: {relief: 0.3}
  printed: {why: What was printed.}
  harm:
    why: Relief is rare with the drug.
    parameters: {relief: {drug: 0.06, placebo: 0.5}}
"""
RATIO = "mini/relief_primary/risk_ratio.koopman@drug-placebo"
FISHER = "mini/relief_primary/p_value.fisher@drug-placebo"
BINOMIAL = "mini/relief_primary/p_value.binomial@{}"
BEFORE = "mini/pain_each/{}@drug-placebo;visit=before"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, dict]:
    """Characteristics, and replicates with a value, by truth and result."""
    root: Path = tmp_path_factory.mktemp("measures")
    tables = run(write_simulation(root, TEXT, plan=PLAN), root / "made")
    found: dict[tuple[str, str], list[dict]] = {}
    for row in tables["replicates"]:
        if row["value"] is not None:
            found.setdefault((row["truth"], row["result_id"]), []).append(row)
    return {(row["truth"], row["result_id"]): row for row in tables["characteristics"]}, found


def test_bias_is_as_uncertain_as_its_truth(made: tuple):
    """Arms of 1,500 are analysed more precisely than what is true of one is known."""
    of, replicates = made
    place = "nothing", "mini/relief_primary/proportion.wilson@drug"
    values = np.array([row["value"] for row in replicates[place]])
    row = of[place]
    assert row["true_by"] == "large trial"
    within = values.var(ddof=1) / len(values)
    assert row["true_error"] ** 2 > within
    assert row["bias_error"] ** 2 == pytest.approx(within + row["true_error"] ** 2, rel=1e-9)
    # What the test knows to be true.
    assert abs(values.mean() - 0.3) < 3 * np.sqrt(within)
    assert abs(row["bias"]) < 3 * row["bias_error"]


def test_coverage_is_as_uncertain_as_its_truth(made: tuple):
    of, replicates = made
    for place, row in of.items():
        if row["true_by"] != "large trial":
            continue
        low, high = (np.array([one[e] for one in replicates[place]]) for e in ("ci_low", "ci_high"))
        true, error = row["true_value"], row["true_error"]
        share, *moved = (
            np.mean((low <= t) & (t <= high)) for t in (true, true - error, true + error)
        )
        by_chance = share * (1 - share) / len(low)
        by_truth = max(abs(each - share) for each in moved)
        assert row["coverage"] == pytest.approx(share)
        assert row["coverage_error"] == pytest.approx(np.sqrt(by_chance + by_truth**2))


def test_a_ratio_of_0_is_a_value_with_an_interval(made: tuple):
    of, replicates = made
    row, rows = of["harm", RATIO], replicates["harm", RATIO]
    zeros = [one for one in rows if one["value"] == 0]
    assert len(rows) == 12 and 3 < len(zeros) < 12
    assert all(one["ci_low"] == 0 < one["ci_high"] for one in zeros)
    assert (row["failed"], row["reason"], row["no_logarithm"]) == (0, None, len(zeros))
    rejected = [not one["ci_low"] <= 1 <= one["ci_high"] for one in rows]
    assert sum(rejected) > sum(not one["ci_low"] <= 1 <= one["ci_high"] for one in zeros) > 0
    assert row["rejected"] == pytest.approx(np.mean(rejected))
    true = row["true_value"]
    covered = [one["ci_low"] <= true <= one["ci_high"] for one in rows]
    assert row["coverage"] == pytest.approx(np.mean(covered))
    logs = [log(one["value"]) for one in rows if one["value"] > 0]
    assert row["bias"] == pytest.approx(np.mean(logs) - log(true))
    assert row["sd"] == pytest.approx(np.std(logs, ddof=1))
    assert cells(row)[-1] == f"none; {len(zeros)} have no logarithm"


@pytest.mark.parametrize(
    ("truth", "result", "kind"),
    [
        # Two thirds are more than half, a third is not: the test is of "not more than half".
        ("printed", BINOMIAL.format("drug"), "power"),
        ("printed", BINOMIAL.format("placebo"), "type I error"),
        # 30 % of each arm, by a large trial alone.
        ("nothing", BINOMIAL.format("drug"), "type I error"),
        # Just half, which a large trial cannot tell from more.
        ("harm", BINOMIAL.format("placebo"), "rejected"),
        # One-sided, towards more relief.
        ("nothing", FISHER, "type I error"),
        ("printed", FISHER, "power"),
        ("harm", FISHER, "type I error"),
        ("nothing", RATIO, "type I error"),
        ("harm", RATIO, "power"),
        # Alike before treatment, which a large trial cannot tell from nearly alike.
        ("printed", BEFORE.format("p_value.welch_t"), "rejected"),
        ("printed", BEFORE.format("mean_difference.welch"), "rejected"),
    ],
)
def test_to_reject_is_an_error_where_what_is_tested_is_true(
    made: tuple, truth: str, result: str, kind: str
):
    row = made[0][truth, result]
    assert row["null"] is {"type I error": True, "power": False, "rejected": None}[kind]
    assert rejected_text(row).startswith(f"{kind} ")
