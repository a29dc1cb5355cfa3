"""Invariants of survival curves, log-rank tests and Cox regression."""

from math import isnan, nan
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import follow_up, given, numbers_of, same

from trialtrace.stats import StatsError
from trialtrace.stats.survival.kaplan_meier import cox, kaplan_meier, log_rank

LOG_LOG = {"confidence": 0.95, "interval": "log_log"}
EFRON = {"ties": "efron", "confidence": 0.95}
BRESLOW = {"ties": "breslow", "confidence": 0.95}


@given(data=follow_up())
def test_without_censoring_the_curve_is_the_empirical_one(data):
    time = data[0]
    curve = kaplan_meier(time, np.ones(time.size), **LOG_LOG)
    same(curve.survival, [(time > t).mean() for t in curve.time])
    p = curve.survival
    inside = p > 0
    same(curve.se[inside], np.sqrt(p * (1 - p) / time.size)[inside])


@given(data=follow_up(), interval=st.sampled_from(["log", "log_log"]), seed=st.integers(0, 99))
def test_curves_fall_and_ignore_order_and_unit(data, interval, seed):
    time, event, _ = data
    curve = kaplan_meier(time, event, confidence=0.9, interval=interval)
    assert (np.diff(curve.survival) <= 0).all() and curve.n_event.sum() == event.sum()
    assert (curve.n_event + curve.n_censored).sum() == time.size
    known = ~np.isnan(curve.low)
    assert (curve.low[known] <= curve.survival[known]).all()
    assert (curve.survival[known] <= curve.high[known]).all() and (curve.high[known] <= 1).all()
    rows = np.random.default_rng(seed).permutation(time.size)
    other = kaplan_meier(time[rows] * 30, event[rows], confidence=0.9, interval=interval)
    same(other.survival, curve.survival)
    same(other.low, curve.low)
    same(numbers_of(other.median()), 30 * np.array(numbers_of(curve.median())))
    same(other.n_at_risk([0, 90, 5000]), curve.n_at_risk([0, 3, 5000 / 30]))


def test_reading_a_curve():
    #        time 2: one of four dies; 3 censored; 5: one of two dies; 8 censored
    curve = kaplan_meier([2, 3, 5, 8], [1, 0, 1, 0], **LOG_LOG)
    found = curve.at([0, 1.9, 2, 4.9, 5, 8, 8.1])
    survival, low, high = found.estimate, found.low, found.high
    same(found.se, [0, 0, *curve.se[[0, 1, 2, 3]], nan])
    same(survival, [1, 1, 0.75, 0.75, 0.375, 0.375, nan])
    assert np.isnan(low[[0, 1, 6]]).all() and np.isnan(high[[0, 1, 6]]).all()
    assert (low[2:6] < survival[2:6]).all()
    assert kaplan_meier([2], [1], confidence=0.95, interval="log").at([1]).low[0] == 1.0
    assert curve.n_at_risk([0, 2, 2.5, 8, 9]).tolist() == [4, 4, 3, 1, 0]
    assert curve.median().estimate == 5.0
    assert isnan(kaplan_meier([1, 2], [0, 0], **LOG_LOG).median().estimate)


def test_median_where_the_curve_stays_at_one_half():
    """Survival 3/4 from time 2 and 2/4 from 4: flat until the end at 9, or a next drop at 6."""
    flat = kaplan_meier([1, 2, 4, 6, 9], [0, 1, 1, 0, 0], **LOG_LOG)
    assert flat.survival.tolist() == pytest.approx([1, 0.75, 0.5, 0.5, 0.5])
    assert flat.median().estimate == (4 + 9) / 2
    dropping = kaplan_meier([1, 2, 4, 6, 9], [0, 1, 1, 1, 0], **LOG_LOG)
    assert dropping.median().estimate == (4 + 6) / 2
    # 4/5, 3/5, and then censoring: never at one half
    assert isnan(kaplan_meier([1, 2, 4, 6, 9], [1, 1, 0, 0, 0], **LOG_LOG).median().estimate)


@given(data=follow_up(groups=3), seed=st.integers(0, 99))
def test_log_rank_ignores_labels_order_and_unit(data, seed):
    time, event, group = data
    try:
        test = log_rank(time, event, group)
    except StatsError:
        assume(False)
    names = np.array(["c", "a", "b"])[group]
    rows = np.random.default_rng(seed).permutation(time.size)
    again = log_rank(time[rows] / 7, event[rows], names[rows])
    same(numbers_of(again), numbers_of(test), 1e-7)
    same(numbers_of(log_rank(time, event, group, strata=np.ones(time.size))), numbers_of(test))
    assert test.statistic >= -1e-9 and 0 <= test.p_value <= 1 and test.df <= 2


@given(seed=st.integers(0, 10**6))
def test_without_ties_log_rank_is_the_score_test_and_ties_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    time, event = rng.exponential(size=30), rng.random(30) < 0.7
    arm = np.arange(30) % 2
    stratum = np.arange(30) // 10
    event[:2] = True
    for strata in (None, stratum):
        try:
            efron, breslow = (
                cox(time, event, arm[:, None], **o, strata=strata) for o in (EFRON, BRESLOW)
            )
        except StatsError:
            continue
        same(efron.score.statistic, log_rank(time, event, arm, strata=strata).statistic, 1e-7)
        same(efron.coef, breslow.coef)
        same(efron.log_likelihood, breslow.log_likelihood)


