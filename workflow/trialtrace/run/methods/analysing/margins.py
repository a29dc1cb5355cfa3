"""An effect against declared margins: its interval, one-sided tests and what they show.

A difference that is not significant says nothing of this: its interval has to lie within margins.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

# What is shown against margins of the trial, and against those of the plan alone.
EQUIVALENCE = {
    1: "within the margins: no difference that matters",
    0: "equivalence not shown: the interval reaches beyond a margin",
    -1: "outside a margin: a difference that matters",
}
OWN_EQUIVALENCE = {
    1: "within this plan's own margins, which the trial did not declare",
    0: "equivalence not shown: the interval reaches beyond a margin of this plan's own",
    -1: "outside a margin of this plan's own, which the trial did not declare",
}
NON_INFERIORITY = {
    1: "not inferior: the interval lies on the better side of the margin",
    0: "non-inferiority not shown: the interval reaches beyond the margin",
    -1: "inferior: the interval lies beyond the margin",
}
OWN_NON_INFERIORITY = {
    1: "on the better side of this plan's own margin, which the trial did not declare",
    0: "non-inferiority not shown: the interval reaches beyond this plan's own margin",
    -1: "beyond this plan's own margin, which the trial did not declare",
}
PValue = Callable[[float, str], float]


class Asked(Protocol):
    """What every step against margins has; a lower and an upper one, or one and what is better."""

    @property
    def alpha(self) -> float: ...


def against_margins(
    sample: Sample,
    step: Step[Asked],
    effect: str,
    interval: Callable[..., Interval],
    p_value: PValue,
) -> Iterator[Result]:
    """The interval at 1 - 2 alpha, the p-values, and the verdict.

    `p_value` is that of a one-sided test at a margin, by the same error as the interval.
    """
    level = 1 - 2 * step.options.alpha
    yield sample.interval(partial(interval, confidence=level), effect, level=level)
    try:
        tests = _tests(step, p_value)
        found = interval(confidence=level)
    except StatsError as refused:
        yield sample.value("p_value", np.nan, error=str(refused))
        return
    for stat, value in tests.items():
        yield sample.value(stat, value)
    verdict, words = _verdict(step, found)
    yield sample.value("verdict", verdict, text=words[verdict])


def of_margins(sample: Sample) -> Sample:
    """The same with the name and the choices of results against margins."""
    step = sample.step
    return replace(
        sample, method=f"{step.statistic}_{step.method}", options=sample.cut.options(step)
    )


def _tests(step: Step[Asked], p_value: PValue) -> dict[str, float]:
    """The p-value, and of two margins those of both, of which it is the larger."""
    chosen = items_of(step.options)
    if "margin" in chosen:
        side = "greater" if chosen["higher"] == "better" else "less"
        return {"p_value": p_value(chosen["margin"], side)}
    each = {
        "p_above_lower": p_value(chosen["lower"], "greater"),
        "p_below_upper": p_value(chosen["upper"], "less"),
    }
    return {"p_value": max(each.values()), **each}


def _verdict(step: Step[Asked], interval: Interval) -> tuple[int, dict[int, str]]:
    """1 where the interval lies where it should, -1 where it lies wholly beyond, else 0."""
    chosen = items_of(step.options)
    of_trial = chosen.get("declared_by") == "trial"
    if "margin" in chosen:
        margin = chosen["margin"]
        better, worse = interval.low > margin, interval.high <= margin
        if chosen["higher"] == "worse":
            better, worse = interval.high < margin, interval.low >= margin
        words = NON_INFERIORITY if of_trial else OWN_NON_INFERIORITY
        return int(better) - int(worse), words
    lower, upper = chosen["lower"], chosen["upper"]
    within = lower < interval.low and interval.high < upper
    beyond = interval.low >= upper or interval.high <= lower
    return int(within) - int(beyond), EQUIVALENCE if of_trial else OWN_EQUIVALENCE
