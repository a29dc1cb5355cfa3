"""Checks of the plan's methods: "statistic.method" of a step to the module that holds its checks.

A module holds `CHECKS`: the methods as they stand in the results ("f.mixed_anova") -> a function
`(data, asked) -> Recomputed`, or None where the checker has no answer. What needs no step of the
plan (flow, baseline, adjusted p-values) is in the modules that `checks_for` always loads; these
import no statistical library by themselves.
"""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from trialtrace.trial.plan.step_names import steps

if TYPE_CHECKING:
    from trialtrace.methods.checking.data import Asked, Data
    from trialtrace.methods.checking.outcome import Recomputed
    from trialtrace.trial.load import Trial

    Check = Callable[[Data, Asked], Recomputed | None]

_HERE = "trialtrace.methods"

MODULES: dict[str, str] = {
    "proportion.wilson": f"{_HERE}.categorical.check",
    "proportion.clopper_pearson": f"{_HERE}.categorical.check",
    "risk_difference.newcombe": f"{_HERE}.categorical.check",
    "risk_difference.wald": f"{_HERE}.categorical.check",
    "risk_difference.miettinen_nurminen": f"{_HERE}.categorical.check_score",
    "risk_ratio.katz_log": f"{_HERE}.categorical.check",
    "odds_ratio.woolf": f"{_HERE}.categorical.check",
    "number_needed_to_treat.newcombe": f"{_HERE}.categorical.check",
    "p_value.fisher": f"{_HERE}.categorical.check",
    "p_value.chi_squared": f"{_HERE}.categorical.check",
    "risk_difference.mantel_haenszel": f"{_HERE}.stratified.check",
    "odds_ratio.mantel_haenszel": f"{_HERE}.stratified.check",
    "p_value.cochran_mantel_haenszel": f"{_HERE}.stratified.check",
    "p_value.breslow_day": f"{_HERE}.stratified.check",
    "summary.descriptive": f"{_HERE}.continuous.check_descriptive",
    "mean_difference.welch": f"{_HERE}.continuous.check",
    "p_value.welch_t": f"{_HERE}.continuous.check",
    "probability_of_superiority.brunner_munzel": f"{_HERE}.continuous.check",
    "p_value.mann_whitney": f"{_HERE}.continuous.check",
    "p_value.mixed_anova": f"{_HERE}.repeated.check",
    "mean_difference.mmrm": f"{_HERE}.mixed.check",
    "mean_difference.ancova": f"{_HERE}.mixed.check_ancova",
    "mean_difference.random_site": f"{_HERE}.mixed.check",
    "mean_difference.paired_t": f"{_HERE}.continuous.check_paired",
    "mean_difference.paired_regression": f"{_HERE}.continuous.check_paired",
    "median_difference.signed_rank": f"{_HERE}.continuous.check_paired",
    "p_value.paired_t": f"{_HERE}.continuous.check_paired",
    "p_value.signed_rank": f"{_HERE}.continuous.check_paired",
    "p_value.rerandomise_sides": f"{_HERE}.continuous.check_paired",
    "median_difference.hodges_lehmann": f"{_HERE}.continuous.check",
    "p_value.repeated_measures_anova": f"{_HERE}.repeated.check_within",
    "change_difference.mixed_model": f"{_HERE}.mixed.check",
    "events.count": f"{_HERE}.survival.check",
    "survival.kaplan_meier": f"{_HERE}.survival.check",
    "median_time.kaplan_meier": f"{_HERE}.survival.check",
    "follow_up.reverse_kaplan_meier": f"{_HERE}.survival.check",
    "hazard_ratio.cox": f"{_HERE}.survival.check",
    "incidence.aalen_johansen": f"{_HERE}.survival.check_competing",
    "incidence_difference.aalen_johansen": f"{_HERE}.survival.check_competing",
    "p_value.gray": f"{_HERE}.survival.check_competing",
    "incidence.turnbull": f"{_HERE}.survival.check_interval_times",
    "p_value.interval_log_rank": f"{_HERE}.survival.check_interval_times",
    "mean_time.restricted": f"{_HERE}.survival.check_mean_times",
    "mean_time_difference.restricted": f"{_HERE}.survival.check_mean_times",
    "mean_time_ratio.restricted": f"{_HERE}.survival.check_mean_times",
    "hazard_ratio.cox_stratified": f"{_HERE}.survival.check",
    "win_ratio.all_pairs": f"{_HERE}.continuous.check_hierarchy",
    "categories.count": f"{_HERE}.regression.check_ordinal",
    "odds_ratio.proportional_odds": f"{_HERE}.regression.check_ordinal",
    "odds_ratio.ordinal_mixed": f"{_HERE}.regression.check_ordinal_grid",
    "p_value.rank_anova": f"{_HERE}.regression.check_ordinal",
    "equivalence.welch": f"{_HERE}.continuous.check_equivalence",
    "equivalence.paired_t": f"{_HERE}.continuous.check_equivalence",
    "correlation.pearson": f"{_HERE}.continuous.check_association",
    "correlation.spearman": f"{_HERE}.continuous.check_association",
    "p_value.weighted_log_rank": f"{_HERE}.survival.check_mean_times",
    "p_value.proportional_hazards": f"{_HERE}.survival.check_mean_times",
    "p_value.log_rank": f"{_HERE}.survival.check",
    "proportion.wald": f"{_HERE}.categorical.check_one_proportion",
    "proportion.agresti_coull": f"{_HERE}.categorical.check_one_proportion",
    "proportion.jeffreys": f"{_HERE}.categorical.check_one_proportion",
    "upper_bound.clopper_pearson": f"{_HERE}.categorical.check_one_proportion",
    "upper_bound.rule_of_three": f"{_HERE}.categorical.check_one_proportion",
    "risk_difference.agresti_caffo": f"{_HERE}.categorical.check_score_ratio",
    "risk_ratio.koopman": f"{_HERE}.categorical.check_score_ratio",
    "risk_ratio.miettinen_nurminen": f"{_HERE}.categorical.check_score_ratio",
    "risk_ratio.mantel_haenszel": f"{_HERE}.categorical.check_exact",
    "odds_ratio.conditional": f"{_HERE}.categorical.check_exact",
    "p_value.exact_conditional": f"{_HERE}.categorical.check_exact",
    "p_value.zelen": f"{_HERE}.categorical.check_exact",
    "p_value.chi_squared_table": f"{_HERE}.categorical.check_over_arms",
    "p_value.fisher_freeman_halton": f"{_HERE}.categorical.check_over_arms",
    "p_value.cmh_general_association": f"{_HERE}.categorical.check_over_arms",
    "p_value.cmh_row_mean_scores": f"{_HERE}.categorical.check_over_arms",
    "p_value.cochran_armitage": f"{_HERE}.categorical.check_over_arms",
    "p_value.logistic_interaction": f"{_HERE}.stratified.check_interaction",
    "p_value.firth_interaction": f"{_HERE}.stratified.check_interaction",
    "p_value.risk_difference_margin": f"{_HERE}.categorical.check_score_ratio",
    "p_value.risk_difference_equivalence": f"{_HERE}.categorical.check_score_ratio",
    "p_value.risk_ratio_margin": f"{_HERE}.categorical.check_score_ratio",
    "p_value.barnard": f"{_HERE}.categorical.check_exact",
    "p_value.boschloo": f"{_HERE}.categorical.check_exact",
    "p_value.binomial": f"{_HERE}.categorical.check_one_proportion",
    "proportion.missing_as_event": f"{_HERE}.missing.check",
    "risk_difference.missing_as_event": f"{_HERE}.missing.check",
    "proportion.missing_as_no_event": f"{_HERE}.missing.check",
    "risk_difference.missing_as_no_event": f"{_HERE}.missing.check",
    "proportion_bounds.best_worst": f"{_HERE}.missing.check",
    "risk_difference_bounds.best_worst": f"{_HERE}.missing.check",
    "tipping.fisher": f"{_HERE}.missing.check",
    "tipping.chi_squared": f"{_HERE}.missing.check",
    "risk_difference.multiple_imputation": f"{_HERE}.missing.check_imputation",
    "risk_difference.standardised": f"{_HERE}.regression.check",
    "risk_ratio.standardised": f"{_HERE}.regression.check",
    "risk_ratio.modified_poisson": f"{_HERE}.regression.check",
    "odds_ratio.logistic": f"{_HERE}.regression.check",
    "odds_ratio.firth": f"{_HERE}.regression.check",
    "fragility_index.fisher": f"{_HERE}.categorical.check_compliers",
    "complier_difference.bloom": f"{_HERE}.categorical.check_compliers",
    "complier_difference_bounds.trimming": f"{_HERE}.categorical.check_compliers",
    "p_value.rerandomisation_exact": f"{_HERE}.resampling.check",
    "p_value.rerandomisation": f"{_HERE}.resampling.check",
    "odds_ratio.logistic_random_site": f"{_HERE}.regression.check",
}


def checks_for(trial: "Trial") -> "dict[str, Check]":
    """The checks that the trial's plan can need, by the method of a result."""
    from trialtrace.methods.continuous import check_descriptive as descriptive
    from trialtrace.methods.displays import check_adverse_events as adverse_events
    from trialtrace.methods.displays import check_flow as flow
    from trialtrace.methods.multiplicity import check as multiplicity

    found = {**adverse_events.CHECKS, **flow.CHECKS, **descriptive.CHECKS, **multiplicity.CHECKS}
    names = {MODULES[key] for key in steps(trial) if key in MODULES}
    for name in sorted(names):
        found |= importlib.import_module(name).CHECKS
    return found
