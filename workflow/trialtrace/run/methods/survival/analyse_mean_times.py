"""Mean times up to a horizon; hazards within strata, weighted or changing over time."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import (
    contrast_results,
    interval_result,
    test_results,
)
from trialtrace.run.methods.analysing.formulas import formula, sided, statistic_of
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.survival.analyse import compared, hazard_ratios, roles, times, unit
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import mean_times as cards

LAST = "last_observed"


def describe_mean(cut: Cut, step: "Step[cards.Restricted]") -> Iterator[Result]:
    """By arm: mean time without the event up to the horizon."""
    horizon = step.options.horizon
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        result = interval_result(
            cut,
            cut.at(group=group),
            (step.statistic, step.method),
            roles(cut, rows),
            partial(_mean, cut, step, rows),
            options=cut.options(step, interval=True),
            n_used=rows.n,
            unit=unit(cut),
        )
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
    options = cut.options(step, interval=True)
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
        yield from contrast_results(
            cut,
            cut.at(pair=pair),
            step,
            roles(cut, both),
            compute,
            {"options": options, "n_used": both.n},
            statistic="z",
            tested=f"{step.method}_{step.statistic.rpartition('_')[2]}",
            unit=own,
        )


def weighted(cut: Cut, step: "Step[cards.WeightedLogRank]") -> Iterator[Result]:
    """Weighted log-rank test over all arms, or of each comparison."""
    function, signed = sided(step, items_of(step.options))
    powers = {"rho": step.options.rho, "gamma": step.options.gamma}
    for pair, rows in compared(cut, step.options.groups):
        yield from test_results(
            cut,
            cut.at(pair=pair),
            step.method,
            roles(cut, rows),
            partial(function, *times(rows), rows.column("TRTP").astype(str), **powers)
            if signed is None or pair is None
            else partial(signed, *times(rows), rows.column("TRTP") == pair[0], **powers),
            statistic=statistic_of(step),
            options=cut.options(step),
            n_used=rows.n,
        )


def proportional(cut: Cut, step: "Step[cards.ProportionalHazards]") -> Iterator[Result]:
    """Test that the hazard ratios of all treated arms together are constant over time."""
    rows = cut.rows(TRTP={"in": cut.arms()})
    treated = cut.analysis.estimand.treated
    x = np.column_stack([rows.column("TRTP") == arm for arm in treated]).astype(float)

    def compute() -> TestResult:
        return formula(step)(
            None, *times(rows), x, ties=step.options.ties, transform=step.options.transform
        ).together

    yield from test_results(
        cut,
        cut.at(),
        step.method,
        roles(cut, rows),
        compute,
        statistic="chi_squared",
        options=cut.options(step),
        n_used=rows.n,
    )


METHODS = {
    "mean_time.restricted": describe_mean,
    "mean_time_difference.restricted": compare_means,
    "mean_time_ratio.restricted": compare_means,
    "hazard_ratio.cox_stratified": stratified,
    "p_value.weighted_log_rank": weighted,
    "p_value.proportional_hazards": proportional,
}
