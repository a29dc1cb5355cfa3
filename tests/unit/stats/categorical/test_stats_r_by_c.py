"""r x c tables, in one or several strata: every table counted, drawn tables, empty lines."""

from itertools import product
from math import comb, factorial, prod

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.special import gammaln
from stats_strategies import given, numbers_of, same

from trialtrace.stats import StatsError, categorical
from trialtrace.stats.categorical.r_by_c_tests import (
    _two_rows,
    chi_squared_table,
    fisher_freeman_halton,
)
from trialtrace.stats.categorical.trend import cochran_armitage
from trialtrace.stats.stratified import _partial_tables
from trialtrace.stats.stratified._partial_tables import probability_at_most
from trialtrace.stats.stratified.exact_association import cmh_general_association_exact
from trialtrace.stats.stratified.generalised_cmh import (
    cmh_general_association,
    cmh_row_mean_scores,
    smallest_expected,
)


@st.composite
def counts(draw, shape, most=4):
    """A table of the given shape with at least two counts."""
    cells = draw(st.lists(st.integers(0, most), min_size=int(np.prod(shape)), max_size=100))
    table = np.array(cells[: int(np.prod(shape))]).reshape(shape)
    assume(table.sum() > 1)
    return table


SHAPES = st.sampled_from([(2, 2), (3, 2), (2, 4), (3, 3), (4, 3), (3, 4), (2, 6)])
TABLES = SHAPES.flatmap(counts)


def ways(rows, totals):
    """For every table with these margins the product of its cells' factorials."""
    if len(totals) == 1:
        yield prod(map(factorial, rows))
        return
    for cells in product(*(range(row + 1) for row in rows)):
        if sum(cells) == totals[0]:
            rest = tuple(r - c for r, c in zip(rows, cells, strict=True))
            own = prod(map(factorial, cells))
            yield from (own * other for other in ways(rest, totals[1:]))


def exact(table: np.ndarray) -> float:
    """Whole-number arithmetic; a tie is a tie here, without any tolerance."""
    rows, totals = tuple(map(int, table.sum(axis=1))), tuple(map(int, table.sum(axis=0)))
    observed = prod(factorial(int(cell)) for cell in table.ravel())
    # Common multiple of all products: the factorial of the sum.
    whole = factorial(int(table.sum())) ** 2
    found = [
        whole // value if whole % value == 0 else whole / value for value in ways(rows, totals)
    ]
    return sum(w for w in found if w <= whole / observed * (1 + 1e-12)) / sum(found)


@given(table=TABLES)
def test_freeman_halton_counts_tables_exactly(table):
    assume(table.sum() <= 16)
    assert fisher_freeman_halton(table).p_value == pytest.approx(exact(table), rel=1e-11)


@given(table=TABLES, order=st.randoms())
def test_order_transposition_and_empty_lines_do_not_matter(table, order):
    p = fisher_freeman_halton(table).p_value
    rows, cols = list(range(table.shape[0])), list(range(table.shape[1]))
    order.shuffle(rows)
    order.shuffle(cols)
    longer = np.insert(np.insert(table, 1, 0, axis=1), 1, 0, axis=0)
    for other in (table[rows][:, cols], table.T, longer):
        same(fisher_freeman_halton(other).p_value, p)
    if min(table.any(axis=1).sum(), table.any(axis=0).sum()) > 1:
        same(numbers_of(chi_squared_table(longer)), numbers_of(chi_squared_table(table)))


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (3, 5), (4, 4), (2, 9), (3, 7)])
def test_all_tables_have_probability_one(shape):
    """Every table counted, by every way to split the columns that these shapes take."""
    table = np.random.default_rng(3).multinomial(44, np.full(np.prod(shape), 1 / np.prod(shape)))
    rows, cols = (np.sort(table.reshape(shape).sum(axis=k)) for k in (1, 0))
    constant = sum(gammaln(m + 1).sum() for m in (rows, cols)) - gammaln(45)
    assert probability_at_most(rows, cols, constant, 1.0) == pytest.approx(1, rel=1e-12)
    # The sum of those up to a limit rises with it, and no table is above the last.
    p = [probability_at_most(rows, cols, constant, limit) for limit in np.linspace(-30, 0, 7)]
    assert (np.diff(p) >= 0).all() and p[-1] == pytest.approx(1, rel=1e-12)


def test_partial_tables_of_several_blocks_add_up(monkeypatch):
    """The numbers of one block and of many, whichever side has its limits looked up."""
    table = [[6, 2, 3, 1], [1, 4, 2, 5], [3, 3, 4, 0], [2, 1, 0, 6]]
    whole = fisher_freeman_halton(table).p_value
    monkeypatch.setattr(_partial_tables, "BLOCK", 50)
    assert fisher_freeman_halton(table).p_value == pytest.approx(whole, rel=1e-12)


