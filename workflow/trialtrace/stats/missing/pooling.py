"""Rubin's rules: one estimate, interval and test from the estimates of several imputations.

Within-imputation variance U, between-imputation variance B and T = U + (1 + 1/m) B; relative
increase in variance r = (1 + 1/m) B / U, lambda = (1 + 1/m) B / T, fraction of missing information
(r + 2 / (df + 3)) / (r + 1). Degrees of freedom of Barnard and Rubin: with v the complete data's,
1 / df = lambda^2 / (m - 1) + 1 / df_0 with df_0 = (v + 1) / (v + 3) v (1 - lambda).

An estimate is pooled on a scale where it is close to normal: ratios as logarithms (scale "log").

References: Rubin 1987, sections 3.3 and 3.4. Barnard and Rubin, Biometrika 1999;86:948 (df). Li,
Raghunathan and Rubin, J Am Stat Assoc 1991;86:1065 and Reiter, Biometrika 2007;94:502 (D1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincc, stdtr, stdtrit

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    NumberOrArray,
    check_choice,
    check_confidence,
    chi2_tail,
    degrees_of_freedom,
    numbers,
    one_number,
    plain,
)
from trialtrace.stats.results import Columns, StatsError, TestResult, WithErrors

# Estimates and variances whose squares are within the range of numbers; logarithms of ratios.
LARGEST, LEAST, MOST_LOG = 1e150, 1e-150, 600.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pooled(WithErrors[NumberOrArray], Columns):
    """Pooled estimates; every field but `scale` and `imputations` has the estimates' shape, or is
    a number where there is one estimate.

    `estimate`, `low` and `high` are back-transformed for scale "log"; variances, `se` and the test
    are on the scale of pooling. `df` is infinite where nothing limits it.
    """

    estimate: NumberOrArray
    low: NumberOrArray
    high: NumberOrArray
    se: NumberOrArray
    df: NumberOrArray
    statistic: NumberOrArray
    p_value: NumberOrArray
    within: NumberOrArray
    between: NumberOrArray
    relative_increase: NumberOrArray
    fraction_missing: NumberOrArray
    imputations: int
    scale: str


def barnard_rubin(m: int, within: Floats, between: Floats, df_complete: float) -> Floats:
    """Barnard and Rubin's degrees of freedom; infinite `df_complete` gives Rubin's of 1987."""
    spread = (1 + 1 / m) * between
    share = spread / (within + spread)
    with np.errstate(divide="ignore"):
        inverse = share**2 / (m - 1)
        if np.isfinite(df_complete):
            inverse = inverse + 1 / (
                (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
            )
        return 1 / inverse


def pool(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    df_complete: float,
    null: float,
    sides: str,
    confidence: float,
    scale: str,
) -> Pooled:
    """Pool estimates and their variances by Rubin's rules.

    estimates and variances are (m, ...), imputations first. df_complete are the degrees of freedom
    the complete data would have, np.inf for a large-sample method. scale "log": estimates are
    logarithms of ratios with the variances of the logarithms, `null` is a ratio, and estimate and
    bounds come back as ratios; "identity" changes nothing. sides "greater": above `null`; bounds
    are two-sided. Variances that are all alike and no spread are no error: B = 0.

    Raises `StatsError` for fewer than two imputations, a variance not above 0 and wrong options.
    Oracle: mice::pool.scalar, and base R (mice keeps lambda at 1e-4 or above, so B = 0 by hand).

    R: `mice::pool.scalar(q, u, n = df + 1, k = 1)`.

    >>> given = {"df_complete": np.inf, "null": 0.0, "sides": "two_sided", "confidence": 0.95}
    >>> found = pool([1.2, 1.5, 1.1], [0.2, 0.25, 0.22], **given, scale="identity")
    >>> round(found.estimate, 4), round(found.p_value, 4)
    (1.2667, 0.0209)
    """
    q, u = numbers(estimates, "estimates"), numbers(variances, "variances")
    if q.shape != u.shape or q.ndim == 0:
        raise StatsError(f"estimates and variances differ in shape: {q.shape}, {u.shape}.")
    m = len(q)
    _check_pooling(m, df_complete)
    if (u <= 0).any():
        raise StatsError("every variance must be above 0.")
    check_choice("sides", sides, SIDES)
    check_choice("scale", scale, ("identity", "log"))
    null = one_number(null, "null")
    if scale == "log" and not null > 0:
        raise StatsError(f"on the scale of logarithms null is a ratio above 0; got {null!r}.")
    tail = (1 - check_confidence(confidence)) / 2
    _check_range(q, u, MOST_LOG if scale == "log" else LARGEST)
    mean, within = q.mean(axis=0), u.mean(axis=0)
    # Equal estimates have no spread; their mean may still be off in the last digit.
    between = np.where((q == q[0]).all(axis=0), 0.0, q.var(axis=0, ddof=1))
    se = np.sqrt(within + (1 + 1 / m) * between)
    df = barnard_rubin(m, within, between, df_complete)
    r = (1 + 1 / m) * between / within
    statistic = (mean - (np.log(null) if scale == "log" else null)) / se
    half = -stdtrit(df, tail) * se
    back = _ratio if scale == "log" else np.asarray
    found = {
        "estimate": back(mean),
        "low": back(mean - half),
        "high": back(mean + half),
        "se": se,
        "df": df,
        "statistic": statistic,
        "p_value": _t_p_value(statistic, df, sides),
        "within": within,
        "between": between,
        "relative_increase": r,
        "fraction_missing": (r + 2 / (df + 3)) / (r + 1),
    }
    alone = {name: plain(each) for name, each in found.items()}
    return Pooled(**alone, imputations=m, scale=scale)


def _check_range(q: Floats, u: Floats, most: float) -> None:
    """Refuse estimates and variances whose squares leave the range of numbers."""
    if (np.abs(q) > most).any() or ((u < LEAST) | (u > LARGEST)).any():
        raise StatsError("estimates or variances are too large or small; rescale them.")


def pooled_test(
    estimates: ArrayLike, covariances: ArrayLike, *, null: ArrayLike, df_complete: float
) -> TestResult:
    """Test that a vector of k estimates equals `null`, (k,): D1, an F test.

    estimates are (m, k), covariances (m, k, k). D1 = d' U^-1 d / (k (1 + r)) with
    r = (1 + 1/m) tr(B U^-1) / k, which takes the fractions of missing information as equal.
    Denominator: Li, Raghunathan and Rubin for infinite df_complete, Reiter else, where k (m - 1)
    must pass 4. `df2` is infinite for B = 0 with infinite df_complete; then the p-value is that
    of chi-squared. Raises `StatsError` as `pool`, and for singular U. Oracle: base R by hand.

    R: by hand in missing.R.

    >>> estimates = [[1.2, 0.5], [1.5, 0.4], [1.1, 0.7]]
    >>> pooled_test(estimates, [np.eye(2) * 0.2] * 3, null=[0, 0], df_complete=np.inf)
    TestResult(statistic=3.86364, df=(2, 90.75), p_value=0.0245284)
    """
    q, u = numbers(estimates, "estimates"), numbers(covariances, "covariances")
    if q.ndim != 2 or u.shape != (*q.shape, q.shape[1]) or q.shape[1] == 0:
        raise StatsError(f"shapes must be (m, k) and (m, k, k); got {q.shape}, {u.shape}.")
    m, k = q.shape
    _check_pooling(m, df_complete)
    null = numbers(null, "null")
    if null.shape not in ((), (k,)):
        raise StatsError(f"null must have shape ({k},); got {null.shape}.")
    if max(np.abs(q).max(), np.abs(null).max()) > LARGEST:
        raise StatsError("estimates or null values are too large; rescale them.")
    difference = q.mean(axis=0) - np.broadcast_to(null, (k,))
    within = u.mean(axis=0)
    if (u != np.swapaxes(u, 1, 2)).any() or np.linalg.eigvalsh(within)[0] <= 0:
        raise StatsError("covariances must be symmetric and their mean positive definite.")
    spread = q - q.mean(axis=0)
    between = np.where((q == q[0]).all(axis=0), 0.0, spread.T @ spread / (m - 1))
    r = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / k
    statistic = float(difference @ np.linalg.solve(within, difference)) / (k * (1 + r))
    df2 = _reiter(k * (m - 1), r, df_complete) if np.isfinite(df_complete) else _li(k, m, r)
    if np.isfinite(df2):
        # The complement keeps its digits where df2 is large, as it is with little spread.
        explained = k * statistic / (df2 + k * statistic)
        p = float(betaincc(k / 2, df2 / 2, explained))
    else:
        p = chi2_tail(k * statistic, k)
    return TestResult(statistic, float(k), p, df2=float(df2))


def _ratio(logarithm: Floats) -> Floats:
    # A bound beyond the largest number is infinite.
    with np.errstate(over="ignore"):
        return np.exp(logarithm)


def _li(k: int, m: int, r: float) -> float:
    """Denominator degrees of freedom of Li, Raghunathan and Rubin."""
    if r == 0:
        return np.inf
    t = k * (m - 1)
    if t > 4:
        return 4 + (t - 4) * (1 + (1 - 2 / t) / r) ** 2
    return t * (1 + 1 / k) * (1 + 1 / r) ** 2 / 2


def _reiter(t: int, r: float, df_complete: float) -> float:
    """Denominator degrees of freedom of Reiter, for complete data with few of them."""
    if t <= 4:
        raise StatsError("Reiter's degrees of freedom need k (m - 1) above 4; make more.")
    a = r * t / (t - 2)
    v = (df_complete + 1) / (df_complete + 3) * df_complete
    c0, c1, c2 = 1 / (t - 4), v - 2 * (1 + a), v - 4 * (1 + a)
    if c2 <= 0:
        raise StatsError("df_complete is too small for Reiter's degrees of freedom.")
    z = (
        1 / c2
        + c0 * a**2 * c1 / ((1 + a) ** 2 * c2)
        + c0 * (8 * a**2 * c1 / ((1 + a) * c2**2) + 4 * a**2 / ((1 + a) * c2))
        + c0 * (4 * a**2 / (c2 * c1) + 16 * a**2 * c1 / c2**3)
        + c0 * 8 * a**2 / c2**2
    )
    return 4 + 1 / z


def _check_pooling(m: int, df_complete: float) -> None:
    if m < 2:
        raise StatsError("Rubin's rules need at least two imputations.")
    degrees_of_freedom(df_complete, "df_complete")


def _t_p_value(statistic: Floats, df: Floats, sides: str) -> Floats:
    if sides == "two_sided":
        statistic = -np.abs(statistic)
    elif sides == "greater":
        statistic = -statistic
    tail: Floats = stdtr(df, statistic)
    return 2 * tail if sides == "two_sided" else tail
