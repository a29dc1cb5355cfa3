"""Time to event: events, Kaplan-Meier, follow-up, Cox hazard ratios, log-rank tests."""

from collections.abc import Iterator, Sequence
from functools import partial
from math import exp, nan
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result, test_results
from trialtrace.run.methods.analysing.formulas import formula, sided, statistic_of
from trialtrace.run.methods.analysing.rows import Basis, Notes, Place, Result, bounds
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import mean_times
    from trialtrace.run.trial.plan.cards import survival as cards
    from trialtrace.run.trial.plan.options import Groups
    from trialtrace.stats.survival.kaplan_meier import KaplanMeier

HAPPENED = {"CNSR": {"is": 0}}


def with_event(cut: Cut, rows: Selection) -> Selection:
    return cut.frames.select(rows.dataset, rows.predicate | HAPPENED)


def roles(cut: Cut, rows: Selection) -> dict[str, Selection]:
    return {"analysed": rows, "numerator": with_event(cut, rows)}


def roles_by(cut: Cut, rows: Selection, time: float) -> dict[str, Selection]:
    """The same of a share at a time: the events until then, for later ones do not bear on it."""
    until = rows.predicate | HAPPENED | {"AVAL": {"at_most": time}}
    return {"analysed": rows, "numerator": cut.frames.select(rows.dataset, until)}


def times(rows: Selection) -> tuple[np.ndarray, np.ndarray]:
    """Times and event indicators of the selected rows, each (n,)."""
    return rows.column("AVAL").astype(float), (rows.column("CNSR") == 0).astype(float)


def unit(cut: Cut) -> str | None:
    """The unit of the endpoint's time, also for an arm without subjects."""
    found = cut.rows().column("AVALU")
    return found[0] if len(found) else None


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


