"""Visits drawn again: regressions from their posterior, and reference-based assumptions."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from trialtrace.run.methods.checking.data import Asked

Draw = np.random.Generator
# With fewer degrees of freedom in a regression the draws are too wild to be compared.
FEWEST = 12


class TooFew(ValueError):
    """A regression with few degrees of freedom."""


def _posterior(y: np.ndarray, x: np.ndarray, draw: Draw) -> tuple[np.ndarray, float]:
    """Coefficients and standard deviation of a regression, drawn."""
    free = len(y) - x.shape[1]
    if free < FEWEST:
        raise TooFew
    root = np.linalg.cholesky(x.T @ x).T
    b = np.linalg.solve(root.T @ root, x.T @ y)
    # The posterior under a flat prior: variance by an inverse chi-squared, then coefficients.
    variance = float(((y - x @ b) ** 2).sum() / draw.chisquare(free))
    shift = np.linalg.solve(root, draw.standard_normal(len(b)))
    return b + sqrt(variance) * shift, sqrt(variance)


def by_regressions(
    y: np.ndarray, x: np.ndarray, arm: np.ndarray, asked: Asked, draw: Draw
) -> np.ndarray:
    """Each visit from the others in turn; without cycles from those before it, once."""
    lacking, y = np.isnan(y), y.copy()
    names, cycles = np.unique(arm), asked.options.get("cycles")
    apart = asked.options["arms"] == "by_arm"
    groups = [arm == name for name in names] if apart else [np.ones(len(arm), bool)]
    fixed = np.column_stack([np.ones(len(y)), x])
    if not apart:
        fixed = np.column_stack([fixed, arm[:, None] == names[1:]])
    for column in range(y.shape[1]) if cycles else ():
        for group in groups:
            gone = group & lacking[:, column]
            y[gone, column] = draw.choice(y[group & ~lacking[:, column], column], gone.sum())
    for _ in range(cycles or 1):
        for column in range(y.shape[1]):
            others = np.delete(y, column, axis=1) if cycles else y[:, :column]
            predictors = np.column_stack([fixed, others])
            for group in groups:
                seen, gone = group & ~lacking[:, column], group & lacking[:, column]
                if gone.any():
                    b, sd = _posterior(y[seen, column], predictors[seen], draw)
                    y[gone, column] = predictors[gone] @ b + draw.normal(0, sd, gone.sum())
    return y


@dataclass(frozen=True)
class Moments:
    """Means by subject, taken as of an arm, and the covariance of the visits."""

    mean: np.ndarray
    covariance: np.ndarray


def by_reference(
    y: np.ndarray, x: np.ndarray, arm: np.ndarray, reference: str, asked: Asked, draw: Draw
) -> np.ndarray:
    """By the conditional distribution after the last value as the paper words it."""
    y, k = y.copy(), y.shape[1]
    there = ~np.isnan(y)
    last = np.where(there.any(axis=1), k - there[:, ::-1].argmax(axis=1), 0)
    gap = ~there & (np.arange(k) < last[:, None])
    names = np.unique(arm)
    groups = [[name] for name in names] if asked.options["arms"] == "by_arm" else [list(names)]
    moments: dict[str, Moments] = {}
    for group in groups:
        moments |= _group(y, x, arm, group, (last, gap), asked.options["cycles"], draw)
    assumption = asked.options["assumption"]
    at_random = assumption in ("missing_at_random", "last_mean")
    short = last < k
    for rows in alike(arm[short], last[short]):
        rows = np.flatnonzero(short)[rows]
        t, name = last[rows[0]], arm[rows[0]]
        own, ref = moments[name].mean[rows], moments[reference].mean[rows]
        s = moments[name if at_random else reference].covariance
        past = ref[:, :t] if assumption == "copy_reference" else own[:, :t]
        if assumption == "missing_at_random":
            future = own[:, t:]
        elif assumption == "last_mean":
            future = np.repeat(own[:, t - 1 : t], k - t, axis=1)
        elif assumption == "copy_increments" and t:
            future = own[:, t - 1 : t] + ref[:, t:] - ref[:, t - 1 : t]
        else:
            future = ref[:, t:]
        # The normal distribution of what follows given what was seen: its mean is shifted by the
        # regression on the past, its covariance is what that leaves (the Schur complement).
        weights = np.linalg.solve(s[:t, :t], s[:t, t:])
        rest = s[t:, t:] - weights.T @ s[:t, t:]
        y[rows, t:] = _normal(future + (y[rows, :t] - past) @ weights, rest, draw)
    return y


def alike(*columns: np.ndarray) -> list[np.ndarray]:
    """The rows that agree in every column: a matrix is inverted once for all of them."""
    codes = [np.unique(column, axis=0, return_inverse=True)[1].ravel() for column in columns]
    _, code = np.unique(np.column_stack(codes), axis=0, return_inverse=True)
    return [np.flatnonzero(code.ravel() == each) for each in range(code.max(initial=-1) + 1)]


def _normal(mean: np.ndarray, covariance: np.ndarray, draw: Draw) -> np.ndarray:
    """A draw for each row of means."""
    return mean + draw.standard_normal(mean.shape) @ np.linalg.cholesky(covariance).T


def _group(
    y: np.ndarray,
    x: np.ndarray,
    arm: np.ndarray,
    names: list[str],
    seen: tuple[np.ndarray, np.ndarray],
    cycles: int,
    draw: Draw,
) -> dict[str, Moments]:
    """Moments of arms that share slopes and covariance; their gaps are filled in place."""
    last, gap = seen
    member = np.isin(arm, names)
    for i, j in np.argwhere(gap & member[:, None]):
        y[i, j] = draw.choice(y[member & ~np.isnan(y[:, j]) & ~gap[:, j], j])
    some = np.flatnonzero(member & gap.any(axis=1))
    patterns = [some[rows] for rows in alike(arm[some], last[some], gap[some])]
    for _ in range(cycles if patterns else 1):
        moments = _sequence(y, x, arm, names, last, draw)
        for rows in patterns:
            lost, t = np.flatnonzero(gap[rows[0]]), last[rows[0]]
            kept = np.setdiff1d(np.arange(t), lost)
            its = moments[arm[rows[0]]]
            # Given all other visits, a gap's covariance inverts its block of the precision.
            precision = np.linalg.inv(its.covariance[:t, :t])
            spread = np.linalg.inv(precision[np.ix_(lost, lost)])
            pull = (y[rows] - its.mean[rows])[:, kept] @ precision[np.ix_(kept, lost)]
            y[np.ix_(rows, lost)] = _normal(its.mean[rows][:, lost] - pull @ spread, spread, draw)
    return moments


def _sequence(
    y: np.ndarray, x: np.ndarray, arm: np.ndarray, names: list[str], last: np.ndarray, draw: Draw
) -> dict[str, Moments]:
    """Moments that regressions of each visit on those before it imply."""
    n, k = y.shape
    member = np.isin(arm, names)
    as_arm = {
        name: np.column_stack([np.ones(n), x, np.tile(np.array(names[1:]) == name, (n, 1))])
        for name in names
    }
    own = np.array([as_arm.get(name, as_arm[names[0]])[i] for i, name in enumerate(arm)], float)
    mean = {name: np.zeros((n, k)) for name in names}
    root, sd = np.eye(k), np.zeros(k)
    for j in range(k):
        rows = member & (last > j)
        b, sd[j] = _posterior(y[rows, j], np.column_stack([own[rows], y[rows, :j]]), draw)
        fixed, slopes = b[: own.shape[1]], b[own.shape[1] :]
        for name in names:
            mean[name][:, j] = as_arm[name] @ fixed + mean[name][:, :j] @ slopes
        root[j, :j] = -slopes
    # Each visit less its regression on those before it is independent noise: root y = noise.
    turned = np.linalg.inv(root)
    covariance = turned @ np.diag(sd**2) @ turned.T
    return {name: Moments(mean[name], covariance) for name in names}
