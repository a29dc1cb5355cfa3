"""Two numbers exchanged at a visit: the chance, against its definition with every part of it."""

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity.exchanged import exchanged

N = 90


def by_definition(first, second, at: int) -> float:
    others = [np.delete(each, at, axis=1) for each in (first, second)]
    there = [~np.isnan(each).all(axis=1) for each in others]
    known = ~np.isnan(first[:, at] + second[:, at]) & there[0] & there[1]
    n, means = known.sum(), [np.nanmean(each[known], axis=1) for each in others]
    worst = 0.0
    for values, own, cross in ((first, *means), (second, *means[::-1])):
        r = [stats.spearmanr(values[known, at], mean).statistic for mean in (own, cross)]
        z = np.arctanh([r[0], abs(r[1])])
        worst = max(worst, stats.norm.cdf((z[0] - z[1]) * np.sqrt((n - 3) / 1.06 / 2)))
    one, two = (np.nanmedian(each[known]) for each in others)

    def crossed(x, y):
        x, y = x[~np.isnan(x)], y[~np.isnan(y)]
        return (abs(x - two) < abs(x - one)).mean(), (abs(y - one) < abs(y - two)).mean()

    k = round(n * min(crossed(first[known, at], second[known, at])))
    apart = max(crossed(others[0][known], others[1][known])) <= 0.1
    return min(1.0, 2 * min(worst, stats.binom.sf(k - 1, n, 0.5) if apart else 1.0))


@pytest.mark.parametrize("level", [0.0, 8.0, 40.0], ids=["one level", "near", "far apart"])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_chance_is_that_of_its_definition(level, share):
    rng = np.random.default_rng(int(level + 10 * share))
    first = 60 + 9 * rng.normal(size=(N, 1)) + 5 * rng.normal(size=(N, 3))
    second = 60 + level + 9 * rng.normal(size=(N, 1)) + 5 * rng.normal(size=(N, 3))
    who = rng.random(N) < share
    first[who, 1], second[who, 1] = second[who, 1], first[who, 1].copy()
    for each in (first, second):
        each[rng.random((N, 3)) < 0.1] = np.nan
    for at in range(3):
        due = by_definition(first, second, at)
        assert exchanged(first, second, at) == pytest.approx(due, rel=1e-9)
    if share == 1:
        assert exchanged(first, second, 1) < 1e-6
