"""Numbers that contradict each other, as a paper may print them: none may pass."""

from math import sqrt

import numpy as np
import pytest
from paper import OUTCOMES, claim
from statsmodels.duration.hazard_regression import PHReg

from trialtrace.audit.relations.times import least_error

BOTH = {"outcome": "event", "compare": ["training", "control"]}


def deaths(first, second, **more):
    of = {"outcome": "event"}
    return {
        "a": claim(first, group="training", **of),
        "b": claim(second, group="control", **of),
    } | {name: claim(printed, **(BOTH | about)) for name, (printed, about) in more.items()}


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize("kind", ["plain", "stratified", "adjusted"])
def test_no_fit_has_a_smaller_error_than_its_events_allow(ties, kind):
    """Statsmodels' partial likelihood over random trials, with times that tie."""
    rng = np.random.default_rng(7)
    for _ in range(40):
        n = int(rng.integers(20, 120))
        arm = np.concatenate([[0, 1], rng.integers(0, 2, n - 2)])
        other = rng.normal(size=n) + 0.5 * arm
        rate = np.exp(rng.normal() * arm + 0.5 * other)
        times = np.ceil(rng.exponential(1 / rate) * rng.choice([3, 30]))
        event = rng.random(n) < 0.7
        events = [int((event & (arm == one)).sum()) for one in (1, 0)]
        if min(events) < 2:
            continue
        x = np.column_stack([arm, other]) if kind == "adjusted" else arm[:, None].astype(float)
        strata = (other > 0).astype(int) if kind == "stratified" else None
        fit = PHReg(times, x, status=event.astype(int), strata=strata, ties=ties).fit(disp=False)
        assert fit.bse[0] >= least_error(*events) * (1 - 1e-6)


@pytest.mark.parametrize(
    ("printed", "about", "agreement"),
    [
        # log(.725 / .275) / 3.92 is .2473, and sqrt(1/40 + 1/20) .2739.
        ("hazard ratio 0.45 (0.28 to 0.72)", {}, "contradicts"),
        ("hazard ratio 0.45 (0.26 to 0.77)", {}, "holds"),
        ("hazard ratio 0.45 (90% CI 0.28 to 0.72)", {}, "holds"),
        ("hazard ratio 0.45 (0.28 to 0.72)", {"basis": "model"}, "question"),
        # Peto's ratio: V = 1 / .258² = 15 of 60 events, 30 expected.
        ("hazard ratio 1.95 (1.18 to 3.23)", {}, "question"),
    ],
)
def test_an_interval_of_a_hazard_ratio_needs_its_events(judged, printed, about, agreement):
    claims = deaths("40/100", "20/100", h=(printed, about))
    assert judged("h", "ci_low", claims)[0] == agreement
    assert least_error(40, 20) == pytest.approx(sqrt(0.075))


def test_published_intervals_are_as_wide_as_their_events_allow():
    """HERS, 172 and 176 events: 0.99 (0.80 to 1.22), the error of the log .1077."""
    assert least_error(172, 176) == pytest.approx(0.1072, abs=5e-5)


def test_more_deaths_at_a_lower_hazard_are_told(judged):
    claims = deaths("40/100", "20/100", h=("hazard ratio 0.45 (0.26 to 0.77)", {}))
    assert judged("h", "value", claims)[0] == "question"


def test_a_p_needs_events_not_patients(judged):
    """4 z² / b² with z of .0015 and b = log .495 needs 82 events: there are 60 of 200."""
    claims = deaths("20/100", "40/100", h=("hazard ratio 0.50, P=0.001", {}))
    agreement, text = judged("h", "value", claims)
    assert agreement == "question" and "there are 60 events" in text


NEEDED = {"measure": "number_needed_to_treat"}


@pytest.mark.parametrize(
    ("counts", "printed", "agreement"),
    [
        (("20/100", "40/100"), "5", "holds"),
        # Without a sign, and whether the event is wanted is not in the ledger.
        (("40/100", "20/100"), "5", "question"),
        (("40/100", "20/100"), "-5", "holds"),
        (("20/100", "40/100"), "-5", "question"),
        (("40/100", "20/100"), "number needed to harm, 5", "holds"),
        (("40/100", "20/100"), "NNT 5", "question"),
        (("40/100", "20/100"), "NNT 8", "contradicts"),
        (("20/100", "40/100"), "NNH 5", "question"),
        # 42.5 to 43.5 % and 33.5 to 34.5 %: 1 over 8 to 10 points.
        (("43%", "34%"), "11", "question"),
        (("43%", "34%"), "-11", "holds"),
        (("34%", "43%"), "-11", "question"),
        (("43%", "34%"), "16", "contradicts"),
    ],
)
def test_a_number_needed_has_a_direction(judged, counts, printed, agreement):
    found, text = judged("n", "value", deaths(*counts, n=(printed, NEEDED)))
    assert found == agreement
    assert "number needed to" in text
    assert ("`wanted: true`" in text) or agreement != "not_checked"


def test_more_of_a_wanted_event_is_what_the_number_needed_is_for(judged, monkeypatch):
    monkeypatch.setitem(OUTCOMES["event"], "wanted", True)
    assert judged("n", "value", deaths("40/100", "20/100", n=("5", NEEDED)))[0] == "holds"
    assert judged("n", "value", deaths("20/100", "40/100", n=("5", NEEDED)))[0] == "question"


def test_the_control_group_may_stand_first(judged):
    about = NEEDED | {"compare": ["control", "training"]}
    assert judged("n", "value", deaths("20/100", "40/100", n=("5", about)))[0] == "holds"


