"""Odd inputs to a few functions; the campaign takes all of them."""

import numpy as np
import pytest

from odd.calls import Call, nan_places, public
from odd.judge import judged
from odd.mutations import mutations
from trialtrace.stats import StatsError, TestResult

CALLS = {
    "survival.kaplan_meier.log_rank": {
        "time": np.array([3.0, 5.0, 5.0, 8.0, 2.0, 9.0]),
        "event": np.array([1, 0, 1, 1, 1, 0]),
        "group": np.array(list("abbaba")),
    },
    "continuous.signed_rank.signed_rank": {
        "difference": np.array([1.0, -2.0, 3.5, 0.5, 4.0]),
        "sides": "two_sided",
        "zeros": "pratt",
        "method": "exact",
    },
    "categorical.r_by_c_tests.fisher_freeman_halton": {"table": np.array([[3, 1, 2], [0, 4, 2]])},
    "multiplicity.group_sequential.pocock": {
        "fractions": np.array([0.5, 1.0]),
        "alpha": 0.05,
        "sides": "greater",
    },
    "resampling.scores.log_rank_scores": {
        "time": np.array([4.0, 6.0, 8.0, 2.0]),
        "event": np.array([1, 0, 1, 1]),
        "stratum": None,
        "included": None,
    },
    "continuous.ranks.rank_sum_tests": {
        "first": np.array([1.0, 2.0, 3.0]),
        "second": np.array([2.0, 0.0, 3.0]),
        "correction": "continuity",
        "sides": "two_sided",
    },
    "categorical.r_by_c_tests.fisher_freeman_halton_drawn": {
        "table": np.array([[3, 1, 2], [0, 4, 2]]),
        "draws": 100,
        "seed": 1,
        "confidence": 0.95,
    },
    "summaries.split_strata.splits": {
        "table": np.array([3, 10, 2, 10]),
        "sizes": np.array([[5, 5], [4, 5]]),
    },
    "repeated.sphericity.sphericity": {
        "error": np.array([[4.0, 1.0, 0.5], [1.0, 2.0, 0.3], [0.5, 0.3, 3.0]]),
        "df": 5,
    },
    "categorical.fragility.fragility_index": {
        "x1": 20,
        "n1": 40,
        "x0": 7,
        "n0": 42,
        "level": 0.05,
        "rule": "walsh",
    },
}


@pytest.mark.parametrize("name", CALLS)
def test_odd_inputs_are_refused_with_a_sentence_or_give_numbers(name):
    call = Call(name, CALLS[name], frozenset(nan_places(public()[name](**CALLS[name]))))
    found = list(judged([call]))
    assert len(found) == sum(len(list(mutations(value))) for value in call.arguments.values())
    assert {each.outcome for each in found} <= {"refused", "value"}


def test_what_is_wrong_is_told(monkeypatch):
    """A function that raises what it should not, gives NaN, ends its process."""

    def made(value):
        if value is None:
            raise KeyError("none")
        if isinstance(value, str):
            raise StatsError("no sentence")
        return TestResult(float("nan") if value is True else 1.0, float("nan"), 0.5)

    monkeypatch.setattr("odd.judge.public", lambda: {"made.made.made": made})
    outcomes = {
        each.mutation: each.outcome
        for each in judged([Call("made.made.made", {"value": 1.0}, frozenset())])
    }
    assert outcomes["none"] == "raw" and outcomes["text"] == "raw"
    assert outcomes["true"] == "silent NaN" and outcomes["-1"] == "value"
