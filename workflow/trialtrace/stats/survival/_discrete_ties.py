"""The partial likelihood of times that are discrete: tied events are a set drawn from a risk set.

Given that d of those at risk have the event, which d these are has the probability of the product
of their weights exp(x'b) over the sum of such products over all sets of d: the conditional
logistic likelihood of a matched set. The sum is an elementary symmetric function of the weights,
made by adding one patient at a time (Gail, Lubin and Rubinstein, Biometrika 1981;68:703).

Here the recursion runs over moments instead: of a set of k drawn with these probabilities, the sum
of covariates has a mean and a covariance, and a patient who is added belongs to the set with
probability r, so that both are mixtures. These are the derivatives of the logarithm; nothing but
logarithms is ever large, so risk sets and ties of any size can be had.
"""

from __future__ import annotations

import numpy as np

from trialtrace.base.arrays import Floats, Places


class DiscreteLikelihood:
    """The log partial likelihood with its derivatives; see `_PartialLikelihood` of `cox`."""

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
