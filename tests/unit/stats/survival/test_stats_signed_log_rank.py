"""One-sided log-rank and Mantel-Haenszel tests: squares, sides and swapped arms."""

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.stratified.mantel_haenszel import (
    cochran_mantel_haenszel,
    cochran_mantel_haenszel_z,
)
from trialtrace.stats.survival.signed_log_rank import signed_at_risk, signed_log_rank
from trialtrace.stats.survival.weighted_log_rank import at_risk_log_rank, weighted_log_rank

FOLLOWED = st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=3, max_size=12)
OPPOSITE = {"less": "greater", "greater": "less"}


def joined(one, other):
    time, event = zip(*one, *other, strict=True)
    return np.array(time, float), np.array(event, float), np.repeat([1, 0], [len(one), len(other)])


@given(one=FOLLOWED, other=FOLLOWED, sides=st.sampled_from(sorted(OPPOSITE)))
def test_z_is_the_signed_root_and_swapped_arms_turn_it_round(one, other, sides):
    time, event, arm = joined(one, other)
    powers = {"rho": 1, "gamma": 0}
    try:
        whole = weighted_log_rank(time, event, arm, **powers)
        ranked = at_risk_log_rank(time, event, arm, weight="gehan")
    except StatsError:
        return
    found = signed_log_rank(time, event, arm, sides=sides, **powers)
    same(found.statistic**2, whole.statistic)
    same(
        found.p_value,
        signed_log_rank(time, event, 1 - arm, sides=OPPOSITE[sides], **powers).p_value,
    )
    both = signed_log_rank(time, event, arm, sides="two_sided", **powers)
    same(both.p_value, whole.p_value)
    same(
        signed_at_risk(time, event, arm, weight="gehan", sides=sides).statistic ** 2,
        ranked.statistic,
    )


def test_fewer_events_of_the_treated_are_less():
    time, event, arm = [9, 8, 9, 7, 1, 2, 3, 4], [0, 0, 1, 0, 1, 1, 1, 1], [1] * 4 + [0] * 4
    test = signed_log_rank(time, event, arm, rho=0, gamma=0, sides="less")
    assert test.statistic < 0 and test.p_value < 0.05


def test_arms_that_cannot_be_compared_are_refused():
    with pytest.raises(StatsError, match="at risk"):
        signed_log_rank([1, 2], [1, 1], [1, 1], rho=0, gamma=0, sides="less")
    with pytest.raises(StatsError, match="1 or 0"):
        signed_log_rank([1, 2], [1, 1], [1, 2], rho=0, gamma=0, sides="less")


def test_the_correction_draws_towards_0():
    table = [13, 5], [40, 20], [7, 3], [42, 22]
    for correction in ("none", "continuity"):
        z = cochran_mantel_haenszel_z(*table, correction=correction, sides="greater").statistic
        same(z**2, cochran_mantel_haenszel(*table, correction=correction).statistic)
        back = cochran_mantel_haenszel_z(
            *table[2:], *table[:2], correction=correction, sides="less"
        )
        same(z, -back.statistic)
