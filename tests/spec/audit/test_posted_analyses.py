"""What sponsors post of an analysis: p of one side, exact intervals, errors of few patients."""

from paper import claim, read
from scipy.stats import norm, t

from trialtrace.audit.relations.tables import judgements

GROUPS = {
    "training": {"label": "training", "randomised": "100"},
    "control": {"label": "control", "randomised": "102", "control": True},
}
PAIR = {"outcome": "event", "compare": ["training", "control"]}


def agreement(check, printed, more=None, **about):
    claims = {"r": claim(printed, **PAIR, **about), **(more or {})}
    found = judgements(read(claims, GROUPS))
    return {one.state for one in found if (one.claim, one.relation) == ("r", check)}


def test_a_p_of_one_side_that_nothing_calls_so_is_another_choice():
    # z of -0.04 (-0.20 to 0.12) is 0.49.
    z = 0.04 / (0.16 / norm.isf(0.025))
    of = {"measure": "mean_difference"}
    for p, expected in (
        (norm.sf(z), "question"),
        (norm.cdf(z), "question"),
        (0.05, "contradicts"),
    ):
        said = f"-0.04 (95% CI -0.20 to 0.12), P={p:.2f}"
        assert agreement("interval.p", said, **of) == {expected}, said
    said = f"-0.04 (95% CI -0.20 to 0.12), P={norm.sf(z):.2f} (one-sided)"
    assert agreement("interval.p", said, **of) == {"holds"}


def test_an_exact_interval_of_a_difference_is_no_usual_one():
    counts = {
        "a": claim("38/1002", outcome="event", group="training"),
        "b": claim("15/996", outcome="event", group="control"),
    }
    wrong = "2.29 percentage points (95% CI 0.48 to 4.68)"
    about = {"measure": "risk_difference"}
    assert agreement("comparison.interval", wrong, counts, **about) == {"contradicts"}
    exact = agreement("comparison.interval", wrong, counts, interval="exact", **about)
    assert exact == {"not_checked"}


def test_an_error_of_unknown_patients_may_be_of_the_fewest_of_the_group():
    # Of 3 and 4 patients t has 5 degrees of freedom.
    few = {
        "a": claim("mean (SD) 3.1 (2.0)", outcome="other", group="training", patients="3"),
        "b": claim("mean (SD) 3.1 (2.0)", outcome="other", group="control", patients="4"),
    }
    reach = t.isf(0.025, 5) * 5.449
    said = f"9.38 (SE 5.449), (95% CI {9.38 - reach:.2f} to {9.38 + reach:.2f})"
    of = {"measure": "mean_difference"}
    assert agreement("error.interval", said, few, **of) == {"holds"}
    assert agreement("error.interval", said, **of) == {"contradicts"}


def test_a_ratio_of_unsaid_kind_has_one_as_no_difference():
    said = "1.02 (SE 0.07), (95% CI 0.89 to 1.16), P={}"
    assert agreement("interval.p", said.format("0.77"), measure="ratio") == {"holds"}
    assert agreement("error.p", said.format("0.77"), measure="ratio") == set()
    wrong = agreement("interval.p", said.format("0.0077"), measure="ratio")
    assert wrong == {"contradicts"}
