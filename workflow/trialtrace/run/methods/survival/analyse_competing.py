"""The event while other events compete, and events seen only at visits."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.words import SPAN
from trialtrace.run.methods.analysing.cuts import Cut, level_text, with_known
from trialtrace.run.methods.analysing.estimate import Sample, formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.regression.analyse_covariates import design, ratio_results
from trialtrace.run.methods.survival.analyse import by_arm, compared, of_pairs, roles, roles_by
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Coefficients, Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import competing as cards
    from trialtrace.stats.survival.cox import CoxFit

# CNSR of the records -> cause: 0 for censoring, 1 the event, 2 an event that competes.
CAUSE = np.array([1, 0, 2])
EVENT = 1


def causes(rows: Selection) -> tuple[np.ndarray, np.ndarray]:
    """Times and causes of the selected rows, each (n,)."""
    code = rows.column("CNSR").astype(np.intp)
    return rows.column("AVAL").astype(float), CAUSE[np.minimum(code, 2)]


def describe_incidence(cut: Cut, step: "Step[cards.AalenJohansen]") -> Iterator[Result]:
    """By arm and time: share with the event by then, those with a competing event never."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        for time in step.options.times:
            place = cut.at(group=group, second=("time", level_text(time)))
            sample = Sample(cut, step, place, roles_by(cut, rows, time), rows.n)
            yield sample.interval(partial(_at, cut, step, rows, time))


def _at(cut: Cut, step: "Step[cards.AalenJohansen]", rows: Selection, time: float) -> Interval:
    when, cause = causes(rows)
    if rows.n and time > when.max():
        raise StatsError("nobody was followed for so long.")
    if rows.n and not (cause == EVENT).any():
        return Interval(0.0, np.nan, np.nan)
    curve = formula(step)(
        when,
        cause,
        of=EVENT,
        confidence=cut.analysis.confidence,
        variance=step.options.variance,
    )
    return curve.at(time).interval()


def incidence_difference(
    cut: Cut, step: "Step[cards.IncidenceDifferenceAalenJohansen]"
) -> Iterator[Result]:
    """By comparison: difference of the shares with the event by a time, and its test."""
    given = step.options
    choices = {"of": EVENT, "variance": given.variance}
    for sample, compute in of_pairs(cut, step, causes, choices, given.time):
        yield from sample.contrast(compute, "z")


def fine_gray(cut: Cut, step: "Step[cards.FineGray]") -> Iterator[Result]:
    """Ratio of each arm against the reference given the covariates, and its Wald test."""
    model, test = formulas(step)
    names = step.options.covariates
    rows = with_known(cut.rows(TRTP={"in": cut.arms()}), names)

    @cache
    def fit() -> "CoxFit":
        return model(
            *causes(rows),
            design(cut, rows, names, intercept=False),
            of=EVENT,
            confidence=cut.analysis.confidence,
        )

    def p_value(cox: Coefficients, at: int) -> float:
        log_ratio, error = float(cox.coef[at]), float(cox.se[at])
        return float(test(log_ratio, error, margin=1.0, sides="two_sided").p_value)

    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)
    yield from ratio_results(sample, rows, fit, intercept=False, p_value=p_value)


def test_gray(cut: Cut, step: "Step[cards.Gray]") -> Iterator[Result]:
    """Gray's test over all arms, or of each comparison."""
    for sample, rows in compared(cut, step, step.options.groups):
        data = *causes(rows), rows.column("TRTP").astype(str)
        yield from sample.test(partial(formula(step), *data, of=EVENT, rho=step.options.rho))


def bounds(rows: Selection) -> tuple[np.ndarray, np.ndarray]:
    """Last time without and first time with the event, infinite where it was not seen."""
    low, high = (rows.column(name).astype(float) for name in ("AVALLO", "AVALHI"))
    return low, np.where(np.isnan(high), np.inf, high)


def describe_turnbull(cut: Cut, step: "Step[cards.Turnbull]") -> Iterator[Result]:
    """By arm and time: the share with the event by then that the visits allow, without interval.

    Inside an innermost interval of the estimate the share is not determined; its least value is
    the result, and its text has both ends.
    """
    for sample, rows in by_arm(cut, step):
        told = replace(sample, options=cut.options(step))
        for time in step.options.times:
            error = warning = text = None
            last, first = bounds(rows)
            try:
                low, high = formula(step)(last, first).probability_by([time])
            except StatsError as refused:
                error = str(refused)
                low = high = np.array([np.nan])
            else:
                warning = _undetermined(last, first, time)
            if high[0] > low[0]:
                text = f"{100 * low[0]:.1f}{SPAN}{100 * high[0]:.1f} %"
                warning = f"The visits leave the share open here: {text}. {warning or ''}".rstrip()
            at_time = told.at(group=sample.place.group, second=("time", level_text(time)))
            yield at_time.value("incidence", low[0], error=error, warning=warning, text=text)


def _undetermined(last: np.ndarray, first: np.ndarray, time: float) -> str | None:
    """Of how many the visits do not say whether the event was before this time; an estimate puts
    theirs where the visits of others let it, which may be just before."""
    by, without = int((first <= time).sum()), int((last >= time).sum())
    if by + without == len(first):
        return None
    return (
        f"Of {len(first)}, {by} were seen with the event by then and {without} without it then or "
        f"later; of {len(first) - by - without} the visits do not tell, and the estimate rests on "
        "when others were seen."
    )


def test_intervals(cut: Cut, step: "Step[cards.IntervalLogRank]") -> Iterator[Result]:
    """Log-rank test of interval-censored times over all arms, or of each comparison."""
    for sample, rows in compared(cut, step, step.options.groups):
        data = *bounds(rows), rows.column("TRTP").astype(str)
        yield from sample.test(partial(formula(step), *data, scores=step.options.scores))


METHODS = {
    "incidence.aalen_johansen": describe_incidence,
    "incidence_difference.aalen_johansen": incidence_difference,
    "subdistribution_hazard_ratio.fine_gray": fine_gray,
    "p_value.gray": test_gray,
    "incidence.turnbull": describe_turnbull,
    "p_value.interval_log_rank": test_intervals,
}
