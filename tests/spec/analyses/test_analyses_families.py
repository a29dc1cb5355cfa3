"""Families with an order, a graph or a global test, and the level of an interim look."""

import pytest
import yaml

from trialtrace.base.config.spec import structure
from trialtrace.run.trial.plan.analysis import DecisionLevel
from trialtrace.run.trial.plan.looks import nominal_level

PLAN = """
estimands:
  doses: {treatment: {of: [high, low], to: sham}, population: itt, variable: relief, intercurrent: [], summary: s}
analyses:
  relief:
    label: Relief
    role: primary
    estimand: doses
    decision_level: {boundary: obrien_fleming, alpha: 0.05, fractions: [0.5, 1], look: 1}
    tests: [{chi_squared_table: {groups: all}}, {fisher: {sides: two_sided}}]
multiplicity:
  family: {label: Family, %s}
"""  # noqa: E501
FISHER = "tests: [{analysis: relief, test: fisher}]"
HIGH, LOW = "high-sham", "low-sham"


@pytest.fixture
def arms(trial):
    """Fisher's p against 24 of 34: 0.00095 and 0.027; chi-squared of all three: 0.0017."""
    return trial.events("high", 12, of=40).events("low", 14, of=34).events("sham", 24, of=34)


def p_of(found, pair, adjust=None):
    name = "p_value.fisher" if adjust is None else f"p_adjusted.{adjust}_fisher"
    return found.value(f"relief/{name}@{pair}")


def test_no_pair_is_decided_before_the_test_of_all_three(arms):
    family = "adjust: closed, global: {analysis: relief, test: chi_squared_table}, " + FISHER
    found = arms.results(PLAN % family)
    of_all = found.value("relief/p_value.chi_squared_table@all")
    assert p_of(found, HIGH) < of_all < p_of(found, LOW)
    assert p_of(found, HIGH, "closed") == of_all
    assert p_of(found, LOW, "closed") == p_of(found, LOW)


@pytest.mark.parametrize(
    ("adjust", "of_low"),
    [("hommel", lambda p: p), ("hochberg", lambda p: p), ("sidak", lambda p: 1 - (1 - p) ** 2)],
)
def test_of_two_tests_the_larger_p(arms, adjust, of_low):
    """The smaller is doubled, or nearly, by all of them."""
    found = arms.results(PLAN % (f"adjust: {adjust}, " + FISHER))
    assert p_of(found, LOW, adjust) == pytest.approx(of_low(p_of(found, LOW)))
    assert p_of(found, HIGH, adjust) == pytest.approx(2 * p_of(found, HIGH), rel=1e-3)


def test_the_order_is_that_of_the_tests(arms):
    order = (
        "adjust: fixed_sequence, missing: stops, tests: [{analysis: relief, test: fisher, "
        "comparison: low}, {analysis: relief, test: fisher, comparison: high}]"
    )
    found = arms.results(PLAN % order)
    assert p_of(found, LOW, "fixed_sequence") == p_of(found, LOW)
    assert p_of(found, HIGH, "fixed_sequence") == p_of(found, LOW)


def test_a_graph_that_is_holm(arms):
    graph = (
        "adjust: graphical, missing: left_out, weights: [0.5, 0.5], "
        "transitions: [[0, 1], [1, 0]], " + FISHER
    )
    found = arms.results(PLAN % graph)
    assert p_of(found, HIGH, "graphical") == pytest.approx(2 * p_of(found, HIGH))
    assert p_of(found, LOW, "graphical") == pytest.approx(p_of(found, LOW))


def test_a_global_test_without_an_answer_decides_nothing(trial):
    for arm in ("high", "low", "sham"):
        trial.events(arm, 0, of=5)
    family = "adjust: closed, global: {analysis: relief, test: chi_squared_table}, " + FISHER
    found = trial.results(PLAN % family)
    assert "global test is missing" in found.error(f"relief/p_adjusted.closed_fisher@{HIGH}")


