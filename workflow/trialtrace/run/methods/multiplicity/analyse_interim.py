"""At an interim look: conditional and predictive power, and the limit of futility.

Information is 1 / error^2 of the plain estimate, on the scale where it is close to normal; the
looks ahead have as much more of it as their planned fractions say. Z is turned so that more of it
favours the treated arm; the other boundary of the design stops the trial too.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import exp, isfinite, log, nan
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.methods.analysing.by_card import over
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample, formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.continuous.analyse import estimate as of_means
from trialtrace.run.methods.survival.analyse import hazard_ratio
from trialtrace.run.trial.plan.cards.survival import Cox
from trialtrace.run.trial.plan.gives import interval
from trialtrace.run.trial.plan.looks import boundary
from trialtrace.run.trial.plan.options import NoOptions
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.analysis import DecisionLevel
    from trialtrace.run.trial.plan.cards import stopped as cards


def of_risks(cut: Cut, step: Step[object]) -> Iterator[Result]:
    yield from over(cut, step, "two_by_two", interval(step.statistic))


PLAIN: dict[str, Callable[..., Iterator[Result]]] = {
    "mean_difference": of_means,
    "risk_difference": of_risks,
    "risk_ratio": of_risks,
    "odds_ratio": of_risks,
    "hazard_ratio": hazard_ratio,
}
# Ratios are close to normal as logarithms.
LOGARITHMS = ("risk_ratio", "odds_ratio", "hazard_ratio")


def standardised(cut: Cut, step: Step[object], plain: Result) -> tuple[float, float]:
    """The estimate and its standard error; raises `StatsError` where one of them is none."""
    if plain.error is not None:
        raise StatsError(plain.error)
    as_log = step.statistic in LOGARITHMS
    if as_log and not plain.value > 0:
        raise StatsError("a ratio of 0 has no logarithm.")
    error = _error(cut, step, plain)
    if not (isfinite(error) and error > 0):
        raise StatsError("the plain estimate has no error, so the looks have no information.")
    return log(plain.value) if as_log else plain.value, error


def _error(cut: Cut, step: Step[object], plain: Result) -> float:
    """The standard error of the plain estimate; of other than means, what its interval implies."""
    from scipy.special import ndtri

    assert plain.interval is not None
    if step.statistic == "mean_difference":
        difference, pair = formula(step), plain.place.pair
        treated, reference = next(rows for each, _, *rows in cut.pairs() if each == pair)
        found: Interval = difference(
            cut.values(treated), cut.values(reference), confidence=cut.analysis.confidence
        )
        return found.standard_error
    low, high = plain.interval
    if step.statistic in LOGARITHMS:
        low, high = log(low) if low > 0 else nan, log(high) if high > 0 else nan
    return float((high - low) / 2 / ndtri(0.5 + cut.analysis.confidence / 2))


METHOD = {
    "mean_difference": "welch",
    "risk_difference": "wald",
    "risk_ratio": "katz_log",
    "odds_ratio": "woolf",
    "hazard_ratio": "cox",
}


class Favouring(Protocol):
    """What every step at a look has."""

    @property
    def better(self) -> str: ...


def powers(cut: Cut, step: "Step[cards.ConditionalPower]") -> Iterator[Result]:
    """By comparison: the chance of success under an effect, and averaged over what it may be."""
    for look, plain, sample in _plain(cut, step):
        yield from sample.values(partial(_powers, cut, step, look, plain), "conditional_power")


def _powers(
    cut: Cut, step: "Step[cards.ConditionalPower]", look: "DecisionLevel", plain: Result
) -> dict[str, float]:
    z, error = _favouring(cut, step, plain)
    effect = _effect(step, step.options.effect, z, error)
    information = np.array(look.fractions) / look.fractions[look.look - 1] / error**2
    ahead = boundary(look).z[look.look :]
    rest = {"later": information[look.look :], "upper": ahead, "lower": -ahead}
    conditional, predictive, *_ = formulas(step)
    now = float(information[look.look - 1])
    return {
        "conditional_power": conditional(z, now, effect=effect, **rest),
        "predictive_power": predictive(z, now, prior_mean=0.0, prior_information=0.0, **rest),
    }


def futility(cut: Cut, step: "Step[cards.FutilityLimit]") -> Iterator[Result]:
    """By comparison: the limit of Z at this look, and Z."""
    for look, plain, sample in _plain(cut, step):
        yield from sample.values(partial(_futility, cut, step, look, plain), "futility_limit")


def _futility(
    cut: Cut, step: "Step[cards.FutilityLimit]", look: "DecisionLevel", plain: Result
) -> dict[str, float]:
    z, _ = _favouring(cut, step, plain)
    design = formulas(step)[0](
        look.fractions,
        alpha=look.alpha / 2,
        beta=step.options.beta,
        spending=look.boundary.removeprefix("spending_"),
        parameter=None,
        beta_spending=step.options.spending,
        beta_parameter=None,
        futility=step.options.futility,
    )
    return {"futility_limit": float(design.lower[look.look - 1]), "z": z}


def _plain(cut: Cut, step: Step[Favouring]) -> Iterator[tuple["DecisionLevel", Result, Sample]]:
    """The look, the plain estimate of each comparison, and what its results say of themselves."""
    look = cut.analysis.look
    assert look is not None
    for plain in PLAIN[_measure(step)](cut, _step(step)):
        if plain.stat == _measure(step):
            options = cut.options(step) | mapping_of(look)
            place, members, n = plain.place, plain.members, plain.n_used
            yield look, plain, Sample(cut, step, place, members, n, options=options)


def _measure(step: Step[Favouring]) -> str:
    return step.method.removeprefix("of_")


def _step(step: Step[Favouring]) -> Step[object]:
    """The step of the plain estimate."""
    ties = getattr(step.options, "ties", None)
    options: object = NoOptions() if ties is None else Cox(ties=ties)
    return Step(_measure(step), METHOD[_measure(step)], options)


def _favouring(cut: Cut, step: Step[Favouring], plain: Result) -> tuple[float, float]:
    """Z, above 0 where the estimate favours the treated arm, and the error of the estimate."""
    estimate, error = standardised(cut, _step(step), plain)
    return (estimate if step.options.better == "higher" else -estimate) / error, error


def _effect(step: Step[Favouring], effect: float | str, z: float, error: float) -> float:
    if isinstance(effect, str):
        return z * error
    if _measure(step) in LOGARITHMS:
        effect = log(effect)
    return effect if step.options.better == "higher" else -effect


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


METHODS = {"conditional_power": powers, "futility_limit": futility}
METHODS |= {f"{name}.median_unbiased": after_stopping for name in PLAIN}
