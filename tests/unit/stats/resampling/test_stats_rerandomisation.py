"""Re-randomisation: schemes and draws, small trials in full, cells that blocks can have made."""

from concurrent.futures import ProcessPoolExecutor
from itertools import product
from zlib import crc32

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import chdtrc
from stats_strategies import given, same

from trialtrace.stats import resampling as r
from trialtrace.stats.resampling import drawing, exact, linear, sums
from trialtrace.stats.resampling.cells import split_by_coins, split_by_keys
from trialtrace.stats.results import StatsError

EXACT = {
    "draws": 1,
    "exact_up_to": 10**9,
    "seed": (1, 1),
    "confidence": 0.95,
    "tie_tolerance": r.TIE_TOLERANCE,
}
DRAWN = {**EXACT, "draws": 2000, "exact_up_to": 0}
COUNT = {"arm": 1, "sides": "two_sided", "seed": (7, 8), "draws": 700}


@st.composite
def trials(draw, most=9):
    """(arm, stratum, scores): 4 to 9 patients, up to three strata, ties common."""
    n = draw(st.integers(4, most))
    arm = draw(arrays(int, n, elements=st.integers(0, 1)))
    stratum = draw(arrays(int, n, elements=st.integers(0, 2)))
    arm[:2], stratum[:2] = (0, 1), 0
    return arm, stratum, draw(arrays(float, n, elements=st.integers(-4, 4).map(float)))


def p_value(scheme, scores, *, arm=1, sides="two_sided", options=EXACT):
    return r.rerandomisation_test(scheme, scores, arm=arm, sides=sides, **options).p_value


@given(trial=trials())
def test_arms_rows_and_units_do_not_matter(trial):
    arm, stratum, y = trial
    scheme = r.stratified(arm, stratum)
    before = [p_value(scheme, y, sides=sides) for sides in ("two_sided", "greater", "less")]
    swapped = r.stratified(1 - arm, stratum)
    assert [p_value(swapped, y, sides=s) for s in ("two_sided", "less", "greater")] == before
    assert [p_value(scheme, y, arm=0, sides=s) for s in ("two_sided", "less", "greater")] == before
    back = r.stratified(arm[::-1], stratum[::-1])
    assert p_value(back, y[::-1]) == before[0]
    for other in (0.1 * y, y / 3 + 1e5, 1e-300 * y, 1e300 * y):
        assert p_value(scheme, other) == before[0]
    assert p_value(scheme, -y, sides="less") == before[1]


@given(trial=trials())
def test_what_holds_no_comparison_changes_nothing(trial):
    arm, stratum, y = trial
    before = p_value(r.stratified(arm, stratum), y)
    for more in ([0], [1], [1, 1, 1]):
        longer = [np.append(a, b) for a, b in ((arm, more), (stratum, [9] * len(more)))]
        assert p_value(r.stratified(*longer), np.append(y, np.arange(len(more)))) == before
    one = np.zeros(arm.size)
    plain = p_value(r.fixed_margins(arm), y)
    assert p_value(r.stratified(arm, one), y) == plain
    assert p_value(r.permuted_blocks(arm, one), y) == plain
    assert p_value(r.stratified_blocks(arm, stratum, one), y) == before
    assert p_value(r.stratified_blocks(arm, one, stratum), y) == before


@given(trial=trials(), tolerance=st.sampled_from([8, 64, 1 << 21]))
def test_halves_count_as_a_list_of_all_assignments(trial, tolerance):
    arm, stratum, y = trial
    fair = {"probabilities": [0.5, 0.5]}
    for scheme in (
        r.fixed_margins(arm),
        r.stratified(arm, stratum),
        r.within_patient(arm),
        r.bernoulli(arm, **fair),
    ):
        for sides in ("two_sided", "greater", "less"):
            question, data = linear._prepared(scheme, y, 1, sides, r.TIE_TOLERANCE)
            border = question.border(data)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(exact, "LONGEST_LIST", tolerance)
                found = exact.count_all(data, question)
            if found is not None:
                same(found, exact._count_listed(data, question, border))


def sums_of(scores, size):
    """Share of the arms of this size that have each sum of whole scores, patient by patient."""
    ways = np.zeros((size + 1, scores.sum() + 1))
    ways[0, 0] = 1
    for score in scores:
        ways[1:, score:] += ways[:-1, : ways.shape[1] - score].copy()
    return ways[size] / ways[size].sum()