def describe_events(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: subjects and events."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        place = cut.at(group=group)
        common: Notes = {"n_used": rows.n, "denominator": rows.n}
        names = ("count", "subjects"), ("events", "count")
        yield plain_result(cut, place, names[0], {"analysed": rows}, rows.n, **common)
        yield plain_result(
            cut, place, names[1], roles(cut, rows), with_event(cut, rows).n, **common
        )


def describe_survival(cut: Cut, step: "Step[cards.KaplanMeier]") -> Iterator[Result]:
    """By arm and time: the Kaplan-Meier estimate with its interval, and the number at risk."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        for time in step.options.times:
            place = cut.at(group=group, second=("time", level_text(time)))
            yield interval_result(
                cut,
                place,
                ("survival", step.method),
                roles_by(cut, rows, time),
                partial(_survival_at, cut, step, rows, time),
                options=cut.options(step, interval=True),
                n_used=rows.n,
            )
            at_risk = int((times(rows)[0] >= time).sum())
            yield plain_result(
                cut, place, ("at_risk", "count"), {"analysed": rows}, at_risk, n_used=rows.n
            )


def _survival_at(
    cut: Cut, step: "Step[cards.KaplanMeier]", rows: Selection, time: float
) -> Interval:
    interval = Interval(*(float(value) for value in curve_of(cut, step, *times(rows)).at(time)))
    if np.isnan(interval.estimate):
        raise StatsError("nobody was followed for so long.")
    return interval


def describe_median(cut: Cut, step: "Step[cards.MedianTimeKaplanMeier]") -> Iterator[Result]:
    """By arm: the median time to the event, by the Kaplan-Meier curve."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        place, members = cut.at(group=group), roles(cut, rows)
        yield _median(cut, step, place, "median_time", members, *times(rows))


def _median(
    cut: Cut,
    step: "Step[cards.MedianTimeKaplanMeier]",
    place: Place,
    stat: str,
    members: dict[str, Selection],
    time: np.ndarray,
    event: np.ndarray,
) -> Result:
    """Where a curve comes down to one half; "not reached" is an answer, nobody to follow is not."""
    common: Basis = {"options": cut.options(step, interval=True), "n_used": len(time)}
    names, of_time = (stat, step.method), unit(cut)
    try:
        found = curve_of(cut, step, time, event).median()
    except StatsError as error:
        return plain_result(
            cut, place, names, members, nan, error=str(error), unit=of_time, **common
        )
    if np.isnan(found.estimate):
        return plain_result(
            cut,
            place,
            names,
            members,
            nan,
            interval=bounds(found),
            level=cut.analysis.confidence,
            text="not reached",
            warning="The curve stays above one half.",
            unit=of_time,
            **common,
        )
    return interval_result(cut, place, names, members, lambda: found, unit=of_time, **common)


def describe_follow_up(cut: Cut, step: "Step[cards.MedianTimeKaplanMeier]") -> Iterator[Result]:
    """By arm: median follow-up, the event taken as censoring and censoring as the event."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        time, event = times(rows)
        place, members = cut.at(group=group), roles(cut, rows)
        yield _median(cut, step, place, "follow_up", members, time, 1 - event)


def hazard_ratio(cut: Cut, step: "Step[cards.Cox]") -> Iterator[Result]:
    """Hazard ratio of each arm against the reference, all arms having one baseline hazard."""
    return hazard_ratios(cut, step, ())


def hazard_ratios(
    cut: Cut, step: "Step[cards.Cox | mean_times.CoxStratified]", names: Sequence[str]
) -> Iterator[Result]:
    """Hazard ratio of each arm against the reference, from one Cox model of all arms.

    Each stratum, a combination of levels of the variables `names`, has a hazard of its own.
    """
    by = [adsl_code(name) for name in names]
    rows = cut.rows(TRTP={"in": cut.arms()}, **dict.fromkeys(by, "present"))
    strata = None
    if by:
        levels = zip(*(rows.column(name).astype(str) for name in by), strict=True)
        strata = np.array(["|".join(level) for level in levels])
    treated = cut.analysis.estimand.treated
    x = np.column_stack([rows.column("TRTP") == arm for arm in treated]).astype(float)
    common: Basis = {"n_used": rows.n, "options": cut.options(step, interval=True)}
    members = roles(cut, rows)
    names = (step.statistic, step.method)
    try:
        fit = formula(step)(
            *times(rows),
            x,
            ties=step.options.ties,
            confidence=cut.analysis.confidence,
            strata=strata,
        )
    except StatsError as error:
        for pair in cut.analysis.pairs:
            place = cut.at(pair=pair)
            yield plain_result(cut, place, names, members, nan, error=str(error), **common)
        return
    p_values = 2 * ndtr(-np.abs(fit.coef / fit.se))
    for number, pair in enumerate(cut.analysis.pairs):
        values = (exp(v[number]) for v in (fit.coef, fit.low, fit.high))
        place, ratio = cut.at(pair=pair), partial(Interval, *values)
        yield interval_result(cut, place, names, members, ratio, **common)
        wald = ("p_value", f"{step.method}_wald")
        yield plain_result(cut, place, wald, members, p_values[number], **common)


def compared(cut: Cut, groups: "Groups") -> list[tuple[tuple[str, str] | None, Selection]]:
    """The rows of each test: all arms at once, or each comparison by itself."""
    if groups == "all":
        return [(None, cut.rows(TRTP={"in": cut.arms()}))]
    return [(pair, both) for pair, both, _, _ in cut.pairs()]


def log_rank(cut: Cut, step: "Step[cards.LogRank]") -> Iterator[Result]:
    """Log-rank test over all arms of the analysis, or of each comparison."""
    function, signed = sided(step, items_of(step.options))
    powers = {"rho": 0.0, "gamma": 0.0}
    for pair, rows in compared(cut, step.options.groups):
        yield from test_results(
            cut,
            cut.at(pair=pair),
            step.method,
            roles(cut, rows),
            partial(function, *times(rows), rows.column("TRTP").astype(str))
            if signed is None or pair is None
            else partial(signed, *times(rows), rows.column("TRTP") == pair[0], **powers),
            statistic=statistic_of(step),
            options=cut.options(step),
            n_used=rows.n,
        )


METHODS = {
    "events.count": describe_events,
    "survival.kaplan_meier": describe_survival,
    "median_time.kaplan_meier": describe_median,
    "follow_up.reverse_kaplan_meier": describe_follow_up,
    "hazard_ratio.cox": hazard_ratio,
    "p_value.log_rank": log_rank,
}
