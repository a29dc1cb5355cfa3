"""Two treatments of one subject: three worlds that share an F, and small data by hand."""

from itertools import combinations, product

import numpy as np
import pytest
from three_worlds import WORLDS, F, contrast, effect, results, world


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    return {
        name: results(tmp_path_factory.mktemp("world"), world(pattern))
        for name, pattern in WORLDS.items()
    }


def test_every_world_has_the_same_f_of_its_cells(worlds):
    for found in worlds.values():
        assert found.value(effect("f", "cells", "cell")) == pytest.approx(F, rel=1e-9)
        df = [found.value(effect(stat, "cells", "cell")) for stat in ("df1", "df2")]
        assert df == [3, 63]
        # By the F distribution alone, at epsilon 1 and 1/3.
        assert found.value(effect("p_uncorrected", "cells", "cell")) == pytest.approx(
            0.00128, abs=5e-6
        )
        assert found.value(effect("p_lower", "cells", "cell")) == pytest.approx(0.0241, abs=5e-5)


def test_the_interaction_alone_tells_the_worlds_apart(worlds):
    time, start, real = worlds.values()
    for found in (time, start):
        assert found.value(effect("p_value", "treatment_by_visit", "treatment_visit")) > 0.999
        assert found.value(contrast("mean_difference.paired_t")) == pytest.approx(0, abs=1e-9)
    assert found.value(effect("p_value", "cells", "cell")) < 0.01
    assert real.value(contrast("mean_difference.paired_t")) > 0


def test_the_interaction_of_two_sides_and_two_visits_is_the_paired_contrast(worlds):
    for found in worlds.values():
        t = found.value(contrast("t.paired_t"))
        f = found.value(effect("f", "treatment_by_visit", "treatment_visit"))
        assert f == pytest.approx(t**2, rel=1e-8, abs=1e-18)
        p = found.value(effect("p_value", "treatment_by_visit", "treatment_visit"))
        assert p == pytest.approx(found.value(contrast("p_value.paired_t")), rel=1e-8)


# Real before, real after, sham before, sham after; the changes' differences are 3, 1, -1, 6, 2.
FIVE = np.array([[1, 6, 2, 4], [3, 5, 3, 4], [2, 2, 1, 2], [0, 7, 1, 2], [4, 6, 5, 5]], dtype=float)
DIFFERENCES = np.array([3.0, 1, -1, 6, 2])
# Of patients with even numbers the left side is the real one.
LEFT = np.array([1, -1, 1, -1, 1])


def test_assignments_are_all_counted(tmp_path):
    found = results(tmp_path, FIVE)
    score = LEFT * DIFFERENCES
    signs = np.array(list(product([1, -1], repeat=5)))
    far = np.abs(signs @ score) >= abs(DIFFERENCES.sum()) - 1e-9
    assert found.value(contrast("p_value.rerandomise_sides")) == pytest.approx(far.mean())
    chosen = [[1 if i in c else -1 for i in range(5)] for c in combinations(range(5), 3)]
    every = np.array(chosen) @ score
    far = np.abs(every - every.mean()) >= abs(DIFFERENCES.sum() - every.mean()) - 1e-9
    balanced = found.value(contrast("p_value.rerandomise_sides_balanced"))
    assert balanced == pytest.approx(far.mean())
    assert found.value(contrast("sum.rerandomise_sides")) == 11


# The differences of the changes are 0.67, 0.67, -0.67, 2 and -1.33, by subtractions that leave
# other last bits of a float.
GRADES = np.array(
    [[0, 1, 0, 0.33], [0, 0.33, 0.34, 0], [0, 0, 0, 0.67], [0, 2, 0, 0], [0, 0, 0, 1.33]]
)


def test_equal_differences_of_decimals_tie(tmp_path):
    plan = MORE.split("    estimates:")[0] + (
        "    tests: [{signed_rank: {sides: two_sided, zeros: pratt}}]\n"
    )
    found = results(tmp_path, GRADES, plan)
    # Ranks by size: 2, 2, 2, 5, 4.
    assert found.value(contrast("v.signed_rank_pratt")) == 9


# Grades 0 to 3 of 16 patients whose two sides differ much: real before, after, sham before, after.
SIDES = np.array(
    [
        [0, 0, 2, 3],
        [3, 3, 0, 2],
        [0, 0, 0, 1],
        [0, 2, 2, 3],
        [1, 0, 1, 1],
        [0, 0, 0, 1],
        [2, 2, 0, 0],
        [3, 3, 0, 1],
        [3, 3, 3, 2],
        [3, 3, 2, 1],
        [2, 3, 3, 3],
        [2, 3, 0, 0],
        [2, 2, 1, 1],
        [1, 3, 2, 1],
        [2, 2, 2, 1],
        [2, 3, 2, 1],
    ],
    dtype=float,
)


def test_ordered_grades_have_an_intercept_for_each_side(tmp_path):
    plan = """
decision_level: 0.05
confidence: 0.95
estimands:
  strength:
    {treatment: {of: real, to: sham}, population: all, variable: strength, intercurrent: [], summary: s}
displays: {}
analyses:
  grades:
    label: Grades
    role: primary
    estimand: strength
    estimates: [{odds_ratio: {method: ordinal_mixed, covariates: [], nodes: 40}}]
"""  # noqa: E501
    found = results(tmp_path, SIDES, plan)
    # R 4, ordinal::clmm(grade ~ visit * treatment + (1 | side), nAGQ = 25): 1.10863423 (1.1566878).
    row = found["grades/odds_ratio.ordinal_mixed@real-sham;visit=after"]
    shown = [np.log(row[name]) for name in ("stat_value", "ci_low", "ci_high")]
    half = 1.959963985 * 1.1566878
    assert shown == pytest.approx([1.10863423, 1.10863423 - half, 1.10863423 + half], rel=1e-5)
    assert row["n_used"] == 16


