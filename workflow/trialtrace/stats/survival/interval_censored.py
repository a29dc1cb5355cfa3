"""Time to an event that is only seen at visits: it lies in (left, right], between the last visit
without and the first visit with it.

Estimates F(t) = P(T <= t) by the nonparametric maximum likelihood estimate of Peto and Turnbull.
It puts mass only on the innermost intervals, those from a left end to a right end with no other
end between; how the mass lies inside one is not estimable, so F has two values there. For data on
a line the masses are unique: each innermost interval ends where an observation ends, which makes
the matrix of observations by intervals of full column rank. Taking the visit at which the event
was seen as its time, as Kaplan-Meier curves of visit data do, is biased towards late times.

Found by the constrained Newton method: nonnegative least squares on the second-order expansion,
a line search, and at the end the Kuhn-Tucker conditions: with n subjects, the derivative of the
log likelihood for each mass is n where there is mass, and at most n elsewhere.

There is no standard error: the estimate converges at the rate of the cube root of n, so those
that programs print are not valid without further assumptions.

References: Peto, J R Stat Soc C 1973;22:86. Turnbull, J R Stat Soc B 1976;38:290. Gentleman and
Geyer, Biometrika 1994;81:618 (conditions, uniqueness). Wang, J R Stat Soc B 2007;69:185
(constrained Newton). Finkelstein, Biometrics 1986;42:845 and Sun, Stat Med 1996;15:1387 (scores).
Fay and Shaw, J Stat Softw 2010;36(2) (both scores with the permutation variance).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats._inputs import as_array, check_choice, chi2_tail, labels
from trialtrace.stats._ties import tied_times
from trialtrace.stats.results import Columns, StatsError, TestResult

MAX_ITERATIONS = 200
# Largest breach of the Kuhn-Tucker conditions, as a share of n: far below what counts, and an
# upper bound of what is left to gain in the log likelihood per subject.
KUHN_TUCKER = 1e-12
# Masses below this are those that the least squares should have made 0.
NO_MASS = 1e-12


@dataclass(frozen=True, slots=True, repr=False)
class Turnbull(Columns):
    """The estimate: `mass` of the innermost intervals (`left`, `right`], all of positive mass.

    `right` is infinite for what comes after all visits; left = right is a time known exactly.
    `breach` is the largest breach of the Kuhn-Tucker conditions, as a share of n.
    """

    left: Floats
    right: Floats
    mass: Floats
    log_likelihood: float
    breach: float
    iterations: int
    n: int

    def probability_by(self, times: ArrayLike) -> tuple[Floats, Floats]:
        """Return the least and the largest F(t) that the estimate allows at `times`.

        They are equal except strictly inside an innermost interval.
        """
        times = np.asarray(times, dtype=np.float64)
        total = np.concatenate([[0.0], np.cumsum(self.mass)])
        total[-1] = 1.0
        ended = np.searchsorted(self.right, times, side="right")
        begun = np.searchsorted(self.left, times, side="left")
        # An exactly known time has begun when it has ended.
        return total[ended], total[np.maximum(begun, ended)]


def turnbull(left: ArrayLike, right: ArrayLike) -> Turnbull:
    """Nonparametric maximum likelihood estimate from intervals (left, right].

    left and right of shape (n,), in any unit from 0: right is infinite where the event was not
    seen, left is 0 where it was there at the first visit, and left = right is a time known
    exactly. Oracle: the likelihood maximised in R by `optim` with masses as free parameters, and
    the breast cosmesis data of Finkelstein and Wolfe (Biometrics 1985;41:933).

    Raises `StatsError` for missing values, left above right or below 0, infinite left, and where
    the conditions are not met after 200 steps.

    R: by hand in interval_censored.R.

    >>> turnbull([0, 2, 2, 4], [2, 4, np.inf, 6]).mass.round(4)
    array([0.25 , 0.375, 0.375])
    """
    left, right = _intervals(left, right)
    n = left.size
    left, right, weight = _distinct(left, right)
    inner_left, inner_right = _innermost(left, right)
    rows = _inside(left, right, inner_left, inner_right).astype(np.float64)
    mass, breach, iterations = _maximise(rows, weight)
    value, used = float(weight @ np.log(rows @ mass)), mass > 0
    return Turnbull(inner_left[used], inner_right[used], mass[used], value, breach, iterations, n)


def interval_log_rank(
    left: ArrayLike, right: ArrayLike, group: ArrayLike, *, scores: str
) -> TestResult:
    """Log-rank test of equal distributions in two or more groups, for interval-censored times.

    left and right as in `turnbull`, group of shape (n,). Each subject gets a score from the
    estimate of all subjects together: with S at the two ends of its interval, `scores` is "sun",
    [S(l) H(l) - S(r) H(r)] / [S(l) - S(r)] with minus the discrete cumulative hazard H = -sum of
    mass / S before, or "finkelstein", the same with H = log S (the score of proportional
    hazards). The sums over groups are compared with their permutation variance, the
    number of groups less one being the df. With times known exactly or right-censored, Sun's
    scores are events less Nelson-Aalen's hazard, those of the log-rank test.

    The permutation is only valid where groups are visited alike: not with other visit
    schedules or other drop-out by group. Oracle: the formulas in R on `optim`'s estimate, the
    breast cosmesis data among them.

    Raises `StatsError` as `turnbull` does, for one group, and where all scores are equal.

    R: by hand in interval_censored.R.

    >>> left, right = [0, 2, 2, 4, 0, 0, 2, 2], [2, 4, np.inf, 6, 2, 4, 4, 6]
    >>> interval_log_rank(left, right, list("aaaabbbb"), scores="sun")
    TestResult(statistic=0.617956, df=1, p_value=0.431808)
    """
    check_choice("scores", scores, ("sun", "finkelstein"))
    left, right = _intervals(left, right)
    names, index = labels(group, "group", left.size)
    if len(names) < 2:
        raise StatsError("there is one group only, so nothing can be compared.")
    score = _scores(left, right, turnbull(left, right), scores)
    # They sum to 0 but for rounding.
    score = score - score.mean()
    n, size = left.size, np.bincount(index)
    spread = float(score @ score) / (n - 1)
    if not spread > 1e-18 * n:
        raise StatsError("all subjects have the same score, so groups cannot be told apart.")
    sums = np.bincount(index, score)
    # The covariance of the sums is spread * (diag(size) - size size'/n); this is its inverse form.
    statistic = float(np.sum(sums**2 / size)) / spread
    return TestResult(statistic, float(size.size - 1), chi2_tail(statistic, size.size - 1))


def _intervals(left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
    if np.ma.is_masked(left) or np.ma.is_masked(right):
        raise StatsError("left or right has masked values; decide on them first.")
    left, right = (as_array(ends, "left and right") for ends in (left, right))
    if left.dtype.kind not in "buif" or right.dtype.kind not in "buif":
        raise StatsError("left and right must hold numbers only.")
    left, right = left.astype(np.float64), right.astype(np.float64)
    if left.ndim != 1 or left.shape != right.shape or left.size == 0:
        raise StatsError("left and right must be one-dimensional, of one length and not empty.")
    if np.isnan(left).any() or np.isnan(right).any():
        raise StatsError("left or right has missing values; decide on them first.")
    if (left < 0).any() or (left > right).any() or np.isinf(left).any():
        raise StatsError("every left must be a time from 0 up to its right.")
    left, right = tied_times(left, right)
    return left, right


def _distinct(left: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
    """Each interval once, with its number of subjects."""
    lefts, i = np.unique(left, return_inverse=True)
    rights, j = np.unique(right, return_inverse=True)
    code, weight = np.unique(i * rights.size + j, return_counts=True)
    return lefts[code // rights.size], rights[code % rights.size], weight.astype(np.float64)


def _innermost(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Left and right ends next to each other in the order of all ends.

    At one time the order is: left end of an exact time, right ends, then left ends, which open.
    """
    exact = left == right
    value = np.concatenate([left, right])
    place = np.concatenate([np.where(exact, 0, 2), np.ones(right.size, dtype=int)])
    ends = np.unique(np.column_stack([value, place]), axis=0)
    opens = ends[:-1, 1] != 1
    pairs = np.flatnonzero(opens & (ends[1:, 1] == 1))
    return ends[pairs, 0], ends[pairs + 1, 0]


