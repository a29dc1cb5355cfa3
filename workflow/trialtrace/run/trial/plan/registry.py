"""The families of methods: each has a module of cards. What follows from all cards stands here."""

import importlib
from dataclasses import replace
from functools import cache

from trialtrace.run.trial.plan.card import TEST, Card, Named
from trialtrace.run.trial.plan.statistics import STATISTICS

_HERE = "trialtrace.run.trial.plan.cards"

# Statistic and method of a step to the module of its card: a job reads those of its plan alone.
MODULES: dict[str, str] = {
    "proportion.wilson": f"{_HERE}.categorical",
    "proportion.clopper_pearson": f"{_HERE}.categorical",
    "risk_difference.newcombe": f"{_HERE}.categorical",
    "risk_difference.wald": f"{_HERE}.categorical",
    "risk_difference.miettinen_nurminen": f"{_HERE}.categorical",
    "risk_difference.mee": f"{_HERE}.categorical",
    "risk_ratio.katz_log": f"{_HERE}.categorical",
    "odds_ratio.woolf": f"{_HERE}.categorical",
    "number_needed_to_treat.newcombe": f"{_HERE}.categorical",
    "p_value.fisher": f"{_HERE}.categorical",
    "p_value.chi_squared": f"{_HERE}.categorical",
    "proportion.wald": f"{_HERE}.categorical",
    "proportion.agresti_coull": f"{_HERE}.categorical",
    "proportion.jeffreys": f"{_HERE}.categorical",
    "risk_difference.agresti_caffo": f"{_HERE}.categorical",
    "risk_ratio.koopman": f"{_HERE}.categorical",
    "risk_ratio.miettinen_nurminen": f"{_HERE}.categorical",
    "upper_bound.clopper_pearson": f"{_HERE}.margins",
    "upper_bound.rule_of_three": f"{_HERE}.margins",
    "p_value.risk_difference_margin": f"{_HERE}.margins",
    "p_value.risk_difference_equivalence": f"{_HERE}.margins",
    "p_value.risk_ratio_margin": f"{_HERE}.margins",
    "p_value.barnard": f"{_HERE}.margins",
    "p_value.boschloo": f"{_HERE}.margins",
    "p_value.binomial": f"{_HERE}.margins",
    "fragility_index.fisher": f"{_HERE}.margins",
    "p_value.chi_squared_table": f"{_HERE}.over_arms",
    "p_value.fisher_freeman_halton": f"{_HERE}.over_arms",
    "p_value.fisher_freeman_halton_drawn": f"{_HERE}.over_arms",
    "p_value.cmh_general_association": f"{_HERE}.over_arms",
    "p_value.cmh_general_association_exact": f"{_HERE}.over_arms",
    "p_value.cmh_row_mean_scores": f"{_HERE}.over_arms",
    "p_value.cochran_armitage": f"{_HERE}.over_arms",
    "p_value.logistic_interaction": f"{_HERE}.over_arms",
    "p_value.firth_interaction": f"{_HERE}.over_arms",
    "proportion.missing_as_event": f"{_HERE}.missing",
    "risk_difference.missing_as_event": f"{_HERE}.missing",
    "proportion.missing_as_no_event": f"{_HERE}.missing",
    "risk_difference.missing_as_no_event": f"{_HERE}.missing",
    "proportion_bounds.best_worst": f"{_HERE}.missing",
    "risk_difference_bounds.best_worst": f"{_HERE}.missing",
    "tipping.fisher": f"{_HERE}.missing",
    "tipping.chi_squared": f"{_HERE}.missing",
    "risk_difference.multiple_imputation": f"{_HERE}.imputation",
    "mean_difference.monotone_imputation": f"{_HERE}.imputed_means",
    "mean_difference.chained_imputation": f"{_HERE}.imputed_means",
    "mean_difference.delta_adjusted_imputation": f"{_HERE}.imputed_means",
    "mean_difference.reference_based_imputation": f"{_HERE}.imputed_means",
    "mean_difference.conditional_mean_imputation": f"{_HERE}.imputed_means",
    "mean_difference.last_observation_carried_forward": f"{_HERE}.imputed_means",
    "mean_difference.baseline_observation_carried_forward": f"{_HERE}.imputed_means",
    "mean_difference.worst_observation_carried_forward": f"{_HERE}.imputed_means",
    "risk_difference.mantel_haenszel": f"{_HERE}.stratified",
    "odds_ratio.mantel_haenszel": f"{_HERE}.stratified",
    "p_value.cochran_mantel_haenszel": f"{_HERE}.stratified",
    "p_value.breslow_day": f"{_HERE}.stratified",
    "risk_ratio.mantel_haenszel": f"{_HERE}.stratified",
    "odds_ratio.conditional": f"{_HERE}.stratified",
    "p_value.exact_conditional": f"{_HERE}.stratified",
    "p_value.zelen": f"{_HERE}.stratified",
    "risk_difference.stratified_miettinen_nurminen": f"{_HERE}.stratified_score",
    "risk_difference.summary_score": f"{_HERE}.stratified_score",
    "risk_difference.stratified_newcombe": f"{_HERE}.stratified_score",
    "risk_ratio.stratified_miettinen_nurminen": f"{_HERE}.stratified_score",
    "p_value.stratified_risk_difference_margin": f"{_HERE}.stratified_score",
    "p_value.stratified_risk_ratio_margin": f"{_HERE}.stratified_score",
    "risk_difference.standardised": f"{_HERE}.regression",
    "risk_ratio.standardised": f"{_HERE}.regression",
    "risk_ratio.modified_poisson": f"{_HERE}.regression",
    "odds_ratio.logistic": f"{_HERE}.regression",
    "odds_ratio.firth": f"{_HERE}.regression",
    "odds_ratio.logistic_random_site": f"{_HERE}.regression",
    "complier_difference.bloom": f"{_HERE}.compliers",
    "complier_difference_bounds.trimming": f"{_HERE}.compliers",
    "summary.descriptive": f"{_HERE}.continuous",
    "mean_difference.welch": f"{_HERE}.continuous",
    "p_value.welch_t": f"{_HERE}.continuous",
    "mean_difference.student": f"{_HERE}.continuous",
    "p_value.student_t": f"{_HERE}.continuous",
    "geometric_mean_ratio.log_welch": f"{_HERE}.continuous",
    "geometric_mean_ratio.log_student": f"{_HERE}.continuous",
    "ratio_of_medians.bonett_price": f"{_HERE}.continuous",
    "probability_of_superiority.brunner_munzel": f"{_HERE}.continuous",
    "p_value.mann_whitney": f"{_HERE}.continuous",
    "median_difference.hodges_lehmann": f"{_HERE}.continuous",
    "mean_difference.dunnett": f"{_HERE}.several_arms",
    "mean_difference.tukey": f"{_HERE}.several_arms",
    "mean_contrast.pooled_variance": f"{_HERE}.several_arms",
    "mean_contrast.max_t": f"{_HERE}.several_arms",
    "mean_trend.linear": f"{_HERE}.several_arms",
    "p_value.jonckheere_terpstra": f"{_HERE}.several_arms",
    "p_value.jonckheere_terpstra_exact": f"{_HERE}.several_arms",
    "p_value.williams": f"{_HERE}.several_arms",
    "correlation.pearson": f"{_HERE}.association",
    "correlation.spearman": f"{_HERE}.association",
    "equivalence.welch": f"{_HERE}.equivalence",
    "equivalence.student": f"{_HERE}.equivalence",
    "equivalence.paired_t": f"{_HERE}.equivalence",
    "non_inferiority.welch": f"{_HERE}.equivalence",
    "non_inferiority.student": f"{_HERE}.equivalence",
    "non_inferiority.paired_t": f"{_HERE}.equivalence",
    "equivalence.risk_difference": f"{_HERE}.risk_equivalence",
    "equivalence.risk_ratio": f"{_HERE}.risk_equivalence",
    "equivalence.odds_ratio": f"{_HERE}.risk_equivalence",
    "equivalence.paired_risk_difference": f"{_HERE}.risk_equivalence",
    "non_inferiority.risk_difference": f"{_HERE}.risk_equivalence",
    "non_inferiority.risk_ratio": f"{_HERE}.risk_equivalence",
    "non_inferiority.odds_ratio": f"{_HERE}.risk_equivalence",
    "non_inferiority.paired_risk_difference": f"{_HERE}.risk_equivalence",
    "mean_difference.paired_t": f"{_HERE}.paired",
    "fold_change.paired_t": f"{_HERE}.paired",
    "mean_difference.paired_regression": f"{_HERE}.paired",
    "median_difference.signed_rank": f"{_HERE}.paired",
    "p_value.paired_t": f"{_HERE}.paired",
    "p_value.signed_rank": f"{_HERE}.paired",
    "p_value.rerandomise_sides": f"{_HERE}.paired",
    "risk_difference.newcombe_paired": f"{_HERE}.paired_events",
    "risk_difference.wald_paired": f"{_HERE}.paired_events",
    "risk_difference.tango": f"{_HERE}.paired_events",
    "p_value.mcnemar": f"{_HERE}.paired_events",
    "p_value.mcnemar_exact": f"{_HERE}.paired_events",
    "p_value.paired_risk_difference_margin": f"{_HERE}.paired_events",
    "p_value.cochran_q": f"{_HERE}.paired_events",
    "mean_difference.crossover": f"{_HERE}.crossover",
    "p_value.crossover_t": f"{_HERE}.crossover",
    "p_value.mainland_gart": f"{_HERE}.crossover",
    "p_value.prescott": f"{_HERE}.crossover",
    "p_value.repeated_measures_anova": f"{_HERE}.within",
    "change_difference.mixed_model": f"{_HERE}.within",
    "change_difference.unstructured_differences": f"{_HERE}.within",
    "change_difference.unstructured_cells": f"{_HERE}.within",
    "visit_contrast.own_error": f"{_HERE}.repeated",
    "p_value.visit_pairs": f"{_HERE}.visit_pairs",
    "p_value.visit_pairs_compared": f"{_HERE}.visit_pairs",
    "p_value.box_m": f"{_HERE}.repeated",
    "p_value.friedman": f"{_HERE}.repeated",
    "p_value.friedman_exact": f"{_HERE}.repeated",
    "p_value.mixed_anova": f"{_HERE}.repeated",
    "mean_difference.mmrm": f"{_HERE}.mixed",
    "mean_difference.ancova": f"{_HERE}.mixed",
    "mean_difference.ancova_dunnett": f"{_HERE}.mixed",
    "mean_difference.random_site": f"{_HERE}.mixed",
    "categories.count": f"{_HERE}.ordinal",
    "odds_ratio.proportional_odds": f"{_HERE}.ordinal",
    "odds_ratio.ordinal_mixed": f"{_HERE}.ordinal",
    "p_value.rank_anova": f"{_HERE}.ordinal",
    "mean_difference.clustered": f"{_HERE}.clusters",
    "odds_ratio.clustered": f"{_HERE}.clusters",
    "mean_difference.cluster_means": f"{_HERE}.clusters",
    "risk_difference.cluster_means": f"{_HERE}.clusters",
    "mean_difference.random_cluster": f"{_HERE}.clusters",
    "mean_difference.gee": f"{_HERE}.estimating",
    "odds_ratio.gee": f"{_HERE}.estimating",
    "odds_ratio.ordinal_gee": f"{_HERE}.estimating",
    "slope_difference.gee": f"{_HERE}.estimating",
    "slope_odds_ratio.gee": f"{_HERE}.estimating",
    "slope_odds_ratio.logistic_mixed": f"{_HERE}.estimating",
    "odds_ratio.logistic_mixed": f"{_HERE}.estimating",
    "events.count": f"{_HERE}.survival",
    "survival.kaplan_meier": f"{_HERE}.survival",
    "median_time.kaplan_meier": f"{_HERE}.survival",
    "follow_up.reverse_kaplan_meier": f"{_HERE}.survival",
    "hazard_ratio.cox": f"{_HERE}.survival",
    "p_value.log_rank": f"{_HERE}.survival",
    "incidence.aalen_johansen": f"{_HERE}.competing",
    "incidence_difference.aalen_johansen": f"{_HERE}.competing",
    "subdistribution_hazard_ratio.fine_gray": f"{_HERE}.competing",
    "p_value.gray": f"{_HERE}.competing",
    "incidence.turnbull": f"{_HERE}.competing",
    "p_value.interval_log_rank": f"{_HERE}.competing",
    "mean_time.restricted": f"{_HERE}.mean_times",
    "mean_time_difference.restricted": f"{_HERE}.mean_times",
    "mean_time_ratio.restricted": f"{_HERE}.mean_times",
    "hazard_ratio.cox_stratified": f"{_HERE}.mean_times",
    "p_value.weighted_log_rank": f"{_HERE}.mean_times",
    "p_value.proportional_hazards": f"{_HERE}.mean_times",
    "hazard_ratio.cox_adjusted": f"{_HERE}.hazards",
    "p_value.hazard_ratio_margin": f"{_HERE}.hazards",
    "survival_difference.kaplan_meier": f"{_HERE}.curves",
    "survival_ratio.kaplan_meier": f"{_HERE}.curves",
    "p_value.log_rank_stratified": f"{_HERE}.curves",
    "p_value.gehan": f"{_HERE}.curves",
    "p_value.tarone_ware": f"{_HERE}.curves",
    "rate.garwood": f"{_HERE}.rates",
    "rate_difference.poisson_wald": f"{_HERE}.rates",
    "rate_ratio.poisson_exact": f"{_HERE}.rates",
    "events.recurrent": f"{_HERE}.recurrent",
    "mean_events.lawless_nadeau": f"{_HERE}.recurrent",
    "rate_ratio.andersen_gill": f"{_HERE}.recurrent",
    "rate_ratio.lwyy": f"{_HERE}.recurrent",
    "rate_ratio.andersen_gill_stratified": f"{_HERE}.recurrent",
    "rate_ratio.lwyy_stratified": f"{_HERE}.recurrent",
    "rate_ratio.poisson_regression": f"{_HERE}.recurrent",
    "rate_ratio.negative_binomial": f"{_HERE}.recurrent",
    "win_ratio.all_pairs": f"{_HERE}.hierarchy",
    "mean_difference.median_unbiased": f"{_HERE}.stopped",
    "risk_difference.median_unbiased": f"{_HERE}.stopped",
    "risk_ratio.median_unbiased": f"{_HERE}.stopped",
    "odds_ratio.median_unbiased": f"{_HERE}.stopped",
    "hazard_ratio.median_unbiased": f"{_HERE}.stopped",
    "conditional_power.of_mean_difference": f"{_HERE}.interim",
    "conditional_power.of_risk_difference": f"{_HERE}.interim",
    "conditional_power.of_risk_ratio": f"{_HERE}.interim",
    "conditional_power.of_odds_ratio": f"{_HERE}.interim",
    "conditional_power.of_hazard_ratio": f"{_HERE}.interim",
    "futility_limit.of_mean_difference": f"{_HERE}.interim",
    "futility_limit.of_risk_difference": f"{_HERE}.interim",
    "futility_limit.of_risk_ratio": f"{_HERE}.interim",
    "futility_limit.of_odds_ratio": f"{_HERE}.interim",
    "futility_limit.of_hazard_ratio": f"{_HERE}.interim",
    "mean_difference.gee_line": f"{_HERE}.estimating",
    "odds_ratio.gee_line": f"{_HERE}.estimating",
    "odds_ratio.logistic_mixed_line": f"{_HERE}.estimating",
    "mean_difference.bootstrap": f"{_HERE}.bootstrap",
    "difference_of_medians.bootstrap": f"{_HERE}.bootstrap",
    "risk_difference.bootstrap": f"{_HERE}.bootstrap",
    "p_value.rerandomisation_exact": f"{_HERE}.resampling",
    "p_value.rerandomisation": f"{_HERE}.resampling",
}


