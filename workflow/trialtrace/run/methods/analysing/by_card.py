"""A step whose card names its inputs: the formula over them, and its results as the card says."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from inspect import signature
from typing import Any

from trialtrace.base.config.spec import items_of
from trialtrace.base.number_needed import needed_text
from trialtrace.base.words import NUMBER_NEEDED
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.inputs import INPUTS, function
from trialtrace.run.trial.plan.gives import Gives
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.steps import Step, given, statistics


def run(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """The results of a step, at each place that its inputs have."""
    gives = given(step, own=False)
    assert isinstance(gives, Gives)
    yield from over(cut, step, card_of(step.key).inputs, gives)


def over(cut: Cut, step: Step[object], inputs: str, gives: Gives) -> Iterator[Result]:
    """The first formula of a step over named inputs.

    It gets the options of the step that it takes, and the confidence or the level of decision of
    the analysis where it takes these.
    """
    compute = formula(step)
    takes = signature(compute).parameters
    levels: dict[str, Any] = {
        "confidence": cut.analysis.confidence,
        "level": cut.analysis.decision_level,
    }
    levels = {name: value for name, value in levels.items() if name in takes}
    chosen = items_of(step.options) | levels
    arguments = {name: chosen[name] for name in takes if name in chosen}
    options = cut.options(step) | levels
    for sample, counted in function(INPUTS[inputs].rows)(cut, step):
        if gives.count:
            events, n = counted
            yield sample.value("count.events", events, options={}, denominator=n)
        asked = partial(_computed, compute, counted, arguments)
        yield from _results(replace(sample, options=options), gives, asked)


def _computed(compute: Formula, inputs: Any, arguments: dict[str, Any]) -> Any:
    """A formula of its inputs, or of what they give when they are asked, which may refuse."""
    return compute(*(inputs() if callable(inputs) else inputs), **arguments)


def _results(sample: Sample, gives: Gives, compute: Formula) -> Iterator[Result]:
    step = sample.step
    if gives.how == "test":
        yield from sample.test(compute)
        return
    if gives.how == "ends":
        yield from sample.ends(gives.results[0].stat.removesuffix("_lowest"), compute)
        return
    notes: Any = {"denominator": sample.n_used} if gives.count else {}
    if gives.how == "number":
        name = statistics(step, own=False)[-1].name
        yield sample.number(name, compute, **notes)
        return
    result = sample.interval(compute, **notes)
    if step.statistic == NUMBER_NEEDED and result.interval is not None:
        result.text = needed_text(result.value, *result.interval, result.level)
    yield result
