"""Planned contrasts in designs with factors within and between subjects.

Estimates one linear combination of the means of responses and cells. Each subject's responses
are first combined with the weights within; the resulting score, one number a subject, is then
compared between cells. The error term is thus the contrast's own: no sphericity is assumed, and
the degrees of freedom are those of subjects.

References: Boik, Psychometrika 1981;46:241 (why the pooled error term of the analysis of variance
fails for contrasts). Maxwell and Delaney, Designing Experiments and Analyzing Data, 2004, chapters
11 to 14. Welch, Biometrika 1947;34:28 and Satterthwaite, Biometrics Bull 1946;2:110 (separate
variances).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import frexp, ldexp, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, labels, numbers, t_tail
from trialtrace.stats._wald import wald_interval
from trialtrace.stats.results import Contrast, StatsError, TestResult


def repeated_contrast(
    y: ArrayLike,
    *,
    within: ArrayLike,
    cells: ArrayLike,
    between: Mapping[object, float],
    variance: str,
    confidence: float,
    sides: str,
) -> Contrast:
    """Contrast of y, shape (subjects, ...), with its own error term.

    `within` holds a weight for each response of a subject, shape y.shape[1:]; `cells` the cell
    of each subject, `between` a weight for each cell. Estimate: sum over cells of the weight
    times the mean score. Weights 1/g in every cell give a contrast within subjects at unweighted
    means over cells, weights 1/k of every response one of subjects' means between cells.
    `variance` "pooled" takes one variance of the score in all cells, on subjects - cells degrees
    of freedom; "separate" one in each cell, with Satterthwaite's. The interval is two-sided,
    whatever `sides` of the test.

    Raises `StatsError` for missing values, weights that do not fit or are all 0, no more
    subjects than cells, a cell of one subject under "separate" (unless its weight is 0), or
    scores that do not vary within cells. Oracle: lm on scores, repeated_general.R, 1e-8.

    R: `lm(score ~ 0 + cell)` of each subject's score.

    >>> y = [[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5], [2, 4, 4], [1, 3, 6]]
    >>> last_less_first, arms = [-1, 0, 1], {"a": -1, "b": 1}
    >>> given = {"variance": "pooled", "confidence": 0.95, "sides": "two_sided"}
    >>> repeated_contrast(
    ...     y, within=last_less_first, cells=list("aaabbb"), between=arms, **given
    ... ).test
    TestResult(statistic=1, df=4, p_value=0.373901)
    """
    check_choice("variance", variance, ("pooled", "separate"))
    check_choice("sides", sides, SIDES)
    y, within = numbers(y, "y"), numbers(within, "within")
    if y.ndim < 1 or within.shape != y.shape[1:]:
        raise StatsError(f"within must have shape {y.shape[1:]}; got {within.shape}.")
    found, cell = labels(cells, "cells", y.shape[0])
    weights = _weights(between, found.tolist())
    if not within.any() or not weights.any():
        raise StatsError("all weights are 0, so there is nothing to compare.")
    # By a power of 2 their squares stay in range; from their mean, responses with a large offset
    # round less.
    unit = ldexp(1.0, frexp(np.abs(y).max())[1] - 1)
    y = y / unit
    offset = y.mean()
    score = (y - offset).reshape(y.shape[0], -1) @ within.reshape(-1)
    size = np.bincount(cell).astype(np.float64)
    mean = np.bincount(cell, score) / size
    residual = score - mean[cell]
    # What is left of a score that is the same for everyone is rounding of the responses.
    scale = np.abs(y).max() * np.abs(within).sum()
    if np.abs(residual).max() <= 16 * np.finfo(np.float64).eps * scale:
        raise StatsError("the scores do not vary within cells, so there is no error term.")
    estimate = float(weights @ mean + offset * within.sum() * weights.sum())
    square = np.bincount(cell, residual**2).astype(np.float64, copy=False)
    variance_of = _pooled if variance == "pooled" else _separate
    se, df = variance_of(square, size, weights)
    if not (np.isfinite(se) and se > 0):
        raise StatsError("weights and responses are too large or too small to compute with.")
    t, p = estimate / se, t_tail(estimate / se, df, sides)
    estimate, se = estimate * unit, se * unit
    interval = wald_interval(estimate, se, df=df, confidence=confidence)
    return Contrast(interval, TestResult(t, df, p))


def _weights(between: Mapping[object, float], values: list[object]) -> Floats:
    if set(between) != set(values):
        raise StatsError(f"between must give a weight for each of the cells {values}.")
    return numbers([between[name] for name in values], "between")


def _pooled(square: Floats, size: Floats, weights: Floats) -> tuple[float, float]:
    df = float(size.sum() - size.size)
    if df < 1:
        raise StatsError("as many cells as subjects leave nothing for the error.")
    return sqrt(square.sum() / df * np.sum(weights**2 / size)), df


def _separate(square: Floats, size: Floats, weights: Floats) -> tuple[float, float]:
    used = weights != 0
    square, size, weights = square[used], size[used], weights[used]
    if (size < 2).any():
        raise StatsError("a cell of one subject has no variance of its own.")
    parts = weights**2 * square / (size - 1) / size
    if not parts.any():
        raise StatsError("the scores do not vary within the cells compared.")
    return sqrt(parts.sum()), float(parts.sum() ** 2 / np.sum(parts**2 / (size - 1)))
