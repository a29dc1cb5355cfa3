"""Visits, subgroups, interaction, populations, `of`, `where`, multiplicity, flow and baseline."""

import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.claims.select import one

PAIR = "high-sham"
RELIEF = """
analyses:
  relief:
    label: Relief
    role: primary
    estimand: relief
    describe: [{proportion: wilson}]
    tests: [{fisher: {sides: two_sided}}]
"""
BY = """
  by_smoker:
    label: By smoking
    role: subgroup
    of: relief
    by: smoker
    describe: [{proportion: wilson}]
    tests: [{fisher: {sides: two_sided}}]
    interaction: {breslow_day: {correction: none}}
"""


@pytest.fixture
def smokers(trial):
    trial.events("high", 2, of=5, smoker="Yes").events("sham", 3, of=7, smoker="Yes")
    trial.events("high", 3, of=8, smoker="No").events("sham", 5, of=12, smoker="No")
    return trial.events("high", 1, of=1)


def test_a_subgroup_analysis_has_every_level_and_one_interaction_test(smokers):
    found = smokers.results(RELIEF + BY)
    assert found.text("by_smoker/count.events@high;stratum=smoker=Yes") == "2"
    assert found["by_smoker/count.events@sham;stratum=smoker=No"]["denominator"] == 12
    interaction = f"by_smoker/p_value.breslow_day@{PAIR}"
    assert 0 < found.value(interaction) < 1
    assert found.n(interaction, "analysed") == 32
    assert found.n(interaction, "numerator") == 13
    assert found[interaction]["stratum"] is None


def test_what_an_analysis_takes_from_another_are_its_settings_and_not_its_steps(smokers):
    plan = RELIEF.replace("role: primary", "role: primary\n    where: {AGE: missing}")
    heir = """
  heir:
    label: Heir
    role: sensitivity
    of: relief
    confidence: 0.9
    describe: [{proportion: clopper_pearson}]
"""
    found = smokers.results(plan + heir)
    assert [name.split("/")[1] for name in found.of("heir")] == [
        f"{stat}@{arm}"
        for arm in ("high", "sham")
        for stat in ("count.events", "proportion.clopper_pearson")
    ]
    mine, theirs = found["heir/proportion.clopper_pearson@high"], found["relief/count.events@high"]
    assert mine["ci_level"] == 0.9
    assert (mine["estimand"], mine["denominator"]) == ("relief", theirs["denominator"])


def test_a_stratified_step_within_its_own_subgroup_stays_there(smokers):
    by_itself = BY.replace(
        "    interaction",
        "    estimates: [{odds_ratio: {method: mantel_haenszel, strata: [smoker]}}]\n"
        "    interaction",
    )
    found = smokers.results(RELIEF + by_itself)
    name = f"by_smoker/odds_ratio.mantel_haenszel@{PAIR};stratum=smoker=Yes"
    assert found.value(name) == pytest.approx((2 / 3) / (3 / 4))
    assert found.n(name, "analysed") == 12


def test_a_subgroup_that_nobody_has(trial):
    trial.events("high", 1, of=2).events("sham", 1, of=2)
    found = trial.results(RELIEF + BY)
    assert found.error(f"by_smoker/p_value.breslow_day@{PAIR}")
    assert len(found.of("by_smoker")) == 1


def test_another_population(trial):
    trial.events("high", 2, of=5).events("sham", 3, of=7).events("sham", 1, of=3, pp="N")
    plan = "estimands:\n  relief: {treatment: {of: high, to: sham}, population: pp,"
    plan += " variable: relief, intercurrent: [], summary: s}\n" + RELIEF
    found = trial.results(plan)
    assert found["relief/count.events@sham"]["denominator"] == 7
    assert found.value("flow/in_population.count@sham;parameter=pp") == 7
    assert found.value("flow/in_population.count@sham;parameter=itt") == 10
    assert found.value("flow/randomised.count@all") == 15


def test_flow_counts_each_subject_once(trial):
    """One of three lacks a visit; a subgroup analysis counts all whose subgroup is known."""
    trial.visits("high", (1, 2, 3), (1, None, 3)).visits("sham", (1, 1, 1), (2, 3, 4), (2, 3, 2))
    trial.events("high", 1, of=4, smoker="Yes").events("high", 1, of=3, smoker="No")
    trial.events("high", 1, of=2)
    plan = RELIEF + BY
    plan += """
  pain:
    label: Pain
    role: secondary
    estimand: pain
    tests: [{mixed_anova: {within: visit, between: arm, sums_of_squares: III, sphericity: none}}]
displays: {flow: {analysed: [relief, by_smoker, pain]}}
"""
    found = trial.results(plan)
    of_high = "flow/analysed.count@high;parameter="
    assert found.value(f"{of_high}relief") == 9
    assert found.value(f"{of_high}by_smoker") == 7
    assert found.value(f"{of_high}pain") == 1
    assert found.value("flow/analysed.count@all;parameter=pain") == 4


