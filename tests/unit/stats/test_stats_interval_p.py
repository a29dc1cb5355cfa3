"""The p-value of an interval: at a confidence of 1 - p it ends where there is no effect."""

from functools import partial

import numpy as np
import pytest

from trialtrace.stats import categorical as c
from trialtrace.stats import regression as r
from trialtrace.stats import stratified as s
from trialtrace.stats.continuous.win_ratio import Measured, win_statistics

TABLE = (13, 40, 7, 42)
STRATA = ([13, 5, 9], [40, 20, 11], [7, 3, 6], [42, 22, 12])


def standardised(measure, *, confidence):
    y, arm, age = [0, 0, 1, 0, 1, 1, 1, 0] * 3, list("aaaabbbb") * 3, [5, 3, 6, 2, 4, 6, 3, 5] * 3
    fit = r.standardise(y, arm, age, family="logistic", variance="fixed")
    return measure(fit, "b", "a", confidence=confidence)


def compliers(*, confidence):
    treated, received = [1, 0, 1, 1, 0, 1, 1, 0], [1, 1, 1, 1, 0, 1, 1, 0]
    control = [0, 0, 1, 0, 1, 0, 0, 0]
    return c.complier_difference(treated, received, control, confidence=confidence)


def wins(measure, *, confidence):
    values = np.array([5.0, 7, 6, 9, 8, 4, 6, 3, 5, 2])
    outcome = Measured(values, larger_wins=True, margin=0, missing="refused")
    found = win_statistics([1] * 5 + [0] * 5, [outcome], confidence=confidence)
    return getattr(found, measure)


SCORE = [
    partial(function, *TABLE, variance=variance)
    for function, other in (
        (c.risk_difference_score, "farrington_manning"),
        (c.risk_ratio_score, "koopman"),
    )
    for variance in ("miettinen_nurminen", other)
]
STRATIFIED_SCORE = [
    partial(s.stratified_risk_difference_score, *STRATA, weights=weights, variance=variance)
    for weights in ("mantel_haenszel", "sample_size", "miettinen_nurminen")
    for variance in ("miettinen_nurminen", "mee")
]
INTERVALS = [
    partial(c.risk_difference_wald, *TABLE),
    partial(c.risk_difference_miettinen_nurminen, *TABLE),
    partial(c.risk_ratio_log, *TABLE),
    partial(c.odds_ratio_sample, *TABLE),
    partial(c.odds_ratio_peto, *TABLE),
    *(
        partial(s.mantel_haenszel_risk_difference, *STRATA, variance=v)
        for v in ("sato", "greenland_robins")
    ),
    partial(s.mantel_haenszel_risk_ratio, *STRATA),
    partial(s.mantel_haenszel_odds_ratio, *STRATA),
    compliers,
    *(partial(wins, measure) for measure in ("win_ratio", "net_benefit", "win_odds")),
    partial(standardised, r.standardised_difference),
    partial(standardised, r.standardised_ratio),
]


@pytest.mark.parametrize("interval", [*INTERVALS, *SCORE, *STRATIFIED_SCORE])
def test_an_interval_ends_at_no_effect_at_the_confidence_of_its_p(interval):
    p_value = interval(confidence=0.95).p_value
    found = interval(confidence=1 - p_value)
    ratio = found.scale == "log" or "risk_ratio" in str(interval)
    none = 1.0 if ratio else 0.0
    assert found.low == pytest.approx(none, abs=1e-9)
    assert found.p_value == pytest.approx(p_value, rel=1e-9)
    assert f"p_value={p_value:.6g}" in repr(found)
    assert found.rows()[0]["p_value"] == found.p_value


@pytest.mark.parametrize(
    "interval",
    [
        c.risk_difference_newcombe(*TABLE, confidence=0.95),
        c.risk_difference_agresti_caffo(*TABLE, confidence=0.95),
        c.wald(13, 40, confidence=0.95),
        c.risk_difference_score(0, 9, 0, 8, confidence=0.95, variance="miettinen_nurminen"),
        c.risk_difference_score(9, 9, 8, 8, confidence=0.95, variance="farrington_manning"),
        c.risk_ratio_score(9, 9, 8, 8, confidence=0.95, variance="koopman"),
        c.risk_ratio_score(0, 9, 0, 8, confidence=0.95, variance="koopman"),
        c.risk_difference_wald(9, 9, 8, 8, confidence=0.95),
        c.risk_ratio_log(0, 9, 4, 8, confidence=0.95),
        c.odds_ratio_peto(0, 9, 0, 8, confidence=0.95),
        s.stratified_risk_difference_score(
            [0, 3], [9, 3], [0, 2], [8, 2], confidence=0.95, weights="sample_size", variance="mee"
        ),
    ],
)
def test_an_interval_that_inverts_no_test_has_no_p(interval):
    assert interval.p_value != interval.p_value and "p_value" not in repr(interval)
