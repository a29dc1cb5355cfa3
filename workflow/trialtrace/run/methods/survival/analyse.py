"""Time to event: events, Kaplan-Meier, follow-up, Cox hazard ratios, log-rank tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import exp, nan
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut, level_text, with_known
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula, sided
from trialtrace.run.methods.analysing.rows import Result, bounds
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import curves, mean_times
    from trialtrace.run.trial.plan.cards import survival as cards
    from trialtrace.run.trial.plan.options import Groups
    from trialtrace.stats.survival.kaplan_meier import KaplanMeier

    Stratified = curves.LogRankStratified | curves.AtRiskLogRank
    LogRanks = cards.LogRank | mean_times.WeightedLogRank | Stratified

HAPPENED = {"CNSR": {"is": 0}}


def with_event(cut: Cut, rows: Selection) -> Selection:
    return cut.frames.select(rows.dataset, rows.predicate | HAPPENED)


def roles(cut: Cut, rows: Selection) -> dict[str, Selection]:
    return {"analysed": rows, "numerator": with_event(cut, rows)}


def roles_by(cut: Cut, rows: Selection, time: float) -> dict[str, Selection]:
    """The same of a share at a time: the events until then, for later ones do not bear on it."""
    until = rows.predicate | HAPPENED | {"AVAL": {"at_most": time}}
    return {"analysed": rows, "numerator": cut.frames.select(rows.dataset, until)}


def by_arm(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Selection]]:
    """Each arm, and its rows."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        yield Sample(cut, step, cut.at(group=group), roles(cut, rows), rows.n), rows


def times(rows: Selection) -> tuple[np.ndarray, np.ndarray]:
    """Times and event indicators of the selected rows, each (n,)."""
    return rows.column("AVAL").astype(float), (rows.column("CNSR") == 0).astype(float)


def unit(cut: Cut) -> str | None:
    """The unit of the endpoint's time, also for an arm without subjects."""
    found = cut.rows().column("AVALU")
    return found[0] if len(found) else None


def tested_of(step: Step[object]) -> str:
    """What the test is called that goes with a difference or with a ratio."""
    return f"{step.method}_{step.statistic.rpartition('_')[2]}"


def curve_of(
    cut: Cut,
    step: "Step[cards.KaplanMeier | cards.MedianTimeKaplanMeier]",
    time: np.ndarray,
    event: np.ndarray,
) -> "KaplanMeier":
    """The Kaplan-Meier curve as the step asks for it. Raises StatsError without subjects."""
    return formula(step)(
        time, event, confidence=cut.analysis.confidence, interval=step.options.interval
    )


def strata_of(rows: Selection, names: Sequence[str]) -> np.ndarray | None:
    """The stratum of each row, a combination of levels; None without variables."""
    if not names:
        return None
    levels = zip(*(rows.column(adsl_code(name)).astype(str) for name in names), strict=True)
    return np.array(["|".join(level) for level in levels])


def of_pairs(
    cut: Cut,
    step: Step[object],
    read: Callable[[Selection], tuple[np.ndarray, ...]],
    choices: Mapping[str, object],
    at: float | None = None,
) -> Iterator[tuple[Sample, Formula]]:
    """Each comparison, and the formula with what is read of both arms; where it is `at` a time, of
    the events until then."""
    timed = {} if at is None else {"at": at}
    for pair, both, _, _ in cut.pairs():
        compute = partial(
            formula(step),
            *read(both),
            both.column("TRTP").astype(str),
            treated=pair[0],
            reference=pair[1],
            confidence=cut.analysis.confidence,
            sides="two_sided",
            **choices,
            **timed,
        )
        place, members = cut.at(pair=pair), roles(cut, both)
        if at is not None:
            place = replace(place, second=("time", level_text(at)))
            members = roles_by(cut, both, at)
        yield Sample(cut, step, place, members, both.n), compute


