"""Rates of events per person-time, by arm and compared."""

from collections.abc import Iterator
from functools import partial
from math import nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result, test_results
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.survival.analyse import roles, times, unit
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import rates as cards


def _counted(rows: Selection, per: float = 1.0) -> tuple[float, float]:
    """Events, and the sum of times in units of `per`."""
    time, event = times(rows)
    return float(event.sum()), float(time.sum()) / per


def _unit(cut: Cut, per: float) -> str:
    return f"per {level_text(per)} {unit(cut) or ''}".rstrip()


def describe(cut: Cut, step: "Step[cards.PerTime]") -> Iterator[Result]:
    """By arm: the rate with its interval, and the time that it is of."""
    per = step.options.per

    def rate(rows: Selection) -> Interval:
        found: Interval = formula(step)(*_counted(rows, per), confidence=cut.analysis.confidence)
        return found

    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        place = cut.at(group=group)
        yield interval_result(
            cut,
            place,
            (step.statistic, step.method),
            roles(cut, rows),
            partial(rate, rows),
            options=cut.options(step, interval=True),
            n_used=rows.n,
            unit=_unit(cut, per),
        )
        names, total = ("person_time", "sum"), _counted(rows)[1] if rows.n else nan
        yield plain_result(
            cut,
            place,
            names,
            {"analysed": rows},
            total,
            n_used=rows.n,
            unit=unit(cut),
            error=None if rows.n else "nobody was followed.",
        )


def compare(cut: Cut, step: "Step[cards.PerTime | object]") -> Iterator[Result]:
    """By comparison: difference or ratio of the rates, and its test."""
    difference = step.statistic == "rate_difference"
    per = float(getattr(step.options, "per", 1.0))
    options = cut.options(step, interval=True)

    def both(treated: Selection, reference: Selection) -> tuple[Interval, TestResult]:
        found: tuple[Interval, TestResult] = formula(step)(
            *_counted(treated, per),
            *_counted(reference, per),
            confidence=cut.analysis.confidence,
            sides="two_sided",
        )
        return found

    for pair, rows, treated, reference in cut.pairs():
        place, members = cut.at(pair=pair), roles(cut, rows)
        compute = partial(both, treated, reference)
        yield interval_result(
            cut,
            place,
            (step.statistic, step.method),
            members,
            partial(_first, compute),
            options=options,
            n_used=rows.n,
            unit=_unit(cut, per) if difference else None,
        )
        yield from test_results(
            cut,
            place,
            step.method,
            members,
            partial(_second, compute),
            statistic="z" if difference else None,
            options=options,
            n_used=rows.n,
        )


def _first(compute: "partial[tuple[Interval, TestResult]]") -> Interval:
    return compute()[0]


def _second(compute: "partial[tuple[Interval, TestResult]]") -> TestResult:
    return compute()[1]


METHODS = {
    "rate.garwood": describe,
    "rate_difference.poisson_wald": compare,
    "rate_ratio.poisson_exact": compare,
}
