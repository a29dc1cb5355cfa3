"""Re-randomisation test of all arms at once.

Tests that no patient's outcome depends on the arm, against any difference between two or more
arms. With T the sums of scores over the arms less their expectations and V their covariance over
all assignments, the statistic is T' V^- T: of ranks that is Kruskal and Wallis's, of 0 and 1 in
strata the general association statistic of Cochran, Mantel and Haenszel, of ordered scores their
row mean score statistic. Its p-value comes from the assignments, not from a chi-squared.

References: Landis, Heyman and Koch, Int Stat Rev 1978;46:237. Strasser and Weber, Math Methods
Stat 1999;8:220 (quadratic forms of linear permutation statistics).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_confidence
from trialtrace.stats._threads import one_thread
from trialtrace.stats.resampling.cells import Codes
from trialtrace.stats.resampling.drawing import Seed, blocks, check_seed
from trialtrace.stats.resampling.exact import LONGEST_LIST, listed, share
from trialtrace.stats.resampling.linear import check_draws, check_tolerance, monte_carlo
from trialtrace.stats.resampling.schemes import Scheme
from trialtrace.stats.resampling.sums import SLAB, WholeScores, whole_scores
from trialtrace.stats.results import Columns, StatsError


@dataclass(frozen=True, slots=True, repr=False)
class GlobalRerandomisation(Columns):
    """Results of a test of all arms, arrays of shape (endpoints,).

    `df` is the rank of V, what the chi-squared approximation would use; the other fields are as
    in `linear.Rerandomisation`.
    """

    statistic: Floats
    df: Floats
    p_value: Floats
    extreme: Floats
    draws: int
    exact: bool
    mc_se: Floats
    low: Floats
    high: Floats


@one_thread
def global_test(
    scheme: Scheme,
    scores: ArrayLike,
    *,
    draws: int,
    exact_up_to: int,
    seed: Seed,
    confidence: float,
    tie_tolerance: float,
) -> GlobalRerandomisation:
    """Re-randomisation test of two or more arms for one or many endpoints.

    scores (n,) or (n, endpoints), as in `linear.rerandomisation_test`, whose options these are.
    All assignments are used where there are at most `exact_up_to` of them and 2^21. Constant
    scores give a statistic of 0 on 0 degrees of freedom and a p-value of 1.

    Raises `StatsError` for sides of a patient (two of them: use `rerandomisation_test`), shapes
    that do not fit, missing scores, or options out of range. Oracle: `kruskal.test`,
    `mantelhaen.test` (statistics), complete enumeration (p-values).

    R: every assignment listed in resampling.R.

    >>> from trialtrace.stats.resampling.schemes import fixed_margins
    >>> from trialtrace.stats.resampling.scores import mean_scores
    >>> scheme, scores = (
    ...     fixed_margins(list("aabbcc")),
    ...     mean_scores([7, 9, 6, 5, 6, 4], included=None),
    ... )
    >>> given = {"draws": 1000, "exact_up_to": 1000, "seed": (1, 2), "confidence": 0.95}
    >>> global_test(scheme, scores, **given, tie_tolerance=1e-9).p_value
    array([0.2])
    """
    if scheme.kind == "sides":
        raise StatsError("two sides of a patient are no arms; use rerandomisation_test.")
    check_tolerance(tie_tolerance)
    check_confidence(confidence)
    check_seed(seed)
    check_draws(draws)
    data = whole_scores(scheme, scores)
    roots, df, scale = _roots(data)
    function_change = scheme.code[data.layout.order][None, :]
    observed = np.concatenate([q for _, q in _statistics(data, roots, function_change)], axis=1)[0]
    slack = tie_tolerance * data.total / np.where(scale > 0, scale, 1)
    border = np.maximum(np.sqrt(observed) - slack, 0) ** 2
    count, p = np.zeros(border.size), np.zeros(border.size)
    exact = scheme.at_most(exact_up_to) and scheme.at_most(LONGEST_LIST)
    if exact:
        source: Iterator[tuple[Codes, Floats]] = listed(data.layout)
    else:
        drawn = blocks(data.layout, seed=seed, start=0, stop=draws, rows=None)
        source = ((codes, np.zeros(len(codes))) for _, codes in drawn)
    for codes, weight in source:
        for columns, q in _statistics(data, roots, codes):
            hit = q >= border[columns]
            count[columns] += np.count_nonzero(hit, axis=0)
            p[columns] += weight @ hit
    if exact:
        p, zero = share(scheme, p, count), np.zeros_like(p)
        rest = (p, count, scheme.assignments(), True, zero, p, p)
    else:
        rest = monte_carlo(count, draws=draws, confidence=confidence)
    return GlobalRerandomisation(observed, df, *rest)


def _roots(data: WholeScores) -> tuple[Floats, Floats, Floats]:
    """Matrices R (arms - 1, arms - 1, endpoints) with R' R = V^-, rank of V, scale of the sums.

    The last arm is left out: centred sums over all arms add up to 0.
    """
    scheme = data.layout.scheme
    kept = len(scheme.arms) - 1
    if scheme.kind == "bernoulli":
        share = np.array(scheme.probabilities)[None, :]
        squares = (data.whole**2).sum(axis=0)[None, :]
    else:
        margins = scheme.margins()
        size = margins.sum(axis=1, keepdims=True)
        share = margins / size
        squares = np.zeros((len(margins), data.whole.shape[1]))
        np.add.at(squares, scheme.cell[data.layout.order], data.whole**2)
        squares *= size / np.maximum(size - 1, 1)
    spread = share[:, :, None] * np.eye(share.shape[1]) - share[:, :, None] * share[:, None, :]
    covariance = np.tensordot(squares, spread[:, :kept, :kept], axes=(0, 0))
    value, vector = np.linalg.eigh(covariance)
    largest = value[:, -1:]
    used = value > 1e-10 * np.where(largest > 0, largest, 1)
    root = np.where(used, 1 / np.sqrt(np.where(used, value, 1)), 0.0)[:, :, None]
    roots = np.ascontiguousarray((root * np.swapaxes(vector, 1, 2)).transpose(1, 2, 0))
    return roots, used.sum(axis=1).astype(np.float64), np.sqrt(np.maximum(largest[:, 0], 0))


def _statistics(data: WholeScores, roots: Floats, codes: Codes) -> Iterator[tuple[slice, Floats]]:
    """Yield (columns, statistics (rows, columns)); sums by arm are exact, the rest elementwise."""
    factors = [(codes == arm).astype(np.float64) for arm in range(len(roots))]
    for at in range(0, data.whole.shape[1], SLAB):
        columns = slice(at, at + SLAB)
        part = np.ascontiguousarray(data.whole[:, columns])
        sums = [factor @ part for factor in factors]
        total = np.zeros_like(sums[0])
        for row in roots[:, :, columns]:
            turned = np.zeros_like(total)
            for weight, own in zip(row, sums, strict=True):
                turned += weight * own
            total += turned * turned
        yield columns, total
