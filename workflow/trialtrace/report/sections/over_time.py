"""Which analyses take the event of another as a time: whether it came is one question, when it
came is another, and a reader of the one looks for the other."""

from trialtrace.base.words import LABELS
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.trial.endpoints.event import EventBy, EventInRow
from trialtrace.run.trial.endpoints.occurrence import AnyOccurrence
from trialtrace.run.trial.endpoints.time_to_event import (
    FirstSeen,
    IntervalTime,
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
    if analysis.of:
        return ""
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
    named = {one.name for one in found}
    shown = [_link(material, one) for one in found if one.of not in named]
    return f"Analysed as the time to the event: {', '.join(shown)}." if shown else ""


def times_of(trial: Trial, endpoint: Endpoint) -> set[str]:
    """The endpoints that are the time to the event which a yes/no endpoint is about."""
    endpoints = trial.endpoints.values()
    seen = {one.name for one in endpoints if _is_time(endpoint, one)}
    first = {
        one.name for one in endpoints if isinstance(one.entry, FirstSeen) and one.entry.seen in seen
    }
    return seen | first


def _is_time(event: Endpoint, time: Endpoint) -> bool:
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


def _link(material: Material, analysis: Analysis) -> str:
    estimates = dict.fromkeys(
        LABELS[row["stat_name"]]
        for row in material.of(analysis.name)
        if row["comparison"] and row["ci_level"] is not None
    )
    told = f" ({escape_markdown(', '.join(estimates))})" if estimates else ""
    return f"[{escape_markdown(analysis.label)}](#{analysis_place(analysis.name)}){told}"
