"""Graphical procedures: levels that pass from a rejected hypothesis to those it points at.

Each hypothesis holds a weight, its share of alpha; each edge says which part of it passes on when
the hypothesis is rejected. Every graph is a closed test of weighted Bonferroni intersections, so
the family-wise error is controlled under any dependence. Holm's procedure, the fixed sequence, the
fallback procedure and gatekeeping by families are graphs or limits of such.

References: Bretz, Maurer, Brannath and Posch, Stat Med 2009;28:586 (algorithms 1 and 2). Wiens,
Pharm Stat 2003;2:211 and Wiens and Dmitrienko, J Biopharm Stat 2005;15:929 (fallback). Maurer,
Hothorn and Lehmacher 1995 (fixed sequence). Westfall and Krishen, J Stat Plan Inference 2001;99:25
(serial gatekeeping). Dmitrienko, Offen and Westfall, Stat Med 2003;22:2387 (parallel). Oracle: the
closed test over all weighted intersections in base R, p.adjust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import as_list, check_choice, numbers, whole_number
from trialtrace.stats.multiplicity.adjusted import _p_values, holm
from trialtrace.stats.results import Columns, StatsError

# "left_out": a test that was not made is no hypothesis of the family, its level passes on along its
# edges. "stops": it counts as not rejected and keeps its level.
MISSING = ("left_out", "stops")
SLACK = 1e-9
MOST_HYPOTHESES = 10_000


@dataclass(frozen=True, slots=True, repr=False)
class Graphical(Columns):
    """Adjusted p-values, shape (m,), and the order in which the procedure takes the hypotheses."""

    adjusted: Floats
    order: tuple[int, ...]


def graphical(
    p: ArrayLike, weights: ArrayLike, transitions: ArrayLike, *, missing: str
) -> Graphical:
    """Adjusted p-values of a graph: p and weights of shape (m,), transitions of shape (m, m).

    Weights are at least 0 and add up to at most 1; transitions[i, j] is the part of i's weight
    that goes to j when i is rejected, 0 on the diagonal, each row adding up to at most 1. The
    adjusted value is the smallest alpha at which the procedure rejects; with a value of 1 it may
    never do so. The order is that of Bretz et al., the smallest p over weight first. `missing`
    says what NaN in p means: "left_out" or "stops" (see above); its adjusted value is NaN.

    Raises `StatsError` for p-values outside 0..1 and for what is not such a graph. Source:
    Bretz et al. 2009, algorithm 2. Oracle: the closed test over all intersections in base R.

    R: by hand in graphical.R.

    >>> graphical([0.01, 0.04, 0.03], [0.5, 0.5, 0], chain(3), missing="stops").adjusted
    array([0.02, 0.04, 0.04])
    """
    check_choice("missing", missing, MISSING)
    p = _p_values(p)
    weights, edges = _graph(weights, transitions, p.size)
    left = np.isfinite(p)
    if missing == "left_out":
        for gap in np.flatnonzero(~left):
            weights, edges = _taken_out(weights, edges, int(gap))
    adjusted = np.full(p.shape, np.nan)
    order: list[int] = []
    largest = 0.0
    while left.any():
        # A hypothesis without weight cannot be rejected, not even with p = 0.
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(left & (weights > 0), p / weights, np.inf)
        j = int(np.argmin(ratio))
        if np.isinf(ratio[j]):
            adjusted[left] = 1.0
            break
        largest = max(largest, min(float(ratio[j]), 1.0))
        adjusted[j], left[j] = largest, False
        order.append(j)
        weights, edges = _taken_out(weights, edges, j)
    return Graphical(adjusted, tuple(order))


def _taken_out(weights: Floats, transitions: Floats, j: int) -> tuple[Floats, Floats]:
    into, out = transitions[:, j], transitions[j]
    passed = weights + weights[j] * out
    joined = transitions + np.outer(into, out)
    loops = 1 - into * out
    # A hypothesis whose every path returns to itself through j has nowhere to pass its weight to.
    with np.errstate(divide="ignore", invalid="ignore"):
        edges = np.where(loops[:, None] > SLACK, joined / loops[:, None], 0.0)
    np.fill_diagonal(edges, 0.0)
    edges[j], edges[:, j], passed[j] = 0.0, 0.0, 0.0
    return passed, edges


def chain(size: int) -> Floats:
    """Transitions of a chain, each hypothesis to the next; `StatsError` for no such number.

    >>> chain(3)
    array([[0., 1., 0.],
           [0., 0., 1.],
           [0., 0., 0.]])
    """
    size = whole_number(size, "the size of a chain", least=0)
    if size > MOST_HYPOTHESES:
        raise StatsError(f"a chain of more than {MOST_HYPOTHESES} hypotheses is too long.")
    return np.eye(size, k=1)


def fixed_sequence(p: ArrayLike, *, missing: str) -> Floats:
    """Adjusted p-values of tests in a fixed order, each at full level until one fails.

    p of shape (m,) in that order; `missing` as in `graphical`: after a test that "stops"
    nothing can be rejected (adjusted 1). A missing p stays NaN. Raises `StatsError` for values
    outside 0..1. Oracle: the largest p so far.

    >>> fixed_sequence([0.01, 0.04, 0.03], missing="stops")
    array([0.01, 0.04, 0.04])
    """
    p = _p_values(p)
    if p.size == 0:
        return p
    first = np.zeros(p.size)
    first[0] = 1.0
    return graphical(p, first, chain(p.size), missing=missing).adjusted


def gatekeeping(
    families: Sequence[ArrayLike],
    *,
    gate: str,
    missing: str,
    truncation: Sequence[float] | None = None,
) -> list[Floats]:
    """Adjusted p-values of families in order, each a gate before the next, by Bonferroni and Holm.

    families are p-values of shapes (m1,), (m2,), ... `gate` "serial": a family is tested, by Holm's
    procedure, once all before it are rejected; "parallel": each rejected hypothesis passes its
    level on in equal parts to the next family, the last of which is tested by Holm's procedure.
    "truncated": between the two, by the fraction g of each family but the last in `truncation`,
    given with it alone: of m hypotheses the k left are tested at g / k + (1 - g) / m of the
    family's level, of which (1 - g) (1 - k / m) passes on, all of it where none is left.
    `missing` as in `graphical`: a family with a test that "stops" lets a serial gate stay shut. The
    adjusted value of a missing p is NaN.

    Raises `StatsError` for values outside 0..1 and no families. Source: Westfall and Krishen 2001;
    Dmitrienko, Offen and Westfall 2003; Bretz et al. 2009; Dmitrienko, Tamhane and Wiens, Biom J
    2008;50:667 (truncated). Oracle: the closed test over all
    intersections in base R; for the serial gate p.adjust and the largest value so far; for the
    truncated one the steps of the procedure, at levels found by bisection.

    R: by hand in graphical.R.

    >>> given = {"missing": "left_out"}
    >>> gatekeeping([[0.01, 0.04], [0.02, 0.03]], gate="serial", **given)
    [array([0.02, 0.04]), array([0.04, 0.04])]
    >>> gatekeeping([[0.01, 0.04], [0.02, 0.03]], gate="parallel", **given)
    [array([0.02, 0.08]), array([0.08, 0.08])]
    >>> gatekeeping([[0.01, 0.04], [0.02, 0.03]], gate="truncated", truncation=[0.5], **given)
    [array([0.02      , 0.05333333]), array([0.05333333, 0.05333333])]
    """
    check_choice("gate", gate, ("serial", "parallel", "truncated"))
    check_choice("missing", missing, MISSING)
    p = [_p_values(each) for each in as_list(families, "families")]
    if not p or not all(each.size for each in p):
        raise StatsError("families must be at least one, each with p-values.")
    if (gate == "truncated") != (truncation is not None):
        raise StatsError("truncation is given where the gate is truncated, else not.")
    if truncation is not None:
        return _truncated(p, _fractions(truncation, len(p) - 1), missing)
    if gate == "parallel":
        weights, transitions = _parallel([each.size for each in p])
        whole = graphical(np.concatenate(p), weights, transitions, missing=missing).adjusted
        return np.split(whole, np.cumsum([each.size for each in p])[:-1])
    found, before = [], 0.0
    for each in p:
        found.append(np.maximum(holm(each), before))
        shut = missing == "stops" and bool(np.isnan(each).any())
        before = 1.0 if shut else float(np.nanmax(np.append(found[-1], before)))
    return found


def _fractions(truncation: Sequence[float], gates: int) -> list[float]:
    """The fraction of each family; Holm's own of the last."""
    fractions = numbers(truncation, "truncation")
    if fractions.shape != (gates,) or ((fractions < 0) | (fractions > 1)).any():
        raise StatsError(f"truncation must be {gates} fractions from 0 to 1, of all but the last.")
    return [*fractions.tolist(), 1.0]


