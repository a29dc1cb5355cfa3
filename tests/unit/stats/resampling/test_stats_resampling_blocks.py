"""Counts that permuted blocks can have made, against blocks that are filled one by one here."""

from itertools import product

import numpy as np
import pytest

from trialtrace.stats import resampling as r
from trialtrace.stats.results import StatsError

LARGEST = 16


def reachable(sizes: tuple[int, ...], share: tuple[int, int]) -> set[tuple[int, int]]:
    """Counts of two arms after whole blocks and a part of one, arms in these shares."""
    unit = sum(share)
    whole, todo = {(0, 0)}, [(0, 0)]
    while todo:
        a, b = todo.pop()
        for size in sizes:
            after = (a + share[0] * size // unit, b + share[1] * size // unit)
            if sum(after) <= LARGEST and after not in whole:
                whole.add(after)
                todo.append(after)
    return {
        (a + more, b + others)
        for (a, b), size in product(whole, sizes)
        for more in range(share[0] * size // unit + 1)
        for others in range(share[1] * size // unit + 1)
    }


@pytest.mark.parametrize("sizes", [(2,), (4,), (6,), (3,)])
def test_every_count_that_blocks_of_one_size_can_have_made_fits_and_no_other(sizes):
    shares = [(k, n - k) for n in range(2, sizes[0] + 1) if sizes[0] % n == 0 for k in range(1, n)]
    fitting = set().union(*(reachable(sizes, share) for share in shares))
    for a, b in product(range(LARGEST), repeat=2):
        if a + b <= LARGEST:
            found = r.unfit_cells([[a, b]], sizes)
            assert (found.size == 0) == ((a, b) in fitting), (a, b)


def test_blocks_of_several_sizes_give_no_false_alarm():
    for a, b in sorted(reachable((4, 6), (1, 1))):
        assert r.unfit_cells([[a, b]], (4, 6)).size == 0, (a, b)


def test_one_share_holds_for_all_strata():
    # Each alone could be of blocks, of one to one and of one to three.
    assert r.unfit_cells([[10, 10], [10, 10], [5, 15]], [4]).tolist() == [2]


def test_arms_that_do_not_go_into_a_block_fit_nowhere():
    assert r.unfit_cells([[1, 1, 1]], [2]).tolist() == [0]


@pytest.mark.parametrize("sizes", [[], [1]])
def test_blocks_of_fewer_than_two_are_refused(sizes):
    with pytest.raises(StatsError, match="block sizes 2 or more"):
        r.unfit_cells(np.array([[1, 1]]), sizes)
