"""Rate ratios of counts over an exposure: Poisson and negative binomial regression.

The logarithm of the expected count is that of the exposure plus a linear predictor, so that
exponentiated coefficients are ratios of rates. A Poisson count varies as its mean; where counts
vary more, its own error is too small, and the sandwich or the negative binomial model is asked
for. The latter has variance mean + dispersion mean^2, the dispersion by maximum likelihood.

References: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, chapter 6. Lawless, Can J
Stat 1987;15:209. Venables and Ripley, Modern Applied Statistics with S, 4th ed. 2002, section 7.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln, polygamma, xlogy

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, chi2_tail, sample
from trialtrace.stats._wald import column_names, wald_fields
from trialtrace.stats.regression._design import orthonormal, without_intercept
from trialtrace.stats.regression._likelihood import (
    Derivatives,
    NoMaximum,
    columns,
    maximise,
    recedes,
)
from trialtrace.stats.results import Coefficients, StatsError, TestResult

# Beyond this a likelihood is lower by far than at its start, whatever its value.
LARGEST = 300.0
# Steps of the logarithm of the size, 1 / dispersion, in which its maximum is looked for.
STEP, STEPS = 1.0, 24


AT_BOUND = (
    "The counts vary no more than Poisson counts: the dispersion is estimated as 0, its bound, and "
    "the standard errors are Poisson's."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class PoissonFit(Coefficients):
    """Log rate ratios; `deviance` and `pearson`, the chi-squared, on `residual_df`.

    `scale` is pearson / residual_df: how many times the counts vary as much as Poisson's.
    """

    log_likelihood: float
    deviance: float
    pearson: float
    residual_df: float
    scale: float


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class NegativeBinomial(Coefficients):
    """Log rate ratios, and the dispersion: the variance of a count is mean + dispersion mean^2.

    `boundary` says that the dispersion is estimated as 0. `error` names the model whose
    information the standard errors are of: "negative binomial", at the bound "Poisson".
    `against_poisson` is the likelihood ratio test of a dispersion of 0, whose p-value is half that
    of chi-squared, since it is a bound.
    """

    dispersion: float
    log_likelihood: float
    boundary: bool
    error: str
    against_poisson: TestResult


@dataclass(frozen=True)
class _Counts:
    """Counts, orthonormal columns with the triangle that makes x of them, and log exposures."""

    y: Floats
    q: Floats
    triangle: Floats
    offset: Floats
    names: tuple[str, ...] | None

    @property
    def rows(self) -> Floats:
        """Directions that lower no count of 0 and move no other leave the likelihood rising."""
        none, some = self.q[self.y == 0], self.q[self.y > 0]
        return np.vstack([-none, some, -some])

    @property
    def start(self) -> Floats:
        """The coefficients of one rate for all, where the columns can say that."""
        # The sum of the exposures may be beyond the range of numbers.
        largest = float(self.offset.max())
        rate = log(self.y.sum() / np.exp(self.offset - largest).sum()) - largest
        start: Floats = self.q.T @ np.full(self.y.size, rate)
        return start

    def mean(self, gamma: Floats) -> Floats:
        means: Floats = np.exp(np.minimum(self.q @ gamma + self.offset, LARGEST))
        return means

    def untold(self, gamma: Floats) -> Floats:
        return np.linalg.solve(self.triangle, gamma).astype(np.float64, copy=False)


def poisson_rates(
    y: ArrayLike, x: ArrayLike, *, exposure: ArrayLike, variance: str, confidence: float
) -> PoissonFit:
    """Log rate ratios of counts y, (n,), on the columns of x, (n, p), an intercept among them.

    `exposure`, (n,) and above 0, is the time that each count is of. `variance` is "model",
    "robust", the sandwich HC0, or "quasi", the model's times `scale`, with t on the residual
    degrees of freedom; else the normal reference. Exponentiate for rate ratios.

    Raises `StatsError` for counts that are no whole numbers, no events at all or none in a
    combination of columns, columns that are combinations of each other, and with "quasi" as many
    columns as counts. Oracle: glm with an offset, quasipoisson, sandwich::vcovHC(type = "HC0").

    R: `glm(y ~ x + offset(log(exposure)), poisson)`.

    >>> x = [[1, 0], [1, 0], [1, 1], [1, 1]]
    >>> fit = poisson_rates([2, 4, 1, 2], x, exposure=[1, 2, 1, 2], variance="model",
    ...     confidence=0.95)
    >>> fit.coef.round(4)
    array([ 0.6931, -0.6931])
    """
    check_choice("variance", variance, ("model", "robust", "quasi"))
    data = _counts(y, x, exposure)
    gamma, information = _poisson(data)
    mean, df = data.mean(gamma), float(data.y.size - gamma.size)
    pearson = float(np.sum((data.y - mean) ** 2 / mean))
    if variance == "quasi" and not (df and pearson):
        raise StatsError("nothing is left to estimate how much the counts vary.")
    scale = pearson / df if df else nan
    inverse = np.linalg.inv(data.triangle)
    covariance = np.linalg.inv(information)
    if variance == "robust":
        half = covariance @ (data.q.T * (data.y - mean))
        covariance = half @ half.T
    elif variance == "quasi":
        covariance = scale * covariance
    covariance = inverse @ covariance @ inverse.T
    if (np.diag(covariance) <= 1e-20 * np.sum(inverse**2, axis=1)).any():
        raise StatsError("counts do not vary where a coefficient is fitted; its error is 0.")
    fields = wald_fields(
        data.untold(gamma),
        covariance,
        df=df if variance == "quasi" else inf,
        confidence=confidence,
        labels=data.names,
        notes=without_intercept(data.q),
    )
    return PoissonFit(
        **fields,
        log_likelihood=_log_likelihood(data, mean, inf),
        deviance=2 * float(np.sum(xlogy(data.y, data.y / mean) - (data.y - mean))),
        pearson=pearson,
        residual_df=df,
        scale=scale,
    )


def negative_binomial(
    y: ArrayLike,
    x: ArrayLike,
    *,
    exposure: ArrayLike,
    confidence: float,
    information: str | None = None,
) -> NegativeBinomial:
    """Log rate ratios of overdispersed counts y on the columns of x; see `poisson_rates`.

    Coefficients and dispersion by maximum likelihood; the covariance of the coefficients is the
    inverse of their expected information at the estimated dispersion, as `glm.nb` has it, or with
    `information` "observed" that of coefficients and dispersion together, as SAS's GENMOD has it;
    normal reference.

    Where the counts vary no more than Poisson counts the dispersion has its maximum at 0: the
    coefficients, errors and log-likelihood are then Poisson's, and `boundary` says so. They are on
    the safe side of counts that vary less.

    Raises `StatsError` as `poisson_rates`. Oracle: MASS::glm.nb, its Hessian by numDeriv; at the
    bound glm, poisson.

    R: `MASS::glm.nb(y ~ x + offset(log(exposure)))`.

    >>> x = [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1]]
    >>> fit = negative_binomial([0, 3, 9, 0, 1, 5], x, exposure=[1] * 6, confidence=0.95)
    >>> fit.coef.round(4)
    array([ 1.3863, -0.6931])
    """
    if information is not None:
        check_choice("information", information, ("expected", "observed"))
    data = _counts(y, x, exposure)
    poisson, _ = _poisson(data)
    size, gamma = _size(data, poisson)
    mean, boundary = data.mean(gamma), size == inf
    if information == "observed" and not boundary:
        spread = np.linalg.inv(_observed(data, mean, size))[:-1, :-1]
    else:
        spread = np.linalg.inv((data.q.T * (mean / (1 + mean / size))) @ data.q)
    inverse = np.linalg.inv(data.triangle)
    covariance = inverse @ spread @ inverse.T
    log_likelihood = _log_likelihood(data, mean, size)
    ratio = max(2 * (log_likelihood - _log_likelihood(data, data.mean(poisson), inf)), 0.0)
    fields = wald_fields(
        data.untold(gamma),
        covariance,
        df=inf,
        confidence=confidence,
        labels=data.names,
        notes=(AT_BOUND,) * boundary + without_intercept(data.q),
    )
    return NegativeBinomial(
        **fields,
        dispersion=1 / size,
        log_likelihood=log_likelihood,
        boundary=boundary,
        error="Poisson" if boundary else "negative binomial",
        against_poisson=TestResult(ratio, 1.0, chi2_tail(ratio, 1) / 2),
    )


def _observed(data: _Counts, mean: Floats, size: float) -> Floats:
    """Minus the second derivatives of the likelihood by the coefficients and the size."""
    y, q, total = data.y, data.q, size + mean
    by_size = polygamma(1, y + size) - polygamma(1, size) + 1 / size - 2 / total
    by_size = by_size + (y + size) / total**2
    across = q.T @ ((y - mean) * mean / total**2)
    within = (q.T * (size * mean * (y + size) / total**2)) @ q
    return np.block([[within, -across[:, None]], [-across[None], -by_size.sum()[None, None]]])


def _counts(y: ArrayLike, x: ArrayLike, exposure: ArrayLike) -> _Counts:
    names = column_names(x)
    y = sample(y, "y", at_least=2)
    if (y < 0).any() or (y != np.floor(y)).any() or (y > 1e15).any():
        raise StatsError("y must be whole numbers of at least 0.")
    time = sample(exposure, "exposure")
    if time.size != y.size:
        raise StatsError(f"exposure has {time.size} values and y {y.size}.")
    if not (time > 0).all():
        raise StatsError("exposures must be above 0.")
    if not y.any():
        raise StatsError("there are no events.")
    q, triangle = orthonormal(columns(x, y.size))
    return _Counts(y, q, triangle, np.log(time), names)


def _poisson(data: _Counts) -> tuple[Floats, Floats]:
    """The Poisson coefficients of the orthonormal columns, and their information."""

    def derivatives(gamma: Floats) -> tuple[float, Floats, Floats]:
        mean = data.mean(gamma)
        value = float(data.y @ (data.q @ gamma) - mean.sum())
        return value, data.q.T @ (data.y - mean), (data.q.T * mean) @ data.q

    return _maximum(data, derivatives, data.start)


def _given_size(data: _Counts, size: float, start: Floats) -> Floats:
    """The coefficients at this size, 1 / dispersion; their likelihood has one maximum."""

    def derivatives(gamma: Floats) -> tuple[float, Floats, Floats]:
        mean = data.mean(gamma)
        value = float(data.y @ (data.q @ gamma) - (data.y + size) @ np.log(size + mean))
        slope = size * (data.y - mean) / (size + mean)
        weight = size * mean * (data.y + size) / (size + mean) ** 2
        return value, data.q.T @ slope, (data.q.T * weight) @ data.q

    return _maximum(data, derivatives, start)[0]


def _maximum(data: _Counts, derivatives: Derivatives, start: Floats) -> tuple[Floats, Floats]:
    rows = data.rows
    try:
        return maximise(derivatives, start, rows)
    except NoMaximum:
        raise StatsError(
            "a combination of columns has no events, so its rate ratio is 0 or infinite."
            if recedes(rows)
            else "no maximum of the likelihood was found."
        ) from None


def _size(data: _Counts, gamma: Floats) -> tuple[float, Floats]:
    """The size, 1 / dispersion, at which the profile likelihood is highest, and the coefficients.

    Infinite, with Poisson's coefficients, where counts vary no more than Poisson's, or by so little
    that the likelihood rises with the size for as far as numbers tell.
    """
    from scipy.optimize import brentq

    def slope(at: float) -> float:
        """The slope of the profile by the logarithm of the size, over the size."""
        nonlocal gamma
        size = exp(at)
        gamma = _given_size(data, size, gamma)
        mean = data.mean(gamma)
        parts = digamma(data.y + size) - digamma(size) - np.log1p(mean / size)
        return float(np.sum(parts + (mean - data.y) / (size + mean)))

    mean, poisson = data.mean(gamma), gamma
    excess = float(np.sum((data.y - mean) ** 2 - data.y))
    if excess <= 0:
        return inf, poisson
    at = log(float(np.sum(mean**2)) / excess)
    rising = slope(at) > 0
    for number in range(1, STEPS + 1):
        other = at + STEP * number * (1 if rising else -1)
        if (slope(other) > 0) is not rising:
            low, high = sorted((at, other))
            found = brentq(slope, low, high, xtol=1e-13, rtol=1e-14)
            slope(found)
            return exp(found), gamma
    if rising:
        return inf, poisson
    raise StatsError("the dispersion of the counts has no finite estimate.")


def _log_likelihood(data: _Counts, mean: Floats, size: float) -> float:
    y = data.y
    if size == inf:
        return float((y * np.log(mean) - mean - gammaln(y + 1)).sum())
    each = gammaln(y + size) - gammaln(size) - gammaln(y + 1)
    each = each - size * np.log1p(mean / size) + y * (np.log(mean) - np.log(size + mean))
    return float(each.sum())
