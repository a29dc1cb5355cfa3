"""Clusters of patients where no site is named: what one of them codes, copies or sorts alone."""

import numpy as np
import pytest

from trialtrace.run.integrity import breaks, carried, codings, misplaced, ordered, turned
from trialtrace.run.integrity.export import NUMBER, Column, Export, Sheet

VILLAGES, EACH = 20, 18
N = VILLAGES * EACH
WHO = np.arange(N)
VILLAGE = WHO // EACH
FIFTH = VILLAGE == 5
RNG = np.random.default_rng(4)
# Villages are a standard deviation of their patients apart, as many are.
LEVEL = RNG.normal(0, 1, VILLAGES)[VILLAGE]
PEAK = np.round(320 + 40 * (LEVEL + RNG.normal(0, 1, N)))
LATER = np.round(PEAK + RNG.normal(12, 15, N))
WALK = np.round(400 + 0.8 * (LATER - 320) + RNG.normal(0, 20, N))
ASTHMA = (RNG.random(N) < np.clip(0.06 + 0.03 * LEVEL, 0.02, 0.2)) * 1.0
CLEAN = {"peak": PEAK, "later": LATER, "walk": WALK, "asthma": ASTHMA}
LOOKS = (breaks.looks, carried.looks, codings.looks, misplaced.looks, ordered.looks, turned.looks)


def lowest(values, *made):
    columns = tuple(Column(name, NUMBER, np.asarray(x, float)) for name, x in values.items())
    sheet = Sheet("p", WHO + 2, WHO, WHO * 0, WHO * 0, columns, in_order=True)
    used = frozenset({("p", "later"), ("p", "asthma")})
    export = Export(N, "p", (sheet,), used=used, outcomes=used, cluster=VILLAGE)
    every = [one for looks in made for one in looks(export)]
    return min(every, key=lambda one: one.p)


def in_order(own):
    values = LATER.copy()
    values[own] = np.sort(values[own])
    return values


SPOILT = {
    "asthma": (codings.looks, lambda own: np.where(own, 1 - ASTHMA, ASTHMA)),
    "peak": (carried.looks, lambda own: np.where(own, LATER, PEAK)),
    "later": (ordered.looks, in_order),
    "walk": (breaks.looks, lambda own: np.where(own, WALK / 2.54, WALK)),
}


def test_villages_that_differ_are_not_told():
    assert lowest(CLEAN, *LOOKS).p > 1e-4


@pytest.mark.parametrize("name", SPOILT)
def test_a_village_that_codes_copies_or_sorts_alone(name):
    look, spoil = SPOILT[name]
    own = np.isin(VILLAGE, [2, 5, 9, 14]) if name == "asthma" else FIFTH
    told = lowest(CLEAN | {name: spoil(own)}, look)
    assert told.p < 1e-5 and {*told.rows} <= {*(WHO[own] + 2)} and len(told.rows) >= EACH - 3


def test_outcomes_that_most_villages_of_an_arm_have_are_not_turned_round():
    """Half of the villages were given what the others have seldom."""
    given = np.where(VILLAGE % 2 == 0, 1 - ASTHMA, ASTHMA)
    assert lowest(CLEAN | {"asthma": given}, codings.looks).p > 0.01


def test_outcomes_that_rise_with_the_rows_at_other_villages_are_not_sorted():
    rising = np.round(1000 + 10 * (WHO % EACH) + RNG.normal(0, 20, N))
    assert lowest(CLEAN | {"later": np.where(FIFTH, np.sort(rising), rising)}, ordered.looks).p == 1
