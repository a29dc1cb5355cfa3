"""Methods of the plan: "statistic.method" to the module that runs it.

A module holds `METHODS`: the same keys, each with a function `(cut, step) -> results`. Adding a
method is a function, an entry there, a line here, and a check in `trialtrace.checks`.
"""

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trialtrace.config import methods

if TYPE_CHECKING:
    from trialtrace.analyses.cuts import Cut
    from trialtrace.analyses.rows import Result
    from trialtrace.config.model import Step

_HERE = "trialtrace.analyses"

MODULES: dict[str, str] = {
    "proportion.wilson": f"{_HERE}.binary",
    "proportion.clopper_pearson": f"{_HERE}.binary",
    "risk_difference.newcombe": f"{_HERE}.binary",
    "risk_difference.wald": f"{_HERE}.binary",
    "risk_difference.miettinen_nurminen": f"{_HERE}.binary",
    "risk_ratio.katz_log": f"{_HERE}.binary",
    "odds_ratio.woolf": f"{_HERE}.binary",
    "number_needed_to_treat.newcombe": f"{_HERE}.binary",
    "p_value.fisher": f"{_HERE}.binary",
    "p_value.chi_squared": f"{_HERE}.binary",
    "risk_difference.mantel_haenszel": f"{_HERE}.stratified",
    "odds_ratio.mantel_haenszel": f"{_HERE}.stratified",
    "p_value.cochran_mantel_haenszel": f"{_HERE}.stratified",
    "p_value.breslow_day": f"{_HERE}.stratified",
    "summary.descriptive": f"{_HERE}.scales",
    "mean_difference.welch": f"{_HERE}.scales",
    "p_value.welch_t": f"{_HERE}.scales",
    "probability_of_superiority.brunner_munzel": f"{_HERE}.scales",
    "p_value.mann_whitney": f"{_HERE}.scales",
    "p_value.mixed_anova": f"{_HERE}.repeated",
    "mean_difference.mmrm": f"{_HERE}.longitudinal",
    "mean_difference.ancova": f"{_HERE}.longitudinal",
    "mean_difference.random_site": f"{_HERE}.longitudinal",
    "mean_difference.paired_t": f"{_HERE}.paired",
    "mean_difference.paired_regression": f"{_HERE}.paired",
    "median_difference.signed_rank": f"{_HERE}.paired",
    "p_value.paired_t": f"{_HERE}.paired",
    "p_value.signed_rank": f"{_HERE}.paired",
    "p_value.rerandomise_sides": f"{_HERE}.paired",
    "median_difference.hodges_lehmann": f"{_HERE}.scales",
    "p_value.repeated_measures_anova": f"{_HERE}.within",
    "change_difference.mixed_model": f"{_HERE}.within",
    "events.count": f"{_HERE}.survival",
    "survival.kaplan_meier": f"{_HERE}.survival",
    "median_time.kaplan_meier": f"{_HERE}.survival",
    "follow_up.reverse_kaplan_meier": f"{_HERE}.survival",
    "hazard_ratio.cox": f"{_HERE}.survival",
    "incidence.aalen_johansen": f"{_HERE}.competing",
    "incidence_difference.aalen_johansen": f"{_HERE}.competing",
    "p_value.gray": f"{_HERE}.competing",
    "incidence.turnbull": f"{_HERE}.competing",
    "p_value.interval_log_rank": f"{_HERE}.competing",
    "mean_time.restricted": f"{_HERE}.mean_times",
    "mean_time_difference.restricted": f"{_HERE}.mean_times",
    "mean_time_ratio.restricted": f"{_HERE}.mean_times",
    "hazard_ratio.cox_stratified": f"{_HERE}.mean_times",
    "win_ratio.all_pairs": f"{_HERE}.hierarchy",
    "categories.count": f"{_HERE}.ordinal",
    "odds_ratio.proportional_odds": f"{_HERE}.ordinal",
    "odds_ratio.ordinal_mixed": f"{_HERE}.ordinal",
    "p_value.rank_anova": f"{_HERE}.ordinal",
    "equivalence.welch": f"{_HERE}.equivalence",
    "equivalence.paired_t": f"{_HERE}.equivalence",
    "correlation.pearson": f"{_HERE}.association",
    "correlation.spearman": f"{_HERE}.association",
    "p_value.weighted_log_rank": f"{_HERE}.mean_times",
    "p_value.proportional_hazards": f"{_HERE}.mean_times",
    "p_value.log_rank": f"{_HERE}.survival",
    "proportion.wald": f"{_HERE}.binary",
    "proportion.agresti_coull": f"{_HERE}.binary",
    "proportion.jeffreys": f"{_HERE}.binary",
    "upper_bound.clopper_pearson": f"{_HERE}.margins",
    "upper_bound.rule_of_three": f"{_HERE}.margins",
    "risk_difference.agresti_caffo": f"{_HERE}.binary",
    "risk_ratio.koopman": f"{_HERE}.binary",
    "risk_ratio.miettinen_nurminen": f"{_HERE}.binary",
    "risk_ratio.mantel_haenszel": f"{_HERE}.stratified",
    "odds_ratio.conditional": f"{_HERE}.stratified",
    "p_value.exact_conditional": f"{_HERE}.stratified",
    "p_value.zelen": f"{_HERE}.stratified",
    "p_value.chi_squared_table": f"{_HERE}.over_arms",
    "p_value.fisher_freeman_halton": f"{_HERE}.over_arms",
    "p_value.cmh_general_association": f"{_HERE}.over_arms",
    "p_value.cmh_row_mean_scores": f"{_HERE}.over_arms",
    "p_value.cochran_armitage": f"{_HERE}.over_arms",
    "p_value.logistic_interaction": f"{_HERE}.over_arms",
    "p_value.firth_interaction": f"{_HERE}.over_arms",
    "p_value.risk_difference_margin": f"{_HERE}.margins",
    "p_value.risk_difference_equivalence": f"{_HERE}.margins",
    "p_value.risk_ratio_margin": f"{_HERE}.margins",
    "p_value.barnard": f"{_HERE}.margins",
    "p_value.boschloo": f"{_HERE}.margins",
    "p_value.binomial": f"{_HERE}.margins",
    "proportion.missing_as_event": f"{_HERE}.missing",
    "risk_difference.missing_as_event": f"{_HERE}.missing",
    "proportion.missing_as_no_event": f"{_HERE}.missing",
    "risk_difference.missing_as_no_event": f"{_HERE}.missing",
    "proportion_bounds.best_worst": f"{_HERE}.missing",
    "risk_difference_bounds.best_worst": f"{_HERE}.missing",
    "tipping.fisher": f"{_HERE}.missing",
    "tipping.chi_squared": f"{_HERE}.missing",
    "risk_difference.multiple_imputation": f"{_HERE}.imputation",
    "risk_difference.standardised": f"{_HERE}.models",
    "risk_ratio.standardised": f"{_HERE}.models",
    "risk_ratio.modified_poisson": f"{_HERE}.models",
    "odds_ratio.logistic": f"{_HERE}.models",
    "odds_ratio.firth": f"{_HERE}.models",
    "fragility_index.fisher": f"{_HERE}.margins",
    "complier_difference.bloom": f"{_HERE}.causal",
    "complier_difference_bounds.trimming": f"{_HERE}.causal",
    "p_value.rerandomisation_exact": f"{_HERE}.rerandomisation",
    "p_value.rerandomisation": f"{_HERE}.rerandomisation",
    "odds_ratio.logistic_random_site": f"{_HERE}.models",
}

# These see all visits of a subject at once, and of these some only subjects with every value.
OVER_VISITS = {key for key in MODULES if key.partition(".")[2] in methods.OVER_VISITS}
WHOLE_SUBJECTS = {key for key in MODULES if key.partition(".")[2] in methods.WHOLE_SUBJECTS}


def method(step: "Step") -> "Callable[[Cut, Step], Iterator[Result]]":
    """The function that runs a step."""
    return importlib.import_module(MODULES[step.key]).METHODS[step.key]
