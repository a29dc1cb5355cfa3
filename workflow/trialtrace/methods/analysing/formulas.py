"""The formulas of cards: what a family that runs all its formulas alike calls."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from trialtrace.trial.plan.registry import card_of

if TYPE_CHECKING:
    from trialtrace.trial.plan.steps import Step

STATS = "trialtrace.stats"


def formula(step: "Step[object]") -> Callable[..., Any]:
    """The function that the card of a step names, with the arguments that it fixes."""
    card = card_of(step.key)
    module, _, name = card.formula.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(f"{STATS}.{module}"), name)
    return partial(function, **card.fixed) if card.fixed else function
