"""Drawing assignments: every arrangement equally likely, by every way, and for good."""

from zlib import crc32

import numpy as np
import pytest
from scipy.special import chdtrc

from trialtrace.stats import resampling as r
from trialtrace.stats.resampling import drawing
from trialtrace.stats.resampling.cells import split_by_coins, split_by_keys


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
