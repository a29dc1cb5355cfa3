"""Risks and odds against declared margins: is an effect too small to matter, or to harm?"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import plain_result
from trialtrace.run.methods.analysing.formulas import Formula, formulas
from trialtrace.run.methods.analysing.margins import Asked, against_margins, named
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import two_by_two, with_event
from trialtrace.run.methods.categorical.analyse_paired import table
from trialtrace.run.methods.continuous.analyse_paired import Paired, comparisons
from trialtrace.run.trial.plan.steps import Step


def between(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two arms."""
    for pair, both, treated, reference in cut.pairs():
        yield from against_margins(
            cut,
            step,
            step.method,
            cut.at(pair=pair),
            {"analysed": both, "numerator": with_event(cut, both)},
            {"n_used": both.n},
            *_asked(step, two_by_two(cut, treated, reference)),
        )


def within(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two treatments of a subject."""
    effect = step.method.removeprefix("paired_")
    for comparison in comparisons(cut):
        if not isinstance(comparison, Paired):
            place, rows, reason = comparison
            members = {"analysed": rows, "numerator": with_event(cut, rows)}
            yield plain_result(cut, place, (effect, named(step)), members, np.nan, error=reason)
            continue
        yield from against_margins(
            cut,
            step,
            effect,
            comparison.place,
            {"analysed": comparison.rows, "numerator": with_event(cut, comparison.rows)},
            comparison.common,
            *_asked(step, table(comparison.values)),
        )


def _asked(
    step: Step[Asked], counts: tuple[int, ...]
) -> tuple[Formula, Callable[[float, str], float]]:
    """The interval of these counts by confidence, and the p-value by margin and side."""
    chosen = items_of(step.options)
    variance = {"variance": chosen["variance"]} if "variance" in chosen else {}
    interval, test = (partial(each, *counts, **variance) for each in formulas(step))

    def p_value(margin: float, sides: str) -> float:
        p: float = test(margin=margin, sides=sides).p_value
        return p

    return interval, p_value


METHODS = {
    "equivalence.paired_risk_difference": within,
    "equivalence": between,
    "non_inferiority.paired_risk_difference": within,
    "non_inferiority": between,
}
