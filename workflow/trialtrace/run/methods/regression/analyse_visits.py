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
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.words import RATIOS
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import interval_result, noted, test_results
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Basis, Result
from trialtrace.run.methods.analysing.subject_tables import covariates, known, subject_table
from trialtrace.run.methods.regression.analyse import NO_SPREAD
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

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

Row = Callable[[tuple[str, str], int], Floats]


@dataclass(frozen=True)
class Design:
    """Values (subjects, visits), columns (subjects, visits, p), and the row of a comparison."""

    values: Floats
    x: Floats
    row: Row


def design(cut: Cut, options: "Options", rows: "Selection") -> Design:
    """A mean at each visit and, by `effect`, differences of arms at each or one for all.

    With `times` a line over time in each arm; the row of a comparison is of its slopes, or of the
    lines at a `time`.
    """
    table = subject_table(cut, rows, {"AVISIT": list(cut.visits)})
    arms, visits = cut.arms(), len(cut.visits)
    of = np.array([arms.index(arm) for arm in table.column("TRTP").astype(str)], dtype=np.intp)
    lacking = [arm for number, arm in enumerate(arms) if not (of == number).any()]
    if lacking:
        raise StatsError("an arm has no values.")
    at_visit, of_arm = np.eye(visits), np.eye(len(arms))
    times = _times(cut, options)
    if times is not None:
        of_others = np.broadcast_to(of_arm[:, None, 1:], (len(arms), visits, len(arms) - 1))
        line = np.broadcast_to(np.stack([np.ones(visits), times], 1), (len(arms), visits, 2))
        cells = np.concatenate([line, of_others, of_others * times[:, None]], axis=2)
    elif _effect(options) == "each_visit":
        cells = of_arm[:, None, :, None] * at_visit[None, :, None, :]
        cells = cells.reshape(len(arms), visits, -1)
    else:
        shape = (len(arms), visits, len(arms) - 1)
        differences = np.broadcast_to(of_arm[:, None, 1:], shape)
        each = np.broadcast_to(at_visit, (len(arms), visits, visits))
        cells = np.concatenate([each, differences], axis=2)
    columns = covariates(table, options.covariates)
    more = np.zeros((table.n, 0)) if columns is None else columns
    wide = np.broadcast_to(more[:, None, :], (table.n, visits, more.shape[1]))

    time = _time(options)
    levels, rises = (0.0, 1.0) if time is None else (1.0, time)
    lines = np.hstack([np.zeros((len(arms), 2)), levels * of_arm[:, 1:], rises * of_arm[:, 1:]])

    def row(pair: tuple[str, str], visit: int) -> Floats:
        if times is None:
            one, other = (cells[arms.index(arm), visit] for arm in pair)
        else:
            one, other = (lines[arms.index(arm)] for arm in pair)
        return np.append(one - other, np.zeros(more.shape[1]))

    return Design(table.values, np.concatenate([cells[of], wide], axis=2), row)


def _times(cut: Cut, options: "Options") -> Floats | None:
    """The time of each visit, where means are lines over it."""
    times: dict[str, float] | None = getattr(options, "times", None)
    return None if times is None else np.array([times[visit] for visit in cut.visits], float)


def _time(options: "Options") -> float | None:
    """The time at which the lines of the arms are compared; None where their slopes are."""
    time: float | None = getattr(options, "time", None)
    return time


def _effect(options: "Options") -> str | None:
    """What the comparison of arms is: at each visit, over all, or of the slopes over time."""
    named: str | None = getattr(options, "effect", None)
    return "slope" if getattr(options, "times", None) is not None else named


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

    yield from _results(cut, step, rows, compared)


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

    yield from noted(
        _results(cut, step, rows, compared), lambda: NO_SPREAD if fitted()[1].boundary else None
    )


def _rows(cut: Cut, options: "Options") -> "Selection":
    return cut.rows(
        TRTP={"in": cut.arms()}, AVISIT={"in": list(cut.visits)}, **known(options.covariates)
    )


def _results(
    cut: Cut,
    step: "Step[Options]",
    rows: "Selection",
    compared: Callable[[tuple[str, str], int], Contrast],
) -> Iterator[Result]:
    members = {"analysed": rows}
    common: Basis = {
        "options": cut.options(step, interval=True),
        "n_used": len(np.unique(rows.column("USUBJID").astype(str))),
    }
    effect, time = _effect(step.options), _time(step.options)

    def estimate(pair: tuple[str, str], visit: int) -> Interval:
        found = compared(pair, visit).interval
        return as_ratio(found) if step.statistic in RATIOS else found

    def test(pair: tuple[str, str], visit: int) -> TestResult:
        return compared(pair, visit).test

    for number, visit in enumerate(cut.visits if effect == "each_visit" else cut.visits[:1]):
        for pair in cut.analysis.pairs:
            place = cut.at(pair=pair)
            if effect == "each_visit":
                place = cut.at(pair=pair, visit=visit)
            elif time is not None:
                place = cut.at(pair=pair, second=("time", level_text(time)))
            elif effect is not None:
                place = cut.at(pair=pair, second=("effect", effect))
            names = (step.statistic, step.method)
            yield interval_result(
                cut, place, names, members, partial(estimate, pair, number), **common
            )
            yield from test_results(
                cut,
                place,
                step.method,
                members,
                partial(test, pair, number),
                statistic=None,
                **common,
            )


def as_ratio(found: Interval) -> Interval:
    """A logarithm with its bounds as the ratio; bounds too far for a number are infinite."""

    def raised(value: float) -> float:
        return exp(value) if not isfinite(value) or value < 700 else inf

    return Interval(*(raised(value) for value in (found.estimate, found.low, found.high)))


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
