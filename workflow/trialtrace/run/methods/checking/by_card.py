"""The checks of a card that names its inputs: its second computation over rows chosen anew."""

import importlib
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import EXACT, ITERATIVE, Answer, Check, by_name, peer
from trialtrace.run.methods.inputs import INPUTS, Inputs, function
from trialtrace.run.trial.plan.card import Card, Second
from trialtrace.run.trial.plan.gives import EVENTS, Gives

# What libraries call the parts of a test.
OF_LIBRARIES = {"p_value": ("pvalue",), "df": ("df", "dof")}


def checks_of(card: Card) -> dict[str, Check]:
    """The check of each result of a card, by its name."""
    given = card.gives.results if isinstance(card.gives, Gives) else ()
    stats = dict.fromkeys(one.stat for one in given if one != EVENTS) or [card.statistic]
    seconds = {card.method: card.second} if isinstance(card.second, Second) else card.second
    inputs = INPUTS.get(card.inputs)
    checks = by_name(
        {
            name if "." in name else f"{','.join(stats)}.{name}": _check(second, inputs)
            for name, second in seconds.items()
        }
    )
    return checks | ({"count.events": function(inputs.count)} if inputs and inputs.count else {})


def _check(second: Second, inputs: Inputs | None) -> Check:
    if inputs is None:
        return function(second.function)
    compute: Callable[..., Answer]
    if second.function:
        compute = function(second.function)
    else:
        compute = partial(_by_library, second, function(inputs.library))
    if second.fixed:
        compute = update_wrapper(partial(compute, **second.fixed), compute)
    tolerance = ITERATIVE if second.iterative else EXACT
    return peer(second.by, function(inputs.again), tolerance)(compute)


def _by_library(
    second: Second,
    arguments: Callable[..., tuple[Any, ...]],
    data: Data,
    asked: Asked,
    inputs: Any,
    **fixed: Any,
) -> Answer:
    """What the function of a library gives for the statistic that is asked."""
    module, _, name = second.by.partition(" ")[0].rpartition(".")
    given = fixed | {to: asked.options[option] for option, to in second.options.items()}
    if "sides" in asked.options:
        given["alternative"] = asked.alternative
    found = getattr(importlib.import_module(module), name)(*arguments(inputs), **given)
    names = OF_LIBRARIES.get(asked.stat, ("statistic",))
    return float(next(getattr(found, name) for name in names if hasattr(found, name)))
