"""Families of tests: those of a treatment and those of time are no one family."""

import pytest
from mini_trial import CLAIMS, CLEANING, DICTIONARY, ENDPOINTS, PLAN, TRIAL, write_project

from trialtrace.trial.check import check_trial

ANOVA = "{mixed_anova: {within: visit, between: arm, sums_of_squares: III, sphericity: none}}"
WELCH = "tests: [{welch_t: {sides: two_sided}}]"
PLANNED = PLAN.replace(WELCH, f"tests: [{{welch_t: {{sides: two_sided}}}}, {ANOVA}]")


def told(tmp_path, *tests):
    own = f"  own: {{label: Own, adjust: holm, tests: [{', '.join(tests)}]}}\n"
    plan = PLANNED.replace("multiplicity:\n", "multiplicity:\n" + own, 1)
    at = write_project(
        tmp_path,
        trial=TRIAL,
        dictionary=DICTIONARY,
        endpoints=ENDPOINTS,
        plan=plan,
        cleaning=CLEANING,
        claims=CLAIMS,
    )
    return [(one.place.split(": ")[1], one.found) for one in check_trial(at, "mini")]


def of(effects=None):
    more = f", effects: [{effects}]" if effects else ""
    return f"{{analysis: pain_each, test: mixed_anova{more}}}"


@pytest.mark.parametrize("tests", [[of("arm, arm_visit")], [of("visit")]])
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


def test_an_effect_that_the_test_has_not(tmp_path):
    ((at, found),) = told(tmp_path, of("cell"))
    assert (at, found) == ("multiplicity.own.tests[1].effects[1]", '"cell"')
