"""Two treatments in two periods: subjects with both values, and what each had first."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.continuous.analyse_paired import Found, Paired, comparisons
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import StatsError

# What the formula calls what the plan says; the rest tells the sequence.
ARGUMENTS = {"compared": "effect", "sides": "sides"}


class Sequenced(Protocol):
    """What tells the order of a subject's treatments."""

    @property
    def sequence(self) -> str: ...

    @property
    def starts_with(self) -> dict[str, str]: ...


def periods(found: Paired, asked: Sequenced) -> tuple[Floats, Floats, Floats]:
    """Values of the first and of the second period, and 1 where the treated arm was first."""
    levels = found.column(adsl_code(asked.sequence))[:, 0].tolist()
    arms = [None if level is None else asked.starts_with.get(level_text(level)) for level in levels]
    if lacking := arms.count(None):
        raise StatsError(f"{lacking} subjects have no sequence that `starts_with` names.")
    if others := {str(arm) for arm in arms} - set(found.place.pair or ()):
        raise StatsError(f"some sequences begin with {' and '.join(sorted(others))}.")
    early = np.array([arm == (found.place.pair or ("",))[0] for arm in arms])
    treated, reference = found.values.T
    first, second = np.where(early, treated, reference), np.where(early, reference, treated)
    return first, second, early.astype(float)


def estimate(cut: Cut, step: Step[Sequenced]) -> Iterator[Result]:
    """By comparison: the effect of the treatment, of the period or of carry-over."""
    compute = partial(formula(step), confidence=cut.analysis.confidence)
    for pairs in comparisons(cut):
        run = partial(_computed, compute, pairs, step.options)
        yield pairs.sample(step).interval(run)


def test(cut: Cut, step: Step[Sequenced]) -> Iterator[Result]:
    """By comparison: a test of the treatments, of the periods or of carry-over."""
    given = items_of(step.options)
    choices = {name: given[key] for key, name in ARGUMENTS.items() if key in given}
    compute = partial(formula(step), **choices)
    for pairs in comparisons(cut):
        run = partial(_computed, compute, pairs, step.options)
        yield from pairs.sample(step).test(run)


def _computed(compute: Callable[..., Found], found: Paired, asked: Sequenced) -> Found:
    return compute(*periods(found, asked))


METHODS = {
    "mean_difference": estimate,
    "period_difference": estimate,
    "carry_over": estimate,
    "p_value": test,
}
