"""Checks of the plan's methods: the group of checks that a card names, to its module.

A module holds `CHECKS`: the methods as they stand in the results ("f.mixed_anova") -> a function
`(data, asked) -> Recomputed`, or None where the checker has no answer. What needs no step of the
plan (flow, baseline, adjusted p-values) is in the modules that `checks_for` always loads; these
import no statistical library by themselves.
"""

import importlib
from typing import TYPE_CHECKING

from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.step_names import steps

if TYPE_CHECKING:
    from trialtrace.run.methods.checking.outcome import Check
    from trialtrace.run.trial.load import Trial

_HERE = "trialtrace.run.methods"

MODULES: dict[str, str] = {
    "categorical": f"{_HERE}.categorical.check",
    "margins": f"{_HERE}.categorical.check_one_proportion",
    "over_arms": f"{_HERE}.categorical.check_over_arms",
    "missing": f"{_HERE}.missing.check",
    "imputation": f"{_HERE}.missing.check_imputation",
    "imputed_means": f"{_HERE}.missing.check_means",
    "conditional_mean": f"{_HERE}.missing.check_conditional_mean",
    "stratified": f"{_HERE}.stratified.check",
    "stratified_score": f"{_HERE}.stratified.check_score",
    "regression": f"{_HERE}.regression.check",
    "compliers": f"{_HERE}.categorical.check_compliers",
    "paired_events": f"{_HERE}.categorical.check_paired",
    "continuous": f"{_HERE}.continuous.check",
    "ratios": f"{_HERE}.continuous.check_ratios",
    "several_arms": f"{_HERE}.continuous.check_several_arms",
    "ordered_arms": f"{_HERE}.continuous.check_ordered_arms",
    "friedman": f"{_HERE}.repeated.check_friedman",
    "box_m": f"{_HERE}.repeated.check_box_m",
    "association": f"{_HERE}.continuous.check_association",
    "equivalence": f"{_HERE}.continuous.check_equivalence",
    "risk_equivalence": f"{_HERE}.categorical.check_equivalence",
    "paired": f"{_HERE}.continuous.check_paired",
    "crossover": f"{_HERE}.continuous.check_crossover",
    "within": f"{_HERE}.repeated.check_within",
    "repeated": f"{_HERE}.repeated.check",
    "visit_pairs": f"{_HERE}.repeated.check_pairs",
    "mixed": f"{_HERE}.mixed.check",
    "ordinal": f"{_HERE}.regression.check_ordinal",
    "clusters": f"{_HERE}.regression.check_clusters",
    "estimating": f"{_HERE}.regression.check_visits",
    "survival": f"{_HERE}.survival.check",
    "competing": f"{_HERE}.survival.check_competing",
    "mean_times": f"{_HERE}.survival.check_mean_times",
    "curves": f"{_HERE}.survival.check_curves",
    "rates": f"{_HERE}.survival.check_rates",
    "hazards": f"{_HERE}.survival.check_hazards",
    "recurrent": f"{_HERE}.survival.check_recurrent",
    "recurrent_counts": f"{_HERE}.survival.check_counts",
    "hierarchy": f"{_HERE}.continuous.check_hierarchy",
    "resampling": f"{_HERE}.resampling.check",
    "stopped": f"{_HERE}.multiplicity.check_stopped",
    "interim": f"{_HERE}.multiplicity.check_interim",
    "bootstrap": f"{_HERE}.resampling.check_bootstrap",
    "score": f"{_HERE}.categorical.check_score",
    "one_proportion": f"{_HERE}.categorical.check_one_proportion",
    "score_ratio": f"{_HERE}.categorical.check_score_ratio",
    "exact": f"{_HERE}.categorical.check_exact",
    "interaction": f"{_HERE}.stratified.check_interaction",
    "descriptive": f"{_HERE}.continuous.check_descriptive",
    "ancova": f"{_HERE}.mixed.check_ancova",
    "ordinal_grid": f"{_HERE}.regression.check_ordinal_grid",
    "ordinal_visits": f"{_HERE}.regression.check_ordinal_visits",
    "interval_times": f"{_HERE}.survival.check_interval_times",
    "planning": f"{_HERE}.planning.check",
}


def checks_for(trial: "Trial") -> "dict[str, Check]":
    """The checks that the trial's plan can need, by the method of a result."""
    from trialtrace.run.methods.continuous import check_descriptive as descriptive
    from trialtrace.run.methods.displays import check_adverse_events as adverse_events
    from trialtrace.run.methods.displays import check_flow as flow
    from trialtrace.run.methods.multiplicity import check as multiplicity

    checks = {**adverse_events.CHECKS, **flow.CHECKS, **descriptive.CHECKS, **multiplicity.CHECKS}
    groups = {card_of(key).check for key in steps(trial)}
    groups |= {"planning"} if trial.plan.planning else set()
    names = {MODULES[group] for group in groups}
    for name in sorted(names):
        checks |= importlib.import_module(name).CHECKS
    return checks
