"""Generalised estimating equations: mean responses of correlated values, by a sandwich.

Estimates the coefficients of g(mean) = X beta with a working correlation within subjects. The
coefficients are consistent, and the sandwich covariance valid in many subjects, also where the
working correlation is wrong; missing visits must be missing completely at random. In few
subjects (below about 40) the plain sandwich is too small: take a correction and the t
distribution.

Scale: phi = mean of squared Pearson residuals, over the number of values, not less coefficients.
Correlation from the products of residuals over phi: `exchangeable` their mean over all pairs
within subjects; `unstructured` the mean for each pair of visits; `ar1` rho by least squares of all
pairs' products on rho^distance. That is geepack's choice; SAS and statsmodels divide otherwise, so
that coefficients differ slightly.

References: Liang and Zeger, Biometrika 1986;73:13. Mancl and DeRouen, Biometrics 2001;57:126.
Kauermann and Carroll, J Am Stat Assoc 2001;96:1387. Li and Redden, Stat Med 2015;34:281 (t with
clusters - coefficients degrees of freedom).

`coefficients` has contrasts and Wald tests of a fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats._inputs import check_choice, check_confidence
from trialtrace.stats._wald import column_names, wald_fields
from trialtrace.stats.regression._design import (
    SINGULAR,
    by_visit,
    check_size,
    orthonormal,
    rows_of_each,
    visit_data,
    without_intercept,
)
from trialtrace.stats.results import Coefficients, StatsError

REFERENCES = ("normal", "t")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class GeeFit(Coefficients):
    """A fitted model.

    `correlation`, (visits, visits), is the working one, `scale` is phi. `df` are the degrees of
    freedom of t, subjects - coefficients, or infinity for the normal reference.
    `model_covariance` is the one that trusts the working correlation.
    """

    model_covariance: Floats
    correlation: Floats
    scale: float
    variance: str
    n_subjects: int
    n_values: int
    iterations: int


def gee(
    y: ArrayLike,
    x: ArrayLike,
    *,
    family: str,
    working: str,
    variance: str,
    reference: str,
    confidence: float,
    subject: ArrayLike | None = None,
    visit: ArrayLike | None = None,
) -> GeeFit:
    """Fit generalised estimating equations; the intervals and p-values are two-sided.

    y has shape (subjects, visits), NaN where a visit is missing (subjects of unequal size are
    padded by NaN); x (subjects, visits, p), whose rows at missing visits are not used. Of long
    data, a row a subject and visit, y has shape (rows,), x (rows, p), and `subject` and `visit` say
    whose and when each is, or `subject` alone where a working correlation knows no order of
    visits; the columns of a DataFrame then name the coefficients. `family`
    is "gaussian" (identity link), "binomial" (0 or 1, logit) or "poisson" (log); `working` is
    "independence", "exchangeable", "ar1" or "unstructured"; `variance` is "robust",
    "kauermann_carroll", "mancl_derouen", "fay_graubard" or
    "degrees_of_freedom", the robust one times K / (K - p) of K subjects and p coefficients;
    `reference` "t" takes subjects - coefficients degrees
    of freedom.

    Raises `StatsError` where x is missing at an observed visit or its columns are combinations of
    each other, y does not suit the family, fitted values reach their bounds (separation), the
    working correlation is not positive definite or not determined, subjects are no more than
    coefficients or one alone determines a coefficient, or the iteration does not converge.

    Source: Kauermann and Carroll 2001, Mancl and DeRouen 2001, Fay and Graubard, Biometrics
    2001;57:1198. Oracle: geepack::geeglm for everything but the corrections; base R for these.

    R: `geepack::geeglm(y ~ x, id = subject, corstr = "exchangeable")`.

    >>> y = [[1, 2], [2, 4], [3, 3], [4, 6], [5, 5], [4, 7]]
    >>> x = [[[1, 0], [1, 0]]] * 3 + [[[1, 1], [1, 1]]] * 3
    >>> given = {"family": "gaussian", "working": "exchangeable", "variance": "robust"}
    >>> gee(y, x, **given, reference="t", confidence=0.95)
    GeeFit
    term     coef        se      low     high  statistic     p_value
    x1        2.5  0.408248  1.36652  3.63348    6.12372  0.00360223
    x2    2.66667  0.430331  1.47187  3.86146    6.19677  0.00344838
    """
    check_choice("family", family, FAMILIES)
    check_choice("working", working, WORKING)
    check_choice("variance", variance, VARIANCES)
    check_choice("reference", reference, REFERENCES)
    check_confidence(confidence)
    names = column_names(x)
    if subject is not None and visit is None and working in WITHOUT_ORDER:
        visit = rows_of_each(subject)
    y, x, _ = by_visit(y, x, subject, visit)
    y, x, seen = visit_data(y, x)
    present = seen.any(axis=1)
    y, x, seen = y[present], x[present], seen[present]
    n, p = y.shape[0], x.shape[2]
    if n <= p:
        raise StatsError(f"{n} subjects and {p} coefficients leave nothing for the sandwich.")
    solved = _solve(y, x, seen, family=family, working=working)
    covariance = solved.sandwich(variance)
    df = float(n - p) if reference == "t" else inf
    return GeeFit(
        **wald_fields(
            solved.coef,
            covariance,
            df=df,
            confidence=confidence,
            labels=names,
            notes=solved.notes,
        ),
        model_covariance=solved.model_covariance,
        correlation=solved.correlation,
        scale=solved.scale,
        variance=variance,
        n_subjects=n,
        n_values=int(seen.sum()),
        iterations=solved.iterations,
    )


# Solution of generalised estimating equations with canonical links, and their sandwiches.
#
# With a canonical link the derivative of the mean is its variance function, so that everything is
# in Pearson residuals e = (y - mean) / sqrt(v) and columns W = sqrt(v) X, both whitened by the
# Cholesky factor of the working correlation of the visits seen: U = L^-1 W and r = L^-1 e. The
# equations are U'r = 0. Values not seen are rows of zeros, as in `_gaussian_blocks`.

FAMILIES = ("gaussian", "binomial", "poisson")
WITHOUT_ORDER = ("independence", "exchangeable")
WORKING = (*WITHOUT_ORDER, "ar1", "unstructured")
# Power of I - H by which residuals are multiplied, H being the leverage of a subject.
POWERS = {"robust": 0.0, "kauermann_carroll": -0.5, "mancl_derouen": -1.0}
VARIANCES = (*POWERS, "fay_graubard", "degrees_of_freedom")
# The most of a subject's share in a coefficient that Fay and Graubard's correction takes off.
MOST_SHARE = 0.75
MAX_ITERATIONS = 500
# Length of the last step in model-based standard errors; steps shrink by a constant factor.
STEP = 1e-11
# Linear predictor beyond which a fitted probability or rate has no finite estimate.
EXTREME = 20.0
SEPARATED = (
    "fitted probabilities or rates reach their bounds, so a coefficient has no finite estimate; "
    "look for a group in which all values are the same."
)


@dataclass(frozen=True, slots=True)
class _Solution:
    """The solved equations; `white` and `residual` are U, (n, T, p), and r, (n, T)."""

    coef: Floats
    model_covariance: Floats
    correlation: Floats
    scale: float
    iterations: int
    back: Floats
    white: Floats
    residual: Floats
    notes: tuple[str, ...]

    def sandwich(self, variance: str) -> Floats:
        """Covariance of the coefficients, of one of `VARIANCES`."""
        flat = self.white.reshape(-1, self.white.shape[2])
        bread = np.linalg.inv(flat.T @ flat)
        hat = self.white @ bread @ self.white.transpose(0, 2, 1)
        roots, vectors = np.linalg.eigh(np.eye(hat.shape[1]) - hat)
        if roots.min() < SINGULAR:
            raise StatsError(
                "one subject alone determines a coefficient, so the sandwich cannot tell its "
                "variance."
            )
        power = POWERS.get(variance, 0.0)
        turned = vectors.transpose(0, 2, 1) @ self.residual[:, :, None]
        residual = vectors @ (turned * (roots**power)[:, :, None])
        moved = (self.white.transpose(0, 2, 1) @ residual)[:, :, 0]
        if variance == "fay_graubard":
            # In the columns as given: the shares of a subject are not those in others.
            triangle = np.linalg.inv(self.back)
            own = self.white @ triangle
            gram = own.transpose(0, 2, 1) @ own
            share = np.diagonal(gram @ (self.back @ bread @ self.back.T), axis1=1, axis2=2)
            corrected = moved @ triangle / np.sqrt(1 - np.minimum(share, MOST_SHARE))
            moved = corrected @ self.back
        scores = moved @ bread @ self.back.T
        spread = scores.T @ scores
        k, p = scores.shape
        return spread * k / (k - p) if variance == "degrees_of_freedom" else spread


def _solve(y: Floats, x: Floats, seen: Flags, *, family: str, working: str) -> _Solution:
    """Alternate Fisher scoring of the coefficients and moments of the working correlation.

    y and seen of shape (n, T), x (n, T, p), zero where nothing is seen. Raises `StatsError` as
    `gee` says.
    """
    _check_response(y[seen], family)
    check_size(y[seen], "y")
    q, triangle = orthonormal(x[seen])
    x = np.zeros_like(x)
    x[seen] = q
    moments = _Moments(seen, working)
    beta = _start(y[seen], q, family)
    shift = np.zeros_like(beta)
    if family == "gaussian":
        # Measured from the least squares fit, values far from 0 round no steps away.
        shift, beta, least = beta, shift, 1e-24 * float(np.mean(y[seen] ** 2))
        y = y - x @ shift
        if np.mean(y[seen] ** 2) <= least:
            raise StatsError("there is no variation beyond what x explains.")
    # Under independence first: residuals of the first steps are wild, and separated values, whose
    # steps a correlation would slow down, are told by their predictor.
    correlation, settled = np.eye(y.shape[1]), False
    for iteration in range(1, MAX_ITERATIONS + 1):
        pearson, slope = _residuals(y, x @ beta, seen, family)
        scale = float(np.sum(pearson**2) / seen.sum())
        if settled:
            correlation = moments.correlation(pearson, scale)
        whiten = moments.whiten(correlation)
        white = whiten @ (slope[:, :, None] * x)
        residual = (whiten @ pearson[:, :, None])[:, :, 0]
        step, information = _step(white, residual)
        beta = beta + step
        length = float(step @ information @ step) / max(scale, np.finfo(float).tiny)
        if settled and length < STEP**2:
            back = np.linalg.inv(triangle).astype(np.float64, copy=False)
            model = scale * back @ np.linalg.inv(information) @ back.T
            coef, notes = back @ (beta + shift), without_intercept(q)
            return _Solution(
                coef, model, correlation, scale, iteration, back, white, residual, notes
            )
        settled = settled or length < STEP**2
    raise StatsError(
        "no convergence: try a simpler working correlation, or look for groups in which all "
        "values are the same."
    )


class _Moments:
    """Working correlation from Pearson residuals, and its whitening of every pattern seen."""

    def __init__(self, seen: Flags, working: str):
        self.working = working
        patterns, kind = np.unique(seen, axis=0, return_inverse=True)
        self.kind = kind.reshape(-1)
        self.both = (patterns[:, :, None] & patterns[:, None, :]).astype(np.float64)
        self.units = np.eye(seen.shape[1]) * ~patterns[:, :, None]
        counts = seen.T.astype(np.float64) @ seen
        self.rows, self.columns = np.triu_indices(seen.shape[1], 1)
        self.pairs = counts[self.rows, self.columns]
        self.apart = self.columns - self.rows
        if working == "unstructured" and not self.pairs.all():
            raise StatsError("two visits were never observed in the same subject.")
        if working == "exchangeable" and not self.pairs.any():
            raise StatsError("no subject has two values, so there is no correlation to estimate.")
        if working == "ar1" and not self.pairs[self.apart == 1].any():
            raise StatsError("no subject has two consecutive visits, which ar1 needs.")

    def correlation(self, pearson: Floats, scale: float) -> Floats:
        """Moment estimate of the working correlation, (T, T)."""
        products = (pearson.T @ pearson / scale)[self.rows, self.columns]
        if self.working == "independence":
            values = np.zeros_like(products)
        elif self.working == "exchangeable":
            values = np.full_like(products, products.sum() / self.pairs.sum())
        elif self.working == "unstructured":
            values = products / self.pairs
        else:
            values = np.power(self._autoregression(products), self.apart)
        matrix = np.eye(pearson.shape[1])
        matrix[self.rows, self.columns] = matrix[self.columns, self.rows] = values
        return matrix

    def _autoregression(self, products: Floats) -> float:
        """Least squares of products on rho^distance, by Gauss-Newton from the nearest pairs."""
        near, d = self.apart == 1, self.apart
        rho = float(np.clip(products[near].sum() / self.pairs[near].sum(), -0.99, 0.99))
        for _ in range(MAX_ITERATIONS):
            slope = d * rho ** (d - 1.0)
            step = float(slope @ (products - self.pairs * rho**d) / (self.pairs @ slope**2))
            rho = float(np.clip(rho + step, -1.0, 1.0))
            if abs(step) < 1e-15:
                break
        return rho

    def whiten(self, correlation: Floats) -> Floats:
        """Inverse Cholesky factor for every subject, (n, T, T)."""
        try:
            lower = np.linalg.cholesky(correlation * self.both + self.units)
        except np.linalg.LinAlgError:
            lower = None
        # The squared diagonal is the variance of a visit that earlier visits leave unexplained.
        if lower is None or (np.diagonal(lower, axis1=1, axis2=2) ** 2).min() < SINGULAR:
            raise StatsError(
                f"the {self.working} working correlation is not positive definite; use a simpler "
                "one."
            )
        return np.linalg.inv(lower)[self.kind]


def _check_response(y: Floats, family: str) -> None:
    if family == "binomial" and not np.isin(y, (0.0, 1.0)).all():
        raise StatsError("y must be 0 or 1 for the binomial family.")
    if family == "poisson" and ((y < 0).any() or (y != np.floor(y)).any()):
        raise StatsError("y must be whole numbers of at least 0 for the poisson family.")
    if family != "gaussian" and y.min() == y.max() and y.min() in (0.0, 1.0 * (family[0] == "b")):
        raise StatsError("all values are the same, at the bound of the family.")


def _start(y: Floats, x: Floats, family: str) -> Floats:
    """Weighted least squares on the link of values drawn away from their bounds."""
    if family == "gaussian":
        return x.T @ y
    mean = (y + 0.5) / 2 if family == "binomial" else y + 0.1
    weight = mean * (1 - mean) if family == "binomial" else mean
    link = logit(mean) if family == "binomial" else np.log(mean)
    target = link + (y - mean) / weight
    information = x.T @ (weight[:, None] * x)
    return np.linalg.solve(information, x.T @ (weight * target)).astype(np.float64, copy=False)


def _residuals(y: Floats, eta: Floats, seen: Flags, family: str) -> tuple[Floats, Floats]:
    """Pearson residuals and square roots of the variance function; 0 where nothing is seen."""
    if family == "gaussian":
        return y - eta, seen.astype(np.float64)
    if not np.abs(eta).max() < EXTREME:
        raise StatsError(SEPARATED)
    mean = expit(eta) if family == "binomial" else np.exp(eta)
    slope = np.sqrt(mean * expit(-eta)) if family == "binomial" else np.sqrt(mean)
    return np.where(seen, (y - mean) / slope, 0.0), np.where(seen, slope, 0.0)


def _step(white: Floats, residual: Floats) -> tuple[Floats, Floats]:
    flat = white.reshape(-1, white.shape[2])
    information = flat.T @ flat
    try:
        step = np.linalg.solve(information, flat.T @ residual.reshape(-1))
    except np.linalg.LinAlgError:
        raise StatsError(SEPARATED) from None
    return step.astype(np.float64, copy=False), information
