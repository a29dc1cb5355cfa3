"""Totals of three columns or more that disagree with their parts, beside honest ones that do."""

import numpy as np
import pytest

from trialtrace.run.integrity import sums
from trialtrace.run.integrity.export import CODE, NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.look import CONTRADICTIONS, PAGE_LEVEL, judged
from trialtrace.run.integrity.registry import OF_ROWS, WEIGHTS, look_at

N = 150


def answers(name: str, values: np.ndarray, codes: tuple[float, ...]) -> Column:
    """A question of four choices, of which cells hold the places."""
    levels = ("never", "seldom", "often", "always")
    return Column(name, CODE, values, levels=levels, numbers=codes)


def export(parts: np.ndarray, total: np.ndarray, *before: Column, coded: bool = False) -> Export:
    """A row a patient: other columns, parts beside each other, the total."""
    rows, who, none = np.arange(2, len(total) + 2), np.arange(len(total)), np.zeros(len(total), int)
    items = {f"q{at}": values for at, values in enumerate(parts.T, 1)}
    made = (
        *before,
        *(
            answers(name, values, (0, 1, 2, 3)) if coded else Column(name, NUMBER, values)
            for name, values in items.items()
        ),
        Column("total", NUMBER, total),
    )
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


def test_answers_whose_codes_are_numbers_are_parts():
    _, parts = drawn(1)
    total = parts.sum(axis=1)
    total[:5] += 4
    total[5:9] -= 3
    (look,) = sums.looks(export(parts, total, coded=True))
    assert look.told == "9 of 150 rows are not the sum of the 8 columns q1 to q8 that it is in 141"
    # Codes from 1 on are others, and words are none.
    from_one = [answers(f"r{at}", values, (1, 2, 3, 4)) for at, values in enumerate(parts.T)]
    apart = export(np.zeros((N, 1)), total + 8, *from_one)
    assert "columns r0 to r7" in next(iter(sums.looks(apart))).told
    words = [answers(one.name, one.values, ()) for one in from_one]
    assert not list(sums.looks(export(np.zeros((N, 1)), total, *words)))


def scales(items: np.ndarray, *, rounded: bool = False) -> np.ndarray:
    """Three subscales of four items each, missing items at the mean of the others."""
    groups = [items[:, at : at + 4] for at in (0, 4, 8)]
    means = np.column_stack([4 * np.nanmean(group, axis=1) for group in groups])
    return np.round(means) if rounded else means


@pytest.mark.parametrize("sign", [(1, -1, 1), (1, 1, 1)])
def test_three_totals_of_which_digits_are_exchanged(sign):
    """By chance as many are wrong: on both sides nothing but a mistake makes them so."""
    _, items = drawn(5, 12)
    parts = scales(items)
    total = parts.sum(axis=1)
    total[[20, 60, 90]] += 9.0 * np.array(sign)
    (look,) = sums.looks(export(parts, total))
    assert look.p > 0.01 and look.rows == (22, 62, 92)
    assert look.remark == (CONTRADICTIONS if min(sign) < 0 else sums.A_FEW)


def test_subscales_that_are_rounded_where_items_are_missing_are_no_contradiction():
    rng, items = drawn(6, 12)
    for first in (0, 4):
        items[np.arange(40), first + rng.integers(0, 4, 40)] = np.nan
    parts, total = scales(items, rounded=True), np.round(scales(items).sum(axis=1))
    off = total - parts.sum(axis=1)
    keep = [off.argmin(), off.argmax(), *np.flatnonzero(off == 0)]
    assert off.min() < 0 < off.max() and len(keep) >= 0.8 * N
    assert {one.remark for one in sums.looks(export(parts[keep], total[keep]))} == {""}
    total[keep[:2]] += 9 * np.sign(off[keep[:2]])
    (look,) = sums.looks(export(parts[keep], total[keep]))
    assert look.remark == CONTRADICTIONS


@pytest.mark.parametrize("known", [False, True])
def test_rows_in_which_a_part_of_a_part_is_missing_are_left_out(known):
    _, items = drawn(8, 12)
    parts = scales(items)
    total = parts.sum(axis=1)
    total[[10, 20]] += (7, -7)
    if not known:
        items[10, 0] = items[20, 5] = np.nan
    names = [f"i{at}" for at in range(12)]
    places = [f"scale{at}" for at in range(3)]
    columns = [Column(n, NUMBER, v) for n, v in zip(names, items.T, strict=True)]
    for at, name in enumerate(places):
        columns.insert(5 * at + 4, Column(name, NUMBER, parts[:, at]))
    (look,) = sums.looks(export(parts, total, *columns))
    assert (look.remark == CONTRADICTIONS) == known


CODE_ADDED = {"added": 9.0, "zero": 0.0, "worst": 3.0}


@pytest.mark.parametrize("rule", [*CODE_ADDED, "mean"])
def test_a_code_for_missing_that_was_added_into_totals(rule):
    rng, parts = drawn(7)
    gone = rng.random(parts.shape) < 0.02
    some, known = gone.any(axis=1), np.where(gone, np.nan, parts)
    filled = CODE_ADDED.get(rule, np.nanmean(known, axis=1)[:, None])
    total = np.where(gone, filled, parts).sum(axis=1)
    every = judged(look_at(export(known, total), OF_ROWS), WEIGHTS)
    (look,) = (one for one in every if one.look.check == "added")
    assert (look.adjusted < PAGE_LEVEL) == (rule == "added")
    if rule == "added":
        assert look.look.rows == tuple((np.flatnonzero(some) + 2).tolist())
        assert "9" not in look.look.told.replace(str(some.sum()), "")
