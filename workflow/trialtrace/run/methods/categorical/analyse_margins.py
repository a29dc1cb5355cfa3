"""Risks against a threshold or a margin, rare events, and tests without fixed margins."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import nan
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.formulas import Formula, formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import by_arm, compared
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import margins as cards


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of two risks."""
    return _compared(cut, step, formula(step))


def equivalence(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: is the difference of two risks between two margins?"""
    return _compared(cut, step, partial(_two_one_sided, formula(step)))


def _two_one_sided(
    score_test: Formula, *table: int, lower: float, upper: float, variance: str
) -> TestResult:
    """The larger p-value of two one-sided score tests, and the z that belongs to it."""
    if not lower < upper:
        raise StatsError("the lower margin of equivalence must be below the upper one.")
    both = [
        score_test(*table, margin=margin, sides=sides, variance=variance)
        for margin, sides in ((lower, "greater"), (upper, "less"))
    ]
    return max(both, key=lambda one: one.p_value)


def unconditional(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of two risks that fixes the sizes of the arms alone."""
    return _compared(cut, step, partial(_p_value, formula(step)))


def _p_value(exact_test: Formula, *table: int, **options: str) -> TestResult:
    """Of an exact test its p-value alone: its statistic only orders the tables."""
    return TestResult(nan, nan, exact_test(*table, **options).p_value)


def _compared(
    cut: Cut, step: Step[object], function: Callable[..., TestResult]
) -> Iterator[Result]:
    for sample, table in compared(cut, step):
        yield from sample.test(partial(function, *table, **items_of(step.options)))


def threshold(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: is the proportion that of the threshold?"""
    for sample, events, n in by_arm(cut, step):
        yield from sample.test(partial(formula(step), events, n, **items_of(step.options)))


def upper_bound(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: how large the risk can be, with all of the error on that side."""
    for sample, events, n in by_arm(cut, step):
        yield sample.value("count.events", events, options={}, denominator=n)
        compute = partial(formula(step), events, n, confidence=cut.analysis.confidence)
        yield sample.number(step.statistic, compute, denominator=n)


def fragility(cut: Cut, step: "Step[cards.Fisher]") -> Iterator[Result]:
    """By comparison: how few other outcomes would turn the decision of Fisher's test."""
    level, rule = cut.analysis.decision_level, step.options.rule
    options, name = cut.options(step) | {"level": level}, f"{step.statistic}.{step.method}_{rule}"
    for sample, table in compared(cut, step):
        compute = partial(formula(step), *table, level=level, rule=rule)
        yield replace(sample, options=options).number(name, compute)


METHODS = {
    "p_value": test,
    "p_value.risk_difference_equivalence": equivalence,
    "p_value.barnard": unconditional,
    "p_value.boschloo": unconditional,
    "p_value.binomial": threshold,
    "fragility_index.fisher": fragility,
    "upper_bound": upper_bound,
}
