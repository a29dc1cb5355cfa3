"""Times to an event: curves by hand, symmetries of all comparisons, what has no answer."""

from functools import partial
from math import exp, inf, isnan, nan, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import follow_up, given, joined, numbers_of, same

from trialtrace.stats import StatsError
from trialtrace.stats import survival as s

LEVEL = {"confidence": 0.95}
LOG_LOG = {"confidence": 0.95, "interval": "log_log"}
DELTA = {"of": 1, "confidence": 0.95, "variance": "delta"}
WALD = {"confidence": 0.95, "sides": "two_sided", "treated": "T", "reference": "R"}


def found_or_skipped(compute, *data, **options):
    """The result, or another example where there is none."""
    try:
        return compute(*data, **options)
    except StatsError:
        assume(False)


def interval_of_times(scores):
    """The test of interval-censored times, of times known exactly or right-censored."""

    def compute(time, event, group):
        return s.interval_log_rank(time, np.where(event == 1, time, inf), group, scores=scores)

    return compute


GROUP_TESTS = {
    "log_rank": s.log_rank,
    "early": partial(s.weighted_log_rank, rho=0.5, gamma=2),
    "gehan": partial(s.at_risk_log_rank, weight="gehan"),
    "tarone_ware": partial(s.at_risk_log_rank, weight="tarone_ware"),
    "gray": partial(s.gray_test, of=1, rho=1),
    "sun": interval_of_times("sun"),
    "finkelstein": interval_of_times("finkelstein"),
}


@pytest.mark.parametrize("name", GROUP_TESTS)
@given(data=follow_up(groups=3), seed=st.integers(0, 99))
def test_labels_order_and_unit_change_no_test_of_groups(name, data, seed):
    time, event, group = data
    found = found_or_skipped(GROUP_TESTS[name], time, event, group)
    rows = np.random.default_rng(seed).permutation(time.size)
    labels = np.array(["c", "a", "b"])[group][rows]
    again = GROUP_TESTS[name](time[rows] / 7, event[rows], labels)
    assume(found.statistic < 1e6)
    same(numbers_of(again), numbers_of(found), 1e-6)
    assert 0 <= found.p_value <= 1 and found.df <= 2


@pytest.mark.parametrize("name", ["log_rank", "early", "gehan", "tarone_ware", "gray"])
@given(data=follow_up())
def test_a_stratum_beside_itself_doubles_the_statistic(name, data):
    found = found_or_skipped(GROUP_TESTS[name], *data)
    # A third stratum in which nobody has an event changes nothing.
    strata = np.repeat([0, 1, 2], [data[0].size, data[0].size, 1])
    twice = [np.append(np.tile(x, 2), last) for x, last in zip(data, (5, 0, 0), strict=True)]
    same(GROUP_TESTS[name](*twice, strata=strata).statistic, 2 * found.statistic, 1e-6)


ARMS = {
    "survival_difference": (partial(s.survival_difference, at=3, interval="plain"), "-"),
    "survival_log_log": (partial(s.survival_difference, at=3, interval="log_log"), "-"),
    "survival_ratio": (partial(s.survival_ratio, at=3), "/"),
    "restricted_mean": (partial(s.restricted_mean_difference, tau=6), "-"),
    "restricted_mean_ratio": (partial(s.restricted_mean_ratio, tau=6, of="time_lost"), "/"),
    "incidence": (partial(s.cumulative_incidence_difference, of=1, at=3, variance="aalen"), "-"),
}


@pytest.mark.parametrize("name", ARMS)
@given(data=follow_up())
def test_swapped_arms_turn_a_comparison_round(name, data):
    compute, mirror = ARMS[name]
    one, other = ([x[data[2] == g] for x in data[:2]] for g in (1, 0))
    found = found_or_skipped(compute, *joined(one, other), **WALD)
    back = compute(*joined(other, one), **WALD)
    turned = [-x if mirror == "-" else 1 / x for x in (back.estimate, back.high, back.low)]
    same((found.estimate, found.low, found.high), turned, 1e-8)
    assert found.low <= found.estimate <= found.high
    sided = [compute(*joined(one, other), **WALD | {"sides": side}) for side in ("greater", "less")]
    same(sum(each.p_value for each in sided), 1)
    same(2 * min(each.p_value for each in sided), found.p_value)


COUNTS, TIMES = st.integers(0, 200), st.floats(0.01, 1e6)


