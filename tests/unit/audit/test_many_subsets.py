"""Groups in many subsets at once: what each subset gives is what it gives alone."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stats_strategies import same

from trialtrace.audit.subsets.group_cox import cox_groups
from trialtrace.audit.subsets.group_means import (
    adjusted_differences,
    group_moments,
    mann_whitney_p,
    mean_differences,
)
from trialtrace.stats.continuous import means, ranks
from trialtrace.stats.regression.ancova import ancova, arm_difference
from trialtrace.stats.results import StatsError
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.kaplan_meier import kaplan_meier, log_rank
from trialtrace.stats.survival.risk_sets import curves, log_rank_sums, risk_sets

N = 60


def drawn(seed, step):
    """Values that tie, three groups, a covariate, and subsets of about half of the patients."""
    rng = np.random.default_rng(seed)
    y = rng.normal(10_000, 4, N) // step * step
    group = rng.integers(0, 3, N)
    members = rng.random((4, N)) < 0.6
    return y, group, members, rng.normal(size=N) + 0.3 * y


def trials():
    return st.builds(drawn, st.integers(0, 10_000), st.sampled_from([1.0, 0.25]))


def close(ours, theirs, of=1.0):
    same(ours, theirs, 1e-8, of=of)


# 29: the bound of an adjusted difference is -0.0000075, of values near 10,000.
@settings(max_examples=25)
@given(trials())
@example(drawn(29, 1.0))
def test_means_of_every_subset(trial):
    y, group, members, z = trial
    found = group_moments(y, group, members, groups=3, covariate=z)
    ways = {
        name: mean_differences(found, 2, 0, variance=name)
        for name in ("pooled", "welch", "pooled_over_all")
    }
    for row, own in enumerate(members):
        first, second = (y[own & (group == g)] for g in (2, 0))
        if min(len(first), len(second)) < 3 or not (own & (group == 1)).any():
            continue
        close(found.mean[row, 2], first.mean(), of=y)
        close(found.sd()[row, 2], first.std(ddof=1), of=y)
        close(found.sd(divisor="n")[row, 0], second.std(), of=y)
        student = means.student_t(first, second, sides="two_sided")
        close(ways["pooled"].p_value()[row], student.p_value)
        close(ways["welch"].p_value()[row], means.welch_t(first, second, sides="two_sided").p_value)
        welch = means.mean_difference_welch(first, second, confidence=0.9)
        low, high = ways["welch"].interval(confidence=0.9)
        close((low[row], high[row]), (welch.low, welch.high), of=y)
        _adjusted(found, ways["pooled_over_all"], row, y[own], group[own], z[own])


def _adjusted(found, unadjusted, row, y, group, z):
    """Against the analysis of covariance of the subset alone."""
    options = {"strata": None, "variance": "model", "confidence": 0.95}
    for over_all in (True, False):
        kept = np.ones(len(y), dtype=bool) if over_all else group != 1
        fit = ancova(y[kept], group[kept], covariates=z[kept], **options)
        theirs = arm_difference(fit, 2, 0, sides="two_sided", confidence=0.95)
        ours = adjusted_differences(found, 2, 0, over_all=over_all)
        close(ours.estimate[row], theirs.estimate, of=y)
        low, high = ours.interval(confidence=0.95)
        close((low[row], high[row]), (theirs.low, theirs.high), of=y)
    fit = ancova(y, group, covariates=None, **options)
    theirs = arm_difference(fit, 2, 0, sides="two_sided", confidence=0.95)
    low, high = unadjusted.interval(confidence=0.95)
    close((low[row], high[row]), (theirs.low, theirs.high), of=y)


@settings(max_examples=25)
@given(trials(), st.sampled_from(["none", "continuity"]))
def test_ranks_of_every_subset(trial, correction):
    y, group, members, _ = trial
    found = mann_whitney_p(y, group, members, first=1, second=0, correction=correction)
    for row, own in enumerate(members):
        pair = [y[own & (group == g)] for g in (1, 0)]
        if min(map(len, pair)):
            theirs = ranks.mann_whitney(*pair, correction=correction, sides="two_sided")
            close(found[row], theirs.p_value)


def test_what_has_no_answer_is_nan_and_stops_nothing():
    y, group = np.array([1.0, 1, 1, 2, 3, 4]), np.array([0, 0, 1, 1, 0, 1])
    subsets = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1], [0] * 6, [1] * 6], dtype=bool)
    found = group_moments(y, group, subsets, groups=2)
    p = mean_differences(found, 1, 0, variance="welch").p_value()
    assert np.isnan(p).tolist() == [True, True, True, False]
    p = mann_whitney_p(y, group, subsets, first=1, second=0, correction="none")
    assert np.isnan(p).tolist() == [True, False, True, False]
    with pytest.raises(StatsError, match="no covariate"):
        adjusted_differences(found, 1, 0, over_all=True)


@settings(max_examples=20)
@given(trials(), st.sampled_from(["efron", "breslow"]))
def test_hazards_of_every_subset(trial, ties):
    y, group, members, z = trial
    time, event = y - y.min(), (z > np.quantile(z, 0.2)).astype(float)
    sets = risk_sets(time, event, group, members, groups=3)
    found, pair = cox_groups(sets, ties=ties), cox_groups(sets.of(0, 2), ties=ties)
    tests = log_rank_sums(sets, weight="log_rank").p_value()
    curve = curves(sets.of(1), confidence=0.95, interval="log_log").median()
    for row, own in enumerate(members):
        x = np.column_stack([group == 1, group == 2]).astype(float)
        _same_hazards(found, row, time[own], event[own], x[own], ties)
        both = own & (group != 1)
        _same_hazards(pair, row, time[both], event[both], x[both, 1:], ties)
        close(tests[row], _log_rank_p(time[own], event[own], group[own]))
        one = own & (group == 1)
        km = kaplan_meier(time[one], event[one], confidence=0.95, interval="log_log").median()
        ours = np.array([part[row] for part in curve])
        np.testing.assert_allclose(ours, [km.estimate, km.low, km.high])


def _same_hazards(ours, row, time, event, x, ties):
    """Of the subset alone; NaN where that has no finite estimate."""
    try:
        theirs = cox(time, event, x, ties=ties, confidence=0.95)
    except StatsError:
        assert np.isnan(ours.coef[row]).all()
        return
    close(ours.coef[row], theirs.coef)
    close(ours.se[row], theirs.se)
    close(ours.likelihood_ratio[row], theirs.likelihood_ratio.statistic)


def _log_rank_p(time, event, group):
    """NaN where a group is at risk at no event; `log_rank` leaves it out."""
    first = time[event == 1].min(initial=np.inf)
    if not all((time[group == g] >= first).any() for g in range(3)):
        return np.nan
    try:
        return log_rank(time, event, group).p_value
    except StatsError:
        return np.nan


def test_a_group_without_events_has_no_hazard_ratio():
    time, event = np.arange(1.0, 9), np.array([1, 0, 1, 0, 1, 0, 1, 0])
    group = np.array([0, 1] * 4)
    members = np.ones((2, 8), dtype=bool)
    members[1] = False
    sets = risk_sets(time, event, group, members, groups=2)
    assert np.isnan(cox_groups(sets, ties="efron").coef).all()
    assert np.isnan(log_rank_sums(sets, weight="gehan").p_value()).tolist() == [False, True]
    assert np.isnan(curves(sets, confidence=0.95, interval="plain").at(20.0)[0]).all()


def test_a_curve_ends_with_the_last_patient_of_its_own_group():
    """Of two patients one dies at 1 and the other is seen until 3; the other group until 9."""
    time, event, group = [1.0, 3, 5, 9], [1, 0, 1, 0], np.array([0, 0, 1, 1])
    sets = risk_sets(time, event, group, np.ones((1, 4), dtype=bool), groups=2)
    one = curves(sets.of(0), confidence=0.95, interval="log_log")
    assert one.median()[0].tolist() == [2.0]
    assert one.at(3.0)[0].tolist() == [0.5] and np.isnan(one.at(4.0)[0]).all()
