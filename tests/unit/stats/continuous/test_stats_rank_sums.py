"""The exact distribution of a sum of ranks against every draw, one by one."""

from itertools import combinations

import numpy as np
import pytest

from trialtrace.stats.continuous._rank_sums import exact_by_default, rank_sum_distribution


@pytest.mark.parametrize(
    ("ranks", "size"),
    [
        ([1, 2, 3, 4, 5, 6, 7], 3),
        ([1, 2, 3, 4, 5, 6, 7], 7),
        ([5, 1, 3], 1),
        # Doubled midranks, in no order.
        ([3, 3, 12, 7, 7, 12, 3, 12], 4),
        ([2], 1),
    ],
)
def test_each_sum_has_the_share_of_its_draws(ranks: list[int], size: int):
    sums = [sum(drawn) for drawn in combinations(ranks, size)]
    counts = np.bincount(sums, minlength=max(sums) + 1)
    share = rank_sum_distribution(np.array(ranks), size)
    assert share == pytest.approx(counts / len(sums), abs=1e-15)


def test_r_is_exact_below_fifty_values_without_ties():
    apart = np.arange(49.0)
    assert exact_by_default(apart, apart + 0.5)
    assert not exact_by_default(np.arange(50.0), np.array([0.5]))
    assert not exact_by_default(np.array([0.5]), np.arange(50.0))
    assert not exact_by_default(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    assert exact_by_default(np.array([1.0, 2.0]))
