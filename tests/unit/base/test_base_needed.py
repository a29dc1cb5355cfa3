"""Numbers needed as Altman printed them: BMJ 1998;317:1309."""

from math import nan

import pytest

from trialtrace.base.number_needed import needed_text, through_infinity
from trialtrace.base.styles import STYLES


def of_reduction(percent, low, high):
    """The text from an absolute risk reduction with its interval, in percentage points."""
    ends = sorted(100 / end for end in (low, high))
    return needed_text(100 / percent, *ends, 0.95)


@pytest.mark.parametrize(
    ("reduction", "text"),
    [
        # His example: a reduction of 10 % with an interval from -5 % to 25 %.
        ((10, -5, 25), "NNTB 10.0 (95 % CI NNTH 20.0 to ∞ to NNTB 4.0)"),
        ((-10, -25, 5), "NNTH 10.0 (95 % CI NNTH 4.0 to ∞ to NNTB 20.0)"),
        ((20, 10, 25), "NNTB 5.0 (95 % CI 4.0 to 10.0)"),
        ((-20, -25, -10), "NNTH 5.0 (95 % CI 4.0 to 10.0)"),
    ],
)
def test_the_interval_runs_through_infinity(reduction, text):
    assert of_reduction(*reduction) == text


def test_no_interval_and_no_estimate():
    assert needed_text(5.0, nan, nan, 0.95) == "NNTB 5.0 (95 % CI not estimable)"
    assert needed_text(5.0, nan, nan, None) == "NNTB 5.0"
    # Journals round up: 12 patients are not enough where 12.2 are needed.
    nejm = STYLES["nejm"]
    assert needed_text(12.2, 7.6, 41.7, 0.95, nejm) == "NNTB 13 (95 % CI 8 to 42)"
    assert needed_text(-8.0, -1.7, 3.6, 0.95, nejm) == "NNTH 8 (95 % CI NNTH 2 to ∞ to NNTB 4)"
    assert needed_text(nan, nan, nan, 0.95) == "not estimable"


def test_only_a_number_needed_runs_through_infinity():
    assert through_infinity("number_needed_to_treat", -20.0, 4.0)
    assert not through_infinity("number_needed_to_treat", 4.0, 20.0)
    assert not through_infinity("number_needed_to_treat", None, None)
    assert not through_infinity("risk_difference", -20.0, 4.0)
