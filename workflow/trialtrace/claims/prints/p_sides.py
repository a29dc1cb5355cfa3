"""How far a printed p is from one that other numbers give, so that no test of them explains it."""

from math import sqrt

from scipy.special import ndtri

from trialtrace.claims.prints.finding import as_range
from trialtrace.claims.prints.two_groups import Table
from trialtrace.trial.claims.printed import Component

LEVEL, MOST, LEAST_UNNAMED = 0.05, 0.1, 0.001
NEAR = 0.7
"""How far z of p may be from that of the counts, as a factor, to be called theirs."""
TINY = 1e-300


def on_two_sides(part: Component, p: tuple[float, float], least: float) -> bool:
    """Whether one is below `least` and the other above `MOST`, over all that prints so."""
    low, high = p_range(part)
    return (p[1] < least and low >= MOST) or (p[0] >= MOST and high <= least)


def p_range(part: Component) -> tuple[float, float]:
    """P from least to greatest, as it prints."""
    if part.relation == "ns":
        return LEVEL, 1.0
    if part.relation in (">", ">="):
        return float(part.value or 0), 1.0
    low, high = (float(end) for end in as_range(part).bounds)
    return low, high


def z_of(p: tuple[float, float]) -> tuple[float, float]:
    """Least and greatest z of a range of two-sided p."""
    low, high = (-float(ndtri(min(max(end, TINY), 1.0) / 2)) for end in reversed(p))
    return low, high


def of_counts(table: Table, part: Component) -> bool:
    """Whether p is near that of the χ² test of the counts, so that it is theirs."""
    x1, n1, x0, n0 = table
    events, patients = x1 + x0, n1 + n0
    spread = events * (patients - events) * n1 * n0
    if not spread:
        return True
    z = abs(x1 * n0 - x0 * n1) * sqrt(patients / spread)
    low, high = z_of(p_range(part))
    return (high >= NEAR * z and low <= z / NEAR) or low - 1 <= z <= high + 1
