"""Arms compared over the visits of a subject: estimating equations, logistic random intercepts.

A model has a mean of its own at every visit, and a difference of the arms either at each or one
for all. Subjects with some visits missing stay in. In a logistic model the odds ratio of estimating
equations is that of the population, that of random intercepts is that within a subject, which lies
further from 1 the more subjects differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from math import exp, inf, isfinite
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.words import RATIOS
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample, formula, noted
from trialtrace.run.methods.analysing.rows import Place, Result, Where
from trialtrace.run.methods.analysing.subject_tables import (
    SubjectTable,
    covariates,
    known,
    levels_of,
    subject_table,
)
from trialtrace.run.methods.regression.analyse import NO_SPREAD, intercept_of, spread_of
from trialtrace.run.methods.regression.analyse_covariates import (
    ARM,
    INTERCEPT,
    Term,
    coefficient_results,
    columns_of,
    terms_of,
)
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.results import Coefficients, Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Selection
    from trialtrace.run.trial.plan.cards import estimating as cards
    from trialtrace.stats.regression.gee import GeeFit
    from trialtrace.stats.regression.ordinal_gee import OrdinalGeeFit
    from trialtrace.stats.regression.ordinal_mixed import OrdinalMixedFit

    # Those at a time are of slopes too.
    Equations = cards.Gee | cards.GeeSlopes
    Mixed = cards.LogisticMixed | cards.LogisticMixedSlopes
    Options = Equations | Mixed | cards.OrdinalGee

Fit = TypeVar("Fit", bound=Coefficients)
Row = Callable[[tuple[str, str], int], Floats]
Line = Callable[[str, float, float], Floats]


@dataclass(frozen=True)
class Design:
    """Values (subjects, visits), columns (subjects, visits, p), the row of a comparison, and that
    of an arm's line: by its level at time 0 and by its slope."""

    values: Floats
    x: Floats
    row: Row
    line: Line


# The row of a contrast in a design, and the contrasts of a model by such a row.
RowOf = Callable[[Design], Floats]
Contrasts = Callable[[RowOf], Contrast]


def design_of(cut: Cut, options: "Options", rows: "Selection") -> Design:
    """A mean at each visit and, by `effect`, differences of arms at each or one for all.

    With `times` a line over time in each arm; the row of a comparison is of its slopes, or of the
    lines at a `time`.
    """
    table = subject_table(cut, rows, {"AVISIT": list(cut.visits)})
    arms, visits = cut.arms(), len(cut.visits)
    if getattr(options, "coefficients", None) is not None:
        # The intercept is that of the reference.
        arms = [cut.analysis.estimand.reference, *cut.analysis.estimand.treated]
    of = np.array([arms.index(arm) for arm in table.column("TRTP").astype(str)], dtype=np.intp)
    lacking = [arm for number, arm in enumerate(arms) if not (of == number).any()]
    if lacking:
        raise StatsError("an arm has no values.")
    at_visit, of_arm = np.eye(visits), np.eye(len(arms))
    times = _times_of(cut, options, table)
    if times is not None:
        others = np.broadcast_to(of_arm[of][:, None, 1:], (table.n, visits, len(arms) - 1))
        line = np.stack([np.ones(times.shape), times], 2)
        every = np.concatenate([line, others, others * times[:, :, None]], axis=2)
    elif effect_of(options) == "each_visit":
        cells = of_arm[:, None, :, None] * at_visit[None, :, None, :]
        cells = cells.reshape(len(arms), visits, -1)
    else:
        shape = (len(arms), visits, len(arms) - 1)
        differences = np.broadcast_to(of_arm[:, None, 1:], shape)
        each = np.broadcast_to(at_visit, (len(arms), visits, visits))
        cells = np.concatenate([each, differences], axis=2)
    coded = covariates if getattr(options, "coefficients", None) is None else columns_of
    columns = coded(table, options.covariates)
    more = np.zeros((table.n, 0)) if columns is None else columns
    wide = np.broadcast_to(more[:, None, :], (table.n, visits, more.shape[1]))

    def line_of(arm: str, level: float, rise: float) -> Floats:
        own = of_arm[arms.index(arm), 1:]
        return np.concatenate([[level, rise], level * own, rise * own, np.zeros(more.shape[1])])

    def row(pair: tuple[str, str], visit: int) -> Floats:
        if times is None:
            one, other = (cells[arms.index(arm), visit] for arm in pair)
            return np.append(one - other, np.zeros(more.shape[1]))
        one, other = (line_of(arm, 0, 1) for arm in pair)
        return one - other

    own = cells[of] if times is None else every
    return Design(table.values, np.concatenate([own, wide], axis=2), row, line_of)