def loop_log_likelihood(time, event, x, beta, *, efron):
    """The log partial likelihood as the textbook writes it, patient by patient."""
    total, weight = 0.0, np.exp(x @ beta)
    for t in np.unique(time[event == 1]):
        dead = (time == t) & (event == 1)
        for j in range(dead.sum()):
            share = j / dead.sum() if efron else 0.0
            total -= np.log(weight[time >= t].sum() - share * weight[dead].sum())
        total += (x[dead] @ beta).sum()
    return total


@given(data=follow_up(), efron=st.booleans(), seed=st.integers(0, 10**6))
def test_cox_maximises_the_textbook_likelihood(data, efron, seed):
    time, event, _ = data
    x = np.random.default_rng(seed).normal(size=(time.size, 2))
    try:
        fit = cox(time, event, x, ties="efron" if efron else "breslow", confidence=0.95)
    except StatsError as error:
        assert "likelihood" in str(error) or "covariate" in str(error)
        return
    best = loop_log_likelihood(time, event, x, fit.coef, efron=efron)
    same(fit.log_likelihood, best)
    same(fit.null_log_likelihood, loop_log_likelihood(time, event, x, np.zeros(2), efron=efron))
    for step in np.diag(0.05 * fit.se):
        for sign in (1, -1):
            assert loop_log_likelihood(time, event, x, fit.coef + sign * step, efron=efron) < best
    moved = cox(
        time * 30, event, 1000 * x + 7, ties="efron" if efron else "breslow", confidence=0.9
    )
    same(1000 * moved.coef, fit.coef, 1e-6)
    assert (fit.low < fit.coef).all() and (fit.coef < fit.high).all()


def test_cox_without_a_finite_answer_is_refused():
    time = np.arange(1.0, 9)
    event = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    arm = 1.0 - event
    noise = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])

    def refuse(x, sentence, event=event, time=time):
        with pytest.raises(StatsError, match=sentence):
            cox(time, event, np.asarray(x, dtype=float), **EFRON)

    for unit in (1e-6, 1, 1e6):
        refuse(unit * arm[:, None], "no finite estimate")
        refuse(np.column_stack([unit * arm, noise]), "no finite estimate")
    # Two columns, neither monotone alone, whose sum orders the deaths perfectly.
    refuse(np.column_stack([noise, -noise - time]), "no finite estimate")
    refuse(np.column_stack([noise, 2 * noise]), "combinations of each other")
    refuse(np.ones((8, 1)), "same value in all patients")
    refuse(noise, "x must have shape")
    refuse(np.empty((8, 0)), "x must have shape")
    refuse(noise[:, None], "no event", event=np.zeros(8))
    refuse(noise[:, None], "does not vary", event=[0] * 7 + [1])


@pytest.mark.parametrize(
    ("time", "event", "sentence"),
    [
        ([1, -2], [1, 0], "negative"),
        ([1, 2], [1, 2], "event must be 1"),
    ],
)
def test_bad_follow_up_is_refused(time, event, sentence):
    with pytest.raises(StatsError, match=sentence):
        kaplan_meier(time, event, **LOG_LOG)
    with pytest.raises(StatsError, match=sentence):
        log_rank(time, event, ["a"] * len(time))


def test_groups_that_cannot_be_compared_are_refused():
    with pytest.raises(StatsError, match="fewer than two groups"):
        log_rank([1, 2, 3], [1, 1, 1], ["a", "a", "a"])
    with pytest.raises(StatsError, match="fewer than two groups"):
        log_rank([1, 2, 3], [0, 0, 0], ["a", "b", "a"])
    with pytest.raises(StatsError, match="never at risk together"):
        log_rank([1, 2, 3, 4], [1, 1, 1, 1], list("aabb"), strata=[1, 1, 2, 2])


def test_quartiles_are_where_the_curve_crosses_them():
    """Deaths at 1 to 8: three quarters are left at 2 and one at 6, each until the next drop."""
    curve = kaplan_meier(range(1, 9), [1] * 8, confidence=0.95, interval="plain")
    lower, median, upper = curve.quartiles()
    assert (lower.estimate, median.estimate, upper.estimate) == (2.5, 4.5, 6.5)
    assert curve.quantile(0.2).estimate == 2
    for share in (0, 1, nan, "0.5"):
        with pytest.raises(StatsError, match="share must"):
            curve.quantile(share)


def test_an_arcsine_interval_ends_where_the_angle_does():
    """Of 20 one has the event: survival 0.95, Greenwood's error of its log √(1 / (20 · 19)).

    At 99 % the upper angle, 1.3453 + 0.2880, is beyond a right angle: the bound is 1, as survfit
    has it, and not sin(1.6333)² = 0.9961.
    """
    curve = kaplan_meier([*range(1, 21)], [1] + [0] * 19, confidence=0.99, interval="arcsin")
    angle = np.arcsin(np.sqrt(0.95))
    half = NormalDist().inv_cdf(0.995) / 2 * np.sqrt(0.95 / 0.05 / (20 * 19))
    assert curve.high[0] == 1.0
    assert curve.low[0] == pytest.approx(np.sin(angle - half) ** 2)
