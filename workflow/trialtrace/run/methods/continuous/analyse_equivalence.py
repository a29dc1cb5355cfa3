"""Means against declared margins: is a difference small enough not to matter, or not to harm?"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import plain_result
from trialtrace.run.methods.analysing.formulas import Formula, formulas
from trialtrace.run.methods.analysing.margins import Asked, against_margins, named
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.continuous.analyse_paired import Paired, comparisons
from trialtrace.run.trial.plan.steps import Step

EFFECT = "mean_difference"


def between(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two arms."""
    interval, test = formulas(step)
    for pair, both, treated, reference in cut.pairs():
        x, y = cut.values(treated).astype(float), cut.values(reference).astype(float)
        yield from against_margins(
            cut,
            step,
            EFFECT,
            cut.at(pair=pair),
            {"analysed": both},
            {"n_used": both.n},
            partial(interval, x, y),
            _at_margin(test, x, y),
        )


def paired(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two treatments of a subject."""
    interval, test = formulas(step)
    for comparison in comparisons(cut):
        if not isinstance(comparison, Paired):
            place, rows, reason = comparison
            names = (EFFECT, named(step))
            yield plain_result(cut, place, names, {"analysed": rows}, np.nan, error=reason)
            continue
        d = comparison.difference
        yield from against_margins(
            cut,
            step,
            EFFECT,
            comparison.place,
            {"analysed": comparison.rows},
            comparison.common,
            partial(interval, d),
            _at_margin(test, d),
        )


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
