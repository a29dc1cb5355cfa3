"""The families of methods: each has a module of cards."""

import importlib
from functools import cache

from trialtrace.trial.plan.card import Card

_HERE = "trialtrace.trial.plan"
FAMILIES = (
    "binary",
    "margins",
    "over_arms",
    "missing",
    "imputation",
    "stratified",
    "models",
    "causal",
    "scales",
    "association",
    "equivalence",
    "paired",
    "within",
    "repeated",
    "longitudinal",
    "ordinal",
    "survival",
    "competing",
    "mean_times",
    "hierarchy",
    "rerandomisation",
)


@cache
def cards() -> tuple[Card, ...]:
    """Every card, family by family."""
    modules = (importlib.import_module(f"{_HERE}.{name}") for name in FAMILIES)
    return tuple(card for module in modules for card in module.CARDS)
