"""Proportional hazards regression (Cox), with Efron's, Breslow's or the discrete treatment of ties.

Estimates log hazard ratios per unit of each covariate by maximum partial likelihood, with its
own baseline hazard for each stratum. All sums over risk sets are cumulative sums from the last
time backwards, so the work grows linearly with patients after one sort.

References: Cox, J R Stat Soc B 1972;34:187. Breslow, Biometrics 1974;30:89. Efron, J Am Stat
Assoc 1977;72:557. Cox and Oakes, Analysis of Survival Data, 1984, section 8.4 (discrete times).
Bryson and Johnson, Technometrics 1981;23:381 (monotone likelihood).

Oracle: R's coxph, iterated to 1e-14.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf, log, nan
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    chi2_tail,
    normal_tail,
    numbers,
    stratum_numbers,
    survival_data,
)
from trialtrace.stats._wald import column_names, wald_fields
from trialtrace.stats.results import Coefficients, StatsError, TestResult

TIES = ("efron", "breslow", "discrete")
MAX_ITERATIONS = 40
# Length of the last Newton step, in standard errors: the error after it is about its square.
STEP = 1e-7
# Information below this share of that at zero, or of its largest direction: nothing is left to
# learn about some combination of covariates.
SINGULAR = 1e-9
# Weight of a risk set, that of the patient with the largest hazard being 1, below which its
# reciprocals would overflow.
NEGLIGIBLE = 1e-100
# Least standard deviation of a covariate.
LEAST_SPREAD = 1e-140
MONOTONE = (
    "the likelihood rises without end, so a hazard ratio has no finite estimate; "
    "look for a group without events."
)
EXTREME = (
    "no convergence: hazards would have to differ beyond what can be computed; "
    "look for a group without events or an extreme value of a covariate."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class CoxFit(Coefficients):
    """A fitted model, on the scale of the log hazard ratio, with a normal reference.

    The three tests are of all coefficients being 0, with as many degrees of freedom as covariates.
    """

    log_likelihood: float
    null_log_likelihood: float
    wald: TestResult
    score: TestResult
    likelihood_ratio: TestResult
    n: int
    n_event: int
    iterations: int


def cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    ties: str,
    confidence: float,
    strata: ArrayLike | None = None,
) -> CoxFit:
    """Fit a Cox model by Newton-Raphson, as `coxph(ties = ...)` run to full convergence.

    time and event of shape (n,), x of shape (n, p), strata of shape (n,) or None. `ties` is
    "efron", "breslow" or "discrete": time itself goes in steps, and the events of a step are a set
    drawn from those at risk, with the conditional logistic likelihood that R calls "exact" and SAS
    DISCRETE; effects are then ratios of odds of the event in a step. All agree where no two events
    share a time and a stratum. A factor goes in as its indicator columns.

    >>> x = [[1], [1], [0], [0]]
    >>> fit = cox([1, 1, 1, 1], [1, 0, 1, 0], x, ties="discrete", confidence=0.95)
    >>> float(fit.coef[0]), round(float(fit.se[0]), 6)
    (0.0, 1.732051)

    Raises `StatsError` where there is no event, a covariate is constant or a combination of
    others within the risk sets, the likelihood is monotone (an arm without events: the hazard
    ratio has no finite estimate), the iteration does not converge, or the data are missing.

    R: `survival::coxph(Surv(time, event) ~ x + strata(s), ties = "efron")`.
    """
    check_choice("ties", ties, TIES)
    check_confidence(confidence)
    names = column_names(x)
    time, event = survival_data(time, event)
    x, spread = _covariates(x, time.size)
    stratum = stratum_numbers(strata, time.size)
    if not event.any():
        raise StatsError("no event was observed, so hazards cannot be compared.")
    model: _Likelihood
    if ties == "discrete":
        model = _DiscreteLikelihood(time, event, x, stratum)
    else:
        model = _PartialLikelihood(time, event, x, stratum, efron=ties == "efron")
    null_log_likelihood, gradient, information = model.at(np.zeros(x.shape[1]))
    _check_information(information)
    score = float(gradient @ np.linalg.solve(information, gradient))
    beta, log_likelihood, information, iterations = _maximise(model)
    inverse = np.linalg.inv(information)
    covariance = inverse / np.outer(spread, spread)
    df = float(beta.size)

    def test(statistic: float) -> TestResult:
        return TestResult(statistic, df, chi2_tail(statistic, df))

    return CoxFit(
        **wald_fields(beta / spread, covariance, df=inf, confidence=confidence, labels=names),
        log_likelihood=log_likelihood,
        null_log_likelihood=null_log_likelihood,
        wald=test(float(beta @ information @ beta)),
        score=test(score),
        likelihood_ratio=test(max(0.0, 2 * (log_likelihood - null_log_likelihood))),
        n=time.size,
        n_event=int(event.sum()),
        iterations=iterations,
    )


def hazard_ratio_test(coef: float, se: float, *, margin: float, sides: str) -> TestResult:
    """Wald's test of a hazard ratio against a margin, a normal statistic.

    `coef` is a log hazard ratio and `se` its standard error, of any Cox model; z is the distance of
    `coef` from log(margin) in standard errors. `sides` "less" tests for a ratio below the margin:
    non-inferiority where the event is bad and the margin above 1, as the Wald interval at 1 - 2
    alpha with its upper bound below the margin. A margin of 1 gives the ordinary Wald test.
    Source: Rothmann, Wiens and Chan, Non-Inferiority Trials, 2011, chapter 13. Oracle: coefficients
    and errors of coxph, the quotient in R.

    Raises `StatsError` for a margin not above 0 or a standard error that is not positive.

    R: by hand in hazards.R, from `survival::coxph`.

    >>> round(hazard_ratio_test(0.0, 0.1, margin=1.25, sides="less").p_value, 6)
    0.012826
    """
    check_choice("sides", sides, SIDES)
    coef, se, margin = numbers([coef, se, margin], "coef, se and margin").tolist()
    if not margin > 0:
        raise StatsError(f"a margin of hazards is above 0; got {margin:g}.")
    if not se > 0:
        raise StatsError("a standard error must be above 0.")
    z = (coef - log(margin)) / se
    return TestResult(z, nan, normal_tail(z, sides))


class _PartialLikelihood:
    """The log partial likelihood with its derivatives, for data sorted once.

    A block is the patients of one stratum and time; each event owns the risk set of its block,
    less a fraction of the block's events where ties are Efron's.
    """

    def __init__(self, time: Floats, event: Floats, x: Floats, stratum: Places, *, efron: bool):
        self.order = order = np.lexsort((time, stratum))
        time, stratum = time[order], stratum[order]
        self.event, self.x = event[order], x[order]
        new = np.ones(time.size, dtype=bool)
        new[1:] = (np.diff(time) != 0) | (np.diff(stratum) != 0)
        self.starts = np.flatnonzero(new)
        self.block = np.cumsum(new) - 1
        deaths = np.bincount(self.block, self.event).astype(np.intp)
        self.owner = np.repeat(np.arange(deaths.size), deaths)
        first = np.cumsum(deaths) - deaths
        self.fraction = (np.arange(self.owner.size) - first[self.owner]) / deaths[self.owner]
        self.fraction *= efron
        edges = np.flatnonzero(np.diff(stratum[self.starts])) + 1
        bounds = [0, *edges.tolist(), self.starts.size]
        self.strata = [slice(a, b) for a, b in pairwise(bounds)]

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log partial likelihood, its gradient and the information at `beta`.

        Infinity where `beta` is so large that the weights of a risk set vanish beside others.
        """
        eta = self.x @ beta
        # A constant in eta cancels; without its maximum the exponential cannot overflow.
        eta -= eta.max()
        weight = np.exp(eta)
        risk = self._risk_sums(weight)
        if risk.min() < NEGLIGIBLE:
            return inf, np.full_like(beta, nan), np.full((beta.size, beta.size), nan)
        mean = self._risk_sums(weight[:, None] * self.x) / risk[:, None]
        hazard, own = (
            np.bincount(self.owner, values, minlength=self.starts.size).astype(
                np.float64, copy=False
            )
            for values in (1 / risk, self.fraction / risk)
        )
        exposure = weight * (self._accumulated(hazard) - self.event * own[self.block])
        log_likelihood = float(self.event @ eta - np.sum(np.log(risk)))
        gradient = (self.event - exposure) @ self.x
        information = self.x.T @ (exposure[:, None] * self.x) - mean.T @ mean
        return log_likelihood, gradient, information

    def _accumulated(self, hazard: Floats) -> Floats:
        """Sum what each block has over the blocks at which each patient is at risk."""
        cumulative = np.concatenate([np.cumsum(hazard[s], axis=0) for s in self.strata])
        of_patient: Floats = cumulative[self.block]
        return of_patient

    def _risk_sums(self, values: Floats) -> Floats:
        """Sum `values` over the risk set of every event."""
        by_block = np.add.reduceat(values, self.starts, axis=0)
        at_risk = np.concatenate([np.cumsum(by_block[s][::-1], axis=0)[::-1] for s in self.strata])
        events = np.add.reduceat((values.T * self.event).T, self.starts, axis=0)
        return at_risk[self.owner] - (events[self.owner].T * self.fraction).T


