"""Hypothesis strategies for counts, samples and follow-up data, and one way to compare."""

from dataclasses import astuple

import hypothesis
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trialtrace.stats import Interval

CONFIDENCE = st.sampled_from([0.8, 0.9, 0.95, 0.99])


def given(**arguments):
    """Hypothesis's `given` with fewer examples."""
    fewer = hypothesis.settings(max_examples=60)
    return lambda test: fewer(hypothesis.given(**arguments)(test))


@st.composite
def tables(draw, most=60):
    """Counts (x1, n1, x0, n0) with at least one patient in each arm."""
    n1, n0 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0


@st.composite
def strata(draw):
    """Two to six strata as four arrays; arms may be empty in some strata, not in all."""
    rows = [(3, 8, 5, 9)]
    for _ in range(draw(st.integers(1, 5))):
        n1, n0 = draw(st.integers(0, 20)), draw(st.integers(0, 20))
        rows.append((draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0))
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def samples(least=3, most=15):
    """Small whole values, so that ties are common and arithmetic exact."""
    return arrays(float, st.integers(least, most), elements=st.integers(-6, 6).map(float))


@st.composite
def follow_up(draw, *, groups=2):
    """(time, event, group): times with ties, every group present and with an event."""
    n = draw(st.integers(3 * groups, 30))
    time = draw(arrays(float, n, elements=st.integers(1, 12).map(float)))
    event = draw(arrays(float, n, elements=st.sampled_from([0.0, 1.0])))
    group = np.arange(n) % groups
    event[:groups] = 1
    return time, event, group


def joined(treated, reference):
    """The data of two arms, (time, event) each, with their groups "T" and "R"."""
    group = np.repeat(["T", "R"], [len(treated[0]), len(reference[0])])
    return *(np.concatenate(both) for both in zip(treated, reference, strict=True)), group


def numbers_of(found):
    """The numbers of a result: of an interval the estimate and its bounds, else all its fields."""
    if isinstance(found, Interval):
        return found.estimate, found.low, found.high
    return astuple(found)


def same(ours, theirs, relative=1e-9, of=100.0):
    """Compare two results field by field, NaN equal to NaN.

    `of` is what they are differences of (else of numbers up to 100): a difference near 0 has the
    rounding of the data, not its own. 1e-12 of them is a few thousand units in the last place.
    """
    rounding = 1e-12 * np.max(np.abs(of))
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), relative, rounding
    )
