"""Events by regression on arm and covariates of the subjects: one model of all compared arms."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import exp

import numpy as np

from trialtrace.ground.arrays import Floats
from trialtrace.ground.frames import Selection
from trialtrace.methods.analysing.cuts import Cut
from trialtrace.methods.analysing.estimate import interval_result
from trialtrace.methods.analysing.rows import Result
from trialtrace.methods.categorical.analyse import with_event
from trialtrace.methods.regression.analyse_covariates import columns_of, known
from trialtrace.stats.regression import logistic, ordinal_mixed, poisson, standardisation
from trialtrace.stats.results import Interval
from trialtrace.trial.model import Step

# Coefficients, and the lower and upper ends of their intervals.
Ends = tuple[Floats, Floats, Floats]
Effect = Callable[[tuple[str, str]], Interval]


def estimate(cut: Cut, step: Step) -> Iterator[Result]:
    """By comparison: an effect of the arm given the covariates."""
    site = {"SITEID": "present"} if step.method == "logistic_random_site" else {}
    rows = known(cut.rows(TRTP={"in": cut.arms()}, **site), step.options["covariates"])
    effect = FITS[step.key](cut, step, rows)
    members = {"analysed": rows, "numerator": with_event(cut, rows)}
    for pair in cut.analysis.pairs:
        yield interval_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, step.method),
            members,
            partial(effect, pair),
            options=cut.options(step, interval=True),
            n_used=rows.n,
        )


def _standardised(cut: Cut, step: Step, rows: Selection) -> Effect:
    compare = {
        "risk_difference": standardisation.standardised_difference,
        "risk_ratio": standardisation.standardised_ratio,
    }[step.statistic]

    @cache
    def fit() -> standardisation.Standardised:
        return standardisation.standardise(
            rows.column("AVAL"),
            rows.column("TRTP").astype(str),
            columns_of(rows, step.options["covariates"]),
            family="logistic",
            variance=step.options["variance"],
        )

    return lambda pair: compare(fit(), *pair, confidence=cut.analysis.confidence)


def design(cut: Cut, step: Step, rows: Selection) -> np.ndarray:
    """Intercept, an indicator of each treated arm, covariates."""
    arm = rows.column("TRTP").astype(str)
    arms = [arm == name for name in cut.analysis.estimand.treated]
    covariates = columns_of(rows, step.options["covariates"])
    parts = [np.ones(rows.n), *arms] + ([] if covariates is None else [covariates])
    return np.column_stack(parts).astype(float)


def _ratios(fitted: Callable[[Floats, Floats, float], Ends]) -> Callable[..., Effect]:
    """Exponentials of the coefficients of the arms; `fitted` gives coef, low and high."""

    def make(cut: Cut, step: Step, rows: Selection) -> Effect:
        @cache
        def fit() -> Ends:
            x = design(cut, step, rows)
            return fitted(rows.column("AVAL"), x, cut.analysis.confidence)

        def effect(pair: tuple[str, str]) -> Interval:
            at = 1 + cut.analysis.estimand.treated.index(pair[0])
            return Interval(*(exp(part[at]) for part in fit()))

        return effect

    return make


def _poisson(y: Floats, x: Floats, confidence: float) -> Ends:
    found = poisson.modified_poisson(y, x, confidence=confidence)
    return found.coef, found.low, found.high


def _logistic(y: Floats, x: Floats, confidence: float) -> Ends:
    found = logistic.logistic(y, x, confidence=confidence).coefficients
    return found.coef, found.low, found.high


def _firth(y: Floats, x: Floats, confidence: float) -> Ends:
    found = logistic.firth(y, x, confidence=confidence)
    return found.coef, found.low, found.high


def _random_site(cut: Cut, step: Step, rows: Selection) -> Effect:
    """Log odds of the arms with a normal intercept of each site."""

    @cache
    def fit() -> Ends:
        found = ordinal_mixed.ordinal_mixed(
            rows.column("AVAL"),
            design(cut, step, rows)[:, 1:],
            rows.column("SITEID").astype(str),
            nodes=step.options["nodes"],
            confidence=cut.analysis.confidence,
        ).coefficients
        return found.coef, found.low, found.high

    def effect(pair: tuple[str, str]) -> Interval:
        at = cut.analysis.estimand.treated.index(pair[0])
        return Interval(*(exp(part[at]) for part in fit()))

    return effect


FITS: dict[str, Callable[[Cut, Step, Selection], Effect]] = {
    "risk_difference.standardised": _standardised,
    "risk_ratio.standardised": _standardised,
    "risk_ratio.modified_poisson": _ratios(_poisson),
    "odds_ratio.logistic": _ratios(_logistic),
    "odds_ratio.firth": _ratios(_firth),
    "odds_ratio.logistic_random_site": _random_site,
}
METHODS = dict.fromkeys(FITS, estimate)