class _Likelihood(Protocol):
    """A log-likelihood that rises to one maximum: its covariates; value, gradient, information."""

    x: Floats

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]: ...


def _maximise(model: _Likelihood) -> tuple[Floats, float, Floats, int]:
    """Newton-Raphson from zero, a step halved for as long as it lowers the likelihood."""
    beta = np.zeros(model.x.shape[1])
    log_likelihood, gradient, information = model.at(beta)
    start = np.diag(information).copy()
    for iteration in range(1, MAX_ITERATIONS + 1):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            raise StatsError(MONOTONE) from None
        if not np.isfinite(step).all():
            raise StatsError(EXTREME)
        last = gradient @ step < STEP**2
        # What only rounding lowers is not worth halving. A step so long that the weights of a
        # whole risk set vanish gives an infinite likelihood, which is no success either.
        floor = log_likelihood - 1e-12 * abs(log_likelihood)
        while not floor <= (new := model.at(beta + step))[0] < inf:
            step = step / 2
            if np.abs(step).max() < STEP**2:
                raise StatsError(EXTREME)
        beta = beta + step
        log_likelihood, gradient, information = new
        if (np.diag(information) < SINGULAR * start).any() or _flattest(information) < SINGULAR:
            raise StatsError(MONOTONE)
        if last:
            return beta, log_likelihood, information, iteration
    raise StatsError(f"no convergence after {MAX_ITERATIONS} iterations: {MONOTONE}")


