"""Estimates of a trial that could stop at interim looks, from the plain estimate and its error.

The plain estimate has, on the scale where it is close to normal, the information 1 / error^2 at the
look of the analysis, and at the looks before and after as much as their planned fractions say.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import exp, nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.multiplicity.plain import LOGARITHMS, PLAIN, standardised
from trialtrace.run.trial.plan.looks import boundary
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.analysis import DecisionLevel

# Median unbiased with its interval, adjusted for bias, and the stage-wise p-value.
Estimates = tuple[Interval, float, float]


def after_stopping(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: median unbiased estimate, the one adjusted for bias, stage-wise p-value."""
    look = cut.analysis.look
    assert look is not None
    options = cut.options(step, interval=True) | mapping_of(look)
    for plain in PLAIN[step.statistic](cut, step):
        if plain.stat != step.statistic:
            continue
        made = cache(partial(_estimates, cut, step, plain, look))
        sample = Sample(cut, step, plain.place, plain.members, plain.n_used, options=options)
        result = sample.interval(partial(_first, made))
        yield result
        p = nan
        if result.error is None:
            _, adjusted, p = made()
            yield sample.value(f"{step.statistic}.bias_adjusted", adjusted)
        yield sample.value(f"p_value.stage_wise_{step.statistic}", p, error=result.error)


def _first(function: "Callable[[], Estimates]") -> Interval:
    return function()[0]


def _estimates(cut: Cut, step: Step[object], plain: Result, look: "DecisionLevel") -> Estimates:
    estimate, error = standardised(cut, step, plain)
    median_unbiased, bias_adjusted, stage_wise_p = formulas(step)[-3:]
    z, limits = estimate / error, boundary(look).z
    information = np.array(look.fractions) / look.fractions[look.look - 1] / error**2
    past = information[: look.look], limits[: look.look - 1], -limits[: look.look - 1]
    found = median_unbiased(z, *past, confidence=cut.analysis.confidence)
    adjusted = bias_adjusted(z, look.look, information, limits, -limits)
    above = stage_wise_p(z, *past, effect=0.0)
    back = exp if step.statistic in LOGARITHMS else float
    interval = Interval(*(back(part) for part in (found.estimate, found.low, found.high)))
    return interval, back(adjusted), 2 * min(above, 1 - above)


METHODS = {f"{name}.median_unbiased": after_stopping for name in PLAIN}
