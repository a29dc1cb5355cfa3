"""Mean times up to a horizon; hazards within strata, weighted or changing over time."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formula, sided
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.survival.analyse import (
    by_arm,
    compared,
    hazard_ratios,
    roles,
    tested_of,
    times,
    unit,
)
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import mean_times as cards

LAST = "last_observed"


def describe_mean(cut: Cut, step: "Step[cards.Restricted]") -> Iterator[Result]:
    """By arm: mean time without the event up to the horizon."""
    horizon = step.options.horizon
    for sample, rows in by_arm(cut, step):
        result = sample.interval(partial(_mean, cut, step, rows), unit=unit(cut))
        if horizon == LAST and not result.error:
            result.warning = (
                f"Restricted to the last observed time, {times(rows)[0].max():g} {unit(cut) or ''}"
            ).strip() + "; where the curve has not come down to 0 the mean itself is longer."
        yield result


def _mean(cut: Cut, step: "Step[cards.Restricted]", rows: Selection) -> Interval:
    time, event = times(rows)
    if not rows.n:
        raise StatsError("nobody was followed.")
    horizon = step.options.horizon
    tau = float(time.max() if horizon == LAST else horizon)
    found = formula(step)(time, event, tau=tau, confidence=cut.analysis.confidence)
    return Interval(found.estimate, found.low, found.high)


def stratified(cut: Cut, step: "Step[cards.CoxStratified]") -> Iterator[Result]:
    """Hazard ratio of each arm against the reference, each stratum with a hazard of its own."""
    return hazard_ratios(cut, step, step.options.strata)


def compare_means(
    cut: Cut, step: "Step[cards.MeanTimeDifferenceRestricted | cards.MeanTimeRatioRestricted]"
) -> Iterator[Result]:
    """By comparison: difference or ratio of the means, and its test."""
    choices = items_of(step.options)
    horizon = choices.pop("horizon")
    own = unit(cut) if step.statistic == "mean_time_difference" else None
    for pair, both, _, _ in cut.pairs():
        compute = partial(
            formula(step),
            *times(both),
            both.column("TRTP").astype(str),
            treated=pair[0],
            reference=pair[1],
            tau=horizon,
            confidence=cut.analysis.confidence,
            sides="two_sided",
            **choices,
        )
        sample = Sample(cut, step, cut.at(pair=pair), roles(cut, both), both.n)
        yield from sample.contrast(compute, "z", tested=tested_of(step), unit=own)


def weighted(cut: Cut, step: "Step[cards.WeightedLogRank]") -> Iterator[Result]:
    """Weighted log-rank test over all arms, or of each comparison."""
    function, signed = sided(step, items_of(step.options))
    powers = {"rho": step.options.rho, "gamma": step.options.gamma}
    for sample, rows in compared(cut, step, step.options.groups):
        arm, pair = rows.column("TRTP").astype(str), sample.place.pair
        compute = partial(function, *times(rows), arm, **powers)
        if signed is not None and pair is not None:
            compute = partial(signed, *times(rows), arm == pair[0], **powers)
        yield from sample.test(compute)


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


METHODS = {
    "mean_time.restricted": describe_mean,
    "mean_time_difference.restricted": compare_means,
    "mean_time_ratio.restricted": compare_means,
    "hazard_ratio.cox_stratified": stratified,
    "p_value.weighted_log_rank": weighted,
    "p_value.proportional_hazards": proportional,
}
