"""Events (yes or no): risks by arm, comparisons of two arms, exact and χ² tests."""

from collections.abc import Iterator
from functools import partial

from trialtrace.base.config.spec import items_of
from trialtrace.base.number_needed import needed_text
from trialtrace.base.words import NUMBER_NEEDED
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result, test_results
from trialtrace.run.methods.analysing.formulas import formula, statistic_of
from trialtrace.run.methods.analysing.rows import Notes, Result
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.methods import result_method
from trialtrace.run.trial.plan.steps import Step

EVENT = {"AVAL": {"is": 1}}


def with_event(cut: Cut, rows: Selection) -> Selection:
    """Of `rows` of this cut, those with the event."""
    return cut.frames.select(rows.dataset, rows.predicate | EVENT)


def describe_proportion(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: events, and the proportion with its interval."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        events = with_event(cut, rows)
        members = {"numerator": events, "denominator": rows}
        place = cut.at(group=group)
        common: Notes = {"n_used": rows.n, "denominator": rows.n}
        yield plain_result(cut, place, ("count", "events"), members, events.n, **common)
        yield interval_result(
            cut,
            place,
            ("proportion", step.method),
            members,
            partial(formula(step), events.n, rows.n, confidence=cut.analysis.confidence),
            options=cut.options(step, interval=True),
            **common,
        )


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a difference or ratio of two risks with its interval."""
    for pair, both, treated, reference in cut.pairs():
        result = interval_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, step.method),
            {"analysed": both, "numerator": with_event(cut, both)},
            partial(
                formula(step),
                *two_by_two(cut, treated, reference),
                confidence=cut.analysis.confidence,
            ),
            options=cut.options(step, interval=True),
            n_used=both.n,
        )
        if step.statistic == NUMBER_NEEDED and result.interval is not None:
            result.text = needed_text(result.value, *result.interval, result.level)
        yield result


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of equal risks."""
    for pair, both, treated, reference in cut.pairs():
        yield from test_results(
            cut,
            cut.at(pair=pair),
            named(step),
            {"analysed": both, "numerator": with_event(cut, both)},
            partial(formula(step), *two_by_two(cut, treated, reference), **items_of(step.options)),
            statistic=statistic_of(step),
            options=cut.options(step),
            n_used=both.n,
        )


def named(step: Step[object]) -> str:
    """The method's name in a result_id; a correction is part of it, so that two can be told."""
    return result_method(step.method, step.options)


def two_by_two(cut: Cut, treated: Selection, reference: Selection) -> tuple[int, int, int, int]:
    """Events and totals of the treated arm, then of the reference arm."""
    return with_event(cut, treated).n, treated.n, with_event(cut, reference).n, reference.n


METHODS = {
    "proportion": describe_proportion,
    "risk_difference": estimate,
    "risk_ratio": estimate,
    "odds_ratio": estimate,
    "number_needed_to_treat": estimate,
    "p_value": test,
}