UNSTRUCTURED = """
decision_level: 0.05
confidence: 0.95
estimands:
  strength:
    {treatment: {of: real, to: sham}, population: all, variable: strength, intercurrent: [], summary: s}
displays: {}
analyses:
  model:
    label: Model
    role: primary
    estimand: strength
    value: value
    visits: all
    estimates:
      - {change_difference: {method: unstructured_cells, estimation: REML, df: kenward_roger}}
      - {change_difference: {method: unstructured_differences, estimation: REML, df: kenward_roger}}
"""  # noqa: E501


def test_a_model_of_all_cells_takes_values_whose_other_side_is_missing(tmp_path):
    rows = np.vstack([FIVE, [5, 6, 5, np.nan], [1, 4, np.nan, 3], [2, 2, 1, 3], [2, 4, 3, 3]])
    found = results(tmp_path, rows, UNSTRUCTURED)
    name = "model/{}.unstructured_cells@real-sham;visit=after"
    row = found[name.format("change_difference")]
    # R 4.2.2, nlme::gls(y ~ 0 + cell, correlation = corSymm(form = ~ cell | subject), weights =
    # varIdent(form = ~ 1 | cell)), REML, its tolerances at 1e-12: the estimate.
    assert row["stat_value"] == pytest.approx(1.416292393, rel=1e-6)
    assert row["n_used"] == 9


def test_a_model_of_more_cells_than_patients_can_tell_has_an_error(tmp_path):
    found = results(tmp_path, FIVE[:4], UNSTRUCTURED)
    name = "model/{}.unstructured_{}@real-sham;visit=after"
    for stat in ("change_difference", "p_value"):
        row = found[name.format(stat, "cells")]
        assert (row["stat_value"], row["ci_low"]) == (None, None)
        assert row["error"]
        assert found[name.format(stat, "differences")]["error"] is None


MORE = """
decision_level: 0.05
confidence: 0.9
estimands:
  strength:
    {treatment: {of: real, to: sham}, population: all, variable: strength, intercurrent: [], summary: s}
displays: {}
analyses:
  contrast:
    label: Contrast
    role: primary
    estimand: strength
    value: change
    visits: [after]
    estimates:
      - {median_difference: signed_rank}
      - {mean_difference: {method: paired_regression, covariates: [treated_side]}}
      - {equivalence: {method: paired_t, lower: -10, upper: 10, alpha: 0.05}}
      - {equivalence: {method: paired_t, lower: 1, upper: 2, alpha: 0.05}}
    tests: [{signed_rank: {sides: greater, zeros: wilcoxon}}]
"""  # noqa: E501


def test_ranks_laterality_and_margins_by_hand(tmp_path):
    plan = MORE.replace(
        "      - {equivalence: {method: paired_t, lower: 1, upper: 2, alpha: 0.05}}\n", ""
    )
    found = results(tmp_path, FIVE, plan)
    # Ranks of 3, 1, -1, 6, 2 by size: 4, 1.5, 1.5, 5, 3; of 32 signs 3 reach 13.5.
    assert found.value(contrast("v.signed_rank")) == 13.5
    assert found.value(contrast("p_value.signed_rank")) == pytest.approx(3 / 32)
    walsh = [(a + b) / 2 for i, a in enumerate(DIFFERENCES) for b in DIFFERENCES[i:]]
    assert found.value(contrast("median_difference.signed_rank")) == np.median(walsh)
    # Both sides counted alike: the mean of the means by treated side.
    sides = DIFFERENCES[LEFT == 1].mean(), DIFFERENCES[LEFT == -1].mean()
    adjusted = found.value(contrast("mean_difference.paired_regression"))
    assert adjusted == pytest.approx(sum(sides) / 2)
    verdict = found[contrast("verdict.equivalence_paired_t")]
    assert (verdict["stat_value"], verdict["stat_text"][:23]) == (1, "within this plan's own ")
    margins = found[contrast("mean_difference.equivalence_paired_t")]
    assert margins["ci_level"] == 0.9


@pytest.mark.parametrize(("lower", "upper", "verdict"), [(1, 2, 0), (-9, -7, -1)])
def test_margins_that_the_interval_leaves(tmp_path, lower, upper, verdict):
    plan = MORE.replace("lower: 1, upper: 2", f"lower: {lower}, upper: {upper}")
    plan = plan.replace(
        "      - {equivalence: {method: paired_t, lower: -10, upper: 10, alpha: 0.05}}\n", ""
    )
    found = results(tmp_path, FIVE, plan)
    assert found.value(contrast("verdict.equivalence_paired_t")) == verdict
    p = found.value(contrast("p_value.equivalence_paired_t"))
    one_sided = [
        found.value(contrast(f"{stat}.equivalence_paired_t"))
        for stat in ("p_above_lower", "p_below_upper")
    ]
    assert p == max(one_sided)
