"""Standardised means and risks of arms (g-computation): differences and ratios of a whole trial.

A model of the outcome on arm and covariates predicts every patient's outcome under every arm; the
means of these predictions are the standardised means. With a logistic model they are risks, and
their difference and ratio are marginal ones, as in an unadjusted table but with less noise.

References: Robins, Math Modelling 1986;7:1393. Ge et al., Drug Inf J 2011;45:481 (delta method).
Freedman, Stat Sci 2008;23:237. Ye, Bannick, Yi and Shao, Stat Theory Relat Fields 2023;7:159
(variance with random covariates). Stefanski and Boos, Am Stat 2002;56:29 (estimating equations).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from trialtrace.base.arrays import Floats, Labels
from trialtrace.stats._inputs import check_choice, labels, numbers, sample
from trialtrace.stats._wald import exponential, tested, wald_interval
from trialtrace.stats.regression.ancova import _index, ols
from trialtrace.stats.regression.logistic import logistic
from trialtrace.stats.results import Coefficients, Interval, StatsError

FAMILIES = ("linear", "logistic")
VARIANCES = ("fixed", "random", "sandwich")


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Standardised means (k,) of the arms with their covariance (k, k)."""

    arms: Labels
    means: Floats
    covariance: Floats
    family: str
    variance: str


def standardise(
    y: ArrayLike, arm: ArrayLike, covariates: ArrayLike | None, *, family: str, variance: str
) -> Standardised:
    """Standardised means of y, (n,), by arm, (n,) labels, over all patients' covariates (n, q).

    `family` "logistic" for y of 0 and 1, or "linear"; arms and covariates without interaction,
    strata as indicator columns. `variance` names what is random:
    "fixed"     delta method from the model's covariance, the covariates as they are;
    "random"    the same plus the variance of predictions over patients drawn anew, which assumes
                that the model is right;
    "sandwich"  stacked estimating equations (HC0), covariates random, the model perhaps wrong.

    Raises `StatsError` for a single arm, separation, columns that are combinations of each
    other, missing values. Oracle: R's glm and lm with predictions and derivatives by hand.

    R: `glm(y ~ arm + z, binomial)`.

    >>> y, arm, age = [0, 0, 1, 0, 1, 1, 1, 0], list("aaaabbbb"), [5, 3, 6, 2, 4, 6, 3, 5]
    >>> fit = standardise(y, arm, age, family="logistic", variance="fixed")
    >>> fit.means.round(4)
    array([0.267 , 0.7149])
    """
    check_choice("family", family, FAMILIES)
    check_choice("variance", variance, VARIANCES)
    y = sample(y, "y", at_least=2)
    arms, of_arm = labels(arm, "arm", y.size)
    if arms.size < 2:
        raise StatsError("there is one arm only, so nothing to compare.")
    other = np.empty((y.size, 0)) if covariates is None else numbers(covariates, "covariates")
    other = other[:, None] if other.ndim == 1 else other
    if other.ndim != 2 or other.shape[0] != y.size:
        raise StatsError(f"covariates must have shape ({y.size}, q); got {other.shape}.")
    other = other - other.mean(axis=0)
    x = np.column_stack([np.eye(arms.size)[of_arm], other])
    fit = _model(y, x, family)
    # Predictions (n, k): an arm's own coefficient, and what the covariates add.
    eta = fit.coef[: arms.size] + (other @ fit.coef[arms.size :])[:, None]
    predicted, slope = _mean(eta, family)
    means = predicted.mean(axis=0)
    # Derivative of each mean by each coefficient, (k, p).
    jacobian = np.column_stack([np.diag(slope.mean(axis=0)), slope.T @ other / y.size])
    if variance == "sandwich":
        influence = predicted - means + _influence(y, x, fit, family) @ jacobian.T
        return Standardised(arms, means, influence.T @ influence / y.size**2, family, variance)
    covariance = jacobian @ fit.covariance @ jacobian.T
    if variance == "random":
        covariance = covariance + np.cov(predicted, rowvar=False) / y.size
    return Standardised(arms, means, covariance, family, variance)


