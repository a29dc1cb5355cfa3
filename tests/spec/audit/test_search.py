"""Searches over alternatives: which choice gives a printed number, and what that is worth."""

from fractions import Fraction

import pytest
from paper import THREE, claim, read
from scipy import stats

from trialtrace.audit.candidates.grid import p_families
from trialtrace.audit.verdicts.audit import audit_ledger, search_as_json

TRAINING = {"outcome": "event", "group": "training"}
CONTROL = {"outcome": "event", "group": "control"}
ITT = {"outcome": "event", "population": "itt"}


def fractures(p, **about):
    return {
        "first": claim("1", **TRAINING),
        "second": claim("3", **CONTROL),
        "home": claim("9/14 (64%)", outcome="harm", group="training"),
        "p": claim(p, outcome="event", compare=["training", "control"], **about),
    }


def searched(claims, groups=None):
    audit = audit_ledger(read(claims, groups))
    return audit, {(row["claim_id"], row["component"]): row for row in audit.rows}


def test_a_p_that_only_unprinted_denominators_give():
    audit, rows = searched(fractures("p = 0.419"))
    (one,) = audit.searches
    # Pearson's test on 1/14 and 3/18, on 1/4 and 3/28, and Yates's on 1/18 and 3/14.
    told = " ".join(one.matches)
    assert one.tier == 3 and "1 of 14 against 3 of 18" in told and "1 of 4 against 3 of 28" in told
    yates = next(f for f in one.bundle.families if f.name == "χ² test with continuity correction")
    assert "1 of 18 against 3 of 14" in yates.matching([(419,)], 3)[0]
    assert one.cp[1] < 0.1 and one.cp[2] > 0.9
    row = rows["p", "p"]
    assert row["on_print"] == "not_checkable" and row["alternative"] is None
    # What says nothing is told in the JSON alone.
    assert row["print_more"] is None
    assert "24 of 27,720 choices tried give it" in search_as_json(one)["finding"]
    assert row["candidates"] == one.candidates[-1] and row["chance"] == one.cp[-1]


def test_a_printed_denominator_comes_before_all_others():
    audit, _ = searched(fractures("p = 0.652"))
    (one,) = audit.searches
    # Fisher on 1 of 14 (the home phase, a printed denominator) against 3 of 29.
    assert (one.tier, "Fisher" in one.matches[0]) in ((1, True), (None, False), (3, False))
    assert audit.expected_by_chance == one.cp[-1]


def test_a_number_that_its_check_confirms_is_not_searched():
    audit, rows = searched(fractures("p = 0.335"))
    assert not audit.searches and rows["p", "p"]["on_print"] == "compatible"


def shares(*printed):
    names = ("smt", "wbv", "tau")
    return {n: claim(text, group=n, **ITT) for n, text in zip(names, printed, strict=True)}


def test_intervals_are_searched_jointly_over_the_groups():
    audit, rows = searched(shares("30.0% (18–42)", "41.2% (28–55)", "70.6% (58–83)"), THREE)
    (one,) = audit.searches
    assert one.bundle.claims == ("smt", "wbv", "tau")
    # Each number of patients with its group, since that of a group may be printed of another alone.
    wald = "Wald at 95 % on the printed percentage on n = 52–55 (sensorimotor training); "
    assert one.tier == 3 and f"{wald}n = 50–52 (vibration); n = 48–50 (usual care)" in one.matches
    assert one.cp[-1] < 0.05
    # Wald's interval on 21 of 51 is that of 41.2 %; the others have none of a usual method.
    assert rows["wbv", "ci_high"]["on_print"] == "compatible"
    assert rows["tau", "ci_high"]["on_print"] == "alternative"
    assert rows["tau", "ci_low"]["print_more"].startswith(
        "By another choice, together with “a number: 30.0% (18–42)”: Wald"
    )


def test_one_bound_that_no_choice_gives_leaves_all_without_a_match():
    audit, _ = searched(shares("30.0% (18–42)", "41.2% (28–55)", "70.6% (50–99)"), THREE)
    (one,) = audit.searches
    assert one.tier is None and one.nearest[0] == 2


@pytest.mark.parametrize("printed", ["p < 0.05", "n.s.", "p > 0.05"])
def test_a_p_without_digits_is_not_searched(printed):
    audit, _ = searched(fractures(printed))
    assert not audit.searches


def test_candidates_do_not_depend_on_the_printed_targets():
    counts = {
        one.candidates
        for p in ("p = 0.419", "p = 0.123", "p = 0.777")
        for one in searched(fractures(p))[0].searches
    }
    assert len(counts) == 1


def test_means_are_searched_over_sides_and_sizes():
    of = {"outcome": "age"}
    claims = {
        "first": claim("mean (SD) 62.1 (8.8)", group="training", **of),
        "second": claim("mean (SD) 58.1 (8.5)", group="control", **of),
        "p": claim("p = .045", compare=["training", "control"], **of),
    }
    audit, rows = searched(claims)
    (one,) = audit.searches
    # 27 and 29 patients: two-sided p is 0.082 to 0.095, one-sided half of it.
    assert one.tier == 2 and any(
        "one-sided (higher) on 27 and 29 patients" in m for m in one.matches
    )
    assert one.chance > 0.5 and rows["p", "p"]["on_print"] == "not_checkable"


def pancreatitis(printed, measure):
    return {
        "first": claim("27 of 295 (9.2%)", **TRAINING),
        "second": claim("52 of 307 (16.9%)", **CONTROL),
        "effect": claim(printed, outcome="event", compare=["training", "control"], measure=measure),
    }


def test_estimate_bounds_and_p_are_fitted_together():
    # Wald's interval at 90 % under the name of an interval at 95 %, with Fisher's p.
    printed = "7.8 percentage points (3.3 to 12.3), P=0.005"
    audit, rows = searched(pancreatitis(printed, "risk_difference"))
    (one,) = audit.searches
    assert one.bundle.components == ("percent", "ci_low", "ci_high", "p")
    assert one.tier == 2 and "Wald at 90 %, Fisher's exact test" in " ".join(one.matches)
    assert one.chance < 0.01
    assert rows["effect", "ci_low"]["on_print"] == "alternative"


def test_a_ratio_that_no_specification_gives():
    audit, _ = searched(pancreatitis("0.54 (95% CI 0.30 to 0.90), P=0.005", "risk_ratio"))
    assert [one.tier for one in audit.searches] == [None]


def test_twice_a_p_is_among_the_other_choices():
    """1 of 52 against 7 of 41: each tail doubled, which no usual test gives."""
    tail = stats.hypergeom.cdf(1, 93, 8, 52)
    families = p_families([("", 1, (1, 52, 7, 41))], Fraction(1, 10_000))
    names = {one.name for one in families if one.matching([(round(2e4 * tail),)], 2)[0]}
    assert "twice Fisher's exact test, one-sided" in names
    assert "Fisher's exact test" not in names
