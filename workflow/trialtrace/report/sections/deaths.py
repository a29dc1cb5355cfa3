"""Deaths by arm, with which harms begin: of an analysis of death, and of the disposition."""

import re
from collections.abc import Iterator

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.arm_words import OF_TIME, whole_of
from trialtrace.report.sections.event_words import is_time
from trialtrace.report.sections.over_time import is_time_to
from trialtrace.run.endpoints.kinds.recurrent_events import (
    EventIntervals,
    EventsAtTimes,
    EventsOnDates,
)
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.called import ADVERSE_EVENTS, ANY
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.tables.measures import DEATH, SURVIVAL, of_death
from trialtrace.run.trial.endpoints.time_to_event import TimeFromDates, TimeInColumn
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, with_parents
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.reported import in_order

# The level of a column of adverse events that says death: CTCAE's grade 5.
FATAL = re.compile(rf"{DEATH.pattern}|(^|=|\bgrade )5\b", re.IGNORECASE)
# Roles of the analyses that a plan makes by itself.
OWN = ("primary", "secondary")
_TIMES = (TimeFromDates, TimeInColumn, EventIntervals, EventsAtTimes, EventsOnDates)
# The rows of each arm, in the order of the results.
Arms = dict[str, list[ResultRow]]


def deaths(trial: Trial) -> set[str]:
    """The endpoints that say nothing but whether, or when, a patient died."""
    every = trial.endpoints.values()
    times = [endpoint for endpoint in every if _is_time(endpoint)]
    return {endpoint.name for endpoint in times} | {
        endpoint.name
        for endpoint in every
        if any(is_time_to(endpoint, time) for time in times)
        or (endpoint.kind == "event" and of_death(endpoint.label))
    }


def _is_time(endpoint: Endpoint) -> bool:
    entry = endpoint.entry
    if not isinstance(entry, _TIMES):
        return False
    ends = bool(getattr(entry, "terminal", False)) or of_death(entry.event_label)
    return ends or SURVIVAL.match(endpoint.label) is not None


def _of_deaths(material: Material) -> list[Analysis]:
    """The analyses of nothing but death, in the order of the report."""
    named = deaths(material.trial)
    return [
        problem
        for problem in in_order(material.trial)
        if set(problem.estimand.variables) <= named and problem.by is None
    ]


def where_known(material: Material) -> tuple[Analysis, Arms] | None:
    """The deaths by arm of the most patients whose status is known; of as many the first of the
    report."""
    counted = [
        (one, arms)
        for one in _of_deaths(material)
        if not _assumes(material.trial, one)
        for arms in _counted(material, one)
    ]
    return max(counted, key=lambda each: _patients(each[1]), default=None)


def main_deaths(material: Material) -> tuple[Analysis, Arms] | None:
    """The deaths that a summary tells of, by arm: of the plan's own analysis before one made as
    published or of another, of the most patients; where that takes some of unknown status for
    alive at a time, which censoring does not, those that harms begin with."""
    counted = [(one, arms) for one in _of_deaths(material) for arms in _counted(material, one)]
    found = max(
        counted,
        key=lambda each: (each[0].role in OWN and each[0].of is None, _patients(each[1])),
        default=None,
    )
    if found and _assumes(material.trial, found[0]) and not censors(found[1]):
        found = where_known(material) or found
    return (found[0], _arms(found[1])) if found else None


def censors(arms: Arms) -> bool:
    """Whether deaths are counted of patients who were followed for different times."""
    return any(row["method"] in OF_TIME for rows in arms.values() for row in rows)


def _assumes(trial: Trial, analysis: Analysis) -> bool:
    """Whether an analysis takes some of unknown status for alive at a time, or has another rule of
    the outcome for the same patients than the one it is made of."""
    own, parent = analysis.estimand, trial.plan.analyses.get(analysis.of or "")
    if parent is not None and parent.estimand.population == own.population:
        return parent.estimand.variables != own.variables
    return any(getattr(trial.endpoints[name].entry, "last_seen", None) for name in own.variables)


def counts_deaths(material: Material) -> bool:
    """Whether an analysis or the disposition counts deaths by arm."""
    return main_deaths(material) is not None or bool(ends(material))


def none_logged(material: Material) -> bool:
    """Whether there are deaths, and the tables of adverse events have none of them."""
    rows = [
        row
        for row in material.of(ADVERSE_EVENTS)
        if row["stat_name"] == "patients" and row["group1_level"] == ALL
    ]
    fatal = [row for row in rows if FATAL.search(row["group2_level"] or "")]
    if not rows or any(row["stat_value"] for row in fatal) or not _any_death(material):
        return False
    empty = not any(row["stat_value"] for row in rows if row["group2_level"] in (None, ANY))
    return bool(fatal) or empty


def _any_death(material: Material) -> bool:
    counted = [arms for arms in (main_deaths(material), where_known(material)) if arms]
    return any(_sum(arms) for _, arms in counted) or bool(ends(material))