def _inside(left: Floats, right: Floats, inner_left: Floats, inner_right: Floats) -> Flags:
    """Which innermost intervals (columns) lie in each observation's (rows).

    An exact time's interval lies in (left, right] only if the time is above left, or is it.
    """
    after = left[:, None] <= inner_left
    at_left = (inner_left == inner_right) & (left[:, None] == inner_left)
    after &= ~at_left | (left == right)[:, None]
    return after & (inner_right <= right[:, None])


def _maximise(rows: Floats, weight: Floats) -> tuple[Floats, float, int]:
    """Masses that maximise the sum of weight * log(rows @ mass), by constrained Newton steps."""
    from scipy.optimize import nnls

    n, root = weight.sum(), np.sqrt(weight)
    mass = np.full(rows.shape[1], 1 / rows.shape[1])
    fitted = rows @ mass
    value = weight @ np.log(fitted)
    for iteration in range(MAX_ITERATIONS):
        slope = rows / fitted[:, None]
        gradient = weight @ slope
        # Derivatives are at most n at the maximum, and n where there is mass.
        short = np.abs(gradient - n)[mass > NO_MASS].max()
        breach = float(max((gradient - n).max(), short) / n)
        if breach < KUHN_TUCKER:
            mass = np.where(mass > NO_MASS, mass, 0.0)
            return mass / mass.sum(), breach, iteration
        # The expansion |root (slope @ p - 2)|^2 under sum p = 1, without the constraint.
        system = np.vstack([root[:, None] * (slope - 2) / np.sqrt(n), np.ones(mass.size)])
        target = np.concatenate([np.zeros(weight.size), [1.0]])
        nnl = nnls(system, target)[0]
        step = nnl / nnl.sum() - mass
        gain, share = gradient @ step, 1.0
        while True:
            new = np.maximum(mass + share * step, 0.0)
            new /= new.sum()
            fitted = rows @ new
            with np.errstate(divide="ignore"):
                reached = weight @ np.log(fitted)
            if reached >= value + share * gain / 3 - 1e-13 * abs(value) or share < 1e-12:
                break
            share /= 2
        mass, value = new, reached
    raise StatsError(f"no estimate after {MAX_ITERATIONS} steps.")


def _scores(left: Floats, right: Floats, fit: Turnbull, scores: str) -> Floats:
    """The score of each subject from the estimate of all."""
    before = 1 - np.concatenate([[0.0], np.cumsum(fit.mass)])[:-1]
    survival = np.concatenate([[1.0], before[1:], [0.0]])
    if scores == "sun":
        hazard = np.concatenate([[0.0], -np.cumsum(fit.mass / before)])
        product = survival * hazard
    else:
        product = xlogy(survival, survival)
    inside = _inside(left, right, fit.left, fit.right)
    first = inside.argmax(axis=1)
    last = inside.shape[1] - inside[:, ::-1].argmax(axis=1)
    of_subject: Floats = (product[first] - product[last]) / (survival[first] - survival[last])
    return of_subject
