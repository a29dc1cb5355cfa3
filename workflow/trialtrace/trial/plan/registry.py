"""The families of methods: each has a module of cards."""

import importlib
from functools import cache

from trialtrace.trial.plan.card import Card

_HERE = "trialtrace.trial.plan"
FAMILIES = (
    "categorical",
    "margins",
    "over_arms",
    "missing",
    "imputation",
    "stratified",
    "regression",
    "compliers",
    "continuous",
    "association",
    "equivalence",
    "paired",
    "within",
    "repeated",
    "mixed",
    "ordinal",
    "survival",
    "competing",
    "mean_times",
    "hierarchy",
    "resampling",
)


@cache
def cards() -> tuple[Card, ...]:
    """Every card, family by family."""
    modules = (importlib.import_module(f"{_HERE}.{name}") for name in FAMILIES)
    return tuple(card for module in modules for card in module.CARDS)