def test_large_counts_keep_their_range():
    """Products of parts lie far below the smallest number that a computer holds."""
    rows, cols = np.array([700, 800]), np.array([400, 500, 600])
    constant = sum(gammaln(m + 1.0).sum() for m in (rows, cols)) - gammaln(1501)
    for limit in (-25.0, -9.0):
        met = probability_at_most(rows, cols, constant, limit)
        assert met == pytest.approx(_two_rows(rows, cols, constant, limit), rel=1e-9)


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
        here = prod(comb(int(n), int(x)) for n, x in zip(sizes.flat, happened.flat, strict=True))
        table = np.stack([sizes - happened, happened], axis=2)
        total += here
        if cmh_general_association(table).statistic >= found.statistic * (1 - 1e-7):
            extreme += here
    same(found.p_value, extreme / total)


def test_the_smallest_expected_count_is_of_a_stratum_that_compares():
    arm = np.array(list("aabbb" + "aabb" + "aa"))
    event = np.array([1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0])
    stratum = np.array([*"11111", *"2222", *"33"])
    # In the first 2 of 5 in a, 2 events: 4 / 5. The others have one value, or one arm.
    same(smallest_expected(arm, event, stratum), 0.8)
    assert smallest_expected(arm[5:], event[5:], stratum[5:]) == np.inf


WOMEN = [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]]
MEN = [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]]
COLUMNS = {"column_scores": [1, 3, 4, 5]}
# Agresti, Categorical Data Analysis, 2nd ed., 2002, tables 7.8 and 7.9 (SAS): statistic, df, p.
AGRESTI = [
    (cmh_row_mean_scores, COLUMNS, (9.0342, 3, 0.0288)),
    (cmh_general_association, {}, (10.2001, 9, 0.3345)),
]


@pytest.mark.parametrize(("compute", "options", "printed"), AGRESTI)
def test_job_satisfaction_as_printed(compute, options, printed):
    found = numbers_of(compute([WOMEN, MEN], **options))[:3]
    assert found == pytest.approx(printed, abs=5e-5)


def test_examples_of_scipy():
    """The help pages of barnard_exact and boschloo_exact."""
    vaccine = categorical.barnard(7, 15, 12, 15, sides="less", statistic="score")
    assert (vaccine.statistic, vaccine.p_value) == pytest.approx((-1.894, 0.0341), abs=5e-4)
    jobs = categorical.boschloo(74, 117, 31, 63, sides="greater", two_sided="fisher")
    assert (jobs.statistic, jobs.p_value) == pytest.approx((0.0483, 0.0355), abs=1e-4)


def test_a_table_of_one_row_is_certain():
    assert fisher_freeman_halton([[3, 4], [0, 0]]).p_value == 1


TREND = {"sides": "two_sided", "variance": "binomial"}
REFUSED = [
    (fisher_freeman_halton, ([[1e12, 2], [3, 1e12]],), {}, "too large for an exact test"),
    (fisher_freeman_halton, ([[1000] * 3] * 3,), {}, "too large for an exact test"),
    (fisher_freeman_halton, ([[30] * 6] * 6,), {}, "too large for an exact test"),
    (fisher_freeman_halton, ([[1e200, 1], [1, 1e200]],), {}, "too large to be told apart"),
    (fisher_freeman_halton, ([[1e308, 1e308], [1e308, 1]],), {}, "too large to be told apart"),
    (fisher_freeman_halton, ([1, 2, 3],), {}, "two dimensions"),
    (fisher_freeman_halton, ([[1, -2], [3, 4]],), {}, "whole numbers"),
    (fisher_freeman_halton, ([[0, 0], [0, 0]],), {}, "no counts"),
    (chi_squared_table, ([[3, 4], [0, 0]],), {}, "one row or one column"),
    (cmh_general_association, ([[1, 2], [3, 4]],), {}, "shape"),
    (cmh_general_association, ([[[3, 4], [0, 0]], [[0, 0], [5, 6]]],), {}, "nothing"),
    (cmh_row_mean_scores, (np.ones((1, 2, 3)),), {"column_scores": [1, 2]}, "2 values for 3"),
    (cochran_armitage, ([0, 0], [4, 5], [1, 2]), TREND, "nobody"),
    (cochran_armitage, ([1, 2], [4, 5], [3, 3]), TREND, "one score"),
    (cochran_armitage, ([1, 2], [4, 5], [1, 2, 3]), TREND, "do not fit"),
    (cmh_general_association_exact, ([[[1, 2, 3], [3, 2, 1]]],), {}, "two columns"),
    (cmh_general_association_exact, ([[[2, 0], [3, 0]]],), {}, "nothing"),
    (cmh_general_association_exact, ([[[5000, 5000]] * 4],), {}, "too many tables"),
]


@pytest.mark.parametrize(("compute", "data", "options", "named"), REFUSED)
def test_refused(compute, data, options, named):
    with pytest.raises(StatsError, match=named):
        compute(*data, **options)
