"""Measured and ordinal values: summaries by arm, comparisons of two arms by means and by ranks."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import Formula, formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards.continuous import Summary

QUARTILES = {"quartiles": ("q1", "q3")}


def describe(cut: Cut, step: "Step[Summary]") -> Iterator[Result]:
    """By arm: the number of values and the summaries the plan lists."""
    describe_values, mean_interval = formulas(step)
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        sample = Sample(cut, step, cut.at(group=group), {"analysed": rows}, rows.n, options={})
        yield sample.value("count", rows.n)
        if rows.n == 0:
            continue
        found = describe_values(cut.values(rows))
        for name in step.options.statistics:
            if name == "mean":
                yield _mean(sample, found.mean, partial(mean_interval, cut.values(rows)))
                continue
            for stat in QUARTILES.get(name, (name,)):
                options = {"quantile": "type 7"} if stat in ("median", "q1", "q3") else {}
                yield sample.value(stat, getattr(found, stat), options=options)


def _mean(sample: Sample, mean: float, interval: Formula) -> Result:
    """The mean with its t interval; without one, saying so, where no interval is defined."""
    confidence, name = sample.cut.analysis.confidence, "mean.t_interval"
    try:
        found = interval(confidence=confidence)
    except StatsError as error:
        return sample.value(name, mean, warning=f"No interval: {error}")
    options = {"confidence": confidence}
    return replace(sample, options=options).interval(lambda: found, name)


def _compared(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Formula]]:
    """Each comparison, and the formula with the values of both arms."""
    for pair, both, treated, reference in cut.pairs():
        values = cut.values(treated), cut.values(reference)
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": both}, both.n)
        yield sample, partial(formula(step), *values, **items_of(step.options))


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: an estimate with its interval."""
    for sample, compute in _compared(cut, step):
        yield sample.interval(partial(compute, confidence=cut.analysis.confidence))


def ratio(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a ratio with its interval, and its test."""
    for sample, compute in _compared(cut, step):
        yield from sample.contrast(partial(compute, confidence=cut.analysis.confidence))


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test."""
    for sample, compute in _compared(cut, step):
        yield from sample.test(compute)


METHODS = {
    "summary": describe,
    "mean_difference": estimate,
    "median_difference": estimate,
    "geometric_mean_ratio": ratio,
    "ratio_of_medians": estimate,
    "probability_of_superiority": estimate,
    "p_value": test,
}
