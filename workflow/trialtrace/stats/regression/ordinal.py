"""Ordinal outcomes: the proportional odds model and the check of its assumption.

logit P(Y <= level) = threshold - x'beta, so exp(beta) is the odds ratio of a higher level, the
same at every threshold. `brant_test` compares the odds ratios of the separate thresholds.

References: McCullagh, J R Stat Soc B 1980;42:109. Brant, Biometrics 1990;46:1171. Whitehead,
Stat Med 1993;12:2257 (the score test is the rank sum test).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from trialtrace.base.arrays import Floats, Labels, Places
from trialtrace.stats._inputs import chi2_tail, labels, sample
from trialtrace.stats._ties import tied
from trialtrace.stats._wald import column_names, numbered, wald_fields
from trialtrace.stats.regression._design import orthonormal
from trialtrace.stats.regression._likelihood import NoMaximum, columns, maximise, recedes
from trialtrace.stats.regression.coefficients import wald_test
from trialtrace.stats.regression.logistic import logistic, separation
from trialtrace.stats.results import (
    Coefficients,
    Row,
    StatsError,
    Tabular,
    TestResult,
    rows_of_tests,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ProportionalOddsFit(Coefficients):
    """Log odds ratios of a higher level, `thresholds` between the `levels`, tests of all slopes.

    The coefficients are the slopes; `joint_covariance` is that of thresholds and slopes together,
    thresholds first.
    """

    levels: Labels
    thresholds: Floats
    thresholds_se: Floats
    joint_covariance: Floats
    log_likelihood: float
    null_log_likelihood: float
    likelihood_ratio: TestResult
    wald: TestResult
    score: TestResult


def proportional_odds(y: ArrayLike, x: ArrayLike, *, confidence: float) -> ProportionalOddsFit:
    """Maximum likelihood of the proportional odds model, y numbers (n,), x (n, p), no intercept.

    The levels are the distinct values of y, those up to 1e-11 of their mean size apart being one;
    one that did not occur is none. Newton-Raphson, with errors from the second derivatives at the
    solution. Chi-squared tests of all slopes at once, p degrees of freedom; the score test uses the
    expected information without slopes, which makes it N / (N - 1) times the squared rank sum test
    for two arms.

    Raises `StatsError` for one level, columns that are constant or combinations of each other,
    separation, or missing values. Oracle: R's ordinal::clm and MASS::polr.

    R: `ordinal::clm(y ~ x)`.

    >>> fit = proportional_odds([0, 1, 0, 2, 1, 2, 2, 1], [[0]] * 4 + [[1]] * 4, confidence=0.95)
    >>> fit.coef.round(4), fit.thresholds.round(4)
    (array([1.9128]), array([-0.2588,  1.7074]))
    """
    names = column_names(x)
    levels, level, x = ordinal_data(y, x)
    centre = x.mean(axis=0)
    q, triangle = orthonormal(_centred(x))
    cut = cuts(level, levels.size)
    upper, lower = (np.column_stack([part, -q]) for part in cut)
    share = np.cumsum(np.bincount(level))[:-1] / level.size
    start = np.append(logit(share), np.zeros(q.shape[1]))

    def derivatives(par: Floats) -> tuple[float, Floats, Floats]:
        return _derivatives(par, upper, lower, level, levels.size)

    bounded, above = level < levels.size - 1, level > 0
    rows = np.vstack([upper[bounded], -lower[above]])
    null = derivatives(start)[0]
    try:
        par, information = maximise(derivatives, start, rows)
    except NoMaximum:
        raise StatsError(
            "separation: columns of x tell levels apart, so log odds ratios are infinite."
            if recedes(rows)
            else "no maximum of the likelihood was found."
        ) from None
    # Back to thresholds at x = 0 and slopes of the columns as given.
    cutpoints, inverse = levels.size - 1, np.linalg.inv(triangle)
    back = np.eye(par.size)
    back[cutpoints:, cutpoints:] = inverse
    back[:cutpoints, cutpoints:] = centre @ inverse
    par, covariance = back @ par, back @ np.linalg.inv(information) @ back.T
    own = covariance[cutpoints:, cutpoints:]
    fields = wald_fields(par[cutpoints:], own, df=inf, confidence=confidence, labels=names)
    value = derivatives(np.linalg.solve(back, par).astype(np.float64, copy=False))[0]
    p = float(x.shape[1])
    ratio = max(2 * (value - null), 0.0)
    return ProportionalOddsFit(
        **fields,
        levels=levels,
        thresholds=par[:cutpoints],
        thresholds_se=np.sqrt(np.diag(covariance)[:cutpoints]),
        joint_covariance=covariance,
        log_likelihood=value,
        null_log_likelihood=null,
        likelihood_ratio=TestResult(ratio, p, chi2_tail(ratio, p)),
        wald=wald_test(Coefficients(**fields), np.eye(x.shape[1])),
        score=_score(level, share, q),
    )


@dataclass(frozen=True, slots=True, repr=False)
class BrantTest(Tabular):
    """Tests of proportional odds: of all columns at once, and of each in its order."""

    overall: TestResult
    by_column: tuple[TestResult, ...]
    labels: tuple[str, ...]

    def rows(self) -> list[Row]:
        each = zip(self.labels, self.by_column, strict=True)
        return rows_of_tests([("overall", self.overall), *each])


def brant_test(y: ArrayLike, x: ArrayLike) -> BrantTest:
    """Brant's Wald test of proportional odds: of all columns at once, and of each.

    Logistic regressions of y above each of its levels but the last, (levels - 1) of them, whose
    slopes are compared by their joint covariance. Chi-squared with (levels - 2) p degrees of
    freedom, (levels - 2) for one column. y and x as in `proportional_odds`.

    Raises `StatsError` for fewer than three levels, separation at a threshold, missing values,
    and where the joint covariance is not positive, which happens in small samples.
    Oracle: R's glm and linear algebra by hand.

    R: by hand in models.R.

    >>> y = [0, 1, 0, 2, 0, 0, 2, 1, 2, 1, 1, 0]
    >>> brant_test(y, [[0]] * 6 + [[1]] * 6).overall
    TestResult(statistic=0.915149, df=1, p_value=0.338752)
    """
    names = column_names(x)
    levels, level, x = ordinal_data(y, x)
    cutpoints, p = levels.size - 1, x.shape[1]
    if cutpoints < 2:
        raise StatsError("two levels have one odds ratio, so there is nothing to compare.")
    q, triangle = orthonormal(np.column_stack([np.ones(level.size), _centred(x)]))
    slopes, probability, bread = [], [], []
    for k in range(cutpoints):
        threshold = levels[k] + 0.0  # without the sign of a zero
        try:
            fit = logistic(level > k, q, confidence=0.95)
        except StatsError as error:
            if separation(level > k, q) == "none":
                raise StatsError(f"at the threshold above {threshold:g}: {error}") from None
            raise StatsError(
                f"the odds ratio of a value above {threshold:g} cannot be estimated, since a group "
                "or covariate parts who has one from the others without exception, as where nobody "
                "of a group has one; so the odds ratios of the scale's cuts cannot be compared."
            ) from None
        slopes.append(fit.coef)
        probability.append(fit.fitted)
        bread.append(fit.covariance)
    size = p + 1
    joint = np.empty((cutpoints * size, cutpoints * size))
    for k in range(cutpoints):
        for m in range(k, cutpoints):
            weight = probability[m] * (1 - probability[k])
            block = bread[k] @ ((q.T * weight) @ q) @ bread[m]
            at, to = slice(k * size, (k + 1) * size), slice(m * size, (m + 1) * size)
            joint[at, to], joint[to, at] = block, block.T
    inverse = np.linalg.inv(triangle)[1:]
    beta = np.array([inverse @ coef for coef in slopes])
    both = np.kron(np.eye(cutpoints), inverse)
    differ = np.column_stack([-np.ones(cutpoints - 1), np.eye(cutpoints - 1)])
    covariance = both @ joint @ both.T
    every, *each = (np.kron(differ, row).astype(float) for row in (np.eye(p), *np.eye(p)))
    single = tuple(_compare(beta, covariance, rows) for rows in each)
    return BrantTest(_compare(beta, covariance, every), single, names or numbered(p))


def ordinal_data(y: ArrayLike, x: ArrayLike) -> tuple[Labels, Places, Floats]:
    """Levels of y, each value's level from 0, and the columns; at least two levels."""
    (y,) = tied(sample(y, "y", at_least=2))
    levels, level = labels(y, "y", y.size)
    if levels.size < 2:
        raise StatsError("all outcomes are of one level.")
    return levels, level, columns(x, y.size)


