"""A method that is unknown, or not of the endpoint or the design, is answered by two that are."""

import re

import pytest
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

P = "plan.yaml"
WELCH, TEST = "[{mean_difference: welch}]", "[{welch_t: {sides: two_sided}}]"
# What is written, what in its place, where it is wrong, and the methods that are proposed.
CASES = [
    (WELCH, "[{mean_difference: t_test}]", "estimates[1].mean_difference", ["welch", "student"]),
    (WELCH, "[{md: welch}]", "estimates[1].md", ["welch"]),
    (WELCH, "[{risk_difference: newcombe}]", "estimates[1].risk_difference", ["welch", "student"]),
    (TEST, "[{t_tst: {sides: two_sided}}]", "tests[1].t_tst", ["student_t", "welch_t"]),
    (TEST, "[{paired_t: {sides: two_sided}}]", "tests[1].paired_t", ["welch_t"]),
    (
        TEST,
        "[{repeated_measures_anova: {design: visit}}]",
        "tests[1].repeated_measures_anova",
        ["rank_anova", "mixed_anova"],
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "offered"), CASES, ids=[case[2] for case in CASES])
def test_two_methods_that_fit_are_offered_to_paste(tmp_path, old, new, key, offered):
    at = write_project(tmp_path)
    edit(at, P, old, new)
    place = re.compile(rf".*/{P}:4[45]:[0-9]+: analyses\.pain_each\.{re.escape(key)}")
    (problem,) = (one for one in check_trial(at, "mini") if "analyses.pain_each" in one.place)
    assert place.fullmatch(problem.place), problem.place
    steps = [line for line in problem.do.splitlines() if line.startswith("    - {")]
    assert len(steps) == 2 and all(any(name in step for step in steps) for name in offered)
    # What is offered can be pasted: it is accepted where it names no number to choose.
    for step in steps:
        if "<" not in step:
            edit(at, P, new, f"[{step.removeprefix('    - ')}]")
            assert not [one for one in check_trial(at, "mini") if "analyses.pain_each" in one.place]
            edit(at, P, f"[{step.removeprefix('    - ')}]", new)
