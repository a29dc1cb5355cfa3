"""A method that is unknown, or not of the endpoint or the design, is answered by two that are."""

import re

import pytest
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

P = "plan.yaml"
WELCH, TEST = "[{mean_difference: welch}]", "[{welch_t: {sides: two_sided}}]"
MEANS = ["{mean_difference: welch}", "{mean_difference: student}"]
MEAN_TESTS = ["{welch_t: {sides: two_sided}}", "{student_t: {sides: two_sided}}"]
OVER_TIME = [
    "{rank_anova: {within: visit, between: arm}}",
    "{mixed_anova: {within: visit, between: arm, sums_of_squares: II, "
    "sphericity: greenhouse_geisser}}",
]
TABLES = ["{fisher_freeman_halton: {groups: all}}", "{chi_squared_table: {groups: all}}"]
RANKS = [
    "{mann_whitney_exact: {sides: two_sided}}",
    "{mann_whitney: {sides: two_sided, correction: none}}",
]
EQUIVALENCE = "{equivalence: {method: welch, lower: <number>, upper: <number>, alpha: <number>}}"
ODDS = [
    "{odds_ratio: {method: proportional_odds, covariates: [age]}}",
    "{odds_ratio: {method: ordinal_mixed, nodes: <a whole number or `enough`>, covariates: [age]}}",
]
TIMES = "hazard_ratio of pain, an endpoint of kind repeated"
PARALLEL = "while the design is parallel"
# What is written, what in its place, where it is wrong, what was found, and what is proposed.
CASES = [
    (WELCH, "[{mean_difference: t_test}]", "estimates[1].mean_difference", '"t_test"', MEANS),
    (WELCH, "{mean_difference: wlch}", "estimates.mean_difference", '"wlch"', MEANS),
    (
        WELCH,
        "[{mean_difference: {method: wlch}}]",
        "estimates[1].mean_difference.method",
        '"wlch"',
        MEANS,
    ),
    (WELCH, "[{md: welch}]", "estimates[1].md", 'the key "md"', [MEANS[0], EQUIVALENCE]),
    (WELCH, "[{hazard_ratio: cox}]", "estimates[1].hazard_ratio", TIMES, ODDS),
    (
        WELCH,
        "[{risk_difference: newcombe}]",
        "estimates[1].risk_difference",
        "risk_difference of pain, an endpoint of kind repeated",
        MEANS,
    ),
    (TEST, "[{t_tst: {sides: two_sided}}]", "tests[1].t_tst", 'the key "t_tst"', MEAN_TESTS),
    (TEST, "[{wilcoxon: {}}]", "tests[1].wilcoxon", 'the key "wilcoxon"', RANKS),
    (TEST, "[{anova: {}}]", "tests[1].anova", 'the key "anova"', OVER_TIME),
    (
        TEST,
        "[{fisher: {sides: greater}}]",
        "tests[1].fisher",
        "fisher of pain, an endpoint of kind repeated",
        TABLES,
    ),
    (
        TEST,
        "[{paired_t: {sides: two_sided}}]",
        "tests[1].paired_t",
        f"paired_t, {PARALLEL}",
        MEAN_TESTS,
    ),
    (
        TEST,
        "[{repeated_measures_anova: {design: visit}}]",
        "tests[1].repeated_measures_anova",
        f"repeated_measures_anova, {PARALLEL}",
        OVER_TIME,
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "found", "offered"), CASES, ids=[case[2] for case in CASES]
)
def test_two_methods_that_fit_are_offered_to_paste(tmp_path, old, new, key, found, offered):
    at = write_project(tmp_path)
    edit(at, P, old, new)
    place = re.compile(rf".*/{P}:4[45]:[0-9]+: analyses\.pain_each\.{re.escape(key)}")
    (problem,) = (one for one in check_trial(at, "mini") if "analyses.pain_each" in one.place)
    assert place.fullmatch(problem.place), problem.place
    assert problem.found == found
    first, *steps, last = problem.do.splitlines()
    assert (first, steps) == ("write one of", [f"    - {step}" for step in offered])
    listed = re.fullmatch(r"    trialtrace plan mini lists all (\d+)", last)
    assert listed and int(listed[1]) > len(steps)
    # What is offered can be pasted: it is accepted where it names no number to choose.
    for step in offered:
        if "<" not in step:
            edit(at, P, new, f"[{step}]")
            assert not [one for one in check_trial(at, "mini") if "analyses.pain_each" in one.place]
            edit(at, P, f"[{step}]", new)
