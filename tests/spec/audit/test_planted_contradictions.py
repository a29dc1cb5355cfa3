"""Numbers that contradict each other, as a paper may print them: none may pass."""

from math import sqrt

import numpy as np
import pytest
from paper import OUTCOMES, claim
from statsmodels.duration.hazard_regression import PHReg

from trialtrace.audit.prints.times.hazards import least_error

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
        ("hazard ratio 0.45 (0.28 to 0.72)", {}, "inconsistent"),
        ("hazard ratio 0.45 (0.26 to 0.77)", {}, "compatible"),
        ("hazard ratio 0.45 (90% CI 0.28 to 0.72)", {}, "compatible"),
        ("hazard ratio 0.45 (0.28 to 0.72)", {"basis": "model"}, "compatible"),
        # Peto's ratio: V = 1 / .258² = 15 of 60 events, 30 expected.
        ("hazard ratio 1.95 (1.18 to 3.23)", {}, "compatible"),
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
    agreement, text = judged("h", "value", claims)
    assert (
        agreement == "alternative" and "more of the first group, whose hazard is the lower" in text
    )
    turned = deaths("20/100", "40/100", h=("hazard ratio 0.45 (0.26 to 0.77)", {}))
    assert "of the first group" not in judged("h", "value", turned)[1]


def test_a_p_needs_events_not_patients(judged):
    """4 z² / b² with z of .0015 and b = log .495 needs 82 events: there are 60 of 200."""
    claims = deaths("20/100", "40/100", h=("hazard ratio 0.50, P=0.001", {}))
    agreement, text = judged("h", "value", claims)
    assert agreement == "inconsistent" and "there are 60 events" in text


NEEDED = {"measure": "number_needed_to_treat"}


@pytest.mark.parametrize(
    ("counts", "printed", "agreement"),
    [
        (("20/100", "40/100"), "5", "exact"),
        # Without a sign, and whether the event is wanted is not in the ledger.
        (("40/100", "20/100"), "5", "not_checkable"),
        (("40/100", "20/100"), "-5", "exact"),
        (("20/100", "40/100"), "-5", "inconsistent"),
        (("40/100", "20/100"), "number needed to harm, 5", "exact"),
        (("40/100", "20/100"), "NNT 5", "not_checkable"),
        (("40/100", "20/100"), "NNT 8", "inconsistent"),
        (("20/100", "40/100"), "NNH 5", "not_checkable"),
        # 42.5 to 43.5 % and 33.5 to 34.5 %: 1 over 8 to 10 points.
        (("43%", "34%"), "11", "not_checkable"),
        (("43%", "34%"), "-11", "compatible"),
        (("34%", "43%"), "-11", "inconsistent"),
        (("43%", "34%"), "16", "inconsistent"),
    ],
)
def test_a_number_needed_has_a_direction(judged, counts, printed, agreement):
    found, text = judged("n", "value", deaths(*counts, n=(printed, NEEDED)))
    assert found == agreement
    assert "number needed to" in text
    assert ("`wanted: true`" in text) or agreement != "not_checkable"


def test_more_of_a_wanted_event_is_what_the_number_needed_is_for(judged, monkeypatch):
    monkeypatch.setitem(OUTCOMES["event"], "wanted", True)
    assert judged("n", "value", deaths("40/100", "20/100", n=("5", NEEDED)))[0] == "exact"
    assert judged("n", "value", deaths("20/100", "40/100", n=("5", NEEDED)))[0] == "inconsistent"


def test_the_control_group_may_stand_first(judged):
    about = NEEDED | {"compare": ["control", "training"]}
    assert judged("n", "value", deaths("20/100", "40/100", n=("5", about)))[0] == "exact"


@pytest.mark.parametrize(
    ("p", "about", "agreement"),
    [
        # LRC-CPPT: χ² .066, corrected .074, Fisher .072; of one side .037 by Fisher's test.
        ("p<.05", {}, "alternative"),
        ("p<.05", {"sides": "two_sided"}, "inconsistent"),
        ("two-sided p = 0.037", {}, "inconsistent"),
        ("p = 0.037", {"sides": "two_sided"}, "inconsistent"),
        ("p = 0.037", {}, "alternative"),
        ("p = 0.037", {"sides": "less"}, "compatible"),
        ("p<.08", {"sides": "two_sided"}, "compatible"),
    ],
)
def test_a_one_sided_p_is_not_a_two_sided_one(judged, p, about, agreement):
    claims = deaths("155/1906", "187/1900", p=(p, about))
    assert judged("p", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("median 5.3, range 1 to 5", "inconsistent"),
        ("median 5.3, range 1 to 6", "exact"),
        ("median 0.9, range 1 to 6", "inconsistent"),
        ("median 5, range 5.0 to 6.2", "exact"),
        ("median (IQR) 7.1 (4–7)", "inconsistent"),
    ],
)
def test_a_value_outside_of_its_range(judged, printed, agreement):
    claims = {"m": claim(printed, outcome="age", group="training")}
    name = {"range": "least", "IQR)": "quartile_low"}["range" if "range" in printed else "IQR)"]
    found = {judged("m", one, claims)[0] for one in (name, "value", name.replace("least", "most"))}
    assert agreement in found and ("inconsistent" in found) == (agreement == "inconsistent")


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
        assert agreement == "inconsistent" and "where there can only be" in text
    assert judged("right", "percent", claims)[0] == "exact"
    assert judged("p", "p", claims)[0] == "not_checkable"


