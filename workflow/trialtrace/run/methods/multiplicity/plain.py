"""Plain estimates on the scale where they are close to normal, for designs with looks."""

from collections.abc import Callable, Iterator
from math import isfinite, log, nan

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import estimate as of_risks
from trialtrace.run.methods.continuous.analyse import estimate as of_means
from trialtrace.run.methods.survival.analyse import hazard_ratio
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

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
