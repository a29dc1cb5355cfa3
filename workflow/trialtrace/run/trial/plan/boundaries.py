"""Boundaries of group-sequential designs by their formulas."""

from typing import TYPE_CHECKING

from trialtrace.run.trial.plan.analysis import DecisionLevel
from trialtrace.stats.multiplicity import group_sequential

if TYPE_CHECKING:
    from trialtrace.stats.multiplicity.group_sequential import Boundary


def boundary(declared: DecisionLevel) -> "Boundary":
    """The boundary of a group-sequential design at all its looks."""
    kind, fractions = declared.boundary, list(declared.fractions)
    if kind.startswith("spending_"):
        return group_sequential.spending_boundary(
            fractions,
            spending=kind.removeprefix("spending_"),
            parameter=None,
            alpha=declared.alpha,
            sides="two_sided",
        )
    return getattr(group_sequential, kind)(fractions, alpha=declared.alpha, sides="two_sided")
