"""Events by regression on arm and covariates of the subjects: one model of all compared arms."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

from trialtrace.run.methods.analysing.cuts import Cut, with_known
from trialtrace.run.methods.analysing.estimate import Sample, noted
from trialtrace.run.methods.analysing.formulas import formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import roles
from trialtrace.run.methods.regression.analyse_covariates import columns_of, design, ratio_results
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import regression as cards
    from trialtrace.stats.regression.ordinal_mixed import OrdinalMixedFit
    from trialtrace.stats.regression.standardisation import Standardised
    from trialtrace.stats.results import Coefficients

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
    results = ratio_results(sample, rows, fit, intercept=False)
    yield from noted(results, lambda: NO_SPREAD if fit().boundary else None)


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


def _fit(cut: Cut, step: "Step[cards.OrdinaryModel]", rows: Selection) -> "Coefficients":
    x = design(cut, rows, step.options.covariates, intercept=True)
    coefficients: Coefficients = formula(step)(
        rows.column("AVAL"), x, confidence=cut.analysis.confidence
    )
    return coefficients


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
