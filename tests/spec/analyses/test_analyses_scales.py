"""Measured values: summaries, means, ranks; repeated measures; samples without spread."""

import pytest

PAIR = "high-sham"
SCORE = """
analyses:
  score:
    label: Score
    role: primary
    estimand: score
    describe: [{summary: [mean, sd, median, quartiles]}]
    estimates: [{mean_difference: welch}, {probability_of_superiority: brunner_munzel}]
    tests: [{welch_t: {sides: two_sided}}, {mann_whitney: {sides: two_sided, correction: none}}]
"""


def test_summaries_and_comparisons_by_hand(trial):
    found = trial.scores("high", 4, 6, 8, 10).scores("sham", 1, 3, 5).results(SCORE)
    values = {
        "count.descriptive": 4,
        "mean.t_interval": 7,
        "sd.descriptive": (20 / 3) ** 0.5,
        "median.descriptive": 7,
        # Type 7: a quarter of the way from the first to the last of four values.
        "q1.descriptive": 5.5,
        "q3.descriptive": 8.5,
    }
    for name, value in values.items():
        assert found.value(f"score/{name}@high") == pytest.approx(value), name
    assert found.value(f"score/mean_difference.welch@{PAIR}") == pytest.approx(7 - 3)
    # Of 12 pairs the high dose is above in 11: all but 4 against 5.
    superiority = found.value(f"score/probability_of_superiority.brunner_munzel@{PAIR}")
    assert superiority == pytest.approx(11 / 12)
    assert found.value(f"score/u.mann_whitney@{PAIR}") == 11
    t = 4 / (20 / 3 / 4 + 4 / 3) ** 0.5
    assert found.value(f"score/t.welch_t@{PAIR}") == pytest.approx(t)
    assert found["score/median.descriptive@high"]["options"] == '{"quantile": "type 7"}'


def test_constant_scores_give_reasons_instead_of_numbers(trial):
    found = trial.scores("high", 5, 5, 5).scores("sham", 5, 5).results(SCORE)
    assert found.text("score/mean.t_interval@high") == "5.00 mm (95 % CI not estimable)"
    assert found.value("score/sd.descriptive@high") == 0
    assert "constant" in found.error(f"score/p_value.welch_t@{PAIR}")
    assert found.error(f"score/p_value.mann_whitney@{PAIR}")


def test_one_value_has_a_mean_and_no_interval(trial):
    found = trial.scores("high", 5).scores("sham", 1, 2, 3).results(SCORE)
    assert found.text("score/mean.t_interval@high") == "5.00 mm"
    assert found["score/mean.t_interval@high"]["warning"].startswith("No interval: ")
    assert found.text("score/sd.descriptive@high") == "not estimable"
    assert found.error(f"score/mean_difference.welch@{PAIR}")


PAIN = """
analyses:
  each:
    label: Pain
    role: primary
    estimand: pain
    visits: [day 1, day 3]
    describe: [{summary: [mean]}]
    tests: [{welch_t: {sides: two_sided}}]
  over_time:
    label: Pain over time
    role: supportive
    estimand: pain
    tests: [{mixed_anova: {within: visit, between: arm, sums_of_squares: III,
                           sphericity: greenhouse_geisser}}]
"""
TWO_ARMS = [(3, 2, 1), (5, 5, 2), (4, 1, 1), (6, 3, 0)], [(4, 4, 4), (6, 5, 5), (5, 6, 3)]


@pytest.fixture
def two_arms(trial):
    return trial.visits("high", *TWO_ARMS[0]).visits("sham", *TWO_ARMS[1])


def test_each_visit_of_the_plan_by_itself(two_arms):
    found = two_arms.results(PAIN)
    assert found.value("each/mean.t_interval@high;visit=day_1") == 4.5
    assert found.value("each/mean.t_interval@high;visit=day_3") == 1
    assert not [name for name in found.of("each") if "day_2" in name]
    assert found["each/mean.t_interval@high;visit=day_3"]["visit"] == "day 3"


