"""Fine and Gray's regression of the cumulative incidence of one cause on covariates.

The hazard of the subdistribution is that of a time which a competing event makes infinite: who had
one stays at risk, with the weight G(t-) / G(s-) of not being censored since its time s, G the
Kaplan-Meier estimate of no censoring, alike in all patients. A subdistribution hazard ratio says by
how much an arm raises or lowers the cumulative incidence, competing events included; for the hazard
among those still free of any event, fit `cox` with other causes censored.

All sums are cumulative ones along the times, so the work grows with patients as a sort does.

References: Fine and Gray, J Am Stat Assoc 1999;94:496 (sections 3 and 4). Geskus, Biometrics
2011;67:39 (weights).

Oracle: cmprsk's crr, its variance included.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import check_confidence, chi2_tail
from trialtrace.stats._wald import column_names, wald_fields
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.survival.competing_risks import check_causes
from trialtrace.stats.survival.cox import CoxFit, _check_information, _covariates, _maximise


def fine_gray(
    time: ArrayLike, cause: ArrayLike, x: ArrayLike, *, of: int, confidence: float
) -> CoxFit:
    """Fit Fine and Gray's model to the incidence of cause `of`, as `crr`.

    time and cause of shape (n,), cause 0 for censoring and a positive whole number for each cause;
    x of shape (n, p). Coefficients are log ratios of subdistribution hazards. Ties are Breslow's;
    of times that are tied, a censoring leaves after the events. `covariance`, the bounds and the
    Wald test are those of the sandwich that knows that G is estimated; `score` and
    `likelihood_ratio` are of the weighted likelihood, which is none of a sample, and have no
    exact level. Source: Fine and Gray 1999.

    Raises `StatsError` as `cox` does, and for causes as in `cumulative_incidence`.

    R: `cmprsk::crr(time, cause, x, failcode = of)`.

    >>> time, cause = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 0, 1, 1, 2, 0]
    >>> fit = fine_gray(time, cause, [[0], [1]] * 4, of=1, confidence=0.95)
    >>> round(float(fit.coef[0]), 4), round(float(fit.se[0]), 4)
    (-1.5466, 0.9315)
    """
    check_confidence(confidence)
    names = column_names(x)
    time, cause = check_causes(time, cause, of)
    if not (cause == of).any():
        raise StatsError(f"nobody has an event of cause {of!r}.")
    x, spread = _covariates(x, time.size)
    model = _Subdistribution(time, np.where(cause == 0, 0, np.where(cause == of, 1, 2)), x)
    zero = np.zeros(spread.size)
    null, gradient, information = model.at(zero)
    _check_information(information)
    score = float(gradient @ np.linalg.solve(information, gradient))
    beta, log_likelihood, information, iterations = _maximise(model)
    bread = np.linalg.inv(information)
    parts = model.influence(beta) @ bread
    covariance = parts.T @ parts
    if not np.linalg.matrix_rank(covariance) == spread.size:
        raise StatsError("too few patients for a robust variance of so many covariates.")
    df = float(beta.size)
    wald = float(beta @ np.linalg.solve(covariance, beta))
    values = wald, score, max(0.0, 2 * (log_likelihood - null))
    wald_test, score_test, ratio_test = (TestResult(v, df, chi2_tail(v, df)) for v in values)
    covariance = covariance / np.outer(spread, spread)
    return CoxFit(
        **wald_fields(beta / spread, covariance, df=inf, confidence=confidence, labels=names),
        log_likelihood=log_likelihood,
        null_log_likelihood=null,
        wald=wald_test,
        score=score_test,
        likelihood_ratio=ratio_test,
        n=time.size,
        n_event=int(model.deaths.sum()),
        iterations=iterations,
    )


class _Subdistribution:
    """The weighted log partial likelihood with its derivatives, patients in the order of time.

    `kind` is 0 for censoring, 1 for the event, 2 for a competing one. Rows of `when` are the
    distinct times.
    """

    def __init__(self, time: Floats, kind: Places, x: Floats):
        order = np.argsort(time, kind="stable")
        self.x, self.kind = x[order], kind[order]
        self.when, self.row, size = np.unique(time[order], return_inverse=True, return_counts=True)
        self.deaths, self.censored = (
            np.bincount(self.row, self.kind == k, minlength=size.size) for k in (1, 0)
        )
        self.at_risk = (time.size - np.cumsum(size) + size).astype(np.float64)
        # Of not being censored before each time: G(t-).
        kept = np.cumprod(1 - self.censored / self.at_risk)
        self.free = np.concatenate([[1.0], kept[:-1]])
        self.competing = self.kind == 2

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log partial likelihood, its gradient and the information at `beta`."""
        eta = self.x @ beta
        eta = eta - eta.max()
        weight, hazard, _, mean = self._risk(eta)
        exposure = weight * self._exposed(hazard)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_likelihood = float((self.kind == 1) @ eta - self.deaths @ np.log(self._total(eta)))
        gradient = ((self.kind == 1) - exposure) @ self.x
        inner = mean * self.deaths[:, None]
        return log_likelihood, gradient, self.x.T @ (exposure[:, None] * self.x) - inner.T @ mean

    def _sums(self, values: Floats) -> Floats:
        """Sum weighted `values` of the patients over the risk set of each time."""
        by_row = np.zeros((self.when.size, *values.shape[1:]))
        np.add.at(by_row, self.row, values)
        here: Floats = np.cumsum(by_row[::-1], axis=0)[::-1]
        waiting = np.zeros_like(by_row)
        past = self.competing
        np.add.at(waiting, self.row[past], (values[past].T / self.free[self.row[past]]).T)
        # Who had a competing event before, with what is left of the chance of being seen.
        before = np.cumsum(waiting, axis=0) - waiting
        summed: Floats = here + (before.T * self.free).T
        return summed

    def _total(self, eta: Floats) -> Floats:
        total = self._sums(np.exp(eta))
        return np.where(self.deaths > 0, total, 1.0)

    def _risk(self, eta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Weights, hazards and weights of risk sets by time, and their mean covariates."""
        weight, total = np.exp(eta), self._total(eta)
        mean = self._sums(weight[:, None] * self.x) / total[:, None]
        return weight, self.deaths / total, total, np.where(self.deaths[:, None] > 0, mean, 0.0)

    def _exposed(self, hazard: Floats) -> Floats:
        """Sum what each time has over the times at which each patient is at risk, weighted."""
        done = np.cumsum(hazard, axis=0)
        later = self._later(hazard)
        past = self.competing
        of_patient: Floats = done[self.row]
        of_patient[past] += (later[self.row[past]].T / self.free[self.row[past]]).T
        return of_patient

    def _later(self, hazard: Floats) -> Floats:
        """Of each time, the sum over later ones, each with its chance of being seen."""
        seen = (hazard.T * self.free).T
        later: Floats = np.sum(seen, axis=0) - np.cumsum(seen, axis=0)
        return later

    def influence(self, beta: Floats) -> Floats:
        """Each patient's part of the gradient, with its part in the estimate of G; rows in order
        of time."""
        eta = self.x @ beta
        weight, hazard, _, mean = self._risk(eta - eta.max())
        mean_hazard = mean * hazard[:, None]
        own = (self.kind == 1)[:, None] * (self.x - mean[self.row])
        own -= weight[:, None] * (
            self.x * self._exposed(hazard)[:, None] - self._exposed(mean_hazard)
        )
        parts: Floats = own + self._of_censoring(weight, hazard, mean_hazard)
        return parts

    def _of_censoring(self, weight: Floats, hazard: Floats, mean_hazard: Floats) -> Floats:
        """Through G: of a censoring at u, what those with a competing event before u add from u on.

        At tied times this is the paper's sum over X < u <= t, as crr has it.
        """
        past = self.competing
        sizes = np.zeros(self.when.size)
        sums = np.zeros((self.when.size, self.x.shape[1]))
        share = weight[past] / self.free[self.row[past]]
        np.add.at(sizes, self.row[past], share)
        np.add.at(sums, self.row[past], share[:, None] * self.x[past])
        before, before_x = np.cumsum(sizes) - sizes, np.cumsum(sums, axis=0) - sums
        later = self._later(hazard) + self.free * hazard
        later_x = self._later(mean_hazard) + self.free[:, None] * mean_hazard
        moved = (before_x * later[:, None] - before[:, None] * later_x) / self.at_risk[:, None]
        # Martingale of censoring: what happens less what was expected.
        expected = np.cumsum(moved * (self.censored / self.at_risk)[:, None], axis=0)
        residuals: Floats = (self.kind == 0)[:, None] * moved[self.row] - expected[self.row]
        return residuals