def standardised_mean(fit: Standardised, arm: object, *, confidence: float) -> Interval:
    """The standardised mean of an arm: if logistic, the risk if everybody were in it.

    Symmetric interval with the normal quantile. Oracle: as `standardise`.

    R: by hand in models.R.

    >>> y, arm, age = [0, 0, 1, 0, 1, 1, 1, 0], list("aaaabbbb"), [5, 3, 6, 2, 4, 6, 3, 5]
    >>> fit = standardise(y, arm, age, family="logistic", variance="fixed")
    >>> found = standardised_mean(fit, "b", confidence=0.95)
    >>> round(found.estimate, 4)
    0.7149
    """
    i = _index(fit.arms, arm)
    error = _root(fit.covariance[i, i])
    return wald_interval(float(fit.means[i]), error, confidence=confidence)


def standardised_difference(
    fit: Standardised, arm: object, reference: object, *, confidence: float
) -> Interval:
    """Difference of two standardised means, arm minus reference: the risk difference if logistic.

    Symmetric interval with the normal quantile. Oracle: as `standardise`.

    R: by hand in models.R.

    >>> y, arm, age = [0, 0, 1, 0, 1, 1, 1, 0], list("aaaabbbb"), [5, 3, 6, 2, 4, 6, 3, 5]
    >>> fit = standardise(y, arm, age, family="logistic", variance="fixed")
    >>> found = standardised_difference(fit, "b", "a", confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (0.4479, 1.0536, 0.1473)
    """
    i, j = _index(fit.arms, arm), _index(fit.arms, reference)
    c = fit.covariance
    estimate = float(fit.means[i] - fit.means[j])
    error = _root(c[i, i] + c[j, j] - 2 * c[i, j])
    return tested(wald_interval(estimate, error, confidence=confidence))


def standardised_ratio(
    fit: Standardised, arm: object, reference: object, *, confidence: float
) -> Interval:
    """Ratio of two standardised means, the risk ratio if logistic; symmetric on the log scale.

    Raises `StatsError` where a mean is not positive. Oracle: as `standardise`.

    R: by hand in models.R.

    >>> y, arm, age = [0, 0, 1, 0, 1, 1, 1, 0], list("aaaabbbb"), [5, 3, 6, 2, 4, 6, 3, 5]
    >>> fit = standardise(y, arm, age, family="logistic", variance="fixed")
    >>> found = standardised_ratio(fit, "b", "a", confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (2.6777, 14.7313, 0.2575)
    """
    i, j = _index(fit.arms, arm), _index(fit.arms, reference)
    if fit.means[[i, j]].min() <= 0:
        raise StatsError("a ratio needs positive means.")
    scaled = fit.covariance / np.outer(fit.means, fit.means)
    error = _root(scaled[i, i] + scaled[j, j] - 2 * scaled[i, j])
    centre = log(fit.means[i] / fit.means[j])
    return tested(exponential(wald_interval(centre, error, confidence=confidence)))


def _model(y: Floats, x: Floats, family: str) -> Coefficients:
    # The level is not used; intervals are made from the means.
    if family == "linear":
        return ols(y, x, variance="model", confidence=0.95)
    return logistic(y, x, confidence=0.95)


def _mean(eta: Floats, family: str) -> tuple[Floats, Floats]:
    """Mean and its derivative by the linear predictor."""
    if family == "linear":
        return eta, np.ones_like(eta)
    mean = expit(eta)
    return mean, mean * expit(-eta)


def _influence(y: Floats, x: Floats, fit: Coefficients, family: str) -> Floats:
    """What each patient adds to the coefficients, times n: (n, p)."""
    mean, weight = _mean(x @ fit.coef, family)
    information = (x.T * weight) @ x / y.size
    return np.linalg.solve(information, x.T * (y - mean)).astype(np.float64, copy=False).T


def _root(variance: float) -> float:
    if not 0 < variance < inf:
        raise StatsError("the two arms are the same, or what is estimated has no error of its own.")
    return sqrt(variance)