def test_baseline_describes_and_leaves_out_values_of_single_patients(trial):
    for risk, smoker in [(1.0, "Yes"), (2.0, "No"), (4.0, "Yes"), (None, None)]:
        trial.events("high", 1, of=1, risk=risk, smoker=smoker)
    trial.events("sham", 0, of=1, risk=7.0)
    shown = "displays: {baseline: {population: itt, overall: true, variables: [risk, smoker]}}"
    found = trial.results(RELIEF + shown)
    of_high = "@high;parameter=risk"
    assert found.value(f"baseline/mean.descriptive{of_high}") == pytest.approx(7 / 3)
    assert found.value(f"baseline/median.descriptive{of_high}") == 2
    assert found.value(f"baseline/missing.descriptive{of_high}") == 1
    assert found.text(f"baseline/sd.descriptive{of_high.replace('high', 'sham')}") == (
        "not estimable"
    )
    assert not [name for name in found if "minimum" in name or "maximum" in name]
    yes = "@high;parameter=smoker;level=Yes"
    assert found.text(f"baseline/count.descriptive{yes}") == "2"
    share = f"baseline/proportion.descriptive{yes}"
    assert found.text(share) == "66.7 %"
    assert (found.n(share, "numerator"), found.n(share, "denominator")) == (2, 3)
    # Nobody of the sham arm has an answer: no share, and no crash.
    assert found.text(f"baseline/proportion.descriptive{yes.replace('high', 'sham')}") == (
        "not estimable"
    )


def test_baseline_by_a_variable_has_its_levels_as_columns_of_both_arms(trial):
    for arm, risk, smoker in [("high", 1.0, "Yes"), ("sham", 3.0, "Yes"), ("high", 8.0, "No")]:
        trial.events(arm, 1, of=1, risk=risk, smoker=smoker)
    trial.events("sham", 0, of=1, risk=20.0, smoker=None)
    shown = "{baseline: {population: itt, by: smoker, overall: true, variables: [risk, smoker]}}"
    found = trial.results(f"{RELIEF}displays: {shown}")
    of_risk = "baseline/mean.descriptive@all;{}parameter=risk"
    assert found.value(of_risk.format("stratum=smoker=Yes;")) == 2
    assert found.value(of_risk.format("stratum=smoker=No;")) == 8
    assert found.value(of_risk.format("")) == 8
    # Of itself it is described over all alone, and there is no column of an arm.
    names = [name for name in found if "baseline/" in name]
    assert not [name for name in names if "stratum" in name and "parameter=smoker" in name]
    assert not [name for name in names if "@all" not in name]


def test_baseline_of_two_populations_has_a_table_of_each(trial):
    for arm, risk in [("high", 1.0), ("high", 3.0), ("sham", 8.0)]:
        trial.events(arm, 1, of=1, risk=risk)
    trial.events("high", 0, of=1, risk=11.0, pp="N")
    shown = "{baseline: {population: itt, beside: pp, overall: true, variables: [risk]}}"
    found = trial.results(f"{RELIEF}displays: {shown}")
    of_risk = "baseline/mean.descriptive@high;population={};parameter=risk"
    assert (found.value(of_risk.format("itt")), found.value(of_risk.format("pp"))) == (5, 2)
    mean = {"analysis": "baseline", "stat": "mean", "group": "high", "parameter": "risk"}
    rows = [*found.values()]
    assert one(rows, mean | {"population": "itt"}, ["mean"], "age")["stat_value"] == 5
    with pytest.raises(UserError, match="add population: one of itt, pp"):
        one(rows, mean, ["mean"], "age")


def test_adjusted_p_values_stand_beside_their_tests(smokers):
    """Holm by hand: the smallest of three times 3, the next times 2, never going down."""
    family = """
multiplicity:
  all: {label: All, adjust: holm, tests: [{analysis: relief, test: fisher}, {analysis: by_smoker, test: fisher}]}
"""  # noqa: E501
    found = smokers.results(RELIEF + BY + family)
    names = [name for name in found if "p_value.fisher" in name]
    assert len(names) == 3
    ranked = sorted((found.value(name), name) for name in names)
    running = 0.0
    for times, (p, name) in zip((3, 2, 1), ranked, strict=True):
        running = min(1.0, max(running, times * p))
        adjusted = name.replace("p_value.fisher", "p_adjusted.holm_fisher")
        assert found.value(adjusted) == pytest.approx(running)
        assert '"family": "all"' in found[adjusted]["options"]


def test_a_test_that_could_not_be_made_is_not_counted_in_its_family(trial):
    trial.events("high", 2, of=5, smoker="Yes").events("sham", 5, of=7, smoker="Yes")
    trial.events("high", 3, of=8, smoker="No")
    family = """
multiplicity:
  all: {label: All, adjust: holm, tests: [{analysis: by_smoker, test: fisher}]}
"""
    found = trial.results(RELIEF + BY + family)
    end = f"fisher@{PAIR};stratum=smoker=Yes"
    assert found.value(f"by_smoker/p_adjusted.holm_{end}") == found.value(
        f"by_smoker/p_value.{end}"
    )
    assert found.error(f"by_smoker/p_adjusted.holm_{end.replace('Yes', 'No')}")
