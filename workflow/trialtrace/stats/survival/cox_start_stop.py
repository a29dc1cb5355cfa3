"""Cox regression on follow-up cut into intervals (start, stop]: late entry, covariates that
change, several events a patient; and the robust variance clustered by patient.

A row says: under observation after `start` and up to `stop`, with these covariates, with or
without an event at `stop`. Entry is exclusive: a row is at risk at t if start < t <= stop. The
hazard ratio is that of `cox`, which it equals where everybody is observed from the outset.

The robust variance is the sandwich D'D, where D has a row per patient: the sum of the score
residuals of the patient's rows times the inverse information. It allows for patients with several
events and for a wrong model; it needs many patients rather than many rows. Its Wald test is above
its level in few: of 100 in four strata whose rates differ it rejects 7.8 % of true hypotheses at
5 % (4,000 trials; R's coxph 6.8 % of 2,000), the score test of the same scores 5.9 % (4.9 %); of
400 patients 5.1 and 4.8 %.

References: Andersen and Gill, Ann Stat 1982;10:1100. Lin and Wei, J Am Stat Assoc 1989;84:1074.
Therneau and Grambsch, Modeling Survival Data, 2000, chapters 3 and 7 (ties in residuals).
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import (
    check_choice,
    check_confidence,
    chi2_tail,
    labels,
    sample,
    stratum_numbers,
    survival_data,
)
from trialtrace.stats._ties import tied_times
from trialtrace.stats._wald import column_names, wald_fields
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.survival.cox import (
    CoxFit,
    _check_information,
    _covariates,
    _maximise,
    _PartialLikelihood,
)

# Share of a stratum's weight below which that of a risk set, a difference of two sums, is lost
# in rounding.
LOST = 1e-9
# Share of the information below which the subjects' squared scores are rounding.
FLAT = 1e-12


def cox_start_stop(
    start: ArrayLike | None,
    stop: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    ties: str,
    confidence: float,
    variance: str,
    subject: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> CoxFit:
    """Fit a Cox model to intervals (start, stop], as `coxph(Surv(start, stop, event) ~ x)`.

    start, stop and event of shape (n,), x of shape (n, p), subject, cluster and strata of shape
    (n,) or None; start None means observed from the outset. `ties` is "efron" or "breslow".
    `variance`: "model" inverts the information; "robust" is the sandwich clustered by `cluster`,
    such as sites or randomised clusters, or, without one, by `subject`; it gives covariance, se,
    low, high, the Wald test and the score test, while the likelihood ratio test stays that of
    independent rows. `n` of the result counts rows. Oracle: coxph, with `cluster()` for "robust"
    (its `rscore` for the score test).

    Raises `StatsError` as `cox` does (no event, a covariate that does not vary, monotone
    likelihood), for start not below stop, rows of a subject that overlap in one stratum, a robust
    variance without subjects, or with clusters that are no more than the coefficients and one.

    R: `survival::coxph(Surv(start, stop, event) ~ x, cluster = subject)`.

    >>> start, stop, event = [0, 4, 0, 0, 0, 0], [4, 9, 7, 8, 3, 6], [0, 1, 1, 0, 1, 1]
    >>> x = [[0], [1], [1], [0], [0], [1]]
    >>> given = {"ties": "efron", "confidence": 0.95, "variance": "model"}
    >>> cox_start_stop(start, stop, event, x, **given).coef.round(4)
    array([0.2912])
    """
    check_choice("variance", variance, ("model", "robust"))
    check_confidence(confidence)
    model, spread = start_stop_model(start, stop, event, x, strata, ties)
    within = _subjects(start, stop, subject, strata)
    together = within if cluster is None else labels(cluster, "cluster", model.event.size)[1]
    clustered, columns = cluster is not None, spread.size
    _check_variance(variance, clustered=clustered, together=together, coefficients=columns)
    zero = np.zeros(spread.size)
    null_log_likelihood, gradient, information = model.at(zero)
    _check_information(information)
    score = float(gradient @ np.linalg.solve(information, gradient))
    beta, log_likelihood, information, iterations = _maximise(model)
    covariance = np.linalg.inv(information)
    if together is not None and variance == "robust":
        covariance = covariance @ _meat(model, beta, together, information) @ covariance
        meat = _meat(model, zero, together, information)
        score = float(gradient @ np.linalg.solve(meat, gradient))
    df = float(beta.size)
    wald = float(beta @ np.linalg.solve(covariance, beta))
    ratio = max(0.0, 2 * (log_likelihood - null_log_likelihood))
    tests = [TestResult(value, df, chi2_tail(value, df)) for value in (wald, score, ratio)]
    wald_test, score_test, ratio_test = tests
    covariance = covariance / np.outer(spread, spread)
    return CoxFit(
        **wald_fields(
            beta / spread, covariance, df=inf, confidence=confidence, labels=column_names(x)
        ),
        log_likelihood=log_likelihood,
        null_log_likelihood=null_log_likelihood,
        wald=wald_test,
        score=score_test,
        likelihood_ratio=ratio_test,
        n=model.event.size,
        n_event=int(model.event.sum()),
        iterations=iterations,
    )


def _check_variance(
    variance: str, *, clustered: bool, together: Places | None, coefficients: int
) -> None:
    if clustered and variance == "model":
        raise StatsError("clusters are of a robust variance; that of the model knows none.")
    if variance == "robust":
        if together is None:
            raise StatsError("a robust variance needs the subject of every row.")
        # The scores of the clusters sum to 0: with one more than coefficients an error is of a
        # single free square, and can come out near 0 by chance.
        clusters = int(together.max()) + 1
        if clusters <= coefficients + 1:
            raise StatsError(
                f"{clusters} clusters cannot carry a robust variance of {coefficients} "
                f"coefficient{'s' * (coefficients > 1)}: at least {coefficients + 2} are needed."
            )


class StartStop(_PartialLikelihood):
    """The log partial likelihood of rows that enter after `start`; see `_PartialLikelihood`."""

    def __init__(
        self, start: Floats, stop: Floats, event: Floats, x: Floats, stratum: Places, *, efron: bool
    ):
        super().__init__(stop, event, x, stratum, efron=efron)
        time = stop[self.order][self.starts]
        self.time = time
        self.entry = entry = start[self.order]
        stratum = stratum[self.order]
        # Rows by entry within their stratum: those from `late` on enter at a block's time or after.
        self.by_entry = np.lexsort((entry, stratum))
        self.late = np.empty(time.size, dtype=np.intp)
        self.entered = np.empty(entry.size, dtype=np.intp)
        self.bounds = np.concatenate([self.starts[[s.start for s in self.strata]], [entry.size]])
        for number, blocks in enumerate(self.strata):
            rows = slice(*self.bounds[number : number + 2])
            entries = entry[self.by_entry[rows]]
            self.late[blocks] = rows.start + np.searchsorted(entries, time[blocks], side="left")
            self.entered[rows] = np.searchsorted(time[blocks], entry[rows], side="right")
        self.last = np.repeat(self.bounds[1:], [s.stop - s.start for s in self.strata])
        self.first_block = np.repeat([s.start for s in self.strata], np.diff(self.bounds))

    def _accumulated(self, hazard: Floats) -> Floats:
        sums: Floats = np.concatenate([np.zeros_like(hazard[:1]), np.cumsum(hazard, axis=0)])
        of_row: Floats = sums[self.block + 1] - sums[self.first_block + self.entered]
        return of_row

    def _risk_sums(self, values: Floats) -> Floats:
        sums = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values[self.by_entry], axis=0)])
        waiting = (sums[self.last] - sums[self.late])[self.owner]
        risk: Floats = super()._risk_sums(values) - waiting
        if values.ndim == 1:
            # Too small to be told from rounding: 0, which the likelihood takes for its end.
            risk[risk < LOST * waiting] = 0.0
        return risk

    def means(self, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the rows' weights, and weight and mean covariates of the events' risk sets."""
        eta = self.x @ beta
        weight = np.exp(eta - eta.max())
        risk = self._risk_sums(weight)
        return weight, risk, self._risk_sums(weight[:, None] * self.x) / risk[:, None]

    def per_block(self, values: Floats) -> Floats:
        """Sum what each event has over the events of a block."""
        result = np.zeros((self.starts.size, *values.shape[1:]))
        np.add.at(result, self.owner, values)
        return result

    def score_residuals(self, beta: Floats) -> Floats:
        """Each row's part of the gradient at `beta`, of shape (n, p), in the order given."""
        weight, risk, mean = self.means(beta)
        deaths = np.maximum(self.per_block(np.ones(risk.size)), 1)
        expected = self.per_block(mean)[self.block] / deaths[self.block, None]
        hazard, own = (self.per_block(v / risk) for v in (np.ones(risk.size), self.fraction))
        hazard_x, own_x = (
            self.per_block((v / risk)[:, None] * mean) for v in (np.ones(risk.size), self.fraction)
        )
        exposure = self._accumulated(hazard) - self.event * own[self.block]
        mean_exposure = self._accumulated(hazard_x) - self.event[:, None] * own_x[self.block]
        parts = self.event[:, None] * (self.x - expected)
        parts -= weight[:, None] * (self.x * exposure[:, None] - mean_exposure)
        result: Floats = np.empty_like(parts)
        result[self.order] = parts
        return result


