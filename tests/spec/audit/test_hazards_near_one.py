"""Hazard ratios near 1 beside a p of a test that is adjusted or stratified otherwise."""

import pytest
from paper import claim
from test_relations import PAIR, audited, event

GROUPS = {
    "training": {"label": "training", "randomised": "200"},
    "control": {"label": "control", "randomised": "200", "control": True},
}
MODEL, LOG_RANK = {"basis": "model"}, {"test": "log_rank"}
NEAR = "HR 0.97 (95% CI 0.80 to 1.18)"


@pytest.mark.parametrize(
    ("printed", "about", "wrong"),
    [
        # 4 z² / log² HR are 753 events for P = 0.62; z of the interval is 0.26 to 0.34, of p 0.50.
        (f"{NEAR}, P=0.62", {}, []),
        (f"{NEAR}, P=0.62", LOG_RANK, []),
        (f"{NEAR}, P=0.62", MODEL, []),
        (f"{NEAR}, P=0.30", MODEL, []),
        (f"{NEAR}, P=0.30", LOG_RANK, []),
        (f"{NEAR}, P=0.30", {}, ["hazard.events", "interval.p"]),
        (f"{NEAR}, P=0.04", MODEL, ["hazard.events", "interval.p"]),
        (f"{NEAR}, P=0.04", LOG_RANK, ["hazard.events", "hazard.log_rank"]),
        ("HR 1.06 (95% CI 0.89 to 1.28), P=0.15", {}, ["hazard.events", "interval.p"]),
    ],
)
def test_a_p_near_no_difference_may_be_of_another_analysis(printed, about, wrong):
    _, found = audited({"h": claim(printed, **PAIR, **about)}, GROUPS)
    assert sorted(one.check for one in found if one.agreement == "inconsistent") == wrong


def test_a_ratio_away_from_one_needs_its_events():
    """4 z² / log² HR are 51 of P = .06 and 0.60; there are 41."""
    claims = {
        "a": event("21 of 23", "training"),
        "b": event("20 of 21", "control"),
        "h": claim("hazard ratio 0.60 (95% CI 0.32 to 1.14)", **PAIR),
        "p": claim("P = .06", **PAIR, **LOG_RANK),
    }
    verdicts, _ = audited(claims)
    assert verdicts["h", "value"]["on_print"] == "inconsistent"