def test_reading_a_curve():
    #        time 2: one of four dies; 3 censored; 5: one of two dies; 8 censored
    curve = s.kaplan_meier([2, 3, 5, 8], [1, 0, 1, 0], **LOG_LOG)
    found = curve.at([0, 1.9, 2, 4.9, 5, 8, 8.1])
    same(found.se, [0, 0, *curve.se[[0, 1, 2, 3]], nan])
    same(found.estimate, [1, 1, 0.75, 0.75, 0.375, 0.375, nan])
    assert np.isnan(found.low[[0, 1, 6]]).all() and np.isnan(found.high[[0, 1, 6]]).all()
    assert (found.low[2:6] < found.estimate[2:6]).all()
    assert s.kaplan_meier([2], [1], confidence=0.95, interval="log").at([1]).low[0] == 1.0
    assert curve.n_at_risk([0, 2, 2.5, 8, 9]).tolist() == [4, 4, 3, 1, 0]


# Events at 2 and 4 leave one half until the end at 9, or until a next event at 6; 4/5, 3/5 and
# then censoring never fall to one half.
@pytest.mark.parametrize(
    ("time", "event", "median"),
    [
        ([2, 3, 5, 8], [1, 0, 1, 0], 5),
        ([1, 2, 4, 6, 9], [0, 1, 1, 0, 0], (4 + 9) / 2),
        ([1, 2, 4, 6, 9], [0, 1, 1, 1, 0], (4 + 6) / 2),
        ([1, 2, 4, 6, 9], [1, 1, 0, 0, 0], nan),
        ([1, 2], [0, 0], nan),
    ],
)
def test_medians_by_hand(time, event, median):
    found = s.kaplan_meier(time, event, **LOG_LOG).median().estimate
    assert found == pytest.approx(median, nan_ok=True)


def test_quartiles_are_where_the_curve_crosses_them():
    """Deaths at 1 to 8: three quarters are left at 2 and one at 6, each until the next drop."""
    curve = s.kaplan_meier(range(1, 9), [1] * 8, confidence=0.95, interval="plain")
    assert [each.estimate for each in curve.quartiles()] == [2.5, 4.5, 6.5]
    assert curve.quantile(0.2).estimate == 2


def test_an_arcsine_interval_ends_where_the_angle_does():
    """Of 20 one has the event: survival 0.95, Greenwood's error of its log √(1 / (20 · 19)).

    At 99 % the upper angle, 1.3453 + 0.2880, is beyond a right angle: the bound is 1, as survfit
    has it, and not sin(1.6333)² = 0.9961.
    """
    curve = s.kaplan_meier([*range(1, 21)], [1] + [0] * 19, confidence=0.99, interval="arcsin")
    angle = np.arcsin(np.sqrt(0.95))
    half = NormalDist().inv_cdf(0.995) / 2 * np.sqrt(0.95 / 0.05 / (20 * 19))
    assert curve.high[0] == 1.0
    assert curve.low[0] == pytest.approx(np.sin(angle - half) ** 2)


def test_incidence_by_hand():
    # 2: one of four relapses; 5: one of two dies; 8: the last relapses.
    curve = s.cumulative_incidence([2, 3, 5, 8], [1, 0, 2, 1], **DELTA)
    same(curve.incidence, [1 / 4, 1 / 4, 1 / 4 + 3 / 4 * 1 / 2])
    counts = [part.tolist() for part in (curve.n_event, curve.n_other, curve.n_risk)]
    assert counts == [[1, 0, 1], [0, 1, 0], [4, 2, 1]]
    found = curve.at([1, 2, 7.9, 8, 9])
    same(found.estimate, [0, 0.25, 0.25, 0.625, nan])
    same(found.se[:2], [0, np.sqrt(0.25 * 0.75 / 4)])
    assert np.isnan(found.low[[0, 4]]).all() and (found.low[1:4] < found.estimate[1:4]).all()
    assert repr(curve.at(2)).splitlines()[0] == "CurveAt"


def test_a_restricted_mean_by_hand():
    # 4 patients: one of four dies at 2, one of two at 5; 3 and 8 are censored.
    found = s.restricted_mean([2, 3, 5, 8], [1, 0, 1, 0], tau=7, confidence=0.95)
    assert found.estimate == pytest.approx(2 * 1 + 3 * 0.75 + 2 * 0.375)
    # Areas to the right of 2 and of 5, squared, with Greenwood's 1/(4*3) and 1/(2*1).
    right = 3 * 0.75 + 2 * 0.375, 2 * 0.375
    assert found.se == pytest.approx(sqrt(right[0] ** 2 / 12 + right[1] ** 2 / 2))
    assert (found.n_risk, found.n_event, found.tau) == (1, 2, 7.0)
    quiet = s.restricted_mean([3, 4, 9], [0, 0, 1], tau=8, confidence=0.95)
    assert (quiet.estimate, quiet.se) == (8.0, 0.0) and isnan(quiet.low) and isnan(quiet.high)