def test_the_level_of_an_interim_look(arms):
    """Half of the information, O'Brien and Fleming: |z| of 2.797, two-sided 0.0052."""
    plan = arms.config(PLAN % ("adjust: hochberg, " + FISHER)).plan
    assert plan.analyses["relief"].decision_level == pytest.approx(0.00517, abs=1e-5)
    spending = yaml.safe_load(
        "{boundary: spending_obrien_fleming, alpha: 0.05, fractions: [0.5, 1], look: 2}"
    )
    assert nominal_level(structure(DecisionLevel, spending)) == pytest.approx(0.0490, abs=1e-4)


SUBGROUPS = """
analyses:
  by_site:
    label: Death by site
    role: subgroup
    estimand: death
    by: site
    p_values_by_level: false
    estimates: [{hazard_ratio: {method: cox, ties: efron}}]
  relief_by_site:
    label: Relief by site
    role: subgroup
    estimand: relief
    by: site
    p_values_by_level: false
    estimates: [{risk_difference: newcombe}]
    interaction: {breslow_day: {correction: none}}
"""


def test_levels_without_p_values_of_their_own(trial):
    for site in ("N", "S"):
        trial.times("high", "3", "5+", "8", site=site).times("sham", "2", "4", "7+", site=site)
        trial.events("high", 3, of=9, site=site).events("sham", 5, of=9, site=site)
    found = trial.results(SUBGROUPS)
    assert found.value("by_site/hazard_ratio.cox@high-sham;stratum=site=N")
    assert found.value("relief_by_site/risk_difference.newcombe@high-sham;stratum=site=S")
    tests = [name for name in found if "p_value" in name]
    assert tests == ["relief_by_site/p_value.breslow_day@high-sham"]


STRATIFIED = PLAN.replace(
    "tests: [{chi_squared_table: {groups: all}}, {fisher: {sides: two_sided}}]",
    "tests: [{cmh_general_association: {strata: [site], groups: all}}, "
    "{cochran_mantel_haenszel: {strata: [site], correction: none, sides: two_sided}}]",
)
WITHIN = (
    "adjust: closed, global: {analysis: relief, test: cmh_general_association}, "
    "tests: [{analysis: relief, test: cochran_mantel_haenszel}]"
)
CLOSED = "relief/p_adjusted.closed_cochran_mantel_haenszel@"


def test_a_closed_test_within_strata_takes_the_larger_p(trial):
    for site, events in (("N", (6, 5, 15)), ("S", (6, 9, 9))):
        for arm, x, n in zip(("high", "low", "sham"), events, (20, 17, 17), strict=True):
            trial.events(arm, x, of=n, site=site)
    found = trial.results(STRATIFIED % WITHIN)
    of_all = found.value("relief/p_value.cmh_general_association@all")
    for pair in (HIGH, LOW):
        own = found.value(f"relief/p_value.cochran_mantel_haenszel@{pair}")
        assert found.value(CLOSED + pair) == max(own, of_all)
        assert found[CLOSED + pair]["warning"] is None


def test_a_test_in_the_place_of_another_is_adjusted_with_the_rest(arms):
    """By hand: Holm takes the smaller of two p-values twice, and the larger as it is unless that
    is less."""
    plan = PLAN % ("adjust: holm, " + FISHER)
    plan = plan.replace(
        "multiplicity:",
        """  alone:
    label: Alone
    role: sensitivity
    of: relief
    estimand: doses
    decision_level: 0.05
    tests: [{chi_squared_table: {groups: all}}]
multiplicity:
  whole:
    label: Whole
    adjust: holm
    tests: [{analysis: relief, test: fisher}, {analysis: alone, test: chi_squared_table}]
  placed:
    label: Placed
    adjust: holm
    in_place: {family: whole, of: alone}
    tests: [{analysis: relief, test: chi_squared_table}]""",
    ).replace("  family: {label: Family, adjust: holm, " + FISHER + "}\n", "")
    found = arms.results(plan)
    p = [found.value("relief/p_value.chi_squared_table@all"), p_of(found, HIGH), p_of(found, LOW)]
    assert p[1] < p[0] < p[2]
    adjusted = found.value("relief/p_adjusted.holm_chi_squared_table@all")
    assert adjusted == pytest.approx(max(3 * p[1], 2 * p[0]))
