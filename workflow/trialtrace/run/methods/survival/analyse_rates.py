"""Rates of events per person-time, by arm and compared."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.survival.analyse import by_arm, roles, times, unit
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, Interval

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

    for sample, rows in by_arm(cut, step):
        yield sample.interval(partial(rate, rows), unit=_unit(cut, per))
        error, total = (None, _counted(rows)[1]) if rows.n else ("nobody was followed.", nan)
        alone = replace(sample, members={"analysed": rows}, options={})
        yield alone.value("person_time.sum", total, unit=unit(cut), error=error)


def compare(cut: Cut, step: "Step[cards.PerTime | object]") -> Iterator[Result]:
    """By comparison: difference or ratio of the rates, and its test."""
    difference = step.statistic == "rate_difference"
    per = float(getattr(step.options, "per", 1.0))

    def both(treated: Selection, reference: Selection) -> Contrast:
        counts = *_counted(treated, per), *_counted(reference, per)
        level = cut.analysis.confidence
        return Contrast(*formula(step)(*counts, confidence=level, sides="two_sided"))

    for pair, rows, treated, reference in cut.pairs():
        sample = Sample(cut, step, cut.at(pair=pair), roles(cut, rows), rows.n)
        compute, told = partial(both, treated, reference), _unit(cut, per) if difference else None
        yield from sample.contrast(compute, "z" if difference else None, unit=told)


METHODS = {
    "rate.garwood": describe,
    "rate_difference.poisson_wald": compare,
    "rate_ratio.poisson_exact": compare,
}
