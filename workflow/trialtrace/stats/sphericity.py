"""Departure from sphericity: epsilons and Mauchly's test from one error matrix.

Estimates how far the covariance matrix of orthonormal visit contrasts is from a multiple of the
identity, which the univariate F tests within subjects assume. References are in `repeated`.
"""

from dataclasses import dataclass
from math import log, nan

import numpy as np

from trialtrace.stats._inputs import Floats, chi2_tail


@dataclass(frozen=True, slots=True)
class Sphericity:
    """Epsilons of Greenhouse-Geisser and Huynh-Feldt-Lecoutre, Mauchly's W and its p-value."""

    epsilon_gg: float
    epsilon_hf: float
    mauchly_w: float
    mauchly_p: float


def sphericity(error: Floats, df: int) -> Sphericity:
    """Return the epsilons and Mauchly's test of an error matrix of shape (k - 1, k - 1).

    `error` holds sums of squares and products of orthonormal contrasts of k visits, pooled
    within arms, on `df` = subjects - arms. Greenhouse-Geisser: tr(E)^2 / ((k-1) tr(E E)).
    Huynh-Feldt as corrected by Lecoutre, as car prints it, so not cut at 1:
    ((df+1)(k-1) eps - 2) / ((k-1)(df - (k-1) eps)); NaN where that denominator is 0, as on one
    degree of freedom. With two visits all epsilons are 1, Mauchly's W and p are NaN. They are NaN
    also for df < k - 1 or a singular matrix, since W would be 0 by construction.
    """
    d = error.shape[0]
    if d == 1:
        return Sphericity(1.0, 1.0, nan, nan)
    gg = min(float(np.trace(error) ** 2 / (d * np.sum(error**2))), 1.0)
    room = df - d * gg
    # On few degrees of freedom the two can be equal up to rounding.
    hf = ((df + 1) * d * gg - 2) / (d * room) if room > 1e-9 * df else nan
    return Sphericity(gg, hf, *_mauchly(error, df))


def _mauchly(error: Floats, df: int) -> tuple[float, float]:
    """Mauchly's W, and p by the chi-squared expansion to second order.

    The second-order term is that of R's mauchly.test and car, in which one coefficient is
    multiplied by k where the published expansion (Anderson, Introduction to Multivariate
    Statistical Analysis, 1984, section 10.7) has k - 1. The two hardly differ; this one keeps
    numbers equal to R's.
    """
    d = error.shape[0]
    roots = np.linalg.eigvalsh(error)
    if df < d or roots[0] <= d * np.finfo(np.float64).eps * 16 * roots[-1]:
        return nan, nan
    log_w = float(np.sum(np.log(roots)) - d * log(roots.mean()))
    rho = 1 - (2 * d**2 + d + 2) / (6 * d * df)
    second = (
        (d + 2) * (d - 1) * (d - 2) * (2 * d**3 + 6 * d**2 + 3 * (d + 1) + 2)
        / (288 * (df * d * rho) ** 2)
    )  # fmt: skip
    statistic = -df * rho * log_w
    freedom = d * (d + 1) / 2 - 1
    first = chi2_tail(statistic, freedom)
    return float(np.exp(log_w)), first + second * (chi2_tail(statistic, freedom + 4) - first)
