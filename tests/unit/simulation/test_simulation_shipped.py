"""The simulations that come with the project, one trial of each truth."""

import pytest

from trialtrace.run.simulation.replicates import Trials, analysed
from trialtrace.run.simulation.truths import is_null
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.simulation.load import simulation_of, under

TRUTHS = [
    (name, truth)
    for name in ("musaro2019", "streckmann2024")
    for truth in simulation_of(load_trial(name)).truths
]


@pytest.fixture(scope="module", params=TRUTHS, ids="/".join)
def first(request: pytest.FixtureRequest) -> tuple[Trials, dict]:
    """The trials of a truth, and the first of them analysed."""
    name, truth = request.param
    trials = Trials(under(load_trial(name), truth))
    return trials, analysed(trials, [1])


def test_a_trial_has_a_value_of_every_result(first: tuple):
    trials, block = first
    assert [row["error"] for row in block["rows"]] == [None] * len(block["rows"])
    assert {each["analysis_id"] for each in block["results"]} == set(trials.analyses)


def test_a_test_of_no_treatment_has_no_type_of_error(first: tuple):
    """The effect of time is none of treatment, which an interaction with it is."""
    trials, block = first
    by = {}
    for each in block["results"]:
        if each["group2"] == "effect":
            by.setdefault(each["group2_level"], set()).add(is_null(trials, each))
    if trials.trial.name == "musaro2019":
        assert by == {"treatment": {True}, "visit": {None}, "treatment_visit": {True}}
    compared = [each for each in block["results"] if each["comparison"] is not None]
    expected = True if trials.trial.stated.no_effect else None
    assert compared and {is_null(trials, each) for each in compared} == {expected}
