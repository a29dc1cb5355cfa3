"""What a model prints beside the counts of both groups: coefficients and errors."""

import pytest
from paper import claim
from test_relations import PAIR, audited, event

ON_COUNTS = {"a": event("27/100", "training"), "b": event("12/98", "control")}
NEWCOMBE, WALD = "(95% CI 3.7 to 25.5)", "(95% CI 3.9 to 25.6)"


def said(check, printed, **about):
    _, found = audited(ON_COUNTS | {"x": claim(printed, **{**PAIR, **about})})
    return [(one.agreement, one.remark) for one in found if one.check == check]


@pytest.mark.parametrize(
    ("printed", "about", "told"),
    [
        # 27 · 86 / (73 · 12) is 2.65, its log 0.975; the risk ratio is 2.205, its log 0.791.
        ("log odds ratio 0.975 (SE 0.38)", {}, [("compatible", False)]),
        ("log risk ratio 0.79 (SE 0.32)", {}, [("compatible", False)]),
        ("log odds ratio 1.95 (SE 0.38)", {}, [("inconsistent", False)]),
        ("log odds ratio 0.79 (SE 0.38)", {}, [("not_checkable", True)]),  # near: adjusted?
        ("log odds ratio -0.975 (SE 0.38)", {}, [("inconsistent", False)]),
        (
            "log odds ratio -0.975 (SE 0.38)",
            {"compare": ["control", "training"]},
            [("compatible", False)],
        ),
        ("log odds ratio 1.95 (SE 0.38)", {"basis": "model"}, []),
        ("log hazard ratio 1.95 (SE 0.38)", {}, []),
    ],
)
def test_a_coefficient_without_its_ratio(printed, about, told):
    assert said("coefficient.counts", printed, **about) == told


@pytest.mark.parametrize(
    ("printed", "about", "told"),
    [
        # √(0.27 · 0.73 / 100 + 0.122 · 0.878 / 98) is 5.54 points.
        ("risk difference 14.8 percentage points (SE 5.5)", {}, [("compatible", False)]),
        ("risk difference 0.148 (SE 0.055)", {}, [("compatible", False)]),
        (
            "risk difference 14.8 percentage points (SE 9.5)",
            {},
            [("not_checkable", True)],
        ),
        (
            "risk difference 14.8 percentage points (SE 14.8)",
            {},
            [("inconsistent", False)],
        ),
        (
            f"risk difference 14.8 percentage points (SE 9.5) {NEWCOMBE}",
            {},
            [("inconsistent", False)],
        ),
        (
            f"risk difference 14.8 percentage points (SE 9.5) {NEWCOMBE}",
            {"basis": "model"},
            [],
        ),
    ],
)
def test_the_error_of_a_risk_difference(printed, about, told):
    assert said("error.counts", printed, **about) == told


@pytest.mark.parametrize(("interval", "held"), [(NEWCOMBE, False), (WALD, True)])
def test_an_error_is_held_against_an_interval_that_may_be_made_of_it(interval, held):
    printed = f"risk difference 14.8 percentage points (SE 5.5) {interval}"
    assert said("error.interval", printed) == ([("compatible", False)] if held else [])