def _truncated(p: list[Floats], fractions: list[float], missing: str) -> list[Floats]:
    """The closed test of the truncated gates.

    An intersection is tested in each family by its smallest p-value over g / k + (1 - g) / m, in
    its share of the level: all that the families before it do not hold. The largest p-values of a
    family are its worst members for any other hypothesis, so intersections go by their sizes. What
    families hold so far are states (share, smallest); those that another beats in both leave.
    """
    states, found = [(1.0, np.inf)], []
    for each, g in zip(p, fractions, strict=True):
        # What is left out passes its level on as if it were rejected; what stops never is.
        known, m = np.isfinite(each), each.size
        tested = each[known] if missing == "left_out" else np.where(known, each, np.inf)
        ranked = np.sort(tested)[::-1]
        adjusted = np.full(each.shape, np.nan)
        for place in np.flatnonzero(known):
            # The hypothesis with the k - 1 largest of the others.
            others = np.sort(np.delete(tested, np.flatnonzero(tested == each[place])[0]))[::-1]
            least = np.minimum(each[place], np.append(np.inf, np.minimum.accumulate(others)))
            worst = max(
                min(smallest, _over(least[k - 1], share * (g / k + (1 - g) / m)))
                for share, smallest in states
                for k in range(1, tested.size + 1)
            )
            adjusted[place] = min(worst, 1.0)
        found.append(adjusted)
        more = [
            (share * (1 - g) * (1 - k / m), min(smallest, _over(ranked[k - 1], share * level)))
            for share, smallest in states
            for k in range(1, tested.size + 1)
            for level in [g / k + (1 - g) / m]
        ]
        states = _not_beaten([*states, *more])
    return found


