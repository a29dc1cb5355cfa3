"""Parts of resampling: scores, a printed example, degenerate input, the bootstrap."""

import subprocess
import sys

import numpy as np
import pytest
from stats_strategies import given, same, samples

from trialtrace.stats import StatsError
from trialtrace.stats import resampling as r
from trialtrace.stats.resampling import bootstrap
from trialtrace.stats.resampling.bootstrap import (
    bca_bounds,
    bootstrap_replicates,
    percentile_bounds,
)
from trialtrace.stats.resampling.drawing import blocks, layout_of

OPTIONS = {
    "draws": 50,
    "exact_up_to": 0,
    "seed": (1, 2),
    "confidence": 0.95,
    "tie_tolerance": r.TIE_TOLERANCE,
}
TEST = {"arm": 1, "sides": "two_sided", **OPTIONS}
DIFFERENCE = {"statistic": lambda s: s[0].mean(axis=1) - s[1].mean(axis=1)}


def test_darwins_maize_as_fisher_counted_it():
    """The Design of Experiments, 1935, section 21: 863 of 32,768 sums reach 314, 1,726 both ways.

    Differences of crossed less self-fertilised plants of 15 pairs, in eighths of an inch.
    """
    d = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
    # The crossed plant is on the second side throughout but for one pair, turned around.
    scheme, turned = r.within_patient(["2"] * 14 + ["1"]), d * np.array([1] * 14 + [-1])
    for sides, count in (("greater", 863), ("two_sided", 1726)):
        options = {**TEST, "arm": "2", "sides": sides, "exact_up_to": 2**15}
        found = r.rerandomisation_test(scheme, turned, **options)
        assert (found.exact, found.statistic, found.extreme) == (True, [314], [count])


@given(x=samples(4, 12))
def test_scores_sum_to_nothing_and_leave_out_who_is_not_included(x):
    n = x.size
    keep, stratum = np.arange(n) % 4 > 0, np.arange(n) % 2
    time, event = np.abs(x) + 1, (x > 0).astype(float)
    missing = np.where(keep, x, np.nan)
    for f in (
        lambda y, k: r.mean_scores(y, included=k),
        lambda y, k: r.rank_scores(y, stratum=None, weights="equal", included=k),
        lambda y, k: r.rank_scores(y, stratum=stratum, weights="van_elteren", included=k),
        lambda y, k: r.stratum_scores(y, stratum, included=k),
        lambda y, k: r.log_rank_scores(time, event, stratum=stratum, included=k),
    ):
        scores = f(missing, keep)
        assert abs(scores.sum()) < 1e-9 and not scores[~keep].any()
        same(f(x, np.ones(n, dtype=bool)), f(x, None))
    two = np.column_stack([stratum, 1 - stratum])
    once, twice = (r.residual_scores(x, z, included=None) for z in (two[:, :1], two))
    same(once, twice)
    same(once, r.stratum_scores(x, stratum, included=None))
    same(
        r.residual_scores(missing, 60 + two, included=keep)[keep],
        r.residual_scores(x[keep], two[keep], included=None),
    )


ARM = [0, 1, 0, 1]
REFUSED = {
    "no block has patients of two arms": lambda: r.permuted_blocks(ARM, [1, 2, 3, 4]),
    "2 to 100 arms": lambda: r.fixed_margins([1, 1, 1]),
    "missing labels": lambda: r.stratified(ARM, [1, None, 2, 2]),
    "stratum must have shape": lambda: r.stratified(ARM, [1, 2]),
    "two sides": lambda: r.within_patient([0, 1, 2]),
    "sum to 1": lambda: r.bernoulli(ARM, probabilities=[0.5, 0.6]),
    "2 probabilities are needed": lambda: r.bernoulli(ARM, probabilities=[1.0]),
    "no arm 5": lambda: r.fixed_margins(ARM).between(0, 5),
    "two different arms": lambda: r.fixed_margins(ARM).between(0, 0),
    "choose two with": lambda: r.rerandomisation_test(
        r.fixed_margins([0, 1, 2]), [1, 2, 3], **TEST
    ),
    "one row a patient": lambda: r.rerandomisation_test(r.fixed_margins(ARM), [1, 2, 3], **TEST),
    "1 missing or infinite": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1, 2, np.nan, 4], **TEST
    ),
    "seed must be a whole number": lambda: r.draw_assignments(
        r.fixed_margins(ARM), seed=-1, start=0, stop=1
    ),
    "numbered from 0": lambda: r.draw_assignments(
        r.fixed_margins(ARM), seed=(1, 2), start=-1, stop=1
    ),
    "rows must be": lambda: next(
        blocks(layout_of(r.fixed_margins(ARM)), seed=(1, 2), start=0, stop=9, rows=-1)
    ),
    "draws must be": lambda: r.global_test(
        r.fixed_margins(ARM), [1, 2, 3, 4], **{**OPTIONS, "draws": 0}
    ),
    "no arms; use rerandomisation_test": lambda: r.global_test(
        r.within_patient(ARM), [1, 2, 3, 4], **OPTIONS
    ),
    "tie_tolerance": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1, 2, 3, 4], **{**TEST, "tie_tolerance": 0.5}
    ),
    "exact_up_to must be": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1, 2, 3, 4], **{**TEST, "exact_up_to": 1e6}
    ),
    "too large to be added up": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1e308, -1e308, 0, 1], **TEST
    ),
    "residual degrees": lambda: r.residual_scores([1, 2], [[1], [2]], included=None),
    "no patient is included": lambda: r.mean_scores([1, 2], included=[False, False]),
    "weights must be": lambda: r.rank_scores([1, 2], stratum=None, weights="x", included=None),
    "does not exist in": lambda: boot(
        [[1.0, 2]], lambda s: np.where(s[0].min(1) > 1, 1, np.nan), "bca"
    ),
    "must give 999 numbers": lambda: boot([[1.0, 2]], lambda s: s[0], "percentile"),
    "too few for the quantile": lambda: boot(
        [[1.0, 2, 3]], lambda s: s[0].mean(1), "percentile", 9
    ),
    "one side of the estimate": lambda: bca_bounds(
        np.arange(99), estimate=200.0, acceleration=0.0, confidence=0.9
    ),
    "acceleration is too large": lambda: bca_bounds(
        np.arange(99), estimate=50.0, acceleration=0.9, confidence=0.9
    ),
    "no jackknife": lambda: boot([[1.0], [2.0, 3.0]], DIFFERENCE["statistic"], "bca"),
    "none of them empty": lambda: boot([[]], lambda s: s[0].mean(1), "percentile"),
}


