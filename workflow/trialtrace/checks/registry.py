"""Checks of the plan's methods: "statistic.method" of a step to the module that holds its checks.

A module holds `CHECKS`: the methods as they stand in the results ("f.mixed_anova") -> a function
`(data, asked) -> Recomputed`, or None where the checker has no answer. What needs no step of the
plan (flow, baseline, adjusted p-values) is in the modules that `checks_for` always loads; these
import no statistical library by themselves.
"""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from trialtrace.config.steps import steps

if TYPE_CHECKING:
    from trialtrace.checks.data import Asked, Data
    from trialtrace.checks.outcome import Recomputed
    from trialtrace.config import Trial

    Check = Callable[[Data, Asked], Recomputed | None]

_HERE = "trialtrace.checks"

MODULES: dict[str, str] = {
    "proportion.wilson": f"{_HERE}.binary",
    "proportion.clopper_pearson": f"{_HERE}.binary",
    "risk_difference.newcombe": f"{_HERE}.binary",
    "risk_difference.wald": f"{_HERE}.binary",
    "risk_difference.miettinen_nurminen": f"{_HERE}.score",
    "risk_ratio.katz_log": f"{_HERE}.binary",
    "odds_ratio.woolf": f"{_HERE}.binary",
    "number_needed_to_treat.newcombe": f"{_HERE}.binary",
    "p_value.fisher": f"{_HERE}.binary",
    "p_value.chi_squared": f"{_HERE}.binary",
    "risk_difference.mantel_haenszel": f"{_HERE}.stratified",
    "odds_ratio.mantel_haenszel": f"{_HERE}.stratified",
    "p_value.cochran_mantel_haenszel": f"{_HERE}.stratified",
    "p_value.breslow_day": f"{_HERE}.stratified",
    "summary.descriptive": f"{_HERE}.descriptive",
    "mean_difference.welch": f"{_HERE}.scales",
    "p_value.welch_t": f"{_HERE}.scales",
    "probability_of_superiority.brunner_munzel": f"{_HERE}.scales",
    "p_value.mann_whitney": f"{_HERE}.scales",
    "p_value.mixed_anova": f"{_HERE}.repeated",
    "mean_difference.mmrm": f"{_HERE}.mixed",
    "mean_difference.ancova": f"{_HERE}.ancova",
    "mean_difference.random_site": f"{_HERE}.mixed",
    "mean_difference.paired_t": f"{_HERE}.paired",
    "mean_difference.paired_regression": f"{_HERE}.paired",
    "median_difference.signed_rank": f"{_HERE}.paired",
    "p_value.paired_t": f"{_HERE}.paired",
    "p_value.signed_rank": f"{_HERE}.paired",
    "p_value.rerandomise_sides": f"{_HERE}.paired",
    "median_difference.hodges_lehmann": f"{_HERE}.scales",
    "p_value.repeated_measures_anova": f"{_HERE}.within",
    "change_difference.mixed_model": f"{_HERE}.mixed",
    "events.count": f"{_HERE}.survival",
    "survival.kaplan_meier": f"{_HERE}.survival",
    "median_time.kaplan_meier": f"{_HERE}.survival",
    "follow_up.reverse_kaplan_meier": f"{_HERE}.survival",
    "hazard_ratio.cox": f"{_HERE}.survival",
    "incidence.aalen_johansen": f"{_HERE}.competing",
    "incidence_difference.aalen_johansen": f"{_HERE}.competing",
    "p_value.gray": f"{_HERE}.competing",
    "incidence.turnbull": f"{_HERE}.interval_times",
    "p_value.interval_log_rank": f"{_HERE}.interval_times",
    "mean_time.restricted": f"{_HERE}.mean_times",
    "mean_time_difference.restricted": f"{_HERE}.mean_times",
    "mean_time_ratio.restricted": f"{_HERE}.mean_times",
    "hazard_ratio.cox_stratified": f"{_HERE}.survival",
    "win_ratio.all_pairs": f"{_HERE}.hierarchy",
    "categories.count": f"{_HERE}.ordinal",
    "odds_ratio.proportional_odds": f"{_HERE}.ordinal",
    "odds_ratio.ordinal_mixed": f"{_HERE}.ordinal_grid",
    "p_value.rank_anova": f"{_HERE}.ordinal",
    "equivalence.welch": f"{_HERE}.equivalence",
    "equivalence.paired_t": f"{_HERE}.equivalence",
    "correlation.pearson": f"{_HERE}.association",
    "correlation.spearman": f"{_HERE}.association",
    "p_value.weighted_log_rank": f"{_HERE}.mean_times",
    "p_value.proportional_hazards": f"{_HERE}.mean_times",
    "p_value.log_rank": f"{_HERE}.survival",
    "proportion.wald": f"{_HERE}.one_proportion",
    "proportion.agresti_coull": f"{_HERE}.one_proportion",
    "proportion.jeffreys": f"{_HERE}.one_proportion",
    "upper_bound.clopper_pearson": f"{_HERE}.one_proportion",
    "upper_bound.rule_of_three": f"{_HERE}.one_proportion",
    "risk_difference.agresti_caffo": f"{_HERE}.score_ratio",
    "risk_ratio.koopman": f"{_HERE}.score_ratio",
    "risk_ratio.miettinen_nurminen": f"{_HERE}.score_ratio",
    "risk_ratio.mantel_haenszel": f"{_HERE}.exact",
    "odds_ratio.conditional": f"{_HERE}.exact",
    "p_value.exact_conditional": f"{_HERE}.exact",
    "p_value.zelen": f"{_HERE}.exact",
    "p_value.chi_squared_table": f"{_HERE}.over_arms",
    "p_value.fisher_freeman_halton": f"{_HERE}.over_arms",
    "p_value.cmh_general_association": f"{_HERE}.over_arms",
    "p_value.cmh_row_mean_scores": f"{_HERE}.over_arms",
    "p_value.cochran_armitage": f"{_HERE}.over_arms",
    "p_value.logistic_interaction": f"{_HERE}.models",
    "p_value.firth_interaction": f"{_HERE}.models",
    "p_value.risk_difference_margin": f"{_HERE}.score_ratio",
    "p_value.risk_difference_equivalence": f"{_HERE}.score_ratio",
    "p_value.risk_ratio_margin": f"{_HERE}.score_ratio",
    "p_value.barnard": f"{_HERE}.exact",
    "p_value.boschloo": f"{_HERE}.exact",
    "p_value.binomial": f"{_HERE}.one_proportion",
    "proportion.missing_as_event": f"{_HERE}.missing",
    "risk_difference.missing_as_event": f"{_HERE}.missing",
    "proportion.missing_as_no_event": f"{_HERE}.missing",
    "risk_difference.missing_as_no_event": f"{_HERE}.missing",
    "proportion_bounds.best_worst": f"{_HERE}.missing",
    "risk_difference_bounds.best_worst": f"{_HERE}.missing",
    "tipping.fisher": f"{_HERE}.missing",
    "tipping.chi_squared": f"{_HERE}.missing",
    "risk_difference.multiple_imputation": f"{_HERE}.imputation",
    "risk_difference.standardised": f"{_HERE}.adjusted",
    "risk_ratio.standardised": f"{_HERE}.adjusted",
    "risk_ratio.modified_poisson": f"{_HERE}.adjusted",
    "odds_ratio.logistic": f"{_HERE}.adjusted",
    "odds_ratio.firth": f"{_HERE}.adjusted",
    "fragility_index.fisher": f"{_HERE}.causal",
    "complier_difference.bloom": f"{_HERE}.causal",
    "complier_difference_bounds.trimming": f"{_HERE}.causal",
    "p_value.rerandomisation_exact": f"{_HERE}.rerandomisation",
    "p_value.rerandomisation": f"{_HERE}.rerandomisation",
    "odds_ratio.logistic_random_site": f"{_HERE}.adjusted",
}


def checks_for(trial: "Trial") -> "dict[str, Check]":
    """The checks that the trial's plan can need, by the method of a result."""
    from trialtrace.checks import adverse_events, descriptive, flow, multiplicity

    found = {**adverse_events.CHECKS, **flow.CHECKS, **descriptive.CHECKS, **multiplicity.CHECKS}
    names = {MODULES[key] for key in steps(trial) if key in MODULES}
    for name in sorted(names):
        found |= importlib.import_module(name).CHECKS
    return found
