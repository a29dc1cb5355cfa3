"""Families of tests: those of a treatment, of time, and of means over visits with the baseline."""

import pytest
from mini_trial import CLAIMS, CLEANING, DICTIONARY, ENDPOINTS, PLAN, TRIAL, write_project

from trialtrace.run.trial.check import check_trial

ANOVA = "{mixed_anova: {within: visit, between: arm, sums_of_squares: III, sphericity: none}}"
WELCH = "tests: [{welch_t: {sides: two_sided}}]"
PLANNED = PLAN.replace(WELCH, f"tests: [{{welch_t: {{sides: two_sided}}}}, {ANOVA}]")


def told(tmp_path, *tests, plan=PLANNED, endpoints=ENDPOINTS):
    own = f"  own: {{label: Own, adjust: holm, tests: [{', '.join(tests)}]}}\n"
    plan = plan.replace("multiplicity:\n", "multiplicity:\n" + own, 1)
    at = write_project(
        tmp_path,
        trial=TRIAL,
        dictionary=DICTIONARY,
        endpoints=endpoints,
        plan=plan,
        cleaning=CLEANING,
        claims=CLAIMS,
    )
    return [(one.place.split(": ")[1], one.found) for one in check_trial(at, "mini")]


def of(effects=None):
    more = f", effects: [{effects}]" if effects else ""
    return f"{{analysis: pain_each, test: mixed_anova{more}}}"


@pytest.mark.parametrize("tests", [[of("arm_visit")], [of("arm")], [of("visit")]])
def test_one_kind_is_a_family(tmp_path, tests):
    assert told(tmp_path, *tests) == []


@pytest.mark.parametrize(
    ("tests", "place"),
    [
        ([of()], "multiplicity.own.tests[1]"),
        ([of("visit, arm_visit")], "multiplicity.own.tests[1].effects"),
        ([of("visit"), "{analysis: pain_each, test: welch_t}"], "multiplicity.own.tests"),
        ([of("arm"), of("visit")], "multiplicity.own.tests"),
    ],
)
def test_treatment_and_time_are_none(tmp_path, tests, place):
    ((at, found),) = told(tmp_path, *tests)
    assert at == place
    assert "time" in found


@pytest.mark.parametrize(
    ("tests", "place"),
    [
        ([of("arm, arm_visit")], "multiplicity.own.tests[1].effects"),
        ([of("arm"), of("arm_visit")], "multiplicity.own.tests"),
        ([of("arm"), "{analysis: pain_each, test: welch_t}"], "multiplicity.own.tests"),
    ],
)
def test_a_mean_over_the_baseline_is_no_effect_of_treatment(tmp_path, tests, place):
    ((at, found),) = told(tmp_path, *tests)
    assert at == place
    assert "of treatment and of means over visits with the baseline in one family" in found


def test_without_the_baseline_the_arms_may_be_with_their_courses(tmp_path):
    endpoints = ENDPOINTS.replace("  baseline: before\n", "")
    assert told(tmp_path, of("arm, arm_visit"), endpoints=endpoints) == []


def test_two_visits_of_an_arm_are_time_and_between_arms_treatment(tmp_path):
    pairs = "{visit_pairs: {pairs: every, sides: two_sided}}"
    compared = "{visit_pairs_compared: {pairs: every, sides: two_sided}}"
    within, between = (
        f"{{analysis: pain_each, test: {test}}}" for test in ("visit_pairs", "visit_pairs_compared")
    )
    plan = PLANNED.replace(ANOVA, f"{ANOVA}, {pairs}, {compared}")
    assert told(tmp_path / "one", within, plan=plan) == []
    assert told(tmp_path / "two", between, of("arm_visit"), plan=plan) == []
    ((at, found),) = told(tmp_path / "three", within, between, plan=plan)
    assert at == "multiplicity.own.tests" and "time" in found


def test_an_effect_that_the_test_has_not(tmp_path):
    ((at, found),) = told(tmp_path, of("cell"))
    assert (at, found) == ("multiplicity.own.tests[1].effects[1]", '"cell"')


CLOSED = """\
  own:
    label: Own
    adjust: closed
    global: {{analysis: relief_primary, test: {all_arms}}}
    tests: [{{analysis: relief_primary, test: {pair}}}]
"""
RELIEF_TESTS = """\
    tests:
      - {cmh_general_association: {strata: [site], groups: all}}
      - {cmh_general_association_exact: {strata: [site], groups: all}}
      - {fisher_freeman_halton: {groups: all}}
      - {cochran_mantel_haenszel: {strata: [site], correction: none, sides: two_sided}}
      - {exact_conditional: {strata: [site], sides: two_sided, mid_p: none}}
      - {fisher: {sides: two_sided}}
"""


def told_of_closed(tmp_path, all_arms, pair):
    trial = TRIAL.replace(
        "    placebo: {label: Placebo",
        '    more: {label: More, code: "C"}\n    placebo: {label: Placebo',
    )
    plan = PLAN.replace("    tests: [{fisher: {sides: two_sided}}]\n", RELIEF_TESTS, 1)
    plan = plan.replace("{of: drug, to: placebo}", "{of: [drug, more], to: placebo}", 1)
    family = CLOSED.format(all_arms=all_arms, pair=pair)
    at = write_project(
        tmp_path,
        trial=trial,
        dictionary=DICTIONARY.replace("B, Placebo", "B, Placebo | C, More"),
        plan=plan.replace("multiplicity:\n", "multiplicity:\n" + family, 1),
    )
    return [(one.place.split(": ")[1], one.found) for one in check_trial(at, "mini")]


@pytest.mark.parametrize(
    ("all_arms", "pair"),
    [
        ("cmh_general_association", "cochran_mantel_haenszel"),
        ("cmh_general_association_exact", "exact_conditional"),
    ],
)
def test_a_closed_test_is_within_the_strata_of_the_primary_analysis(tmp_path, all_arms, pair):
    assert told_of_closed(tmp_path, all_arms, pair) == []


def test_a_closed_test_leaves_no_strata_out(tmp_path):
    ((at, found),) = told_of_closed(tmp_path, "fisher_freeman_halton", "fisher")
    assert at == "multiplicity.own.global.test"
    assert "leaves out the strata of cmh_general_association" in found


def test_a_pair_is_tested_within_the_strata_of_all_arms(tmp_path):
    ((at, found),) = told_of_closed(tmp_path, "cmh_general_association", "fisher")
    assert at == "multiplicity.own.tests[1]"
    assert found.startswith("fisher without strata, after cmh_general_association within strata")


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ("{family: whole, of: pain_each}", []),
        ("{family: other, of: pain_each}", ["in_place.family"]),
        ("{family: whole, of: relief_primary}", ["in_place.of"]),
    ],
)
def test_a_test_stands_in_the_place_of_one_of_another_family(tmp_path, given, places):
    whole = "  whole: {label: W, adjust: holm, tests: [{analysis: pain_each, test: welch_t}]}\n"
    own = "{analysis: relief_primary, test: fisher}"
    placed = f"  placed: {{label: P, adjust: holm, in_place: {given}, tests: [{own}]}}\n"
    plan = PLANNED.replace("multiplicity:\n", f"multiplicity:\n{whole}{placed}", 1)
    found = told(tmp_path, of("visit"), plan=plan)
    assert [at for at, _ in found] == [f"multiplicity.placed.{place}" for place in places]