def cuts(level: Places, levels: int) -> tuple[Floats, Floats]:
    """Indicators of the threshold above and of the one below each value, (n, levels - 1)."""
    at = np.eye(levels)[level]
    return at[:, :-1], at[:, 1:]


def level_terms(a: Floats, b: Floats) -> tuple[Floats, ...]:
    """Log of P = F(a) - F(b), its derivatives by a and b, and second ones aa, ab and bb.

    F is the logistic distribution function; a may be infinite and b minus infinite. By the tail
    that keeps the digits of the difference.
    """
    high = a + b > 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        p = np.where(high, expit(-b) - expit(-a), expit(a) - expit(b))
        fa, fb = expit(a) * expit(-a), expit(b) * expit(-b)
        da, db = fa / p, -fb / p
        slope_a, slope_b = expit(-a) - expit(a), expit(-b) - expit(b)
        value = np.where(p > 0, np.log(p), -np.inf)
        return value, da, db, da * slope_a - da**2, -da * db, db * slope_b - db**2


def _derivatives(
    par: Floats, upper: Floats, lower: Floats, level: Places, levels: int
) -> tuple[float, Floats, Floats]:
    a = np.where(level < levels - 1, upper @ par, np.inf)
    b = np.where(level > 0, lower @ par, -np.inf)
    value, da, db, daa, dab, dbb = level_terms(a, b)
    cross = (upper.T * dab) @ lower
    second = (upper.T * daa) @ upper + cross + cross.T + (lower.T * dbb) @ lower
    total = float(value.sum())
    return total, upper.T @ da + lower.T @ db, -second


