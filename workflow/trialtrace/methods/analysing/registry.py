"""Methods of the plan: "statistic.method" to the module that runs it.

A module holds `METHODS`: the same keys, each with a function `(cut, step) -> results`. Adding a
method is a function, an entry there, a line here, and a check in `trialtrace.methods`.
"""

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trialtrace.trial.plan import methods

if TYPE_CHECKING:
    from trialtrace.methods.analysing.cuts import Cut
    from trialtrace.methods.analysing.rows import Result
    from trialtrace.trial.model import Step

_HERE = "trialtrace.methods"

MODULES: dict[str, str] = {
    "proportion.wilson": f"{_HERE}.categorical.analyse",
    "proportion.clopper_pearson": f"{_HERE}.categorical.analyse",
    "risk_difference.newcombe": f"{_HERE}.categorical.analyse",
    "risk_difference.wald": f"{_HERE}.categorical.analyse",
    "risk_difference.miettinen_nurminen": f"{_HERE}.categorical.analyse",
    "risk_ratio.katz_log": f"{_HERE}.categorical.analyse",
    "odds_ratio.woolf": f"{_HERE}.categorical.analyse",
    "number_needed_to_treat.newcombe": f"{_HERE}.categorical.analyse",
    "p_value.fisher": f"{_HERE}.categorical.analyse",
    "p_value.chi_squared": f"{_HERE}.categorical.analyse",
    "risk_difference.mantel_haenszel": f"{_HERE}.stratified.analyse",
    "odds_ratio.mantel_haenszel": f"{_HERE}.stratified.analyse",
    "p_value.cochran_mantel_haenszel": f"{_HERE}.stratified.analyse",
    "p_value.breslow_day": f"{_HERE}.stratified.analyse",
    "summary.descriptive": f"{_HERE}.continuous.analyse",
    "mean_difference.welch": f"{_HERE}.continuous.analyse",
    "p_value.welch_t": f"{_HERE}.continuous.analyse",
    "probability_of_superiority.brunner_munzel": f"{_HERE}.continuous.analyse",
    "p_value.mann_whitney": f"{_HERE}.continuous.analyse",
    "p_value.mixed_anova": f"{_HERE}.repeated.analyse",
    "mean_difference.mmrm": f"{_HERE}.mixed.analyse",
    "mean_difference.ancova": f"{_HERE}.mixed.analyse",
    "mean_difference.random_site": f"{_HERE}.mixed.analyse",
    "mean_difference.paired_t": f"{_HERE}.continuous.analyse_paired",
    "mean_difference.paired_regression": f"{_HERE}.continuous.analyse_paired",
    "median_difference.signed_rank": f"{_HERE}.continuous.analyse_paired",
    "p_value.paired_t": f"{_HERE}.continuous.analyse_paired",
    "p_value.signed_rank": f"{_HERE}.continuous.analyse_paired",
    "p_value.rerandomise_sides": f"{_HERE}.continuous.analyse_paired",
    "median_difference.hodges_lehmann": f"{_HERE}.continuous.analyse",
    "p_value.repeated_measures_anova": f"{_HERE}.repeated.analyse_within",
    "change_difference.mixed_model": f"{_HERE}.repeated.analyse_within",
    "events.count": f"{_HERE}.survival.analyse",
    "survival.kaplan_meier": f"{_HERE}.survival.analyse",
    "median_time.kaplan_meier": f"{_HERE}.survival.analyse",
    "follow_up.reverse_kaplan_meier": f"{_HERE}.survival.analyse",
    "hazard_ratio.cox": f"{_HERE}.survival.analyse",
    "incidence.aalen_johansen": f"{_HERE}.survival.analyse_competing",
    "incidence_difference.aalen_johansen": f"{_HERE}.survival.analyse_competing",
    "p_value.gray": f"{_HERE}.survival.analyse_competing",
    "incidence.turnbull": f"{_HERE}.survival.analyse_competing",
    "p_value.interval_log_rank": f"{_HERE}.survival.analyse_competing",
    "mean_time.restricted": f"{_HERE}.survival.analyse_mean_times",
    "mean_time_difference.restricted": f"{_HERE}.survival.analyse_mean_times",
    "mean_time_ratio.restricted": f"{_HERE}.survival.analyse_mean_times",
    "hazard_ratio.cox_stratified": f"{_HERE}.survival.analyse_mean_times",
    "win_ratio.all_pairs": f"{_HERE}.continuous.analyse_hierarchy",
    "categories.count": f"{_HERE}.regression.analyse_ordinal",
    "odds_ratio.proportional_odds": f"{_HERE}.regression.analyse_ordinal",
    "odds_ratio.ordinal_mixed": f"{_HERE}.regression.analyse_ordinal",
    "p_value.rank_anova": f"{_HERE}.regression.analyse_ordinal",
    "equivalence.welch": f"{_HERE}.continuous.analyse_equivalence",
    "equivalence.paired_t": f"{_HERE}.continuous.analyse_equivalence",
    "correlation.pearson": f"{_HERE}.continuous.analyse_association",
    "correlation.spearman": f"{_HERE}.continuous.analyse_association",
    "p_value.weighted_log_rank": f"{_HERE}.survival.analyse_mean_times",
    "p_value.proportional_hazards": f"{_HERE}.survival.analyse_mean_times",
    "p_value.log_rank": f"{_HERE}.survival.analyse",
    "proportion.wald": f"{_HERE}.categorical.analyse",
    "proportion.agresti_coull": f"{_HERE}.categorical.analyse",
    "proportion.jeffreys": f"{_HERE}.categorical.analyse",
    "upper_bound.clopper_pearson": f"{_HERE}.categorical.analyse_margins",
    "upper_bound.rule_of_three": f"{_HERE}.categorical.analyse_margins",
    "risk_difference.agresti_caffo": f"{_HERE}.categorical.analyse",
    "risk_ratio.koopman": f"{_HERE}.categorical.analyse",
    "risk_ratio.miettinen_nurminen": f"{_HERE}.categorical.analyse",
    "risk_ratio.mantel_haenszel": f"{_HERE}.stratified.analyse",
    "odds_ratio.conditional": f"{_HERE}.stratified.analyse",
    "p_value.exact_conditional": f"{_HERE}.stratified.analyse",
    "p_value.zelen": f"{_HERE}.stratified.analyse",
    "p_value.chi_squared_table": f"{_HERE}.categorical.analyse_over_arms",
    "p_value.fisher_freeman_halton": f"{_HERE}.categorical.analyse_over_arms",
    "p_value.cmh_general_association": f"{_HERE}.categorical.analyse_over_arms",
    "p_value.cmh_row_mean_scores": f"{_HERE}.categorical.analyse_over_arms",
    "p_value.cochran_armitage": f"{_HERE}.categorical.analyse_over_arms",
    "p_value.logistic_interaction": f"{_HERE}.categorical.analyse_over_arms",
    "p_value.firth_interaction": f"{_HERE}.categorical.analyse_over_arms",
    "p_value.risk_difference_margin": f"{_HERE}.categorical.analyse_margins",
    "p_value.risk_difference_equivalence": f"{_HERE}.categorical.analyse_margins",
    "p_value.risk_ratio_margin": f"{_HERE}.categorical.analyse_margins",
    "p_value.barnard": f"{_HERE}.categorical.analyse_margins",
    "p_value.boschloo": f"{_HERE}.categorical.analyse_margins",
    "p_value.binomial": f"{_HERE}.categorical.analyse_margins",
    "proportion.missing_as_event": f"{_HERE}.missing.analyse",
    "risk_difference.missing_as_event": f"{_HERE}.missing.analyse",
    "proportion.missing_as_no_event": f"{_HERE}.missing.analyse",
    "risk_difference.missing_as_no_event": f"{_HERE}.missing.analyse",
    "proportion_bounds.best_worst": f"{_HERE}.missing.analyse",
    "risk_difference_bounds.best_worst": f"{_HERE}.missing.analyse",
    "tipping.fisher": f"{_HERE}.missing.analyse",
    "tipping.chi_squared": f"{_HERE}.missing.analyse",
    "risk_difference.multiple_imputation": f"{_HERE}.missing.analyse_imputation",
    "risk_difference.standardised": f"{_HERE}.regression.analyse",
    "risk_ratio.standardised": f"{_HERE}.regression.analyse",
    "risk_ratio.modified_poisson": f"{_HERE}.regression.analyse",
    "odds_ratio.logistic": f"{_HERE}.regression.analyse",
    "odds_ratio.firth": f"{_HERE}.regression.analyse",
    "fragility_index.fisher": f"{_HERE}.categorical.analyse_margins",
    "complier_difference.bloom": f"{_HERE}.categorical.analyse_compliers",
    "complier_difference_bounds.trimming": f"{_HERE}.categorical.analyse_compliers",
    "p_value.rerandomisation_exact": f"{_HERE}.resampling.analyse",
    "p_value.rerandomisation": f"{_HERE}.resampling.analyse",
    "odds_ratio.logistic_random_site": f"{_HERE}.regression.analyse",
}

# These see all visits of a subject at once, and of these some only subjects with every value.
OVER_VISITS = {key for key in MODULES if key.partition(".")[2] in methods.OVER_VISITS}
WHOLE_SUBJECTS = {key for key in MODULES if key.partition(".")[2] in methods.WHOLE_SUBJECTS}


def method(step: "Step") -> "Callable[[Cut, Step], Iterator[Result]]":
    """The function that runs a step."""
    return importlib.import_module(MODULES[step.key]).METHODS[step.key]
