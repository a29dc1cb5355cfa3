"""Differences of means of a repeated outcome whose missing visits were filled in.

Who has a value at a visit of the analysis, or at the baseline where that is a covariate or carried,
is analysed at every visit. Values are filled in before a change is taken of them.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import inf, nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Labels
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Once, Sample, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.subject_tables import (
    BASELINE,
    SubjectTable,
    covariate_column,
    covariates,
    subject_table,
)
from trialtrace.run.methods.inputs import stream
from trialtrace.run.methods.missing.rows import (
    baseline_of,
    dead,
    not_imputed,
    rows_of,
    unchanged,
    with_draws,
)
from trialtrace.run.methods.mixed.analyse import adjusted_difference
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import imputed_means as cards
    from trialtrace.stats.missing.conditional_mean import ConditionalMeans
    from trialtrace.stats.missing.imputation import Imputations
    from trialtrace.stats.missing.linear import ImputedFits
    from trialtrace.stats.missing.pooling import Pooled
    from trialtrace.stats.regression.ancova import AncovaFit

CAUTION = (
    "single imputation: carried values are counted as if observed, so that standard errors are "
    "too small, and the bias may favour either arm"
)
TWO_SIDED = "two_sided"


def _analysed(cut: Cut, values: Floats, table: SubjectTable) -> Floats:
    """Values (…, subjects) as the analysis takes them: themselves, or changes from baseline."""
    if cut.analysis.value == "value":
        return values
    base = table.column(covariate_column(BASELINE)).astype(float)
    change = values - base
    return change if cut.analysis.value == "change" else 100 * change / base


class Unshifted(NamedTuple):
    """Completed outcomes, which were filled in, arms, columns of the model, and a contrast."""

    completed: Floats
    filled: Flags
    arm: Labels
    x: Floats
    row: Floats


class Imputed:
    """Completed outcomes of one cut, made once; each question raises StatsError without answer."""

    def __init__(self, cut: Cut, step: "Step[cards.Drawn]"):
        names = step.options.covariates
        visits = [*(baseline_of(cut) if BASELINE in names else ()), *cut.visits]
        self.cut, self.step, self.rows = cut, step, rows_of(cut, names, visits)
        self.visits = visits
        self._error: str | None = None
        self._fits, self.difference = cache(self._fitted), cache(self._contrast)
        try:
            self._complete(visits)
        except StatsError as refused:
            self._error = str(refused)

    def _complete(self, visits: list[str]) -> None:
        table = subject_table(unchanged(self.cut), self.rows, {"AVISIT": visits})
        columns = covariates(table, self.step.options.covariates)
        self._table, self._arm = table, table.column("TRTP").astype(str)
        self._made = IMPUTE[self.step.method](self.cut, self.step, table, columns)
        self._arms, index = np.unique(self._arm, return_inverse=True)
        design = np.eye(self._arms.size)[index.reshape(-1)]
        self._x = design if columns is None else np.hstack([design, columns])

    def _fitted(self, visit: str) -> "ImputedFits":
        if self._error is not None:
            raise StatsError(self._error)
        values = self._shifted(*self._column(visit))
        _, fit, *_ = formulas(self.step)
        return fit(_analysed(self.cut, values, self._table), self._x)

    def _column(self, visit: str) -> tuple[Floats, Flags]:
        """Values of a visit (imputations, subjects) and which were filled in."""
        # The visits of the analysis come last among the columns.
        column = self.cut.visits.index(visit) - len(self.cut.visits)
        return self._made.values[:, :, column], self._made.filled[:, column]

    def unshifted(self, visit: str, pair: tuple[str, str]) -> Unshifted:
        """What a delta would be added to, and the contrast of two arms."""
        if self._error is not None:
            raise StatsError(self._error)
        values, filled = self._column(visit)
        outcome = _analysed(self.cut, values, self._table)
        return Unshifted(outcome, filled, self._arm, self._x, self._row(*pair))

    def _shifted(self, values: Floats, filled: Flags) -> Floats:
        deltas: dict[str, float] = getattr(self.step.options, "deltas", {})
        if not deltas:
            return values
        *_, add_delta = formulas(self.step)
        return add_delta(
            values, filled, self._arm, arms=tuple(deltas), deltas=list(deltas.values())
        )

    def _row(self, arm: str, reference: str) -> Floats:
        if not {arm, reference} <= set(self._arms):
            raise StatsError("an arm has no values.")
        row = np.zeros(self._x.shape[1])
        places = self._arms.tolist()
        row[places.index(arm)], row[places.index(reference)] = 1.0, -1.0
        return row

    def _contrast(self, visit: str, pair: tuple[str, str]) -> "Pooled":
        fits = self._fits(visit)
        _, _, pooled_contrast, *_ = formulas(self.step)
        return pooled_contrast(
            fits,
            self._row(*pair),
            df=self.step.options.df,
            null=0.0,
            sides=TWO_SIDED,
            confidence=self.cut.analysis.confidence,
        )

    def overall(self, visit: str) -> TestResult:
        """D1 of all arms that have values."""
        fits, reference = self._fits(visit), self.cut.analysis.estimand.reference
        rows = [self._row(arm, reference) for arm in self._arms if arm != reference]
        _, _, _, test, *_ = formulas(self.step)
        return test(fits, rows, df=self.step.options.df)


def imputed(cut: Cut, step: "Step[cards.Drawn]") -> Iterator[Result]:
    """By visit: the pooled difference of each comparison with its test, and a test of all arms."""
    model = Imputed(cut, step)
    out = not_imputed(cut, model.rows, model.visits)
    sample = Sample(
        cut, step, cut.place, {"analysed": model.rows}, model.rows.subjects, warning=out
    )
    for visit in cut.visits:
        for pair in cut.analysis.pairs:
            made = partial(model.difference, visit, pair)
            yield from _pooled(sample.at(visit=visit, pair=pair), made)
        yield from sample.at(visit=visit).f_test(partial(model.overall, visit))


def _pooled(sample: Sample, function: "Callable[[], Pooled]") -> Iterator[Result]:
    """Estimate with its interval, p-value, t and df, and the fraction of information missing."""

    def interval() -> Interval:
        found = function()
        bounds = float(found.low), float(found.high)
        return Interval(float(found.estimate), *bounds, standard_error=float(found.se))

    def test() -> TestResult:
        # Infinite degrees of freedom are those of a normal distribution, which has none.
        df = float(function().df)
        return TestResult(
            float(function().statistic), nan if df == inf else df, float(function().p_value)
        )

    estimate = sample.interval(interval)
    yield estimate if estimate.error else with_draws(estimate, function())
    yield from sample.test(test, "t")
    if estimate.error is None:
        yield sample.value("fraction_missing", float(function().fraction_missing))


def _by_regression(
    cut: Cut, step: "Step[cards.Monotone]", table: SubjectTable, columns: Floats | None
) -> "Imputations":
    """Visit after visit, or by chained equations in cycles."""
    y, options = table.values[:, -len(cut.visits) :], items_of(step.options)
    cycles = {"cycles": options["cycles"]} if "cycles" in options else {}
    return _drawn(cut, step, table, y, columns, kinds=("normal",) * y.shape[1], **cycles)


def _after_death(cut: Cut, table: SubjectTable, width: int) -> Flags:
    """Values after death, (subjects, width); the visits of the analysis are the last columns."""
    marked = dead(cut, table.column("USUBJID"), list(cut.visits))
    before = np.zeros((table.n, width - len(cut.visits)), dtype=bool)
    return np.hstack([before, marked])


def _reference_based(
    cut: Cut, step: "Step[cards.ReferenceBased]", table: SubjectTable, columns: Floats | None
) -> "Imputations":
    """The baseline is a covariate, but the first visit where a subject may stay at its mean."""
    y, names = table.values, step.options.covariates
    if step.options.assumption == "last_mean":
        columns = covariates(table, [name for name in names if name != BASELINE])
    else:
        y = y[:, -len(cut.visits) :]
    return _drawn(
        cut,
        step,
        table,
        y,
        columns,
        reference=cut.analysis.estimand.reference,
        assumption=step.options.assumption,
        cycles=step.options.cycles,
    )


def _drawn(
    cut: Cut,
    step: "Step[cards.Monotone] | Step[cards.ReferenceBased]",
    table: SubjectTable,
    y: Floats,
    columns: Floats | None,
    **choices: object,
) -> "Imputations":
    """All imputations of a cut. The draws are the same for every method, so that methods differ by
    what they assume."""
    impute, *_ = formulas(step)
    return impute(
        y,
        table.column("TRTP").astype(str),
        columns,
        arms=step.options.arms,
        not_to_impute=_after_death(cut, table, y.shape[1]),
        if_marked="refuse",
        seed=(step.options.seed, stream(cut.place)),
        start=0,
        stop=step.options.imputations,
        **choices,
    )


def carried(cut: Cut, step: "Step[cards.Filled]") -> Iterator[Result]:
    """By visit and comparison: analysis of covariance with one value for each missing one."""
    for number, visit in enumerate(cut.visits):
        read = _read(cut, step, number)
        rows = rows_of(cut, step.options.covariates, read)
        out = not_imputed(cut, rows, read)
        caution = f"{CAUTION}; {out}" if out else CAUTION
        sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects, warning=out)
        fit = cache(partial(_filled_fit, cut, step, rows, number))
        for pair in cut.analysis.pairs:
            of_pair = sample.at(visit=visit, pair=pair)
            yield from adjusted_difference(of_pair, fit, warning=caution)


def _read(cut: Cut, step: "Step[cards.Filled]", number: int) -> list[str]:
    """The visits from which the value at a visit comes: itself, and what is carried to it."""
    if step.method == FROM_BASELINE:
        return [*baseline_of(cut), cut.visits[number]]
    start = baseline_of(cut) if items_of(step.options)["baseline"] == "carried" else []
    return [*start, *cut.visits[: number + 1]]


def _filled_fit(cut: Cut, step: "Step[cards.Filled]", rows: Selection, number: int) -> "AncovaFit":
    read = _read(cut, step, number)
    table = subject_table(unchanged(cut), rows, {"AVISIT": read})
    fill, ancova, *_ = formulas(step)
    values = table.values
    marked = dead(cut, table.column("USUBJID"), list(read))
    if step.method == FROM_BASELINE:
        filled = fill(values[:, 1:], values[:, 0], not_to_impute=marked[:, 1:])
    else:
        worse = {"worse": worst} if (worst := items_of(step.options).get("worse")) else {}
        filled = fill(values, not_to_impute=marked, before_first="leave", **worse)
    return ancova(
        _analysed(cut, filled[:, -1], table),
        table.column("TRTP").astype(str),
        covariates=covariates(table, step.options.covariates),
        strata=None,
        variance=step.options.variance,
        confidence=cut.analysis.confidence,
    )


IMPUTE: dict[str, "Callable[..., Imputations]"] = {
    "monotone_imputation": _by_regression,
    "chained_imputation": _by_regression,
    "delta_adjusted_imputation": _by_regression,
    "reference_based_imputation": _reference_based,
}
FROM_BASELINE = "baseline_observation_carried_forward"
FILLED = (
    FROM_BASELINE,
    "last_observation_carried_forward",
    "worst_observation_carried_forward",
)


def conditional_mean(cut: Cut, step: "Step[cards.ConditionalMean]") -> Iterator[Result]:
    """By visit and comparison: the difference with its jackknife interval and test."""
    names = step.options.covariates
    visits = [*(baseline_of(cut) if BASELINE in names else ()), *cut.visits]
    rows = rows_of(cut, names, visits)
    out = not_imputed(cut, rows, visits)
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects, warning=out)
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
    return fit(
        y,
        arm,
        covariates(table, given.covariates),
        reference=cut.analysis.estimand.reference,
        assumption=given.assumption,
        deltas=deltas,
        offset=base,
        method=given.estimation,
    )


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
    return contrast(
        made,
        row,
        visit=cut.visits.index(visit),
        sides="two_sided",
        confidence=cut.analysis.confidence,
    )


METHODS = {
    **{f"mean_difference.{name}": imputed for name in IMPUTE},
    **{f"mean_difference.{name}": carried for name in FILLED},
    "mean_difference.conditional_mean_imputation": conditional_mean,
}
