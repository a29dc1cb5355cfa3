"""Trend of a binary outcome over ordered groups: the Cochran-Armitage test.

Estimates nothing; it tests that the risk does not rise or fall with a score of the groups, such
as a dose. It is the score test of the slope in a logistic (or any binomial) regression.

References: Cochran, Biometrics 1954;10:417. Armitage, Biometrics 1955;11:375. Mantel, J Am Stat
Assoc 1963;58:690 (the hypergeometric variance).
"""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, counts, normal_tail, sample
from trialtrace.stats.results import StatsError, TestResult

VARIANCES = ("binomial", "hypergeometric")


def cochran_armitage(
    x: ArrayLike, n: ArrayLike, scores: ArrayLike, *, sides: str, variance: str
) -> TestResult:
    """Cochran-Armitage test for trend; the statistic is z, positive for a rising risk.

    `x` events of `n` patients and `scores`: arrays of shape (groups,). `variance`: "binomial"
    (Armitage; divisor N, z squared is that of R's prop.trend.test) or "hypergeometric" (Mantel;
    divisor N - 1, z squared smaller by (N - 1) / N: statsmodels). Scores
    count by their distances only; groups without patients add nothing.

    Oracle: R's prop.trend.test. Raises `StatsError` where nobody or everybody has the event,
    where all patients have one score, for shapes that differ, or counts that are not whole
    numbers within 0..n.

    R: `prop.trend.test(x, n, score)`.

    >>> cochran_armitage(
    ...     [3, 6, 10], [20, 20, 20], [0, 1, 2], sides="two_sided", variance="binomial"
    ... )
    TestResult(statistic=2.37931, p_value=0.0173452)
    """
    check_choice("sides", sides, SIDES)
    check_choice("variance", variance, VARIANCES)
    x, n = counts(x, n, "groups")
    scores = sample(scores, "scores")
    if x.shape != scores.shape:
        raise StatsError(f"counts of shape {x.shape} do not fit {scores.size} scores.")
    total, events = n.sum(), x.sum()
    if events in (0, total):
        who = "nobody" if events == 0 else "everybody"
        raise StatsError(f"{who} has the event, so there is no trend to test.")
    if np.unique(scores[n > 0]).size < 2:
        raise StatsError("all patients have one score, so there is no trend to test.")
    # Distances from the first score: whole numbers stay whole, and equal risks give exactly 0.
    distance: Floats = scores - scores[0]
    slope = (total * (x @ distance) - events * (n @ distance)) / total
    centred = distance - (n @ distance) / total
    divisor = total if variance == "binomial" else total - 1
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(events * (total - events) / (total * divisor) * (n @ centred**2))
    if not 0 < spread < inf:
        raise StatsError("the scores are too large or too close to each other to compute with.")
    z = float(slope) / sqrt(spread)
    return TestResult(z, nan, normal_tail(z, sides))
