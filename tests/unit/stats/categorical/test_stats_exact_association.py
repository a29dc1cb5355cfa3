"""The exact test of general association within strata, by hand and by every table."""

from itertools import product
from math import comb, prod

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.stratified.exact_association import cmh_general_association_exact
from trialtrace.stats.stratified.generalised_cmh import cmh_general_association, smallest_expected


def test_one_stratum_by_hand():
    # Of the 6 ways to place 2 events among 4 patients 1 puts both into either arm.
    same(cmh_general_association_exact([[[2, 0], [0, 2]]]).p_value, 1 / 3)


def test_two_strata_by_hand():
    # One event in each, in the second arm: with probability 1/4 both, or neither.
    stratum = [[1, 0], [0, 1]]
    same(cmh_general_association_exact([stratum, stratum]).p_value, 1 / 2)
    # One event of three arms of one patient each: every place is as far from the mean.
    same(cmh_general_association_exact([[[1, 0], [0, 1], [1, 0]]]).p_value, 1.0)


@given(cells=st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_every_table_of_two_strata_and_three_arms(cells):
    tables = np.array(cells, dtype=float).reshape(2, 3, 2)
    sizes, events = tables.sum(axis=2).astype(int), tables[:, :, 1].sum(axis=1).astype(int)
    assume((sizes.sum(axis=1) > 1).all())
    assume(((events > 0) & (events < sizes.sum(axis=1)) & ((sizes > 0).sum(axis=1) > 1)).any())
    found = cmh_general_association_exact(tables)
    total = extreme = 0
    each = [
        [x for x in product(*(range(n + 1) for n in size)) if sum(x) == m]
        for size, m in zip(sizes, events, strict=True)
    ]
    for one, other in product(*each):
        happened = np.array([one, other])
        ways = prod(comb(int(n), int(x)) for n, x in zip(sizes.flat, happened.flat, strict=True))
        table = np.stack([sizes - happened, happened], axis=2)
        total += ways
        if cmh_general_association(table).statistic >= found.statistic * (1 - 1e-7):
            extreme += ways
    same(found.p_value, extreme / total)


def test_what_has_no_exact_distribution_here():
    with pytest.raises(StatsError, match="two columns"):
        cmh_general_association_exact([[[1, 2, 3], [3, 2, 1]]])
    with pytest.raises(StatsError, match="nothing can be compared"):
        cmh_general_association_exact([[[2, 0], [3, 0]]])
    with pytest.raises(StatsError, match="too many tables"):
        cmh_general_association_exact([[[5000, 5000]] * 4])


def test_the_smallest_expected_count_is_of_a_stratum_that_compares():
    arm = np.array(list("aabbb" + "aabb" + "aa"))
    event = np.array([1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0])
    stratum = np.array([*"11111", *"2222", *"33"])
    # In the first 2 of 5 in a, 2 events: 4 / 5. The others have one value, or one arm.
    same(smallest_expected(arm, event, stratum), 0.8)
    assert smallest_expected(arm[5:], event[5:], stratum[5:]) == np.inf
