"""Intervals far to one side, parts by their labels, and dates: true, false and at the border.

Exact intervals are scipy's, days the calendar's.
"""

from datetime import date
from math import log

import numpy as np
import pytest
from paper import claim, read
from scipy.stats import binomtest, chi2
from scipy.stats.contingency import odds_ratio

from trialtrace.audit.files.make import ledger
from trialtrace.audit.printed.dates import dates
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.relations.solvers.evenness import of_events

PAIR = {"outcome": "score", "compare": ["training", "control"]}


def verdicts(check, claims, outcomes=None):
    """By claim, what a check says of it."""
    whole = read(claims)
    if outcomes is not None:
        whole = ledger(
            {
                "papers": {"main": "A paper"},
                "groups": {"training": {"label": "training"}, "control": {"label": "control"}},
                "outcomes": outcomes,
                "claims": claims,
            }
        )
    return {one.claim: one.agreement for one in findings(whole) if one.check == check}


@pytest.mark.parametrize(
    ("printed", "measure", "agreement"),
    [
        # A minus lost: 2.22 to the lower bound, 19.41 to the upper one.
        ("-10.82 (-13.04 to 8.59)", "mean_difference", "inconsistent"),
        # 8 to the left; 26 or 23.8 to the right: over three times as far, and a little less.
        ("10.0 (95% CI 2.0 to 36.0)", "mean_difference", "inconsistent"),
        ("10.0 (95% CI 2.0 to 33.8)", "mean_difference", "compatible"),
        ("-10.82 (-13.04 to -8.59)", "mean_difference", "compatible"),
        # Digits of a limit the other way round: 0.91 and 0.19.
        ("odds ratio 1.29 (95% CI 0.19 to 1.83)", None, "inconsistent"),
        ("odds ratio 1.29 (95% CI 0.91 to 1.83)", None, "compatible"),
        # Digits of a limit the other way round, 1.59: 0.374 down and 0.582 up, 1.49 times as far
        # for all that prints so. The exact interval of so few events has 1.16 at most, and 1.25
        # times that are 1.45.
        ("hazard ratio 1.09 (95% CI 0.75 to 1.95)", None, "inconsistent"),
        ("hazard ratio 1.09 (95% CI 0.75 to 1.89)", None, "compatible"),
        # As uneven, with a quarter of the events.
        ("hazard ratio 1.09 (95% CI 0.50 to 3.45)", None, "compatible"),
        # Even as it stands, though not on the log scale.
        ("hazard ratio 2.00 (95% CI 0.10 to 3.90)", None, "compatible"),
        # Risks end at 0 and 1, where a score interval may lie to one side.
        ("2.0 percentage points (95% CI 1.5 to 9.0)", "risk_difference", "compatible"),
    ],
)
def test_an_interval_far_to_one_side(printed, measure, agreement):
    about = PAIR if measure is None else PAIR | {"measure": measure}
    assert verdicts("interval.centred", {"effect": claim(printed, **about)}) == {
        "effect": agreement
    }


def test_no_exact_interval_of_an_odds_ratio_is_far_to_one_side():
    rng = np.random.default_rng(7)
    claims = {}
    while len(claims) < 40:
        n1, n0 = rng.integers(8, 80, 2)
        x1, x0 = rng.integers(1, n1), rng.integers(1, n0)
        found = odds_ratio([[x1, n1 - x1], [x0, n0 - x0]], kind="conditional")
        low, high = found.confidence_interval(0.95)
        if low < 0.01 or high > 1000:
            continue
        printed = f"odds ratio {found.statistic:.2f} (95% CI {low:.2f} to {high:.2f})"
        claims[f"r{len(claims)}"] = claim(printed, **PAIR | {"visit": str(len(claims))})
    assert "inconsistent" not in verdicts("interval.centred", claims).values()


