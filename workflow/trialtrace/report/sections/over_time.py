"""Which analyses take the event of another as a time: whether it came is one question, when it
came is another, and a reader of the one looks for the other."""

from collections.abc import Iterator

from trialtrace.base.words import LABELS
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import leaves_out_no_effect
from trialtrace.report.sections.findings import compared
from trialtrace.report.tables import NO_BREAK, pair_text, with_sign
from trialtrace.run.endpoints.kinds.event import EventBy, EventInRow
from trialtrace.run.endpoints.kinds.interval_time import IntervalTime
from trialtrace.run.endpoints.kinds.occurrence import AnyOccurrence
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import present, values_of
from trialtrace.run.trial.endpoints.time_to_event import (
    FirstSeen,
    TimeFromDates,
    TimeInColumn,
    TimeToOccurrence,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.build import Analysis


def over_time(material: Material, analysis: Analysis) -> str:
    """ "[Survival](#sec-of-survival) (hazard ratio)": a link to each analysis that compares the
    same arms and population by the time to the same event, with what it estimates; Markdown. Empty
    where the plan has none, and of an analysis that is made `of` another."""
    shown = _of_times(material, analysis) if not analysis.of else []
    links = ", ".join(_link(material, one) for one in shown)
    return f"Analysed as the time to the event: {links}." if shown else ""


def _of_times(material: Material, analysis: Analysis) -> list[Analysis]:
    trial = material.trial
    times = {name for endpoint in parameters(trial, analysis) for name in times_of(trial, endpoint)}
    found = [
        other
        for other in trial.plan.analyses.values()
        if set(other.estimand.variables) <= times
        and other.by is None
        and other.estimand.population == analysis.estimand.population
        and set(other.pairs) & set(analysis.pairs)
    ]
    named = {one.name: unknown_times(material, one) for one in found}
    # Where some have no time, one that has them all says more.
    return [one for one in found if one.of not in named or (named[one.of] and not named[one.name])]


def unlike_times(material: Material, analysis: Analysis) -> Iterator[str]:
    """Where the interval of an analysis and a test of the time to its event, in one of the same
    role, lie on either side of no effect."""
    arms = ("comparison", "reference")
    for other in _of_times(material, analysis) if not analysis.of else ():
        if other.role != analysis.role:
            continue
        tests = [row for row in material.printable(other.name) if row["stat_name"] == "p_value"]
        for one in compared(material, analysis):
            if one.estimate["ci_low"] is None or one.estimate["stratum"]:
                continue
            clear = leaves_out_no_effect(one.estimate)
            for p in tests:
                value, same = p["stat_value"], values_of(p, arms) == values_of(one.estimate, arms)
                if same and value is not None and (value <= 1 - analysis.confidence) != clear:
                    yield (
                        f"{escape_markdown(pair_text(material, one.estimate))}: the interval "
                        f"{'leaves out' if clear else 'includes'} no effect, and the test of "
                        f"{escape_markdown(other.label)} has p{NO_BREAK}{with_sign(p)}. They are "
                        "by different methods, and neither decides."
                    )
                    break


def times_of(trial: Trial, endpoint: Endpoint) -> set[str]:
    """The endpoints that are the time to the event which a yes/no endpoint is about."""
    endpoints = trial.endpoints.values()
    seen = {one.name for one in endpoints if is_time_to(endpoint, one)}
    first = {
        one.name for one in endpoints if isinstance(one.entry, FirstSeen) and one.entry.seen in seen
    }
    return seen | first


def is_time_to(event: Endpoint, time: Endpoint) -> bool:
    """Whether a time is that to the event of a yes/no endpoint."""
    of, at = event.entry, time.entry
    if isinstance(of, EventBy):
        return of.of == time.name
    if isinstance(at, IntervalTime):
        return at.of == event.name
    if isinstance(of, EventInRow) and isinstance(at, TimeFromDates | TimeInColumn):
        return (of.table, of.where, of.event) == (at.table, at.where, at.event)
    if isinstance(of, AnyOccurrence) and isinstance(at, TimeToOccurrence):
        return of.of == at.occurrence and (of.where, at.where) == (None, None)
    return False


def unknown_times(material: Material, analysis: Analysis) -> str:
    """ "without 1, 0 and 8 patients of unknown time": how many of each arm of its population an
    analysis of times lacks; empty where it lacks nobody."""
    sizes = {
        row["group1_level"]: row["stat_value"]
        for row in material.of("flow")
        if row["stat_name"] == "in_population" and row["parameter"] == analysis.estimand.population
    }
    used = {
        row["group1_level"]: row["n_used"]
        for row in material.of(analysis.name)
        if row["method"] == "events.count" and not row["stratum"]
    }
    lacking = [
        round(present(sizes[arm])) - present(used[arm])
        for arm in material.trial.design.arms
        if arm in sizes and arm in used
    ]
    return (
        f"without {in_a_row([str(n) for n in lacking])} patients of unknown time"
        if any(lacking)
        else ""
    )


def _link(material: Material, analysis: Analysis) -> str:
    estimates = dict.fromkeys(
        LABELS[row["stat_name"]]
        for row in material.of(analysis.name)
        if row["comparison"] and row["ci_level"] is not None
    )
    how = "; ".join(filter(None, [", ".join(estimates), unknown_times(material, analysis)]))
    told = f" ({escape_markdown(how)})" if how else ""
    return f"[{escape_markdown(analysis.label)}](#{analysis_place(analysis.name)}){told}"
