"""Intervals of many shares at once: what the single functions give, and R for those."""

import numpy as np
import pytest

from trialtrace.stats import proportions
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.share_bounds import intervals_of_shares

# prop.test(correct = FALSE), binom.test and p ± qnorm(.975) sqrt(p (1 - p) / n) in R, of 4 of 5
# and 0 of 20; cut at 1 by hand.
BY_R = {
    "wilson": [[0.3755346298, 0.9637758914], [0.0, 0.1611251581]],
    "clopper_pearson": [[0.2835820639, 0.9949492366], [0.0, 0.168433471]],
    "wald": [[0.4493909838, 1.1506090162], [np.nan, np.nan]],
    "wald_cut": [[0.4493909838, 1.0], [np.nan, np.nan]],
}


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_every_small_share_and_some_large_ones(confidence):
    pairs = [(x, n) for n in range(1, 31) for x in range(n + 1)]
    pairs += [(0, 9333), (864, 9333), (9333, 9333), (1, 20000), (19999, 20000)]
    many = intervals_of_shares(*np.array(pairs).T, confidence=confidence)
    for place, (x, n) in enumerate(pairs):
        for name, ends in many.items():
            method = getattr(proportions, name.removesuffix("_cut"))
            alone = method(x, n, confidence=confidence)
            low, high = alone.low, alone.high
            if name.endswith("_cut"):
                low, high = np.clip([low, high], 0, 1)
            expected = pytest.approx([low, high], rel=1e-12, abs=1e-15, nan_ok=True)
            assert ends[place].tolist() == expected, (name, x, n)


@pytest.mark.parametrize("method", BY_R)
def test_what_r_gives(method):
    found = intervals_of_shares([4, 0], [5, 20], confidence=0.95)[method]
    assert found.tolist() == [pytest.approx(one, abs=1e-9, nan_ok=True) for one in BY_R[method]]


@pytest.mark.parametrize(("x", "n"), [([-1], [5]), ([6], [5]), ([0], [0]), ([[1]], [[5]])])
def test_counts_outside_their_patients_are_told(x, n):
    with pytest.raises(StatsError):
        intervals_of_shares(x, n, confidence=0.95)
