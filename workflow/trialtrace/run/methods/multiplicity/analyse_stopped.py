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
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Basis, Result
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
        names = (step.statistic, step.method)
        made = cache(partial(_estimates, cut, step, plain, look))
        common: Basis = {"options": options, "n_used": plain.n_used}
        place, members = plain.place, plain.members
        result = interval_result(cut, place, names, members, partial(_first, made), **common)
        yield result
        p = nan
        if result.error is None:
            _, adjusted, p = made()
            names = (step.statistic, "bias_adjusted")
            yield plain_result(cut, place, names, members, adjusted, **common)
        names = ("p_value", f"stage_wise_{step.statistic}")
        yield plain_result(cut, place, names, members, p, error=result.error, **common)


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
