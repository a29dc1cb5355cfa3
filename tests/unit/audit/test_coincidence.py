"""The chance of a coincidental fit, against plain enumeration of the window."""

from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import claim

from trialtrace.audit.candidates.coincidence import (
    Displacement,
    Family,
    Fits,
    Held,
    Joint,
    Target,
    Window,
    choices,
)
from trialtrace.audit.printed.expression import parse

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
    assert ours.inside(np.array(sorted(hand)), BY).all()
    assert ours.printed in hand
    outside = [(cell[0] - 50, cell[1]) for cell in hand]
    assert not ours.inside(np.array(outside), BY).any()


def test_a_window_with_estimate_and_p():
    ours = window("0.9 (95% CI 0.6 to 1.4), P=0.6", estimate=True)
    # p from 0.3 to 1 on its grid: 8 values; estimates 0.9 only (0.81 to 0.99 on tenths).
    assert ours.size(BY) == 8 * len([0.6]) * len([1.3, 1.4, 1.5])
    cells = np.array([(9, 6, 13, 10), (9, 6, 13, 11), (8, 6, 13, 5)])
    assert ours.inside(cells, BY).tolist() == [True, False, False]


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


@settings(max_examples=25)
@given(searches(), st.integers(1, 3))
def test_the_share_of_the_window_that_is_matched(given, tier):
    factors, families = given
    windows = [P] * factors
    fits = Fits(families, windows)
    cells = [(c,) for c in range(21, 85)]
    assert P.size(BY) == len(cells)
    every = set(product(cells, repeat=factors)) - {tuple(w.printed for w in windows)}
    if len(every) > 5000:
        every = set(list(every)[:5000])
        hits = [w for w in every if any(f.matches(w, tier) for f in families)]
        assert (fits.coincidence(BY, tier) > 0) >= bool(hits)
        return
    hits = [w for w in every if any(f.matches(w, tier) for f in families)]
    assert fits.coincidence(BY, tier) == pytest.approx(len(hits) / len(every))
    given_out = set()
    for family in families:
        if family.tier <= tier:
            reached = [set(map(tuple, f.reach(tier).tolist())) for f in family.factors]
            given_out |= set(product(*reached))
    assert fits.distinct(tier) == len(given_out)


ABOUT = {"outcome": "event", "population": "itt"}
PAIR = {"compare": ["training", "control"], "measure": "risk_ratio", "test": "chi_squared"}
SEARCHED = {
    "p": {
        "a": claim("1", outcome="event", group="training"),
        "b": claim("3", outcome="event", group="control"),
        "p": claim("p = 0.419", outcome="event", compare=PAIR["compare"]),
    },
    "interval": {"a": claim("30.0% (17–50)", group="training", **ABOUT)},
    "ratio": {
        "a": claim("9/30 (30.0%)", group="training", **ABOUT),
        "b": claim("14/30 (46.7%)", group="control", **ABOUT),
        "r": claim("0.63, p = 0.28", **PAIR, **ABOUT),
    },
    "ratio and interval": {
        "a": claim("9/30 (30.0%)", group="training", **ABOUT),
        "b": claim("14/30 (46.7%)", group="control", **ABOUT),
        "r": claim("0.6 (95% CI 0.4 to 1.3)", **PAIR, **ABOUT),
    },
}


def drawn(window, rng):
    """One vector of the window, each as likely: from a box around it until one is inside."""
    at = {target.role: target.part for target in window.targets}
    main = at.get("estimate", window.centre)
    middle = main.value if main else Decimal(0)
    lowest, highest = [], []
    for role, part in at.items():
        own = part.value - (0 if role in ("estimate", "p") else middle)
        reach = abs(own) * (1 if role == "p" else Decimal("0.3")) + abs(middle) * Decimal("0.1")
        lowest.append(int((part.value - reach) / part.ulp) - 1)
        highest.append(int((part.value + reach) / part.ulp) + 2)
    while True:
        cell = dict(zip(at, rng.integers(lowest, highest).tolist(), strict=True))
        if _defined(cell, at, main) and tuple(cell.values()) != window.printed:
            return tuple(cell.values())


def _defined(cell, at, main):
    value = {role: at[role].ulp * own for role, own in cell.items()}
    centre = value.get("estimate", main.value if main else Decimal(0))
    if main and abs(centre - main.value) > abs(main.value) * Decimal(BY.estimate):
        return False
    if "p" in at and not at["p"].value / 2 <= value["p"] <= min(2 * at["p"].value, 1):
        return False
    arms = [
        (s * (value[r] - centre), s * (at[r].value - main.value))
        for r, s in (("low", -1), ("high", 1))
        if r in at
    ]
    factor = Decimal(BY.arm)
    return all(own / factor <= arm <= own * factor and arm >= 0 for arm, own in arms)


def test_wider_windows_and_later_tiers():
    assert P.size(BY.scaled(0.5)) < P.size(BY) < P.size(BY.scaled(2))
    late = Family("late", 3, (choices(["x"], [1], [[50]]),))
    fits = Fits([late], [P])
    assert fits.coincidence(BY, 2) == 0 < fits.coincidence(BY, 3)
    assert (late.candidates(2), late.candidates(3)) == (0, 1)


def test_what_is_held_is_not_displaced():
    """Linked numbers: the window of the targets, at the printed value of what is held."""
    joint = Joint((Window((Target("estimate", parts("30%")["percent"]),)), Held(7), P))
    assert joint.printed == (30, 7, 42) and joint.displaced == [True, False, True]
    assert joint.size(BY) == 7 * 64
    cells = np.array([[27, 7, 21], [33, 7, 84], [26, 7, 42], [30, 8, 42], [30, 7, 85]])
    assert joint.inside(cells, BY).tolist() == [True, True, False, False, False]
    family = Family(
        "f", 1, (choices(list("abc"), [1, 1, 1], [[31, 7, 50], [31, 8, 50], [99, 7, 42]]),)
    )
    assert Fits([family], [joint]).coincidence(BY, 1) == 1 / (joint.size(BY) - 1)