def _check_information(information: Floats) -> None:
    """Refuse a covariate, or a combination of them, that varies in no risk set."""
    if (np.diag(information) < SINGULAR).any():
        raise StatsError("a covariate does not vary among those at risk at any event.")
    if _flattest(information) < SINGULAR:
        raise StatsError("covariates are combinations of each other, so they have no estimates.")


def _flattest(information: Floats) -> float:
    """Smallest eigenvalue of the information scaled to a unit diagonal: 0 where flat."""
    scale = np.sqrt(np.diag(information))
    return float(np.linalg.eigvalsh(information / np.outer(scale, scale))[0])


def _covariates(x: ArrayLike, n: int) -> tuple[Floats, Floats]:
    """Return centred and scaled covariates with their scales: units cannot spoil convergence."""
    x = numbers(x, "x")
    if x.ndim != 2 or x.shape[0] != n or x.shape[1] == 0:
        raise StatsError(f"x must have shape ({n}, covariates); got {x.shape}.")
    with np.errstate(over="ignore", invalid="ignore"):
        centred: Floats = x - x.mean(axis=0)
        spread: Floats = centred.std(axis=0)
    if (x.min(axis=0) == x.max(axis=0)).any():
        raise StatsError("a covariate has the same value in all patients.")
    # Beyond these the squares of coefficients are beyond the range of numbers; NaN is as well.
    if not ((spread > LEAST_SPREAD) & (spread < 1 / LEAST_SPREAD)).all():
        raise StatsError("a covariate varies too little or too much to compute with; rescale it.")
    return centred / spread, spread


