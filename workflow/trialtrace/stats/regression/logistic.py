"""Logistic regression: odds ratios, with separation found and Firth's estimates for it.

Where a combination of columns tells events from non-events (separation) the likelihood has no
maximum, and software prints whatever it had when it stopped. `logistic` refuses and says so;
`firth` maximises the likelihood times the root of the information's determinant, which always
has a maximum, and takes intervals and tests from that penalised likelihood.

References: Albert and Anderson, Biometrika 1984;71:1 (separation). Konis, thesis, University of
Oxford 2007 (its linear programme). Firth, Biometrika 1993;80:27. Heinze and Schemper, Stat Med
2002;21:2409 (Firth's estimates and profile intervals under separation).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import chi2_tail, normal_quantile
from trialtrace.stats._wald import column_names, numbered, wald_fields
from trialtrace.stats.regression._design import orthonormal, without_intercept
from trialtrace.stats.regression._likelihood import STEP, NoMaximum, binary_data, maximise, recedes
from trialtrace.stats.results import Coefficients, Estimates, StatsError

FIRTH_ITERATIONS = 200


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class LogisticFit(Coefficients):
    """Log odds ratios (normal reference), `fitted` probabilities (n,)."""

    log_likelihood: float
    fitted: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FirthFit(Estimates):
    """Firth's log odds ratios (p,) with profile bounds.

    `statistic` are the likelihood ratio tests of each, chi-squared with 1 degree of freedom. `se`
    is from the inverse information; it makes no interval here, so there are no Wald contrasts.
    `log_likelihood` includes the penalty.
    """

    log_likelihood: float


def separation(y: ArrayLike, x: ArrayLike) -> str:
    """ "complete", "quasi-complete" or "none": whether columns of x tell events from the rest.

    y of 0 and 1, (n,); x, (n, p), an intercept among its columns. Found by a linear programme,
    not from estimates that grow. Oracle: known constructions.

    Raises `StatsError` for columns that are combinations of each other or missing values.

    >>> separation([0, 0, 1, 1], [[1, 0], [1, 1], [1, 2], [1, 3]])
    'complete'
    """
    y, x = binary_data(y, x)
    rows = orthonormal(x)[0] * np.where(y == 1, 1.0, -1.0)[:, None]
    if not recedes(rows):
        return "none"
    return "complete" if recedes(rows, throughout=True) else "quasi-complete"


def logistic(y: ArrayLike, x: ArrayLike, *, confidence: float) -> LogisticFit:
    """Maximum likelihood log odds ratios of y, 0 or 1 and (n,), on the columns of x, (n, p).

    x holds its own intercept. Newton-Raphson until the next step would change no linear
    predictor by 1e-9. Standard errors from the information at the solution.

    Raises `StatsError` for separation (all or no events are a case of it), columns that are
    combinations of each other or missing values. Oracle: R's glm, refitted from its solution.

    R: `glm(y ~ x, binomial)`.

    >>> x = [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1]]
    >>> logistic([0, 0, 1, 0, 1, 1], x, confidence=0.95)
    LogisticFit
    term       coef       se       low     high  statistic   p_value
    x1    -0.693147  1.22474   -3.0936  1.70731  -0.565952  0.571426
    x2      1.38629  1.73205  -2.00846  4.78105   0.800377  0.423492
    """
    names = column_names(x)
    y, x = binary_data(y, x)
    q, triangle = orthonormal(x)

    def derivatives(gamma: Floats) -> tuple[float, Floats, Floats]:
        eta = q @ gamma
        # y - p with its digits: a difference of 0 would end the steps of a separated value.
        residual = np.where(y == 1, expit(-eta), -expit(eta))
        return _log_likelihood(y, eta), q.T @ residual, (q.T * (expit(eta) * expit(-eta))) @ q

    try:
        rows = q * np.where(y == 1, 1.0, -1.0)[:, None]
        gamma, information = maximise(derivatives, np.zeros(x.shape[1]), rows)
    except NoMaximum:
        raise _no_maximum(y, x) from None
    inverse = np.linalg.inv(triangle)
    covariance = inverse @ np.linalg.inv(information) @ inverse.T
    eta = q @ gamma
    return LogisticFit(
        **wald_fields(
            inverse @ gamma,
            covariance,
            df=inf,
            confidence=confidence,
            labels=names,
            notes=without_intercept(q),
        ),
        log_likelihood=_log_likelihood(y, eta),
        fitted=expit(eta),
    )


def firth(y: ArrayLike, x: ArrayLike, *, confidence: float) -> FirthFit:
    """Firth's penalised likelihood logistic regression, with profile intervals and tests.

    y of 0 and 1, (n,); x, (n, p), with its intercept. Finite also under separation. Bounds are
    where twice the fall of the profile penalised likelihood is the chi-squared quantile (1 df);
    in profiles and tests the penalty keeps the information of all columns, as logistf's.

    Raises `StatsError` for columns that are combinations of each other, missing values, or a
    search that does not end. Oracle: base R by hand (optim on the penalised likelihood, uniroot).

    R: by hand in models.R.

    >>> x = [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1]]
    >>> firth([0, 0, 0, 0, 1, 1], x, confidence=0.95).coef.round(4)
    array([-1.9459,  2.4567])
    """
    z = normal_quantile(confidence)
    names = column_names(x)
    y, x = binary_data(y, x)
    q, triangle = orthonormal(x)
    p = x.shape[1]
    gamma, peak, information = _penalised(y, q, np.zeros(p))
    inverse = np.linalg.inv(triangle)
    coef = inverse @ gamma
    se = np.sqrt(np.diag(inverse @ np.linalg.inv(information) @ inverse.T))
    low, high, falls = np.empty(p), np.empty(p), np.empty(p)
    for j in range(p):
        profile = _Profile(y, x, j, peak, q @ gamma)
        low[j] = profile.bound(coef[j], -se[j], z)
        high[j] = profile.bound(coef[j], se[j], z)
        falls[j] = max(profile.fall(0.0), 0.0)
    # The penalty of the columns as given, not of the basis.
    peak += float(np.log(np.abs(np.diag(triangle))).sum())
    return FirthFit(
        coef=coef,
        se=se,
        low=low,
        high=high,
        statistic=falls,
        p_value=np.array([chi2_tail(fall, 1) for fall in falls.tolist()]),
        labels=names or numbered(p),
        notes=without_intercept(q),
        log_likelihood=peak,
    )


class _Profile:
    """Twice the fall of the penalised likelihood as coefficient j is held at a value.

    The basis is made anew with column j as the last one. It is a rotation of the basis that gave
    the peak, so the determinants of their informations agree.
    """

    def __init__(self, y: Floats, x: Floats, j: int, peak: float, eta: Floats) -> None:
        order = [*(i for i in range(x.shape[1]) if i != j), j]
        self.y, self.peak = y, peak
        self.basis = orthonormal(x[:, order])[0]
        self.start = self.basis[:, :-1].T @ eta
        # What the other columns cannot make up; their coefficients take on the rest.
        self.held = self.basis[:, -1] * (self.basis[:, -1] @ x[:, j])

    def fall(self, value: float) -> float:
        # Under separation there may be a lower maximum as well, so from two starts: the last
        # solution, which is near, and 0.
        starts = self.start, np.zeros(self.start.size)
        found = [_penalised(self.y, self.basis, start, value * self.held) for start in starts]
        best = max(found, key=lambda fit: fit[1])
        self.start = best[0]
        return 2 * (self.peak - best[1])

    def bound(self, estimate: float, step: float, z: float) -> float:
        """Where the root of the fall, which is nearly a line in the value, is z."""
        from scipy.optimize import brentq

        def excess(value: float) -> float:
            return sqrt(max(self.fall(value), 0.0)) - z

        # A little beyond Wald's bound: of many rows that is enough.
        end = step * z * 1.1
        for _ in range(60):
            if excess(estimate + end) > 0:
                break
            end *= 1.6
        else:
            raise StatsError("the penalised likelihood does not fall far enough for a bound.")
        # The likelihood has no digits for less.
        scale = max(1e-13, 1e-15 * abs(self.peak)) * abs(step)
        return float(brentq(excess, estimate, estimate + end, xtol=scale, rtol=1e-14))


def _penalised(
    y: Floats, basis: Floats, start: Floats, offset: Floats | float = 0.0
) -> tuple[Floats, float, Floats]:
    """Maximise the penalised likelihood over coefficients of the first columns, from `start`.

    Returns those, the penalised log-likelihood and the information of all columns.
    """
    free, gamma = start.size, start
    own = basis[:, :free]
    value, score, information, curve = _penalised_score(y, basis, own @ gamma + offset)
    for _ in range(FIRTH_ITERATIONS if free else 0):
        step = _uphill(curve[:free, :free], own.T @ score, information[:free, :free])
        long = np.abs(own @ step).max()
        # Where weights are next to 0 the step is far too long.
        step = step * min(1.0, 5.0 / max(long, STEP))
        for _ in range(40):
            new = _penalised_score(y, basis, own @ (gamma + step) + offset)
            if new[0] >= value - 1e-12 * (1 + abs(value)):
                break
            step = step / 2
        gamma = gamma + step
        value, score, information, curve = new
        if long < STEP:
            return gamma, value, information
    if free:
        raise StatsError("Firth's estimates were not found.")
    return gamma, value, information


def _penalised_score(y: Floats, basis: Floats, eta: Floats) -> tuple[float, Floats, Floats, Floats]:
    """Penalised log-likelihood, each value's part of the modified score, information, curvature.

    The curvature is the negative second derivative of the penalised log-likelihood; its part by
    the change of the leverages is a sum over pairs of values of their squared leverage, which
    the products of the columns make without a matrix of pairs.
    """
    p, q = expit(eta), expit(-eta)
    weight, centre = p * q, 0.5 - p
    information = (basis.T * weight) @ basis
    try:
        root = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return -inf, y - p, information, information
    half = np.linalg.solve(root, basis.T * np.sqrt(weight)).T
    leverage = np.sum(half**2, axis=1)
    score = np.where(y == 1, q, -p) + leverage * centre
    own = weight * (1 + leverage) - 2 * centre**2 * leverage
    products = np.einsum("ij,ik->ijk", half, half).reshape(y.size, -1)
    pairs = (basis.T * centre) @ products
    curve = (basis.T * own) @ basis + 2 * pairs @ pairs.T
    value = _log_likelihood(y, eta) + float(np.log(np.diag(root)).sum())
    return value, score, information, curve


def _uphill(curve: Floats, score: Floats, information: Floats) -> Floats:
    """Newton's step, or one of twice the information where the likelihood is not concave."""
    try:
        np.linalg.cholesky(curve)
    except np.linalg.LinAlgError:
        curve = 2 * information
    return np.linalg.solve(curve, score).astype(np.float64, copy=False)


def _log_likelihood(y: Floats, eta: Floats) -> float:
    # log(1 + exp(eta)) with the sign that keeps digits in both tails.
    return float(-np.sum(np.logaddexp(0.0, np.where(y == 1, -eta, eta))))


def _no_maximum(y: Floats, x: Floats) -> StatsError:
    kind = separation(y, x)
    if kind == "none":
        return StatsError(f"no maximum was found with steps below {STEP}.")
    return StatsError(
        f"{kind} separation: columns of x tell events from non-events, so log odds ratios are "
        "infinite; Firth's estimates are finite."
    )