def describe_events(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: subjects and events."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        alone = Sample(cut, step, cut.at(group=group), {"analysed": rows}, rows.n, options={})
        yield alone.value("count.subjects", rows.n, denominator=rows.n)
        both = replace(alone, members=roles(cut, rows))
        yield both.value("events", with_event(cut, rows).n, denominator=rows.n)


def describe_survival(cut: Cut, step: "Step[cards.KaplanMeier]") -> Iterator[Result]:
    """By arm and time: the Kaplan-Meier estimate with its interval, and the number at risk."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        for time in step.options.times:
            place = cut.at(group=group, second=("time", level_text(time)))
            sample = Sample(cut, step, place, roles_by(cut, rows, time), rows.n)
            yield sample.interval(partial(_survival_at, cut, step, rows, time))
            at_risk = int((times(rows)[0] >= time).sum())
            alone = replace(sample, members={"analysed": rows}, options={})
            yield alone.value("at_risk.count", at_risk)


def _survival_at(
    cut: Cut, step: "Step[cards.KaplanMeier]", rows: Selection, time: float
) -> Interval:
    interval = curve_of(cut, step, *times(rows)).at(time).interval()
    if np.isnan(interval.estimate):
        raise StatsError("nobody was followed for so long.")
    return interval


def describe_median(cut: Cut, step: "Step[cards.MedianTimeKaplanMeier]") -> Iterator[Result]:
    """By arm: the median time to the event, by the Kaplan-Meier curve."""
    for sample, rows in by_arm(cut, step):
        yield _quantile(sample, step, step.statistic, 0.5, *times(rows))


# Statistics of a curve, and the share with the event that each is the time of.
QUARTILES = {"lower_quartile_time": 0.25, "upper_quartile_time": 0.75}
LEVELS = {0.25: "three quarters", 0.5: "one half", 0.75: "one quarter"}


def describe_quartiles(cut: Cut, step: "Step[cards.MedianTimeKaplanMeier]") -> Iterator[Result]:
    """By arm: when a quarter, and when three quarters, have had the event."""
    for sample, rows in by_arm(cut, step):
        for stat, share in QUARTILES.items():
            yield _quantile(sample, step, stat, share, *times(rows))


def _quantile(
    sample: Sample,
    step: "Step[cards.MedianTimeKaplanMeier]",
    stat: str,
    share: float,
    time: np.ndarray,
    event: np.ndarray,
) -> Result:
    """Where a curve comes down to a level; "not reached" is an answer, nobody to follow is not."""
    cut, of_time = sample.cut, unit(sample.cut)
    try:
        found = curve_of(cut, step, time, event).quantile(share)
    except StatsError as error:
        return sample.value(stat, nan, error=str(error), unit=of_time)
    if np.isnan(found.estimate):
        return sample.value(
            stat,
            nan,
            interval=bounds(found),
            level=cut.analysis.confidence,
            text="not reached",
            warning=f"The curve stays above {LEVELS[share]}.",
            unit=of_time,
        )
    return sample.interval(lambda: found, stat, unit=of_time)


def describe_follow_up(cut: Cut, step: "Step[cards.MedianTimeKaplanMeier]") -> Iterator[Result]:
    """By arm: median follow-up, the event taken as censoring and censoring as the event."""
    for sample, rows in by_arm(cut, step):
        time, event = times(rows)
        yield _quantile(sample, step, step.statistic, 0.5, time, 1 - event)


def hazard_ratio(cut: Cut, step: "Step[cards.Cox]") -> Iterator[Result]:
    """Hazard ratio of each arm against the reference, all arms having one baseline hazard."""
    rows = cut.rows(TRTP={"in": cut.arms()})
    treated = cut.analysis.estimand.treated
    x = np.column_stack([rows.column("TRTP") == arm for arm in treated]).astype(float)
    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)
    try:
        fit = formula(step)(
            *times(rows),
            x,
            ties=step.options.ties,
            confidence=cut.analysis.confidence,
            strata=None,
        )
    except StatsError as error:
        for pair in cut.analysis.pairs:
            yield sample.at(pair=pair).value(step.statistic, nan, error=str(error))
        return
    p_values = 2 * ndtr(-np.abs(fit.coef / fit.se))
    for number, pair in enumerate(cut.analysis.pairs):
        values = (exp(v[number]) for v in (fit.coef, fit.low, fit.high))
        yield sample.at(pair=pair).interval(partial(Interval, *values))
        yield sample.at(pair=pair).value(f"p_value.{step.method}_wald", p_values[number])


def compared(
    cut: Cut, step: Step[object], groups: "Groups", strata: Sequence[str] = ()
) -> Iterator[tuple[Sample, Selection]]:
    """Each test and its rows: all arms at once, or each comparison by itself.

    The rows are those whose `strata` are all known.
    """
    for pair in [None] if groups == "all" else cut.analysis.pairs:
        arms = cut.arms() if pair is None else list(pair)
        rows = with_known(cut.rows(TRTP={"in": arms}), strata)
        yield Sample(cut, step, cut.at(pair=pair), roles(cut, rows), rows.n), rows


def log_rank(
    cut: Cut,
    step: "Step[LogRanks]",
) -> Iterator[Result]:
    """Log-rank test, weighted or not, over all arms or of each comparison, of the subjects whose
    strata are known."""
    choices = items_of(step.options)
    strata, groups = choices.pop("strata", ()), choices.pop("groups")
    function, signed = sided(step, choices)
    # The function of a two-sided test has its weight from the card; the plain test has none.
    weight = {"rho": 0.0, "gamma": 0.0} if step.method == "log_rank" else card_of(step.key).fixed

    def compute(rows: Selection, pair: tuple[str, str] | None) -> TestResult:
        arms, within = rows.column("TRTP").astype(str), strata_of(rows, strata)
        if signed is None or pair is None:
            return function(*times(rows), arms, strata=within, **choices)
        return signed(*times(rows), arms == pair[0], strata=within, **choices, **weight)

    for sample, rows in compared(cut, step, groups, strata):
        yield from sample.test(partial(compute, rows, sample.place.pair))


METHODS = {
    "events.count": describe_events,
    "survival.kaplan_meier": describe_survival,
    "median_time.kaplan_meier": describe_median,
    "quartile_times.kaplan_meier": describe_quartiles,
    "follow_up.reverse_kaplan_meier": describe_follow_up,
    "hazard_ratio.cox": hazard_ratio,
    "p_value.log_rank": log_rank,
}
