"""Invariants of r x c tables, in one or several strata, and of the trend test."""

from collections.abc import Iterator
from itertools import product
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.special import gammaln
from stats_strategies import given, numbers_of, same

from trialtrace.stats import StatsError, categorical, stratified
from trialtrace.stats.categorical.r_by_c_tests import (
    _draw,
    _two_rows,
    chi_squared_table,
    fisher_freeman_halton,
    fisher_freeman_halton_drawn,
)
from trialtrace.stats.categorical.trend import cochran_armitage
from trialtrace.stats.stratified import _partial_tables
from trialtrace.stats.stratified._partial_tables import probability_at_most
from trialtrace.stats.stratified.generalised_cmh import (
    cmh_correlation,
    cmh_general_association,
    cmh_row_mean_scores,
)


@st.composite
def counts(draw, shape, most=4):
    """A table of the given shape with at least two counts."""
    cells = draw(st.lists(st.integers(0, most), min_size=int(np.prod(shape)), max_size=100))
    table = np.array(cells[: int(np.prod(shape))]).reshape(shape)
    assume(table.sum() > 1)
    return table


SHAPES = st.sampled_from([(2, 2), (3, 2), (2, 4), (3, 3), (4, 3), (3, 4), (2, 6)])


@st.composite
def any_table(draw):
    return draw(counts(draw(SHAPES)))


def columns(total: int, most: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for cells in product(*(range(m + 1) for m in most)):
        if sum(cells) == total:
            yield cells


def ways(rows: tuple[int, ...], totals: tuple[int, ...]) -> Iterator[int]:
    """For every table with these margins the product of its cells' factorials."""
    if len(totals) == 1:
        yield prod(map(factorial, rows))
        return
    for cells in columns(totals[0], rows):
        rest = tuple(r - c for r, c in zip(rows, cells, strict=True))
        own = prod(map(factorial, cells))
        for other in ways(rest, totals[1:]):
            yield own * other


def exact(table: np.ndarray) -> float:
    """Whole-number arithmetic; a tie is a tie here, without any tolerance."""
    rows, totals = tuple(map(int, table.sum(axis=1))), tuple(map(int, table.sum(axis=0)))
    observed = prod(factorial(int(cell)) for cell in table.ravel())
    # Common multiple of all products: the factorial of the sum.
    whole = factorial(int(table.sum())) ** 2
    found = [
        whole // value if whole % value == 0 else whole / value for value in ways(rows, totals)
    ]
    limit = whole / observed
    return sum(w for w in found if w <= limit * (1 + 1e-12)) / sum(found)


@given(table=any_table())
def test_freeman_halton_counts_tables_exactly(table):
    assume(table.sum() <= 16)
    assert fisher_freeman_halton(table).p_value == pytest.approx(exact(table), rel=1e-11)


@given(table=any_table(), order=st.randoms())
def test_freeman_halton_does_not_see_order_transposition_or_empty_lines(table, order):
    p = fisher_freeman_halton(table).p_value
    rows, cols = list(range(table.shape[0])), list(range(table.shape[1]))
    order.shuffle(rows)
    order.shuffle(cols)
    same(fisher_freeman_halton(table[rows][:, cols]).p_value, p)
    same(fisher_freeman_halton(table.T).p_value, p)
    same(fisher_freeman_halton(np.insert(table, 1, 0, axis=1)).p_value, p)
    same(fisher_freeman_halton(np.insert(table, 1, 0, axis=0)).p_value, p)
    assert 0 < p <= 1


@given(table=counts((2, 2), most=30))
def test_freeman_halton_of_two_arms_is_fishers_test(table):
    n1, n0 = table.sum(axis=1)
    assume(n1 and n0)
    fisher = categorical.fisher_exact(table[0, 0], n1, table[1, 0], n0, sides="two_sided")
    same(fisher_freeman_halton(table).p_value, fisher.p_value)


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (3, 5), (4, 4), (2, 9), (3, 7)])
def test_all_tables_have_probability_one(shape):
    """Every table counted, by every way to split the columns that these shapes take."""
    table = np.random.default_rng(3).multinomial(44, np.full(np.prod(shape), 1 / np.prod(shape)))
    rows, cols = (np.sort(table.reshape(shape).sum(axis=k)) for k in (1, 0))
    constant = sum(gammaln(m + 1).sum() for m in (rows, cols)) - gammaln(45)
    assert probability_at_most(rows, cols, constant, 1.0) == pytest.approx(1, rel=1e-12)
    # The sum of those up to a limit rises with it, and no table is above the last.
    limits = np.linspace(-30, 0, 7)
    p = [probability_at_most(rows, cols, constant, limit) for limit in limits]
    assert (np.diff(p) >= 0).all() and p[-1] == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1e12, 2], [3, 1e12]], "too large for an exact test"),
        ([[1e12, 2, 3], [3, 1e12, 1], [1, 1, 1]], "too large for an exact test"),
        ([[1000] * 3] * 3, "too large for an exact test"),
        ([[30] * 6] * 6, "too large for an exact test"),
        ([[1e200, 1], [1, 1e200]], "too large to be told apart"),
        ([[1e308, 1e308], [1e308, 1]], "too large to be told apart"),
    ],
)
def test_tables_beyond_enumeration_are_refused_at_once(table, message):
    with pytest.raises(StatsError, match=message):
        fisher_freeman_halton(table)


