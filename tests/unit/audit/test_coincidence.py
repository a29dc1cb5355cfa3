"""The chance of a coincidental fit, against plain enumeration of the window."""

from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialtrace.claims.printed import parse
from trialtrace.claims.search.coincidence import Family, choices, coincidence, distinct
from trialtrace.claims.search.window import Displacement, Target, Window

BY = Displacement()


def parts(printed):
    return {part.name: part for part in parse(printed)}


def window(printed, *, estimate):
    read = parts(printed)
    main = read.get("percent") or read.get("value")
    bounds = (Target("low", read["ci_low"]), Target("high", read["ci_high"]))
    if not estimate:
        return Window(bounds, main)
    p = (Target("p", read["p"]),) if "p" in read else ()
    return Window((Target("estimate", main), *bounds, *p))


def by_hand(printed, estimate, by):
    """Every vector of the grid that the definition allows, by looking at each."""
    read = parts(printed)
    main = read.get("percent") or read.get("value")
    low, high = read["ci_low"], read["ci_high"]
    share, factor = Decimal(by.estimate), Decimal(by.arm)
    reach = [range(-60, 120)] * 3
    found = set()
    for e, lo, hi in product(reach[0] if estimate else [int(main.value / main.ulp)], *reach[1:]):
        centre, lower, upper = e * main.ulp, lo * low.ulp, hi * high.ulp
        if abs(centre - main.value) > abs(main.value) * share or not lower <= centre <= upper:
            continue
        arms = ((centre - lower, main.value - low.value), (upper - centre, high.value - main.value))
        if all(own / factor <= arm <= own * factor for arm, own in arms):
            found.add((e, lo, hi) if estimate else (lo, hi))
    return found


@pytest.mark.parametrize(
    ("printed", "estimate"),
    [("30% (18–42)", False), ("41.2% (28–55)", False), ("12 (95% CI 5 to 20)", False)],
)
def test_windows_are_what_the_definition_says(printed, estimate):
    ours, hand = window(printed, estimate=estimate), by_hand(printed, estimate, BY)
    assert ours.size(BY) == len(hand)
    assert all(ours.contains(cell, BY) for cell in hand)
    assert ours.printed in hand
    outside = [(cell[0] - 50, cell[1]) for cell in hand]
    assert not any(ours.contains(cell, BY) for cell in outside)


def test_a_window_with_estimate_and_p():
    ours = window("0.9 (95% CI 0.6 to 1.4), P=0.6", estimate=True)
    # p from 0.3 to 1 on its grid: 8 values; estimates 0.9 only (0.81 to 0.99 on tenths).
    assert ours.size(BY) == 8 * len([0.6]) * len([1.3, 1.4, 1.5])
    assert ours.contains((9, 6, 13, 10), BY) and not ours.contains((9, 6, 13, 11), BY)
    assert not ours.contains((8, 6, 13, 5), BY)


P = Window((Target("p", parts("P=0.42")["p"]),))


@st.composite
def searches(draw):
    """Windows of one p each, and families whose choices give some of their cells."""
    factors = draw(st.integers(1, 3))
    families = []
    for number in range(draw(st.integers(1, 4))):
        factor = []
        for _ in range(factors):
            cells = draw(st.lists(st.integers(15, 90), min_size=0, max_size=25))
            tiers = draw(st.lists(st.integers(1, 3), min_size=len(cells), max_size=len(cells)))
            factor.append(choices(list(map(str, cells)), tiers, np.reshape(cells, (-1, 1))))
        families.append(Family(str(number), draw(st.integers(1, 3)), tuple(factor)))
    return factors, families


@settings(max_examples=25, deadline=None)
@given(searches(), st.integers(1, 3))
def test_the_share_of_the_window_that_is_matched(given, tier):
    factors, families = given
    windows = [P] * factors
    cells = [(c,) for c in range(21, 85)]
    assert P.size(BY) == len(cells)
    every = set(product(cells, repeat=factors)) - {tuple(w.printed for w in windows)}
    if len(every) > 5000:
        every = set(list(every)[:5000])
        hits = [w for w in every if any(f.matches(w, tier) for f in families)]
        assert (coincidence(families, windows, BY, tier) > 0) >= bool(hits)
        return
    hits = [w for w in every if any(f.matches(w, tier) for f in families)]
    assert coincidence(families, windows, BY, tier) == pytest.approx(len(hits) / len(every))
    given_out = set()
    for family in families:
        given_out |= set(product(*(family.reach(f, tier) for f in range(factors))))
    assert distinct(families, factors, tier) == len(given_out)


def test_numbers_drawn_from_the_window_match_at_the_mean_cp():
    """Uniform draws from W: the matched share is CP, within four standard errors."""
    rng = np.random.default_rng(20261120)
    cells = [(c,) for c in range(21, 85) if c != 42]
    family = Family("f", 1, (choices([""] * 14, [1] * 14, np.arange(20, 60, 3)[:, None]),))
    cp = coincidence([family], [P], BY, 1)
    drawn = [cells[i] for i in rng.integers(len(cells), size=4000)]
    share = np.mean([bool(family.matches([cell], 1)) for cell in drawn])
    assert abs(share - cp) < 4 * np.sqrt(cp * (1 - cp) / 4000)


def test_wider_windows_and_later_tiers():
    assert P.size(BY.scaled(0.5)) < P.size(BY) < P.size(BY.scaled(2))
    late = Family("late", 3, (choices(["x"], [1], [[50]]),))
    assert coincidence([late], [P], BY, 2) == 0 < coincidence([late], [P], BY, 3)
    assert (late.candidates(2), late.candidates(3)) == (0, 1)
