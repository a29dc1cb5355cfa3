"""A run without pingouin: what it alone recomputes is named, and all else is checked as ever."""

import sys
from dataclasses import replace

import pytest
from made_trial import made_trial

from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.methods.checking.run import checked
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trial.plan import no_pingouin
from trialtrace.run.trial.plan.no_pingouin import asks_pingouin, lacks_pingouin, without_check
from trialtrace.run.trial.plan.registry import card_of


def asks(analysis, *groups):
    """Whether an analysis has a step that pingouin checks, or one of these groups."""
    cards = [
        card_of(step.key) for step in (*analysis.describe, *analysis.estimates, *analysis.tests)
    ]
    return any(asks_pingouin(card) or card.check in groups for card in cards)


@pytest.fixture
def gone(monkeypatch):
    """No pingouin from here on."""

    def take():
        monkeypatch.setitem(sys.modules, "pingouin", None)
        monkeypatch.setattr(no_pingouin, "find_spec", lambda name: None)

    return take


def test_results_that_it_recomputes_stand_without_a_check_and_are_named(tmp_path, gone):
    trial = made_trial(tmp_path, sizes=(11, 4, 3), seed=2)
    named = {
        name: analysis for name, analysis in trial.plan.analyses.items() if asks(analysis, "paired")
    }
    trial.__dict__["plan"] = replace(
        trial.plan, analyses=named, displays={}, multiplicity={}, planning={}
    )
    analyse_plan(trial, tmp_path / "derived", tmp_path / "analysis")
    results = read_table(tmp_path / "analysis" / "results.parquet", RESULTS)
    ids = [(row["result_id"], row["analysis_id"]) for row in results.to_pylist()]
    before = {one.result_id: one for one in checked(trial, tmp_path / "derived", results)}
    assert not lacks_pingouin(trial) and without_check(trial, ids, before) is None
    gone()
    found = list(checked(trial, tmp_path / "derived", results))
    assert all(one.agrees for one in found) and not any("pingouin" in one.by for one in found)
    lost = before.keys() - {one.result_id for one in found}
    # Its own, and of the same analyses what is computed by models from its table.
    by_it = {one for one in before if before[one].by.startswith("pingouin")}
    assert by_it and by_it <= lost
    assert all(asks(named[dict(ids)[one]]) for one in lost)
    told = without_check(trial, ids, {one.result_id for one in found})
    assert lacks_pingouin(trial) and f": {len(lost)} results of " in told
    whole = replace(trial.plan, analyses={n: a for n, a in named.items() if not asks(a)})
    trial.__dict__["plan"] = whole
    assert not lacks_pingouin(trial) and without_check(trial, ids, ()) is None
