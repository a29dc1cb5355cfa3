"""Totals of three columns or more that disagree with their parts, beside honest ones that do."""

import numpy as np
import pytest

from trialtrace.run.integrity import sums
from trialtrace.run.integrity.export import NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.look import PAGE_LEVEL, judged
from trialtrace.run.integrity.registry import OF_ROWS, WEIGHTS, look_at

N = 150


def export(parts: np.ndarray, total: np.ndarray, *more: np.ndarray) -> Export:
    """A row a patient: parts beside each other, the total, and other columns."""
    columns = [*parts.T, total, *more]
    names = [*(f"q{n}" for n in range(1, parts.shape[1] + 1)), "total", "other"]
    rows, who, none = np.arange(2, len(total) + 2), np.arange(len(total)), np.zeros(len(total), int)
    made = tuple(Column(*one) for one in zip(names, [NUMBER] * len(columns), columns, strict=False))
    return Export(
        len(total),
        "p",
        (Sheet("p", rows, who, none, none, made),),
        used=frozenset({("p", "total")}),
    )


def drawn(seed: int, items: int = 8) -> tuple[np.random.Generator, np.ndarray]:
    rng = np.random.default_rng([31, seed])
    trait = rng.normal(size=(N, 1))
    return rng, np.clip(np.round(1.5 + trait + rng.normal(size=(N, items))), 0, 3)


def test_the_chance_is_binomial_of_twice_the_lesser_side_as_in_r():
    _, parts = drawn(1)
    total = parts.sum(axis=1)
    total[:5] += 4
    total[5:9] -= 3
    (look,) = sums.looks(export(parts, total))
    # pbinom(7, 150, 0.01, lower.tail = FALSE)
    assert look.p == pytest.approx(0.000149557081622, rel=1e-9)
    assert look.told == "9 of 150 rows are not the sum of the 8 columns q1 to q8 that it is in 141"
    assert look.rows == tuple(range(2, 11))


@pytest.mark.parametrize("seed", range(8))
def test_items_altered_after_they_were_added_are_told(seed: int):
    rng, parts = drawn(seed, 3 + seed)
    total = parts.sum(axis=1)
    off = rng.choice(N, 14, replace=False)
    parts[off, rng.integers(0, parts.shape[1], 14)] += np.tile([1, -1], 7)
    every = judged(look_at(export(parts, total), OF_ROWS), WEIGHTS)
    assert "sums" in {one.look.check for one in every if one.adjusted < PAGE_LEVEL}


def unseen(rng: np.random.Generator, parts: np.ndarray) -> np.ndarray:
    """With a part that no column has, seldom."""
    return parts.sum(axis=1) + (rng.random(N) < 0.08) * rng.integers(1, 4, N)


def counted_once(rng: np.random.Generator, parts: np.ndarray) -> np.ndarray:
    """What two parts count is one of the total."""
    return parts.sum(axis=1) - (rng.random(N) < 0.08)


def prorated(rng: np.random.Generator, parts: np.ndarray) -> np.ndarray:
    """With the mean of the others in place of a part that is missing."""
    gone = rng.random(N) < 0.2
    parts[gone, 0] = np.nan
    return np.where(gone, np.round(np.nanmean(parts, axis=1) * parts.shape[1]), parts.sum(axis=1))


def by_hand(rng: np.random.Generator, parts: np.ndarray) -> np.ndarray:
    """Added by hand, and wrong once in two hundred rows."""
    return parts.sum(axis=1) + (rng.random(N) < 0.005) * rng.choice([-1, 1], N)


@pytest.mark.parametrize("honest", [unseen, counted_once, prorated, by_hand])
def test_honest_totals_are_not_told(honest):
    told = 0
    for seed in range(100):
        rng, parts = drawn(seed, 3 + seed % 8)
        looks = sums.looks(export(parts, honest(rng, parts)))
        # One look alone: page 1 takes all others into account too.
        told += any(one.p < PAGE_LEVEL for one in looks)
    assert told <= 1


def test_a_weighted_score_and_numbers_that_are_mostly_0_are_no_sums():
    rng, parts = drawn(3)
    assert list(sums.looks(export(parts, parts @ np.arange(1, 9)))) == []
    rare = (rng.random((N, 8)) < 0.02) * rng.integers(1, 30, (N, 8)).astype(float)
    assert list(sums.looks(export(rare, rare.sum(axis=1)))) == []
