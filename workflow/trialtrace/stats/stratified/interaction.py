"""Does an effect on a binary outcome differ between strata? Exactly, and by logistic models.

Beside `stratified.breslow_day`: Zelen's test needs no large numbers; the likelihood ratio test
takes more than two arms, and where a cell without events leaves it without a maximum, that of
Firth's penalised likelihood exists.

References: Zelen, Biometrika 1971;58:129. Mehta, Patel and Gray, J Am Stat Assoc 1985;80:969.
Heinze and Schemper, Stat Med 2002;21:2409.

Oracle: enumeration in whole numbers (Zelen); R's glm and anova; base R by optim (Firth).
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import chi2_tail, labels, numbers
from trialtrace.stats.regression.logistic import firth_likelihood_ratio, logistic
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.stratified.mantel_haenszel import _one_or_more, _stratum_counts

# Tables are equally likely when their probabilities differ by no more than rounding.
RELATIVE_TIE = 1e-7
# Combinations of tables that are listed at most.
MOST_LISTED = 5_000_000


def zelen(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> TestResult:
    """Zelen's exact test that the odds ratio is the same in all strata.

    Arrays of shape (strata,). Given all margins and the treated events over all strata, the
    probabilities of all sets of tables no more likely than the observed one are added, within a
    relative 1e-7. Statistic and df are NaN. Strata with one possible table add nothing.

    Raises `StatsError` for fewer than two strata with several possible tables, more than 5
    million combinations, shapes that differ, or counts that are not whole numbers within 0..n.

    R: by hand in interaction.R.

    >>> zelen([13, 5], [40, 20], [7, 8], [42, 22])
    TestResult(p_value=0.200593)
    """
    x1, n1, x0, n0 = _stratum_counts(*_one_or_more(x1, n1, x0, n0))
    low, high = np.maximum(x1 + x0 - n0, 0), np.minimum(n1, x1 + x0)
    free = high > low
    if free.sum() < 2:
        raise StatsError("fewer than two strata hold both arms and both outcomes.")
    x1, n1, x0, n0, low, high = (v[free] for v in (x1, n1, x0, n0, low, high))
    order = np.argsort(high - low, kind="stable")
    if np.prod((high - low + 1)[order[:-1]]) > MOST_LISTED:
        raise StatsError("there are too many tables for Zelen's test; ask for breslow_day.")
    total, logs = np.zeros(1), np.zeros(1)
    for k in order[:-1]:
        a = np.arange(low[k], high[k] + 1)
        total = np.add.outer(total, a).ravel()
        logs = np.add.outer(logs, _log_table(a, n1[k], x1[k] + x0[k], n0[k])).ravel()
    last = order[-1]
    rest = x1.sum() - total
    fits = (rest >= low[last]) & (rest <= high[last])
    logs = logs[fits] + _log_table(rest[fits], n1[last], x1[last] + x0[last], n0[last])
    observed = float(np.sum(_log_table(x1, n1, x1 + x0, n0)))
    weight = np.exp(logs - logs.max())
    p = weight[logs <= observed + np.log1p(RELATIVE_TIE)].sum() / weight.sum()
    return TestResult(nan, nan, min(float(p), 1.0))


def logistic_interaction(y: ArrayLike, arm: ArrayLike, stratum: ArrayLike) -> TestResult:
    """Likelihood ratio test of arm by stratum in a logistic model with both, chi-squared.

    y of 0 and 1, arm and stratum labels, each (n,). Degrees of freedom are those of the products:
    (arms - 1)(strata - 1).

    Raises `StatsError` where one of the two has a single level, for a stratum without patients
    of an arm, and where the larger model has no maximum (a cell without events, or events only).

    R: `glm(y ~ arm * stratum, binomial)` beside `glm(y ~ arm + stratum, binomial)`.

    >>> y = [1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0]
    >>> arm = ["a"] * 8 + ["b"] * 8
    >>> logistic_interaction(y, arm, ["x", "y"] * 8)
    TestResult(statistic=0.928515, df=1, p_value=0.335249)
    """
    y, smaller, products = _columns(y, arm, stratum)
    larger = logistic(y, np.column_stack([smaller, products]), confidence=0.95).log_likelihood
    fall = 2 * (larger - logistic(y, smaller, confidence=0.95).log_likelihood)
    df = float(products.shape[1])
    return TestResult(max(fall, 0.0), df, chi2_tail(max(fall, 0.0), df))


def firth_interaction(y: ArrayLike, arm: ArrayLike, stratum: ArrayLike) -> TestResult:
    """The same by Firth's penalised likelihood, the penalty being that of the larger model.

    Raises `StatsError` where arm or stratum has a single level, and for a stratum without
    patients of an arm.

    R: by hand in interaction.R.

    >>> y = [1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0]
    >>> arm = ["a"] * 8 + ["b"] * 8
    >>> firth_interaction(y, arm, ["x", "y"] * 8)
    TestResult(statistic=0.767515, df=1, p_value=0.380987)
    """
    y, smaller, products = _columns(y, arm, stratum)
    last = products.shape[1]
    return firth_likelihood_ratio(y, np.column_stack([smaller, products]), last=last)


def _columns(y: ArrayLike, arm: ArrayLike, stratum: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Outcome, columns of the model without products, and the products."""
    y = numbers(y, "y")
    arms, of_arm = labels(arm, "arm", y.size)
    strata, of_stratum = labels(stratum, "stratum", y.size)
    if len(arms) < 2 or len(strata) < 2:
        raise StatsError("an interaction needs at least two arms and two strata with patients.")
    in_cell = np.zeros((len(arms), len(strata)))
    np.add.at(in_cell, (of_arm, of_stratum), 1)
    if not in_cell.all():
        raise StatsError("a stratum has no patients of an arm, so the effects cannot be compared.")
    first = of_arm[:, None] == np.arange(1, len(arms))
    second = of_stratum[:, None] == np.arange(1, len(strata))
    products = (first[:, :, None] & second[:, None, :]).reshape(y.size, -1)
    smaller = np.column_stack([np.ones(y.size), first, second])
    return y, smaller, products.astype(float)


def _log_table(a: Floats, n1: float | Floats, events: float | Floats, n0: float | Floats) -> Floats:
    """Log weight of a treated events given the margins."""
    log: Floats = -sum(gammaln(cell + 1) for cell in (a, n1 - a, events - a, n0 - events + a))
    return log