def test_two_lists_of_one_large_cell_count_as_sums_of_whole_scores():
    rng = np.random.default_rng(8)
    arm = np.append(np.arange(30) % 2, [1, 1])
    scheme = r.stratified(arm, np.arange(32) >= 30)
    assert scheme.assignments() > exact.LONGEST_LIST
    y = rng.poisson(4, 32) + arm
    # The second stratum has one arm: it keeps its assignment.
    mass, observed = sums_of(y[:30], 15), y[:30][arm[:30] == 1].sum()
    away = np.arange(mass.size) - y[:30].sum() / 2
    reached = {
        "two_sided": abs(away) >= abs(away[observed]),
        "greater": away >= away[observed],
        "less": away <= away[observed],
    }
    for sides, extreme in reached.items():
        found = r.rerandomisation_test(scheme, y, arm=1, sides=sides, **EXACT)
        assert found.exact
        same(found.p_value[0], mass[extreme].sum())


def statistics_of(scheme, scores, start, stop):
    return r.draw_statistics(scheme, scores, arm=1, seed=(7, 8), start=start, stop=stop)


@pytest.mark.parametrize("kind", ["blocks", "strata", "large", "coins", "sides"])
def test_draws_do_not_depend_on_blocks_endpoints_or_processes(kind):
    rng = np.random.default_rng(3)
    n = 1700 if kind == "large" else 61
    arm = rng.integers(0, 2, n)
    scheme = {
        "blocks": lambda: r.permuted_blocks(arm, np.arange(n) // 6),
        "strata": lambda: r.stratified(arm, np.arange(n) // 40),
        "large": lambda: r.stratified(arm, np.arange(n) // 850),
        "coins": lambda: r.bernoulli(arm, probabilities=[0.4, 0.6]),
        "sides": lambda: r.within_patient(arm),
    }[kind]()
    scores = rng.normal(size=(n, 300)) * 10.0 ** rng.integers(-9, 9, 300)
    scores = scores[:, : 3 if kind == "large" else 300]
    whole = statistics_of(scheme, scores, 0, 700)
    parts = [statistics_of(scheme, scores, a, min(a + 97, 700)) for a in range(0, 700, 97)]
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    counts = r.rerandomisation_test(scheme, scores, **DRAWN | COUNT).extreme
    for i in (0, 2, -1):
        alone = scores[:, [i]]
        assert statistics_of(scheme, alone, 0, 700).tobytes() == whole[:, [i]].tobytes()
        assert r.rerandomisation_test(scheme, alone, **DRAWN | COUNT).extreme == counts[i]
    whole_list = r.draw_assignments(scheme, seed=(7, 8), start=0, stop=300)
    assert (
        r.draw_assignments(scheme, seed=(7, 8), start=211, stop=217) == whole_list[211:217]
    ).all()
    if kind == "strata":
        with ProcessPoolExecutor(2) as pool:
            parts = range(0, 700, 175)
            jobs = [pool.submit(statistics_of, scheme, scores, a, a + 175) for a in parts]
            assert np.concatenate([job.result() for job in jobs]).tobytes() == whole.tobytes()


def test_sums_are_exact_in_any_order():
    """Scores of many magnitudes: bits of a sum in float64 depend on its order, ours do not."""
    rng = np.random.default_rng(4)
    scores = rng.normal(size=200) * 10.0 ** rng.integers(-6, 6, 200)
    arm = np.arange(200) % 2
    order = rng.permutation(200)
    codes = r.draw_assignments(r.fixed_margins(arm), seed=(1, 2), start=0, stop=50).astype(float)
    data = sums.whole_scores(r.fixed_margins(arm), scores)
    reversed_ = codes[:, order] @ data.whole[order]
    assert (codes @ data.whole).tobytes() == np.ascontiguousarray(reversed_).tobytes()
    drawn = r.draw_statistics(r.fixed_margins(arm), scores, arm=1, seed=(1, 2), start=0, stop=50)
    many = np.column_stack([scores, scores / 3, scores**2])
    scheme = r.stratified(arm, np.arange(200) // 70)
    together, alone = (sums.whole_scores(scheme, x) for x in (many, many[:, 1]))
    assert together.whole[:, 1].tobytes() == alone.whole[:, 0].tobytes()
    assert together.sd()[1] == alone.sd()[0]
    plain = (codes @ (scores - scores.mean()))[:, None]
    np.testing.assert_allclose(drawn, plain, atol=1e-12 * np.abs(scores).sum())


def assert_uniform(codes, number):
    """All arrangements occur, and equally often: chi-squared at a level of 1 in 10,000."""
    key = codes.astype(int) @ 3 ** np.arange(codes.shape[1])
    _, times = np.unique(key, return_counts=True)
    assert times.size == number
    expected = len(codes) / number
    assert chdtrc(number - 1, ((times - expected) ** 2).sum() / expected) > 1e-4


@pytest.mark.parametrize("way", ["table", "keys", "coins"])
@pytest.mark.parametrize(
    ("arm", "number"), [("aaabbb", 20), ("aaaabb", 15), ("abbbbbb", 7), ("aabbc", 30)]
)
def test_every_arrangement_is_equally_likely(way, arm, number, monkeypatch):
    monkeypatch.setattr(drawing, "LARGEST_TABLE", 2048 if way == "table" else 1)
    monkeypatch.setattr(drawing, "SMALLEST_BY_COINS", 1 if way == "coins" else 10**9)
    scheme = r.fixed_margins(list(arm))
    codes = r.draw_assignments(scheme, seed=(5, 6), start=10, stop=20_010)
    assert_uniform(codes, number)


def test_the_stream_of_a_seed_stays_what_it_is():
    """A seed that a plan names must give the same draws in every later version."""
    arm = np.arange(900) % 2
    schemes = {
        "table": r.permuted_blocks(arm, np.arange(900) // 4),
        "keys": r.permuted_blocks(arm, np.arange(900) // 90),
        "coins": r.fixed_margins(arm),
        "independent": r.bernoulli(arm, probabilities=[0.3, 0.7]),
    }
    drawn = {
        name: crc32(r.draw_assignments(scheme, seed=(2026, 11), start=5, stop=9).tobytes())
        for name, scheme in schemes.items()
    }
    assert drawn == {
        "table": 3946622024,
        "keys": 4158080652,
        "coins": 424753586,
        "independent": 4206631568,
    }


def test_coins_of_independent_patients_and_sides():
    fair = r.draw_assignments(r.within_patient(list("lrlr")), seed=(1, 3), start=0, stop=20_000)
    assert_uniform(fair, 16)
    arms = r.bernoulli(list("abcaa"), probabilities=[0.5, 0.2, 0.3])
    codes = r.draw_assignments(arms, seed=(1, 3), start=0, stop=20_000)
    share = np.stack([(codes == a).mean(axis=0) for a in range(3)])
    # Monte Carlo standard error at most 0.0036.
    np.testing.assert_allclose(share, np.tile([[0.5], [0.2], [0.3]], 5), atol=4 * 0.0036)


def test_margins_are_kept_in_cells_of_every_size():
    rng = np.random.default_rng(2)
    cell = np.repeat(np.arange(9), [1, 2, 4, 4, 7, 30, 90, 800, 1100])
    for arms, share in ((2, [0.5, 0.5]), (2, [0.3, 0.7]), (3, [0.5, 0.3, 0.2])):
        scheme = r.stratified(rng.choice(arms, cell.size, p=share), cell)
        ways = {group.way for group in drawing.layout_of(scheme).groups}
        assert ways == {"table", "keys", "coins"} - ({"coins"} if arms == 3 else set())
        drawn = r.draw_assignments(scheme, seed=(3, 4), start=0, stop=200)
        for arm in range(arms):
            found = np.stack([np.bincount(cell, row == arm) for row in drawn])
            assert (found == scheme.margins()[:, arm]).all()
        assert len(np.unique(drawn, axis=0)) == 200


def test_keys_that_tie_at_a_border_are_decided_by_more_bits(monkeypatch):
    keys = np.array([[[1, 2, 2, 3]], [[1, 2, 3, 4]], [[5, 5, 5, 5]]], dtype=np.uint32)
    codes, tied = split_by_keys(keys, (2,))
    assert tied.tolist() == [0, 2] and codes[1, 0].tolist() == [0, 0, 1, 1]
    words = drawing.random_words

    def few_bits(seed, purpose, *rest, **branch):
        found = words(seed, purpose, *rest, **branch)
        if purpose == drawing.ASSIGNMENT:
            found = found & np.uint64(0x0000000300000003)
        return found

    monkeypatch.setattr(drawing, "random_words", few_bits)
    monkeypatch.setattr(drawing, "LARGEST_TABLE", 1)
    for arm, number in (("aaabb", 10), ("aabbc", 30)):
        codes = r.draw_assignments(r.fixed_margins(list(arm)), seed=(1, 2), start=0, stop=4000)
        assert_uniform(codes, number)


def test_changes_go_on_until_the_sizes_are_right():
    coins = np.zeros((2, 2), dtype=np.uint64)
    stages = iter([[[0, 1, 1], [5, 5, 5]], [[2, 3, 99], [5, 6, 7]], [[4, 4, 8], [8, 9, 0]]])
    codes = split_by_coins(coins, 100, 50, lambda _: np.array(next(stages, [range(100)] * 2)))
    assert codes.sum(axis=1).tolist() == [50, 50]
    assert codes[0, [0, 1, 2, 3, 99, 4, 8]].all() and codes[1, [5, 6, 7, 8, 9, 0]].all()


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
