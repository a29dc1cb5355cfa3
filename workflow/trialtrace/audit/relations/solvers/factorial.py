"""F of one degree of freedom over four groups: the three effects of a two-by-two design.

The two main effects and the interaction of four means are the three contrasts with signs + + - -,
+ - + - and + - - +, whichever groups are which cell, so that a printed F (1, N - 4) has to be one
of three. With type III sums of squares a contrast c has (Σ cᵢ mᵢ)² / Σ cᵢ² / nᵢ; with type I and II
a main effect weighs the cells by their sizes, which for equal sizes is the same. F is least and
greatest at the ends of the printed means and deviations, exactly: the contrast is linear, the mean
square within grows with each deviation. Oracle: R's aov and car-like tests by lm.

All F of one outcome are of one analysis: one of the contrasts is the interaction, and one type of
sums of squares gives every F.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import inf

import numpy as np

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps
from trialtrace.base.arrays import Floats

CELLS = 4


SIGNS = ((1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1))


def effects(means: Sequence[Span], spreads: Sequence[Span], sizes: Sequence[int]) -> list[Span]:
    """Least and greatest F of each effect, by each type of sums of squares.

    Source and oracle: the module's.
    """
    n = np.array(sizes, dtype=np.float64)
    low, high = np.array(means, dtype=np.float64).T
    within = [
        float(((n - 1) * np.array(own) ** 2).sum() / (n.sum() - CELLS))
        for own in zip(*spreads, strict=True)
    ]
    found = []
    for weights in _contrasts(n):
        ends = [
            float((weights * np.where(weights > 0, one, other)).sum())
            for one, other in ((low, high), (high, low))
        ]
        (small, large), scale = Span(*ends).sizes, float((weights**2 / n).sum())
        least = small**2 / scale / within[1] if within[1] > 0 else inf
        most = large**2 / scale / within[0] if within[0] > 0 else inf
        found.append(Span(float(least), float(most)))
    return found


def _contrasts(n: Floats) -> list[Floats]:
    """Weights of the cells: of the three effects by type III, and main effects by I and II."""
    values: list[Floats] = [np.array(signs, dtype=np.float64) for signs in SIGNS]
    for signs in SIGNS:
        # Type I, entered first: the means of both levels, of all their patients.
        upper = np.array(signs) > 0
        first = np.where(upper, n / n[upper].sum(), -n / n[~upper].sum())
        values.append(first)
        for other in SIGNS:
            if other == signs:
                continue
            # Type II: the difference within each level of the other factor, weighted by its
            # information.
            second = np.array(other) > 0
            weights = np.zeros(CELLS)
            for level in (second, ~second):
                a, b = (int(np.flatnonzero(level & side)[0]) for side in (upper, ~upper))
                own = n[a] * n[b] / (n[a] + n[b])
                weights[a], weights[b] = own, -own
            values.append(weights)
    return values


@dataclass(frozen=True)
class Analysis:
    """Which contrast is the interaction, and the type of sums of squares.

    `places` are those of its three effects in what `effects` gives.
    """

    interaction: int
    kind: str
    places: tuple[int, int, int]


def analyses(interactions: Sequence[int]) -> list[Analysis]:
    """Type III of each pairing of the groups, then II, then I with either factor entered first."""
    analyses = []
    for kind in ("type III", "type II", "type I"):
        for k in interactions:
            i, j = (each for each in range(len(SIGNS)) if each != k)
            first = {one: len(SIGNS) * (one + 1) for one in (i, j)}
            after = {i: first[i] + 1 + _among(i, j), j: first[j] + 1 + _among(j, i)}
            entered = {
                "type III": [{i: i, j: j}],
                "type II": [after],
                "type I": [{i: first[i], j: after[j]}, {i: after[i], j: first[j]}],
            }[kind]
            for main in entered:
                places = {**main, k: k}
                analyses.append(Analysis(k, kind, (places[0], places[1], places[2])))
    return analyses


def _among(number: int, other: int) -> int:
    """The place of the other contrast among those that are not `number`."""
    return [each for each in range(len(SIGNS)) if each != number].index(other)


def explained(
    parts: Sequence[Component],
    interactions: Sequence[int | None],
    analysis: Analysis,
    spans: Sequence[Span],
) -> list[tuple[int | None, ...]]:
    """Every way to take each F for an effect of the analysis, or for none, with the most taken.

    Two F of one effect must be able to be one number; an F that is called an interaction is no
    other effect.
    """
    possible: list[list[int | None]] = [
        [
            k
            for k, place in enumerate(analysis.places)
            if (not own or k == analysis.interaction) and overlaps(component, *spans[place])
        ]
        + [None]
        for component, own in zip(parts, interactions, strict=True)
    ]
    ways = [way for way in product(*possible) if _one_number_each(parts, way)]
    most = max(taken(way) for way in ways)
    return [way for way in ways if taken(way) == most]


def taken(way: Sequence[int | None]) -> int:
    return sum(one is not None for one in way)


def _one_number_each(parts: Sequence[Component], way: Sequence[int | None]) -> bool:
    return all(
        overlaps(parts[a], *ends_of(parts[b]))
        for a, b in combinations(range(len(parts)), 2)
        if way[a] is not None and way[a] == way[b]
    )
