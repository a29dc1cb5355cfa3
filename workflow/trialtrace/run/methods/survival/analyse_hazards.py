"""Hazard ratios given covariates and strata: one model of all compared arms."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result, test_results
from trialtrace.run.methods.analysing.formulas import formulas, statistic_of
from trialtrace.run.methods.analysing.rows import Basis, Result
from trialtrace.run.methods.regression.analyse_covariates import (
    coefficient_results,
    columns_of,
    known,
    single_terms,
)
from trialtrace.run.methods.survival.analyse import roles, times
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, TestResult

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


def arms_and_covariates(cut: Cut, rows: Selection, names: Sequence[str]) -> np.ndarray:
    """An indicator of each treated arm, then covariates."""
    arm = rows.column("TRTP").astype(str)
    arms = [arm == name for name in cut.analysis.estimand.treated]
    covariates = columns_of(rows, names)
    return np.column_stack(arms + ([] if covariates is None else [covariates])).astype(float)


def _rows(cut: Cut, options: "cards.CoxAdjusted") -> Selection:
    """Those whose covariates, strata and, where errors are clustered by it, site are known."""
    by = [adsl_code(name) for name in options.strata]
    by += ["SITEID"] if options.variance == BY_SITE else []
    rows = cut.rows(TRTP={"in": cut.arms()}, **dict.fromkeys(by, "present"))
    return known(rows, options.covariates)


def _fit(cut: Cut, step: "Step[cards.CoxAdjusted]", rows: Selection) -> "CoxFit":
    cox, cox_start_stop, _ = formulas(step)
    options = step.options
    x = arms_and_covariates(cut, rows, options.covariates)
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
) -> "tuple[Selection, Basis, Callable[[], CoxFit]]":
    """The subjects of a step's model, what its results share, and its fit, made once."""
    rows = _rows(cut, step.options)
    common: Basis = {"n_used": rows.n, "options": cut.options(step, interval=True)}
    return rows, common, cache(partial(_fit, cut, step, rows))


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
    rows, common, fit = _models(cut, step)
    members = roles(cut, rows)

    def ratio(number: int) -> Interval:
        found = fit()
        return Interval(*(exp(part[number]) for part in (found.coef, found.low, found.high)))

    for number, pair in enumerate(cut.analysis.pairs):
        place, names = cut.at(pair=pair), (step.statistic, step.method)
        result = interval_result(cut, place, names, members, partial(ratio, number), **common)
        yield result
        if result.error is None:
            p = _test(step, fit, number, margin=1.0, sides="two_sided").p_value
            wald = ("p_value", f"{step.method}_wald")
            yield plain_result(cut, place, wald, members, p, **common)
    terms = single_terms(
        cut, step.options.coefficients, rows, step.options.covariates, fit, intercept=False
    )
    yield from coefficient_results(cut, step, members, terms, common)


def margin_test(cut: Cut, step: "Step[cards.HazardRatioMargin]") -> Iterator[Result]:
    """By comparison: Wald's test of the hazard ratio against the margin."""
    rows, common, fit = _models(cut, step)
    common["options"] = cut.options(step)
    asked = {"margin": step.options.margin, "sides": step.options.sides}
    for number, pair in enumerate(cut.analysis.pairs):
        yield from test_results(
            cut,
            cut.at(pair=pair),
            step.method,
            roles(cut, rows),
            partial(_test, step, fit, number, **asked),
            statistic=statistic_of(step),
            **common,
        )


METHODS = {
    "hazard_ratio.cox_adjusted": adjusted,
    "p_value.hazard_ratio_margin": margin_test,
}
