"""Risks against a threshold or a margin, rare events, and tests without fixed margins."""

from collections.abc import Callable, Iterator
from functools import partial
from math import nan
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import plain_result, test_results
from trialtrace.run.methods.analysing.formulas import Formula, formula, statistic_of
from trialtrace.run.methods.analysing.rows import Notes, Result
from trialtrace.run.methods.categorical.analyse import two_by_two, with_event
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
    for pair, both, treated, reference in cut.pairs():
        yield from test_results(
            cut,
            cut.at(pair=pair),
            step.method,
            {"analysed": both, "numerator": with_event(cut, both)},
            partial(function, *two_by_two(cut, treated, reference), **items_of(step.options)),
            statistic=statistic_of(step),
            options=cut.options(step),
            n_used=both.n,
        )


def threshold(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: is the proportion that of the threshold?"""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        events = with_event(cut, rows)
        yield from test_results(
            cut,
            cut.at(group=group),
            step.method,
            {"numerator": events, "denominator": rows},
            partial(formula(step), events.n, rows.n, **items_of(step.options)),
            statistic=None,
            options=cut.options(step),
            n_used=rows.n,
        )


def upper_bound(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: how large the risk can be, with all of the error on that side."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        events = with_event(cut, rows)
        members = {"numerator": events, "denominator": rows}
        place = cut.at(group=group)
        common: Notes = {"n_used": rows.n, "denominator": rows.n}
        yield plain_result(cut, place, ("count", "events"), members, events.n, **common)
        value, error = nan, None
        try:
            value = formula(step)(events.n, rows.n, confidence=cut.analysis.confidence)
        except StatsError as refused:
            error = str(refused)
        names = (step.statistic, step.method)
        yield plain_result(
            cut,
            place,
            names,
            members,
            value,
            options=cut.options(step, interval=True),
            error=error,
            **common,
        )


def fragility(cut: Cut, step: "Step[cards.Fisher]") -> Iterator[Result]:
    """By comparison: how few other outcomes would turn the decision of Fisher's test."""
    level = cut.analysis.decision_level
    for pair, both, treated, reference in cut.pairs():
        value, error = nan, None
        try:
            table = two_by_two(cut, treated, reference)
            value = formula(step)(*table, level=level, rule=step.options.rule)
        except StatsError as refused:
            error = str(refused)
        yield plain_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, f"{step.method}_{step.options.rule}"),
            {"analysed": both, "numerator": with_event(cut, both)},
            value,
            error=error,
            options=cut.options(step) | {"level": level},
            n_used=both.n,
        )


METHODS = {
    "p_value": test,
    "p_value.risk_difference_equivalence": equivalence,
    "p_value.barnard": unconditional,
    "p_value.boschloo": unconditional,
    "p_value.binomial": threshold,
    "fragility_index.fisher": fragility,
    "upper_bound": upper_bound,
}
