"""The parts that draw a cohort, each against an oracle: enumeration, scipy, or plain arithmetic."""

import itertools
from fractions import Fraction
from statistics import stdev

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from random_cohorts import printed

from trialtrace.run.synthetic.assignment import NoAssignment, assign, assign_with_gaps
from trialtrace.run.synthetic.moments import Unreachable, draw, hit, with_moments
from trialtrace.run.synthetic.quantities.pattern import draw_profiles, solve_odds
from trialtrace.run.synthetic.quantities.share import Cells, Margin, NoCounts, settle
from trialtrace.run.synthetic.room import normals, streams, uniforms
from trialtrace.run.trial.cohort.margins import counts, prints_as, rivals_of

FEW = settings(max_examples=40)


def test_row_i_has_word_i_whatever_the_size():
    make = streams(7, "trial")
    assert (uniforms(make("age"), 10) == uniforms(make("age"), 1000)[:10]).all()
    assert (uniforms(make("age"), 10) != uniforms(make("sex"), 10)).all()
    assert (uniforms(make("age"), 10) != uniforms(streams(8, "trial")("age"), 10)).all()
    assert (uniforms(make("age"), 10) != uniforms(streams(7, "other")("age"), 10)).all()


def test_scores_are_standard_normal():
    z = normals(streams(1, "trial")("z"), 20_000)
    assert scipy.stats.kstest(z, "norm").pvalue > 0.001


def test_truncated_numbers_are_the_quantiles_of_scipy():
    z = np.linspace(-3, 3, 13)
    place = scipy.stats.norm.cdf(z)
    full = np.full(13, 1.0)
    got = draw("normal", z, {"mean": 5 * full, "sd": 2 * full}, 4 * full, 9 * full)
    assert got == pytest.approx(scipy.stats.truncnorm.ppf(place, -0.5, 2, 5, 2))
    # Far in the tail, where 1 - F is lost.
    got = draw("normal", z, {"mean": 0 * full, "sd": full}, 9 * full, np.inf * full)
    assert got == pytest.approx(scipy.stats.truncnorm.ppf(place, 9, np.inf), rel=1e-6)
    low, high = 20.0, 200.0
    weibull = scipy.stats.weibull_min(1.5, scale=100)
    ends = weibull.cdf([low, high])
    got = draw("weibull", z, {"shape": 1.5 * full, "scale": 100 * full}, low * full, high * full)
    assert got == pytest.approx(weibull.ppf(ends[0] + place * (ends[1] - ends[0])))
    lognormal = draw(
        "lognormal", z, {"mean": 60 * full, "sd": 40 * full}, -np.inf * full, np.inf * full
    )
    sigma = np.sqrt(np.log(1 + (40 / 60) ** 2))
    oracle = scipy.stats.lognorm(sigma, scale=60 / np.exp(sigma**2 / 2))
    assert (oracle.mean(), oracle.std()) == pytest.approx((60, 40))
    assert lognormal == pytest.approx(oracle.ppf(place))


@given(
    st.floats(-3, 3), st.floats(-40, 40), st.floats(0.1, 9), st.floats(-50, 50), st.floats(0, 60)
)
@FEW
def test_a_number_never_leaves_its_limits(z, mean, sd, low, width):
    one = np.ones(1)
    parts = {"mean": mean * one, "sd": sd * one}
    got = draw("normal", z * one, parts, low * one, (low + width) * one)[0]
    assert low <= got <= low + width


def test_population_moments_inside_limits_are_those_of_scipy():
    full = np.ones(5)
    found = with_moments(
        "normal",
        {"mean": 50 * full, "sd": 12 * full},
        18 * full,
        82 * full,
        {"mean": "49", "sd": "13"},
    )
    mu, sigma = found["mean"][0], found["sd"][0]
    oracle = scipy.stats.truncnorm((18 - mu) / sigma, (82 - mu) / sigma, mu, sigma)
    assert oracle.mean() == pytest.approx(49, abs=1e-3)
    assert oracle.std() == pytest.approx(13, abs=0.02)


