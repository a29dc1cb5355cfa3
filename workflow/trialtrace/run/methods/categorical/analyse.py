"""Events (yes or no): risks by arm, comparisons of two arms, exact and χ² tests."""

from collections.abc import Iterator
from functools import partial

from trialtrace.base.config.spec import items_of
from trialtrace.base.number_needed import needed_text
from trialtrace.base.words import NUMBER_NEEDED
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step

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


METHODS = {
    "proportion": describe_proportion,
    "risk_difference": estimate,
    "risk_ratio": estimate,
    "odds_ratio": estimate,
    "number_needed_to_treat": estimate,
    "p_value": test,
}
