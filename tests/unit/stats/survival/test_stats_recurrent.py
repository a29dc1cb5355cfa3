"""Mean cumulative functions: by hand, without repeated events, symmetries, refusals."""

from math import exp, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.stats import StatsError
from trialtrace.stats.survival.recurrent import (
    mean_cumulative,
    mean_cumulative_difference,
    mean_cumulative_ratio,
)

OPTIONS = {"interval": "log", "variance": "robust", "confidence": 0.95}


def rows(seed):
    """Subjects with up to three events and an end of follow-up each."""
    rng = np.random.default_rng(seed)
    start, stop, event, subject = [], [], [], []
    for one in range(12):
        ends = np.unique(rng.integers(1, 30, rng.integers(1, 5))).astype(float)
        start += [0.0, *ends[:-1]]
        stop += [*ends]
        event += [1.0] * (len(ends) - 1) + [float(rng.integers(0, 2))]
        subject += [one] * len(ends)
    return [np.array(each) for each in (start, stop, event, subject)]


def test_by_hand():
    """a has an event at 2 of 5 weeks, b at 4, when it ends, c none in 5: 1/3, then 1/3 more.

    Influence at 5: a 1/3 - 2/9, b 1/3 - 2/9, c -2/9; squares (1 + 1 + 4) / 81.
    """
    data = [0, 2, 0, 0], [2, 5, 4, 5], [1, 0, 1, 0], ["a", "a", "b", "c"]
    found = mean_cumulative(*data, times=[1, 2, 5, 6], **OPTIONS)
    np.testing.assert_allclose(found.estimate, [0, 1 / 3, 2 / 3, nan])
    np.testing.assert_allclose(found.se[2], (6 / 81) ** 0.5)
    assert found.high[2] == pytest.approx(2 / 3 * exp(1.959963985 * (6 / 81) ** 0.5 * 1.5))
    assert np.isnan([found.low[0], found.high[0]]).all()


def test_followed_alike_the_error_is_that_of_a_mean():
    """Counts 2, 0, 1, 0 in equal times: their standard deviation by n, over the root of n."""
    data = (
        [0, 1, 2, 0, 0, 3, 0],
        [1, 2, 9, 9, 3, 9, 9],
        [1, 1, 0, 0, 1, 0, 0],
        [1, 1, 1, 2, 3, 3, 4],
    )
    found = mean_cumulative(*data, times=9, **OPTIONS)
    assert found.estimate == pytest.approx(0.75)
    assert found.se == pytest.approx(np.std([2, 0, 1, 0]) / 2)


@given(st.integers(0, 10_000))
def test_order_and_cuts_of_rows_change_nothing(seed):
    start, stop, event, subject = rows(seed)
    times = np.array([[3.0, 10], [20, 29]])
    found = mean_cumulative(start, stop, event, subject, times=times, **OPTIONS)
    assert found.estimate.shape == times.shape
    # Every row of more than a week in two, the first without an event.
    long = np.flatnonzero(stop - start > 1)
    middle = start[long] + 0.5
    cut = [
        np.concatenate([start, middle]),
        np.concatenate([stop, stop[long]]),
        np.concatenate([event, event[long]]),
        np.concatenate([subject, subject[long]]),
    ]
    cut[1][long], cut[2][long] = middle, 0.0
    order = np.random.default_rng(seed).permutation(cut[0].size)
    again = mean_cumulative(*(each[order] for each in cut), times=times, **OPTIONS)
    np.testing.assert_allclose(again.estimate, found.estimate, atol=1e-12)
    np.testing.assert_allclose(again.se, found.se, atol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"start": [0, 5]}, "start before"),
        ({"start": [0]}, "values"),
        ({"event": [1, 2]}, "event must be"),
        ({"start": [0, 0], "subject": ["a", "a"]}, "overlap"),
        ({"times": [-1]}, "negative"),
    ],
)
def test_refused(wrong, told):
    data = {"start": [0, 0], "stop": [1, 2], "event": [1, 0], "subject": ["a", "b"]} | wrong
    options = {"times": [1]} | OPTIONS | {k: data.pop(k) for k in [*OPTIONS, "times"] if k in data}
    with pytest.raises(StatsError, match=told):
        mean_cumulative(*data.values(), **options)


def test_two_arms_that_cannot_be_compared_are_refused():
    rows = [0, 0, 0, 0], [4, 5, 6, 6], [0, 1, 0, 0], list("abcd"), list("xxyy")
    arms = {"treated": "y", "reference": "x", "variance": "robust", "sides": "two_sided"}
    for function, at, told in (
        (mean_cumulative_difference, 5.5, "not followed up to time 5.5"),
        (mean_cumulative_ratio, 5, "no events by this time"),
        (mean_cumulative_difference, 3, "no variance at this time"),
    ):
        with pytest.raises(StatsError, match=told):
            function(*rows, **arms, at=at, confidence=0.95)
