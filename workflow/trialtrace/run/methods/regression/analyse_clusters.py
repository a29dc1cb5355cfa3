"""Arms compared where subjects are in clusters: errors that allow for them, clusters as wholes."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Labels
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.subject_tables import (
    SubjectTable,
    covariates,
    known,
    levels_of,
    subject_table,
)
from trialtrace.run.methods.mixed.analyse import random_site
from trialtrace.run.methods.regression.analyse_covariates import (
    INTERCEPT,
    Name,
    centred_on_levels,
    coefficients,
    terms_of,
)
from trialtrace.run.methods.regression.analyse_visits import as_ratio
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import clusters as cards
    from trialtrace.stats.regression.gee import GeeFit

# Values, their clusters, and 1 for the treated arm.
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def clustered(cut: Cut, step: "Step[cards.Clustered]") -> Iterator[Result]:
    """By comparison: difference of means or odds ratio given the covariates."""
    options, arms = step.options, cut.arms()
    cluster = adsl_code(options.cluster)
    in_one = {} if options.no_cluster == "own" else {cluster: "present"}
    rows = cut.rows(TRTP={"in": arms}, **known(options.covariates), **in_one)
    model = formula(step)

    @cache
    def fitted() -> "GeeFit":
        table = subject_table(cut, rows, {})
        own = table.column("TRTP").astype(str)
        if not set(arms) <= set(own.tolist()):
            raise StatsError("an arm has no values.")
        x = (own[:, None] == np.array(arms)).astype(float)
        columns = covariates(table, options.covariates)
        return model(
            table.values[:, 0],
            x if columns is None else np.hstack([x, columns]),
            _clusters(table, cluster),
            working=options.working,
            variance=options.variance,
            reference=options.reference,
            confidence=cut.analysis.confidence,
        )

    levels = levels_of(rows, options.covariates)
    layout = centred_on_levels(arms, cut.analysis.estimand.reference, levels)

    def compared(name: Name) -> Contrast:
        level = cut.analysis.confidence
        return contrast(fitted(), layout.row(name), sides="two_sided", confidence=level)

    def estimate(pair: tuple[str, str]) -> Interval:
        found = compared(pair).interval
        return as_ratio(found) if step.statistic == "odds_ratio" else found

    def test(pair: tuple[str, str]) -> TestResult:
        return compared(pair).test

    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.n)
    for pair in cut.analysis.pairs:
        yield sample.at(pair=pair).interval(partial(estimate, pair))
        yield from sample.at(pair=pair).test(partial(test, pair))
    yield from coefficients(sample, (INTERCEPT, *terms_of(levels)), compared)


def _clusters(table: SubjectTable, cluster: str) -> Labels:
    """The cluster of each subject; who has none is one alone."""
    named = [
        f"subject\n{subject}" if value is None or value != value else str(value)
        for value, subject in zip(table.column(cluster), table.column("USUBJID"), strict=True)
    ]
    return np.array(named, dtype=str)


def cluster_means(cut: Cut, step: "Step[cards.ClusterMeans]") -> Iterator[Result]:
    """By comparison: the clusters' means, the likeness within them and what it costs."""
    cluster = adsl_code(step.options.cluster)
    difference, correlation, effect = formulas(step)
    for pair in cut.analysis.pairs:
        rows = cut.rows(TRTP={"in": list(pair)}, **{cluster: "present"})
        columns = cache(partial(_columns, cut, rows, cluster, pair))
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": rows}, rows.n)
        compute = partial(_difference, difference, columns, cut.analysis.confidence)
        yield from sample.contrast(compute)
        error, values = None, (nan, nan)
        try:
            y, of, treated = columns()
            likeness = correlation(y, of, treated)
            values = (likeness, effect(np.unique(of, return_counts=True)[1], correlation=likeness))
        except StatsError as refused:
            error = str(refused)
        for stat, value in zip(("intracluster_correlation", "design_effect"), values, strict=True):
            yield sample.value(stat, value, error=error)


def _difference(difference: Formula, columns: Callable[[], Columns], confidence: float) -> Contrast:
    return difference(*columns(), sides="two_sided", confidence=confidence)


def _columns(cut: Cut, rows: Selection, cluster: str, pair: tuple[str, str]) -> Columns:
    table = subject_table(cut, rows, {})
    treated = (table.column("TRTP").astype(str) == pair[0]).astype(float)
    return table.values[:, 0], table.column(cluster).astype(str), treated


METHODS = {
    "mean_difference.clustered": clustered,
    "odds_ratio.clustered": clustered,
    "risk_difference.clustered_linear": clustered,
    "mean_difference.cluster_means": cluster_means,
    "risk_difference.cluster_means": cluster_means,
    "mean_difference.random_cluster": random_site,
}
