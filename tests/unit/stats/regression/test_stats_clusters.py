"""Subjects in clusters: invariants, textbooks' identities, refusals with a reason."""

import numpy as np
import pytest
from correlated_trials import SEEDS, given
from stats_strategies import same

from trialtrace.stats import StatsError
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.regression.clusters import (
    cluster_means_difference,
    clustered,
    design_effect_of_sizes,
    intracluster_correlation,
)

TEST = {"sides": "two_sided", "confidence": 0.95}
OPTIONS = {
    "family": "gaussian",
    "working": "independence",
    "variance": "mancl_derouen",
    "reference": "t",
    "confidence": 0.95,
}


def drawn(seed, *, equal=False):
    """Values, cluster, and an arm of whole clusters."""
    rng = np.random.default_rng(seed)
    size = np.full(10, 5) if equal else rng.integers(2, 9, 10)
    cluster = np.repeat(np.arange(10), size)
    y = rng.normal(0, 1, 10)[cluster] + rng.normal(size=cluster.size)
    return y, cluster, (cluster % 2).astype(float)


def model(y, cluster, arm, **options):
    return clustered(y, np.column_stack([np.ones_like(arm), arm]), cluster, **(OPTIONS | options))


@given(seed=SEEDS)
def test_order_labels_and_units_do_not_matter(seed):
    y, cluster, arm = drawn(seed)
    rows = np.random.default_rng(seed).permutation(y.size)
    names = np.array(list("jihgfedcba"))[cluster]
    for working in ("independence", "exchangeable"):
        try:
            first = model(y, cluster, arm, working=working)
        except StatsError:
            continue
        other = model(100 * y[rows] + 7, names[rows], arm[rows], working=working)
        same([other.coef[1], other.se[1]], [100 * first.coef[1], 100 * first.se[1]], 1e-7)
    first = cluster_means_difference(y, cluster, arm, **TEST)
    other = cluster_means_difference(7 - 100 * y[rows], names[rows], arm[rows], **TEST)
    same([other.estimate, other.p_value], [-100 * first.estimate, first.p_value], 1e-8)
    same([-other.high, -other.low], [100 * first.low, 100 * first.high], 1e-8)
    same(
        intracluster_correlation(7 - y[rows], names[rows], arm[rows]),
        intracluster_correlation(y, cluster, arm),
        1e-8,
    )


@given(seed=SEEDS)
def test_clusters_of_one_size_are_told_by_their_means(seed):
    """A t test of means, a mixed model and the corrected sandwich then agree."""
    y, cluster, arm = drawn(seed, equal=True)
    means = cluster_means_difference(y, cluster, arm, **TEST)
    robust = model(y, cluster, arm, variance="kauermann_carroll")
    same([robust.coef[1], robust.se[1]], [means.estimate, means.standard_error], 1e-8)
    correlation = intracluster_correlation(y, cluster, arm)
    x = np.column_stack([np.ones_like(arm), arm])
    fit = linear_mixed(y, x, x[:, :1], cluster, method="REML")
    own = fit.random_covariance[0, 0]
    if not fit.boundary:
        same(own / (own + fit.residual_variance), correlation, 1e-7)
        same([fit.coef[1], fit.se[1]], [means.estimate, means.standard_error], 1e-7)
    else:
        assert correlation <= 1e-9


@given(seed=SEEDS)
def test_likeness_lies_between_its_bounds(seed):
    y, cluster, arm = drawn(seed)
    assert -1 <= intracluster_correlation(y, cluster, arm) <= 1
    level = np.random.default_rng(seed).normal(size=10)
    same(intracluster_correlation(level[cluster], cluster, arm), 1.0)


def test_design_effect():
    same(design_effect_of_sizes([1] * 9, correlation=0.4), 1.0)
    same(design_effect_of_sizes([25] * 8, correlation=0.02), 1 + 24 * 0.02)
    # Unequal sizes cost more than equal ones of their mean.
    assert design_effect_of_sizes([5, 45] * 4, correlation=0.02) > 1 + 24 * 0.02


def test_clusters_refuse_with_a_reason():
    y, cluster, arm = drawn(1)
    x = np.column_stack([np.ones_like(arm), arm])
    crossed = np.arange(y.size) % 2.0
    for call, sentence in (
        (lambda: clustered(y, x[:-1], cluster, **OPTIONS), "x must have shape"),
        (lambda: clustered(y, x, np.arange(y.size), **OPTIONS), "no cluster has two values"),
        (lambda: clustered(y, x, cluster[:-1], **OPTIONS), "cluster must have shape"),
        (lambda: clustered(y, x, cluster, **(OPTIONS | {"working": "ar1"})), "working must be"),
        (lambda: clustered(y, x, (cluster > 4), **OPTIONS), "nothing for the sandwich"),
        (lambda: clustered([], np.zeros((0, 1)), [], **OPTIONS), "at least 2"),
        (lambda: cluster_means_difference(y, cluster, crossed, **TEST), "both arms"),
        (lambda: cluster_means_difference(y, cluster, arm[:-1], **TEST), "1 and 0"),
        (lambda: cluster_means_difference(y, cluster, arm + 1, **TEST), "1 and 0"),
        (lambda: cluster_means_difference(y, arm, arm, **TEST), "fewer than two clusters"),
        (lambda: cluster_means_difference(0 * y, cluster, arm, **TEST), "equal means"),
        (lambda: cluster_means_difference(y * 1e-200, cluster, arm, **TEST), "another unit"),
        (lambda: intracluster_correlation(y, cluster, crossed), "several arms"),
        (lambda: intracluster_correlation(y, arm, arm), "no arm has two clusters"),
        (lambda: intracluster_correlation(y, np.arange(y.size), arm), "no cluster two values"),
        (lambda: intracluster_correlation(0 * y, cluster, arm), "all values"),
        (lambda: design_effect_of_sizes([], correlation=0.1), "at least 1"),
        (lambda: design_effect_of_sizes([2.5], correlation=0.1), "whole numbers"),
        (lambda: design_effect_of_sizes([2], correlation=[0.1]), "single number"),
        (lambda: design_effect_of_sizes([2], correlation=2), "between -1 and 1"),
    ):
        with pytest.raises(StatsError, match=sentence):
            call()
