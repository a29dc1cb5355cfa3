"""Hazard ratios given covariates and strata: one model of all compared arms."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut, with_known
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.regression.analyse_covariates import design, ratio_results
from trialtrace.run.methods.survival.analyse import roles, times
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Coefficients, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import hazards as cards
    from trialtrace.stats.survival.cox import CoxFit

BY_SITE = "robust_by_site"


def strata_of(rows: Selection, names: Sequence[str]) -> np.ndarray | None:
    """The stratum of each row, a combination of levels; None without variables."""
    if not names:
        return None
    levels = zip(*(rows.column(adsl_code(name)).astype(str) for name in names), strict=True)
    return np.array(["|".join(level) for level in levels])


def _rows(cut: Cut, options: "cards.CoxAdjusted") -> Selection:
    """Those whose covariates, strata and, where errors are clustered by it, site are known."""
    by = [adsl_code(name) for name in options.strata]
    by += ["SITEID"] if options.variance == BY_SITE else []
    rows = cut.rows(TRTP={"in": cut.arms()}, **dict.fromkeys(by, "present"))
    return with_known(rows, options.covariates)


def _fit(cut: Cut, step: "Step[cards.CoxAdjusted]", rows: Selection) -> "CoxFit":
    cox, cox_start_stop, _ = formulas(step)
    options = step.options
    x = design(cut, rows, options.covariates, intercept=False)
    common = {
        "ties": options.ties,
        "confidence": cut.analysis.confidence,
        "strata": strata_of(rows, options.strata),
    }
    fit: CoxFit
    if options.variance == "model":
        fit = cox(*times(rows), x, **common)
        return fit
    by_site = options.variance == BY_SITE
    clusters = rows.column("SITEID").astype(str) if by_site else np.arange(rows.n)
    fit = cox_start_stop(None, *times(rows), x, variance="robust", cluster=clusters, **common)
    return fit


def _models(
    cut: Cut, step: "Step[cards.CoxAdjusted]"
) -> "tuple[Sample, Selection, Callable[[], CoxFit]]":
    """What the results of a step's model share, its subjects, and its fit, made once."""
    rows = _rows(cut, step.options)
    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)
    return sample, rows, cache(partial(_fit, cut, step, rows))


def _test(
    step: "Step[cards.CoxAdjusted]", fit: "Callable[[], CoxFit]", number: int, **asked: object
) -> TestResult:
    found, (*_, hazard_ratio_test) = fit(), formulas(step)
    test: TestResult = hazard_ratio_test(
        float(found.coef[number]), float(found.se[number]), **asked
    )
    return test


def adjusted(cut: Cut, step: "Step[cards.CoxModel]") -> Iterator[Result]:
    """Hazard ratio of each arm against the reference given the covariates, and its Wald test."""
    sample, rows, fit = _models(cut, step)

    def p_value(_: Coefficients, at: int) -> float:
        return _test(step, fit, at, margin=1.0, sides="two_sided").p_value

    yield from ratio_results(sample, rows, fit, intercept=False, p_value=p_value)


def margin_test(cut: Cut, step: "Step[cards.HazardRatioMargin]") -> Iterator[Result]:
    """By comparison: Wald's test of the hazard ratio against the margin."""
    sample, _, fit = _models(cut, step)
    asked = {"margin": step.options.margin, "sides": step.options.sides}
    for number, pair in enumerate(cut.analysis.pairs):
        yield from sample.at(pair=pair).test(partial(_test, step, fit, number, **asked))


METHODS = {
    "hazard_ratio.cox_adjusted": adjusted,
    "p_value.hazard_ratio_margin": margin_test,
}
