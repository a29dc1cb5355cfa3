"""Repeated ordinal outcomes: a cumulative logit model with a random intercept for each subject.

logit P(Y <= level | u) = threshold - x'beta - u with u normal; exp(beta) is an odds ratio within
a subject. The integral over u is a Gauss-Hermite sum centred and scaled at each subject's mode.

References: Hedeker and Gibbons, Biometrics 1994;50:933. Liu and Pierce, Biometrika 1994;81:624
(adaptive quadrature). Louis, J R Stat Soc B 1982;44:226 (information from complete data).
"""

from dataclasses import dataclass
from math import inf, log, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.ground.arrays import Floats, Labels, Places
from trialtrace.stats._inputs import labels
from trialtrace.stats.regression._likelihood import ITERATIONS
from trialtrace.stats.regression.coefficients import Coefficients, from_covariance
from trialtrace.stats.regression.ordinal import cuts, level_terms, ordinal_data, proportional_odds
from trialtrace.stats.results import StatsError

# With fewer nodes the derivatives below are not those of the sum that is maximised.
FEWEST_NODES = 7
STEP = 1e-8
# A standard deviation of intercepts below this is no estimate but the edge of the model.
NO_SPREAD = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalMixedFit:
    """Log odds ratios, thresholds and the standard deviation `sd` of the intercepts (logits)."""

    coefficients: Coefficients
    levels: Labels
    thresholds: Floats
    thresholds_se: Floats
    sd: float
    sd_se: float
    log_likelihood: float
    nodes: int
    n_subjects: int


def ordinal_mixed(
    y: ArrayLike, x: ArrayLike, subject: ArrayLike, *, nodes: int, confidence: float
) -> OrdinalMixedFit:
    """Maximum likelihood of the cumulative logit model with a random intercept per subject.

    y numbers (rows,), x (rows, p) without an intercept, subject labels (rows,); a missed visit
    has no row. `nodes` of the adaptive quadrature, at least 7. With intercepts of 0.5 to 1.7
    logits 15 give five digits or more, 25 seven and 40 ten; more nodes tell whether they suffice.
    Newton-Raphson; errors from the observed information.

    Raises `StatsError` as `proportional_odds`; where no subject has two rows; where the
    intercepts' standard deviation is estimated as 0 (fit `proportional_odds` instead) or no
    maximum is found. Oracle: by hand in R from the
    solution of ordinal::clmm, whose optimiser stops early; not adaptive, on a fine grid.

    R: `ordinal::clmm(y ~ x + (1 | subject), nAGQ = 25)`.
    """
    if not isinstance(nodes, int | np.integer) or nodes < FEWEST_NODES:
        raise StatsError(f"nodes must be a whole number of at least {FEWEST_NODES}.")
    levels, level, x = ordinal_data(y, x)
    subjects, of_subject = labels(subject, "subject", level.size)
    if subjects.size == level.size:
        raise StatsError("no subject has two rows, so subjects do not differ from their values.")
    start = proportional_odds(level, x, confidence=confidence)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    model = _Model(level, levels.size, (x - centre) / spread, of_subject, nodes)
    slopes = start.coefficients.coef
    par = np.concatenate([start.thresholds - centre @ slopes, slopes * spread, [1.0]])
    par, value, information = _climb(model, par)
    cutpoints = levels.size - 1
    back = np.eye(par.size)
    back[cutpoints:-1, cutpoints:-1] = np.diag(1 / spread)
    back[:cutpoints, cutpoints:-1] = centre / spread
    covariance = back @ np.linalg.inv(information) @ back.T
    par, se = back @ par, np.sqrt(np.diag(covariance))
    slope = slice(cutpoints, par.size - 1)
    return OrdinalMixedFit(
        coefficients=from_covariance(
            par[slope], covariance[slope, slope], df=inf, confidence=confidence
        ),
        levels=levels,
        thresholds=par[:cutpoints],
        thresholds_se=se[:cutpoints],
        sd=float(par[-1]),
        sd_se=float(se[-1]),
        log_likelihood=value,
        nodes=int(nodes),
        n_subjects=int(subjects.size),
    )


def _climb(model: "_Model", par: Floats) -> tuple[Floats, float, Floats]:
    """Newton's method, turned uphill where the likelihood is not concave."""
    value, gradient, information = model.derivatives(par)
    for _ in range(ITERATIONS):
        size, axes = np.linalg.eigh(information)
        floor = 1e-6 * np.abs(size).max()
        step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(size), floor))
        long = float(np.abs(step).max())
        step = step * min(1.0, 2.0 / max(long, STEP))
        # The likelihood is the same for either sign of the standard deviation: keep it positive.
        if step[-1] < -par[-1] / 2:
            step = step * (-par[-1] / 2 / step[-1])
        new = model.derivatives(par + step)
        for _ in range(40):
            if new[0] >= value - 1e-11 * (1 + abs(value)):
                break
            step = step / 2
            new = model.derivatives(par + step)
        par = par + step
        value, gradient, information = new
        if par[-1] < NO_SPREAD:
            raise StatsError("the standard deviation of the random intercepts is estimated as 0.")
        if long < STEP and size[0] > 0:
            return par, value, information
    raise StatsError("no maximum of the likelihood was found.")


class _Model:
    """Likelihood by quadrature; `par` is thresholds, slopes, standard deviation."""

    def __init__(self, level: Places, levels: int, x: Floats, subject: Places, nodes: int) -> None:
        order = np.argsort(subject, kind="stable")
        self.level, self.subject, x = level[order], subject[order], x[order]
        self.top = self.level == levels - 1
        self.bottom = self.level == 0
        above, below = cuts(self.level, levels)
        self.above, self.below = np.column_stack([above, -x]), np.column_stack([below, -x])
        self.starts = np.flatnonzero(np.diff(self.subject, prepend=-1))
        nodes_at, weight = np.polynomial.hermite.hermgauss(nodes)
        self.nodes = sqrt(2) * nodes_at
        self.log_weight = np.log(weight) + nodes_at**2 + log(2) / 2
        self.modes = np.zeros(self.starts.size)

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
        v, sd = np.zeros(self.starts.size), par[-1]
        for _ in range(ITERATIONS):
            _, da, db, daa, dab, dbb = self._terms(par, v[:, None])
            slope = -sd * self._sum(da + db)[:, 0] - v
            curve = 1 - sd**2 * self._sum(daa + 2 * dab + dbb)[:, 0]
            step = slope / curve
            v = v + np.clip(step, -1, 1)
            if np.abs(step).max() < 1e-10:
                break
        return v, 1 / np.sqrt(curve)

    def derivatives(self, par: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient and observed information (Louis) at `par`."""
        if (np.diff(par[: self.level.max()]) <= 0).any():
            return -inf, par, np.eye(par.size)
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
