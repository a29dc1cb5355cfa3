"""Yes or no under conditions of the same subjects: printed numbers, and what must always hold."""

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import CONFIDENCE, given

from trialtrace.stats import StatsError
from trialtrace.stats.categorical import paired

AIRWAY = (1, 1, 7, 12)
COUNT = st.integers(0, 30)
TABLE = st.tuples(COUNT, COUNT, COUNT, COUNT).filter(any)
SIDES = st.sampled_from(["two_sided", "greater", "less"])


def test_an_interval_that_fagerland_prints():
    """Fagerland, Lydersen and Laake, Stat Med 2014;33:2850: airway reactivity in 21 children."""
    found = paired.paired_risk_difference_newcombe(*AIRWAY, confidence=0.95)
    assert (round(found.low, 3), round(found.high, 3)) == (-0.507, -0.026)


def test_p_values_that_fagerland_prints():
    """Fagerland, Lydersen and Laake, BMC Med Res Methodol 2013;13:91, the same children."""
    asymptotic = paired.mcnemar(1, 7, sides="two_sided", correction="none")
    corrected = paired.mcnemar(1, 7, sides="two_sided", correction="continuity")
    exact, mid = (paired.mcnemar_exact(1, 7, sides="two_sided", mid_p=how) for how in paired.MID_P)
    printed = [round(each.p_value, 3) for each in (asymptotic, corrected, exact, mid)]
    assert printed == [0.034, 0.077, 0.070, 0.039]


def test_cochrans_q_of_three_drugs():
    """By hand from the definition: 46 patients, favourable under drugs A and B in 28, C in 16.

    Grizzle, Starmer and Koch 1969, also in SAS's PROC FREQ example: Q = 8.4706, df 2, p = 0.0145.
    """
    patterns = {"111": 6, "110": 16, "101": 2, "100": 4, "011": 2, "010": 4, "001": 6, "000": 6}
    rows = [[int(mark) for mark in name] for name, n in patterns.items() for _ in range(n)]
    found = paired.cochran_q(rows)
    assert (round(found.statistic, 4), found.df, round(found.p_value, 4)) == (8.4706, 2, 0.0145)


@given(table=TABLE, confidence=CONFIDENCE)
def test_treatments_swapped_or_the_event_turned_round_mirror_an_interval(table, confidence):
    a, b, c, d = table
    own = paired.paired_risk_difference_newcombe(a, b, c, d, confidence=confidence)
    for other in ((a, c, b, d), (d, c, b, a)):
        mirrored = paired.paired_risk_difference_newcombe(*other, confidence=confidence)
        same = np.array([own.estimate, own.low, own.high])
        turned = -np.array([mirrored.estimate, mirrored.high, mirrored.low])
        np.testing.assert_allclose(same, turned, rtol=1e-9, atol=1e-12)


@given(table=TABLE, confidence=CONFIDENCE)
def test_an_interval_holds_its_estimate_and_lies_within_the_differences_of_risks(table, confidence):
    found = paired.paired_risk_difference_newcombe(*table, confidence=confidence)
    assert -1 <= found.low <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.high <= 1
    assert found.low < found.high


@given(b=COUNT, c=COUNT, sides=SIDES)
def test_q_of_two_conditions_is_mcnemars(b, c, sides):
    assume(b + c)
    own = paired.mcnemar(b, c, sides=sides, correction="none")
    rows = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], (3, b, c, 9), axis=0)
    q = paired.cochran_q(rows)
    assert q.statistic == pytest.approx(own.statistic**2)


@given(b=COUNT, c=COUNT)
def test_one_sided_exact_p_values_add_up_to_one_and_what_was_observed(b, c):
    n = b + c
    with_half = [
        paired.mcnemar_exact(b, c, sides=sides, mid_p="half_of_observed").p_value
        for sides in ("greater", "less")
    ]
    assert sum(with_half) == pytest.approx(1)
    both = sum(
        paired.mcnemar_exact(b, c, sides=sides, mid_p="none").p_value
        for sides in ("greater", "less")
    )
    probability = float(np.prod([(n - k) / (k + 1) / 4 for k in range(min(b, c))]))
    probability *= 0.5 ** (n - 2 * min(b, c))
    assert both == pytest.approx(1 + probability)


@pytest.mark.parametrize("count", [-1, 0.5, [1, 2], 1e308, None])
def test_what_is_no_count_is_refused(count):
    with pytest.raises(StatsError):
        paired.paired_risk_difference_newcombe(1, count, 2, 3, confidence=0.95)
    with pytest.raises(StatsError):
        paired.mcnemar(count, 3, sides="less", correction="none")


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        [[1], [0]],
        [1, 0],
        [[1, 2]],
        [[1, 1], [0, 0]],
    ],
)
def test_outcomes_that_q_cannot_be_asked_of(outcomes):
    with pytest.raises(StatsError):
        paired.cochran_q(outcomes)


def test_without_a_discordant_subject():
    with pytest.raises(StatsError, match="nobody differs"):
        paired.mcnemar(0, 0, sides="less", correction="none")
    assert paired.mcnemar_exact(0, 0, sides="two_sided", mid_p="none").p_value == 1
