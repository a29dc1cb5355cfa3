"""Tests and intervals of coefficients of a linear model with estimated covariance.

The estimated covariance enters the standard errors, so t and F statistics have approximate
degrees of freedom. Two approximations are given for the models of `mmrm` and `linear_mixed`.

`satterthwaite`: the variance of l'beta is matched to a scaled chi-squared; the covariance of the
parameters is the inverse observed information. Several rows at once are taken apart into
independent ones (Fai and Cornelius), whose degrees of freedom are averaged. As lmerTest.

`kenward_roger`: the covariance of the coefficients is enlarged for small samples, and both a
scale and the degrees of freedom of F are matched; the covariance of the parameters is the inverse
expected information, as in the paper and in pbkrtest. `kenward_roger_observed` takes the observed
information instead, as SAS (DDFM=KR) and R's mmrm do; degrees of freedom can differ by a tenth.
Both depend on the parametrisation of the covariance: here the entries of the matrices themselves
for an unstructured covariance, compound symmetry and random effects (so that second derivatives
are 0), variances and a correlation for the other structures, second derivatives included. These
are SAS's parameters; mmrm's are others for an unstructured covariance, where its
"Kenward-Roger-Linear" is the one to compare.

References: Satterthwaite, Biometrics Bull 1946;2:110. Fai and Cornelius, J Stat Comput Simul
1996;54:363. Kenward and Roger, Biometrics 1997;53:983. Halekoh and Hojsgaard, J Stat Softw
2014;59(9).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, check_confidence, f_tail, numbers
from trialtrace.stats._wald import numbered, wald_contrast
from trialtrace.stats.mixed._gaussian_blocks import Moments, Solution, inverse
from trialtrace.stats.regression._design import SINGULAR
from trialtrace.stats.results import (
    Contrast,
    Row,
    StatsError,
    Tabular,
    TestResult,
    WithErrors,
    aligned,
)

KENWARD_ROGER = ("kenward_roger", "kenward_roger_observed")
METHODS = ("satterthwaite", *KENWARD_ROGER)
# What rounding may leave of a difference that is 0.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, repr=False)
class MixedFit(WithErrors[Floats], Tabular):
    """A fitted model; coefficients in the order of the columns of x.

    `covariance`, (p, p), and `se` are the plain ones, without the adjustment of Kenward and Roger.
    `parameters` are those of the covariance, `parameter_covariance` the inverse of their observed
    information. `labels` are the names of the columns of x, else x1, x2, …; `design` is the
    `ArmDesign` of a model whose columns were named, by `Conventions`. `notes` says where there is
    no intercept. `method` is "REML" or "ML". The restricted log-likelihood depends on the coding of
    x and has all its constants, as in nlme and lme4.
    """

    coef: Floats
    se: Floats
    covariance: Floats
    parameters: Floats
    parameter_covariance: Floats
    method: str
    log_likelihood: float
    n_subjects: int
    n_values: int
    iterations: int
    moments: Moments = field(repr=False)
    labels: tuple[str, ...] = field(kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    design: object = field(default=None, kw_only=True)

    def rows(self) -> list[Row]:
        terms = zip(self.labels, self.coef.tolist(), self.se.tolist(), strict=True)
        return [{"term": name, "coef": one, "se": error} for name, one, error in terms]

    def __repr__(self) -> str:
        title = f"{type(self).__name__} ({self.method}, {self.n_subjects} subjects, "
        title += f"{self.n_values} values, log-likelihood {self.log_likelihood:.6g})"
        return "\n".join([aligned(title, self.rows()), *self.notes])


def shared_fields(
    solution: Solution,
    *,
    labels: tuple[str, ...] | None,
    method: str,
    n_subjects: int,
    n_values: int,
) -> dict[str, Any]:
    """Fields of `MixedFit` from the solution of its likelihood."""
    return {
        "labels": labels or numbered(solution.coef.size),
        "coef": solution.coef,
        "se": np.sqrt(np.diag(solution.covariance)),
        "covariance": solution.covariance,
        "parameters": solution.theta,
        "parameter_covariance": solution.moments.spread,
        "method": method,
        "log_likelihood": float(solution.log_likelihood),
        "n_subjects": n_subjects,
        "n_values": n_values,
        "iterations": solution.iterations,
        "moments": solution.moments,
        "notes": solution.notes,
    }


def mixed_contrast(
    fit: MixedFit, row: ArrayLike, *, df: str, sides: str, confidence: float, label: str = ""
) -> Contrast:
    """Estimate row'beta, row of shape (p,), with a two-sided interval and a t test of 0.

    `df` is "satterthwaite", "kenward_roger" or "kenward_roger_observed"; the standard error is the
    adjusted one for the latter two. `sides` concerns the p-value only.

    Raises `StatsError` for a row of zeros or another length, and for Kenward-Roger after ML.
    Oracle: lmerTest and pbkrtest; nlme::gls with base R for unstructured covariances.

    R: `lmerTest::contest(fit, row, joint = FALSE, ddf = "Kenward-Roger")`.

    >>> from trialtrace.stats.mixed.linear_mixed import linear_mixed
    >>> y, site = [3, 4, 6, 7, 5, 8, 4, 6], list("aabbccdd")
    >>> fit = linear_mixed(y, [[1, 0], [1, 1]] * 4, np.ones((8, 1)), site, method="REML")
    >>> found = mixed_contrast(fit, [0, 1], df="satterthwaite", sides="two_sided", confidence=0.95)
    >>> round(found.estimate, 4), round(found.df, 3), round(found.p_value, 4)
    (1.75, 3.0, 0.0354)
    """
    check_choice("sides", sides, SIDES)
    check_confidence(confidence)
    rows = _rows(fit, row)
    if rows.shape[0] != 1:
        raise StatsError("a contrast is one row; use f_test for several.")
    check_choice("df", df, METHODS)
    if df in KENWARD_ROGER:
        covariance, _, denominator = _kenward_roger(fit, rows, df)
    else:
        covariance, denominator = np.eye(fit.coef.size), float(_satterthwaite(fit, rows)[0])
    estimate = float(np.ravel(numbers(row, "row")) @ fit.coef)
    se = float(np.sqrt((rows @ covariance @ rows.T)[0, 0]))
    return wald_contrast(
        estimate, se, df=denominator, sides=sides, confidence=confidence, label=label
    )


def f_test(fit: MixedFit, rows: ArrayLike, *, df: str) -> TestResult:
    """Test that all rows'beta are 0, rows of shape (r, p) and of full rank.

    `df` is "satterthwaite" or "kenward_roger"; `df2` of the result are the denominator's. The
    former gives df2 = 2 where one of the independent rows has no more than 2. Kenward-Roger's F is
    the scaled one. NaN for p where Kenward-Roger's approximation has no positive df2.

    Raises `StatsError` for rows that are combinations of each other, and for Kenward-Roger after
    ML. Oracle: lmerTest::contestMD, pbkrtest::KRmodcomp.

    R: `lmerTest::contestMD(fit, rows, ddf = "Kenward-Roger")`.

    >>> from trialtrace.stats.mixed.linear_mixed import linear_mixed
    >>> y, site = [3, 4, 6, 7, 5, 8, 4, 6], list("aabbccdd")
    >>> fit = linear_mixed(y, [[1, 0], [1, 1]] * 4, np.ones((8, 1)), site, method="REML")
    >>> round(f_test(fit, [[0, 1]], df="kenward_roger").p_value, 4)
    0.0354
    """
    check_choice("df", df, METHODS)
    rotated = _rows(fit, rows)
    size = rotated.shape[0]
    estimate = np.atleast_2d(numbers(rows, "rows")) @ fit.coef
    if df in KENWARD_ROGER:
        covariance, scale, denominator = _kenward_roger(fit, rotated, df)
        spread = rotated @ covariance @ rotated.T
        statistic = scale * float(estimate @ np.linalg.solve(spread, estimate)) / size
    else:
        roots, vectors = np.linalg.eigh(rotated @ rotated.T)
        statistic = float(np.mean((vectors.T @ estimate) ** 2 / roots))
        denominator = _average(_satterthwaite(fit, vectors.T @ rotated))
    p_value = f_tail(statistic, size, denominator)
    return TestResult(statistic, float(size), p_value, df2=denominator)


def _rows(fit: MixedFit, rows: ArrayLike) -> Floats:
    """Check rows of contrasts and take them to the coordinates of `Moments`."""
    rows = np.atleast_2d(numbers(rows, "rows"))
    if rows.ndim != 2 or rows.shape[1] != fit.coef.size or rows.shape[0] == 0:
        raise StatsError(f"rows must have shape (rows, {fit.coef.size}); got {rows.shape}.")
    rotated = rows @ fit.moments.rotation
    length = np.sqrt(np.sum(rotated**2, axis=1))
    if not length.all():
        raise StatsError("a row of zeros tests nothing.")
    if np.linalg.svd(rotated / length[:, None], compute_uv=False).min() < SINGULAR or (
        rows.shape[0] > rows.shape[1]
    ):
        raise StatsError("rows are combinations of each other.")
    return rotated


def _satterthwaite(fit: MixedFit, rows: Floats) -> Floats:
    """Degrees of freedom of each row: 2 v^2 / var(v), v the variance of its estimate."""
    variance = np.einsum("ra,ra->r", rows, rows)
    gradient = np.einsum("ra,hab,rb->rh", rows, fit.moments.p, rows, optimize=True)
    spread = np.einsum("rh,hj,rj->r", gradient, fit.moments.spread, gradient)
    df: Floats = 2 * variance**2 / spread
    return df


def _average(df: Floats) -> float:
    """Degrees of freedom of an F whose mean is that of the mean of squared t's."""
    if np.ptp(df) <= 1e-8 * df.mean():
        return float(df.mean())
    if df.min() <= 2:
        return 2.0
    expectation = float(np.sum(df / (df - 2)))
    return 2 * expectation / (expectation - df.size)


