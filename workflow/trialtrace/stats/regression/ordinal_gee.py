"""Repeated ordinal outcomes: a cumulative logit model of the population, by estimating equations.

logit P(Y <= level) = threshold - x'beta at each visit; exp(beta) is the odds ratio of a higher
level in the population, not within a subject as in `ordinal_mixed`. Two visits of a subject go
together by local odds ratios, those of neighbouring levels at one visit against neighbouring levels
at the other: all 1 (`independence`), one for all pairs of visits (`uniform`) or one for each pair
(`pairwise`). They are estimated first, from the table of the values of each two visits, by a
log-linear model of uniform association; the joint probabilities of a subject have these odds ratios
and the subject's own margins. The coefficients are consistent, and the sandwich valid in many
subjects, also where the odds ratios are wrong; missing visits must be missing completely at random.

References: Touloumis, Agresti and Kateri, Biometrics 2013;69:633. Goodman, J Am Stat Assoc
1979;74:537 (uniform association). Liang and Zeger, Biometrika 1986;73:13.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit

from trialtrace.base.arrays import Flags, Floats, Labels, Places
from trialtrace.stats._inputs import check_choice, check_confidence
from trialtrace.stats._ties import tied
from trialtrace.stats._wald import column_names, wald_fields
from trialtrace.stats.regression._design import by_visit, visit_data
from trialtrace.stats.regression.ordinal import proportional_odds
from trialtrace.stats.results import Coefficients, StatsError

WORKING = ("independence", "uniform", "pairwise")
MAX_ITERATIONS, MAX_SCALINGS = 200, 20_000
# Length of the last step in standard errors, and relative change of the last scaling.
STEP, SCALED = 1e-10, 1e-15
# A log of local odds ratios beyond this is taken to rise without end.
EXTREME = 30.0


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class OrdinalGeeFit(Coefficients):
    """Log odds ratios of a higher level, `thresholds` between the `levels`.

    `local_odds_ratios`, (visits, visits), are those of two visits; 1 on the diagonal.
    """

    levels: Labels
    thresholds: Floats
    thresholds_se: Floats
    local_odds_ratios: Floats
    n_subjects: int
    n_values: int
    iterations: int


def ordinal_gee(
    y: ArrayLike,
    x: ArrayLike,
    *,
    working: str,
    confidence: float,
    subject: ArrayLike | None = None,
    visit: ArrayLike | None = None,
) -> OrdinalGeeFit:
    """Fit the cumulative logit model by estimating equations, with a sandwich and normal quantiles.

    y has shape (subjects, visits), numbers, NaN where a visit is missing; x (subjects, visits, p)
    without an intercept, whose rows at missing visits are not used; or long, with `subject` and
    `visit`, as `gee` takes it. The levels are the distinct
    values of y. `working` is "independence", "uniform" or "pairwise". Fisher scoring from the
    maximum of the likelihood under independence.

    Raises `StatsError` as `proportional_odds`; where two visits were never observed in the same
    subject or their values allow no finite local odds ratio; where subjects are no more than
    coefficients and thresholds; where the scoring does not converge.

    Oracle: geepack::ordgee for independence; for the others by hand in R, the local odds ratios by
    glm, and the coefficients that multgee's author printed.

    R: `multgee::ordLORgee(y ~ x, id = subject, repeated = visit, LORstr = "category.exch")`.

    >>> y = [[1, 2], [2, 2], [3, 2], [1, 1], [2, 3], [3, 3], [1, 3], [2, 1]]
    >>> x = [[[0], [0]]] * 4 + [[[1], [1]]] * 4
    >>> ordinal_gee(y, x, working="pairwise", confidence=0.95).coef.round(4)
    array([1.2312])
    """
    check_choice("working", working, WORKING)
    check_confidence(confidence)
    names = column_names(x)
    y, x, _ = by_visit(y, x, subject, visit)
    y, x, seen = visit_data(y, x)
    present = seen.any(axis=1)
    y, x, seen = tied(y[present])[0], x[present], seen[present]
    start = proportional_odds(y[seen], x[seen], confidence=confidence)
    levels, cutpoints, p = start.levels, start.thresholds.size, x.shape[2]
    n = y.shape[0]
    if n <= cutpoints + p:
        raise StatsError(f"{n} subjects and {cutpoints + p} coefficients leave nothing to compare.")
    level: Places = np.where(seen, np.searchsorted(levels, np.where(seen, y, levels[0])), 0)
    association = _association(level, seen, levels.size, working)
    # Centred and of unit spread, so that units of a column cannot spoil the scoring.
    centre, spread = x[seen].mean(axis=0), x[seen].std(axis=0)
    x = np.where(seen[:, :, None], (x - centre) / spread, 0.0)
    begin = np.concatenate([start.thresholds - centre @ start.coef, start.coef * spread])
    par, covariance, iterations = _scored(_Equations(level, x, seen, association), begin)
    back = np.eye(par.size)
    back[cutpoints:, cutpoints:] = np.diag(1 / spread)
    back[:cutpoints, cutpoints:] = centre / spread
    par, covariance = back @ par, back @ covariance @ back.T
    return OrdinalGeeFit(
        **wald_fields(
            par[cutpoints:],
            covariance[cutpoints:, cutpoints:],
            df=inf,
            confidence=confidence,
            labels=names,
        ),
        levels=levels,
        thresholds=par[:cutpoints],
        thresholds_se=np.sqrt(np.diag(covariance)[:cutpoints]),
        local_odds_ratios=np.exp(association),
        n_subjects=n,
        n_values=int(seen.sum()),
        iterations=iterations,
    )


def _association(level: Places, seen: Flags, levels: int, working: str) -> Floats:
    """Log local odds ratio of each two visits, (visits, visits)."""
    visits = level.shape[1]
    found = np.zeros((visits, visits))
    if working == "independence":
        return found
    tables: dict[tuple[int, int], Floats] = {}
    for index in range(visits):
        for other in range(index + 1, visits):
            both = seen[:, index] & seen[:, other]
            table = np.zeros((levels, levels))
            np.add.at(table, (level[both, index], level[both, other]), 1.0)
            tables[index, other] = table
    if not all(table.any() for table in tables.values()):
        raise StatsError("two visits were never observed in the same subject.")
    if working == "uniform":
        value = _uniform(list(tables.values()))
        found[np.triu_indices(visits, 1)] = value
    else:
        for (index, other), table in tables.items():
            found[index, other] = _uniform([table])
    return found + found.T


def _uniform(tables: list[Floats]) -> float:
    """The log odds ratio of uniform association, common to tables with margins of their own.

    Its likelihood equation: the sum of the products of levels is what the fitted tables expect.
    """
    products = _products(tables[0].shape[0])
    observed = np.array(tables)
    rows, columns = observed.sum(axis=2), observed.sum(axis=1)

    def lacking(value: float) -> float:
        fitted = _joint(value * products, rows, columns)
        return float(((observed - fitted) * products).sum())

    low, high = -1.0, 1.0
    try:
        while lacking(low) <= 0:
            low *= 2
        while lacking(high) >= 0:
            high *= 2
    except StatsError:
        raise StatsError(
            "the values of two visits allow no finite local odds ratio; take working independence."
        ) from None
    return float(brentq(lacking, low, high, xtol=1e-14, rtol=1e-14))


def _products(levels: int) -> Floats:
    """Products of two levels, counted from the middle one: from there they are smallest."""
    scores = np.arange(levels) - (levels - 1) / 2
    return np.outer(scores, scores)


def _joint(log_odds: Floats, rows: Floats, columns: Floats) -> Floats:
    """Tables, (n, k, k), with the margins (n, k) and the local odds ratios of exp(log_odds).

    By proportional scaling of rows and columns in turn, which leaves odds ratios as they are.
    """
    if not np.abs(log_odds).max() < EXTREME * log_odds.shape[0]:
        raise StatsError("local odds ratios rise without end.")
    start = np.exp(log_odds - log_odds.max())
    table: Floats = start * (columns / columns.sum(axis=1, keepdims=True))[:, None, :]
    for _ in range(MAX_SCALINGS):
        table = table * _ratio(rows, table.sum(axis=2))[:, :, None]
        now = table.sum(axis=1)
        table = table * _ratio(columns, now)[:, None, :]
        if np.abs(now - columns).max() <= SCALED * max(1.0, float(columns.max())) * 10:
            return table
    raise StatsError("the local odds ratios are too far from 1 for the margins of a subject.")


def _ratio(wanted: Floats, now: Floats) -> Floats:
    ratio: Floats = np.divide(wanted, now, out=np.zeros_like(wanted), where=now > 0)
    return ratio


@dataclass(frozen=True)
class _Equations:
    """Cumulative indicators of every visit against their means: levels, columns, what is seen."""

    level: Places
    x: Floats
    seen: Flags
    association: Floats

    def at(self, par: Floats) -> tuple[Floats, Floats]:
        """Scores of each subject, (n, p), and the expected information, (p, p)."""
        n, visits, p = self.x.shape
        cutpoints = par.size - p
        eta = par[:cutpoints] - (self.x @ par[cutpoints:])[:, :, None]
        if not (np.diff(par[:cutpoints]) > 0).all() or not np.isfinite(eta).all():
            raise StatsError("no convergence: thresholds cross.")
        mean, slope = expit(eta), expit(eta) * expit(-eta)
        columns = np.concatenate(
            [
                np.broadcast_to(np.eye(cutpoints), (n, visits, cutpoints, cutpoints)),
                np.broadcast_to(-self.x[:, :, None, :], (n, visits, cutpoints, p)),
            ],
            axis=3,
        )
        below = self.level[:, :, None] <= np.arange(cutpoints)
        there = self.seen[:, :, None]
        rest = np.where(there, below - mean, 0.0).reshape(n, -1)
        d = np.where(there[..., None], slope[..., None] * columns, 0.0).reshape(n, -1, par.size)
        weighted = np.linalg.solve(self._covariance(mean), np.dstack([d, rest[:, :, None]]))
        information = np.einsum("nkp,nkq->pq", d, weighted[:, :, :-1])
        return np.einsum("nkp,nk->np", d, weighted[:, :, -1]), information

    def _covariance(self, mean: Floats) -> Floats:
        """Of a subject's indicators, (n, visits * cutpoints, same); 1 where nothing is seen."""
        n, visits, cutpoints = mean.shape
        size = visits * cutpoints
        made = np.broadcast_to(np.eye(size), (n, size, size)).copy()
        chance = np.diff(mean, axis=2, prepend=0.0, append=1.0)
        products = _products(cutpoints + 1)
        for index in range(visits):
            at = slice(index * cutpoints, (index + 1) * cutpoints)
            here, own = self.seen[:, index], mean[:, index]
            block = np.minimum(own[:, :, None], own[:, None, :])
            made[here, at, at] = (block - own[:, :, None] * own[:, None, :])[here]
            for other in range(index + 1, visits):
                to = slice(other * cutpoints, (other + 1) * cutpoints)
                both = here & self.seen[:, other]
                value = float(self.association[index, other])
                if value == 0.0 or not both.any():
                    continue
                table = _joint(value * products, chance[both, index], chance[both, other])
                together = table.cumsum(axis=1).cumsum(axis=2)[:, :-1, :-1]
                cross = together - mean[both, index][:, :, None] * mean[both, other][:, None, :]
                made[both, at, to] = cross
                made[both, to, at] = cross.transpose(0, 2, 1)
        return made


def _scored(equations: _Equations, par: Floats) -> tuple[Floats, Floats, int]:
    """The solution, its sandwich, and the iterations that it took."""
    for iteration in range(1, MAX_ITERATIONS + 1):
        try:
            scores, information = equations.at(par)
            bread = np.linalg.inv(information)
        except np.linalg.LinAlgError:
            raise StatsError("no convergence: fitted probabilities reach their bounds.") from None
        total = scores.sum(axis=0)
        step = bread @ total
        if float(total @ step) < STEP**2:
            return par, bread @ (scores.T @ scores) @ bread, iteration
        par = par + step
    raise StatsError("no convergence: try working independence.")