def test_no_exact_interval_of_a_rate_ratio_is_far_to_one_side():
    """Of e1 and e0 events in the same time, by the exact interval of e1 of e1 + e0."""
    rng, claims = np.random.default_rng(8), {}
    for e1, e0 in rng.integers(1, 90, (60, 2)):
        ends = binomtest(e1, e1 + e0).proportion_ci(0.95, "exact")
        low, high = (end / (1 - end) for end in ends)
        printed = f"rate ratio {e1 / e0:.3f} (95% CI {low:.3f} to {high:.3f})"
        claims[f"r{len(claims)}"] = claim(printed, **PAIR | {"visit": str(len(claims))})
    assert "inconsistent" not in verdicts("interval.centred", claims).values()


@pytest.mark.parametrize("events", [1, 3, 10, 100])
def test_how_uneven_an_exact_interval_of_a_number_of_events_is(events):
    low, high = chi2.ppf(0.025, 2 * events) / 2, chi2.ppf(0.975, 2 * events + 2) / 2
    assert of_events(events, 0.95) == pytest.approx(log(events / low) / log(high / events))


def harms(whole, part, wanted, unwanted):
    outcomes = {"any": {"label": whole}, "serious": {"label": part}}
    claims = {
        "all": claim(wanted, outcome="any", group="training"),
        "some": claim(unwanted, outcome="serious", group="training"),
    }
    return verdicts("part.patients", claims, outcomes)


@pytest.mark.parametrize(
    ("whole", "part", "some", "expected"),
    [
        ("Any adverse event", "Serious adverse event", "27/38 (71.1%)", {"some": "inconsistent"}),
        ("Any adverse event", "Serious adverse event", "24/38 (63.2%)", {"some": "compatible"}),
        ("Adverse events of any grade", "Serious adverse events", "25/38 (65.8%)", None),
        # Those that are not serious, perhaps; and what is no part of it.
        ("Adverse events", "Serious adverse events", "27/38 (71.1%)", {}),
        ("Any adverse event", "Serious infections", "27/38 (71.1%)", {}),
    ],
)
def test_serious_adverse_events_are_adverse_events(whole, part, some, expected):
    found = harms(whole, part, "24/38 (63.2%)", some)
    assert found == ({"some": "inconsistent"} if expected is None else expected)


@pytest.mark.parametrize(
    ("registered", "reported", "agreement"),
    [
        ("2012-03-05", "5 March 2012", "compatible"),
        ("March 5, 2012", "5th Mar. 2012", "compatible"),
        ("2012-03", "from 31 March 2012", "compatible"),
        ("2012-03", "1 April 2012", "inconsistent"),
        ("2012-03-05", "6 March 2012", "inconsistent"),
        ("March 2012 to May 2013", "March 2012 to June 2013", "inconsistent"),
        ("March 2012 to May 2013", "between 5 March 2012 and 2013", "compatible"),
        # What can be read in two ways, or has no such day, is not read.
        ("03/04/2012", "5 March 2012", "not_checkable"),
        ("30 February 2012", "5 March 2012", "not_checkable"),
        ("April to December 2012", "May to December 2012", "not_checkable"),
        ("March 2012", "March 2012 to May 2013", "not_checkable"),
    ],
)
def test_dates_of_a_fact(registered, reported, agreement):
    claims = {
        "registry": claim(registered, "registry", fact="enrolment"),
        "paper": claim(reported, "methods", fact="enrolment"),
    }
    assert verdicts("fact", claims) == {"paper": agreement}


@pytest.mark.parametrize("day", [date(2012, 2, 29), date(1999, 12, 31), date(2024, 9, 1)])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%b %d %Y", "on %d %b %Y"])
def test_a_day_is_read_from_every_form(day, form):
    (period,) = dates(day.strftime(form))
    assert (period.first, period.last) == (day, day)


def test_a_number_of_patients_is_no_year():
    assert dates("2012") == () and dates("2012 of 2050") == ()
