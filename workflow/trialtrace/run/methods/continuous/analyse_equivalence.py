"""Means against declared margins: is a difference small enough not to matter, or not to harm?"""

from collections.abc import Callable, Iterator
from functools import partial
from math import nan

from trialtrace.base.arrays import Floats
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import Formula, formulas
from trialtrace.run.methods.analysing.margins import Asked, against_margins, of_margins
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.continuous.analyse_paired import comparisons
from trialtrace.run.trial.plan.steps import Step

EFFECT = "mean_difference"


def between(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two arms."""
    for pair, both, treated, reference in cut.pairs():
        values = [cut.values(rows).astype(float) for rows in (treated, reference)]
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": both}, both.n)
        yield from _against(sample, step, *values)


def paired(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two treatments of a subject."""
    for pairs in comparisons(cut):
        sample = pairs.sample(step)
        if pairs.error is not None:
            yield of_margins(sample).value(EFFECT, nan, error=pairs.error, options={})
        else:
            yield from _against(sample, step, pairs.difference)


def _against(sample: Sample, step: Step[Asked], *values: Floats) -> Iterator[Result]:
    interval, test = formulas(step)
    told, compute = of_margins(sample), partial(interval, *values)
    yield from against_margins(told, step, EFFECT, compute, _at_margin(test, *values))


def _at_margin(test: Formula, first: Floats, *others: Floats) -> Callable[[float, str], float]:
    """The p-value of a test at a margin, by which the first sample is moved."""

    def p_value(margin: float, sides: str) -> float:
        p: float = test(first - margin, *others, sides=sides).p_value
        return p

    return p_value


METHODS = {
    "equivalence.paired_t": paired,
    "equivalence": between,
    "non_inferiority.paired_t": paired,
    "non_inferiority": between,
}
