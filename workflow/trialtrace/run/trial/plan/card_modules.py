"""Statistic and method of a step to the module of its card.

Read from the sources of the cards: a job imports those that its plan names alone, so what is where
has to be known beforehand. A card is a call in a list of cards, and its step is the first argument.
"""

import re
from pathlib import Path

CARDS = Path(__file__).parent / "cards"
ROOM = "trialtrace.run.trial.plan.cards"
_CARD = re.compile(r"^    \w+\(\s*\"([a-z0-9_]+\.[a-z0-9_]+)\"", re.MULTILINE)
# The order of the modules of cards in the reference and in schemas; others come last, by name.
FIRST = (
    *("categorical", "margins", "over_arms", "missing", "imputation", "imputed_means"),
    *("stratified", "stratified_score", "regression", "compliers", "continuous", "several_arms"),
    *("association", "risk_equivalence", "paired", "paired_events", "within", "repeated", "mixed"),
    *("ordinal", "clusters", "estimating", "survival", "competing", "mean_times", "curves"),
    *("recurrent", "hierarchy", "stopped", "resampling"),
)


def steps_of(folder: Path) -> dict[str, str]:
    """Each step to the dotted name of the module of its card, in the order of the reference.

    Raises ValueError for a step of two modules.
    """
    there = sorted(file.stem for file in folder.glob("[a-z]*.py"))
    modules: dict[str, str] = {}
    for name in (*(name for name in FIRST if name in there), *sorted({*there} - {*FIRST})):
        for step in _CARD.findall((folder / f"{name}.py").read_text(encoding="utf-8")):
            if modules.setdefault(step, f"{ROOM}.{name}") != f"{ROOM}.{name}":
                raise ValueError(f"{step} is a card of {modules[step]} and of {ROOM}.{name}")
    return modules


MODULES = steps_of(CARDS)
