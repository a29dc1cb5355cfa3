"""Closed testing: a hypothesis is rejected when every intersection that contains it is.

With a valid test of each intersection at level alpha the family-wise error is at most alpha,
whatever is true (strong control). The adjusted p-value of a hypothesis is the largest p-value among
the intersections that contain it.

For the three pairwise comparisons of three arms any two equalities imply the third, so the only
intersection is the global hypothesis: a pairwise test counts once the global one rejects.

References: Marcus, Peritz and Gabriel, Biometrika 1976;63:655. Shaffer, J Am Stat Assoc 1986;
81:826 (logically related hypotheses). Simes, Biometrika 1986;73:751. Oracle: R's p.adjust (Holm and
Hommel are closed tests), enumeration in base R.
"""

from collections.abc import Callable, Mapping
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.stats._inputs import Floats
from trialtrace.stats.results import StatsError

MOST_HYPOTHESES = 16
Intersection = frozenset[int]


def closed_three_arms(global_p: float, pairwise: ArrayLike) -> Floats:
    """Adjusted p-values of the pairwise comparisons of three arms, after the global test.

    `global_p` is the p-value of "all three arms are equal", `pairwise` of shape (3,) those of the
    three pairs (shape (2,) for two comparisons with one control, where the intersection is the
    global hypothesis too). NaN never counts as a test and stays NaN. Valid for three arms only:
    with more, intersections of some of the arms need tests of their own (`closed_testing`).

    Raises `StatsError` for p-values outside 0..1, a global one that is missing, or other
    shapes. Source: Shaffer 1986. Oracle: the closed test over the table of intersections.
    """
    p = _p_values(pairwise)
    if p.shape not in ((2,), (3,)):
        raise StatsError(f"three arms have two or three comparisons; got shape {p.shape}.")
    overall = _p_values([global_p])[0]
    if np.isnan(overall):
        raise StatsError("the global test is missing, so no comparison can be decided.")
    return np.where(np.isnan(p), nan, np.maximum(p, overall))


def closed_testing(count: int, intersection: Callable[[Intersection], float]) -> Floats:
    """Adjusted p-values of hypotheses 0..count - 1 from a test of every intersection.

    `intersection` is called once for each of the 2^count - 1 non-empty sets of indices and
    gives the p-value of "all of these are true"; for single hypotheses that is their own.
    Raises `StatsError` for p-values outside 0..1 or missing ones and for more than 16
    hypotheses. Source: Marcus, Peritz and Gabriel 1976. Oracle: p.adjust by `bonferroni` and
    `simes`.
    """
    if not (isinstance(count, int) and 1 <= count <= MOST_HYPOTHESES):
        raise StatsError(f"closed testing lists 1 to {MOST_HYPOTHESES} hypotheses; got {count!r}.")
    adjusted = np.zeros(count)
    for mask in range(1, 2**count):
        members = frozenset(i for i in range(count) if mask >> i & 1)
        p = _p_values([intersection(members)])[0]
        if np.isnan(p):
            raise StatsError(f"the intersection {sorted(members)} has no p-value.")
        index = sorted(members)
        adjusted[index] = np.maximum(adjusted[index], p)
    return adjusted


def closed_testing_table(table: Mapping[Intersection, float]) -> Floats:
    """The same from a table: each non-empty set of indices 0..m - 1 with its p-value.

    Sets that logic makes equal (as with pairwise comparisons) may be given the same p-value.
    Raises `StatsError` where a set is missing, as well as `closed_testing` does. Oracle:
    `closed_three_arms`.
    """
    members = frozenset().union(*table) if table else frozenset()
    if members != frozenset(range(len(members))) or not members:
        raise StatsError("hypotheses must be numbered from 0 without gaps.")
    if len(table) != 2 ** len(members) - 1 or frozenset() in table:
        raise StatsError(
            f"{len(members)} hypotheses have {2 ** len(members) - 1} intersections; "
            f"{len(table)} are given."
        )
    return closed_testing(len(members), table.__getitem__)


def bonferroni(p: ArrayLike) -> Callable[[Intersection], float]:
    """Bonferroni's test of each intersection, m min p: closed, this is Holm's procedure.

    For use as `intersection`. Raises `StatsError` for p-values outside 0..1 or missing ones.
    """
    values = _complete(p)
    return lambda members: min(1.0, len(members) * min(values[i] for i in members))


def simes(p: ArrayLike) -> Callable[[Intersection], float]:
    """Simes's test of each intersection, min m p_(i) / i: closed, this is Hommel's procedure.

    For use as `intersection`; valid for independent tests and the positive dependence of common
    practice. Raises `StatsError` for p-values outside 0..1 or missing ones.
    """
    values = _complete(p)

    def test(members: Intersection) -> float:
        ranked = np.sort(values[sorted(members)])
        return float(np.min(len(ranked) * ranked / np.arange(1, len(ranked) + 1)))

    return test


def _complete(p: ArrayLike) -> Floats:
    values = _p_values(p)
    if np.isnan(values).any():
        raise StatsError("leave tests that were not made out of a closed family.")
    return values


def _p_values(p: ArrayLike) -> Floats:
    try:
        values = np.asarray(p, dtype=np.float64)
    except (TypeError, ValueError):
        raise StatsError("p-values must be numbers, NaN for a test that was not made.") from None
    if values.ndim != 1:
        raise StatsError(f"p-values must be one-dimensional; got shape {values.shape}.")
    if ((values < 0) | (values > 1)).any():
        raise StatsError("p-values must lie between 0 and 1.")
    return values