@pytest.mark.parametrize(
    ("p", "about", "agreement"),
    [
        # LRC-CPPT: χ² .066, corrected .074, Fisher .072; of one side .037 by Fisher's test.
        ("p<.05", {}, "question"),
        ("p<.05", {"sides": "two_sided"}, "question"),
        ("two-sided p = 0.037", {}, "question"),
        ("p = 0.037", {"sides": "two_sided"}, "question"),
        ("p = 0.037", {}, "question"),
        ("p = 0.037", {"sides": "less"}, "holds"),
        ("p<.08", {"sides": "two_sided"}, "holds"),
    ],
)
def test_a_one_sided_p_is_not_a_two_sided_one(judged, p, about, agreement):
    claims = deaths("155/1906", "187/1900", p=(p, about))
    assert judged("p", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("median 5.3, range 1 to 5", "contradicts"),
        ("median 5.3, range 1 to 6", "holds"),
        ("median 0.9, range 1 to 6", "contradicts"),
        ("median 5, range 5.0 to 6.2", "holds"),
        ("median (IQR) 7.1 (4–7)", "contradicts"),
    ],
)
def test_a_value_outside_of_its_range(judged, printed, agreement):
    claims = {"m": claim(printed, outcome="age", group="training")}
    name = {"range": "least", "IQR)": "quartile_low"}["range" if "range" in printed else "IQR)"]
    found = {judged("m", one, claims)[0] for one in (name, "value", name.replace("least", "most"))}
    assert agreement in found and ("contradicts" in found) == (agreement == "contradicts")


IMPOSSIBLE = {
    "31/30 (103.3%)": ("count", "percent"),
    "P = 1.2": ("p",),
    "hazard ratio 0.5 (0.9 to 0.3)": ("ci_high",),
    "mean (SD) 5.1 (-2.0)": ("sd",),
    "F(0, 40) = 3.1, p = .04": ("df1",),
}


@pytest.mark.parametrize("printed", IMPOSSIBLE)
def test_an_impossible_number_is_a_finding(judged, printed):
    """It is told at its claim, and nothing else is held against it."""
    claims = {
        "wrong": claim(printed, outcome="event", group="training"),
        "right": claim("12/30 (40.0%)", outcome="event", group="control"),
        "p": claim("p = 0.5", **BOTH),
    }
    for component in IMPOSSIBLE[printed]:
        agreement, text = judged("wrong", component, claims)
        assert agreement == "contradicts" and "where there can only be" in text
    assert judged("right", "percent", claims)[0] == "holds"
    assert judged("p", "p", claims)[0] == "not_checked"


def test_an_odds_ratio_printed_as_a_relative_risk_is_told(judged):
    """GISSI-1: the odds ratio of 628/5860 and 758/5852 is .8067, the relative risk .8274."""
    about = {"measure": "risk_ratio"}
    claims = deaths("628/5860", "758/5852", r=("relative risk 0.81", about))
    assert judged("r", "value", claims)[0] == "question"
    claims["r"]["printed"] = "relative risk 0.83"
    assert judged("r", "value", claims)[0] == "holds"


INTERVAL = "(95% CI 1.10 to 3.60)"
"""Woolf's, exp(log OR ± 1.96 √(1/48 + 1/72 + 1/30 + 1/88)) of 48/120 and 30/118 is 1.13 to 3.40."""


def test_a_ratio_of_percentages_that_may_be_adjusted(judged):
    """0.40 / 0.25 is 1.60, its odds ratio 2.00."""
    for printed, agreement in (
        ("RR 2.00", "question"),
        ("unadjusted RR 2.00", "contradicts"),
        ("RR 3.60", "question"),
        ("RR 1.60", "holds"),
    ):
        claims = deaths("40.0%", "25.0%", r=(printed, {}))
        assert judged("r", "value", claims)[0] == agreement


TURNED_RR, TURNED_OR = "0.64 (95% CI 0.44 to 0.93)", "0.51 (95% CI 0.29 to 0.88)"
"""1 / 1.573 and 1 / 1.956 of 48/120 and 30/118, exp(∓ (log ratio ± 1.96 SE)): R's exp and qnorm."""
BACK = {"compare": ["control", "training"]}
NO_CONTROL = {name: {"label": name, "randomised": "120"} for name in ("training", "control")}


@pytest.mark.parametrize(
    ("printed", "about", "agreement"),
    [
        (f"RR {TURNED_RR}", {}, "question"),
        (f"OR {TURNED_OR}", {}, "question"),
        (f"unadjusted RR {TURNED_RR}", {}, "contradicts"),
        # The estimate or its interval alone may be those of a model.
        ("RR 0.82", {}, "question"),
        ("RR 0.82 (95% CI 0.44 to 0.93)", {}, "question"),
        ("OR 0.99 (95% CI 0.29 to 0.88)", {}, "question"),
        (f"adjusted RR {TURNED_RR}", {}, "holds"),
        (f"RR {TURNED_RR}", {"basis": "model"}, "holds"),
        # The control first, so that `compare` may be the other way round, unless the paper says it.
        ("RR 1.57 (95% CI 1.08 to 2.30)", BACK, "question"),
        ("RR 1.57 (95% CI 1.08 to 2.30)", BACK | {"ordered": True}, "question"),
        (f"RR {TURNED_RR}", BACK | {"ordered": True}, "holds"),
        (f"RR {TURNED_RR}", BACK, "holds"),
    ],
)
def test_a_ratio_and_its_interval_of_the_groups_exchanged(judged, printed, about, agreement):
    claims = deaths("48/120", "30/118", r=(printed, about))
    assert judged("r", "value", claims)[0] == agreement


def test_of_two_treatments_either_may_be_compared_with_the_other(judged):
    claims = deaths("48/120", "30/118", r=(f"RR {TURNED_RR}", {}))
    for part in ("value", "ci_low", "ci_high"):
        assert judged("r", part, claims, NO_CONTROL)[0] == "question"
