"""A display is one card: what a plan says of it, what that must name, and what draws it.

The schema of plan.yaml, the checks of a plan and the order of the figures of a report follow from
the cards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from trialtrace.base.config.compose import Path_
from trialtrace.run.trial.context import Files

S = TypeVar("S")


@dataclass(frozen=True)
class Display(Generic[S]):
    """A kind of display, by its key in `displays` of a plan.

    `check` reports what is wrong with an entry besides the names that its shape marks. A module
    of its name in `trialtrace.report.figures` draws it; a `table` of a section none. What
    shows `single_patients` is drawn only where disclosure is full. A plan has one that stands
    `once`, a list of any other. One with `results` has numbers of its own, which claims can name.
    """

    kind: str
    means: str
    shape: type[S]
    check: Callable[[Files, Path_, S], object] | None = None
    table: bool = False
    single_patients: bool = False
    once: bool = False
    results: bool = False
