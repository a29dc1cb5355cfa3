"""Risk ratios of a binary outcome by Poisson regression with a robust variance.

The log-linear model of the risk is fitted as if events were Poisson counts, which estimates its
coefficients consistently; the sandwich corrects the variance for their being 0 or 1.

Reference: Zou, Am J Epidemiol 2004;159:702.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._wald import column_names
from trialtrace.stats.regression._design import orthonormal, without_intercept
from trialtrace.stats.regression._likelihood import NoMaximum, binary_data, maximise, recedes
from trialtrace.stats.regression.coefficients import from_covariance
from trialtrace.stats.results import Coefficients, StatsError


def modified_poisson(y: ArrayLike, x: ArrayLike, *, confidence: float) -> Coefficients:
    """Log risk ratios of y, 0 or 1 and (n,), on the columns of x, (n, p), an intercept among them.

    The variance is the sandwich HC0, without a factor for small samples; normal reference.
    Exponentiate coefficients and bounds for risk ratios. With two arms and nothing else the
    interval is the usual (Katz) one.

    Raises `StatsError` where no maximum exists (an arm or stratum without events, no events at
    all), for columns that are combinations of each other or missing values. Oracle: R's
    glm(family = poisson) with sandwich::vcovHC(type = "HC0").

    R: `glm(y ~ x, poisson)` with `sandwich::vcovHC(fit, type = "HC0")`.

    >>> x = [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1]]
    >>> modified_poisson([0, 0, 1, 0, 1, 1], x, confidence=0.95).coef.round(4)
    array([-1.0986,  0.6931])
    """
    names = column_names(x)
    y, x = binary_data(y, x)
    q, triangle = orthonormal(x)

    def derivatives(gamma: Floats) -> tuple[float, Floats, Floats]:
        eta = q @ gamma
        # Beyond this the likelihood is lower by far than at the start, whatever its value.
        mean = np.exp(np.minimum(eta, 300.0))
        return float(y @ eta - mean.sum()), q.T @ (y - mean), (q.T * mean) @ q

    rows = np.vstack([-q[y == 0], q[y == 1], -q[y == 1]])
    try:
        gamma, information = maximise(derivatives, np.zeros(x.shape[1]), rows)
    except NoMaximum:
        raise StatsError(
            "a combination of columns has no events, so its risk ratio is 0 or infinite."
            if recedes(rows)
            else "no maximum of the likelihood was found."
        ) from None
    residual = y - np.exp(q @ gamma)
    half = np.linalg.solve(triangle, np.linalg.solve(information, q.T * residual))
    coef = np.linalg.solve(triangle, gamma).astype(np.float64, copy=False)
    scale = np.sum(np.linalg.inv(triangle) ** 2, axis=1)
    if (np.diag(half @ half.T) <= 1e-20 * scale).any():
        raise StatsError("outcomes do not vary where a coefficient is fitted; its error is 0.")
    return from_covariance(
        coef,
        half @ half.T,
        df=inf,
        confidence=confidence,
        labels=names,
        notes=without_intercept(q),
    )
