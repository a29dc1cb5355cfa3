"""Events by regression on arm and covariates of the subjects: one model of all compared arms."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import inf, isfinite, nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.analysing.cuts import Cut, with_known
from trialtrace.run.methods.analysing.estimate import Sample, noted
from trialtrace.run.methods.analysing.formulas import formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import roles
from trialtrace.run.methods.regression.analyse_covariates import (
    INTERCEPT,
    coefficient_results,
    columns_of,
    design,
    ratio_results,
)
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats._wald import wald_contrast
from trialtrace.stats.results import Contrast, Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import regression as cards
    from trialtrace.stats.regression.ordinal_mixed import OrdinalMixedFit
    from trialtrace.stats.regression.standardisation import Standardised
    from trialtrace.stats.results import Estimates

NO_SPREAD = (
    "The standard deviation of the random intercepts is estimated as 0: the numbers are those of "
    "the model without them."
)
Effect = Callable[[tuple[str, str]], Interval]


def standardised(cut: Cut, step: "Step[cards.Standardised]") -> Iterator[Result]:
    """By comparison: risks standardised over the covariates."""
    rows = with_known(cut.rows(TRTP={"in": cut.arms()}), step.options.covariates)
    effect = _standardised(cut, step, rows)
    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)
    for pair in cut.analysis.pairs:
        yield sample.at(pair=pair).interval(partial(effect, pair))


def ratio(cut: Cut, step: "Step[cards.OrdinaryModel]") -> Iterator[Result]:
    """By comparison: the exponential of the arm's coefficient given the covariates."""
    rows = with_known(cut.rows(TRTP={"in": cut.arms()}), step.options.covariates)
    fit = cache(partial(_fit, cut, step, rows))
    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)
    yield from ratio_results(sample, rows, fit, intercept=True)


def random_site(cut: Cut, step: "Step[cards.LogisticRandomSite]") -> Iterator[Result]:
    """By comparison: an odds ratio given the covariates, each site with its own intercept."""
    rows = cut.rows(TRTP={"in": cut.arms()}, SITEID="present")
    rows = with_known(rows, step.options.covariates)
    fit = cache(partial(_random_site, cut, step, rows))
    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)

    def every() -> Iterator[Result]:
        yield from ratio_results(sample, rows, fit, intercept=False)
        if step.options.coefficients == "all":
            place, level = cut.at(second=("term", INTERCEPT)), cut.analysis.confidence
            yield from coefficient_results(sample, [(place, lambda: intercept_of(fit(), level))])
            yield from spread_of(sample, fit)

    yield from noted(every(), lambda: NO_SPREAD if fit().boundary else None)


def intercept_of(fit: "OrdinalMixedFit", confidence: float) -> Contrast:
    """The intercept of a logistic model with random ones: the threshold, with the other sign."""
    value, error = -float(fit.thresholds[0]), float(fit.thresholds_se[0])
    return wald_contrast(value, error, df=inf, sides="two_sided", confidence=confidence)


def spread_of(sample: Sample, fit: "Callable[[], OrdinalMixedFit]") -> Iterator[Result]:
    """The standard deviation of the random intercepts and its error."""
    of_all = sample.at(second=("term", "random_intercept"))
    try:
        value, se, error = fit().sd, fit().sd_se, None
    except StatsError as refused:
        value, se, error = nan, nan, str(refused)
    yield of_all.value("random_sd", value, error=error)
    if isfinite(se):
        yield of_all.value("standard_error", se)


def _standardised(cut: Cut, step: "Step[cards.Standardised]", rows: Selection) -> Effect:
    standardise, compare = formulas(step)

    @cache
    def fit() -> "Standardised":
        return standardise(
            rows.column("AVAL"),
            rows.column("TRTP").astype(str),
            columns_of(rows, step.options.covariates),
            family="logistic",
            variance=step.options.variance,
        )

    return lambda pair: compare(fit(), *pair, confidence=cut.analysis.confidence)


def _fit(cut: Cut, step: "Step[cards.OrdinaryModel]", rows: Selection) -> "Estimates":
    x = design(cut, rows, step.options.covariates, intercept=True)
    estimates: Estimates = formula(step)(rows.column("AVAL"), x, confidence=cut.analysis.confidence)
    return estimates


def _random_site(
    cut: Cut, step: "Step[cards.LogisticRandomSite]", rows: Selection
) -> "OrdinalMixedFit":
    """Log odds of the arms with a normal intercept of each site."""
    ordinal_mixed_fit: OrdinalMixedFit = formula(step)(
        rows.column("AVAL"),
        design(cut, rows, step.options.covariates, intercept=False),
        rows.column("SITEID").astype(str),
        nodes=step.options.nodes,
        confidence=cut.analysis.confidence,
    )
    return ordinal_mixed_fit


METHODS = {
    "risk_difference.standardised": standardised,
    "risk_ratio.standardised": standardised,
    "risk_ratio": ratio,
    "odds_ratio": ratio,
    "odds_ratio.logistic_random_site": random_site,
}
