"""Splits of two arms' counts over two strata, and p of the stratified test over them."""

from fractions import Fraction
from itertools import product
from math import comb, erfc, sqrt

import numpy as np
import pytest
from hypothesis import strategies as st

from trialtrace.audit.summaries.split_strata import p_values_of_splits, sizes_of_first, splits, ways

VARIANTS = ("uncorrected", "corrected", "exact")
# x1, n1, x0, n0 of both strata, the alternative, and p of R's mantelhaen.test with correct = FALSE,
# as it is, and with exact = TRUE (R 4.2.2).
FROM_R = [
    (
        (1, 26, 7, 23, 0, 26, 0, 18),
        "two_sided",
        (0.0128712537187, 0.0353743675034, 0.0186853233789),
    ),
    ((1, 26, 7, 23, 0, 26, 0, 18), "less", (0.00643562685933, 0.0176871837517, 0.0152211305106)),
    (
        (0, 28, 0, 25, 18, 27, 25, 25),
        "two_sided",
        (0.00166747400289, 0.00542668096171, 0.00182920958891),
    ),
    (
        (0, 28, 0, 25, 18, 27, 25, 25),
        "less",
        (0.000833737001443, 0.00271334048086, 0.00127391382085),
    ),
    (
        (16, 30, 13, 25, 2, 25, 12, 25),
        "two_sided",
        (0.04981194385, 0.0787448467444, 0.0656938675563),
    ),
    ((3, 9, 1, 11, 4, 7, 2, 13), "two_sided", (0.0222731475681, 0.0552354387582, 0.0295690396087)),
    ((3, 9, 1, 11, 4, 7, 2, 13), "greater", (0.011136573784, 0.0276177193791, 0.0265535789026)),
    ((5, 5, 2, 6, 0, 8, 3, 9), "two_sided", (0.726321926906, 0.726321926906, 1)),
    ((5, 5, 2, 6, 0, 8, 3, 9), "less", (0.636839036547, 0.636839036547, 0.785472370766)),
    ((5, 5, 2, 6, 0, 8, 3, 9), "greater", (0.363160963453, 0.363160963453, 0.531907308378)),
]
TABLES = [(1, 52, 7, 41), (2, 14, 5, 12), (6, 11, 3, 13), (0, 12, 4, 12)]


def every(table, imbalance, fewest):
    """All splits by counting, in whole numbers."""
    x1, n1, x0, n0 = table
    for a, b in product(range(fewest, n1 - fewest + 1), range(fewest, n0 - fewest + 1)):
        if abs(Fraction(a, n1) - Fraction(b, n0)) > imbalance:
            continue
        for i, j in product(range(x1 + 1), range(x0 + 1)):
            if i <= a and x1 - i <= n1 - a and j <= b and x0 - j <= n0 - b:
                yield i, a, j, b


def by_hand(table, split, variant):
    """Two-sided p in fractions, by the textbook."""
    (x1, n1, x0, n0), (i, a, j, b) = table, split
    strata = [(i, a, j, b), (x1 - i, n1 - a, x0 - j, n0 - b)]
    if variant == "exact":
        one, two = (
            {s: comb(n, s) * comb(m, x + y - s) for s in range(x + y + 1)} for x, n, y, m in strata
        )
        weights = {}
        for (s, w), (t, v) in product(one.items(), two.items()):
            weights[s + t] = weights.get(s + t, 0) + w * v
        as_rare = sum(w for w in weights.values() if w <= weights[x1])
        return as_rare / sum(weights.values())
    distance = abs(sum(x - Fraction(n * (x + y), n + m) for x, n, y, m in strata))
    variance = sum(
        Fraction(n * m * (x + y) * (n + m - x - y), (n + m) ** 2 * (n + m - 1))
        for x, n, y, m in strata
    )
    if variant == "corrected" and distance >= Fraction(1, 2):
        distance -= Fraction(1, 2)
    return erfc(sqrt(distance**2 / variance / 2))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("imbalance", [Fraction(1, 10), Fraction(1, 4), Fraction(0)])
def test_every_split_and_its_p(table, imbalance):
    sizes = sizes_of_first(table[1], table[3], imbalance=imbalance, fewest=5)
    own = splits(table, sizes)
    assert sorted(map(tuple, own.tolist())) == sorted(every(table, imbalance, 5))
    assert ways(table, sizes).sum() == len(own)
    if not len(own):
        return
    found = p_values_of_splits(table, own, sides="two_sided")
    for at in range(0, len(own), 1 + len(own) // 150):
        for name in VARIANTS:
            hand = by_hand(table, own[at].tolist(), name)
            assert found[name][at] == pytest.approx(hand, rel=1e-9)


@pytest.mark.parametrize(("strata", "sides", "wanted"), FROM_R)
def test_as_r_has_it(strata, sides, wanted):
    x1, n1, x0, n0 = (a + b for a, b in zip(strata[:4], strata[4:], strict=True))
    found = p_values_of_splits((x1, n1, x0, n0), np.array([strata[:4]]), sides=sides)
    assert [found[name][0] for name in VARIANTS] == pytest.approx(wanted, rel=1e-9)


@st.composite
def split(draw):
    first = [draw(st.integers(0, 25)) for _ in range(4)]
    second = [draw(st.integers(0, 25)) for _ in range(4)]
    (a, more, b, more0), (c, rest, d, rest0) = first, second
    table = (a + c, a + more + c + rest, b + d, b + more0 + d + rest0)
    return table, (a, a + more, b, b + more0)