def _times_of(cut: Cut, options: "Options", table: SubjectTable) -> Floats | None:
    """The time of each value, (subjects, visits), where means are lines over it: of its visit, or
    as it was measured in this subject. 0 where there is no value.

    Raises StatsError for values without a time.
    """
    times: dict[str, float] | str | None = getattr(options, "times", None)
    if times is None:
        return None
    if not isinstance(times, str):
        nominal = np.array([times[visit] for visit in cut.visits], float)
        return np.broadcast_to(nominal, table.values.shape)
    measured = rows_of_times(cut, times)
    actual = subject_table(cut, measured, {"AVISIT": list(cut.visits)})
    at = {subject: place for place, subject in enumerate(actual.column("USUBJID"))}
    found = np.full(table.values.shape, np.nan)
    for place, subject in enumerate(table.column("USUBJID")):
        if subject in at:
            found[place] = actual.values[at[subject]]
    seen = ~np.isnan(table.values)
    if lacking := int((seen & np.isnan(found)).sum()):
        raise StatsError(f"{lacking} of {int(seen.sum())} values have no time of {times}.")
    return np.where(seen, found, 0.0)


def rows_of_times(cut: Cut, name: str) -> "Selection":
    """The records of the endpoint that has the times."""
    code = {"PARAMCD": {"is": cut.trial.endpoints[name].code}, "AVAL": "present"}
    return cut.rows(**code, AVISIT={"in": list(cut.visits)})


def effect_of(options: "Options") -> str | None:
    """What the comparison of arms is: at each visit, over all, or of the slopes over time."""
    named: str | None = getattr(options, "effect", None)
    return "slope" if getattr(options, "times", None) is not None else named


def _model(
    cut: Cut, step: "Step[Options]", fit: Callable[[Design], Fit]
) -> "tuple[Selection, Callable[[], tuple[Design, Fit]], Contrasts]":
    """The rows of a model, its design and fit, made once, and its contrasts by their row."""
    visits, covariates = list(cut.visits), known(step.options.covariates)
    rows = cut.rows(TRTP={"in": cut.arms()}, AVISIT={"in": visits}, **covariates)

    @cache
    def fitted() -> tuple[Design, Fit]:
        made = design_of(cut, step.options, rows)
        return made, fit(made)

    def of(row: RowOf) -> Contrast:
        made, found = fitted()
        return contrast(found, row(made), sides="two_sided", confidence=cut.analysis.confidence)

    return rows, fitted, of


def gee(cut: Cut, step: "Step[Equations]") -> Iterator[Result]:
    """By comparison, at each visit or over all: the difference or odds ratio of the population."""
    options = step.options

    def fit(design: Design) -> "GeeFit":
        return formula(step)(
            design.values,
            design.x,
            working=options.working,
            variance=options.variance,
            reference=options.reference,
            confidence=cut.analysis.confidence,
        )

    rows, _, of = _model(cut, step, fit)
    yield from _results(cut, step, rows, of)
    yield from _coefficients(cut, step, rows, of)


def ordinal_gee(cut: Cut, step: "Step[cards.OrdinalGee]") -> Iterator[Result]:
    """By comparison, at each visit or over all: the odds ratio of a higher value, of the
    population."""

    # The first column of the means is in the thresholds.
    def fit(design: Design) -> "OrdinalGeeFit":
        working, level = step.options.working, cut.analysis.confidence
        return formula(step)(design.values, design.x[:, :, 1:], working=working, confidence=level)

    rows, _, of = _model(cut, step, fit)
    yield from _results(cut, step, rows, lambda row: of(lambda design: row(design)[1:]))


def logistic_mixed(cut: Cut, step: "Step[Mixed]") -> Iterator[Result]:
    """By comparison, at each visit or over all: the odds ratio within a subject."""

    def fit(design: Design) -> "OrdinalMixedFit":
        subject, visit = np.nonzero(~np.isnan(design.values))
        # The first column of the means is in the threshold.
        return formula(step)(
            design.values[subject, visit],
            design.x[subject, visit, 1:],
            subject,
            nodes=step.options.nodes,
            confidence=cut.analysis.confidence,
        )

    rows, fitted, of_columns = _model(cut, step, fit)

    def of_all(row: RowOf) -> Contrast:
        made, found = fitted()
        if not row(made)[0]:
            return of_columns(lambda design: row(design)[1:])
        return intercept_of(found, cut.analysis.confidence)

    def every() -> Iterator[Result]:
        yield from _results(cut, step, rows, lambda row: of_columns(lambda design: row(design)[1:]))
        yield from _coefficients(cut, step, rows, of_all)
        if getattr(step.options, "coefficients", None) == "all":
            yield from spread_of(_sample(cut, step, rows), lambda: fitted()[1])

    yield from noted(every(), lambda: NO_SPREAD if fitted()[1].boundary else None)


