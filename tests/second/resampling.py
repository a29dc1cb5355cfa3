"""Re-randomisation again: shuffles of another generator within the cells."""

from math import nan, sqrt

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.methods.resampling.check import scores_of
from trialtrace.run.trial.model import adsl_code

SHUFFLED = "numpy.random.Generator.permuted"
# A p-value that may decide is small: more shuffles, by which chance is less than it.
SHUFFLES, OF_SMALL, SMALL = 2000, 40_000, 0.05
# Standard errors by which two Monte Carlo p-values may differ.
WIDTH = 5.0


def drawn(data: Data, asked: Asked) -> Recomputed:
    """The share of shuffles at least as extreme; two such shares differ by chance."""
    options = asked.options
    names = [adsl_code(name) for name in options["strata"]]
    rows = data.records(asked).merge(data.adsl[["USUBJID", *names]].dropna(), on="USUBJID")
    n = len(rows)
    timed = "CNSR" in rows and data.trial.endpoints[asked.variable].kind == "time_to_event"
    cells = rows[names].astype(str).agg("\x1f".join, axis=1) if names else rows["TRTP"] * 0 + ""
    cells = cells if names else cells.map(lambda _: "")
    mixed = rows.groupby(cells)["TRTP"].nunique().max() if n else 0
    if n == 0 or mixed < 2 or timed != (options["scores"] == "log_rank"):
        return Recomputed(SHUFFLED, nan, n_used=n)
    key = ("shuffled", asked.analysis, asked.parameter, asked.visit, asked.stratum, asked.pair)
    p, shuffles = data.once(
        (*key, str(options)),
        lambda: _share(
            scores_of(rows, cells, options), rows["TRTP"].to_numpy(), cells.to_numpy(), asked
        ),
    )
    # The smallest p that the fewer draws can have.
    least, draws = 1 / min(shuffles, options["draws"]), options["draws"]
    spread = sqrt(max(p * (1 - p), least) * (1 / shuffles + 1 / draws))
    return Recomputed(SHUFFLED, p, n_used=n, chance=WIDTH * spread)


def _share(
    scores: np.ndarray, arm: np.ndarray, cells: np.ndarray, asked: Asked
) -> tuple[float, int]:
    """The share of shuffles at least as extreme as the arms are, and of how many it is."""
    draw = np.random.default_rng(20240229)
    centred = scores.copy()
    for cell in np.unique(cells):
        centred[cells == cell] -= scores[cells == cell].mean()
    least = _extremes(centred, arm[None], arm, cells, asked)[0]
    least -= 1e-9 * max(np.abs(centred).sum(), 1e-300)
    extreme, shuffles = 0, 0
    while shuffles < SHUFFLES or (shuffles < OF_SMALL and extreme < SMALL * shuffles):
        shuffled = np.tile(arm, (SHUFFLES, 1))
        for cell in np.unique(cells):
            at = np.flatnonzero(cells == cell)
            shuffled[:, at] = draw.permuted(shuffled[:, at], axis=1)
        extreme += int((_extremes(centred, shuffled, arm, cells, asked) >= least).sum())
        shuffles += SHUFFLES
    return (1 + extreme) / (1 + shuffles), shuffles


def _extremes(
    scores: np.ndarray, arms: np.ndarray, arm: np.ndarray, cells: np.ndarray, asked: Asked
) -> np.ndarray:
    """How far the arms are apart in each row of `arms`, in the direction that the test asks."""
    if asked.pair is None:
        return _distance(scores, arms, arm, cells)
    sums = (scores * (arms == asked.contrast[0])).sum(axis=1)
    sides = asked.options["sides"]
    return np.abs(sums) if sides == "two_sided" else (-sums if sides == "less" else sums)


def _distance(
    scores: np.ndarray, arms: np.ndarray, arm: np.ndarray, cells: np.ndarray
) -> np.ndarray:
    """Quadratic form of the sums by arm with the inverse of their covariance."""
    names = np.unique(arm)[:-1]
    sums = np.stack([(scores * (arms == name)).sum(axis=1) for name in names], axis=1)
    spread = np.zeros((len(names), len(names)))
    for cell in np.unique(cells):
        at = cells == cell
        n = at.sum()
        if n < 2:
            continue
        share = np.array([(arm[at] == name).mean() for name in names])
        square = (scores[at] ** 2).sum()
        spread += square * n / (n - 1) * (np.diag(share) - np.outer(share, share))
    return np.einsum("ra,ab,rb->r", sums, np.linalg.pinv(spread, hermitian=True), sums)


def monte_carlo_error(data: Data, asked: Asked) -> Recomputed:
    """The binomial error of the p-value that the shuffles give, and of those that chance allows."""
    p = drawn(data, asked)
    ends = [min(max(p.value + side * p.chance, 0.0), 1.0) for side in (-1, 0, 1)]
    low, value, high = (sqrt(end * (1 - end) / asked.options["draws"]) for end in ends)
    chance = max(abs(value - low), abs(high - value)) + 1 / asked.options["draws"]
    return Recomputed(p.by, value, n_used=p.n_used, chance=chance)


CHECKS = {
    "p_value.rerandomisation": drawn,
    "mc_se.rerandomisation": monte_carlo_error,
}