DIED, CENSORED, LATE = ([2.0, 5.0], [1, 1]), ([1.0, 8.0], [1, 0]), ([3.0, 9.0], [1, 1])


# An arm whose last patient dies stays at 0 for as long as the other is known; two arms that end
# with deaths are known up to the later; a death and a censoring at the last time leave survivors.
@pytest.mark.parametrize(
    ("one", "other", "last"),
    [
        (DIED, CENSORED, 8),
        (CENSORED, LATE, 8),
        (DIED, LATE, 9),
        (([2.0, 5.0, 5.0], [1, 1, 0]), CENSORED, 5),
    ],
)
def test_where_tau_may_lie(one, other, last):
    s.restricted_mean_difference(*joined(one, other), tau=last, **WALD)
    with pytest.raises(StatsError, match=f"only up to {last}"):
        s.restricted_mean_difference(*joined(one, other), tau=last + 0.1, **WALD)


# Remission in weeks under 6-MP and placebo (Freireich et al. 1963).
SIX_MP = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
REMITTED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
LEUKAEMIA = joined((SIX_MP, REMITTED), (PLACEBO, [1] * 21))


def test_remission_of_leukaemia_as_printed():
    """Kalbfleisch and Prentice print .753 (SE .0963) at 10 weeks; of placebo 8 of 21 remain.

    Medians 23 and 8, log-rank 16.79, log hazard ratio 1.509 (Breslow) and 1.572 (Efron) in Cox and
    Oakes, Analysis of Survival Data, 1984.
    """
    found = s.survival_difference(*LEUKAEMIA, at=10, interval="plain", **WALD)
    error = sqrt(0.0963**2 + 8 / 21 * 13 / 21 / 21)
    assert found.estimate == pytest.approx(0.753 - 8 / 21, abs=5e-4)
    assert found.statistic == pytest.approx((0.753 - 8 / 21) / error, abs=5e-3)
    ratio = s.survival_ratio(*LEUKAEMIA, at=10, **WALD)
    assert ratio.estimate == pytest.approx(0.753 / (8 / 21), abs=2e-3)
    time, event, arm = LEUKAEMIA
    assert s.log_rank(time, event, arm).statistic == pytest.approx(16.79, abs=5e-3)
    for ties, coef in (("breslow", 1.509), ("efron", 1.572)):
        fit = s.cox(time, event, (arm == "R")[:, None] * 1.0, ties=ties, confidence=0.95)
        assert fit.coef[0] == pytest.approx(coef, abs=5e-4)
    for t, e, median in ((SIX_MP, REMITTED, 23), (PLACEBO, [1] * 21, 8)):
        assert s.kaplan_meier(t, e, **LOG_LOG).median().estimate == median


def test_rates_as_printed_and_by_hand():
    """Garwood's limits of 10 events are 4.795 and 18.390, of none 0 and 3.689, as exp(-m) = .025.

    Rothman and Greenland: 41 in 28,010 person-years against 15 in 19,017, a ratio of 1.86. 3 of 3
    events in half of the time: p = 2 / 8 of two sides, and 1 / 8 of one.
    """
    ten, none = (s.garwood_rate(x, 1, confidence=0.95) for x in (10, 0))
    assert (ten.low, ten.high) == pytest.approx((4.795, 18.390), abs=5e-4)
    assert (none.low, exp(-none.high)) == pytest.approx((0, 0.025))
    options = {"confidence": 0.95, "sides": "two_sided"}
    assert s.rate_ratio(41, 28010, 15, 19017, **options).estimate == pytest.approx(1.86, abs=5e-3)
    found = s.rate_ratio(3, 10, 0, 10, **options)
    assert (found.estimate, found.high, found.p_value) == (inf, inf, pytest.approx(0.25))
    assert found.low == pytest.approx(0.025 ** (1 / 3) / (1 - 0.025 ** (1 / 3)))
    one_sided = s.rate_ratio(3, 10, 0, 10, confidence=0.95, sides="greater")
    assert one_sided.p_value == pytest.approx(1 / 8)


MEANS = {"interval": "log", "variance": "robust", "confidence": 0.95}


