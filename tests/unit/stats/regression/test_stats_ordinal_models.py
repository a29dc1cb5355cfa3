"""Proportional odds, Brant's test, random intercepts: invariants, refusals, error rates."""

import re

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.special import chdtri
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous.ranks import mann_whitney
from trialtrace.stats.regression.logistic import logistic
from trialtrace.stats.regression.ordinal import brant_test, proportional_odds
from trialtrace.stats.regression.ordinal_mixed import _Model, ordinal_mixed

REFUSED = "positive|separation|infinite"


@st.composite
def trials(draw):
    """(level, arm, z): levels 1, 2 and 4, each in both arms."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n = draw(st.integers(20, 50))
    arm = (np.arange(n) % 2).astype(float)
    level = rng.choice([1.0, 2.0, 4.0], n)
    level[:6] = 1, 1, 2, 2, 4, 4
    return level, arm, rng.normal(size=n)


def fit(level, *columns):
    return proportional_odds(level, np.column_stack(columns), confidence=0.95)


@given(trial=trials(), seed=st.integers(0, 99))
def test_rows_labels_and_units_do_not_matter(trial, seed):
    level, arm, z = trial
    order = np.random.default_rng(seed).permutation(level.size)
    first = fit(level, arm, z)
    again = fit(-(level[order] ** 3), 1 - arm[order], 40 + 2 * z[order])
    same(again.coef, first.coef * [1, -0.5], 1e-7)
    same(again.se, first.se * [1, 0.5], 1e-7)
    shift = again.coef @ [1, 40]
    same(again.thresholds, -first.thresholds[::-1] + shift, 1e-7)
    for test in ("likelihood_ratio", "wald", "score"):
        same(getattr(again, test).p_value, getattr(first, test).p_value, 1e-7)
    turned = np.column_stack([1 - arm, 9 * z])[order]
    try:
        ours = brant_test(level, np.column_stack([arm, z]))
    except StatsError as error:
        with pytest.raises(StatsError, match=REFUSED):
            brant_test(-level[order], turned)
        assert re.search(REFUSED, str(error))
        return
    theirs = brant_test(-level[order], turned)
    same(theirs.overall.statistic, ours.overall.statistic, 1e-6)
    assert ours.overall.df == 2 and ours.by_column[0].df == 1


@given(trial=trials())
def test_two_levels_are_logistic_regression(trial):
    level, arm, z = trial
    above = (level > 2).astype(float)
    x = np.column_stack([np.ones(arm.size), arm, z])
    try:
        theirs = logistic(above, x, confidence=0.95)
    except StatsError:
        with pytest.raises(StatsError, match="separation"):
            fit(above, arm, z)
        return
    ours = fit(above, arm, z)
    same(ours.coef, theirs.coef[1:], 1e-8)
    same(-ours.thresholds, theirs.coef[:1], 1e-8)
    same(ours.se, theirs.se[1:], 1e-8)
    same(ours.thresholds_se, theirs.se[:1], 1e-8)
    same(ours.log_likelihood, theirs.log_likelihood)


@given(trial=trials())
def test_score_test_of_two_arms_is_the_rank_sum_test(trial):
    level, arm, _ = trial
    score = fit(level, arm).score
    ranks = mann_whitney(level[arm == 1], level[arm == 0], correction="none", sides="two_sided")
    n = level.size
    z2 = float(chdtri(1, ranks.p_value))
    same(score.statistic, z2 * n / (n - 1), 1e-8)


def test_refusals():
    level = np.array([1, 1, 2, 2, 3, 3.0])
    with pytest.raises(StatsError, match="separation"):
        fit(level, np.arange(6.0))
    with pytest.raises(StatsError, match="separation"):
        # Only the highest level is told apart.
        fit(level, [0, 0, 0, 0, 1, 1])
    with pytest.raises(StatsError, match="one level"):
        fit(np.ones(6), np.arange(6.0))
    with pytest.raises(StatsError, match="constant"):
        fit(level, np.ones(6))
    with pytest.raises(StatsError, match="combinations"):
        fit(level, [0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0])
    with pytest.raises(StatsError, match="two levels"):
        brant_test([0, 1, 0, 1], [[0], [1], [1], [0]])
    with pytest.raises(StatsError, match="a value above 2 cannot be estimated"):
        brant_test(np.tile(level, 2), [[v] for v in [0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1]])


def repeated(seed, n=30, spread=1.5):
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n), 4)
    visit, arm = np.tile(np.arange(4.0), n), (subject % 2).astype(float)
    eta = 0.5 * arm + 0.3 * visit + spread * rng.normal(size=n)[subject]
    level = np.digitize(eta + rng.logistic(size=4 * n), [-0.5, 1.0, 2.5])
    seen = rng.random(4 * n) < 0.9
    return level[seen], np.column_stack([arm, visit])[seen], subject[seen]


def mixed(level, x, subject, nodes=30):
    return ordinal_mixed(level, x, subject, nodes=nodes, confidence=0.95)


@pytest.mark.parametrize("seed", range(4))
def test_random_intercepts_turn_with_labels_and_units(seed):
    level, x, subject = repeated(seed)
    first = mixed(level, x, subject)
    order = np.random.default_rng(seed).permutation(level.size)
    names = np.array([f"s{i}" for i in subject])
    again = mixed(10 - level[order], (3 * x + 1)[order], names[order])
    same(again.coef, -first.coef / 3, 1e-7)
    same(again.se, first.se / 3, 1e-7)
    same(again.thresholds_se[::-1] > 0, True)
    same([again.sd, again.sd_se], [first.sd, first.sd_se], 1e-7)
    same(again.log_likelihood, first.log_likelihood, 1e-10)
    assert first.log_likelihood > fit(level, *x.T).log_likelihood
    # Another number of nodes, the same integral.
    same(mixed(level, x, subject, nodes=45).coef, first.coef, 1e-6)


def test_random_intercepts_go_by_parts_of_the_subjects(monkeypatch):
    level, x, subject = repeated(2)
    whole, parts = mixed(level, x, subject), []
    monkeypatch.setitem(_Model._parts.__globals__, "ROWS", 7)
    derivatives = _Model._derivatives
    monkeypatch.setattr(
        _Model, "_derivatives", lambda part, par: parts.append(part) or derivatives(part, par)
    )
    again = mixed(level, x, subject)
    assert max(part.subject.size for part in parts) <= 7 + 4
    same(again.coef, whole.coef, 1e-9)
    same(again.joint_covariance, whole.joint_covariance, 1e-9)


def test_random_intercepts_refuse():
    level, x, subject = repeated(1)
    with pytest.raises(StatsError, match="two rows"):
        mixed(level, x, np.arange(level.size))
    for nodes in (5, 301, 15.0, True, "many"):
        with pytest.raises(StatsError, match="at least 7 and at most 300"):
            mixed(level, x, subject, nodes=nodes)
    with pytest.raises(StatsError, match="maximum"):
        # Subjects never change: any larger spread is more likely.
        mixed(
            np.repeat([0, 1, 1, 0], 5),
            np.tile(np.arange(5.0), 4)[:, None],
            np.repeat(range(4), 5),
            nodes=9,
        )


def test_intercepts_that_do_not_differ_are_an_estimate():
    """Both rows of a subject lie as far apart as can be: less alike than by chance."""
    level, subject = np.tile([0, 2, 2, 0], 15), np.repeat(np.arange(30), 2)
    x = (np.repeat(np.arange(30) // 2 % 2, 2) + np.tile([0, 0.1], 30))[:, None]
    found, plain = mixed(level, x, subject, nodes="enough"), fit(level, x[:, 0])
    assert found.boundary and found.sd == 0 and np.isnan(found.sd_se)
    same(found.se, plain.se)
    same(found.log_likelihood, plain.log_likelihood)


@pytest.mark.parametrize("spread", [0.8, 3.0, 5.0])
def test_enough_nodes_are_enough(spread):
    """As many as no number given could better; too few are refused with a number that would do."""
    level, x, subject = repeated(5, spread=spread)
    found = mixed(level, x, subject, nodes="enough")
    assert not found.boundary
    more = mixed(level, x, subject, nodes=300)
    same(found.coef, more.coef, 1e-6)
    same([found.sd, found.log_likelihood], [more.sd, more.log_likelihood], 1e-6)
    if spread > 2:
        with pytest.raises(StatsError, match="7 nodes do not suffice") as refused:
            mixed(level, x, subject, nodes=7)
        would = int(str(refused.value).split(";")[1].split()[0])
        assert 7 < would <= found.nodes
        same(mixed(level, x, subject, nodes=would).sd, found.sd, 1e-3)