def _weight(fit: MixedFit, df: str) -> Floats:
    """Covariance of the parameters that Kenward and Roger's formulas take."""
    if fit.method != "REML":
        raise StatsError("Kenward-Roger is defined for REML; fit by REML.")
    if df == "kenward_roger_observed":
        return fit.moments.spread
    return inverse(fit.moments.expected)


def _adjusted(fit: MixedFit, weight: Floats) -> Floats:
    """Covariance adjusted by Kenward and Roger, in the coordinates of `Moments`."""
    m = fit.moments
    inner = m.q(weight) - np.einsum("hj,hab,jbc->ac", weight, m.p, m.p, optimize=True)
    if m.r is not None:
        inner -= np.einsum("hj,hjab->ab", weight, m.r) / 4
    factor: Floats = np.eye(inner.shape[0]) + inner + inner.T
    return factor


def _kenward_roger(fit: MixedFit, rows: Floats, df: str) -> tuple[Floats, float, float]:
    """Adjusted covariance, scale of F and denominator degrees of freedom."""
    weight = _weight(fit, df)
    adjusted = _adjusted(fit, weight)
    size = rows.shape[0]
    parts = np.einsum("ra,hab,sb->hrs", rows, fit.moments.p, rows, optimize=True)
    parts = np.linalg.solve(rows @ rows.T, parts)
    trace = np.trace(parts, axis1=1, axis2=2)
    a1 = float(trace @ weight @ trace)
    a2 = float(np.einsum("hj,hrs,jsr->", weight, parts, parts, optimize=True))
    if size == 1:
        return adjusted, 1.0, float(2 / a2)
    b = (a1 + 6 * a2) / (2 * size)
    g = ((size + 1) * a1 - (size + 4) * a2) / ((size + 2) * a2)
    c = np.array([g, size - g, size + 2 - g]) / (3 * size + 2 * (1 - g))
    # The mean of the F without scale is 1 / share; with 2 degrees of freedom it has none.
    share = 1 - a2 / size
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (2 / size) * (1 + c[0] * b) / ((1 - c[1] * b) ** 2 * (1 - c[2] * b))
        ratio = variance * share**2 / 2
        denominator = 4 + (size + 2) / (size * ratio - 1)
    if not (share > ROUNDING and denominator > 2 + ROUNDING):
        raise StatsError(
            "Kenward-Roger's approximation of this F test breaks down with so few subjects; test "
            "fewer rows at once."
        )
    return adjusted, float(denominator * share / (denominator - 2)), float(denominator)
