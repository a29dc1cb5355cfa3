"""Interval-censored times: Kuhn-Tucker, Kaplan-Meier as a special case, printed examples, level."""

from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from stats_strategies import follow_up, given, numbers_of, same

from trialtrace.stats import StatsError
from trialtrace.stats.survival.interval_censored import interval_log_rank, turnbull
from trialtrace.stats.survival.kaplan_meier import kaplan_meier

DATA = Path(__file__).parents[3] / "oracle" / "data" / "interval.csv"
SCORES = st.sampled_from(["sun", "finkelstein"])


@st.composite
def intervals(draw, *, groups=2):
    """(left, right, group): visits at whole times, some times exact, some never seen."""
    n = draw(st.integers(2 * groups, 30))
    left = draw(arrays(float, n, elements=st.integers(0, 8).map(float)))
    width = draw(arrays(float, n, elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, inf])))
    return left, left + width, np.arange(n) % groups


def inside(left, right, fit):
    """Which masses each subject's interval holds, as the definition says."""
    exact = fit.left == fit.right
    return np.array(
        [
            [
                (x == fit.left[j] or x < fit.left[j])
                and fit.right[j] <= y
                and not (exact[j] and x == fit.left[j] and x != y)
                for j in range(fit.mass.size)
            ]
            for x, y in zip(left, right, strict=True)
        ]
    )


@given(data=intervals())
def test_masses_are_self_consistent_and_none_elsewhere_would_help(data):
    left, right, _ = data
    fit = turnbull(left, right)
    n = left.size
    assert fit.mass.sum() == pytest.approx(1) and (fit.mass > 0).all() and fit.n == n
    held = inside(left, right, fit)
    fitted = held @ fit.mass
    same(fit.log_likelihood, np.log(fitted).sum())
    # Turnbull's self-consistency: each mass is the mean of what the subjects expect there.
    same((held * fit.mass / fitted[:, None]).mean(axis=0), fit.mass, 1e-7)
    # A time put anywhere else has a derivative of at most n.
    for t in np.arange(0, 15, 0.5):
        explains = ((left < t) & (t <= right)) | ((left == t) & (right == t))
        assert (explains / fitted).sum() <= n * (1 + 1e-8)


@given(data=intervals(), seed=st.integers(0, 99))
def test_order_and_unit_do_not_matter(data, seed):
    left, right, _ = data
    fit = turnbull(left, right)
    rows = np.random.default_rng(seed).permutation(left.size)
    other = turnbull(left[rows] * 7, right[rows] * 7)
    same(other.mass, fit.mass, 1e-7)
    same(other.left, fit.left * 7)
    low, high = fit.probability_by([0, 2.5, 4, 100])
    assert (low <= high).all() and (np.diff(low) >= 0).all() and (np.diff(high) >= 0).all()


@given(data=follow_up(groups=3))
def test_exact_and_right_censored_times_give_kaplan_meier_and_log_rank_scores(data):
    time, event, group = data
    right = np.where(event == 1, time, inf)
    fit = turnbull(time, right)
    curve = kaplan_meier(time, event, confidence=0.95, interval="log")
    low, high = fit.probability_by(curve.time)
    # After the last event time nothing more is known.
    upto = curve.time <= time[event == 1].max()
    same(low[upto], 1 - curve.survival[upto], 1e-7)
    same(high[upto], low[upto], 1e-7)
    # Sun's scores are events less Nelson-Aalen's hazard: a permutation test by hand.
    hazard = np.cumsum(curve.n_event / curve.n_risk)
    score = event - hazard[np.searchsorted(curve.time, time)]
    assume(score.std() > 1e-6)
    sums = np.bincount(group, score)
    n = time.size
    size = np.bincount(group)
    covariance = score.var(ddof=1) * (np.diag(size) - np.outer(size, size) / n)
    expected = sums[1:] @ np.linalg.solve(covariance[1:, 1:], sums[1:])
    same(interval_log_rank(time, right, group, scores="sun").statistic, expected, 1e-6)


@given(data=intervals(groups=3), scores=SCORES, seed=st.integers(0, 99))
def test_groups_may_have_any_label_and_order(data, scores, seed):
    left, right, group = data
    try:
        test = interval_log_rank(left, right, group, scores=scores)
    except StatsError:
        assume(False)
    rows = np.random.default_rng(seed).permutation(left.size)
    names = np.array(["c", "a", "b"])[group][rows]
    again = interval_log_rank(left[rows] / 3, right[rows] / 3, names, scores=scores)
    same(numbers_of(again), numbers_of(test), 1e-6)
    assert test.df == 2 and 0 <= test.p_value <= 1


def test_reading_an_estimate():
    # Seen between 0 and 4, 4 and 6; one known to be at 5; one free at 6.
    fit = turnbull([0, 4, 5, 6], [4, 6, 5, inf])
    assert fit.left.tolist() == [0, 5, 6] and fit.right.tolist() == [4, 5, inf]
    same(fit.mass, [1 / 4, 1 / 2, 1 / 4], 1e-8)
    low, high = fit.probability_by([0, 2, 4, 4.9, 5, 6, 7, inf])
    same(low, [0, 0, 0.25, 0.25, 0.75, 0.75, 0.75, 1], 1e-8)
    same(high, [0, 0.25, 0.25, 0.25, 0.75, 0.75, 1, 1], 1e-8)


def test_breast_cosmesis_as_printed():
    """Masses, Z = -2.6684 and p = 0.007622, as recalled from Fay and Shaw, J Stat Softw 2010;36(2).

    The digits were not read off the paper; base R by hand gives the same (interval_censored.R).
    """
    lines = DATA.read_text().splitlines()
    rows = [line.split(",")[1:] for line in lines if line.startswith("cosmesis,")]
    left, right, arm = np.array(rows, dtype=float).T
    alone = turnbull(left[arm == 0], right[arm == 0])
    printed = {5: 0.0463, 7: 0.0334, 8: 0.0887, 12: 0.0708, 25: 0.0926, 34: 0.0818, 40: 0.1209}
    for end, mass in {**printed, 48: 0.4656}.items():
        assert alone.mass[alone.right == end] == pytest.approx(mass, abs=5e-5)
    test = interval_log_rank(left, right, arm, scores="sun")
    assert np.sqrt(test.statistic) == pytest.approx(2.6684, abs=5e-5)
    assert test.p_value == pytest.approx(0.007622, abs=5e-7)


@pytest.mark.parametrize(
    ("left", "right", "sentence"),
    [
        ([], [], "not empty"),
        ([1, 2], [3], "one length"),
        ([1, 4], [3, 3], "up to its right"),
        ([-1], [3], "from 0"),
        ([inf], [inf], "up to its right"),
        ([1, nan], [3, 4], "missing"),
        (np.ma.masked_array([1, 2], [True, False]), [3, 3], "masked"),
    ],
)
def test_bad_intervals_are_refused(left, right, sentence):
    with pytest.raises(StatsError, match=sentence):
        turnbull(left, right)


def test_groups_that_cannot_be_compared_are_refused():
    with pytest.raises(StatsError, match="one group only"):
        interval_log_rank([1, 2], [3, 4], ["a", "a"], scores="sun")
    with pytest.raises(StatsError, match="same score"):
        interval_log_rank([4, 6, 2], [inf] * 3, ["a", "b", "a"], scores="finkelstein")
