"""Scores of estimates at a time: incidence, survival and restricted means as one number a patient.

Each patient's score is n times the infinitesimal jackknife of the estimate of all patients
together, the arms not looked at: how the estimate changes with the patient's weight. The sum of
scores over an arm orders assignments nearly as the difference of the two arms' estimates does;
that a test of it is exact does not hang on how nearly. Censoring moves with the patient, so the
test asks for censoring that does not depend on the arm.

References: Andersen, Klein and Rosthøj, Biometrika 2003;90:15 (pseudo-observations, of which these
are the limit). Therneau and Grambsch, Modeling Survival Data, 2000, section 7.2 (infinitesimal
jackknife). Aalen and Johansen, Scand J Stat 1978;5:141.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import one_number, survival_data
from trialtrace.stats.results import StatsError
from trialtrace.stats.survival.competing_risks import check_causes, just_before


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Each distinct time: who is at risk, and which share of them has `every` event, or the one
    `of_cause`; `row` is where each patient's time stands, `event` and `own` what happened there."""

    when: Floats
    row: Places
    at_risk: Floats
    event: Floats
    own: Floats
    every: Floats
    of_cause: Floats

    @property
    def after(self) -> Floats:
        """Share without any event just after each time."""
        after: Floats = (1 - self.every).cumprod()
        return after

    def per_survivor(self, to_come: Floats) -> Floats:
        """What is to come after each time, for those whom its events leave; 0 after the last."""
        left = 1 - self.every
        return np.divide(to_come, left, out=np.zeros_like(to_come), where=left > 0)

    def scores(self, by_event: Floats, by_cause: Floats, until: float) -> Floats:
        """Sum over times up to `until` of each patient's change in the hazards of all events and
        of the cause, times what the estimate makes of them."""
        seen = self.when <= until
        by_event, by_cause = np.where(seen, by_event, 0.0), np.where(seen, by_cause, 0.0)
        jump = self.event * by_event[self.row] + self.own * by_cause[self.row]
        drift = np.cumsum((self.every * by_event + self.of_cause * by_cause) / self.at_risk)
        scores: Floats = self.row.size * (jump / self.at_risk[self.row] - drift[self.row])
        return scores


def incidence_scores(time: ArrayLike, cause: ArrayLike, *, of: int, at: float) -> Floats:
    """Scores of the Aalen-Johansen incidence of a cause at a time.

    time and cause (n,); cause is 0 for censoring, a positive whole number for each cause. With one
    cause they are those of 1 - S(at) by Kaplan and Meier, so that survival has the negative ones.
    Raises `StatsError` for a time that nobody was followed to. Oracle: residuals of `survfit`.

    R: `residuals(survival::survfit(Surv(time, cause) ~ 1), times = at, type = "pstate")`, by n.

    >>> incidence_scores([2, 4, 6, 8], [1, 0, 1, 1], of=1, at=5)
    array([ 0.75, -0.25, -0.25, -0.25])
    """
    time, cause = check_causes(time, cause, of)
    table = _table(time, cause, of, at)
    before = just_before(table.after, 1.0)
    incidence = np.cumsum(before * table.of_cause)
    to_come = incidence[np.searchsorted(table.when, at, side="right") - 1] - incidence
    return table.scores(-table.per_survivor(to_come), before, at)


def restricted_mean_scores(time: ArrayLike, event: ArrayLike, *, tau: float) -> Floats:
    """Scores of the mean time without the event up to tau.

    time and event (n,), as in `survival`. Raises `StatsError` for a tau that nobody was followed
    to. Oracle: residuals of `survfit`.

    R: `residuals(survival::survfit(Surv(time, event) ~ 1), times = tau, type = "auc")`, by n.

    >>> restricted_mean_scores([2, 4, 6, 8], [1, 0, 1, 1], tau=8)
    array([-3.75,  1.25, -0.25,  2.75])
    """
    time, event = survival_data(time, event)
    table = _table(time, event, 1, tau)
    ends = np.minimum(np.append(table.when[1:], tau), tau)
    steps = table.after * np.maximum(ends - table.when, 0.0)
    to_come = steps[::-1].cumsum()[::-1]
    return table.scores(-table.per_survivor(to_come), np.zeros_like(to_come), tau)


def _table(time: Floats, cause: Floats, of: int, until: float) -> _Table:
    when, row = np.unique(time, return_inverse=True)
    if one_number(until, "a time") > when[-1]:
        raise StatsError("nobody was followed for so long.")
    event, own = (cause > 0).astype(float), (cause == of).astype(float)
    at_risk = np.bincount(row)[::-1].cumsum()[::-1].astype(float)
    every, of_cause = (np.bincount(row, what) / at_risk for what in (event, own))
    return _Table(when, row, at_risk, event, own, every, of_cause)
