"""Repeated ordinal outcomes: a cumulative logit model with a random intercept for each subject.

logit P(Y <= level | u) = threshold - x'beta - u with u normal; exp(beta) is an odds ratio within
a subject. The integral over u is a Gauss-Hermite sum centred and scaled at each subject's mode.

References: Hedeker and Gibbons, Biometrics 1994;50:933. Liu and Pierce, Biometrika 1994;81:624
(adaptive quadrature). Louis, J R Stat Soc B 1982;44:226 (information from complete data).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from math import inf, log, nan, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import roots_hermite

from trialtrace.base.arrays import Floats, Labels, Places
from trialtrace.stats._inputs import labels
from trialtrace.stats._wald import column_names, wald_fields
from trialtrace.stats.regression._likelihood import ITERATIONS
from trialtrace.stats.regression.ordinal import cuts, level_terms, ordinal_data, proportional_odds
from trialtrace.stats.results import Coefficients, StatsError

# With fewer nodes the derivatives below are not those of the sum that is maximised.
FEWEST_NODES, MOST_NODES = 7, 300
FIRST_NODES = 15
# How far twice the nodes may move the estimates, in standard errors: where "enough" are chosen, and
# where a number of them is given.
STILL, SUFFICES = 1e-7, 1e-3
STEP = 1e-8
# A step that this often halved is still not uphill has derivatives of another sum: too few nodes.
HALVINGS = 10
# A standard deviation of intercepts below this is no estimate but the edge of the model.
NO_SPREAD = 1e-3
# Rows that are computed with at once: what is kept of them at every node stays in the caches.
ROWS = 2048


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class OrdinalMixedFit(Coefficients):
    """Log odds ratios, thresholds and the standard deviation `sd` of the intercepts (logits).

    `joint_covariance` is that of thresholds and slopes together, `nodes` are those that the
    quadrature took. `boundary` says that `sd` is estimated as 0: its
    `sd_se` is then NaN, and everything else is that of the model without intercepts.
    """

    levels: Labels
    thresholds: Floats
    thresholds_se: Floats
    joint_covariance: Floats
    sd: float
    sd_se: float
    log_likelihood: float
    nodes: int
    n_subjects: int
    boundary: bool


def ordinal_mixed(
    y: ArrayLike, x: ArrayLike, subject: ArrayLike, *, nodes: int | str, confidence: float
) -> OrdinalMixedFit:
    """Maximum likelihood of the cumulative logit model with a random intercept per subject.

    y numbers (rows,), x (rows, p) without an intercept, subject labels (rows,); a missed visit
    has no row. With two levels of y it is the logistic model. `nodes` of the adaptive quadrature:
    "enough" doubles them from 15 until twice as many move no estimate by 1e-7 standard errors; a
    number, 7 to 300, is refused where more would move one by 1e-3. Newton-Raphson; errors from the
    observed information. A standard deviation of 0 is an estimate (`boundary`), as in clmm.

    Raises `StatsError` as `proportional_odds`; where no subject has two rows or there is one
    alone; where no maximum is
    found, or the nodes do not suffice, with the number that would. Oracle: lme4::glmer for two
    levels; for more by hand in R from the solution of ordinal::clmm, whose optimiser stops early;
    not adaptive, on a fine grid.

    R: `ordinal::clmm(y ~ x + (1 | subject), nAGQ = 25)`.

    >>> y, x = [0, 1, 0, 2, 1, 2, 2, 1, 0, 0, 2, 2], [[0], [1]] * 6
    >>> fit = ordinal_mixed(y, x, np.repeat(range(6), 2), nodes=25, confidence=0.95)
    >>> fit.coef.round(3)
    array([1.474])
    """
    _check_nodes(nodes)
    names = column_names(x)
    levels, level, x = ordinal_data(y, x)
    subjects, of_subject = labels(subject, "subject", level.size)
    if subjects.size == level.size:
        raise StatsError("no subject has two rows, so subjects do not differ from their values.")
    if subjects.size < 2:
        raise StatsError("all rows are of one subject, so subjects cannot be compared.")
    start = proportional_odds(level, x, confidence=confidence)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    model = _Model(level, levels.size, (x - centre) / spread, of_subject)
    slopes = start.coef
    begin = np.concatenate([start.thresholds - centre @ slopes, slopes * spread, [1.0]])
    used, found = _with_nodes(model, begin, nodes)
    cutpoints = levels.size - 1
    if found is None:
        # On the boundary the model is that without subjects.
        par, value = np.concatenate([start.thresholds, start.coef, [0.0]]), start.log_likelihood
        joint = start.joint_covariance
        se = np.concatenate([np.sqrt(np.diag(joint)), [nan]])
    else:
        par, value, information = found
        par, covariance = _unscaled(par, information, (centre, spread), cutpoints)
        joint, se = covariance[:-1, :-1], np.sqrt(np.diag(covariance))
    slope = slice(cutpoints, par.size - 1)
    return OrdinalMixedFit(
        **wald_fields(par[slope], joint[slope, slope], df=inf, confidence=confidence, labels=names),
        levels=levels,
        thresholds=par[:cutpoints],
        thresholds_se=se[:cutpoints],
        joint_covariance=joint,
        sd=float(par[-1]),
        sd_se=float(se[-1]),
        log_likelihood=value,
        nodes=used,
        n_subjects=int(subjects.size),
        boundary=found is None,
    )


def _unscaled(
    par: Floats, information: Floats, scale: tuple[Floats, Floats], cutpoints: int
) -> tuple[Floats, Floats]:
    """Estimates and their covariance for x as it came, from those for x centred and scaled."""
    centre, spread = scale
    back = np.eye(par.size)
    back[cutpoints:-1, cutpoints:-1] = np.diag(1 / spread)
    back[:cutpoints, cutpoints:-1] = centre / spread
    return back @ par, back @ np.linalg.inv(information) @ back.T


def _check_nodes(nodes: int | str) -> None:
    if isinstance(nodes, str):
        known = nodes == "enough"
    else:
        whole = isinstance(nodes, int | np.integer) and not isinstance(nodes, bool)
        known = whole and FEWEST_NODES <= nodes <= MOST_NODES
    if not known:
        raise StatsError(
            f'nodes must be "enough" or a whole number of at least {FEWEST_NODES} and at most '
            f"{MOST_NODES}; got {nodes!r}."
        )


# Parameters, log-likelihood and information; None where the intercepts do not differ.
_Maximum = tuple[Floats, float, Floats] | None


def _with_nodes(model: _Model, begin: Floats, nodes: int | str) -> tuple[int, _Maximum]:
    """The maximum and the nodes that it took, which suffice."""
    if isinstance(nodes, str):
        return _enough(model, begin, FIRST_NODES, STILL)
    given = int(nodes)
    why: StatsError | None = None
    try:
        maximum = _climb(model.with_nodes(given), begin)
        if maximum is None or _moved(model, maximum[0], given) <= SUFFICES:
            return given, maximum
    except StatsError as error:
        why = error
    try:
        would, _ = _enough(model, begin, 2 * given, SUFFICES)
    except StatsError:
        # With no number of nodes is there a maximum: they are not to blame.
        raise why or StatsError(f"{given} nodes do not suffice, nor do {MOST_NODES}.") from None
    raise StatsError(f"{given} nodes do not suffice for these intercepts; {would} would do.")


def _enough(model: _Model, par: Floats, first: int, still: float) -> tuple[int, _Maximum]:
    """Double the nodes until twice as many leave the estimates where they are."""
    nodes, failed = first, StatsError("no number of nodes suffices for these intercepts.")
    while nodes <= MOST_NODES:
        try:
            maximum = _climb(model.with_nodes(nodes), par)
        except StatsError as error:
            # Too few nodes have a likelihood without a maximum, so more are tried.
            failed = error
        else:
            if maximum is None or _moved(model, maximum[0], nodes) <= still:
                return nodes, maximum
            par = maximum[0]
        nodes *= 2
    raise failed


def _moved(model: _Model, par: Floats, nodes: int) -> float:
    """How far a maximum lies from that of twice the nodes, in standard errors."""
    _, gradient, information = model.with_nodes(min(2 * nodes, 2 * MOST_NODES)).derivatives(par)
    try:
        return float(np.sqrt(abs(gradient @ np.linalg.solve(information, gradient))))
    except np.linalg.LinAlgError:
        return inf


def _climb(model: _Model, par: Floats) -> _Maximum:
    """Newton's method, turned uphill where the likelihood is not concave.

    None where the standard deviation goes to 0.
    """
    value, gradient, information = model.derivatives(par)
    for _ in range(ITERATIONS):
        if not np.isfinite(information).all():
            break
        size, axes = np.linalg.eigh(information)
        floor = 1e-6 * np.abs(size).max()
        step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(size), floor))
        long = float(np.abs(step).max())
        step = step * min(1.0, 2.0 / max(long, STEP))
        # The likelihood is the same for either sign of the standard deviation: keep it positive.
        if step[-1] < -par[-1] / 2:
            step = step * (-par[-1] / 2 / step[-1])
        new = model.derivatives(par + step)
        for _ in range(HALVINGS):
            if new[0] >= value - 1e-11 * (1 + abs(value)):
                break
            step = step / 2
            new = model.derivatives(par + step)
        else:
            break
        par = par + step
        value, gradient, information = new
        if par[-1] < NO_SPREAD:
            return None
        if long < STEP and size[0] > 0:
            return par, value, information
    raise StatsError("no maximum of the likelihood was found.")


class _Model:
    """Likelihood by quadrature; `par` is thresholds, slopes, standard deviation."""

    def __init__(self, level: Places, levels: int, x: Floats, subject: Places) -> None:
        order = np.argsort(subject, kind="stable")
        self.level, self.subject, x = level[order], subject[order], x[order]
        self.top = self.level == levels - 1
        self.bottom = self.level == 0
        above, below = cuts(self.level, levels)
        self.above, self.below = np.column_stack([above, -x]), np.column_stack([below, -x])
        self.starts = np.flatnonzero(np.diff(self.subject, prepend=-1))
        self.nodes = self.log_weight = np.zeros(0)

    def with_nodes(self, nodes: int) -> _Model:
        """The same data, with so many nodes."""
        model = copy(self)
        nodes_at, weight = roots_hermite(nodes)
        model.nodes = sqrt(2) * nodes_at
        # The outermost of very many have weights of 0, and add nothing.
        with np.errstate(divide="ignore"):
            model.log_weight = np.log(weight) + nodes_at**2 + log(2) / 2
        return model

    def _parts(self) -> Iterator[_Model]:
        """The data of some subjects at a time."""
        n = self.starts.size
        begins = np.unique(self.starts.searchsorted(np.arange(0, self.level.size, ROWS)))
        for first, last in pairwise([*begins[begins < n].tolist(), n]):
            rows = slice(self.starts[first], self.starts[last] if last < n else None)
            part = copy(self)
            part.top, part.bottom = self.top[rows], self.bottom[rows]
            part.above, part.below = self.above[rows], self.below[rows]
            part.subject = self.subject[rows] - first
            part.starts = self.starts[first:last] - self.starts[first]
            yield part

    def _sum(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.starts, axis=0)

    def _terms(self, par: Floats, v: Floats) -> tuple[Floats, ...]:
        """Terms of every row at standard intercepts v of the subjects, (subjects, nodes)."""
        shift = par[-1] * v[self.subject]
        a = np.where(self.top[:, None], inf, (self.above @ par[:-1])[:, None] - shift)
        b = np.where(self.bottom[:, None], -inf, (self.below @ par[:-1])[:, None] - shift)
        return level_terms(a, b)

    def _find_modes(self, par: Floats) -> tuple[Floats, Floats]:
        """Mode and scale of each subject's standard intercept given its values."""
        sd, n = par[-1], self.starts.size
        v, low, high = np.zeros(n), np.full(n, -inf), np.full(n, inf)
        for _ in range(ITERATIONS):
            _, da, db, daa, dab, dbb = self._terms(par, v[:, None])
            slope = -sd * self._sum(da + db)[:, 0] - v
            curve = 1 - sd**2 * self._sum(daa + 2 * dab + dbb)[:, 0]
            # The slope falls, so its sign says on which side the mode lies; Newton's steps that
            # leave what is known are cut in the middle.
            low, high = np.where(slope > 0, v, low), np.where(slope < 0, v, high)
            step = np.clip(slope / curve, -1, 1)
            beyond = (v + step < low) | (v + step > high)
            step = np.where(beyond, (np.maximum(low, -99) + np.minimum(high, 99)) / 2 - v, step)
            v = v + step
            if np.abs(step).max() < 1e-10:
                break
        return v, 1 / np.sqrt(curve)

    def derivatives(self, par: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient and observed information (Louis) at `par`."""
        if (np.diff(par[: self.level.max()]) <= 0).any():
            return -inf, par, np.eye(par.size)
        values, gradients, informations = zip(
            *(part._derivatives(par) for part in self._parts()), strict=True
        )
        return sum(values), sum(gradients), sum(informations)

    def _derivatives(self, par: Floats) -> tuple[float, Floats, Floats]:
        mode, scale = self._find_modes(par)
        v = mode[:, None] + scale[:, None] * self.nodes
        value, da, db, daa, dab, dbb = self._terms(par, v)
        joint = self._sum(value) - v**2 / 2 - log(2 * pi) / 2 + self.log_weight
        highest = joint.max(axis=1, keepdims=True)
        weight = np.exp(joint - highest)
        total = weight.sum(axis=1, keepdims=True)
        log_likelihood = float(np.sum(highest + np.log(total) + np.log(scale)[:, None]))
        if not np.isfinite(log_likelihood):
            return -inf, par, np.eye(par.size)
        weight = weight / total
        # Rows of coefficients at every node: (rows, nodes, parameters).
        shift = -v[self.subject][:, :, None]
        upper, lower = (
            np.concatenate([np.broadcast_to(r[:, None], (*shift.shape[:2], r.shape[1])), shift], 2)
            for r in (self.above, self.below)
        )
        score = self._sum(upper * da[:, :, None] + lower * db[:, :, None])
        mean = np.einsum("sq,sqp->sp", weight, score)
        around = (score - mean[:, None]) * np.sqrt(weight)[:, :, None]
        spread = np.einsum("sqp,sqr->pr", around, around)
        of_row = weight[self.subject]
        flat = [part.reshape(-1, par.size) for part in (upper, lower)]
        upper, lower = flat
        cross = (upper.T * (of_row * dab).ravel()) @ lower
        second = (upper.T * (of_row * daa).ravel()) @ upper + cross + cross.T
        second += (lower.T * (of_row * dbb).ravel()) @ lower
        return log_likelihood, mean.sum(axis=0), -second - spread
