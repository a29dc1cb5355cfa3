"""Risks and odds against declared margins: is an effect too small to matter, or to harm?"""

from collections.abc import Callable, Iterator
from functools import partial
from math import nan

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.formulas import Formula, formulas
from trialtrace.run.methods.analysing.margins import Asked, against_margins, of_margins
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import compared, roles
from trialtrace.run.methods.categorical.analyse_paired import table
from trialtrace.run.methods.continuous.analyse_paired import comparisons
from trialtrace.run.trial.plan.steps import Step


def between(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two arms."""
    for sample, counts in compared(cut, step):
        yield from against_margins(of_margins(sample), step, step.method, *_asked(step, counts))


def within(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two treatments of a subject."""
    effect = step.method.removeprefix("paired_")
    for pairs in comparisons(cut):
        sample = of_margins(pairs.sample(step, roles(cut, pairs.rows)))
        if pairs.error is not None:
            yield sample.value(effect, nan, error=pairs.error, options={})
        else:
            yield from against_margins(sample, step, effect, *_asked(step, table(pairs)))


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
