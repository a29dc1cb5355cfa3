"""At an interim look: conditional and predictive power, and the limit of futility.

Information is 1 / error^2 of the plain estimate, on the scale where it is close to normal; the
looks ahead have as much more of it as their planned fractions say. Z is turned so that more of it
favours the treated arm; the other boundary of the design stops the trial too.
"""

from collections.abc import Iterator
from math import log, nan
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.multiplicity.plain import LOGARITHMS, PLAIN, standardised
from trialtrace.run.trial.plan.cards.survival import Cox
from trialtrace.run.trial.plan.looks import boundary
from trialtrace.run.trial.plan.options import NoOptions
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.analysis import DecisionLevel
    from trialtrace.run.trial.plan.cards import interim as cards

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
    given = step.options.effect
    for look, plain, sample in _plain(cut, step):
        values: dict[str, float] = {"conditional_power": nan}
        error = None
        try:
            z, error_of = _favouring(cut, step, plain)
            effect = _effect(step, given, z, error_of)
            information = np.array(look.fractions) / look.fractions[look.look - 1] / error_of**2
            ahead = boundary(look).z[look.look :]
            rest = {"later": information[look.look :], "upper": ahead, "lower": -ahead}
            conditional, predictive, *_ = formulas(step)
            now = float(information[look.look - 1])
            values = {
                "conditional_power": conditional(z, now, effect=effect, **rest),
                "predictive_power": predictive(
                    z, now, prior_mean=0.0, prior_information=0.0, **rest
                ),
            }
        except StatsError as refused:
            error = str(refused)
        yield from (sample.value(stat, value, error=error) for stat, value in values.items())


def futility(cut: Cut, step: "Step[cards.FutilityLimit]") -> Iterator[Result]:
    """By comparison: the limit of Z at this look, and Z."""
    options = step.options
    for look, plain, sample in _plain(cut, step):
        values: dict[str, float] = {"futility_limit": nan}
        error = None
        try:
            z, _ = _favouring(cut, step, plain)
            design = formulas(step)[0](
                look.fractions,
                alpha=look.alpha / 2,
                beta=options.beta,
                spending=look.boundary.removeprefix("spending_"),
                parameter=None,
                beta_spending=options.spending,
                beta_parameter=None,
                futility=options.futility,
            )
            values = {"futility_limit": float(design.lower[look.look - 1]), "z": z}
        except StatsError as refused:
            error = str(refused)
        yield from (sample.value(stat, value, error=error) for stat, value in values.items())


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


def _effect(step: Step[Favouring], given: float | str, z: float, error: float) -> float:
    if isinstance(given, str):
        return z * error
    if _measure(step) in LOGARITHMS:
        given = log(given)
    return given if step.options.better == "higher" else -given


METHODS = {"conditional_power": powers, "futility_limit": futility}
