"""The formulas of cards: an analysis calls what its card names.

So an edit of a formula reruns the analyses whose cards name it, and no others of the family.
"""

import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from trialtrace.run.trial.plan.card import TEST
from trialtrace.run.trial.plan.gives import TWO_SIDED
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.results import statistics

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.steps import Step

STATS = "trialtrace.stats"
# What a test gives beside its own statistic.
BESIDE = (TEST, "df", "df1", "df2")

Formula = Callable[..., Any]


def formulas(step: "Step[object]") -> tuple[Formula, ...]:
    """The functions that the card of a step names, the first with the arguments that it fixes."""
    card = card_of(step.key)
    first, *others = map(_function, card.formulas)
    return (partial(first, **card.fixed) if card.fixed else first, *others)


def formula(step: "Step[object]") -> Formula:
    """The only or the first of them."""
    return formulas(step)[0]


def sided(step: "Step[object]", choices: dict[str, object]) -> tuple[Formula, Formula | None]:
    """The function of a two-sided test and, where its sides are one, that of the one-sided one.

    Takes `sides` out of the choices that the two-sided function knows.
    """
    two_sided, one_sided = formulas(step)
    sides = choices.pop("sides")
    return two_sided, None if sides == TWO_SIDED else partial(one_sided, sides=sides)


def _function(named: str) -> Formula:
    module, _, name = named.partition(":")
    function: Formula = getattr(importlib.import_module(f"{STATS}.{module}"), name)
    return function


def statistic_of(step: "Step[object]") -> str | None:
    """What the card of a test calls its statistic, as "chi_squared"; None where it has none."""
    names = (each.stat for each in statistics(step, own=False))
    return next((name for name in names if name not in BESIDE), None)
