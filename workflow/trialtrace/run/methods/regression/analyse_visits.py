"""Arms compared over the visits of a subject: estimating equations, logistic random intercepts.

A model has a mean of its own at every visit, and a difference of the arms either at each or one
for all. Subjects with some visits missing stay in. In a logistic model the odds ratio of estimating
equations is that of the population, that of random intercepts is that within a subject, which lies
further from 1 the more subjects differ.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import exp, inf, isfinite, nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.words import RATIOS
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import Sample, noted
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Place, Result, Where
from trialtrace.run.methods.analysing.subject_tables import known, levels_of
from trialtrace.run.methods.regression.analyse import NO_SPREAD
from trialtrace.run.methods.regression.analyse_covariates import (
    ARM,
    INTERCEPT,
    Term,
    coefficient_results,
    terms_of,
)
from trialtrace.run.methods.regression.visit_columns import (
    Design,
    design,
    effect_of,
    rows_of_times,
    time_of,
)
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats._wald import wald_contrast
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.methods.regression.visit_columns import Equations, Mixed, Options
    from trialtrace.run.tables.frames import Selection
    from trialtrace.run.trial.plan.cards import estimating as cards
    from trialtrace.stats.regression.gee import GeeFit
    from trialtrace.stats.regression.ordinal_gee import OrdinalGeeFit
    from trialtrace.stats.regression.ordinal_mixed import OrdinalMixedFit


def gee(cut: Cut, step: "Step[Equations]") -> Iterator[Result]:
    """By comparison, at each visit or over all: the difference or odds ratio of the population."""
    equations = formula(step)
    options, rows = step.options, _rows(cut, step.options)

    @cache
    def fitted() -> "tuple[Design, GeeFit]":
        made = design(cut, options, rows)
        fit = equations(
            made.values,
            made.x,
            working=options.working,
            variance=options.variance,
            reference=options.reference,
            confidence=cut.analysis.confidence,
        )
        return made, fit

    def compared(pair: tuple[str, str], visit: int) -> Contrast:
        made, fit = fitted()
        return contrast(
            fit, made.row(pair, visit), sides="two_sided", confidence=cut.analysis.confidence
        )

    def of(row: Callable[[Design], Floats]) -> Contrast:
        made, fit = fitted()
        return contrast(fit, row(made), sides="two_sided", confidence=cut.analysis.confidence)

    yield from _results(cut, step, rows, compared)
    yield from _coefficients(cut, step, rows, of)


def ordinal_gee(cut: Cut, step: "Step[cards.OrdinalGee]") -> Iterator[Result]:
    """By comparison, at each visit or over all: the odds ratio of a higher value, of the
    population."""
    equations = formula(step)
    options, rows = step.options, _rows(cut, step.options)

    @cache
    def fitted() -> "tuple[Design, OrdinalGeeFit]":
        made = design(cut, options, rows)
        # The first column of the means is in the thresholds.
        fit = equations(
            made.values,
            made.x[:, :, 1:],
            working=options.working,
            confidence=cut.analysis.confidence,
        )
        return made, fit

    def compared(pair: tuple[str, str], visit: int) -> Contrast:
        made, fit = fitted()
        return contrast(
            fit, made.row(pair, visit)[1:], sides="two_sided", confidence=cut.analysis.confidence
        )

    yield from _results(cut, step, rows, compared)


def logistic_mixed(cut: Cut, step: "Step[Mixed]") -> Iterator[Result]:
    """By comparison, at each visit or over all: the odds ratio within a subject."""
    model = formula(step)
    options, rows = step.options, _rows(cut, step.options)

    @cache
    def fitted() -> "tuple[Design, OrdinalMixedFit]":
        made = design(cut, options, rows)
        subject, visit = np.nonzero(~np.isnan(made.values))
        # The first column of the means is in the threshold.
        fit = model(
            made.values[subject, visit],
            made.x[subject, visit, 1:],
            subject,
            nodes=options.nodes,
            confidence=cut.analysis.confidence,
        )
        return made, fit

    def compared(pair: tuple[str, str], visit: int) -> Contrast:
        made, fit = fitted()
        return contrast(
            fit, made.row(pair, visit)[1:], sides="two_sided", confidence=cut.analysis.confidence
        )

    def of(row: Callable[[Design], Floats]) -> Contrast:
        made, fit = fitted()
        weights = row(made)
        if weights[0]:
            # The intercept is the threshold, with the other sign.
            value, error = -float(fit.thresholds[0]), float(fit.thresholds_se[0])
            level = cut.analysis.confidence
            return wald_contrast(value, error, df=inf, sides="two_sided", confidence=level)
        return contrast(fit, weights[1:], sides="two_sided", confidence=cut.analysis.confidence)

    def every() -> Iterator[Result]:
        yield from _results(cut, step, rows, compared)
        yield from _coefficients(cut, step, rows, of)
        if getattr(options, "coefficients", None) == "all":
            yield from _spread(cut, step, rows, lambda: fitted()[1])

    yield from noted(every(), lambda: NO_SPREAD if fitted()[1].boundary else None)


def _coefficients(
    cut: Cut,
    step: "Step[Equations | Mixed]",
    rows: "Selection",
    of: Callable[[Callable[[Design], Floats]], Contrast],
) -> Iterator[Result]:
    """Coefficients of lines: differences of arms at time 0 and of their slopes, each arm's slope;
    the intercept and covariates where all are asked for."""
    asked = getattr(step.options, "coefficients", None)
    if asked is None:
        return
    terms: list[Term] = []

    def add(place: Place, row: Callable[[Design], Floats]) -> None:
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


def _spread(
    cut: Cut, step: "Step[Mixed]", rows: "Selection", fit: "Callable[[], OrdinalMixedFit]"
) -> Iterator[Result]:
    """The standard deviation of the random intercepts and its error."""
    sample = _sample(cut, step, rows).at(second=("term", "random_intercept"))
    try:
        value, se, error = fit().sd, fit().sd_se, None
    except StatsError as refused:
        value, se, error = nan, nan, str(refused)
    yield sample.value("random_sd", value, error=error)
    if isfinite(se):
        yield sample.value("standard_error", se)


def _rows(cut: Cut, options: "Options") -> "Selection":
    return cut.rows(
        TRTP={"in": cut.arms()}, AVISIT={"in": list(cut.visits)}, **known(options.covariates)
    )


def _sample(cut: Cut, step: "Step[Options]", rows: "Selection") -> Sample:
    """What results share: the records behind them, with those of the times."""
    members, times = {"analysed": rows}, getattr(step.options, "times", None)
    if isinstance(times, str):
        members["with"] = rows_of_times(cut, times)
    subjects = len(np.unique(rows.column("USUBJID").astype(str)))
    return Sample(cut, step, cut.place, members, subjects)


def _results(
    cut: Cut,
    step: "Step[Options]",
    rows: "Selection",
    compared: Callable[[tuple[str, str], int], Contrast],
) -> Iterator[Result]:
    sample = _sample(cut, step, rows)
    effect, time = effect_of(step.options), time_of(step.options)

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
            elif time is not None:
                of["second"] = ("time", level_text(time))
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
    "mean_difference.gee_line": gee,
    "odds_ratio.gee_line": gee,
    "odds_ratio.logistic_mixed_line": logistic_mixed,
    "slope_difference.gee": gee,
    "slope_odds_ratio.gee": gee,
    "slope_odds_ratio.logistic_mixed": logistic_mixed,
}
