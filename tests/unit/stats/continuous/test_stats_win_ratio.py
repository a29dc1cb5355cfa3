"""Win ratio: what it must equal where ranks give the answer, invariants, error rates."""

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same, samples

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import win_ratio
from trialtrace.stats.continuous.ranks import probability_of_superiority
from trialtrace.stats.continuous.win_ratio import Measured, TimeToEvent, win_statistics


def parts(found):
    intervals = (found.win_ratio, found.net_benefit, found.win_odds)
    return [getattr(i, part) for i in intervals for part in ("estimate", "low", "high")]


@st.composite
def trials(draw):
    """(treated, time, event, score) with many ties, both arms present."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n = draw(st.integers(6, 25))
    treated = np.arange(n) % 3 == 0
    return (
        treated.astype(float),
        rng.integers(1, 8, n).astype(float),
        (rng.random(n) < 0.6).astype(float),
        rng.integers(0, 4, n).astype(float),
    )


def outcomes(time, event, score):
    return [TimeToEvent(time, event), Measured(score, larger_wins=True, margin=0.0)]


@given(x=samples(), y=samples())
def test_one_measured_outcome_is_the_rank_analysis(x, y):
    x[:2], y[:3] = (0, 1), (0, 1, 2)
    treated = np.repeat([1.0, 0.0], (x.size, y.size))
    outcome = [Measured(np.concatenate([x, y]), larger_wins=True, margin=0.0)]
    found = win_statistics(treated, outcome, confidence=0.9)
    share = probability_of_superiority(x, y, confidence=0.9)
    same(found.net_benefit.estimate, 2 * share.estimate - 1)
    theirs = np.array([share.estimate, share.low, share.high])
    ours = found.win_odds
    same([ours.estimate, ours.low, ours.high], theirs / (1 - theirs), 1e-8)


@given(trial=trials(), seed=st.integers(0, 99))
def test_labels_units_and_order_do_not_matter(trial, seed):
    treated, *data = trial
    found = win_statistics(treated, outcomes(*data), confidence=0.9)
    swapped = win_statistics(1 - treated, outcomes(*data), confidence=0.9)
    same(swapped.wins, found.losses)
    ours, theirs = np.array(parts(swapped)), np.array(parts(found))
    same(ours[3:6], -theirs[[3, 5, 4]])
    with np.errstate(divide="ignore"):
        same(ours[[0, 1, 2, 6, 7, 8]], 1 / theirs[[0, 2, 1, 6, 8, 7]], 1e-8)
    rows = np.random.default_rng(seed).permutation(treated.size)
    time, event, score = (column[rows] for column in data)
    again = [
        TimeToEvent(30.4 * time, event),
        Measured(np.zeros(rows.size), larger_wins=False, margin=0.0),
        Measured(-2 * score, larger_wins=False, margin=0.0),
    ]
    moved = win_statistics(treated[rows], again, confidence=0.9)
    same(parts(moved), parts(found), 1e-8)
    assert moved.wins[1] == moved.losses[1] == 0
    assert found.wins.sum() + found.losses.sum() + found.ties == found.pairs


@given(trial=trials())
def test_blocks_do_not_matter(trial):
    treated, *data = trial
    whole = win_statistics(treated, outcomes(*data), confidence=0.9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(win_ratio, "PAIRS", 7)
        assert parts(win_statistics(treated, outcomes(*data), confidence=0.9)) == pytest.approx(
            parts(whole), nan_ok=True, rel=1e-14
        )


def test_censoring_decides_a_pair_only_by_an_event_seen_in_the_shared_time():
    # Treated (time, event) against one kind of control, both twice to have a variance.
    def result(own, other):
        time = np.array([own[0], own[0], other[0], other[0]], dtype=float)
        event = np.array([own[1], own[1], other[1], other[1]], dtype=float)
        outcome = TimeToEvent(time, event), Measured([0, 0, 0, 1], larger_wins=True, margin=0.5)
        found = win_statistics([1, 1, 0, 0], outcome, confidence=0.95)
        return np.sign(found.wins[0] - found.losses[0])

    assert result((5, 0), (3, 1)) == 1
    assert result((3, 0), (5, 1)) == 0
    assert result((5, 1), (3, 0)) == 0
    assert result((3, 1), (5, 0)) == -1
    assert result((4, 0), (4, 1)) == 1
    assert result((4, 1), (4, 1)) == 0
    assert result((4, 0), (4, 0)) == 0


def test_margin_and_sides_without_losses():
    value = [3.0, 2.0, 1.0, 0.0]
    found = win_statistics([1, 1, 0, 0], [Measured(value, True, 1.0)], confidence=0.95)
    assert (found.wins[0], found.losses[0], found.ties) == (3, 0, 1)
    assert found.win_ratio.estimate == inf and isnan(found.win_ratio.low)
    assert found.net_benefit.low < 0.75 < found.net_benefit.high
    everyone = win_statistics([1, 1, 0, 0], [Measured(value, True, 0.0)], confidence=0.95)
    assert everyone.win_odds.estimate == inf and isnan(everyone.test.p_value)


def test_a_difference_of_the_margin_is_a_tie_whatever_its_last_bit():
    # As floats 1.3 - 1.0 is more than 0.3, and 5.3 - 5.0 is less.
    found = win_statistics(
        [1, 1, 0, 0], [Measured([1.3, 2.0, 1.0, 1.7], True, 0.3)], confidence=0.95
    )
    # 1.3 loses to 1.7; 2.0 wins against 1.0 and ties with 1.7.
    assert (found.wins[0], found.losses[0], found.ties) == (1, 1, 2)


def test_a_net_benefit_that_is_the_same_for_everyone_has_no_error():
    # Every treated patient wins against every control.
    value = [5.0, 5.0, 1.0, 1.0]
    found = win_statistics([1, 1, 0, 0], [Measured(value, True, 0.0)], confidence=0.95)
    assert found.net_benefit.estimate == 1 and isnan(found.net_benefit.low)
    # Not so where they differ.
    follow = TimeToEvent([4, 9, 3, 5, 7, 20], [0, 1, 1, 1, 1, 0])
    found = win_statistics([1, 1, 0, 0, 0, 0], [follow], confidence=0.95)
    assert found.test.p_value > 0


def test_refusals():
    flat = [Measured([1.0] * 4, larger_wins=True, margin=0.0)]
    with pytest.raises(StatsError, match="decided"):
        win_statistics([1, 1, 0, 0], flat, confidence=0.95)
    with pytest.raises(StatsError, match="two patients"):
        win_statistics([1, 0, 0, 0], flat, confidence=0.95)
    with pytest.raises(StatsError, match="no outcome"):
        win_statistics([1, 1, 0, 0], [], confidence=0.95)
    with pytest.raises(StatsError, match="patients"):
        win_statistics([1, 1, 0, 0, 0], flat, confidence=0.95)