@cache
def _family(module: str) -> dict[str, Card]:
    """The cards of a module by their step."""
    name = module.rpartition(".")[2]
    return {
        card.step: replace(card, family=name, check=card.check or name)
        for card in importlib.import_module(module).CARDS
    }


def card_of(step: str) -> Card:
    """The card of a statistic.method. Raises KeyError where there is none."""
    return _family(MODULES[step])[step]


@cache
def cards() -> tuple[Card, ...]:
    """Every card, in the order of the registry."""
    return tuple(card_of(step) for step in MODULES)


@cache
def of_method(method: str) -> tuple[Card, ...]:
    """The cards whose results bear a method, by its own name or another."""
    own = tuple(card_of(step) for step in MODULES if step.partition(".")[2] == method)
    return own or tuple(card for card in cards() if method in card.also)


@cache
def title_of(method: str) -> Named | None:
    """What a method is, as results name it, and where it is described."""
    for card in of_method(method):
        if card.title and card.method == method:
            return Named(card.title, card.reference)
        if method in card.also:
            return card.also[method]
    return None


@cache
def tested_by(method: str) -> Named | None:
    """The test of a method whose title is that of an estimate or an interval."""
    title = title_of(method)
    named = next((card.tested for card in of_method(method) if card.tested), "")
    return Named(named, title.reference) if named and title else None


def comparing(how: str) -> list[str]:
    """Methods that compare "within" or "between" subjects."""
    return list(dict.fromkeys(card.method for card in cards() if card.compares == how))


def step_key(section: str, name: str, method: str) -> str:
    """statistic.method of a step; the principal statistic of a test is its p-value."""
    return f"{name if section in ('describe', 'estimates') else TEST}.{method}"


def kinds_of(section: str, statistic: str, method: str) -> tuple[str, ...]:
    """The kinds of endpoint that a step suits."""
    return card_of(step_key(section, statistic, method)).kinds or STATISTICS[statistic].kinds


def narrower(statistic: str, method: str) -> bool:
    """Whether a method does not suit all kinds of endpoint of its statistic."""
    return statistic in STATISTICS and bool(card_of(f"{statistic}.{method}").kinds)


def suited(section: str, kind: str) -> list[str]:
    """What a section offers for a kind of endpoint."""
    if section in ("tests", "interaction"):
        tests = (card for card in cards() if card.statistic == TEST and kind in card.kinds)
        return [card.method for card in tests if section == "tests" or card.interaction]
    return [
        name for name, each in STATISTICS.items() if each.section == section and kind in each.kinds
    ]
