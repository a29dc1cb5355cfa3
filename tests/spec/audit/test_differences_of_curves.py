"""Differences of two survival curves against the curves that are printed apart."""

import numpy as np
import pytest
from paper import TWO, claim, said
from statsmodels.duration.survfunc import SurvfuncRight


def survival(rng, scale):
    """Share without the event at 24, its log(-log) interval and its error, of 200 patients."""
    times, ends = rng.exponential(scale, 200), rng.uniform(10, 60, 200)
    curve = SurvfuncRight(np.minimum(times, ends), times <= ends)
    at = np.searchsorted(curve.surv_times, 24, side="right") - 1
    share, error = curve.surv_prob[at], curve.surv_prob_se[at]
    power = np.exp(1.959964 * np.array([1, -1]) * error / (share * np.log(share)))
    return share, share ** power[::-1], error


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scales", [(30, 26), (200, 120), (14, 12)])
@pytest.mark.parametrize(
    ("shift", "by", "agreements"),
    [
        (0, 1, ["holds", "holds"]),
        (12, 1, ["contradicts", "holds"]),
        (0, 0.4, ["holds", "question"]),
        (0, 2.5, ["holds", "question"]),
    ],
)
def test_a_difference_of_two_survival_curves(seed, scales, shift, by, agreements):
    rng = np.random.default_rng([seed, 3])
    both = [survival(rng, scale) for scale in scales]
    visit = {"outcome": "event", "visit": "24 months", "basis": "curve"}
    claims = {
        name: claim(
            f"{100 * share:.1f}% (95% CI {100 * ends[0]:.1f} to {100 * ends[1]:.1f})",
            **visit,
            group=name,
            curve="living",
        )
        for name, (share, ends, _) in zip(TWO, both, strict=True)
    }
    value = 100 * (both[0][0] - both[1][0]) + shift
    half = by * 195.9964 * np.hypot(both[0][2], both[1][2])
    printed = f"difference {value:.1f} percentage points (95% CI {value - half:.1f} to "
    about = {**visit, "compare": [*TWO], "ordered": True, "measure": "risk_difference"}
    claims["d"] = claim(f"{printed}{value + half:.1f})", **about)
    names = ("curve.difference", "curve.difference_interval")
    assert [one for name in names for one in said("d", claims, name)] == agreements


@pytest.mark.parametrize(
    ("difference", "about", "agreement"),
    [
        ("3.8", {}, "holds"),
        ("-3.8", {}, "question"),  # of those with the event
        ("-3.8", {"curve": "living"}, "question"),
        ("4.0", {}, "question"),  # within strata: 0.25 of an error of 3.0
        ("-8.3", {}, "contradicts"),
    ],
)
def test_the_sign_of_a_difference_of_curves(difference, about, agreement):
    visit = {"outcome": "event", "visit": "24 months", "basis": "curve"}
    claims = {
        "a": claim("43.7% (95% CI 39.4 to 47.8)", **visit, group="training", curve="living"),
        "b": claim("39.9% (95% CI 35.8 to 44.0)", **visit, group="control", curve="living"),
    }
    pair = {**visit, "compare": [*TWO], "ordered": True, "measure": "risk_difference", **about}
    printed = f"difference {difference} percentage points (95% CI -9.0 to 9.0)"
    claims["d"] = claim(printed, **pair)
    found = said("d", claims, "curve.difference")
    assert found == ([agreement] if agreement else [])


@pytest.mark.parametrize(("half", "agreement"), [(4.9, "question"), (3.9, "question")])
def test_the_interval_of_a_difference_of_curves_may_be_somewhat_narrower(half, agreement):
    """Both shares reach 4.15 to either side, and their difference √2 times that: 5.87."""
    visit = {"outcome": "event", "visit": "24 months", "basis": "curve"}
    claims = {
        "a": claim("43.7% (95% CI 39.5 to 47.8)", **visit, group="training", curve="living"),
        "b": claim("39.9% (95% CI 35.8 to 44.1)", **visit, group="control", curve="living"),
    }
    pair = {**visit, "compare": [*TWO], "ordered": True, "measure": "risk_difference"}
    low, high = 3.8 - half, 3.8 + half
    printed = f"difference 3.8 percentage points (95% CI {low:.1f} to {high:.1f})"
    claims["d"] = claim(printed, **pair, curve="living")
    assert said("d", claims, "curve.difference_interval") == [agreement]
