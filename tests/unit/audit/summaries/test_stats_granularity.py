"""GRIM, GRIMMER and DEBIT against all data sets there are."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest

from trialtrace.audit.summaries.granularity import _reachable, grim, grimmer
from trialtrace.audit.summaries.printed import below, read
from trialtrace.stats import StatsError

# For numbers that are not negative half up and half away from zero are the same.
MODES = {
    "half_up": ROUND_HALF_UP,
    "half_away": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "truncate": ROUND_DOWN,
    "up": ROUND_UP,
}


def shown(value, places, mode="half_up", *, root=False):
    """A fraction, or its root, as a paper prints it; exact at halves."""
    with localcontext() as context:
        context.prec = 60
        number = Decimal(value.numerator) / Decimal(value.denominator)
        number = number.sqrt() if root else number
        return str(number.quantize(Decimal(1).scaleb(-places), MODES[mode]))


def printed(text, mode="half_up"):
    return read(text, rounding=mode)


def variance(values, divisor="n - 1", items=1):
    n, total = len(values), sum(values)
    weight = (n - 1 if divisor == "n - 1" else n) * items**2
    return (sum(x * x for x in values) - Fraction(total**2, n)) / weight


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("n, items", [(1, 1), (7, 1), (8, 1), (40, 1), (3, 4), (97, 1)])
def test_grim_passes_exactly_the_means_that_exist(mode, n, items):
    parts = n * items
    exist = {shown(Fraction(s, parts), 2, mode) for s in range(3 * parts)}
    candidates = [f"{k / 100:.2f}" for k in range(200)]
    found = grim(printed(candidates, mode), n, items=items, percent=False)
    assert list(found.consistent) == [text in exist for text in candidates]
    if mode.startswith("half"):
        share = np.mean([text in exist for text in candidates])
        assert found.luck[0] == pytest.approx(share, abs=1e-12)


def test_grim_of_brown_and_heathers():
    assert not grim(printed("5.19"), 28, items=1, percent=False).consistent
    found = grim(printed(["5.18", "5.21"]), 28, items=1, percent=False)
    assert found.consistent.tolist() == [True, True]
    assert found.first_sum.tolist() == [145, 146]
    # With four items 581/112 = 5.1875 is a mean.
    assert grim(printed("5.19"), 28, items=4, percent=False).consistent


def test_a_half_is_decided_exactly():
    # 41/40 = 1.025.
    for mode, consistent in (("half_up", True), ("half_even", False), ("half_any", True)):
        assert grim(printed("1.03", mode), 40, items=1, percent=False).consistent == consistent


def test_grim_of_percentages_and_without_power():
    found = grim(printed(["33.3", "33.4", "101.0"]), 6, items=1, percent=True)
    assert found.consistent.tolist() == [True, False, False]
    assert found.luck[0] == pytest.approx(0.006)
    assert grim(printed("1.23"), 100, items=1, percent=False).luck == 1


SETTINGS = [
    (2, (0, 3), 1, "n - 1"),
    (4, (1, 4), 1, "n"),
    (5, (0, 3), 1, "n - 1"),
    (3, (0, 2), 2, "n - 1"),
]


@pytest.mark.parametrize("n, scale, items, divisor", SETTINGS)
def test_grimmer_on_a_scale_passes_exactly_the_pairs_that_exist(n, scale, items, divisor):
    values = range(scale[0] * items, scale[1] * items + 1)
    exist = {
        (
            shown(Fraction(sum(data), n * items), 1),
            shown(variance(data, divisor, items), 2, root=True),
        )
        for data in combinations_with_replacement(values, n)
    }
    for mean in {mean for mean, _ in exist} | {f"{scale[1] + 0.2:.1f}"}:
        for k in range(0, 300, 1):
            sd = f"{k / 100:.2f}"
            options = {"items": items, "divisor": divisor, "scale": scale}
            found = possible(printed(mean), printed(sd), n, options)
            assert found == ((mean, sd) in exist), (mean, sd)


def possible(mean, sd, n, options):
    return grimmer(mean, sd, n, luck=False, **options).consistent


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_grimmer_without_a_scale_passes_exactly_the_pairs_that_exist(n):
    # With a standard deviation of 2 no value lies further than 4.6 from a mean of 0 to 1.
    exist = {
        (shown(Fraction(sum(data), n), 2), shown(variance(data), 2, root=True))
        for data in combinations_with_replacement(range(-5, 7), n)
        if 0 <= sum(data) < n
    }
    options = {"items": 1, "divisor": "n - 1", "scale": None}
    for mean in {mean for mean, _ in exist}:
        for k in range(0, 200):
            sd = f"{k / 100:.2f}"
            found = possible(printed(mean), printed(sd), n, options)
            assert found == ((mean, sd) in exist), (mean, sd)


def test_five_numbers_reach_every_sum_of_squares_of_the_right_parity():
    width, most = 18, 300
    reached = _reachable(5, 2 * width)
    for rest in range(5):
        bits = reached[5 * width + rest]
        for squares in range(rest, most, 2):
            # Measured from -18: sum (x + 18)^2 = sum x^2 + 36 sum x + 5 * 18^2.
            assert bits >> (squares + 2 * width * rest + 5 * width**2) & 1, (rest, squares)
        assert not bits >> (rest + 1 + 2 * width * rest + 5 * width**2) & 1


def test_published_example_of_grimmer():
    # The package scrutiny prints FALSE for it: 88/12 gives the mean, no whole squares the rest.
    options = {"items": 1, "divisor": "n - 1", "scale": None}
    assert not possible(printed("7.3", "half_any"), printed("2.51", "half_any"), 12, options)


def test_grimmer_says_why_and_how_often_luck_would_do():
    options = {"items": 1, "divisor": "n - 1", "luck": True}
    assert grimmer(printed("5.19"), printed("1.2"), 28, scale=None, **options).reason == "mean"
    assert grimmer(printed("8.0"), printed("1.2"), 5, scale=(1, 7), **options).reason == "range"
    assert grimmer(printed("2.50"), printed("1.00"), 2, scale=None, **options).reason == "square"
    # (2, 3): 0.71 is the only possible one below 1, of 100.
    found = grimmer(printed("2.50"), printed("0.71"), 2, scale=None, **options)
    assert (found.solutions, found.luck) == (((5, 13),), 0.01)
    assert grimmer(printed("3.4"), printed("1.2"), 500, scale=None, **options).luck == 1


def test_grimmer_of_data_without_spread():
    options = {"items": 1, "divisor": "n - 1", "scale": (1, 7), "luck": False}
    assert grimmer(printed("3.00"), printed("0.00"), 9, **options).consistent
    assert not grimmer(printed("3.11"), printed("0.00"), 9, **options).consistent
    # All at the end of the scale leaves no spread.
    assert not grimmer(printed("7.00"), printed("0.33"), 9, **options).consistent


@pytest.mark.parametrize("n", [2, 5, 37, 64])
@pytest.mark.parametrize("divisor", ["n - 1", "n"])
def test_grimmer_of_0_and_1_passes_exactly_the_pairs_that_exist(n, divisor):
    """DEBIT (Heathers and Brown 2019), by all counts."""
    weight = n * (n - 1 if divisor == "n - 1" else n)
    exist = {
        (shown(Fraction(x, n), 2), shown(Fraction(x * (n - x), weight), 2, root=True))
        for x in range(n + 1)
    }
    options = {"items": 1, "divisor": divisor, "scale": (0, 1), "luck": False}
    top = max(int(Decimal(sd) * 100) for _, sd in exist)
    for mean in (f"{k / 100:.2f}" for k in range(0, 101, 3)):
        for sd in (f"{k / 100:.2f}" for k in range(top + 1)):
            found = grimmer(printed(mean), printed(sd), n, **options)
            assert found.consistent == ((mean, sd) in exist)


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda: grim(printed("1.2"), 0, items=1, percent=False), "positive whole"),
        (lambda: grim(below("0.1", least="0"), 5, items=1, percent=False), "not a bound"),
        (lambda: grim(printed(1.2), 5, items=1, percent=False), "text or Decimal"),
        (lambda: _plain("1.2", "0.3", 1, None), "two people"),
        (lambda: _plain("1.2", "0.3", 5, (3, 3)), "two different ends"),
        (lambda: _plain("4.1", "1.3", 5000, (1, 7)), "cannot be searched"),
    ],
)
def test_refusals(wrong, words):
    with pytest.raises(StatsError, match=words):
        wrong()


def _plain(mean, sd, n, scale):
    return grimmer(printed(mean), printed(sd), n, items=1, divisor="n - 1", scale=scale, luck=False)