def boot(data, statistic, method, resamples=999):
    return r.bootstrap_interval(
        data, statistic, method=method, resamples=resamples, confidence=0.95, seed=(1, 2)
    )


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_a_reason(message):
    with pytest.raises(StatsError, match=message):
        REFUSED[message]()


def test_small_and_constant_trials():
    constant = r.rerandomisation_test(r.fixed_margins(ARM), np.full(4, 0.1 + 0.2), **TEST)
    assert (constant.p_value, constant.sd, constant.statistic) == ([1.0], [0.0], [0.0])
    in_strata = r.stratified([0, 1, 0] * 3, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    flat = r.rerandomisation_test(in_strata, np.repeat([0.1, 1e6 + 0.1, 0.7], 3), **TEST)
    assert (flat.p_value, flat.sd, flat.statistic) == ([1.0], [0.0], [0.0])
    none, *_ = r.monte_carlo([0, 999], draws=999, confidence=0.95)
    assert none.tolist() == [0.001, 1.0]
    everyone = r.binary_exact([3, 0], [3, 0], [2, 1], [2, 1])
    assert everyone == r.BinaryExact(3.0, 3.0, 0.0, 1.0, 1.0, 1.0, 1.0)
    flat = r.global_test(r.fixed_margins([0, 1, 2]), [5, 5, 5], **OPTIONS)
    assert (flat.p_value, flat.df, flat.statistic) == ([1.0], [0.0], [0.0])
    options = {**OPTIONS, "exact_up_to": 100}
    two = r.rerandomisation_test(r.fixed_margins([0, 1]), [1, 2], arm=1, sides="greater", **options)
    assert (two.p_value, two.draws, two.exact) == ([0.5], 2, True)


def test_bounds_are_the_order_statistics_meant():
    # (99 + 1) p is whole: no interpolation.
    assert percentile_bounds(np.arange(1, 100), confidence=0.9) == pytest.approx((5, 95))


@given(x=samples(3, 9))
def test_bootstrap_is_the_same_for_any_division_and_moves_with_the_data(x):
    data = [x, x[::-1] + np.arange(x.size)]
    whole = bootstrap_replicates(data, **DIFFERENCE, seed=(3, 4), start=0, stop=99)
    parts = [
        bootstrap_replicates(data, **DIFFERENCE, seed=(3, 4), start=a, stop=a + 33)
        for a in (0, 33, 66)
    ]
    assert whole.tobytes() == np.concatenate(parts).tobytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "BLOCK_CELLS", 100)
        blocks = bootstrap_replicates(data, **DIFFERENCE, seed=(3, 4), start=0, stop=99)
    assert whole.tobytes() == blocks.tobytes()
    for method in ("percentile", "bca"):
        found = boot(data, DIFFERENCE["statistic"], method)
        moved = boot([2 * data[0] + 3, 2 * data[1]], DIFFERENCE["statistic"], method)
        same([moved.low, moved.high], [2 * found.low + 3, 2 * found.high + 3])
    constant = boot([np.full(3, 0.3)], lambda s: s[0].mean(axis=1), "bca")
    same([constant.low, constant.high], [0.3, 0.3])


def test_no_second_path_to_the_same_numbers():
    code = "import sys, trialtrace.stats.resampling; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"scipy.stats", "scipy.optimize", "pandas"} & set(run.stdout.split())
