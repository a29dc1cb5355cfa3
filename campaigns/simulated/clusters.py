"""Subjects in clusters and at visits.

Whole clusters are randomised, or subjects are seen at four visits of which a fifth is missing at
random. Tests are at two sides with a level of 5 %; a fit that is refused rejects nothing and covers
nothing. With few clusters the plain sandwich is known to be too small.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats import StatsError
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mixed_tests import mixed_contrast
from trialtrace.stats.regression.clusters import cluster_means_difference, clustered
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.regression.gee import gee
from trialtrace.stats.regression.ordinal_mixed import ordinal_mixed
from trialtrace.stats.results import Contrast

LEVEL, CONFIDENCE = 0.05, 0.95
TWO_SIDED = {"sides": "two_sided", "confidence": CONFIDENCE}
# A fit takes milliseconds.
MOST = 500
CLUSTERS = (10, 40)
SANDWICHES = {
    "cluster-robust errors (CR0), normal": ("independence", "robust", "normal"),
    "cluster-robust errors (CR2), t": ("independence", "kauermann_carroll", "t"),
    "cluster-robust errors (CR3), t": ("independence", "mancl_derouen", "t"),
    "common correlation, Kauermann and Carroll, t": ("exchangeable", "kauermann_carroll", "t"),
}
# Log odds ratio of the arms within a subject, and the spread of the subjects' intercepts.
WITHIN, SPREAD = 0.7, 1.2


def simulate(rng: Generator, draws: int) -> list[Figure]:
    draws = min(draws, MOST)
    return [*_cluster_trials(rng, draws), *_visits(rng, draws)]


def _cluster_trials(rng: Generator, draws: int) -> list[Figure]:
    found = []
    for clusters in CLUSTERS:
        design = f"{clusters} clusters of 5 to 25, correlation 0.1"
        rejected: dict[str, list[bool]] = {}
        for _ in range(draws):
            size = rng.integers(5, 26, clusters)
            cluster = np.repeat(np.arange(clusters), size)
            y = rng.normal(0, 1 / 3, clusters)[cluster] + rng.normal(size=cluster.size)
            for name, compute in _tests(y, cluster, (cluster % 2).astype(float)).items():
                rejected.setdefault(name, []).append(_p(compute) <= LEVEL)
        found += [
            share(f"{name}, type I error", design, LEVEL, yes) for name, yes in rejected.items()
        ]
    return found


def _tests(
    y: np.ndarray, cluster: np.ndarray, arm: np.ndarray
) -> dict[str, Callable[[], Contrast]]:
    x = np.column_stack([np.ones_like(arm), arm])
    tests: dict[str, Callable[[], Contrast]] = {
        "t test of clusters' means": lambda: cluster_means_difference(y, cluster, arm, **TWO_SIDED)
    }
    for name, (working, variance, reference) in SANDWICHES.items():
        tests[name] = lambda w=working, v=variance, r=reference: contrast(
            clustered(
                y,
                x,
                cluster,
                family="gaussian",
                working=w,
                variance=v,
                reference=r,
                confidence=CONFIDENCE,
            ),
            [0, 1],
            **TWO_SIDED,
        )
    for df in ("satterthwaite", "kenward_roger"):
        tests[f"clusters at random, {df.replace('_', '-')}"] = lambda df=df: mixed_contrast(
            linear_mixed(y, x, x[:, :1], cluster, method="REML"), [0, 1], df=df, **TWO_SIDED
        )
    return tests


def _p(compute: Callable[[], Contrast]) -> float:
    try:
        return compute().p_value
    except StatsError:
        return 1.0


def _visits(rng: Generator, draws: int) -> list[Figure]:
    """Odds ratios over visits: of the population under no effect, and within a subject."""
    means, within = [], []
    subjects, visits = 120, 4
    arm = np.arange(subjects) % 2.0
    x = np.zeros((subjects, visits, visits + 1))
    x[:, :, :visits], x[:, :, visits] = np.eye(visits), arm[:, None]
    row = np.append(np.zeros(visits), 1.0)
    for _ in range(draws // 2):
        level = rng.normal(0, SPREAD, (subjects, 1)) + np.linspace(-0.5, 0.5, visits)
        noise = rng.logistic(size=(2, subjects, visits))
        gone = rng.random((subjects, visits)) < 0.2
        same = np.where(gone, np.nan, (level + noise[0] > 0) * 1.0)
        fit = gee(
            same,
            x,
            family="binomial",
            working="exchangeable",
            variance="kauermann_carroll",
            reference="t",
            confidence=CONFIDENCE,
        )
        means.append(contrast(fit, row, **TWO_SIDED).p_value <= LEVEL)
        other = (level + WITHIN * arm[:, None] + noise[1] > 0) * 1.0
        subject, _ = np.nonzero(~gone)
        model = ordinal_mixed(
            other[~gone], x[~gone][:, 1:], subject, nodes=25, confidence=CONFIDENCE
        )
        ends = contrast(model, row[1:], **TWO_SIDED).interval
        within.append((ends.low, ends.high))
    design = f"{subjects} subjects at {visits} visits, intercepts of {SPREAD} logits"
    low, high = np.array(within).T
    return [
        share("estimating equations, one odds ratio, type I error", design, LEVEL, means),
        share(
            "logistic model, random intercepts, coverage",
            design,
            CONFIDENCE,
            covered(low, high, WITHIN),
        ),
    ]
