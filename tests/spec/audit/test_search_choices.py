"""Other choices that a search tries: each as it is printed, as it is not, and at the border.

What is printed comes from scipy and from fractions, never from the project.
"""

from fractions import Fraction
from math import sqrt

import pytest
from paper import claim, read
from scipy import stats

from trialtrace.audit.candidates.grid import p_families
from trialtrace.audit.search.bundles import of_ratio
from trialtrace.audit.verdicts.audit import audit_ledger

TRAINING = {"outcome": "event", "group": "training"}
CONTROL = {"outcome": "event", "group": "control"}
PAIR = {"outcome": "event", "compare": ["training", "control"]}
ARMS = {
    "training": {"label": "training", "randomised": "295"},
    "control": {"label": "control", "randomised": "307", "control": True},
}
P1, P0 = Fraction(27, 295), Fraction(52, 307)


def searched(groups=ARMS, **claims):
    audit = audit_ledger(read(claims, groups))
    return audit.searches, {(row["claim_id"], row["component"]): row for row in audit.rows}


def effect(printed, **about):
    """The search of an effect on 27 of 295 and 52 of 307, and its first row."""
    found, rows = searched(
        first=claim("27 of 295 (9.2%)", **TRAINING),
        second=claim("52 of 307 (16.9%)", **CONTROL),
        effect=claim(printed, **PAIR, **about),
    )
    part = "percent" if ("effect", "percent") in rows else "value"
    return found, rows["effect", part]


def twice_mid_p(x1, n1, x0, n0):
    """Twice the smaller of both one-sided mid-p, by the hypergeometric distribution."""
    of = stats.hypergeom(n1 + n0, x1 + x0, n1)
    half = of.pmf(x1) / 2
    return min(1, 2 * min(of.cdf(x1) - half, of.sf(x1 - 1) - half))


@pytest.mark.parametrize("table", [(1, 52, 7, 41), (13, 40, 7, 42), (0, 30, 4, 30), (5, 20, 5, 20)])
def test_twice_the_one_sided_mid_p(table):
    families = p_families([("", 1, table)], Fraction(1, 10_000))
    (one,) = (f for f in families if f.name == "twice the mid-p test, one-sided")
    assert one.tier == 2 and one.matching([(round(1e4 * twice_mid_p(*table)),)], 2)[0]
    assert not one.matching([(round(1e4 * twice_mid_p(*table)) + 1,)], 2)[0]


RATIO, ODDS = float(P1 / P0), float(P1 * (1 - P0) / (P0 * (1 - P1)))


@pytest.mark.parametrize(
    ("name", "other", "value"),
    [("odds ratio", "risk ratio", RATIO), ("risk ratio", "odds ratio", ODDS)],
)
def test_a_ratio_under_the_name_of_the_other_stays_a_contradiction(name, other, value):
    (one,), row = effect(f"unadjusted {name} {value:.3f}")
    assert one.misnamed and one.matches[0].startswith(f"the {other}") and one.chance < 0.1
    assert row["on_print"] == "inconsistent" and f"is the {other}" in row["print_finding"]
    assert row["print_more"].startswith(f"Under another name: the {other}")


def test_a_ratio_under_its_own_name_and_one_that_neither_gives():
    assert effect(f"odds ratio {ODDS:.2f}")[0] == []
    (one,), row = effect("crude odds ratio 0.61")
    assert not one.matches and not one.misnamed and row["on_print"] == "inconsistent"


def test_an_interval_under_the_name_of_the_other_ratio():
    """Katz's, exp(log RR ± 1.96 √(1/27 − 1/295 + 1/52 − 1/307)), beside the risk ratio."""
    half = stats.norm.ppf(0.975) * sqrt(1 / 27 - 1 / 295 + 1 / 52 - 1 / 307)
    low, high = (RATIO * 2.718281828459045**end for end in (-half, half))
    (one,), row = effect(f"odds ratio {RATIO:.2f} (95% CI {low:.2f} to {high:.2f})")
    assert one.misnamed and one.bundle.components == ("value", "ci_low", "ci_high")
    assert one.chance < 0.02 and row["on_print"] == "inconsistent"


