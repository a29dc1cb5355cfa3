"""Does an effect on a binary outcome differ between strata, or over a score? By logistic models.

Beside `stratified.breslow_day` the likelihood ratio test takes more than two arms.

Oracle: R's glm and anova.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import chi2_tail, labels, numbers, together
from trialtrace.stats.regression.logistic import logistic
from trialtrace.stats.results import Interval, StatsError, TestResult


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
    return _likelihood_ratio(*_columns(y, arm, stratum))


def logistic_trend(y: ArrayLike, arm: ArrayLike, score: ArrayLike) -> TestResult:
    """Likelihood ratio test of a trend of the effect over a score: arm by score in a logistic model
    with both, the score linear; chi-squared with (arms - 1) degrees of freedom.

    y of 0 and 1, arm labels, score numbers, each (n,). A score that one arm alone has is used too.

    Raises `StatsError` for a single arm or score, and where a model has no maximum.

    Source: Cox 1970, The Analysis of Binary Data.

    R: `glm(y ~ arm * score, binomial)` beside `glm(y ~ arm + score, binomial)`.

    >>> y = [1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0]
    >>> arm = ["a"] * 8 + ["b"] * 8
    >>> logistic_trend(y, arm, [1, 2, 3, 4] * 4)
    TestResult(statistic=0.175968, df=1, p_value=0.674862)
    """
    y, score = together(y=y, score=score)
    arms, of_arm = labels(arm, "arm", y.size)
    if len(arms) < 2 or np.unique(score).size < 2:
        raise StatsError("a trend of the effect needs at least two arms and two scores.")
    # About the mean the columns are less alike; the likelihood is the same.
    about = score - score.mean()
    first = (of_arm[:, None] == np.arange(1, len(arms))).astype(float)
    smaller = np.column_stack([np.ones(y.size), first, about])
    return _likelihood_ratio(y, smaller, first * about[:, None])


def logistic_trend_ratio(
    y: ArrayLike, treated: ArrayLike, score: ArrayLike, *, confidence: float
) -> Interval:
    """Ratio of the odds ratios of two arms at scores a point apart: the exponential of the product
    of arm and score in a logistic model with both, the score linear, with Wald's interval.

    y of 0 and 1, treated 1 or 0, score numbers, each (n,). Its test by the likelihood is
    `logistic_trend`, which need not agree with the p-value here.

    Raises `StatsError` for a single arm or score, and where the model has no maximum.

    R: `exp(coef(glm(y ~ treated * score, binomial)))`, `confint.default`.

    >>> y = [1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0]
    >>> treated = [0] * 8 + [1] * 8
    >>> found = logistic_trend_ratio(y, treated, [1, 2, 3, 4] * 4, confidence=0.95)
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (0.663, 0.096, 4.562)
    """
    y, score, first = together(y=y, score=score, treated=treated)
    if {*first.tolist()} != {0.0, 1.0} or np.unique(score).size < 2:
        raise StatsError("a trend of the effect needs two arms, 0 and 1, and two scores.")
    about = score - score.mean()
    x = np.column_stack([np.ones(y.size), first, about, first * about])
    fit = logistic(y, x, confidence=confidence)
    value, low, high = (float(np.exp(part[-1])) for part in (fit.coef, fit.low, fit.high))
    error, p = float(fit.se[-1]), float(fit.p_value[-1])
    return Interval(value, low, high, standard_error=error, scale="log", p_value=p)


def _likelihood_ratio(y: Floats, smaller: Floats, products: Floats) -> TestResult:
    larger = logistic(y, np.column_stack([smaller, products]), confidence=0.95).log_likelihood
    fall = max(2 * (larger - logistic(y, smaller, confidence=0.95).log_likelihood), 0.0)
    df = float(products.shape[1])
    return TestResult(fall, df, chi2_tail(fall, df))


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
