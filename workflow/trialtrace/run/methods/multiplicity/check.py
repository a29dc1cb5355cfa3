"""Adjusted p-values, from p-values that were themselves recomputed."""

import gc
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import isnan, nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.checking.data import ADJUSTED, Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.plan.multiplicity import Closed, FixedSequence, Graphical, Holm, HolmTest

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.multiplicity import Family

# Names of the plan -> names of statsmodels.
METHODS = {
    "bonferroni": "bonferroni",
    "sidak": "sidak",
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "benjamini_hochberg": "fdr_bh",
}
P = dict[str, float]


def adjusted(data: Data, asked: Asked) -> Recomputed | None:
    """The adjusted p-value of the test that stands in the same place as this result.

    None where one of the family's tests could not be recomputed.
    """
    family = data.trial.plan.multiplicity[asked.options["family"]]
    adjusted_p = data.once(("family", family.name), lambda: _family(data, family))
    if adjusted_p is None:
        return None
    test = asked.result_id.replace(f"{ADJUSTED}.{family.adjust}_", "p_value.")
    by = {
        "closed": "math: the larger of both p-values",
        "fixed_sequence": "math: the largest p-value so far",
        "graphical": "itertools.combinations (every intersection of the graph)",
    }.get(family.adjust)
    by = by or f"statsmodels.stats.multitest.multipletests ({METHODS[family.adjust]})"
    return Recomputed(by, adjusted_p[test])


def _family(data: Data, family: "Family") -> P | None:
    """result_id -> adjusted p-value of every test of the family; NaN is not counted as a test."""
    tests: dict[str, Asked] = {}
    for test in family.tests:
        for other in data.results:
            if _is_of(test, other):
                tests.setdefault(other.result_id, other)
    if isinstance(family, Holm) and (place := family.in_place):
        for test in data.trial.plan.multiplicity[place.family].tests:
            for other in data.results:
                if _is_of(test, other) and other.analysis != place.of:
                    tests.setdefault(other.result_id, other)
    recompute = present(data.recompute)
    p: P = {}
    for name, member in tests.items():
        recomputed = recompute(member)
        if recomputed is None:
            return None
        p[name] = recomputed.value
    if isinstance(family, Closed):
        return _closed(data, family, tests, p)
    if isinstance(family, FixedSequence | Graphical):
        return _ordered(family, p)
    known = {name: value for name, value in p.items() if not isnan(value)}
    if known:
        values = _adjusted(list(known.values()), METHODS[family.adjust])
        p |= dict(zip(known, (float(value) for value in values), strict=True))
    return p


def _adjusted(p: list[float], method: str) -> Iterable[float]:
    from statsmodels.stats.multitest import multipletests

    # It has all objects looked at for garbage each time, which takes longer than a family's tests.
    gc.freeze()
    try:
        adjusted: Iterable[float] = multipletests(p, method=method)[1]
    finally:
        gc.unfreeze()
    return adjusted


def _is_of(test: HolmTest, other: Asked) -> bool:
    if (other.analysis, other.method) != (test.analysis, f"p_value.{test.test}"):
        return False
    treated = other.pair[0] if other.pair else None
    limits = (
        (test.comparison, treated),
        (test.visit, other.visit),
        (test.parameter, other.parameter),
    )
    named = test.effects is None or other.second in test.effects
    return named and all(limit in (None, value) for limit, value in limits)


def _closed(data: Data, family: Closed, tests: dict[str, Asked], p: P) -> P:
    overall, named = {}, (family.global_.analysis, f"p_value.{family.global_.test}")
    recompute = present(data.recompute)
    for other in data.results:
        if other.pair is None and (other.analysis, other.method) == named:
            of_all_arms = recompute(other)
            place = other.visit, other.stratum, other.parameter
            overall[place] = of_all_arms.value if of_all_arms else nan
    adjusted = {}
    for name, test in tests.items():
        of_all = overall.get((test.visit, test.stratum, test.parameter), nan)
        adjusted[name] = nan if isnan(of_all) or isnan(p[name]) else max(of_all, p[name])
    return adjusted


def _ordered(family: FixedSequence | Graphical, p: P) -> P:
    """What stops leaves nothing to reject behind it."""
    m = len(p)
    weights: Sequence[float]
    moves: Sequence[Sequence[float]]
    if isinstance(family, FixedSequence):
        weights = [1.0] + [0.0] * (m - 1)
        moves = [[float(j == i + 1) for j in range(m)] for i in range(m)]
    else:
        weights, moves = family.weights, family.transitions
        if len(weights) != m:
            return dict.fromkeys(p, nan)
    values = list(p.values())
    gone = [i for i, value in enumerate(values) if isnan(value)]
    if family.missing == "stops":
        values = [1.0 if isnan(value) else value for value in values]
        gone_from_graph: list[int] = []
    else:
        gone_from_graph = gone
    kept = [i for i in range(m) if i not in gone_from_graph]
    adjusted = dict.fromkeys(kept, 0.0)
    for size in range(1, len(kept) + 1):
        for members in combinations(kept, size):
            own = _weights(weights, moves, members)
            p_of_all = (
                min(min(values[i] / own[i] for i in members if own[i]), 1.0)
                if any(own[i] for i in members)
                else 1.0
            )
            for i in members:
                adjusted[i] = max(adjusted[i], p_of_all)
    return {name: nan if i in gone else adjusted[i] for i, name in enumerate(p)}


def _weights(
    weights: Sequence[float], moves: Sequence[Sequence[float]], members: tuple[int, ...]
) -> list[float]:
    """Weights of an intersection: all others rejected one after the other."""
    w, g, m = list(weights), [list(row) for row in moves], len(weights)
    for j in (j for j in range(m) if j not in members):
        w = [w[i] + w[j] * g[j][i] if i != j else 0.0 for i in range(m)]
        g = [
            [
                0.0
                if j in (i, k) or i == k or g[i][j] * g[j][i] >= 1
                else (g[i][k] + g[i][j] * g[j][k]) / (1 - g[i][j] * g[j][i])
                for k in range(m)
            ]
            for i in range(m)
        ]
    return w


# Whatever the test is, so by the statistic alone.
CHECKS = {ADJUSTED: adjusted}