def _score(level: Places, share: Floats, q: Floats) -> TestResult:
    """Score test by the expected information: scores are sums of shares at and below a level."""
    edges = np.concatenate([[0.0], share, [1.0]])
    scores = edges[1:] + edges[:-1] - 1
    variance = float(np.diff(edges) @ scores**2)
    along = q.T @ scores[level]
    statistic = float(along @ along) / variance
    return TestResult(statistic, float(q.shape[1]), chi2_tail(statistic, q.shape[1]))


def _compare(beta: Floats, covariance: Floats, rows: Floats) -> TestResult:
    difference = rows @ beta.ravel()
    spread = rows @ covariance @ rows.T
    size = np.sqrt(np.maximum(np.diag(spread), 0.0))
    # With few values the separate fits may cross, and their covariance is then none.
    if not size.all() or np.linalg.eigvalsh(spread / np.outer(size, size))[0] < 1e-10:
        raise StatsError("the covariance of the thresholds' slopes is not positive: too few data.")
    statistic = float(difference @ np.linalg.solve(spread, difference))
    return TestResult(statistic, float(rows.shape[0]), chi2_tail(statistic, rows.shape[0]))


def _centred(x: Floats) -> Floats:
    if (x.min(axis=0) == x.max(axis=0)).any():
        raise StatsError("a column of x is constant; the thresholds are the intercepts.")
    centred: Floats = x - x.mean(axis=0)
    return centred