def test_partial_tables_of_several_blocks_add_up(monkeypatch):
    """The numbers of one block and of many, whichever side has its limits looked up."""
    table = [[6, 2, 3, 1], [1, 4, 2, 5], [3, 3, 4, 0], [2, 1, 0, 6]]
    whole = fisher_freeman_halton(table).p_value
    monkeypatch.setattr(_partial_tables, "BLOCK", 50)
    assert fisher_freeman_halton(table).p_value == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize(
    "table",
    [
        [[8, 2, 1], [1, 5, 6]],
        [[3, 0, 2, 1], [1, 4, 0, 2], [0, 2, 5, 1]],
        [[10, 12, 8, 9], [5, 14, 9, 10], [11, 7, 9, 8]],
    ],
)
def test_drawn_tables_come_near_the_exact_p_value(table):
    exact = fisher_freeman_halton(table).p_value
    found = fisher_freeman_halton_drawn(table, draws=40_000, seed=3, confidence=0.999)
    assert found.low < exact < found.high
    assert found.mc_se == pytest.approx(np.sqrt(exact * (1 - exact) / 40_000), rel=0.1)
    again = fisher_freeman_halton_drawn(table, draws=40_000, seed=3, confidence=0.999)
    assert again == found


@given(table=any_table(), seed=st.integers(0, 99))
def test_drawn_tables_have_the_margins(table, seed):
    table = table[table.any(axis=1)][:, table.any(axis=0)].astype(float)
    drawn = _draw(np.random.default_rng(seed), table, 20)
    assert (drawn >= 0).all()
    assert (drawn.sum(axis=2) == table.sum(axis=1)).all()
    assert (drawn.sum(axis=1) == table.sum(axis=0)).all()


@pytest.mark.parametrize("counts", [{"draws": 0}, {"draws": 2.0}, {"seed": -1}, {"seed": "1"}])
def test_draws_and_seed_are_whole_numbers(counts):
    options = {"draws": 10, "seed": 1, "confidence": 0.95} | counts
    with pytest.raises(StatsError, match=r"must be (at least|a whole number)"):
        fisher_freeman_halton_drawn([[1, 2], [3, 4]], **options)
    with pytest.raises(StatsError, match="too many to draw"):
        fisher_freeman_halton_drawn([[1e9, 2], [3, 4]], draws=1, seed=1, confidence=0.9)


def test_large_counts_keep_their_range():
    """Products of parts lie far below the smallest number that a computer holds."""
    rows, cols = np.array([700, 800]), np.array([400, 500, 600])
    constant = sum(gammaln(m + 1.0).sum() for m in (rows, cols)) - gammaln(1501)
    for limit in (-25.0, -9.0):
        met = probability_at_most(rows, cols, constant, limit)
        assert met == pytest.approx(_two_rows(rows, cols, constant, limit), rel=1e-9)


@given(table=any_table())
def test_chi_squared_of_two_by_two_and_lines_without_counts(table):
    kept = table[table.any(axis=1)][:, table.any(axis=0)]
    assume(min(kept.shape) > 1)
    result = chi_squared_table(table)
    same(numbers_of(chi_squared_table(np.insert(table, 0, 0, axis=0).T)), numbers_of(result))
    assert result.df == (kept.shape[0] - 1) * (kept.shape[1] - 1)
    if kept.shape == (2, 2):
        n1, n0 = kept.sum(axis=1)
        plain = categorical.chi_squared(kept[0, 0], n1, kept[1, 0], n0, correction="none")
        same(result.statistic, plain.statistic)


def all_cmh(tables) -> np.ndarray:
    found = []
    for compute, options in (
        (cmh_general_association, {}),
        (cmh_row_mean_scores, {"column_scores": "equal"}),
        (cmh_row_mean_scores, {"column_scores": "modified_ridit"}),
        (cmh_correlation, {"row_scores": "equal", "column_scores": "midranks"}),
    ):
        try:
            found.append(numbers_of(compute(tables, **options))[:3])
        except StatsError:
            found.append((np.nan,) * 3)
    return np.array(found)


