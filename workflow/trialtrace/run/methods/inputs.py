"""Named inputs: what a formula is computed from, chosen for the analysis and anew for the check.

Each is a pair of functions, named as text, so that neither side imports the other's.
"""

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_HERE = "trialtrace.run.methods"


@dataclass(frozen=True)
class Inputs:
    """`rows(cut, step)` yields each `Sample` with the arguments of the formula, or
    a function that gives them where they can be refused. `again(data,
    asked)` gives the same for the check: None where they are too few, and the number of subjects.
    `library` makes of these the arguments of a library's function. Where events are counted,
    `count` checks their number."""

    rows: str
    again: str
    library: str = ""
    count: str = ""


INPUTS = {
    "one_arm": Inputs(
        "categorical.rows:by_arm",
        "categorical.check:one_arm",
        library="categorical.check:events_and_subjects",
        count="categorical.check:events",
    ),
    "two_by_two": Inputs(
        "categorical.rows:compared", "categorical.check:both_arms", "categorical.check:cells"
    ),
    "paired_table": Inputs(
        "categorical.analyse_paired:paired_tables", "continuous.check_paired:paired_rows"
    ),
    "discordant": Inputs(
        "categorical.analyse_paired:discordant", "continuous.check_paired:paired_rows"
    ),
    "every_treatment": Inputs(
        "categorical.analyse_paired:over_treatments", "categorical.check_score:every_treatment"
    ),
    "visits_of_arm": Inputs(
        "repeated.analyse:visits_of_arm", "repeated.check_friedman:visits_of_subjects"
    ),
    "visits_and_arms": Inputs("repeated.analyse:visits_and_arms", "repeated.check:visits_by_arm"),
    "receipt": Inputs("categorical.rows:receipt", "categorical.check:receipt"),
}


def function(named: str) -> Callable[..., Any]:
    """A function by "module:function", below the methods."""
    module, _, name = named.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(f"{_HERE}.{module}"), name)
    return found


def stream(place: Any) -> int:
    """The second number of a seed: which result of a plan draws, by its place.

    The trial's name has no part in it: the same data and plan under another name draw the same.
    """
    parts = (place.analysis, place.parameter, place.visit, place.stratum, place.pair)
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big")