@given(st.lists(st.integers(0, 30), min_size=2, max_size=25), st.integers(0, 10**6))
@FEW
def test_moments_of_a_sample_are_hit_by_exact_fractions(sample, seed):
    mean, sd = printed(float(np.mean(sample)), 2), printed(stdev(sample), 1)
    n = len(sample)
    start = np.random.default_rng(seed).integers(0, 31, n).astype(float)
    got = hit(start, np.zeros(n), np.full(n, 30.0), step=1, wanted={"mean": mean, "sd": sd})
    whole = [Fraction(int(value)) for value in got]
    assert all(0 <= value <= 30 for value in whole)
    found = sum(whole) / n
    assert Fraction(mean) - Fraction(1, 200) <= found < Fraction(mean) + Fraction(1, 200)
    variance = sum((value - found) ** 2 for value in whole) / (n - 1)
    low = max(Fraction(sd) - Fraction(1, 20), Fraction(0))
    assert low**2 <= variance < (Fraction(sd) + Fraction(1, 20)) ** 2


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"mean": "3.33"}, "no 4 values"),
        ({"mean": "5", "sd": "9"}, "the SD is at most 5.7735"),
        ({"min": "-1"}, "outside of the limits"),
        ({"max": "2.5"}, "no multiple of the step"),
    ],
)
def test_moments_that_cannot_be_are_told(wanted, words):
    with pytest.raises(Unreachable, match=words):
        hit(np.arange(4.0), np.zeros(4), np.full(4, 10.0), step=1, wanted=wanted)


def test_extremes_are_hit_and_kept():
    got = hit(
        np.full(20, 50.0),
        np.full(20, 10.0),
        np.full(20, 90.0),
        step=1,
        wanted={"mean": "49", "min": "18", "max": "82"},
    )
    assert (got.min(), got.max()) == (18, 82)
    assert 48.5 <= got.mean() < 49.5


@given(st.data())
@FEW
def test_counts_in_cells_are_found_where_there_are_any(data):
    """Against every table of a group and a margin within it."""
    inner, outer = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
    cells = Cells(np.array([]), [(True, True), (True, False)], np.array([inner, outer]))
    of, of_in = data.draw(st.integers(0, 10)), data.draw(st.integers(0, 5))
    yes, yes_in = data.draw(st.integers(0, 10)), data.draw(st.integers(0, 5))
    margins = [
        Margin("all", np.array([True, True]), yes, of),
        Margin("inner", np.array([True, False]), yes_in, of_in),
    ]
    possible = [
        (known, other)
        for known, other in itertools.product(range(inner + 1), range(outer + 1))
        if known == of_in and known + other == of and yes_in <= known and 0 <= yes - yes_in <= other
    ]
    try:
        known, has = settle(cells, margins)
    except NoCounts:
        assert not possible
    else:
        assert tuple(known) in possible
        assert has == [yes_in, yes - yes_in]


@given(st.data())
@FEW
def test_an_assignment_is_the_best_of_all_tables(data):
    n, m = 3, 3
    seed = data.draw(st.integers(0, 10**6))
    gain = np.random.default_rng(seed).normal(size=(n, m))
    known = np.array(data.draw(st.lists(st.booleans(), min_size=9, max_size=9))).reshape(n, m)
    low = np.array(data.draw(st.lists(st.integers(0, 2), min_size=3, max_size=3)))
    high = np.array(data.draw(st.lists(st.integers(0, 3), min_size=3, max_size=3)))
    wanted = data.draw(st.integers(0, 3))
    best = -np.inf
    for bits in itertools.product((0, 1), repeat=9):
        table = np.array(bits).reshape(n, m)
        rows = table.sum(axis=1)
        fits = (table <= known).all() and (rows >= low).all() and (rows <= high).all()
        if fits and table[:, 0].sum() == wanted:
            best = max(best, float((gain * table).sum()))
    try:
        found = assign(gain, known, low, high, [(0, np.ones(n, dtype=bool), wanted, "part")])
    except NoAssignment:
        assert best == -np.inf
    else:
        assert float((gain * found).sum()) == pytest.approx(best)


