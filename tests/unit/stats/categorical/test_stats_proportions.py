"""Bounds of many shares at once: each of 1 to 60 patients meets the definition of its method.

Where there is no event the lower bound is 0, with events only the upper one is 1; both have no
equation then.
"""

import numpy as np
import pytest
from scipy.special import bdtr, bdtrc, betainc, ndtri

from trialtrace.stats.categorical import proportions
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.count_tests import intervals_of_shares

N = np.repeat(np.arange(1, 61), np.arange(2, 62))
X = np.concatenate([np.arange(n + 1) for n in range(1, 61)])
LEVELS = pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
# prop.test(correct = FALSE), binom.test and p ± qnorm(.975) sqrt(p (1 - p) / n) in R, of 4 of 5
# and 0 of 20; cut at 1 by hand.
BY_R = {
    "wilson": [[0.3755346298, 0.9637758914], [0.0, 0.1611251581]],
    "clopper_pearson": [[0.2835820639, 0.9949492366], [0.0, 0.168433471]],
    "wald": [[0.4493909838, 1.1506090162], [np.nan, np.nan]],
    # prop.test's correction of p by 1 / (2 n) on both sides: by hand, of Wald's bounds above.
    "wald_corrected": [[0.3493909838, 1.2506090162], [-0.025, 0.025]],
    "wald_corrected_cut": [[0.3493909838, 1.0], [0.0, 0.025]],
    "wald_cut": [[0.4493909838, 1.0], [np.nan, np.nan]],
}


def ends(method, confidence):
    """Both bounds, and which of them an equation gives."""
    low, high = proportions.bounds(X, N, method=method, confidence=confidence).T
    return low, high, X > 0, X < N


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


@LEVELS
@pytest.mark.parametrize(("method", "half"), [("wilson", 0.0), ("wilson_corrected", 0.5)])
def test_score_bounds_are_where_the_test_begins_to_reject(method, half, confidence):
    low, high, some, not_all = ends(method, confidence)
    z = ndtri(0.5 + confidence / 2)
    for bound, sign, kept in ((low, -1, some), (high, 1, not_all)):
        distance = sign * (bound - (X + sign * half) / N)
        inside = kept & (bound > 0) & (bound < 1)
        close(distance[inside], (z * np.sqrt(bound * (1 - bound) / N))[inside])
    assert (low[~some] == 0).all() and (high[~not_all] == 1).all()


@LEVELS
def test_exact_bounds_leave_half_the_error_in_each_tail(confidence):
    tail = (1 - confidence) / 2
    low, high, some, not_all = ends("clopper_pearson", confidence)
    close(bdtrc(X[some] - 1, N[some], low[some]), tail)
    close(bdtr(X[not_all], N[not_all], high[not_all]), tail)
    low, high, some, not_all = ends("jeffreys", confidence)
    close(betainc(X + 0.5, N - X + 0.5, low)[some], tail)
    close(betainc(X + 0.5, N - X + 0.5, high)[not_all], 1 - tail)


@LEVELS
def test_wald_and_agresti_coull_are_centred_where_they_say(confidence):
    z = ndtri(0.5 + confidence / 2)
    low, high, some, not_all = ends("wald", confidence)
    assert (np.isnan(low) == ~(some & not_all)).all() and (np.isnan(high) == np.isnan(low)).all()
    inner = some & not_all
    close(((low + high) / 2)[inner], (X / N)[inner])
    low, high, *_ = ends("agresti_coull", confidence)
    centre = (X + z**2 / 2) / (N + z**2)
    close((low + high) / 2, centre)
    close(((high - low) / (2 * z)) ** 2, centre * (1 - centre) / (N + z**2))


@pytest.mark.parametrize("method", BY_R)
def test_what_r_gives(method):
    found = intervals_of_shares([4, 0], [5, 20], confidence=0.95)[method]
    assert found.tolist() == [pytest.approx(one, abs=1e-9, nan_ok=True) for one in BY_R[method]]


@pytest.mark.parametrize(("x", "n"), [([-1], [5]), ([6], [5]), ([0], [0])])
def test_counts_outside_their_patients_are_told(x, n):
    with pytest.raises(StatsError, match="within 0 and their number"):
        proportions.bounds(x, n, method="wilson", confidence=0.95)