def _coefficients(
    cut: Cut,
    step: "Step[Equations | Mixed]",
    rows: "Selection",
    of: Contrasts,
) -> Iterator[Result]:
    """Coefficients of lines: differences of arms at time 0 and of their slopes, each arm's slope;
    the intercept and covariates where all are asked for."""
    asked = getattr(step.options, "coefficients", None)
    if asked is None:
        return
    terms: list[Term] = []

    def add(place: Place, row: RowOf) -> None:
        terms.append((place, partial(of, row)))

    for one, other in cut.analysis.pairs:
        for term, at in ((ARM, (1.0, 0.0)), ("time", (0.0, 1.0))):
            place = cut.at(pair=(one, other), second=("term", term))
            add(place, partial(_difference, one, other, at))
    for arm in cut.arms():
        add(cut.at(group=arm, second=("term", "time")), partial(_line, arm, (0.0, 1.0)))
    if asked == "all":
        reference = cut.analysis.estimand.reference
        place = cut.at(second=("term", INTERCEPT))
        add(place, partial(_line, reference, (1.0, 0.0)))
        named = terms_of(levels_of(rows, step.options.covariates))
        for number, term in enumerate(named):
            place = cut.at(second=("term", term))
            add(place, partial(_unit, number - len(named)))
    yield from coefficient_results(_sample(cut, step, rows), terms)


def _line(arm: str, at: tuple[float, float], design: Design) -> Floats:
    return design.line(arm, *at)


def _difference(text: str, other: str, at: tuple[float, float], design: Design) -> Floats:
    return design.line(text, *at) - design.line(other, *at)


def _unit(at: int, design: Design) -> Floats:
    row = np.zeros(design.x.shape[2])
    row[at] = 1.0
    return row


def _sample(cut: Cut, step: "Step[Options]", rows: "Selection") -> Sample:
    """What results share: the records behind them, with those of the times."""
    members, times = {"analysed": rows}, getattr(step.options, "times", None)
    if isinstance(times, str):
        members["with"] = rows_of_times(cut, times)
    subjects = rows.subjects
    return Sample(cut, step, cut.place, members, subjects)


def _results(
    cut: Cut,
    step: "Step[Options]",
    rows: "Selection",
    contrast_of: Contrasts,
) -> Iterator[Result]:
    sample = _sample(cut, step, rows)
    effect = effect_of(step.options)

    def compared(pair: tuple[str, str], visit: int) -> Contrast:
        return contrast_of(lambda design: design.row(pair, visit))

    def estimate(pair: tuple[str, str], visit: int) -> Interval:
        found = compared(pair, visit).interval
        return as_ratio(found) if step.statistic in RATIOS else found

    def test(pair: tuple[str, str], visit: int) -> TestResult:
        return compared(pair, visit).test

    for number, visit in enumerate(cut.visits if effect == "each_visit" else cut.visits[:1]):
        for pair in cut.analysis.pairs:
            of: Where = {"pair": pair}
            if effect == "each_visit":
                of["visit"] = visit
            elif effect is not None:
                of["second"] = ("effect", effect)
            yield sample.at(**of).interval(partial(estimate, pair, number))
            yield from sample.at(**of).test(partial(test, pair, number))


def as_ratio(interval: Interval) -> Interval:
    """A logarithm with its bounds as the ratio; bounds too far for a number are infinite."""

    def raised(value: float) -> float:
        return exp(value) if not isfinite(value) or value < 700 else inf

    return Interval(*(raised(value) for value in (interval.estimate, interval.low, interval.high)))


METHODS = {
    "mean_difference.gee": gee,
    "odds_ratio.gee": gee,
    "odds_ratio.ordinal_gee": ordinal_gee,
    "odds_ratio.logistic_mixed": logistic_mixed,
    "slope_difference.gee": gee,
    "slope_odds_ratio.gee": gee,
    "slope_odds_ratio.logistic_mixed": logistic_mixed,
}