def test_a_difference_of_rounded_percentages_is_told_with_its_chance():
    """16.9 − 9.2 is 7.7; 52/307 − 27/295 is 7.79. 7.8 is true, and 7.6 neither."""
    assert round(float(100 * (P0 - P1)), 1) == 7.8
    (one,), row = effect("7.7 percentage points", measure="risk_difference")
    assert one.matches[0].startswith("made from the rounded percentages")
    # 7.0 to 8.4 but 7.7: of these 14 only 7.8 is given.
    assert one.chance == pytest.approx(1 / 14)
    assert row["on_print"] == "alternative" and row["chance"] == one.chance
    assert effect("7.8 percentage points", measure="risk_difference")[0] == []
    assert effect("7.6 percentage points", measure="risk_difference")[1]["on_print"] == (
        "inconsistent"
    )


@pytest.mark.parametrize(
    ("measure", "ratio", "treated"),
    [
        ("odds_ratio", 0.5, 0.5 * 0.2 / (0.8 + 0.5 * 0.2)),
        ("risk_ratio", 0.5, 0.1),
        ("hazard_ratio", 0.5, 1 - sqrt(0.8)),
        ("odds_ratio", 2.0, 2 * 0.2 / (0.8 + 2 * 0.2)),
    ],
)
def test_a_number_needed_of_a_ratio(measure, ratio, treated):
    """With a risk of 0.2 in the control group, from odds and hazards by hand."""
    assert of_ratio(measure, ratio, 0.2) == pytest.approx(1 / abs(0.2 - treated))


def needed(printed, ratio):
    found, rows = searched(
        first=claim("27 of 295 (9.2%)", **TRAINING),
        second=claim("52 of 307 (16.9%)", **CONTROL),
        ratio=claim(ratio, **PAIR, basis="model"),
        needed=claim(printed, **PAIR, measure="number_needed_to_treat"),
    )
    return [one for one in found if one.bundle.name == "needed"], rows["needed", "value"]


@pytest.mark.parametrize("measure", ["odds", "hazard"])
def test_a_number_needed_of_an_adjusted_ratio(measure):
    """The treated risk that 0.44 leaves of 52 of 307."""
    p = float(P0)
    risk = 0.44 * p / (1 - p + 0.44 * p) if measure == "odds" else 1 - (1 - p) ** 0.44
    (one,), row = needed(f"{1 / (p - risk):.2f}", f"adjusted {measure} ratio 0.440")
    assert f"from the {measure} ratio 0.440 on 52 of 307" in one.matches[0]
    assert row["chance"] == one.chance
    # The counts themselves give 12.84, which is not searched; 16 nothing gives.
    assert needed("12.84", f"adjusted {measure} ratio 0.440")[0] == []
    (none,), row = needed("16.00", f"adjusted {measure} ratio 0.440")
    assert row["on_print"] == "inconsistent" and not none.within(0.1)


def test_a_number_needed_of_a_ratio_that_may_be_none_is_not_made():
    """0.999 to 1.001 leaves any number needed, so nothing is explained by 1.00."""
    (one,), _ = needed("14.20", "adjusted odds ratio 1.00")
    assert not any("odds ratio 1.00" in told for told in one.matches)


SIZES = {
    "training": {"label": "training", "randomised": "27"},
    "control": {"label": "control", "randomised": "29", "control": True},
}


def means(spread, p):
    """5.0 (1.2) in 27 patients, and 4.0 with a spread in 29."""
    found, rows = searched(
        SIZES,
        first=claim("mean (SD) 5.00 (1.20)", outcome="age", group="training"),
        second=claim(f"mean (SD) 4.00 ({spread})", outcome="age", group="control"),
        p=claim(p, outcome="age", compare=["training", "control"], test="t"),
    )
    return found, rows["p", "p"]


def test_a_standard_error_for_the_deviation_of_one_arm():
    """0.25 is an error: the deviation is 0.25 √29 = 1.346, and p by scipy is with that."""
    p = stats.ttest_ind_from_stats(5, 1.2, 27, 4, 0.25 * sqrt(29), 29).pvalue
    (one,), row = means("0.25", f"p = {p:.4f}")
    told = "Student's t test, with the second deviation as a standard error on 27 and 29 patients"
    assert told in one.matches and one.tier == 2
    assert row["chance"] == one.chance and row["on_print"] in ("alternative", "inconsistent")
    names = {family.name for family in one.bundle.families}
    assert "Welch's t test, with both deviations as standard errors, digits cut off" in names


def test_a_deviation_that_is_one_needs_no_search():
    p = stats.ttest_ind_from_stats(5, 1.2, 27, 4, 1.35, 29).pvalue
    assert means("1.35", f"p = {p:.4f}")[0] == []


def test_a_p_that_no_standard_error_gives():
    (one,), row = means("0.25", "p = 0.6213")
    assert not any("standard error" in told for told in one.matches)
    assert row["on_print"] == "inconsistent"
