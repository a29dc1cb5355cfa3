"""Fine and Gray's model: what it is without competing events, by hand, symmetries, refusals."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.stats import StatsError
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.fine_gray import fine_gray

OPTIONS = {"of": 1, "confidence": 0.95}


def drawn(seed, n=40):
    rng = np.random.default_rng(seed)
    time, cause = np.ceil(rng.exponential(10, n)), rng.choice(3, n, p=[0.3, 0.4, 0.3])
    return time, cause, np.column_stack([np.arange(n) % 2, rng.normal(size=n)]).astype(float)


def test_without_censoring_competing_events_never_leave():
    """Their weight is 1, as if they were seen without the event for ever."""
    time, cause, x = drawn(2)
    cause[cause == 0] = 2
    found = fine_gray(time, cause, x, **OPTIONS)
    endless = np.where(cause == 2, time.max() + 1, time)
    other = cox(endless, cause == 1, x, ties="breslow", confidence=0.95)
    np.testing.assert_allclose(found.coef, other.coef, rtol=1e-9)


def test_weights_by_hand():
    """Events at 1 and 4, a competing one at 2, a censoring at 3, one left at 5; the first two have
    the covariate.

    At 3 one of three leaves by censoring, so at 4 the competing one counts 2/3. The slope of
    b - log(2 e^b + 3) - log(2 + 2/3 e^b) is 0 where 3 / (2 e^b + 3) = e^b / (3 + e^b): e^2b = 9/2.
    """
    found = fine_gray([1, 2, 3, 4, 5], [1, 2, 0, 1, 0], [[1], [1], [0], [0], [0]], **OPTIONS)
    assert found.coef[0] == pytest.approx(log(4.5) / 2)
    ratio = 4.5**0.5
    last = -log(2 * ratio + 3) - log(2 + 2 / 3 * ratio)
    assert found.log_likelihood == pytest.approx(log(ratio) + last)


@given(st.integers(0, 10_000))
def test_order_units_and_other_labels_change_nothing(seed):
    time, cause, x = drawn(seed)
    try:
        found = fine_gray(time, cause, x, **OPTIONS)
    except StatsError:
        return
    order = np.random.default_rng(seed).permutation(time.size)
    other = np.where(cause == 2, 7, cause)[order]
    again = fine_gray(7 * time[order], other, (x * [1, 100])[order], **OPTIONS)
    np.testing.assert_allclose(again.coef * [1, 100], found.coef, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(again.se * [1, 100], found.se, rtol=1e-7)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"of": 3}, "nobody has"),
        ({"of": "1"}, "a cause is"),
        ({"of": None}, "a cause is"),
        ({"time": [1, 2, -3, 4]}, "negative"),
        ({"cause": [0, 1, 0.5, 2]}, "whole number"),
        ({"x": [[1]] * 4}, "same value"),
        ({"x": [1, 2, 3, 4]}, "shape"),
        ({"x": [[1e-200], [0], [0], [0]]}, "rescale"),
        ({"cause": [1, 0, 0, 0], "x": [[1], [0], [0], [0]]}, "rises without end"),
    ],
)
def test_refused(wrong, told):
    data = {"time": [1, 2, 3, 4], "cause": [1, 2, 1, 0], "x": [[0], [1], [1], [0]]} | OPTIONS
    data |= wrong
    with pytest.raises(StatsError, match=told):
        fine_gray(data.pop("time"), data.pop("cause"), data.pop("x"), **data)
