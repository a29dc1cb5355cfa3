"""Several events a subject, counts over an exposure, and hazards given covariates and strata: one
model of all compared arms."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut, level_text, with_known
from trialtrace.run.methods.analysing.estimate import Sample, formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.regression.analyse_covariates import columns_of, design, ratio_results
from trialtrace.run.methods.survival.analyse import (
    compared,
    roles,
    strata_of,
    tested_of,
    times,
    unit,
    with_event,
)
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import RECURRENT
from trialtrace.run.trial.plan.options import Adjusted
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Coefficients, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import recurrent as cards
    from trialtrace.stats.survival.cox import CoxFit

BY_SITE = "robust_by_site"


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
    if options.variance == "model":
        return cox(*times(rows), x, **common)
    by_site = options.variance == BY_SITE
    clusters = rows.column("SITEID").astype(str) if by_site else np.arange(rows.n)
    return cox_start_stop(None, *times(rows), x, variance="robust", cluster=clusters, **common)


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
    return hazard_ratio_test(float(found.coef[number]), float(found.se[number]), **asked)


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


def interaction(cut: Cut, step: "Step[cards.CoxInteraction]") -> Iterator[Result]:
    """Whether hazard ratios differ between strata, of the subjects whose strata are known."""
    options = step.options
    design_of, cox, tested = formulas(step)

    def compute(rows: Selection) -> TestResult:
        arm, by = rows.column("TRTP").astype(str), strata_of(rows, options.strata)
        design = design_of(arm, by=by, interaction=True, intercept=False)
        level = cut.analysis.confidence
        return tested(cox(*times(rows), design.x, ties=options.ties, confidence=level), design)

    for sample, rows in compared(cut, step, options.groups, options.strata):
        yield from sample.test(partial(compute, rows))


AT_RISK, SAME = "time_at_risk", "same_for_all"
NOBODY = "nobody was at risk."


def _lengths(rows: Selection) -> np.ndarray:
    return rows.column("TSTOP").astype(float) - rows.column("TSTART").astype(float)


def describe(cut: Cut, step: "Step[cards.Recurrent]") -> Iterator[Result]:
    """By arm: subjects, those with an event, events, the time at risk and the rate."""
    per = step.options.per
    told = f"per {level_text(per)} {unit(cut) or ''}".rstrip()
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        n, happened, time = rows.subjects, with_event(cut, rows), float(_lengths(rows).sum())
        place, options = cut.at(group=group), cut.options(step)
        alone = Sample(cut, step, place, {"analysed": rows}, n, options=options)
        both = replace(alone, members=roles(cut, rows))
        yield alone.value("analysed", n)
        yield both.value("patients", happened.subjects)
        yield both.value("events", happened.n)
        error, rate = (None, happened.n / time * per) if n else (NOBODY, nan)
        total = time if n else nan
        yield alone.value("person_time", total, unit=unit(cut), error=error)
        yield both.value("rate", rate, unit=told, error=error)


def mean_events(cut: Cut, step: "Step[cards.LawlessNadeau]") -> Iterator[Result]:
    """By arm and time: the mean number of events a subject."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        sample = Sample(cut, step, cut.place, roles(cut, rows), rows.subjects)
        for time in step.options.times:
            at_time = sample.at(group=group, second=("time", level_text(time)))
            yield at_time.interval(partial(_mean_at, cut, step, rows, time))


def _mean_at(cut: Cut, step: "Step[cards.LawlessNadeau]", rows: Selection, time: float) -> Interval:
    if not rows.n:
        raise StatsError(NOBODY)
    found = formula(step)(
        *_intervals(rows),
        times=time,
        interval=step.options.interval,
        confidence=cut.analysis.confidence,
    )
    parts = (found.estimate, found.low, found.high)
    mean = Interval(*(float(part) for part in parts), standard_error=float(found.se))
    if np.isnan(mean.estimate):
        raise StatsError("nobody was followed for so long.")
    return mean


def compare_means(cut: Cut, step: "Step[cards.MeanEventsCompared]") -> Iterator[Result]:
    """By comparison: difference or ratio of the mean numbers of events by a time, and its test."""
    at = step.options.time
    for pair, both, _, _ in cut.pairs():
        place = cut.at(pair=pair, second=("time", level_text(at)))
        compute = partial(
            formula(step),
            *_intervals(both),
            both.column("TRTP").astype(str),
            treated=pair[0],
            reference=pair[1],
            at=at,
            confidence=cut.analysis.confidence,
            sides="two_sided",
        )
        sample = Sample(cut, step, place, roles(cut, both), both.subjects)
        yield from sample.contrast(compute, "z", tested=tested_of(step))


def _intervals(rows: Selection) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Start, stop, event and subject of each interval."""
    start, stop = (rows.column(name).astype(float) for name in ("TSTART", "TSTOP"))
    event = (rows.column("CNSR") == 0).astype(float)
    return start, stop, event, rows.column("USUBJID").astype(str)


Model = Callable[[], Coefficients]


def of_intervals(cut: Cut, step: "Step[cards.AndersenGill]") -> Iterator[Result]:
    """Rate ratio of each arm against the reference, from one model of all arms' intervals."""
    rows = with_known(cut.rows(TRTP={"in": cut.arms()}), step.options.covariates)

    def fit() -> Coefficients:
        start, stop, event, subject = _intervals(rows)
        return formula(step)(
            start,
            stop,
            event,
            design(cut, rows, step.options.covariates, intercept=False),
            ties=step.options.ties,
            confidence=cut.analysis.confidence,
            subject=subject,
        )

    yield from _ratios(_sample(cut, step, rows), rows, cache(fit), intercept=False)


