"""Power and sample size.

Trials of the sizes that `trialtrace.stats.design` gives, and how often their tests reject. The
nominal number is the power that it computes for these sizes; formulas by normal approximation
(two proportions, Mann-Whitney) need not meet it.
"""

import numpy as np
from numpy.random import Generator
from scipy import stats

from simulated import Figure, share
from trialtrace.stats.design import means, proportions, ranks
from trialtrace.stats.multiplicity.conditional_power import futility_boundary

LEVEL = 0.05
TEST = {"alpha": LEVEL, "sides": "two_sided"}


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [_means(rng, draws), _risks(rng, draws), _ranks(rng, draws // 4), *_looks(rng, draws)]


def _means(rng: Generator, draws: int) -> Figure:
    given = {"null": 0, "ratio": 2, **TEST}
    n1, n0 = (int(n) for n in means.sample_size_two_means(0.6, 1, power=0.8, **given))
    x, y = rng.normal(0.6, 1, (draws, n1)), rng.normal(0, 1, (draws, n0))
    power = float(means.power_two_means(0.6, 1, n1, n0, null=0, **TEST))
    rejected = stats.ttest_ind(x, y, axis=1).pvalue <= LEVEL
    return share(
        "Student's t test, power", f"0.6 sd, arms of {n1}, {n0}", round(power, 4), rejected
    )


def _risks(rng: Generator, draws: int) -> Figure:
    given = {"null": 0, "variance": "pooled", **TEST}
    n1, n0 = (
        int(n)
        for n in proportions.sample_size_two_proportions(0.5, 0.3, power=0.8, ratio=1, **given)
    )
    p1, p0 = rng.binomial(n1, 0.5, draws) / n1, rng.binomial(n0, 0.3, draws) / n0
    pooled = (n1 * p1 + n0 * p0) / (n1 + n0)
    z = (p1 - p0) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0))
    power = float(proportions.power_two_proportions(0.5, 0.3, n1, n0, **given))
    told = f"0.5 against 0.3, arms of {n1}, {n0}"
    rejected = np.abs(z) >= stats.norm.isf(LEVEL / 2)
    return share("chi-squared test, power", told, round(power, 4), rejected)


def _ranks(rng: Generator, draws: int) -> Figure:
    superiority = float(stats.norm.cdf(0.5 / 2**0.5))
    n1, n0 = (
        int(n) for n in ranks.sample_size_mann_whitney(superiority, power=0.8, ratio=1, **TEST)
    )
    x, y = rng.normal(0.5, 1, (draws, n1)), rng.normal(0, 1, (draws, n0))
    p = stats.mannwhitneyu(x, y, axis=1, method="asymptotic", use_continuity=False).pvalue
    power = float(ranks.power_mann_whitney(superiority, n1, n0, **TEST))
    told = f"0.5 sd, arms of {n1}, {n0}"
    return share("Mann-Whitney test, power (Noether)", told, round(power, 4), p <= LEVEL)


def _looks(rng: Generator, draws: int) -> list[Figure]:
    """A design with futility by spending beta, without an effect and with the planned one."""
    t = np.array([0.4, 0.7, 1.0])
    spent = {"spending": "obrien_fleming", "parameter": None}
    spent |= {"beta_spending": "pocock", "beta_parameter": None}
    found = futility_boundary(t, alpha=0.025, beta=0.1, futility="binding", **spent)
    figures = []
    for what, drift, nominal in (("type I error", 0.0, 0.025), ("power", found.drift, 0.9)):
        steps = rng.normal(0, 1, (draws, 3)) * np.sqrt(np.diff(t, prepend=0.0))
        z = np.cumsum(steps, axis=1) / np.sqrt(t) + drift * np.sqrt(t)
        up, down = z >= found.upper, z <= found.lower
        first = (up | down).argmax(axis=1)
        won = up[np.arange(draws), first]
        figures.append(share(f"futility by spending beta, {what}", "3 looks", nominal, won))
    return figures
