"""Mean times, survival and rates compared: at a horizon, at a time, per person-time; log-rank tests
weighted or within strata."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import Sample, formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.survival.analyse import (
    by_arm,
    log_rank,
    of_pairs,
    roles,
    tested_of,
    times,
    unit,
)
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import curves as curves_cards
    from trialtrace.run.trial.plan.cards import mean_times as cards

LAST = "last_observed"


def describe_mean(cut: Cut, step: "Step[cards.Restricted]") -> Iterator[Result]:
    """By arm: mean time without the event up to the horizon, at which its interval ends."""
    horizon = step.options.horizon
    for sample, rows in by_arm(cut, step):
        result = sample.interval(partial(_mean, cut, step, rows), unit=unit(cut))
        if horizon == LAST and not result.error:
            result.warning = (
                f"Restricted to the last observed time, {times(rows)[0].max():g} {unit(cut) or ''}"
            ).strip() + "; where the curve has not come down to 0 the mean itself is longer."
        elif result.interval and result.interval[1] == horizon:
            result.warning = (
                "The interval is cut at the horizon, beyond which no such mean can lie."
            )
        yield result


def _mean(cut: Cut, step: "Step[cards.Restricted]", rows: Selection) -> Interval:
    time, event = times(rows)
    if not rows.n:
        raise StatsError("nobody was followed.")
    horizon = step.options.horizon
    tau = float(time.max() if horizon == LAST else horizon)
    found = formula(step)(time, event, tau=tau, confidence=cut.analysis.confidence)
    return Interval(found.estimate, max(found.low, 0.0), min(found.high, tau))


def compare_means(
    cut: Cut, step: "Step[cards.MeanTimeDifferenceRestricted | cards.MeanTimeRatioRestricted]"
) -> Iterator[Result]:
    """By comparison: difference or ratio of the means, and its test."""
    choices = items_of(step.options)
    choices["tau"] = choices.pop("horizon")
    own = unit(cut) if step.statistic == "mean_time_difference" else None
    for sample, compute in of_pairs(cut, step, times, choices):
        yield from sample.contrast(compute, "z", tested=tested_of(step), unit=own)


def proportional(cut: Cut, step: "Step[cards.ProportionalHazards]") -> Iterator[Result]:
    """Test that the hazard ratios of all treated arms together are constant over time."""
    rows = cut.rows(TRTP={"in": cut.arms()})
    treated = cut.analysis.estimand.treated
    x = np.column_stack([rows.column("TRTP") == arm for arm in treated]).astype(float)

    def compute() -> TestResult:
        return formula(step)(
            None, *times(rows), x, ties=step.options.ties, transform=step.options.transform
        ).together

    yield from Sample(cut, step, cut.place, roles(cut, rows), rows.n).test(compute)


def compare_at(cut: Cut, step: "Step[curves_cards.SurvivalRatio]") -> Iterator[Result]:
    """By comparison: difference or ratio of survival at a time, and its test."""
    choices = items_of(step.options)
    at = choices.pop("time")
    for sample, compute in of_pairs(cut, step, times, choices, at):
        yield from sample.contrast(compute, "z", tested=tested_of(step))


def _counted(rows: Selection, per: float = 1.0) -> tuple[float, float]:
    """Events, and the sum of times in units of `per`."""
    time, event = times(rows)
    return float(event.sum()), float(time.sum()) / per


def _unit(cut: Cut, per: float) -> str:
    return f"per {level_text(per)} {unit(cut) or ''}".rstrip()


def describe(cut: Cut, step: "Step[curves_cards.PerTime]") -> Iterator[Result]:
    """By arm: the rate with its interval, and the time that it is of."""
    per = step.options.per

    def rate(rows: Selection) -> Interval:
        return formula(step)(*_counted(rows, per), confidence=cut.analysis.confidence)

    for sample, rows in by_arm(cut, step):
        yield sample.interval(partial(rate, rows), unit=_unit(cut, per))
        error, total = (None, _counted(rows)[1]) if rows.n else ("nobody was followed.", nan)
        alone = replace(sample, members={"analysed": rows}, options={})
        yield alone.value("person_time.sum", total, unit=unit(cut), error=error)


def compare(cut: Cut, step: "Step[curves_cards.PerTime | object]") -> Iterator[Result]:
    """By comparison: difference or ratio of the rates, and its test."""
    difference = step.statistic == "rate_difference"
    per = float(getattr(step.options, "per", 1.0))

    def both(treated: Selection, reference: Selection) -> Contrast:
        counts = *_counted(treated, per), *_counted(reference, per)
        level = cut.analysis.confidence
        found: Contrast = formula(step)(*counts, confidence=level, sides="two_sided")
        return found

    for pair, rows, treated, reference in cut.pairs():
        sample = Sample(cut, step, cut.at(pair=pair), roles(cut, rows), rows.n)
        compute, told = partial(both, treated, reference), _unit(cut, per) if difference else None
        yield from sample.contrast(compute, "z" if difference else None, unit=told)


METHODS = {
    "mean_time.restricted": describe_mean,
    "mean_time_difference.restricted": compare_means,
    "mean_time_ratio.restricted": compare_means,
    "p_value.weighted_log_rank": log_rank,
    "p_value.proportional_hazards": proportional,
    "survival_difference.kaplan_meier": compare_at,
    "survival_ratio.kaplan_meier": compare_at,
    "p_value.log_rank_stratified": log_rank,
    "p_value.gehan": log_rank,
    "p_value.tarone_ware": log_rank,
    "rate.garwood": describe,
    "rate_difference.poisson_wald": compare,
    "rate_ratio.poisson_exact": compare,
}