def _over(p: float, level: float) -> float:
    """p over a level; at no level nothing is rejected, not even p = 0."""
    return float(p) / level if level > 0 else np.inf


def _not_beaten(states: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for share, smallest in sorted(states, key=lambda state: (state[0], -state[1])):
        if not kept or smallest > kept[-1][1]:
            kept.append((share, smallest))
    return kept


def _parallel(sizes: list[int]) -> tuple[Floats, Floats]:
    """Weights and transitions of a parallel gate of families of these sizes."""
    family = np.repeat(np.arange(len(sizes)), sizes)
    size = np.array(sizes, dtype=np.float64)
    weights = np.where(family == 0, 1 / size[0], 0.0)
    passes = family[None] == family[:, None] + 1
    transitions = passes / size[np.minimum(family + 1, len(sizes) - 1)][:, None]
    last = np.equal.outer(family, family) & (family == len(sizes) - 1)
    np.fill_diagonal(last, False)
    return weights, transitions + last / max(size[-1] - 1, 1)


def _graph(weights: ArrayLike, transitions: ArrayLike, size: int) -> tuple[Floats, Floats]:
    w, edges = numbers(weights, "weights"), numbers(transitions, "transitions")
    if w.shape != (size,) or edges.shape != (size, size):
        raise StatsError(
            f"{size} hypotheses need {size} weights and {size} x {size} transitions; got shapes "
            f"{w.shape} and {edges.shape}."
        )
    if (w < 0).any() or w.sum() > 1 + SLACK:
        raise StatsError("weights must be at least 0 and add up to at most 1.")
    if (edges < 0).any() or (edges.sum(axis=1) > 1 + SLACK).any() or np.diag(edges).any():
        raise StatsError(
            "transitions must be at least 0, add up to at most 1 in each row, and be 0 on the "
            "diagonal."
        )
    return w.copy(), edges.copy()
