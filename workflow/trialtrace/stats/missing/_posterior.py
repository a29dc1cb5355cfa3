"""Draws from the posterior of a regression, and imputations from it, for all imputations at once.

Each draw is a function of uniform numbers that are handed in, so that a second implementation fed
with the same numbers must give the same values. `Stream` makes them by counter: imputation m
reads its own place, whichever imputations are made beside it.

References: Rubin, Multiple Imputation for Nonresponse in Surveys, 1987, pages 167 (normal) and 169
(logistic, and by it the other models of means). Little, J Bus Econ Stat 1988;6:287 (predictive mean
matching). Gelman and others, Bayesian Data Analysis, 3rd ed., section 14.2. White, Daniel and
Royston, Comput Stat Data Anal 2010;54:2267 (augmented), as in R's mice: half a standard deviation
from the means, within what occurs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, expit, ndtri, pdtr, pdtrik

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_range, within_range
from trialtrace.stats.regression.ordinal import proportional_odds
from trialtrace.stats.resampling.drawing import Seed, check_seed, random_words
from trialtrace.stats.results import StatsError

# Uniform numbers in (0, 1), shape (imputations, count), of one place in the stream.
Uniforms = Callable[[int, int], Floats]

# The purposes 0 to 3 of the stream belong to resampling.
IMPUTATION = 4
# Share of the size of a column that must not be explained by the others.
SINGULAR = 1e-9
NEWTON_STEPS, NEWTON_TOLERANCE = 25, 1e-10


@dataclass(frozen=True, slots=True)
class Stream:
    """Uniform numbers of the imputations start .. stop - 1 of a seed."""

    seed: Seed
    start: int
    stop: int

    def __post_init__(self) -> None:
        check_seed(self.seed)
        check_range(self.start, self.stop, "imputations", least=1)

    def __call__(self, place: int, count: int) -> Floats:
        """Numbers (imputations, count) of a place; each lies strictly between 0 and 1."""
        steps = -(-count // 4)
        rows = self.stop - self.start
        words = random_words(self.seed, IMPUTATION, self.start * steps, rows, steps, branch=place)[
            :, :count
        ]
        # 52 bits and a half: neither 0 nor 1, whose normal quantiles are infinite.
        return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


@dataclass(frozen=True, slots=True, eq=False)
class NormalDraw:
    """Coefficients (imputations, p) and standard deviations (imputations,) of a regression.

    `best` are the coefficients of least squares, (1 or imputations, p).
    """

    coef: Floats
    sd: Floats
    best: Floats


def triangle_of(x: Floats, what: str) -> tuple[Floats, Floats]:
    """QR of x, (..., rows, p), the diagonal of the triangle positive; singular x is an error."""
    q, r = np.linalg.qr(x)
    sign = np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    size = np.sqrt((r**2).sum(axis=-2, keepdims=True))
    if (size == 0).any():
        raise StatsError(f"a predictor of {what} is 0 throughout; leave it out.")
    within_range(size, f"predictors of {what}")
    if np.linalg.svd(r / size, compute_uv=False)[..., -1].min() < SINGULAR:
        raise StatsError(f"predictors of {what} are combinations of each other; leave some out.")
    return q * sign[..., None, :], r * sign[..., :, None]


def draw_normal(y: Floats, x: Floats, uniform: Floats, what: str) -> NormalDraw:
    """Draw (sigma, beta) of y = x beta + error from their posterior under p ~ 1 / sigma^2.

    y is (rows,) or (imputations, rows), x (1 or imputations, rows, p), uniform (imputations,
    p + 1), the last of them for sigma: sigma^2 = RSS / chi-squared quantile on rows - p degrees
    of freedom; then beta = b + sigma R^-1 z, R the triangle of x with a positive diagonal.
    Raises `StatsError` without degrees of freedom, for singular x and for an exact fit.
    """
    rows, p = x.shape[-2:]
    if rows <= p:
        raise StatsError(
            f"{what} has {rows} observed rows for {p} coefficients; more rows are needed."
        )
    q, r = triangle_of(x, what)
    y = np.ascontiguousarray(np.atleast_2d(y))
    projected = np.swapaxes(q, -1, -2) @ y[..., None]
    b = np.linalg.solve(r, projected).astype(np.float64, copy=False)[..., 0]
    residual = y - (x @ b[..., None])[..., 0]
    rss = (residual**2).sum(axis=-1)
    if (rss <= rows * (64 * np.finfo(float).eps * np.abs(y).max(axis=-1)) ** 2).any():
        raise StatsError(f"{what} has no variation beyond what its predictors explain.")
    # chdtri takes the upper tail.
    sd = np.sqrt(rss / chdtri(rows - p, 1 - uniform[:, p]))
    z = ndtri(uniform[:, :p])[..., None]
    return NormalDraw(b + sd[:, None] * np.linalg.solve(r, z)[..., 0], sd, b)


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """Outcomes (rows,), predictors (1 or imputations, rows, p) and weights (rows,) of a model."""

    y: Floats
    x: Floats
    weights: Floats


def augmented(model: Weighted, everybody: Floats) -> Weighted:
    """The model with a few more rows of little weight, so that no predictors separate outcomes.

    For each predictor four rows: half a standard deviation above and below its mean, once with
    each outcome, the other predictors at their means; no value beyond the least and the largest.
    Means are over `everybody`, (imputations, rows, p), of whom some have no outcome. All these
    rows weigh as many as there are coefficients. The first column of x is the intercept.
    """
    own = everybody[..., 1:]
    copies, _, q = own.shape
    if q == 0:
        return model
    mean, sd = own.mean(axis=-2), own.std(axis=-2, ddof=1)
    more = np.repeat(mean[:, None, :], 4 * q, axis=-2)
    for j in range(q):
        more[:, 4 * j : 4 * j + 4, j] += np.array([0.5, -0.5, 0.5, -0.5]) * sd[:, j, None]
    more = np.clip(more, own.min(axis=-2)[:, None, :], own.max(axis=-2)[:, None, :])
    rows = np.concatenate([np.ones((copies, 4 * q, 1)), more], axis=-1)
    seen = np.broadcast_to(model.x, (copies, *model.x.shape[1:]))
    weights = np.concatenate([model.weights, np.full(4 * q, (q + 1) / (4 * q))])
    outcomes = np.concatenate([model.y, np.tile([0.0, 0.0, 1.0, 1.0], q)])
    return Weighted(outcomes, np.concatenate([seen, rows], axis=-2), weights)


# Of a model of means by a link: the mean of a predictor, and its variance.
Mean = Callable[[Floats], Floats]


def draw_logistic(model: Weighted, uniform: Floats, what: str) -> Floats:
    """Draw logistic coefficients from the normal approximation of their posterior.

    Shapes as in `draw_normal`, with uniform (imputations, p). beta = b + R^-1 z, where R'R is the
    information at the maximum b and R's diagonal is positive. Raises `StatsError` where b does
    not exist (separation, or all outcomes alike).
    """
    return _drawn(model, uniform, what, expit, lambda mean: mean * (1 - mean), 0.0)


def draw_count(model: Weighted, uniform: Floats, what: str) -> Floats:
    """Draw coefficients of a Poisson regression in the same way; none where all counts are 0."""
    if not model.y.any():
        raise StatsError(f"all observed counts of {what} are 0, so they have no model.")
    start = float(np.log(np.average(model.y, weights=model.weights)))
    return _drawn(model, uniform, what, np.exp, lambda mean: mean, start)


def _drawn(
    model: Weighted, uniform: Floats, what: str, link: Mean, variance: Mean, start: float
) -> Floats:
    x, weights = model.x, model.weights
    rows, p = x.shape[-2:]
    if rows <= p:
        raise StatsError(
            f"{what} has {rows} observed rows for {p} coefficients; more rows are needed."
        )
    triangle_of(x, what)
    y = np.broadcast_to(model.y, x.shape[:-1])
    b = np.zeros((x.shape[0], p))
    b[:, 0] = start
    for _ in range(NEWTON_STEPS):
        with np.errstate(over="ignore", invalid="ignore"):
            mean = link((x @ b[..., None])[..., 0])
            information = np.swapaxes(x, -1, -2) @ (x * (weights * variance(mean))[..., None])
            score = np.swapaxes(x, -1, -2) @ (weights * (y - mean))[..., None]
        step = _solve(information, score, what)
        b = b + step
        if (np.abs((x @ step[..., None])[..., 0]) < NEWTON_TOLERANCE).all():
            break
    else:
        raise _separated(what)
    mean = link((x @ b[..., None])[..., 0])
    _, r = triangle_of(x * np.sqrt(weights * variance(mean))[..., None], what)
    return b + np.linalg.solve(r, ndtri(uniform)[..., None])[..., 0]


def ordinal_values(
    y: Floats, x: Floats, x_gap: Floats, uniform: Floats, residual: Floats, what: str
) -> Floats:
    """Levels (imputations, gaps) drawn from proportional odds models of y, (rows,).

    x, (1 or imputations, rows, p), and x_gap, (imputations, gaps, p), have their constant first,
    which the thresholds stand for. Thresholds and slopes are drawn together from the normal
    approximation of their posterior: estimates + R^-1 z, R the upper Cholesky factor of their
    information; `residual`, (imputations, gaps), then tells the level.
    """
    levels = np.unique(y)
    if levels.size < 2:
        raise StatsError(f"{what} has one observed level, so it has no model.")
    drawn = np.empty(x_gap.shape[:2])
    for m in range(len(x_gap)):
        if m == 0 or len(x) > 1:
            par, root = _ordinal_fit(y, x[m][:, 1:], what)
        theta = par + np.linalg.solve(root, ndtri(uniform[m, : par.size]))
        cut, slopes = theta[: levels.size - 1], theta[levels.size - 1 :]
        below = expit(cut - (x_gap[m, :, 1:] @ slopes)[:, None])
        # Drawn thresholds may be out of order, where few rows are of a level.
        below = np.maximum.accumulate(below, axis=1)
        drawn[m] = levels[(residual[m, :, None] > below).sum(axis=1)]
    return drawn


def _ordinal_fit(y: Floats, x: Floats, what: str) -> tuple[Floats, Floats]:
    """Thresholds and slopes, and the upper Cholesky factor of their information."""
    try:
        fit = proportional_odds(y, x, confidence=0.95)
    except StatsError as error:
        raise StatsError(f"{what}: {error}") from None
    information = np.linalg.inv(fit.joint_covariance)
    return np.concatenate([fit.thresholds, fit.coef]), np.linalg.cholesky(information).T


def count_values(mean: Floats, residual: Floats) -> Floats:
    """The quantiles of Poisson distributions at uniform numbers, of one shape."""
    with np.errstate(invalid="ignore"):
        near = np.nan_to_num(np.floor(pdtrik(residual, mean)), nan=0.0)
    # The continuous inverse rounds: the least count whose tail reaches the number is beside it.
    found: Floats = np.maximum(near - 1, 0)
    for _ in range(3):
        found = np.where(pdtr(found, mean) < residual, found + 1, found)
    return found


def matched_values(y: Floats, near: tuple[Floats, Floats], residual: Floats, donors: int) -> Floats:
    """Observed values, (imputations, gaps), of donors whose predictions are nearest.

    `near` are the predictions of the rows with y, (1 or imputations, rows), by the best
    coefficients, and of the gaps, (imputations, gaps), by drawn ones; of the `donors` nearest,
    of equal ones the first, `residual` tells which.
    """
    seen, gap = near
    n, span = seen.shape[1], np.arange(donors)
    rows = np.empty(gap.shape, dtype=np.intp)
    for i, wanted in enumerate(gap):
        # One further prediction, infinitely far, stands for those that are not there.
        own = np.append(seen[min(i, len(seen) - 1)], np.inf)
        up = np.append(np.argsort(own[:n], kind="stable"), np.full(donors, n))
        down = np.append(np.full(donors, n), n - 1 - np.argsort(own[n - 1 :: -1], kind="stable"))
        at = np.searchsorted(own[up[:n]], wanted)[:, None]
        # On either side the nearest, of equal ones the first.
        beside = np.hstack([down[at + donors - 1 - span], up[at + span]])
        order = np.lexsort((beside, np.abs(wanted[:, None] - own[beside])))
        which = (residual[i] * donors).astype(np.intp)[:, None]
        rows[i] = np.take_along_axis(beside, np.take_along_axis(order, which, 1), 1)[:, 0]
    found: Floats = y[rows]
    return found


def _solve(information: Floats, score: Floats, what: str) -> Floats:
    try:
        step = np.linalg.solve(information, score).astype(np.float64, copy=False)[..., 0]
    except np.linalg.LinAlgError:
        raise _separated(what) from None
    if not np.isfinite(step).all():
        raise _separated(what)
    return step


def _separated(what: str) -> StatsError:
    return StatsError(
        f"predictors separate the two outcomes of {what}, or all are alike: the logistic model "
        "has no estimate; use fewer predictors or one model for all arms."
    )
