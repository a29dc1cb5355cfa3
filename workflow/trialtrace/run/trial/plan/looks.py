"""Looks of group-sequential designs.

What computes a boundary is reached by its name, so that a plan without looks hangs on no formula.
"""

import importlib
from typing import TYPE_CHECKING

from trialtrace.run.trial.plan.analysis import DecisionLevel

if TYPE_CHECKING:
    from trialtrace.stats.multiplicity.group_sequential import Boundary

BOUNDARIES = {
    "obrien_fleming": "trialtrace.run.trial.plan.boundaries",
    "pocock": "trialtrace.run.trial.plan.boundaries",
    "spending_obrien_fleming": "trialtrace.run.trial.plan.boundaries",
    "spending_pocock": "trialtrace.run.trial.plan.boundaries",
}


def boundary(declared: DecisionLevel) -> "Boundary":
    """The boundary of a design at all its looks."""
    return importlib.import_module(BOUNDARIES[declared.boundary]).boundary(declared)


def nominal_level(declared: DecisionLevel) -> float:
    """The level at the look."""
    return float(boundary(declared).nominal[declared.look - 1])
