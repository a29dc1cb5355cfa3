"""Events over three arms, over strata, against thresholds and margins; and what has no answer."""

import pytest

HEAD = """
estimands:
  doses: {treatment: {of: [high, low], to: sham}, population: itt, variable: relief, intercurrent: [], summary: s}
analyses:
  relief:
    label: Relief
    role: primary
    estimand: doses
"""  # noqa: E501
ARMS = """
    tests:
      - {chi_squared_table: {groups: all}}
      - {fisher_freeman_halton: {groups: all}}
      - {fisher_freeman_halton: {groups: pairs}}
      - {cmh_general_association: {strata: [site], groups: all}}
      - {cochran_armitage: {scores: {sham: 0, low: 1, high: 2}, sides: two_sided, variance: binomial}}
"""  # noqa: E501
STRATA = """
    estimates: [{odds_ratio: {method: conditional, strata: [site]}},
                {risk_ratio: {method: mantel_haenszel, strata: [site]}}]
    tests:
      - {exact_conditional: {strata: [], sides: two_sided, mid_p: none}}
      - {logistic_interaction: {strata: [site], groups: pairs}}
      - {logistic_trend: {strata: [site], groups: pairs}}
"""
LIMITS = """
    describe: [{upper_bound: clopper_pearson}]
    estimates: [{risk_ratio: koopman}]
    tests:
      - {binomial: {threshold: 0.6, sides: greater}}
      - {barnard: {sides: two_sided, statistic: score}}
      - {boschloo: {sides: two_sided, two_sided: fisher}}
"""


def test_three_arms_at_once_and_pair_by_pair(trial):
    """12 of 40, 14 of 34 and 24 of 34: Pearson's chi-squared is 12.70 (fact of arithmetic)."""
    trial.events("high", 12, of=40, site="N").events("low", 14, of=34, site="N")
    trial.events("sham", 24, of=34, site="N")
    found = trial.results(HEAD + ARMS)
    assert found.value("relief/chi_squared.chi_squared_table@all") == pytest.approx(12.70, abs=0.01)
    assert found.value("relief/df.chi_squared_table@all") == 2
    exact = "relief/p_value.fisher_freeman_halton@"
    assert found.value(f"{exact}all") == pytest.approx(0.0016, abs=5e-5)
    assert found.value(f"{exact}high-sham") == pytest.approx(0.00095, abs=5e-6)
    assert found.n(f"{exact}all", "analysed") == 108
    # One stratum: Pearson's chi-squared times (N - 1) / N.
    general = found.value("relief/chi_squared.cmh_general_association@all")
    chi_squared = found.value("relief/chi_squared.chi_squared_table@all")
    assert general == pytest.approx(chi_squared * 107 / 108)
    # The risk falls from sham over low to high.
    assert found.value("relief/z.cochran_armitage@all") < 0


def test_a_stratum_without_an_arm_and_one_without_events(trial):
    trial.events("high", 2, of=5, site="N").events("sham", 3, of=7, site="N")
    trial.events("low", 1, of=4, site="S").events("sham", 0, of=4, site="S")
    found = trial.results(HEAD + STRATA)
    told = found.error("relief/p_value.logistic_interaction@high-sham")
    assert told == "a stratum has no patients of an arm, so the effects cannot be compared."
    told = found.error("relief/p_value.logistic_trend@high-sham")
    assert told == "a trend needs one variable whose levels are numbers."
    name = "relief/odds_ratio.conditional@low-sham"
    assert found.error(name) == "the estimate is infinite for these data."
    # Without strata all patients are in one table, those of a stratum without an arm too.
    assert found["relief/p_value.exact_conditional@high-sham"]["n_used"] == 16


def test_an_empty_cell_has_no_likelihood_ratio(trial):
    trial.events("high", 2, of=5, site="N").events("sham", 3, of=7, site="N")
    trial.events("high", 3, of=6, site="S").events("sham", 0, of=8, site="S")
    found = trial.results(HEAD + STRATA)
    assert "separation" in found.error("relief/p_value.logistic_interaction@high-sham")


def test_thresholds_and_rare_events(trial):
    trial.events("high", 25, of=30).events("low", 18, of=30).events("sham", 0, of=30)
    found = trial.results(HEAD + LIMITS)
    assert found.value("relief/p_value.binomial@high") < 0.01
    assert found.value("relief/p_value.binomial@low") == pytest.approx(0.578, abs=1e-3)
    # 1 - 0.05^(1/30).
    bound = found.value("relief/upper_bound.clopper_pearson@sham")
    assert bound == pytest.approx(1 - 0.05 ** (1 / 30))
    assert found.error("relief/risk_ratio.koopman@high-sham")


def test_an_arm_without_patients(trial):
    trial.events("high", 3, of=10)
    found = trial.results(HEAD + LIMITS)
    pairs = [name for name in found.of("relief") if name.endswith("-sham")]
    assert len(pairs) == 2 * 3
    assert all(found.error(name) for name in pairs)
    assert found.error("relief/upper_bound.clopper_pearson@sham") == "the sample has no patients."
