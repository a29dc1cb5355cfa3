"""Endpoints as scores, so that a test statistic is a sum of scores over one arm.

The statistics that re-randomisation needs most are linear in the assignment once the endpoint
has been turned into one number a patient without looking at the arms: differences of means and of
proportions (the values themselves), rank sums, log-rank observed less expected events, the score
form of analysis of covariance, Cochran-Mantel-Haenszel. Every function returns shape (n,), and
columns of several make the (n, endpoints) matrix of the tests. A patient without an outcome is
left out of the computation by `included` and gets a score of 0.

References: Lehmann, Nonparametrics, 1975 (midranks). van Elteren, Bull Inst Int Stat 1960;37:351
(ranks in strata). Peto and Peto, J R Stat Soc A 1972;135:185 (log-rank scores). Gail, Tan and
Piantadosi, Biometrika 1988;75:57, and Tukey, Control Clin Trials 1993;14:266 (residuals of a
covariate model). Mantel, J Am Stat Assoc 1963;58:690 (scores within strata).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats, Labels, Places
from trialtrace.stats._inputs import (
    as_array,
    check_choice,
    labels,
    numbers,
    sample,
    survival_data,
    within_range,
)
from trialtrace.stats._ties import tied
from trialtrace.stats.results import StatsError


def mean_scores(values: ArrayLike, *, included: ArrayLike | None) -> Floats:
    """Scores of a difference of means or, of values 0 and 1, of proportions: less their mean.

    values (n,), in any unit; missing ones are allowed where `included` (n,) is False. Raises
    `StatsError` for missing values elsewhere. Oracle: the sum over one arm is n1 n0 / n times the
    difference of means.

    >>> mean_scores([4, 6, 8, 2], included=None)
    array([-1.,  1.,  3., -3.])
    """
    return _place(values, included, lambda y: y - y.mean())


def rank_scores(
    values: ArrayLike,
    *,
    stratum: ArrayLike | None,
    weights: str,
    included: ArrayLike | None,
) -> Floats:
    """Midranks less their mean, as in Wilcoxon's rank sum; within strata where those are given.

    values (n,), larger ones rank higher, ties (up to 1e-11 of the mean size) share the mean of
    their ranks. `weights`: "equal"
    adds the ranks of all strata, "van_elteren" divides those of a stratum of N by N + 1, which is
    best where the effect is the same everywhere. Raises `StatsError` for missing values, or for
    an unknown weight. Oracle: Mann-Whitney W less m n / 2 in one stratum.

    R: `rank(x)`.

    >>> rank_scores([4, 6, 8, 2], stratum=None, weights="equal", included=None)
    array([-0.5,  0.5,  1.5, -1.5])
    """
    check_choice("weights", weights, ("equal", "van_elteren"))

    def centred_ranks(y: Floats) -> Floats:
        _, group, size = np.unique(y, return_inverse=True, return_counts=True)
        ranks = (np.cumsum(size) - (size - 1) / 2)[group.reshape(-1)] - (y.size + 1) / 2
        return ranks / (y.size + 1) if weights == "van_elteren" else ranks

    return _within(values, stratum, included, centred_ranks, ranked=True)


def stratum_scores(values: ArrayLike, stratum: ArrayLike, *, included: ArrayLike | None) -> Floats:
    """Values less the mean of their stratum: those of Cochran-Mantel-Haenszel and its extensions.

    values (n,), 0 and 1 or ordered scores; stratum (n,) labels. The sum over one arm is observed
    less expected of `mantelhaen.test`, the row mean score with more than two values. Raises
    `StatsError` for missing values or labels.

    Oracle: `mantelhaen.test`.

    R: `mantelhaen.test(arm, y, stratum)`, observed less expected.

    >>> stratum_scores([4, 6, 8, 2], [1, 1, 2, 2], included=None)
    array([-1.,  1.,  3., -3.])
    """
    return _within(values, stratum, included, lambda y: y - y.mean())


def log_rank_scores(
    time: ArrayLike,
    event: ArrayLike,
    *,
    stratum: ArrayLike | None,
    included: ArrayLike | None,
) -> Floats:
    """Log-rank scores: event less the Nelson-Aalen cumulative hazard at the patient's own time.

    time and event (n,), as in `survival`: censorings at a time of events are still at risk there.
    The sum over one arm is observed less expected events of the log-rank test, computed within
    strata where those are given. Censoring moves with the patient, so the test asks for censoring
    that does not depend on the arm. Raises `StatsError` for negative times or events other than 0
    and 1. Oracle: `survdiff`.

    R: `residuals(survival::coxph(Surv(time, event) ~ 1, ties = "breslow"))`.

    >>> log_rank_scores([4, 6, 8, 2], [1, 0, 1, 1], stratum=None, included=None).round(4)
    array([ 0.4167, -0.5833, -0.5833,  0.75  ])
    """
    time, event = _by_patient(time, "time"), _by_patient(event, "event")
    if time.size != event.size:
        raise StatsError(f"time has {time.size} values and event {event.size}.")
    keep = _included(included, time.size)
    scores = np.zeros(keep.size)
    times, events = survival_data(time[keep], event[keep])
    table = np.empty(times.size)
    for patients in _patients_by_stratum(stratum, keep):
        unique, index = np.unique(times[patients], return_inverse=True)
        index = index.reshape(-1)
        happened = np.bincount(index, events[patients], unique.size)
        at_risk = np.bincount(index, minlength=unique.size)[::-1].cumsum()[::-1]
        table[patients] = events[patients] - np.cumsum(happened / at_risk)[index]
    scores[keep] = table
    return scores


def residual_scores(
    values: ArrayLike, covariates: ArrayLike, *, included: ArrayLike | None
) -> Floats:
    """Residuals of least squares of the values on covariates without the arm: ANCOVA's score.

    values (n,), covariates (n, p) without an intercept, which is added; indicators stand for
    classes, and a column that the others give is not an error. The sum over one arm orders
    assignments by the score test of the arm, not by the adjusted difference itself. Raises
    `StatsError` for missing values or no residual degrees of freedom. Oracle: `residuals(lm())`.

    R: `residuals(lm(y ~ x))`.

    >>> residual_scores([4, 6, 8, 2], [[1], [2], [4], [1]], included=None).round(4)
    array([ 0.6667,  1.    , -0.3333, -1.3333])
    """
    n = _by_patient(values, "values").size
    x = as_array(covariates, "covariates")
    if x.ndim != 2 or x.shape[0] != n:
        raise StatsError(f"covariates must have shape ({n}, p); got {x.shape}.")

    def residuals(y: Floats, own: Floats) -> Floats:
        with np.errstate(over="ignore", invalid="ignore"):
            spread = own.std(axis=0)
            centred = (own - own.mean(axis=0)) / np.where(spread > 0, spread, 1)
        within_range(centred, "covariates")
        left, size, _ = np.linalg.svd(centred, full_matrices=False)
        left = left[:, size > 1e-10 * max(1.0, size.max(initial=0.0))]
        if y.size - left.shape[1] - 1 < 1:
            raise StatsError("the covariates leave no residual degrees of freedom.")
        y = y - y.mean()
        return y - left @ (left.T @ y)

    own = numbers(x[_included(included, n)], "covariates")
    return _place(values, included, lambda y: residuals(y, own))


def _included(included: ArrayLike | None, n: int) -> Flags:
    if included is None:
        return np.ones(n, dtype=bool)
    keep = np.asarray(included)
    if keep.dtype != bool or keep.shape != (n,):
        raise StatsError(f"included must be {n} times True or False.")
    if not keep.any():
        raise StatsError("no patient is included.")
    return keep


def _place(
    values: ArrayLike, included: ArrayLike | None, compute: Callable[[Floats], Floats]
) -> Floats:
    """Compute scores of the included patients, 0 for the others."""
    values = _by_patient(values, "values")
    keep = _included(included, values.size)
    scores = np.zeros(keep.size)
    with np.errstate(over="ignore", invalid="ignore"):
        scores[keep] = compute(sample(values[keep], "values"))
    return within_range(scores, "values")


def _by_patient(values: ArrayLike, name: str) -> Labels:
    """One value a patient, of any kind; masked arrays stay masked."""
    array = values if isinstance(values, np.ma.MaskedArray) else as_array(values, name)
    if array.ndim != 1:
        raise StatsError(f"{name} must be one-dimensional; got shape {array.shape}.")
    return array


def _within(
    values: ArrayLike,
    stratum: ArrayLike | None,
    included: ArrayLike | None,
    compute: Callable[[Floats], Floats],
    *,
    ranked: bool = False,
) -> Floats:
    keep = _included(included, _by_patient(values, "values").size)

    def by_stratum(y: Floats) -> Floats:
        # Of all strata together: one of them may hold nothing but zeros and rounding.
        y = tied(y)[0] if ranked else y
        scores = np.empty(y.size)
        for patients in _patients_by_stratum(stratum, keep):
            scores[patients] = compute(y[patients])
        return scores

    return _place(values, included, by_stratum)


def _patients_by_stratum(stratum: ArrayLike | None, keep: Flags) -> list[Places]:
    """Indices, among the included patients, of each stratum."""
    if stratum is None:
        return [np.arange(np.count_nonzero(keep))]
    found, index = labels(stratum, "stratum", keep.size)
    index = index[keep]
    return [np.flatnonzero(index == i) for i in range(len(found)) if (index == i).any()]
