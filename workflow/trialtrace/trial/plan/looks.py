"""The boundaries of group-sequential designs.

Their formulas are reached by the name of a boundary, so that a plan without looks hangs on none.
"""

import importlib
from typing import TYPE_CHECKING

from trialtrace.trial.plan.analysis import DecisionLevel

if TYPE_CHECKING:
    from trialtrace.stats.multiplicity.group_sequential import Boundary

FORMULAS = {
    "obrien_fleming": "trialtrace.stats.multiplicity.group_sequential",
    "pocock": "trialtrace.stats.multiplicity.group_sequential",
    "spending_obrien_fleming": "trialtrace.stats.multiplicity.group_sequential",
    "spending_pocock": "trialtrace.stats.multiplicity.group_sequential",
}


def boundary(declared: DecisionLevel) -> "Boundary":
    """The boundary of a group-sequential design at all its looks."""
    kind, fractions = declared.boundary, list(declared.fractions)
    formulas = importlib.import_module(FORMULAS[kind])
    made: Boundary
    if kind.startswith("spending_"):
        made = formulas.spending_boundary(
            fractions,
            spending=kind.removeprefix("spending_"),
            parameter=None,
            alpha=declared.alpha,
            sides="two_sided",
        )
    else:
        made = getattr(formulas, kind)(fractions, alpha=declared.alpha, sides="two_sided")
    return made


def nominal_level(declared: DecisionLevel) -> float:
    """The level at the look."""
    return float(boundary(declared).nominal[declared.look - 1])
