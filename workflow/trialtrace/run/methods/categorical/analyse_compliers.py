"""Effects in those who took the treatment, from arms of which only the treated one has access."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import Formula, formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import roles
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import compliers as cards


def _outcomes(
    cut: Cut, step: "Step[cards.Bloom]", treated: Selection, reference: Selection
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome and receipt of the treated arm, outcome of the reference arm.

    Who received are the members of the population that the step names.
    """
    flag = cut.trial.populations[step.options.receipt].flag
    taken = cut.frames.select(treated.dataset, treated.predicate | {flag: {"is": "Y"}})
    received = np.isin(treated.rows, taken.rows).astype(float)
    return treated.column("AVAL"), received, reference.column("AVAL")


def _compared(cut: Cut, step: "Step[cards.Bloom]") -> Iterator[tuple[Sample, Formula]]:
    """Each comparison, and the formula with its outcomes."""
    for pair, both, treated, reference in cut.pairs():
        compute = partial(formula(step), *_outcomes(cut, step, treated, reference))
        yield Sample(cut, step, cut.at(pair=pair), roles(cut, both), both.n), compute


def difference(cut: Cut, step: "Step[cards.Bloom]") -> Iterator[Result]:
    for sample, compute in _compared(cut, step):
        yield sample.interval(partial(compute, confidence=cut.analysis.confidence))


def bounds(cut: Cut, step: "Step[cards.Bloom]") -> Iterator[Result]:
    for sample, compute in _compared(cut, step):
        told = replace(sample, options=cut.options(step))
        yield from told.ends("complier_difference", compute)


METHODS = {
    "complier_difference.bloom": difference,
    "complier_difference_bounds.trimming": bounds,
}
