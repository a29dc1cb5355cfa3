"""Events (yes or no): risks by arm, comparisons of two arms, tests, margins and compliers."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.base.number_needed import needed_text
from trialtrace.base.words import NUMBER_NEEDED
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import compliers as compliers_cards
    from trialtrace.run.trial.plan.cards import margins as cards

EVENT = {"AVAL": {"is": 1}}
# Events and totals of the treated arm, then of the reference arm.
Table = tuple[int, int, int, int]


def with_event(cut: Cut, rows: Selection) -> Selection:
    """Of `rows` of this cut, those with the event."""
    return cut.frames.select(rows.dataset, rows.predicate | EVENT)


def roles(cut: Cut, rows: Selection) -> dict[str, Selection]:
    """The rows analysed, and those with the event."""
    return {"analysed": rows, "numerator": with_event(cut, rows)}


def by_arm(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, int, int]]:
    """Each arm, its events and its subjects."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        events = with_event(cut, rows)
        members = {"numerator": events, "denominator": rows}
        yield Sample(cut, step, cut.at(group=group), members, rows.n), events.n, rows.n


def compared(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Table]]:
    """Each comparison, its events and its subjects."""
    for pair, both, treated, reference in cut.pairs():
        table = with_event(cut, treated).n, treated.n, with_event(cut, reference).n, reference.n
        yield Sample(cut, step, cut.at(pair=pair), roles(cut, both), both.n), table


def describe_proportion(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: events, and the proportion with its interval."""
    for sample, events, n in by_arm(cut, step):
        yield sample.value("count.events", events, options={}, denominator=n)
        interval = partial(formula(step), events, n, confidence=cut.analysis.confidence)
        yield sample.interval(interval, denominator=n)


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a difference or ratio of two risks with its interval."""
    for sample, table in compared(cut, step):
        compute = partial(formula(step), *table, confidence=cut.analysis.confidence)
        result = sample.interval(compute)
        if step.statistic == NUMBER_NEEDED and result.interval is not None:
            result.text = needed_text(result.value, *result.interval, result.level)
        yield result


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of equal risks."""
    for sample, table in compared(cut, step):
        yield from sample.test(partial(formula(step), *table, **items_of(step.options)))


def unconditional(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of two risks that fixes the sizes of the arms alone."""
    for sample, table in compared(cut, step):
        compute = partial(_p_value, formula(step), *table, **items_of(step.options))
        yield from sample.test(compute)


def _p_value(exact_test: Formula, *table: int, **options: str) -> TestResult:
    """Of an exact test its p-value alone: its statistic only orders the tables."""
    return TestResult(nan, nan, exact_test(*table, **options).p_value)


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


def _outcomes(
    cut: Cut, step: "Step[compliers_cards.Bloom]", treated: Selection, reference: Selection
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome and receipt of the treated arm, outcome of the reference arm.

    Who received are the members of the population that the step names.
    """
    flag = cut.trial.populations[step.options.receipt].flag
    taken = cut.frames.select(treated.dataset, treated.predicate | {flag: {"is": "Y"}})
    received = np.isin(treated.rows, taken.rows).astype(float)
    return treated.column("AVAL"), received, reference.column("AVAL")


def _of_compliers(
    cut: Cut, step: "Step[compliers_cards.Bloom]"
) -> Iterator[tuple[Sample, Formula]]:
    """Each comparison, and the formula with its outcomes."""
    for pair, both, treated, reference in cut.pairs():
        compute = partial(formula(step), *_outcomes(cut, step, treated, reference))
        yield Sample(cut, step, cut.at(pair=pair), roles(cut, both), both.n), compute


def difference(cut: Cut, step: "Step[compliers_cards.Bloom]") -> Iterator[Result]:
    for sample, compute in _of_compliers(cut, step):
        yield sample.interval(partial(compute, confidence=cut.analysis.confidence))


def bounds(cut: Cut, step: "Step[compliers_cards.Bloom]") -> Iterator[Result]:
    for sample, compute in _of_compliers(cut, step):
        told = replace(sample, options=cut.options(step))
        yield from told.ends("complier_difference", compute)


METHODS = {
    "proportion": describe_proportion,
    "risk_difference": estimate,
    "risk_ratio": estimate,
    "odds_ratio": estimate,
    "number_needed_to_treat": estimate,
    "p_value": test,
    "p_value.barnard": unconditional,
    "p_value.boschloo": unconditional,
    "p_value.binomial": threshold,
    "fragility_index.fisher": fragility,
    "upper_bound": upper_bound,
    "complier_difference.bloom": difference,
    "complier_difference_bounds.trimming": bounds,
}
