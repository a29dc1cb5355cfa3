"""Ties of computed numbers, broken in their last bits, change no statistic that ranks."""

import dataclasses

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given

import trialtrace.stats as ts
from trialtrace.audit.subsets.group_means import mann_whitney_p
from trialtrace.stats._ties import SAME_VALUE, tied, tied_differences, tied_times
from trialtrace.stats.continuous.win_ratio import Measured
from trialtrace.stats.resampling.scores import rank_scores

N = 16
ARM = np.array(["a", "b"] * (N // 2))
TWO = {"sides": "two_sided"}


def halves(v):
    return v[: N // 2], v[N // 2 :]


def in_visits(v):
    return v.reshape(N // 4, 4)


# What ranks a sample of tied numbers; each is a function of N values, half of them an arm.
RANKED = {
    "mann_whitney": lambda v: ts.continuous.mann_whitney(*halves(v), correction="none", **TWO),
    "mann_whitney_exact": lambda v: ts.continuous.mann_whitney_exact(*halves(v), **TWO),
    "mann_whitney_p": lambda v: mann_whitney_p(
        v, ARM == "b", np.ones((1, N)), first=0, second=1, correction="continuity"
    ),
    "probability_of_superiority": lambda v: ts.continuous.probability_of_superiority(
        *halves(v), confidence=0.9
    ),
    "hodges_lehmann": lambda v: ts.continuous.hodges_lehmann(
        *halves(v), correction="none", confidence=0.9
    ),
    "signed_rank": lambda v: ts.continuous.signed_rank(v, zeros="wilcoxon", method="exact", **TWO),
    "signed_rank_pratt": lambda v: ts.continuous.signed_rank(
        v, zeros="pratt", method="exact_below_50", **TWO
    ),
    "pseudomedian": lambda v: ts.continuous.pseudomedian(v, confidence=0.9, method="normal"),
    "spearman": lambda v: ts.continuous.correlation(*halves(v), method="spearman", confidence=0.9),
    "win_statistics": lambda v: (
        ts.continuous.win_statistics(
            ARM == "a", [Measured(v, larger_wins=True, margin=0)], confidence=0.9
        ).net_benefit
    ),
    "friedman": lambda v: ts.repeated.friedman(in_visits(v)),
    "rank_anova": lambda v: ts.repeated.rank_anova(in_visits(v), list("aabb")).within,
    "rank_scores": lambda v: rank_scores(v, stratum=None, weights="equal", included=None),
    "van_elteren": lambda v: rank_scores(
        v, stratum=np.arange(N) % 3, weights="van_elteren", included=None
    ),
    "kruskal_wallis": lambda v: ts.Conventions(
        data={"arm": ARM, "y": v}, arm="arm", control="a"
    ).cmh_row_mean_scores("y", column_scores="midranks"),
    "proportional_odds": lambda v: (
        ts.regression.proportional_odds(
            v, (ARM == "a").astype(float)[:, None], confidence=0.9
        ).thresholds.size
    ),
}


def numbers(result):
    if dataclasses.is_dataclass(result):
        names = [each.name for each in dataclasses.fields(result)]
        return [number for name in names for number in numbers(getattr(result, name))]
    if isinstance(result, str) or result is None:
        return []
    return np.ravel(np.asarray(result, dtype=float)).tolist()


def outcome(function, values):
    """The numbers, or that there are none."""
    try:
        return numbers(function(values))
    except ts.StatsError as error:
        return type(error).__name__


# Tenths, as changes of one-decimal values are, and how many units in the last place they are off:
# of the measured values, which are a hundred times as large.
tenths = st.lists(st.integers(-6, 6), min_size=N, max_size=N)
noise = st.lists(st.integers(-4, 4), min_size=N, max_size=N)


@pytest.mark.parametrize("name", RANKED)
@given(values=tenths, off=noise)
def test_ties_that_rounding_broke_are_ties(name, values, off):
    exact = np.array(values) / 10
    # A sample of nothing but rounding has no size that could tell it.
    exact[[0, N // 2]] = 0.7
    noisy = exact + np.array(off) * np.spacing(60.0)
    wanted, found = outcome(RANKED[name], exact), outcome(RANKED[name], noisy)
    assert type(found) is type(wanted)
    if not isinstance(wanted, str):
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)


def test_what_data_tell_apart_is_not_tied():
    """Eleven significant digits are told apart, and small values beside very large ones."""
    assert SAME_VALUE == 1e-11
    counts = np.array([10.0, 11.0, 12.0, 3e9])
    assert (tied(counts)[0] == counts).all()
    close = np.array([1.0, 1.0 + 1e-10, 1.0 + 1e-12])
    assert tied(close)[0].tolist() == [1.0, 1.0 + 1e-10, 1.0]


def test_sizes_of_differences_tie_with_those_of_the_other_sign_and_with_none():
    found = tied_differences(np.array([0.3, 5.4 - 5.1, -(4.7 - 4.4), 5e-17, -0.6]))
    assert np.unique(np.abs(found)).size == 3 and found[3] == 0
    assert np.sign(found).tolist() == [1, 1, -1, 0, -1]


def test_times_are_one_as_r_has_them_whatever_their_unit():
    """survival::Surv with timefix: neighbours within 1.5e-8 of the mean distinct time."""
    for unit in (1e-6, 1.0, 1e9):
        times = unit * np.array([1.0, 2.0, 2.0 + 1e-8, 2.0 + 1e-7, np.inf, np.nan])
        (found,) = tied_times(times)
        assert found[:4].tolist() == (unit * np.array([1.0, 2.0, 2.0, 2.0 + 1e-7])).tolist()
        assert np.isinf(found[4]) and np.isnan(found[5])
    # Of arrays together each keeps its own shape.
    first, second = tied_times(np.array([[1.0], [2.0]]), np.array([2.0 - 1e-9, 3.0]))
    assert first.tolist() == [[1.0], [2.0 - 1e-9]] and second.tolist() == [2.0 - 1e-9, 3.0]


def test_one_value_and_zeros_alone_stay_as_they_are():
    assert tied(np.array([3.0, 3.0, np.nan]))[0][:2].tolist() == [3.0, 3.0]
    assert tied(np.zeros(3))[0].tolist() == [0.0] * 3
    assert tied(np.array([0.0, 5.0]), np.array([-5.0]))[1].tolist() == [-5.0]
    assert tied(np.array([-1.0, -1.0 + 1e-13, 0.0]))[0].tolist() == [-1.0, -1.0, 0.0]