def test_an_odds_ratio_printed_as_a_relative_risk_is_told(judged):
    """GISSI-1: the odds ratio of 628/5860 and 758/5852 is .8067, the relative risk .8274."""
    about = {"measure": "risk_ratio"}
    claims = deaths("628/5860", "758/5852", r=("relative risk 0.81", about))
    agreement, text = judged("r", "value", claims)
    assert agreement != "exact" and "0.81 is the odds ratio" in text
    claims["r"]["printed"] = "relative risk 0.83"
    assert judged("r", "value", claims)[0] == "exact"


INTERVAL = "(95% CI 1.10 to 3.60)"
"""Woolf's, exp(log OR ± 1.96 √(1/48 + 1/72 + 1/30 + 1/88)) of 48/120 and 30/118 is 1.13 to 3.40."""


@pytest.mark.parametrize(
    ("printed", "contradicts"),
    [
        # The risk ratio of 48/120 and 30/118 is 1.573, the odds ratio 1.956.
        ("unadjusted RR 1.96", True),
        ("crude OR 1.80 (95% CI 1.02 to 3.20)", True),
        # Nothing says that it is crude: a model may give it.
        ("RR 1.96", False),
        (f"RR 1.96 {INTERVAL}", False),
        ("OR 1.80 (95% CI 1.02 to 3.20)", False),
        ("RR 1.72 (95% CI 1.10 to 2.70)", False),
        (f"adjusted RR 1.96 {INTERVAL}", False),
        # The other ratio with its interval: no model gives both by chance.
        ("RR 1.96 (95% CI 1.13 to 3.40)", True),
        ("OR 1.57 (95% CI 1.08 to 2.30)", True),
        # One of the two is that of the counts, so that the other is meant to be.
        ("RR 1.57 (95% CI 1.08 to 3.20)", True),
        ("RR 1.75 (95% CI 1.08 to 2.30)", True),
        # At a factor of 2 and beyond it.
        ("RR 3.14", False),
        ("RR 3.15", True),
        ("RR 0.79", False),
        ("RR 0.78", True),
    ],
)
def test_only_a_ratio_shown_to_be_crude_is_judged_by_the_counts(judged, printed, contradicts):
    claims = deaths("48/120", "30/118", r=(printed, {}))
    parts = ["value", *(["ci_low"] if "CI" in printed else [])]
    found = [judged("r", part, claims)[0] for part in parts]
    assert ("inconsistent" in found) == contradicts


def test_a_ratio_of_percentages_that_may_be_adjusted(judged):
    """0.40 / 0.25 is 1.60, its odds ratio 2.00."""
    for printed, agreement in (
        ("RR 2.00", "not_checkable"),
        ("unadjusted RR 2.00", "inconsistent"),
        ("RR 3.60", "inconsistent"),
        ("RR 1.60", "compatible"),
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
        (f"RR {TURNED_RR}", {}, "inconsistent"),
        (f"OR {TURNED_OR}", {}, "inconsistent"),
        (f"unadjusted RR {TURNED_RR}", {}, "inconsistent"),
        # The estimate or its interval alone may be those of a model.
        ("RR 0.82", {}, "not_checkable"),
        ("RR 0.82 (95% CI 0.44 to 0.93)", {}, "not_checkable"),
        ("OR 0.99 (95% CI 0.29 to 0.88)", {}, "not_checkable"),
        (f"adjusted RR {TURNED_RR}", {}, "compatible"),
        (f"RR {TURNED_RR}", {"basis": "model"}, "compatible"),
        # The control first, so that `compare` may be the other way round, unless the paper says it.
        ("RR 1.57 (95% CI 1.08 to 2.30)", BACK, "alternative"),
        ("RR 1.57 (95% CI 1.08 to 2.30)", BACK | {"ordered": True}, "inconsistent"),
        (f"RR {TURNED_RR}", BACK | {"ordered": True}, "exact"),
        (f"RR {TURNED_RR}", BACK, "exact"),
    ],
)
def test_a_ratio_and_its_interval_of_the_groups_exchanged(judged, printed, about, agreement):
    claims = deaths("48/120", "30/118", r=(printed, about))
    assert judged("r", "value", claims)[0] == agreement


def test_of_two_treatments_either_may_be_compared_with_the_other(judged):
    for about, agreement in (({}, "alternative"), ({"ordered": True}, "inconsistent")):
        claims = deaths("48/120", "30/118", r=(f"RR {TURNED_RR}", about))
        for part in ("value", "ci_low", "ci_high"):
            found, text = judged("r", part, claims, NO_CONTROL)
            assert found == agreement and "the groups the other way round" in text
