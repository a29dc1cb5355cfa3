"""Time to event: events, Kaplan-Meier, follow-up, Cox hazard ratios, log-rank tests."""

from collections.abc import Iterator
from math import exp, nan

import numpy as np
from scipy.special import ndtr

from trialtrace.analyses.cuts import Cut
from trialtrace.analyses.estimate import interval_result, plain_result, test_results
from trialtrace.analyses.rows import Result
from trialtrace.config.model import Step
from trialtrace.frames import Selection
from trialtrace.stats import cox, survival
from trialtrace.stats.results import Interval, StatsError

HAPPENED = {"CNSR": {"is": 0}}


def with_event(cut: Cut, rows: Selection) -> Selection:
    return cut.frames.select(rows.dataset, rows.predicate | HAPPENED)


def roles(cut: Cut, rows: Selection) -> dict[str, Selection]:
    return {"analysed": rows, "numerator": with_event(cut, rows)}


def times(rows: Selection) -> tuple[np.ndarray, np.ndarray]:
    """Times and event indicators of the selected rows, each (n,)."""
    return rows.column("AVAL").astype(float), (rows.column("CNSR") == 0).astype(float)


def unit(rows: Selection) -> str | None:
    found = rows.column("AVALU")
    return found[0] if len(found) else None


def describe_events(cut: Cut, step: Step) -> Iterator[Result]:
    """By arm: subjects and events."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        place, common = cut.at(group=group), {"n_used": rows.n, "denominator": rows.n}
        names = ("count", "subjects"), ("events", "count")
        yield plain_result(cut, place, names[0], {"analysed": rows}, rows.n, **common)
        yield plain_result(
            cut, place, names[1], roles(cut, rows), with_event(cut, rows).n, **common
        )


def describe_survival(cut: Cut, step: Step) -> Iterator[Result]:
    """By arm and time: the Kaplan-Meier estimate with its interval, and the number at risk."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        curve = survival.kaplan_meier(
            *times(rows), confidence=cut.analysis.confidence, interval=step.options["interval"]
        )
        estimates = zip(*curve.at(step.options["times"]), strict=True)
        at_risk = curve.n_at_risk(step.options["times"])
        for time, values, n in zip(step.options["times"], estimates, at_risk, strict=True):
            place = cut.at(group=group, second=("time", str(time)))
            yield interval_result(
                cut, place, ("survival", step.method), roles(cut, rows),
                lambda values=values: Interval(*(float(v) for v in values)),
                options=cut.options(step, interval=True), n_used=rows.n,
            )  # fmt: skip
            yield plain_result(
                cut, place, ("at_risk", "count"), {"analysed": rows}, n, n_used=rows.n
            )


def describe_median(cut: Cut, step: Step) -> Iterator[Result]:
    """By arm: the median time to the event, by the Kaplan-Meier curve."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        curve = survival.kaplan_meier(
            *times(rows), confidence=cut.analysis.confidence, interval=step.options["interval"]
        )
        yield _reached(
            interval_result(
                cut, cut.at(group=group), ("median_time", step.method), roles(cut, rows),
                curve.median, options=cut.options(step, interval=True), n_used=rows.n,
                unit=unit(rows),
            )
        )  # fmt: skip


def _reached(result: Result) -> Result:
    if np.isnan(result.value) and result.error is None:
        result.text = "not reached"
        result.warning = "The curve stays above one half."
    return result


def describe_follow_up(cut: Cut, step: Step) -> Iterator[Result]:
    """By arm: median follow-up, the event taken as censoring and censoring as the event."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        time, event = times(rows)
        curve = survival.kaplan_meier(
            time, 1 - event, confidence=cut.analysis.confidence, interval=step.options["interval"]
        )
        yield _reached(
            interval_result(
                cut, cut.at(group=group), ("follow_up", step.method), roles(cut, rows),
                curve.median, options=cut.options(step, interval=True), n_used=rows.n,
                unit=unit(rows),
            )
        )  # fmt: skip


def hazard_ratio(cut: Cut, step: Step) -> Iterator[Result]:
    """Hazard ratio of each arm against the reference, from one Cox model of all arms."""
    rows = cut.rows(TRTP={"in": cut.arms()})
    treated = cut.analysis.estimand.treated
    x = np.column_stack([rows.column("TRTP") == arm for arm in treated]).astype(float)
    common = {"n_used": rows.n, "options": cut.options(step, interval=True)}
    members, names = roles(cut, rows), (step.statistic, step.method)
    try:
        fit = cox.cox(
            *times(rows), x, ties=step.options["ties"], confidence=cut.analysis.confidence
        )
    except StatsError as error:
        for pair in cut.analysis.pairs:
            place, more = cut.at(pair=pair), {"error": str(error), **common}
            yield plain_result(cut, place, names, members, nan, **more)
        return
    p_values = 2 * ndtr(-np.abs(fit.coef / fit.se))
    for number, pair in enumerate(cut.analysis.pairs):
        values = (exp(v[number]) for v in (fit.coef, fit.low, fit.high))
        found = Interval(*values)
        place = cut.at(pair=pair)
        yield interval_result(cut, place, names, members, lambda found=found: found, **common)
        yield plain_result(cut, place, ("p_value", "cox_wald"), members, p_values[number], **common)


def log_rank(cut: Cut, step: Step) -> Iterator[Result]:
    """Log-rank test over all arms of the analysis, or of each comparison."""
    if step.options["groups"] == "all":
        everyone = [(None, cut.rows(TRTP={"in": cut.arms()}))]
    else:
        everyone = [(pair, both) for pair, both, _, _ in cut.pairs()]
    for pair, rows in everyone:
        yield from test_results(
            cut, cut.at(pair=pair), step.method, roles(cut, rows),
            lambda rows=rows: survival.log_rank(*times(rows), rows.column("TRTP").astype(str)),
            statistic="chi_squared", options=cut.options(step), n_used=rows.n,
        )  # fmt: skip


METHODS = {
    "events.count": describe_events,
    "survival.kaplan_meier": describe_survival,
    "median_time.kaplan_meier": describe_median,
    "follow_up.reverse_kaplan_meier": describe_follow_up,
    "hazard_ratio.cox": hazard_ratio,
    "p_value.log_rank": log_rank,
}