@given(first=counts((3, 4)), second=counts((3, 4)))
def test_strata_order_and_strata_without_comparison_do_not_matter(first, second):
    before = all_cmh([first, second])
    same(all_cmh([second, first]), before, 1e-7)
    alone = np.zeros((3, 4))
    same(all_cmh([first, alone, second]), before, 1e-7)
    alone[1, 2] = 1
    same(all_cmh([first, second, alone]), before, 1e-7)
    alone[1, 2] = 9
    same(all_cmh([first, second, alone]), before, 1e-7)


@given(tables=counts((2, 3, 3)))
def test_a_unit_of_scores_and_a_turned_order_do_not_matter(tables):
    try:
        p = cmh_correlation(tables, row_scores=[1, 2, 5], column_scores=[0, 1, 3]).statistic
    except StatsError:
        assume(False)
    turned = cmh_correlation(tables, row_scores=[-2, -4, -10], column_scores=[7, 8, 10])
    same(turned.statistic, p, 1e-7)
    flipped = cmh_correlation(tables[:, ::-1], row_scores=[5, 2, 1], column_scores=[0, 1, 3])
    same(flipped.statistic, p, 1e-7)


@given(tables=counts((3, 2, 2), most=12))
def test_two_arms_and_outcomes_are_the_plain_cmh_test(tables):
    n = tables.sum(axis=2)
    try:
        plain = stratified.cochran_mantel_haenszel(
            tables[:, 0, 0], n[:, 0], tables[:, 1, 0], n[:, 1], correction="none"
        )
    except StatsError:
        with pytest.raises(StatsError, match="nothing can be compared"):
            cmh_general_association(tables)
        return
    # Not with ranks as scores: their distance differs between strata.
    for result in all_cmh(tables)[:2]:
        same(result, numbers_of(plain)[:3], 1e-7)


@given(table=counts((3, 4), most=9))
def test_one_stratum_is_pearsons_statistic_less_one_patient(table):
    kept = table[table.any(axis=1)][:, table.any(axis=0)]
    assume(min(kept.shape) > 1)
    n, pearson = table.sum(), chi_squared_table(table)
    result = cmh_general_association(table[None])
    same((result.statistic, result.df), (pearson.statistic * (n - 1) / n, pearson.df), 1e-8)


@given(table=counts((4, 2), most=20))
def test_trend_is_the_correlation_and_mirrors(table):
    x, n = table[:, 0], table.sum(axis=1)
    scores = [0.0, 1, 2, 5]
    assume(0 < x.sum() < n.sum() and np.unique(np.array(scores)[n > 0]).size > 1)
    options = {"variance": "hypergeometric", "sides": "two_sided"}
    z = cochran_armitage(x, n, scores, **options).statistic
    cmh = cmh_correlation(table[None], row_scores=scores, column_scores="equal").statistic
    same(z**2, cmh, 1e-8)
    same(cochran_armitage(n - x, n, scores, **options).statistic, -z)
    same(cochran_armitage(x, n, [-3 * s + 7 for s in scores], **options).statistic, -z)
    up, down = (
        cochran_armitage(x, n, scores, variance="binomial", sides=sides).p_value
        for sides in ("greater", "less")
    )
    same(up + down, 1)


def test_bad_tables_are_refused_with_a_reason():
    with pytest.raises(StatsError, match="two dimensions"):
        fisher_freeman_halton([1, 2, 3])
    with pytest.raises(StatsError, match="whole numbers of at least 0"):
        fisher_freeman_halton([[1, -2], [3, 4]])
    with pytest.raises(StatsError, match="no counts"):
        fisher_freeman_halton([[0, 0], [0, 0]])
    with pytest.raises(StatsError, match="too large"):
        fisher_freeman_halton(np.full((4, 6), 60))
    with pytest.raises(StatsError, match="one row or one column"):
        chi_squared_table([[3, 4], [0, 0]])
    assert fisher_freeman_halton([[3, 4], [0, 0]]).p_value == 1
    with pytest.raises(StatsError, match="shape"):
        cmh_general_association([[1, 2], [3, 4]])
    with pytest.raises(StatsError, match="nothing can be compared"):
        cmh_general_association([[[3, 4], [0, 0]], [[0, 0], [5, 6]]])
    with pytest.raises(StatsError, match="column_scores has 2 values for 3"):
        cmh_row_mean_scores(np.ones((1, 2, 3)), column_scores=[1, 2])
    options = {"sides": "two_sided", "variance": "binomial"}
    with pytest.raises(StatsError, match="nobody has the event"):
        cochran_armitage([0, 0], [4, 5], [1, 2], **options)
    with pytest.raises(StatsError, match="one score"):
        cochran_armitage([1, 2], [4, 5], [3, 3], **options)
    with pytest.raises(StatsError, match="do not fit"):
        cochran_armitage([1, 2], [4, 5], [1, 2, 3], **options)
