"""The exact distribution of a sum of ranks, and when R takes it unless told."""

import numpy as np

from trialtrace.base.arrays import Floats, Whole

# R's default: without ties, and with fewer values than this in each sample, tests are exact.
EXACT_BELOW_50, FEW = "exact_below_50", 50


def exact_by_default(*samples: Floats) -> bool:
    """Whether R's `wilcox.test` is exact unless told: samples below 50 values, none tied."""
    values = np.concatenate(samples)
    return max(one.size for one in samples) < FEW and np.unique(values).size == values.size


def rank_sum_distribution(ranks: Whole, size: int) -> Floats:
    """Probability of each sum, from 0 on, of so many of the ranks drawn without replacement.

    Ranks are whole numbers above 0. Of the first i ranks, k drawn: either the i-th is among them,
    which has probability k / i, or not.
    """
    ranks = np.sort(ranks)
    share: Floats = np.zeros((size + 1, int(ranks[ranks.size - size :].sum()) + 1))
    share[0, 0] = 1.0
    for i, rank in enumerate(ranks.tolist(), 1):
        last = min(i, size)
        # Beyond the largest sum so far there is nothing.
        end = int(ranks[i - last : i].sum()) + 1
        drawn = np.arange(1, last + 1)[:, None] / i
        with_it = share[:last, : end - rank] * drawn
        share[1 : last + 1, :end] *= 1 - drawn
        share[1 : last + 1, rank:end] += with_it
    whole: Floats = share[size]
    return whole
