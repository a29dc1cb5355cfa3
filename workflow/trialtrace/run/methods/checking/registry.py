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
    "over_arms": f"{_HERE}.categorical.check_over_arms",
    "missing": f"{_HERE}.missing.check",
    "imputation": f"{_HERE}.missing.check",
    "imputed_means": f"{_HERE}.missing.check_means",
    "conditional_mean": f"{_HERE}.missing.check_conditional_mean",
    "stratified": f"{_HERE}.stratified.check",
    "stratified_score": f"{_HERE}.stratified.check_score",
    "regression": f"{_HERE}.regression.check",
    "continuous": f"{_HERE}.continuous.check",
    "several_arms": f"{_HERE}.continuous.check_several_arms",
    "paired": f"{_HERE}.continuous.check_paired",
    "mixed": f"{_HERE}.mixed.check",
    "ordinal": f"{_HERE}.regression.check_ordinal",
    "clusters": f"{_HERE}.regression.check",
    "estimating": f"{_HERE}.regression.check_visits",
    "survival": f"{_HERE}.survival.check",
    "competing": f"{_HERE}.survival.check_competing",
    "mean_times": f"{_HERE}.survival.check_curves",
    "curves": f"{_HERE}.survival.check_curves",
    "recurrent": f"{_HERE}.survival.check_recurrent",
    "hazards": f"{_HERE}.survival.check_hazards",
    "association": f"{_HERE}.continuous.check_hierarchy",
    "hierarchy": f"{_HERE}.continuous.check_hierarchy",
    "resampling": f"{_HERE}.resampling.check",
    "stopped": f"{_HERE}.multiplicity.check_interim",
    "exact": f"{_HERE}.categorical.check_exact",
    "descriptive": f"{_HERE}.continuous.check_descriptive",
    "ancova": f"{_HERE}.mixed.check_ancova",
    "ordinal_grid": f"{_HERE}.regression.check_ordinal_grid",
    "ordinal_visits": f"{_HERE}.regression.check_ordinal_visits",
    "planning": f"{_HERE}.planning.check",
}


def checks_for(trial: "Trial") -> "dict[str, Check]":
    """The checks that the trial's plan can need, by the method of a result."""
    from trialtrace.run.methods.checking import by_card
    from trialtrace.run.methods.continuous import check_descriptive as descriptive
    from trialtrace.run.methods.displays import check_flow as flow
    from trialtrace.run.methods.multiplicity import check as multiplicity

    checks = {**flow.CHECKS, **descriptive.CHECKS, **multiplicity.CHECKS}
    cards = [card_of(key) for key in steps(trial)]
    groups = {card.check for card in cards if not card.second}
    groups |= {"planning"} if trial.plan.planning else set()
    names = {MODULES[group] for group in groups}
    for name in sorted(names):
        checks |= importlib.import_module(name).CHECKS
    for card in cards:
        checks |= by_card.checks_of(card) if card.second else {}
    return checks
