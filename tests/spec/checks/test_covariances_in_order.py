"""A mixed model whose first covariance has no estimate takes the next of the plan, and says so."""

import json
import shutil

import pytest
import yaml
from made_trial import HERE, MADE, made_trial

from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.methods.checking.run import checked
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trial.load import load_trial


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The trial, its derived tables and the results of one analysis, by stage."""
    folder = tmp_path_factory.mktemp("in_order")
    at = made_trial(folder).at
    configuration = folder / "config" / "trials" / MADE
    configuration.unlink()
    shutil.copytree(HERE / MADE, configuration)
    plan = yaml.safe_load((HERE / MADE / "plan.yaml").read_text())
    names = ("symptoms_change", "fatigue_adjusted")
    plan["analyses"] = {name: plan["analyses"][name] for name in names}
    step = plan["analyses"]["fatigue_adjusted"]["estimates"][0]["mean_difference"]
    step |= {"covariance": "unstructured", "fallback": ["heterogeneous_toeplitz", "ar1"]}
    kept = ("decision_level", "confidence", "estimands", "analyses")
    written = json.dumps({key: plan[key] for key in kept})
    (configuration / "plan.yaml").write_text(written, encoding="utf-8")
    trial = load_trial(MADE, at)
    analyse_plan(trial, folder / "derived", folder / "analysis")
    results = read_table(folder / "analysis" / "results.parquet", RESULTS)
    return trial, folder / "derived", results


def test_results_say_which_covariance_was_taken_and_why(made):
    rows = [row for row in made[2].to_pylist() if "mmrm" in row["method"] and not row["error"]]
    told = {(json.loads(row["options"])["taken"], row["warning"]) for row in rows}
    assert ("unstructured", None) in told
    passed = [warning for taken, warning in told if taken == "heterogeneous_toeplitz"]
    assert all(text.startswith("Without an estimate: unstructured, as no conv") for text in passed)
    assert passed and passed[0].endswith(
        "The covariance is heterogeneous_toeplitz, by the order given."
    )


def test_other_code_agrees_with_what_was_taken(made):
    compared = [each for each in checked(*made) if "mmrm" in each.result_id]
    assert len(compared) > 100 and all(each.agrees for each in compared)