def undated(material: Material, analysis: Analysis | None = None) -> list[str]:
    """How many dates of death were not usable, and as what their patients count in times to it; of
    an `analysis` in short, and nothing where none of its times is made of such a one."""
    trial, frames = material.trial, material.tracer.frames
    dying = deaths(trial)
    of_times = [each for each in parameters(trial, analysis) if is_time(each)] if analysis else []
    named = {each.name for each in of_times} if analysis else dying
    behind = with_parents(named, trial.endpoints)
    dated = {
        (entry.table, entry.event_date): trial.endpoints[name].code
        for name in behind & dying
        if isinstance(entry := trial.endpoints[name].entry, TimeFromDates)
    }
    rejects = material.tracer.rejects.table.to_pylist()
    lost = [row for row in rejects if (row["table"], row["column"]) in dated]
    if not lost:
        return []
    subjects = frames.select("adsl", {"SUBJID": {"in": [row["subject"] for row in lost]}})
    of = {"PARAMCD": [*dated.values()], "USUBJID": subjects.column("USUBJID").tolist()}
    known = {name: {"in": among} for name, among in of.items()}
    times = frames.select("adtte", known | {"AVAL": "present"})
    ends = dict(zip(times.column("USUBJID"), times.column("CNSR"), strict=True))
    died = sum(end == 0 for end in ends.values())
    without = len({row["subject"] for row in lost}) - len(ends)
    alive = "as alive at the last contact"
    alive += "" if analysis else ", as the status says, though a date of death is recorded"
    counts = {alive: len(ends) - died, "as dead": died, "not at all": without}
    ways = {how: n for how, n in counts.items() if n}
    told = in_a_row([how if len(ways) == 1 else f"{how} ({n})" for how, n in ways.items()])
    dead = f" Counted as dead instead, deaths would be {ways.get(alive)} more."
    more = dead * (alive in ways and not analysis)
    n = len({(row["table"], row["source_file"], row["source_row"]) for row in lost})
    dates = "1 date of death was" if n == 1 else f"{n} dates of death were"
    whose = "its patient" if n == 1 else "their patients"
    labels = [material.arm_label(arm) for arm in subjects.column("TRT01P").tolist()]
    arms = escape_markdown(
        in_a_row([f"{arm} {labels.count(arm)}" for arm in dict.fromkeys(labels)])
    )
    return [f"{dates} not usable (see Data; {arms}): times to death count {whose} {told}.{more}"]


def _counted(material: Material, analysis: Analysis) -> Iterator[Arms]:
    """The deaths of each arm, of each endpoint and visit of an analysis."""
    found: dict[tuple[str | None, str | None], Arms] = {}
    for row in material.of(analysis.name):
        arm, counts = row["group1_level"], ("count.events", *OF_TIME)
        count = row["method"] in counts or row["stat_name"] == "proportion"
        if arm and not row["group2"] and not row["stratum"] and count:
            arms = found.setdefault((row["parameter"], row["visit"]), {})
            arms.setdefault(arm, []).append(row)
    yield from found.values()


def _arms(arms: Arms) -> Arms:
    """Without what is of all arms together, where there are several."""
    return {arm: rows for arm, rows in arms.items() if arm != ALL or len(arms) == 1}


def _patients(arms: Arms) -> int:
    return sum(whole_of(rows[0]) for rows in _arms(arms).values())


def _sum(arms: Arms) -> float:
    return sum(_value(rows[0]) for rows in _arms(arms).values())


def unknown_by_arm(material: Material, analysis: Analysis, arms: Arms) -> dict[str, int]:
    """Of how many of each arm it is not known whether they died."""
    sizes = population_sizes(material, analysis.estimand.population)
    return {
        arm: round(_value(row)) - whole_of(arms[arm][0])
        for row in sizes
        if (arm := present(row["group1_level"])) in arms
    }


def population_sizes(material: Material, name: str) -> list[ResultRow]:
    """How many of each arm are in a population; without a flow nobody counts them."""
    rows = population_rows(material, name)
    return [row for arm, row in rows.items() if arm != ALL] or [*rows.values()]


def population_rows(material: Material, name: str) -> dict[str | None, ResultRow]:
    """The rows of how many are in a population, by arm and in all."""
    return {
        row["group1_level"]: row
        for row in material.of("flow")
        if row["stat_name"] == "in_population" and row["parameter"] == name
    }


def randomised_by_arm(material: Material) -> dict[str | None, ResultRow]:
    """The rows of how many were randomised, by arm and in all."""
    return {
        row["group1_level"]: row
        for row in material.of("flow")
        if row["stat_name"] == "randomised" and row["group2_level"] is None
    }


def _value(row: ResultRow) -> float:
    return row["stat_value"] or 0.0


def ends(material: Material) -> dict[str, Arms]:
    """Reasons for which patients did not complete the trial that say death, by arm."""
    found: dict[str, Arms] = {}
    for row in material.of("flow"):
        label = row["group2_level"] or ""
        if row["stat_name"] == "ended" and DEATH.search(label):
            found.setdefault(label, {})[present(row["group1_level"])] = [row]
    return {label: arms for label, arms in found.items() if _sum(arms)}
