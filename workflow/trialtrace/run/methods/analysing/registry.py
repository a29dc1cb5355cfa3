"""The module that runs each family of methods.

A module holds `METHODS`: "statistic.method" to a function `(cut, step) -> results`, or a statistic
to the function of all its methods, whose cards name their formulas.
"""

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trialtrace.run.trial.plan.registry import card_of

if TYPE_CHECKING:
    from trialtrace.run.methods.analysing.cuts import Cut
    from trialtrace.run.methods.analysing.rows import Result
    from trialtrace.run.trial.plan.steps import Step

_HERE = "trialtrace.run.methods"

MODULES: dict[str, str] = {
    "categorical": f"{_HERE}.categorical.analyse",
    "margins": f"{_HERE}.categorical.analyse_margins",
    "over_arms": f"{_HERE}.categorical.analyse_over_arms",
    "missing": f"{_HERE}.missing.analyse",
    "imputation": f"{_HERE}.missing.analyse_imputation",
    "imputed_means": f"{_HERE}.missing.analyse_means",
    "stratified": f"{_HERE}.stratified.analyse",
    "stratified_score": f"{_HERE}.stratified.analyse",
    "regression": f"{_HERE}.regression.analyse",
    "compliers": f"{_HERE}.categorical.analyse_compliers",
    "paired_events": f"{_HERE}.categorical.analyse_paired",
    "continuous": f"{_HERE}.continuous.analyse",
    "several_arms": f"{_HERE}.continuous.analyse_several_arms",
    "association": f"{_HERE}.continuous.analyse_association",
    "equivalence": f"{_HERE}.continuous.analyse_equivalence",
    "risk_equivalence": f"{_HERE}.categorical.analyse_equivalence",
    "paired": f"{_HERE}.continuous.analyse_paired",
    "crossover": f"{_HERE}.continuous.analyse_crossover",
    "within": f"{_HERE}.repeated.analyse_within",
    "repeated": f"{_HERE}.repeated.analyse",
    "visit_pairs": f"{_HERE}.repeated.analyse_pairs",
    "mixed": f"{_HERE}.mixed.analyse",
    "ordinal": f"{_HERE}.regression.analyse_ordinal",
    "clusters": f"{_HERE}.regression.analyse_clusters",
    "estimating": f"{_HERE}.regression.analyse_visits",
    "survival": f"{_HERE}.survival.analyse",
    "competing": f"{_HERE}.survival.analyse_competing",
    "mean_times": f"{_HERE}.survival.analyse_mean_times",
    "curves": f"{_HERE}.survival.analyse_curves",
    "rates": f"{_HERE}.survival.analyse_rates",
    "hazards": f"{_HERE}.survival.analyse_hazards",
    "recurrent": f"{_HERE}.survival.analyse_recurrent",
    "hierarchy": f"{_HERE}.continuous.analyse_hierarchy",
    "resampling": f"{_HERE}.resampling.analyse",
    "stopped": f"{_HERE}.multiplicity.analyse_stopped",
    "interim": f"{_HERE}.multiplicity.analyse_interim",
    "bootstrap": f"{_HERE}.resampling.analyse_bootstrap",
}


def method(step: "Step[object]") -> "Callable[[Cut, Step[object]], Iterator[Result]]":
    """The function that runs a step."""
    methods_of = importlib.import_module(MODULES[card_of(step.key).family]).METHODS
    key = step.key if step.key in methods_of else step.statistic
    function: Callable[[Cut, Step[object]], Iterator[Result]] = methods_of[key]
    return function
