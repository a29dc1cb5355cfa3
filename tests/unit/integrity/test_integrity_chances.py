"""Tails and tests of the checks of rows, against scipy's distributions and tests."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity import chances

AT = np.arange(60)
X = (AT * AT * 13 % 97).astype(float)
TIED = (AT * 7 % 5).astype(float)


def near(value):
    return pytest.approx(value, rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("count", range(13))
@pytest.mark.parametrize("p", [0.001, 2 / 7, 0.9, 1.0])
def test_a_binomial_tail_is_scipys(count, p):
    assert chances.binomial(count, 11, p) == near(stats.binom.sf(count - 1, 11, p))


@pytest.mark.parametrize("count", [0, 1, 2, 30])
@pytest.mark.parametrize("mean", [0.0, 0.01, 3.0, 40.0])
def test_a_poisson_tail_is_scipys(count, mean):
    assert chances.poisson(count, mean) == near(stats.poisson.sf(count - 1, mean))


@pytest.mark.parametrize(
    ("n", "marked", "drawn"),
    [(20, 7, 12), (20, 15, 12), (20, 0, 5), (20, 5, 0), (20, 20, 5), (3000, 400, 900)],
)
def test_a_hypergeometric_tail_is_scipys(n, marked, drawn):
    for count in range(0, min(marked, drawn) + 2, max(1, drawn // 9)):
        found = chances.hypergeometric(count, n, marked, drawn)
        assert found == near(stats.hypergeom.sf(count - 1, n, marked, drawn)), count


@pytest.mark.parametrize("z", [-9.0, -1.2, 0.0, 3.0])
def test_normal_and_chi_squared_tails_are_scipys(z):
    assert chances.normal(z) == near(stats.norm.cdf(z))
    assert chances.chi2(z * z, 3) == near(stats.chi2.sf(z * z, 3))


@pytest.mark.parametrize("values", [X, TIED])
def test_ranks_are_scipys(values):
    assert chances.ranks(values).tolist() == stats.rankdata(values).tolist()


@pytest.mark.parametrize("counts", [[[12, 5, 9], [3, 14, 8]], [[7.0, 9.0]]])
def test_pearsons_test_is_scipys(counts):
    expected = stats.chi2_contingency(counts, correction=False).pvalue
    assert chances.pearson(np.array(counts)) == near(expected)


@pytest.mark.parametrize("values", [X, TIED])
def test_tests_between_groups_are_scipys(values):
    groups = [values[:21], values[21:33], values[33:]]
    assert chances.kruskal_wallis(groups) == near(stats.kruskal(*groups).pvalue)
    assert chances.brown_forsythe(groups) == near(stats.levene(*groups, center="median").pvalue)


def test_the_checks_load_no_distributions():
    asked = "import sys, trialtrace.run.integrity.registry; print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
