"""Error rates under a known truth, with their Monte Carlo error.

Seeds are fixed, so a run either always passes or always fails. A rate may miss its nominal value
by four Monte Carlo standard errors, and by what the method's approximation is known to add.
"""

import numpy as np
import pytest
from scipy.special import bdtr

from trialtrace.stats.categorical.proportions import clopper_pearson, wilson
from trialtrace.stats.continuous import means, ranks
from trialtrace.stats.survival.kaplan_meier import cox, log_rank


def rejections(p_of, *, draws, seed):
    """Share of draws with p < 0.05, and its Monte Carlo standard error under a rate of 0.05."""
    rng = np.random.default_rng(seed)
    rate = np.mean([p_of(rng) < 0.05 for _ in range(draws)])
    return rate, np.sqrt(0.05 * 0.95 / draws)


def welch(rng):
    return means.welch_t(rng.normal(0, 1, 30), rng.normal(0, 4, 12), sides="two_sided").p_value


def mann_whitney(rng):
    x, y = rng.poisson(1, 40), rng.poisson(1, 40)
    return ranks.mann_whitney(x, y, correction="none", sides="two_sided").p_value


def log_rank_p(rng):
    time, event = np.ceil(20 * rng.exponential(size=80)), rng.random(80) < 0.7
    return log_rank(time, event, np.arange(80) % 2).p_value


@pytest.mark.parametrize("p_of", [welch, mann_whitney, log_rank_p])
def test_type_one_error(p_of):
    rate, error = rejections(p_of, draws=2000, seed=11)
    # Monte Carlo error 0.0049; 0.005 more for asymptotic approximations at these sizes.
    assert abs(rate - 0.05) < 4 * error + 0.005


def test_cox_interval_covers():
    rng = np.random.default_rng(12)
    draws, hits = 400, 0
    x = np.repeat([0.0, 1.0], 50)
    for _ in range(draws):
        time = np.ceil(100 * rng.exponential(np.exp(-0.7 * x)))
        fit = cox(time, rng.random(100) < 0.8, x[:, None], ties="efron", confidence=0.9)
        hits += fit.low[0] <= 0.7 <= fit.high[0]
    # Monte Carlo standard error sqrt(0.9 * 0.1 / 400) = 0.015.
    assert abs(hits / draws - 0.9) < 4 * 0.015


def test_coverage_of_one_proportion_is_known_exactly():
    """Sum over all outcomes of n = 20: no draws. Clopper-Pearson never falls below its level."""
    n, grid = 20, np.linspace(0.01, 0.99, 99)
    mass = np.diff([bdtr(x, n, grid) for x in range(n + 1)], axis=0, prepend=0)
    for method, least, mean in (
        (clopper_pearson, 0.95, (0.95, 0.99)),
        (wilson, 0.83, (0.94, 0.97)),
    ):
        bounds = [method(x, n, confidence=0.95) for x in range(n + 1)]
        inside = np.array([(b.low <= grid) & (grid <= b.high) for b in bounds])
        coverage = (mass * inside).sum(axis=0)
        assert coverage.min() >= least
        assert mean[0] < coverage.mean() < mean[1]