# The partial likelihood of times that are discrete: tied events are a set drawn from a risk set.
#
# Given that d of those at risk have the event, which d these are has the probability of the product
# of their weights exp(x'b) over the sum of such products over all sets of d: the conditional
# logistic likelihood of a matched set. The sum is an elementary symmetric function of the weights,
# made by adding one patient at a time (Gail, Lubin and Rubinstein, Biometrika 1981;68:703).
#
# Here the recursion runs over moments instead: of a set of k drawn with these probabilities, the
# sum of covariates has a mean and a covariance, and a patient who is added belongs to the set with
# probability r, so that both are mixtures. These are the derivatives of the logarithm; nothing but
# logarithms is ever large, so risk sets and ties of any size can be had.


class _DiscreteLikelihood:
    """The log partial likelihood with its derivatives; see `_PartialLikelihood`."""

    def __init__(self, time: Floats, event: Floats, x: Floats, stratum: Places):
        # Latest first: risk sets only grow within a stratum.
        order = np.lexsort((-time, stratum))
        self.x, event = x[order], event[order]
        time, stratum = time[order], stratum[order]
        new = np.ones(time.size, dtype=bool)
        new[1:] = (np.diff(time) != 0) | (np.diff(stratum) != 0)
        block = np.cumsum(new) - 1
        self.first = np.r_[True, np.diff(stratum) != 0]
        self.last = np.r_[new[1:], True]
        self.deaths = np.bincount(block, event).astype(np.intp)[block]
        largest = np.zeros(int(stratum.max()) + 1, dtype=np.intp)
        np.maximum.at(largest, stratum, self.deaths)
        self.largest = largest[stratum]
        self.chosen = event @ self.x

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log partial likelihood, its gradient and the information at `beta`."""
        eta = self.x @ beta
        size = beta.size
        value, mean = 0.0, np.zeros(size)
        information = np.zeros((size, size))
        for row in range(eta.size):
            if self.first[row]:
                sets = _Sets(int(self.largest[row]), size)
            sets.add(float(eta[row]), self.x[row])
            deaths = self.deaths[row]
            if self.last[row] and deaths:
                value += sets.log_sum[deaths]
                mean += sets.mean[deaths]
                information += sets.covariance[deaths]
        return float(self.chosen @ beta) - float(value), self.chosen - mean, information


class _Sets:
    """Of sets of 0, 1, … `largest` of the patients added so far: logarithm of the sum of the
    products of weights, mean and covariance of the sum of covariates."""

    def __init__(self, largest: int, size: int):
        self.n = 0
        self.log_sum = np.full(largest + 1, -np.inf)
        self.log_sum[0] = 0.0
        self.mean = np.zeros((largest + 1, size))
        self.covariance = np.zeros((largest + 1, size, size))

    def add(self, eta: float, x: Floats) -> None:
        """Sets of k: those of k of the others, and those of k - 1 of them with this patient."""
        self.n += 1
        top = min(self.n, self.log_sum.size - 1) + 1
        without, within = slice(1, top), slice(0, top - 1)
        joined = eta + self.log_sum[within]
        total = np.logaddexp(self.log_sum[without], joined)
        share = np.exp(joined - total)[:, None]
        apart = x + self.mean[within] - self.mean[without]
        spread = (share * (1 - share) * apart)[:, :, None] * apart[:, None, :]
        old, new = self.covariance[without], self.covariance[within]
        self.covariance[without] = old + share[:, :, None] * (new - old) + spread
        self.mean[without] += share * apart
        self.log_sum[without] = total
