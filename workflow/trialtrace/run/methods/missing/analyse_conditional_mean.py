"""Differences of means, missing visits at their conditional means; errors by the jackknife.

Who has a value at a visit of the analysis, or at the baseline where that is a covariate, counts.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Once, Sample
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.subject_tables import (
    BASELINE,
    covariate_column,
    covariates,
    subject_table,
)
from trialtrace.run.methods.missing.rows import baseline_of, dead, rows_of, unchanged
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, StatsError

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Selection
    from trialtrace.run.trial.plan.cards import imputed_means as cards
    from trialtrace.stats.missing import ConditionalMeans


def conditional_mean(cut: Cut, step: "Step[cards.ConditionalMean]") -> Iterator[Result]:
    """By visit and comparison: the difference with its jackknife interval and test."""
    names = step.options.covariates
    visits = [*(baseline_of(cut) if BASELINE in names else ()), *cut.visits]
    rows = rows_of(cut, names, visits)
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects)
    fits = Once(partial(_fits, cut, step, rows, visits))
    for visit in cut.visits:
        for pair in cut.analysis.pairs:
            contrast = partial(_contrast, cut, step, fits, visit, pair)
            yield from sample.at(visit=visit, pair=pair).contrast(contrast, "z")


def _fits(
    cut: Cut, step: "Step[cards.ConditionalMean]", rows: "Selection", visits: list[str]
) -> "ConditionalMeans":
    table = subject_table(unchanged(cut), rows, {"AVISIT": visits})
    y = table.values[:, -len(cut.visits) :]
    if (dead(cut, table.column("USUBJID"), list(cut.visits)) & np.isnan(y)).any():
        raise StatsError(
            "a missing visit lies after a death, and a value after death does not exist; analyse "
            "a population of those alive."
        )
    given, arm = step.options, table.column("TRTP").astype(str)
    deltas = given.deltas and [given.deltas.get(name, 0.0) for name in np.unique(arm)]
    of_change = cut.analysis.value == "change"
    base = table.column(covariate_column(BASELINE)).astype(float) if of_change else 0.0
    fit, _ = formulas(step)
    conditional_means: ConditionalMeans = fit(
        y,
        arm,
        covariates(table, given.covariates),
        reference=cut.analysis.estimand.reference,
        assumption=given.assumption,
        deltas=deltas,
        offset=base,
        method=given.estimation,
    )
    return conditional_means


def _contrast(
    cut: Cut,
    step: "Step[cards.ConditionalMean]",
    fits: "Callable[[], ConditionalMeans]",
    visit: str,
    pair: tuple[str, str],
) -> Contrast:
    made = fits()
    if not set(pair) <= set(made.arms):
        raise StatsError("an arm has no values.")
    row = np.zeros(made.coef.shape[2])
    row[made.arms.index(pair[0])], row[made.arms.index(pair[1])] = 1.0, -1.0
    _, contrast = formulas(step)
    found: Contrast = contrast(
        made,
        row,
        visit=cut.visits.index(visit),
        sides="two_sided",
        confidence=cut.analysis.confidence,
    )
    return found


METHODS = {"mean_difference.conditional_mean_imputation": conditional_mean}