def of_counts(
    cut: Cut, step: "Step[cards.PoissonRegression | cards.NegativeBinomial]"
) -> Iterator[Result]:
    """Rate ratio of each arm against the reference, from one model of all arms' counts."""
    options = step.options
    rows = with_known(cut.rows(TRTP={"in": cut.arms()}), _needed(options))
    chosen = {"variance": str(getattr(options, "variance", ""))}

    def fit() -> Coefficients:
        y, exposure, first = _counts(cut, rows, options.exposure)
        return formula(step)(
            y,
            design(cut, rows, options.covariates, intercept=True)[first],
            exposure=exposure,
            confidence=cut.analysis.confidence,
            **({key: value for key, value in chosen.items() if value}),
        )

    model = cache(fit)
    sample = replace(_sample(cut, step, rows), warning=_at_bound(model))
    yield from _ratios(sample, rows, model, intercept=True)
    if step.method == "negative_binomial":
        sample = replace(sample, options=cut.options(step))
        yield sample.number("dispersion", lambda: getattr(model(), "dispersion", nan))


def count_interaction(
    cut: Cut, step: "Step[cards.NegativeBinomialInteraction]"
) -> Iterator[Result]:
    """Whether rate ratios differ between strata, of the subjects whose strata are known."""
    options = step.options
    design_of, negative_binomial, tested = formulas(step)

    def compute(rows: Selection) -> TestResult:
        y, exposure, first = _counts(cut, rows, options.exposure)
        arm, by = rows.column("TRTP").astype(str), strata_of(rows, options.strata)
        assert by is not None
        columns = columns_of(rows, options.covariates)
        z = None if columns is None else columns[first]
        made = design_of(arm[first], by=by[first], interaction=True, covariates=z, intercept=True)
        level = cut.analysis.confidence
        return tested(negative_binomial(y, made.x, exposure=exposure, confidence=level), made)

    for pair in [None] if options.groups == "all" else cut.analysis.pairs:
        arms = cut.arms() if pair is None else list(pair)
        rows = with_known(cut.rows(TRTP={"in": arms}), [*options.strata, *_needed(options)])
        yield from _sample(cut, step, rows).at(pair=pair).test(partial(compute, rows))


def _needed(options: "cards.OverExposure") -> list[str]:
    """The variables of the subjects that a model of counts needs."""
    of_time = options.exposure not in (AT_RISK, SAME)
    return [*options.covariates, *([options.exposure] if of_time else [])]


def _at_bound(fit: Model) -> str | None:
    """What a negative binomial model says of itself where it is a Poisson model."""
    try:
        model = fit()
    except StatsError:
        return None
    return model.notes[0] if getattr(model, "boundary", False) else None


def _counts(cut: Cut, rows: Selection, exposure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count and exposure of each subject, and the place of its first row."""
    if not rows.n:
        raise StatsError(NOBODY)
    if cut.endpoint.kind not in RECURRENT:
        y, every = cut.values(rows).astype(float), np.arange(rows.n)
        if exposure == SAME:
            return y, np.ones(rows.n), every
        return y, rows.column(adsl_code(exposure)).astype(float), every
    _, _, event, subject = _intervals(rows)
    _, first, own = np.unique(subject, return_index=True, return_inverse=True)
    return np.bincount(own, event), np.bincount(own, _lengths(rows)), first


def _sample(cut: Cut, step: Step[Adjusted], rows: Selection) -> Sample:
    """What the results of a model share; of intervals also those with an event."""
    members = roles(cut, rows) if cut.endpoint.kind in RECURRENT else {"analysed": rows}
    return Sample(cut, step, cut.place, members, rows.subjects)


def _ratios(sample: Sample, rows: Selection, fit: Model, *, intercept: bool) -> Iterator[Result]:
    """The ratio of each pair, its Wald test, and the coefficients."""
    yield from ratio_results(
        sample,
        rows,
        fit,
        intercept=intercept,
        p_value=lambda model, at: float(model.p_value[at]),
    )


METHODS = {
    "hazard_ratio.cox_adjusted": adjusted,
    "p_value.hazard_ratio_margin": margin_test,
    "p_value.cox_interaction": interaction,
    "p_value.negative_binomial_interaction": count_interaction,
    "events.recurrent": describe,
    "mean_events.lawless_nadeau": mean_events,
    "mean_events_difference.lawless_nadeau": compare_means,
    "mean_events_ratio.lawless_nadeau": compare_means,
    "rate_ratio.andersen_gill": of_intervals,
    "rate_ratio.lwyy": of_intervals,
    "rate_ratio.poisson_regression": of_counts,
    "rate_ratio.negative_binomial": of_counts,
}
