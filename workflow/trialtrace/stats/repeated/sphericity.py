"""Departure from sphericity: epsilons and Mauchly's test from one error matrix.

Estimates how far the covariance matrix of orthonormal visit contrasts is from a multiple of the
identity, which the univariate F tests within subjects assume. References are in `repeated`.

Oracle: car's summary of the multivariate model, through `repeated`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, nan

import numpy as np
from scipy.special import gammaincc, gammaln

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import MOST_COUNTED, numbers, whole_number
from trialtrace.stats.results import Columns, StatsError, TestResult


@dataclass(frozen=True, slots=True, repr=False)
class Sphericity(Columns):
    """Epsilons and Mauchly's W with its p-value.

    `epsilon_hf` is Huynh and Feldt's as corrected by Lecoutre, `epsilon_hf_1976` theirs as
    published; the two differ where there are several groups. `mauchly_p` is R's,
    `mauchly_p_anderson` the published expansion.
    """

    epsilon_gg: float
    epsilon_hf: float
    epsilon_hf_1976: float
    mauchly_w: float
    mauchly_p: float
    mauchly_p_anderson: float


def sphericity(
    error: Floats, df: int, *, subjects: int | None = None, columns: int | None = None
) -> Sphericity:
    """Return the epsilons and Mauchly's test of an error matrix of shape (d, d).

    `error` holds sums of squares and products of d orthonormal contrasts of the visits, pooled
    within arms, on `df` = subjects - arms. `subjects` is df + 1 unless given, as in one arm;
    `columns`, the responses of a subject, d + 1 unless given, as with one factor.

    Greenhouse-Geisser: tr(E)^2 / (d tr(E E)). Huynh-Feldt as corrected by Lecoutre, as car prints
    it, so not cut at 1: ((df+1) d eps - 2) / (d (df - d eps)); as published in 1976 with the
    number of subjects for df + 1. Both are NaN where that denominator is 0, as on one degree of
    freedom. With d = 1 all epsilons are 1, Mauchly's W and p are NaN. They are NaN also for
    df < d or a singular matrix, since W would be 0 by construction. Raises `StatsError` for another
    shape, missing values and df that is no whole number.

    >>> found = sphericity(np.array([[4.0, 1.0], [1.0, 2.0]]), 5)
    >>> round(found.epsilon_gg, 4)
    0.8182
    """
    error = numbers(error, "error")
    d = error.shape[0] if error.ndim == 2 else 0
    if d < 1 or error.shape != (d, d):
        raise StatsError(f"error must have shape (d, d); got {error.shape}.")
    df = whole_number(df, "df", least=1, most=int(MOST_COUNTED))
    if d == 1:
        return Sphericity(1.0, 1.0, 1.0, nan, nan, nan)
    trace, square_sum = np.asarray(np.trace(error)), np.asarray(np.sum(error**2))
    gg = np.minimum(trace**2 / (d * square_sum), 1.0)
    hf, hf_1976 = (float(_huynh_feldt(gg, d, df, n)) for n in (df + 1, subjects or df + 1))
    return Sphericity(float(gg), hf, hf_1976, *_mauchly(error, df, columns or d + 1))


def _huynh_feldt(gg: Floats, d: int, df: int, n: int) -> Floats:
    """Huynh and Feldt's epsilon from Greenhouse and Geisser's, NaN where it is not defined.

    n is the number of subjects, as published in 1976, or `df` + 1, as corrected by Lecoutre.
    """
    room = df - d * gg
    with np.errstate(invalid="ignore", divide="ignore"):
        epsilon = (n * d * gg - 2) / (d * room)
    # On few degrees of freedom df and d gg can be equal up to rounding.
    return np.where(room > 1e-9 * df, epsilon, np.nan)


def _mauchly(error: Floats, df: int, columns: int) -> tuple[float, float, float]:
    """Mauchly's W, and p by the chi-squared expansion to second order: R's and Anderson's."""
    d = error.shape[0]
    roots = np.linalg.eigvalsh(error)
    if df < d or roots[0] <= d * np.finfo(np.float64).eps * 16 * roots[-1]:
        return nan, nan, nan
    log_w = float(np.sum(np.log(roots)) - d * log(roots.mean()))
    p, anderson = (float(_mauchly_tail(log_w, d, df, c)) for c in (columns, d))
    return exp(log_w), p, anderson


def mauchly_chi_squared(w: float, p_value: float, *, visits: int, df: int) -> TestResult:
    """Mauchly's W as SPSS and SAS print its test: Box's chi-squared, its degrees of freedom, p.

    `df` are those of the error, subjects less arms. NaN where W is.
    """
    d = visits - 1
    rho = 1 - (2 * d**2 + d + 2) / (6 * d * df)
    statistic = -df * rho * log(w) if w == w else nan
    return TestResult(statistic, d * (d + 1) / 2 - 1, p_value)


def _mauchly_tail(log_w: Floats | float, d: int, df: int, columns: int) -> Floats:
    """P-value of Mauchly's W from its logarithm, elementwise: chi-squared to second order.

    In the second-order term R's mauchly.test and car multiply one coefficient by the number of
    columns of the responses where the published expansion (Anderson, Introduction to Multivariate
    Statistical Analysis, 1984, section 10.7) has d; `columns` is either. They hardly differ.
    """
    rho = 1 - (2 * d**2 + d + 2) / (6 * d * df)
    second = (
        (d + 2)
        * (d - 1)
        * (d - 2)
        * (2 * d**3 + 6 * d**2 + 3 * columns + 2)
        / (288 * (df * d * rho) ** 2)
    )
    half = np.maximum(-df * rho * log_w / 2, 0.0)
    shape = (d * (d + 1) / 2 - 1) / 2
    first = gammaincc(shape, half)
    # The tail with four more degrees of freedom, less the first, in closed form.
    with np.errstate(divide="ignore"):
        mass = np.exp(shape * np.log(half) - half - gammaln(shape + 1))
    tail: Floats = first + second * mass * (1 + half / (shape + 1))
    return tail
