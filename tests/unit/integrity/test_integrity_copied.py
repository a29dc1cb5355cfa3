"""A visit filled across in patients after each other, beside honest exports with equal values."""

import numpy as np
import pytest

from trialtrace.run.integrity import copied
from trialtrace.run.integrity.export import NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.look import PAGE_LEVEL

N, VISITS = 160, 3


def drawn(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    """Whole numbers at three visits, and sites that stand together in the file."""
    rng = np.random.default_rng([37, seed])
    level = rng.normal(80, 12, (N, 1))
    return rng, np.round(level + rng.normal(0, 4, (N, VISITS))), np.sort(rng.integers(0, 4, N))


def export(values: np.ndarray, site: np.ndarray) -> Export:
    who = np.repeat(np.arange(N), VISITS)
    step, none = np.tile(np.arange(VISITS), N), np.zeros(N * VISITS, int)
    column = Column("weight", NUMBER, values.ravel())
    rows = np.arange(2, N * VISITS + 2)
    sheet = Sheet("v", rows, who, step, none, (column,), visits=True)
    return Export(N, "v", (sheet,), site=site)


def least(values: np.ndarray, site: np.ndarray) -> float:
    return min((one.p for one in copied.looks(export(values, site))), default=1.0)


def test_the_chance_is_that_of_the_longest_run():
    """By hand: 5 in a row of 40, 3 of 35 others (4/37, at twice the odds 8/41): 36 × (8/41)^5."""
    values = np.column_stack([np.arange(N) % 37 + 10.0, (np.arange(N) % 37 + 11.0)])
    values[10:15, 1] = values[10:15, 0]
    equal = values[:40, 0] == values[:40, 1]
    assert equal.sum() == 5
    equal[[2, 22, 30]] = True
    slices = export(np.tile(values[:, :1], 3), np.zeros(N, int)).slices
    look = copied._look(slices[0], np.arange(40), equal, None)
    assert look.p == pytest.approx(36 * (8 / 41) ** 5, rel=1e-12)
    assert look.told.startswith("5 patients in rows after each other")


@pytest.mark.parametrize("seed", range(20))
def test_a_visit_filled_across_in_some_rows_is_told(seed: int):
    rng, values, site = drawn(seed)
    first = int(rng.integers(0, N - 20))
    values[first : first + 14, 1] = values[first : first + 14, 0]
    assert least(values, site) < PAGE_LEVEL / 100


def clean(_: np.random.Generator, values: np.ndarray, __: np.ndarray) -> None:
    """As it is."""


def carried_forward(rng: np.random.Generator, values: np.ndarray, _: np.ndarray) -> None:
    """The last value of who left."""
    gone = rng.random(N) < 0.3
    values[gone, 1:] = values[gone, :1]


def cut(rng: np.random.Generator, values: np.ndarray, _: np.ndarray) -> None:
    """The last value of who entered late, at an interim export."""
    late = int(rng.integers(100, 150))
    values[late:, 1:] = values[late:, :1]


def in_tens(_: np.random.Generator, values: np.ndarray, site: np.ndarray) -> None:
    """One site reads in tens."""
    values[site == 1] = np.round(values[site == 1], -1)


def at_the_floor(rng: np.random.Generator, values: np.ndarray, site: np.ndarray) -> None:
    """One site has patients without symptoms."""
    values[site == 2] = np.where(rng.random((int((site == 2).sum()), VISITS)) < 0.9, 0, 5)


@pytest.mark.parametrize("honest", [clean, carried_forward, cut, in_tens, at_the_floor])
def test_honest_exports_are_not_told(honest):
    told = 0
    for seed in range(100):
        rng, values, site = drawn(seed)
        honest(rng, values, site)
        # Page 1 divides its level by all looks and weights, more than ten.
        told += least(values, site) < PAGE_LEVEL / 10
    assert told <= 1