def start_stop_model(
    start: ArrayLike | None,
    stop: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    strata: ArrayLike | None,
    ties: str,
) -> tuple[StartStop, Floats]:
    """Return the checked data as a likelihood of scaled covariates, and their scales."""
    check_choice("ties", ties, ("efron", "breslow"))
    start, stop, event = _entered(start, stop, event)
    x, spread = _covariates(x, stop.size)
    stratum = stratum_numbers(strata, stop.size)
    if not event.any():
        raise StatsError("no event was observed, so hazards cannot be compared.")
    return StartStop(start, stop, event, x, stratum, efron=ties == "efron"), spread


def _entered(
    start: ArrayLike | None, stop: ArrayLike, event: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Checked rows: start, stop and event."""
    stop, event = survival_data(stop, event)
    begin = np.full(stop.size, -np.inf) if start is None else sample(start, "start")
    if begin.size != stop.size:
        raise StatsError(f"start has {begin.size} values and stop {stop.size}.")
    begin, stop = tied_times(begin, stop)
    if not (begin < stop).all():
        raise StatsError("every row must start before it stops, by more than rounding.")
    return begin, stop, event


def _subjects(
    start: ArrayLike | None,
    stop: ArrayLike,
    subject: ArrayLike | None,
    strata: ArrayLike | None,
) -> Places | None:
    """The number of each row's subject; rows of one subject must not overlap in a stratum."""
    if subject is None:
        return None
    n = len(np.asarray(stop))
    own = labels(subject, "subject", n)[1]
    stratum = stratum_numbers(strata, n)
    stop = np.asarray(stop, dtype=np.float64)
    begin = np.full(n, -np.inf) if start is None else np.asarray(start, dtype=np.float64)
    begin, stop = tied_times(begin, stop)
    order = np.lexsort((begin, stratum, own))
    same = (np.diff(own[order]) == 0) & (np.diff(stratum[order]) == 0)
    if (same & (begin[order][1:] < stop[order][:-1])).any():
        raise StatsError("rows of a subject overlap in time.")
    return own


def _meat(model: StartStop, beta: Floats, cluster: Places, information: Floats) -> Floats:
    """Sum of the squared scores of the subjects."""
    totals = np.zeros((int(cluster.max()) + 1, beta.size))
    np.add.at(totals, cluster, model.score_residuals(beta))
    meat = totals.T @ totals
    # Scores of all sum to 0 at the estimate, so as many subjects as covariates leave a flat side
    # but for rounding.
    scale = np.sqrt(np.diag(information))
    if np.linalg.eigvalsh(meat / np.outer(scale, scale))[0] < FLAT:
        raise StatsError("too few subjects for a robust variance of so many covariates.")
    return meat
