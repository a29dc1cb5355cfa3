"""The registry of cards, `card_modules.py`, from the cards themselves.

A job reads the modules of the cards that its plan names alone, so what is where is known
beforehand.
"""

import importlib
from pathlib import Path

from trialtrace.run.trial.plan import card_modules
from trialtrace.run.trial.plan.card import Card

FILE = Path(card_modules.__file__)
ROOM = "trialtrace.run.trial.plan.cards"
# The order of the modules of cards in the reference and in schemas; others come last, by name.
FIRST = (
    "categorical",
    "margins",
    "over_arms",
    "missing",
    "imputation",
    "imputed_means",
    "stratified",
    "stratified_score",
    "regression",
    "compliers",
    "continuous",
    "several_arms",
    "association",
    "risk_equivalence",
    "paired",
    "paired_events",
    "within",
    "repeated",
    "mixed",
    "ordinal",
    "clusters",
    "estimating",
    "survival",
    "competing",
    "mean_times",
    "curves",
    "recurrent",
    "hierarchy",
    "stopped",
    "resampling",
)
HEAD = '''\
"""Statistic and method of a step to the module of its card.

Written by `python docs/write.py`; a card is changed where it stands.
"""

_HERE = "trialtrace.run.trial.plan.cards"

MODULES: dict[str, str] = {
'''


def steps() -> dict[str, str]:
    """Each step to the name of the module of its card. Raises ValueError for one in two modules."""
    there = sorted(file.stem for file in (FILE.parent / "cards").glob("[a-z]*.py"))
    modules: dict[str, str] = {}
    for name in dict.fromkeys((*FIRST, *there)):
        cards: tuple[Card, ...] = importlib.import_module(f"{ROOM}.{name}").CARDS
        for card in cards:
            if modules.setdefault(card.step, name) != name:
                raise ValueError(f"{card.step} is a card of {modules[card.step]} and of {name}")
    return modules


def text() -> str:
    """The file, as it is to be."""
    lines = (f'    "{step}": f"{{_HERE}}.{name}",\n' for step, name in steps().items())
    return HEAD + "".join(lines) + "}\n"