def test_a_mean_cumulative_function_by_hand():
    """a has an event at 2 of 5 weeks, b at 4, when it ends, c none in 5: 1/3, then 1/3 more.

    Influence at 5: a 1/3 - 2/9, b 1/3 - 2/9, c -2/9; squares (1 + 1 + 4) / 81.
    """
    data = [0, 2, 0, 0], [2, 5, 4, 5], [1, 0, 1, 0], ["a", "a", "b", "c"]
    found = s.mean_cumulative(*data, times=[[1, 2], [5, 6]], **MEANS)
    np.testing.assert_allclose(found.estimate, [[0, 1 / 3], [2 / 3, nan]])
    np.testing.assert_allclose(found.se[1, 0], (6 / 81) ** 0.5)
    assert found.high[1, 0] == pytest.approx(2 / 3 * exp(1.959963985 * (6 / 81) ** 0.5 * 1.5))
    assert np.isnan([found.low[0, 0], found.high[0, 0]]).all()


NOBODY, ONE = ([2, 3, 4], [2, 2, 0]), ([1, 2, 3], [1, 2, 0])
TWO_ARMS = ([1, 2, 3, 4], [1, 1, 1, 1], list("aabb"))
RECURRENT = ([0, 0, 0, 0], [4, 5, 6, 6], [0, 1, 0, 0], list("abcd"), list("xxyy"))
ROBUST = {"treated": "y", "reference": "x", "variance": "robust", "sides": "two_sided", **LEVEL}
PLAIN = {"at": 10, "interval": "plain", **WALD}
GRAY = {"of": 1, "rho": 0}
SUN = {"scores": "sun"}
ROWS = [0, 0], [1, 2], [1, 0], ["a", "b"]
MASKED = np.ma.masked_array([1, 2], [True, False])
REFUSED = [
    (s.kaplan_meier, ([1, -2], [1, 0]), LOG_LOG, "negative"),
    (s.kaplan_meier, ([1, 2], [1, 2]), LOG_LOG, "event must be 1"),
    (s.log_rank, ([1, -2], [1, 0], ["a", "a"]), {}, "negative"),
    (s.log_rank, ([1, 2, 3], [1, 1, 1], ["a", "a", "a"]), {}, "fewer than two groups"),
    (s.log_rank, ([1, 2, 3], [0, 0, 0], ["a", "b", "a"]), {}, "fewer than two groups"),
    (s.log_rank, TWO_ARMS, {"strata": [1, 1, 2, 2]}, "together"),
    (s.weighted_log_rank, TWO_ARMS, {"rho": -1, "gamma": 0}, "at least 0"),
    (s.weighted_log_rank, TWO_ARMS, {"rho": 1, "gamma": 0, "strata": [1, 1, 2, 2]}, "together"),
    # The only event time has S = 1 before it, so with gamma it has no weight.
    (
        s.weighted_log_rank,
        ([3, 3, 5, 6], [1, 1, 0, 0], list("abab")),
        {"rho": 0, "gamma": 1},
        "fewer than two groups",
    ),
    (
        s.signed_log_rank,
        ([1, 2], [1, 1], [1, 1]),
        {"rho": 0, "gamma": 0, "sides": "less"},
        "at risk",
    ),
    (
        s.signed_log_rank,
        ([1, 2], [1, 1], [1, 2]),
        {"rho": 0, "gamma": 0, "sides": "less"},
        "1 or 0",
    ),
    (s.cumulative_incidence, ([1, 2], [0, 2]), DELTA, "nobody has an event of cause 1"),
    (s.cumulative_incidence, ([1, 2], [1, 0.5]), DELTA, "whole number"),
    (s.cumulative_incidence, ([1, 2], [1, -1]), DELTA, "whole number"),
    (s.cumulative_incidence, ([1, -2], [1, 0]), DELTA, "negative"),
    (s.cumulative_incidence, ([1, nan], [1, 0]), DELTA, "missing"),
    (s.cumulative_incidence, ([1, 2], [1]), DELTA, "cause"),
    (s.cumulative_incidence_difference, joined(ONE, NOBODY), DELTA | WALD | {"at": 3.5}, "3.5"),
    (s.cumulative_incidence_difference, joined(NOBODY, NOBODY), DELTA | WALD | {"at": 2}, "no var"),
    (
        s.cumulative_incidence_difference,
        joined(ONE, NOBODY),
        DELTA | WALD | {"at": 2, "treated": "A"},
        "'A'",
    ),
    (
        s.cumulative_incidence_difference,
        joined(ONE, NOBODY),
        DELTA | WALD | {"at": 2, "treated": "R"},
        "same",
    ),
    (s.gray_test, ([1, 2], [1, 2], ["a", "a"]), GRAY, "one group only"),
    (s.gray_test, TWO_ARMS, GRAY | {"strata": [1, 1, 2, 2]}, "together"),
    (s.gray_test, ([1, 2], [1, 2], ["a", "b"]), GRAY | {"of": 3}, "cause 3"),
    *(
        (s.restricted_mean, ([1, 2], [1, 0]), {"tau": tau, "confidence": 0.95}, "tau must")
        for tau in (0, -1, nan, inf, "3", None)
    ),
    (
        s.restricted_mean_difference,
        joined(([3, 4], [0, 0]), ([3, 4], [0, 0])),
        WALD | {"tau": 3},
        "no variance",
    ),
    (
        s.restricted_mean_ratio,
        joined(([1, 3], [1, 0]), ([3, 4], [0, 0])),
        WALD | {"tau": 3, "of": "time_lost"},
        "mean of 0",
    ),
    (s.survival_difference, LEUKAEMIA, PLAIN | {"at": 24}, "not observed up to time 24"),
    (s.survival_difference, LEUKAEMIA, PLAIN | {"at": 0.5}, "no variance"),
    (s.survival_difference, LEUKAEMIA, PLAIN | {"at": 0.5, "interval": "log_log"}, "no place"),
    (s.survival_difference, LEUKAEMIA, PLAIN | {"at": 23, "interval": "log_log"}, "no place"),
    (s.survival_difference, LEUKAEMIA, PLAIN | {"at": -1}, "from 0"),
    (s.survival_difference, LEUKAEMIA, PLAIN | {"reference": "X"}, "'X'"),
    (s.survival_ratio, LEUKAEMIA, WALD | {"at": 23}, "survival is 0"),
    (s.rate_difference, (0, 4, 0, 3), LEVEL | {"sides": "less"}, "no event"),
    (s.rate_ratio, (0, 4, 0, 3), LEVEL | {"sides": "less"}, "no event"),
    (s.mean_cumulative, ([0, 5], *ROWS[1:]), MEANS | {"times": [1]}, "start before"),
    (s.mean_cumulative, ([0], *ROWS[1:]), MEANS | {"times": [1]}, "values"),
    (s.mean_cumulative, (*ROWS[:2], [1, 2], ROWS[3]), MEANS | {"times": [1]}, "event must be"),
    (s.mean_cumulative, (*ROWS[:3], ["a", "a"]), MEANS | {"times": [1]}, "overlap"),
    (s.mean_cumulative, ROWS, MEANS | {"times": [-1]}, "negative"),
    (s.mean_cumulative_difference, RECURRENT, ROBUST | {"at": 5.5}, "up to time 5.5"),
    (s.mean_cumulative_ratio, RECURRENT, ROBUST | {"at": 5}, "no events by this time"),
    (s.mean_cumulative_difference, RECURRENT, ROBUST | {"at": 3}, "no variance at this time"),
    (s.turnbull, ([], []), {}, "not empty"),
    (s.turnbull, ([1, 2], [3]), {}, "one length"),
    (s.turnbull, ([1, 4], [3, 3]), {}, "up to its right"),
    (s.turnbull, ([-1], [3]), {}, "from 0"),
    (s.turnbull, ([inf], [inf]), {}, "up to its right"),
    (s.turnbull, ([1, nan], [3, 4]), {}, "missing"),
    (s.turnbull, (MASKED, [3, 3]), {}, "masked"),
    (s.interval_log_rank, ([1, 2], [3, 4], ["a", "a"]), SUN, "one group only"),
    (s.interval_log_rank, ([4, 6, 2], [inf] * 3, list("aba")), SUN, "same score"),
]


@pytest.mark.parametrize(("compute", "data", "options", "named"), REFUSED)
def test_refused(compute, data, options, named):
    with pytest.raises(StatsError, match=named):
        compute(*data, **options)


@pytest.mark.parametrize("share", [0, 1, nan, "0.5"])
def test_a_quantile_is_of_a_share(share):
    with pytest.raises(StatsError, match="share must"):
        s.kaplan_meier([1, 2], [1, 1], **LOG_LOG).quantile(share)


@pytest.mark.parametrize(
    ("events", "time"),
    [
        *((x, 1) for x in (-1, 1.5, nan, inf, True, "1", [1], 1e308, None)),
        *((1, t) for t in (0, -2, nan, inf, 1e308, 1e-200, "2", True)),
    ],
)
def test_odd_counts_and_times_are_refused(events, time):
    for compute in (
        partial(s.garwood_rate, events, time, **LEVEL),
        partial(s.rate_difference, 3, 4, events, time, sides="less", **LEVEL),
        partial(s.rate_ratio, events, time, 3, 4, sides="less", **LEVEL),
    ):
        with pytest.raises(StatsError):
            compute()