@given(st.data())
@FEW
def test_gaps_are_found_where_there_are_any(data):
    """Against every table of yes, no and gaps of three rows and two parts."""
    n, m = 3, 2
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    low = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    high = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    counts = [np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n))) for _ in "ab"]
    yes, gaps = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
    every = np.ones(n, dtype=bool)

    def possible(known) -> bool:
        for bits in itertools.product((0, 1), repeat=n * m):
            table = np.array(bits).reshape(n, m)
            number, out = table.sum(axis=1), (~known).sum(axis=1)
            fits = (table <= known).all() and table[:, 0].sum() == yes
            enough = (number + out * counts[0] >= low).all()
            if fits and enough and (number + out * counts[1] <= high).all():
                return True
        return False

    shapes = []
    for bits in itertools.product((False, True), repeat=n):
        known = np.ones((n, m), dtype=bool)
        known[:, 0] = ~np.array(bits)
        if sum(bits) == gaps and possible(known):
            shapes.append(known.tolist())
    gains = (rng.normal(size=(n, m)), rng.normal(size=(n, m)))
    sums = ([(0, every, yes, "p")], [(0, every, gaps, "p")])
    try:
        found = assign_with_gaps(gains, np.ones((n, m), bool), (low, high), tuple(counts), sums)
    except NoAssignment:
        assert not shapes
    else:
        assert found.tolist() in shapes


def test_profiles_have_the_frequencies_of_enumeration():
    odds = np.array([0.5, 1.0, 3.0])
    weights = {}
    for profile in itertools.product((0, 1), repeat=3):
        if 1 <= sum(profile) <= 2:
            weights[profile] = np.prod(odds ** np.array(profile))
    total = sum(weights.values())
    n = 40_000
    place = uniforms(streams(1, "t")("p"), n)
    full = np.ones(n, dtype=int)
    got = draw_profiles(np.tile(odds, (n, 1)), np.ones((n, 3), bool), full, 2 * full, place)
    found = {
        tuple(row): count
        for row, count in zip(*np.unique(got, axis=0, return_counts=True), strict=True)
    }
    assert set(found) == {tuple(bool(b) for b in profile) for profile in weights}
    for profile, weight in weights.items():
        p = weight / total
        assert abs(found[profile] / n - p) < 5 * np.sqrt(p * (1 - p) / n)


def test_odds_give_the_wanted_means():
    n = 30
    known, low, high = np.ones((n, 4), bool), np.zeros(n, int), np.full(n, 4)
    low[:12], high[12:] = 2, 1
    rows = np.ones(n, bool)
    odds = solve_odds(np.ones((n, 4)), known, low, high, [(0, rows, 0.3), (1, rows, 0.1)])
    mean = np.zeros(4)
    for row in range(n):
        profiles = [
            p for p in itertools.product((0, 1), repeat=4) if low[row] <= sum(p) <= high[row]
        ]
        weights = np.array([np.prod(odds[row] ** np.array(p)) for p in profiles])
        mean += weights / weights.sum() @ np.array(profiles) / n
    assert mean[:2] == pytest.approx([0.3, 0.1], abs=1e-6)


@pytest.mark.parametrize(
    ("text", "count", "of", "prints"),
    [
        ("30.0%", 12, 40, True),
        ("30.0%", 3, 10, True),
        ("30.0%", 13, 43, False),
        ("41.2 %", 14, 34, True),
        ("70.6%", 27, 38, False),
        ("13 (48.1%)", 13, 27, True),
        ("13 (48.1%)", 12, 27, False),
        ("18/27 (67 %)", 18, 27, True),
        ("18/27", 18, 28, False),
        ("n = 1", 1, 14, True),
        ("n = 1", 2, 14, False),
        ("0%", 0, 55, True),
        ("30%", 0, 0, False),
    ],
)
def test_printed_shares(text, count, of, prints):
    assert prints_as(text, count, of) is prints


def test_rivals_are_every_count_that_prints_the_same():
    for text, most in (("30.0%", 55), ("41.2%", 53), ("70.6%", 50), ("50%", 20), ("0%", 9)):
        digits = len(text.partition(".")[2].rstrip("%"))
        wanted = Fraction(text.rstrip("%"))
        half = Fraction(1, 2 * 10**digits)
        every = [
            (x, n)
            for n in range(1, most + 1)
            for x in range(n + 1)
            if wanted - half <= Fraction(100 * x, n) < wanted + half
        ]
        assert rivals_of(text, most) == len(every)
    assert rivals_of("n = 3", 9) is None
    assert counts("12 of 40") == (12, 40)
