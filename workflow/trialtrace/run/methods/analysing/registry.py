"""The module that runs each family of methods whose cards do not say it.

A module holds `METHODS`: "statistic.method" to a function `(cut, step) -> results`, or a statistic
to the function of all its methods, whose cards name their formulas.
"""

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trialtrace.run.methods.inputs import function
from trialtrace.run.trial.plan.registry import card_of

if TYPE_CHECKING:
    from trialtrace.run.methods.analysing.cuts import Cut
    from trialtrace.run.methods.analysing.rows import Result
    from trialtrace.run.trial.plan.steps import Step

_HERE = "trialtrace.run.methods"

MODULES: dict[str, str] = {
    "missing": f"{_HERE}.missing.analyse",
    "imputation": f"{_HERE}.missing.analyse_imputation",
    "imputed_means": f"{_HERE}.missing.analyse_means",
    "stratified": f"{_HERE}.stratified.analyse",
    "stratified_score": f"{_HERE}.stratified.analyse",
    "regression": f"{_HERE}.regression.analyse",
    "continuous": f"{_HERE}.continuous.analyse",
    "several_arms": f"{_HERE}.continuous.analyse",
    "paired": f"{_HERE}.continuous.analyse_paired",
    "mixed": f"{_HERE}.mixed.analyse",
    "ordinal": f"{_HERE}.regression.analyse",
    "clusters": f"{_HERE}.regression.analyse_clusters",
    "estimating": f"{_HERE}.regression.analyse_visits",
    "survival": f"{_HERE}.survival.analyse",
    "competing": f"{_HERE}.survival.analyse_competing",
    "mean_times": f"{_HERE}.survival.analyse_mean_times",
    "curves": f"{_HERE}.survival.analyse_mean_times",
    "recurrent": f"{_HERE}.survival.analyse_recurrent",
    "association": f"{_HERE}.continuous.analyse_paired",
    "hierarchy": f"{_HERE}.continuous.analyse_hierarchy",
    "resampling": f"{_HERE}.resampling.analyse",
    "stopped": f"{_HERE}.multiplicity.analyse_interim",
}


def method(step: "Step[object]") -> "Callable[[Cut, Step[object]], Iterator[Result]]":
    """The function that runs a step."""
    card = card_of(step.key)
    if card.run:
        return function(card.run)
    if card.inputs:
        from trialtrace.run.methods.analysing.by_card import run

        return run
    methods_of = importlib.import_module(MODULES[card.family]).METHODS
    key = step.key if step.key in methods_of else step.statistic
    return methods_of[key]