def test_all_visits_together(two_arms):
    """F of the arm by hand: the one-way analysis of the subjects' means over visits."""
    found = two_arms.results(PAIN)
    means = [[sum(row) / 3 for row in arm] for arm in TWO_ARMS]
    grand = sum(map(sum, means)) / 7
    centres = [sum(arm) / len(arm) for arm in means]
    between = sum(len(a) * (c - grand) ** 2 for a, c in zip(means, centres, strict=True))
    within = sum((m - c) ** 2 for a, c in zip(means, centres, strict=True) for m in a)
    name = "over_time/f.mixed_anova@all;effect=arm"
    assert found.value(name) == pytest.approx(between / (within / 5))
    assert (found[name]["n_used"], found.n(name, "analysed")) == (7, 21)


def test_the_planned_p_is_the_corrected_one_where_visits_are_concerned(two_arms):
    found = two_arms.results(PAIN)
    of = "over_time/{}.mixed_anova@all;effect={}"
    for effect in ("visit", "arm_visit"):
        planned, corrected, plain = (
            found.value(of.format(stat, effect)) for stat in ("p_value", "p_gg", "p_uncorrected")
        )
        assert planned == corrected != plain
    assert of.format("p_gg", "arm") not in found
    assert found.value(of.format("p_value", "arm")) == found.value(
        of.format("p_uncorrected", "arm")
    )


def test_the_degrees_of_freedom_are_multiplied_by_the_epsilon_of_the_plan(two_arms):
    of = "over_time/{}.mixed_anova@all;effect=visit"
    for chosen, epsilon in (
        ("greenhouse_geisser", "epsilon_gg"),
        ("lower_bound", "epsilon_lower"),
        ("none", None),
    ):
        found = two_arms.results(PAIN.replace("greenhouse_geisser", chosen))
        scale = 1.0 if epsilon is None else found.value(of.format(epsilon))
        for df in ("df1", "df2"):
            corrected = found.value(of.format(f"{df}_corrected"))
            assert corrected == pytest.approx(scale * found.value(of.format(df)))


def test_a_family_of_the_effects_of_treatment_leaves_that_of_time_out(two_arms):
    families = """\
multiplicity:
  treatment:
    label: Effects of treatment
    adjust: benjamini_hochberg
    tests: [{analysis: over_time, test: mixed_anova, effects: [arm, arm_visit]}]
"""
    found = two_arms.results(PAIN + families)
    p, adjusted = (
        f"over_time/{stat}mixed_anova@all;effect={{}}"
        for stat in ("p_value.", "p_adjusted.benjamini_hochberg_")
    )
    of_arm, of_both = (found.value(p.format(effect)) for effect in ("arm", "arm_visit"))
    low, high = sorted([of_arm, of_both])
    expected = {low: min(2 * low, high), high: high}
    for effect, own in (("arm", of_arm), ("arm_visit", of_both)):
        assert found.value(adjusted.format(effect)) == pytest.approx(expected[own])
    assert adjusted.format("visit") not in found


def test_a_subject_without_one_visit_is_in_no_visit(two_arms):
    two_arms.visits("sham", (9, None, 9))
    found = two_arms.results(PAIN)
    assert found["over_time/f.mixed_anova@all;effect=arm"]["n_used"] == 7
    assert found["each/mean.t_interval@sham;visit=day_1"]["n_used"] == 4


@pytest.mark.parametrize(
    "rows",
    [
        {"high": [(1, 2, 3), (2, 3, 3)], "sham": [(None, None, None)]},
        {"high": [(1, None, 3)], "sham": [(None, 2, 2)]},
        {"high": [(1, 1, 1), (1, 1, 1)], "sham": [(1, 1, 1), (1, 1, 1)]},
        {"high": [(1, 2, 3)], "sham": [(3, 2, 1)]},
    ],
    ids=["an arm empty", "nobody complete", "no spread", "one subject an arm"],
)
def test_what_has_no_analysis_of_variance_gives_its_reason(trial, rows):
    for arm, values in rows.items():
        trial.visits(arm, *values)
    found = trial.results(PAIN)
    (name,) = found.of("over_time")
    assert found.error(name).endswith(".")
