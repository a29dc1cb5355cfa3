"""Subjects without an outcome, covariates, re-randomisation, compliers, fragility."""

import pytest
from small_trial import SmallTrial

PLAN = """
analyses:
  relief:
    label: Relief
    role: primary
    estimand: relief
"""
MISSING = """
    describe: [{proportion: missing_as_event}, {proportion: missing_as_no_event},
               {proportion_bounds: best_worst}]
    estimates:
      - {risk_difference: missing_as_event}
      - {risk_difference_bounds: best_worst}
      - {tipping: fisher}
      - {risk_difference: {method: multiple_imputation, components: [relief], at_least: 1,
         covariates: [], arms: by_arm, imputations: 20, cycles: 1, seed: 5}}
"""
MODELS = """
    estimates:
      - {risk_difference: {method: standardised, covariates: [smoker], variance: sandwich}}
      - {risk_ratio: {method: modified_poisson, covariates: [smoker]}}
      - {odds_ratio: {method: logistic, covariates: [smoker]}}
      - {odds_ratio: {method: firth, covariates: [smoker]}}
"""
OTHERS = """
    estimates:
      - {fragility_index: {method: fisher, rule: walsh}}
      - {fragility_index: {method: fisher, rule: smallest}}
      - {complier_difference: {method: bloom, receipt: pp}}
      - {complier_difference_bounds: {method: trimming, receipt: pp}}
    tests:
      - {rerandomisation_exact: {strata: [], sides: two_sided, two_sided: probability}}
      - {fisher: {sides: two_sided}}
      - {rerandomisation: {strata: [], groups: pairs, sides: two_sided, scores: means,
                           draws: 2000, seed: 9}}
"""
PAIR = "high-sham"


def lose(trial, *numbers):
    """Take away the outcomes of these subjects, counted from 1."""
    for number in numbers:
        trial.records[number - 1]["AVAL"] = None


def test_everybody_without_an_outcome_is_counted_as_the_method_says(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=10)
    lose(trial, 10, 20)
    found = trial.results(PLAN + MISSING)
    assert found.value("relief/proportion.missing_as_event@high") == 4 / 10
    assert found.value("relief/proportion.missing_as_no_event@high") == 3 / 10
    assert found.value("relief/proportion_lowest.best_worst@sham") == 6 / 10
    assert found.value("relief/proportion_highest.best_worst@sham") == 7 / 10
    assert found.value(f"relief/risk_difference_lowest.best_worst@{PAIR}") == pytest.approx(-0.4)
    assert found.value(f"relief/risk_difference_highest.best_worst@{PAIR}") == pytest.approx(-0.2)
    tipped = f"relief/tipped.tipping_fisher@{PAIR}"
    assert (found.value(tipped), found[tipped]["denominator"]) == (0, 4)
    risk = f"relief/risk_difference.multiple_imputation@{PAIR}"
    assert -0.4 <= found.value(risk) <= -0.2
    assert (found.n(risk, "denominator"), found.n(risk, "analysed")) == (20, 18)
    assert found.n(risk, "drawn_from") == 18
    # One of ten is drawn in each arm: the difference has at most the variance 2/400 (20/19).
    assert found[risk]["n_draws"] == 20 and 0 < found[risk]["mc_se"] <= (2 / 400 / 19) ** 0.5
    share = found.value(f"relief/fraction_missing.multiple_imputation@{PAIR}")
    assert 0 < share < 0.5
    # The draws of the one are those of the other: the share of an arm, in whom one is drawn.
    high, sham = (found[f"relief/proportion.multiple_imputation@{arm}"] for arm in ("high", "sham"))
    assert high["stat_value"] - sham["stat_value"] == pytest.approx(found.value(risk))
    assert 0.3 <= high["stat_value"] <= 0.4 and 0.6 <= sham["stat_value"] <= 0.7
    assert (high["n_used"], high["n_draws"]) == (10, 20) and high["ci_low"] < high["stat_value"]


def test_a_map_in_which_one_outcome_decides(trial):
    """8 of 20 against 15 of 20 has p = 0.054; one event less among the treated, 0.025."""
    trial.events("high", 7, of=20).events("sham", 15, of=20)
    lose(trial, 20)
    found = trial.results(PLAN + MISSING)
    assert found.value(f"relief/p_lowest.tipping_fisher@{PAIR}") < 0.05
    assert found.value(f"relief/p_highest.tipping_fisher@{PAIR}") > 0.05
    assert found.value(f"relief/tipped.tipping_fisher@{PAIR}") == 1


def test_an_arm_in_which_nobody_has_an_outcome(trial):
    trial.events("high", 3, of=10).events("sham", 2, of=2)
    lose(trial, 11, 12)
    found = trial.results(PLAN + MISSING)
    assert found.value("relief/proportion.missing_as_event@sham") == 1
    assert found.error("relief/proportion_lowest.best_worst@sham")
    assert found.error(f"relief/tipped.tipping_fisher@{PAIR}")
    assert found.error(f"relief/risk_difference.multiple_imputation@{PAIR}")


