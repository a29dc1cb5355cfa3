"""Error rates under a known truth, and printed examples, of methods for contingency tables."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from scipy.special import comb
from stats_strategies import numbers_of

from trialtrace.stats import categorical
from trialtrace.stats.categorical.r_by_c_tests import fisher_freeman_halton
from trialtrace.stats.categorical.score_ratio import risk_ratio_score
from trialtrace.stats.categorical.trend import cochran_armitage
from trialtrace.stats.categorical.unconditional import barnard, boschloo
from trialtrace.stats.stratified.exact import exact_conditional_test, odds_ratio_conditional
from trialtrace.stats.stratified.generalised_cmh import (
    cmh_correlation,
    cmh_general_association,
    cmh_row_mean_scores,
)

MN = {"variance": "miettinen_nurminen"}
SIZES = (9, 12)
GRID = np.linspace(0.02, 0.98, 49)


@cache
def every_table(method) -> np.ndarray:
    """The method's result for every pair of counts with these sizes."""
    n1, n0 = SIZES
    cells = product(range(n1 + 1), range(n0 + 1))
    return np.array([method(x1, n1, x0, n0) for x1, x0 in cells])


def mass(p1: float, p0: float) -> np.ndarray:
    n1, n0 = SIZES
    one, two = (
        comb(n, np.arange(n + 1)) * p ** np.arange(n + 1) * (1 - p) ** np.arange(n, -1, -1)
        for n, p in ((n1, p1), (n0, p0))
    )
    return np.outer(one, two).ravel()


def test_type_one_error_is_known_exactly():
    """Sum over all tables of 9 v 12: no draws. Exact tests never pass 5%, mid-p and score may."""
    rules = {
        "barnard": (lambda *t: barnard(*t, sides="two_sided", statistic="score").p_value, 0.05),
        "boschloo": (lambda *t: boschloo(*t, sides="two_sided", two_sided="fisher").p_value, 0.05),
        "mid_p": (
            lambda *t: (
                exact_conditional_test(*t, sides="two_sided", mid_p="half_of_observed").p_value
            ),
            0.065,
        ),
        "fisher": (
            lambda *t: exact_conditional_test(*t, sides="two_sided", mid_p="none").p_value,
            0.05,
        ),
    }
    worst = {}
    for name, (p_of, most) in rules.items():
        rejected = every_table(p_of) <= 0.05
        worst[name] = max(mass(p, p)[rejected].sum() for p in GRID)
        assert worst[name] <= most + 1e-12
    # Why one would use them: Fisher's test wastes most of its level here.
    assert worst["fisher"] < 0.03 < min(worst["barnard"], worst["boschloo"])


def test_coverage_is_known_exactly():
    """Sum over all tables of 9 v 12 at 81 pairs of risks; no draws, so no Monte Carlo error."""
    agresti_caffo = categorical.risk_difference_agresti_caffo
    methods = {
        "conditional": (lambda *t: odds_ratio_conditional(*t, confidence=0.95), 0.95, 0.999),
        "ratio": (lambda *t: risk_ratio_score(*t, confidence=0.95, **MN), 0.93, 0.975),
        "caffo": (lambda *t: agresti_caffo(*t, confidence=0.95), 0.93, 0.975),
    }
    risks = np.linspace(0.1, 0.9, 9)
    for name, (interval, least, mean) in methods.items():
        _, low, high = every_table(lambda *t, f=interval: numbers_of(f(*t))).T
        coverage = []
        for p1, p0 in product(risks, risks):
            odds = p1 * (1 - p0) / (p0 * (1 - p1))
            truth = {"conditional": odds, "ratio": p1 / p0, "caffo": p1 - p0}[name]
            coverage.append(mass(p1, p0)[(low <= truth) & (truth <= high)].sum())
        assert min(coverage) >= least, (name, min(coverage))
        assert 0.945 < np.mean(coverage) < mean, (name, np.mean(coverage))


def test_type_one_error_of_several_arms():
    """1,000 draws of three arms in two strata: Monte Carlo standard error 0.0069."""
    rng = np.random.default_rng(31)
    draws = 1000
    shares = [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]]
    found = np.empty((draws, 4))
    for row in found:
        table = np.array([[rng.multinomial(n, share) for n in (14, 11, 17)] for share in shares])
        events, size = table[0, :, 0], table[0].sum(axis=1)
        row[:] = (
            cmh_general_association(table).p_value,
            cmh_row_mean_scores(table, column_scores="modified_ridit").p_value,
            cmh_correlation(table, row_scores="equal", column_scores="midranks").p_value,
            cochran_armitage(
                events, size, [1, 2, 3], sides="two_sided", variance="hypergeometric"
            ).p_value,
        )
    rates = (found < 0.05).mean(axis=0)
    assert (abs(rates - 0.05) < 4 * 0.0069 + 0.005).all(), rates


def test_agresti_job_satisfaction():
    """Agresti, Categorical Data Analysis, 2nd ed., 2002, tables 7.8 and 7.9 (SAS output)."""
    women = [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]]
    men = [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]]
    columns = {"column_scores": [1, 3, 4, 5]}
    found = [
        cmh_correlation([women, men], row_scores=[3, 10, 20, 35], **columns),
        cmh_row_mean_scores([women, men], **columns),
        cmh_general_association([women, men]),
    ]
    printed = [(6.1563, 1, 0.0131), (9.0342, 3, 0.0288), (10.2001, 9, 0.3345)]
    for result, numbers in zip(found, printed, strict=True):
        assert numbers_of(result)[:3] == pytest.approx(numbers, abs=5e-5)


def test_examples_of_r_and_scipy():
    """The help pages of fisher.test, prop.trend.test, barnard_exact and boschloo_exact."""
    job = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
    assert fisher_freeman_halton(job).p_value == pytest.approx(0.7827, abs=5e-5)
    smokers = cochran_armitage(
        [83, 90, 129, 70], [86, 93, 136, 82], [1, 2, 3, 4], sides="two_sided", variance="binomial"
    )
    assert smokers.statistic**2 == pytest.approx(8.2249, abs=5e-5)
    vaccine = barnard(7, 15, 12, 15, sides="less", statistic="score")
    assert (vaccine.statistic, vaccine.p_value) == pytest.approx((-1.894, 0.0341), abs=5e-4)
    jobs = boschloo(74, 117, 31, 63, sides="greater", two_sided="fisher")
    assert (jobs.statistic, jobs.p_value) == pytest.approx((0.0483, 0.0355), abs=1e-4)
