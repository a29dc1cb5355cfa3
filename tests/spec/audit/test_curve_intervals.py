"""The interval of a survival curve's share and the events of its group: true, false, borderline.

Curves are of drawn patients, estimated here by numpy, with intervals on four scales.
"""

from math import asin, exp, log, sin, sqrt

import numpy as np
import pytest
from paper import claim
from test_relations import audited

from trialtrace.audit.prints.times.curve_intervals import fewest_events

Z = 1.959964


def curve(time, event, when):
    """S, Greenwood's V of log S, and the events until then."""
    s, v, d = 1.0, 0.0, 0
    for at in np.unique(time[event & (time <= when)]):
        n, died = int((time >= at).sum()), int((event & (time == at)).sum())
        s, v, d = s * (1 - died / n), v + died / (n * (n - died)) if n > died else np.inf, d + died
    return s, v, d


def intervals(s, v):
    """By scale, the limits of S."""
    half = Z * sqrt(v)
    apart = half / abs(log(s))
    angle = half * sqrt(s / (1 - s)) / 2
    return {
        "log(-log)": (s ** exp(apart), s ** exp(-apart)),
        "log": (s * exp(-half), s * exp(half)),
        "plain": (s - s * half, s + s * half),
        "arcsine": (sin(asin(sqrt(s)) - angle) ** 2, sin(asin(sqrt(s)) + angle) ** 2),
    }


def drawn(rng):
    """Patients whose censoring is none, even, or of nearly all before the time."""
    n = int(rng.integers(15, 300))
    life, end = rng.weibull(rng.uniform(0.6, 2), n), rng.uniform(0, rng.choice([0.4, 2, 9]), n)
    time = np.minimum(life, end).round(int(rng.integers(1, 4)))
    return time, life <= end


def test_no_curve_needs_more_events_than_it_has():
    rng, seen = np.random.default_rng(11), 0
    while seen < 400:
        time, event = drawn(rng)
        s, v, d = curve(time, event, float(rng.uniform(0.1, 1.5)))
        if not 0 < s < 1 or not np.isfinite(v):
            continue
        assert log(s) ** 2 / v <= d * (1 + 1e-9)
        for low, high in intervals(s, v).values():
            if 0 < low < high < 1:
                seen += 1
                assert fewest_events((s, s), low, high, 0.95) <= d * (1 + 1e-6)


# 100 patients, none censored until then: 60 events, S = 0.4, V = 0.6 / 40 and log²S / V = 56.
LIMITS = "(95% CI 30.4 to 49.4)"


@pytest.mark.parametrize(
    ("deaths", "agreement"),
    [
        ("60 of 100 (60.0%)", "compatible"),
        # 0.9 times 53.99 events, the fewest of five scales over all that prints so, are 48.6.
        ("49 of 100 (49.0%)", "compatible"),
        ("48 of 100 (48.0%)", "inconsistent"),
    ],
)
def test_a_narrow_interval_of_a_curve_needs_events(deaths, agreement):
    low, high = intervals(0.4, 0.6 / 40)["log(-log)"]
    assert f"(95% CI {100 * low:.1f} to {100 * high:.1f})" == LIMITS
    about = {"outcome": "death", "group": "training"}
    outcomes = {"death": {"label": "Death from any cause"}}
    claims = {
        "alive": claim(
            f"40.0% {LIMITS}", **about, basis="curve", visit="2 years", category="alive"
        ),
        "deaths": claim(deaths, **about),
    }
    groups = {
        "training": {"label": "training", "randomised": "100"},
        "control": {"label": "control", "randomised": "100"},
    }
    _, found = audited(claims, groups, outcomes)
    told = [one for one in found if one.check == "curve.events"]
    assert [one.agreement for one in told] == [agreement]


@pytest.mark.parametrize(
    ("label", "told"), [("Overall survival", False), ("Deaths", True), ("Relapse", False)]
)
def test_only_a_count_that_is_called_events_is_held_against_a_curve(label, told):
    """A count of an outcome called survival may be of the living; a relapse names no events."""
    about = {"outcome": "death", "group": "training"}
    claims = {
        "alive": claim(
            f"40.0% {LIMITS}", **about, basis="curve", visit="2 years", category="alive"
        ),
        "deaths": claim("12 of 30 (40.0%)", **about),
    }
    _, found = audited(claims, outcomes={"death": {"label": label}})
    assert any(one.check == "curve.events" for one in found) == told