def test_a_condition_on_records_knows_nobody_missing(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=10)
    found = trial.results(PLAN + "    where: {AVAL: {at_least: 0}}\n" + MISSING)
    assert "on records" in found.error(f"relief/risk_difference.missing_as_event@{PAIR}")


def test_covariates(trial):
    for arm, events in (("high", (2, 5)), ("sham", (4, 7))):
        for smoker, number in zip(("N", "Y"), events, strict=True):
            trial.events(arm, number, of=10, smoker=smoker)
    found = trial.results(PLAN + MODELS)
    # The cells are as large as each other, so standardising changes nothing.
    risk = f"relief/risk_difference.standardised@{PAIR}"
    assert found.value(risk) == pytest.approx(7 / 20 - 11 / 20)
    assert found[risk]["n_used"] == 40
    assert found.value(f"relief/odds_ratio.logistic@{PAIR}") < 1
    assert found.n(risk, "numerator") == 18


def test_an_arm_without_events_has_odds_by_firth_only(trial):
    trial.events("high", 0, of=10, smoker="N").events("high", 0, of=5, smoker="Y")
    trial.events("sham", 4, of=10, smoker="N").events("sham", 3, of=5, smoker="Y")
    found = trial.results(PLAN + MODELS)
    assert "separation" in found.error(f"relief/odds_ratio.logistic@{PAIR}")
    assert "no events" in found.error(f"relief/risk_ratio.modified_poisson@{PAIR}")
    assert 0 < found.value(f"relief/odds_ratio.firth@{PAIR}") < 0.2


def test_a_missing_covariate_leaves_a_patient_out_and_says_how_many_are_used(trial):
    trial.events("high", 2, of=6, smoker="N").events("high", 3, of=6, smoker="Y")
    trial.events("sham", 4, of=6, smoker="N").events("sham", 3, of=6, smoker="Y")
    trial.events("sham", 1, of=2)
    found = trial.results(PLAN + MODELS)
    assert found[f"relief/odds_ratio.logistic@{PAIR}"]["n_used"] == 24


def test_compliers_fragility_and_rerandomisation(trial):
    trial.events("high", 2, of=20, pp="Y").events("high", 5, of=10, pp="N")
    trial.events("sham", 18, of=30)
    found = trial.results(PLAN + OTHERS)
    # Bloom: (7/30 - 18/30) / (20/30).
    bloom = found.value(f"relief/complier_difference.bloom@{PAIR}")
    assert bloom == pytest.approx((7 / 30 - 18 / 30) / (2 / 3))
    # Of the sham arm two thirds are compliers: between 8 and 18 events in 20.
    low = found.value(f"relief/complier_difference_lowest.trimming@{PAIR}")
    high = found.value(f"relief/complier_difference_highest.trimming@{PAIR}")
    assert (low, high) == pytest.approx((2 / 20 - 18 / 20, 2 / 20 - 8 / 20))
    # 7 of 30 against 18 of 30: one p more at 10 of 30 (0.0668), still below at 9 of 30 (0.0365).
    assert found.value(f"relief/fragility_index.fisher_walsh@{PAIR}") == 3
    exact = found.value(f"relief/p_value.rerandomisation_exact@{PAIR}")
    assert exact == pytest.approx(found.value(f"relief/p_value.fisher@{PAIR}"))
    drawn = found.value(f"relief/p_value.rerandomisation@{PAIR}")
    assert abs(drawn - exact) < 0.01
    assert 0 < found.value(f"relief/mc_se.rerandomisation@{PAIR}") < 0.005


def test_draws_are_the_same_for_the_same_seed(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=10)
    name = f"relief/p_value.rerandomisation@{PAIR}"
    once = trial.results(PLAN + OTHERS).value(name)
    assert trial.results(PLAN + OTHERS).value(name) == once
    other = trial.results(PLAN + OTHERS.replace("seed: 9", "seed: 10")).value(name)
    assert other != once


def test_draws_do_not_depend_on_the_name_of_the_trial(tmp_path):
    drawn = []
    for name in ("small", "renamed"):
        trial = SmallTrial(tmp_path / name / "relief", name)
        trial.events("high", 3, of=10).events("low", 4, of=10).events("sham", 6, of=10)
        lose(trial, 10, 30)
        tests = OTHERS[OTHERS.index("    tests:") :]
        found = trial.results(PLAN + MISSING + tests)
        drawn.append(
            {
                name: (row["stat_value"], row["ci_low"], row["ci_high"])
                for name, row in found.items()
                if any(way in name for way in ("imputation", "p_value.rerandom"))
            }
        )
    assert drawn[0] == drawn[1]
    assert {one.split("@")[0] for one in drawn[0]} == {
        "relief/proportion.multiple_imputation",
        "relief/risk_difference.multiple_imputation",
        "relief/fraction_missing.multiple_imputation",
        "relief/p_value.rerandomisation",
        "relief/p_value.rerandomisation_exact",
    }
