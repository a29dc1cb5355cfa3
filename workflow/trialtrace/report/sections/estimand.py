"""An estimand in a sentence with the five attributes of ICH E9(R1); the levels of an analysis."""

from collections.abc import Iterable, Iterator

from trialtrace.base.words import P_VALUES, number, upper_first
from trialtrace.report.links import analysis_place, endpoint_place
from trialtrace.report.material import Material, without_p
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import (
    assumes,
    decides_anything,
    explores,
    level_words,
)
from trialtrace.report.sections.questions import STAGE_WISE, of_look
from trialtrace.report.sections.results_in_short import short_arm
from trialtrace.report.sections.thresholds import tests_of_arms, threshold_of
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trace.words import ADJUSTED
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.estimand import Death, Intercurrent
from trialtrace.run.trial.reported import in_main_report, in_order

VALUE_WORDS = {
    "value": "",
    "change": " (change from baseline)",
    "percent_change": " (change in percent of baseline)",
}
STRATEGIES = {
    "treatment policy": "what happens after it counts as it is",
    "hypothetical": "the question is what would have happened without it",
    "composite": "it is part of the outcome",
    "while on treatment": "only what happens before it counts",
    "while alive": "only what happens before it counts",
    "principal stratum": "the question concerns strata of patients defined by whether it would "
    "happen to them under a treatment, whichever they had",
}
MOST_NAMED, MANY = 3, 3


def estimand_line(material: Material, analysis: Analysis) -> str:
    """The sentence, as Markdown; of an analysis that asks another's, a link to that one."""
    parent = material.trial.plan.analyses.get(analysis.of or "")
    if parent is None or parent.estimand != analysis.estimand or parent.value != analysis.value:
        return asked(material, analysis)
    link = f"“[{escape_markdown(parent.label)}](#{analysis_place(parent.name)})”"
    return f"As for {link}."


def asked(material: Material, analysis: Analysis) -> str:
    """Measure, treatments, variable, population, and intercurrent events by their strategies."""
    estimand, rows = analysis.estimand, material.of(analysis.name)
    arms = [short_arm(material, arm) for arm in estimand.treated]
    against = f"{' and '.join(arms)} against {short_arm(material, estimand.reference)}"
    against += f" ({estimand.reason.rstrip('.')})" if estimand.reason else ""
    if not any(row["comparison"] for row in rows):
        against = ""
    if held := threshold_of(material, analysis):
        against = f"each arm against {held}" + f"; {against}" * bool(against)
    population = lower_first(material.trial.populations[estimand.population].label)
    before = [upper_first(estimand.summary), *filter(None, [against])]
    of_value = escape_markdown(VALUE_WORDS[analysis.value].strip())
    variable = " ".join(filter(None, [variables(material, analysis), of_value]))
    who = escape_markdown(f"in “{population}”")
    events = _events(material, analysis)
    return f"{escape_markdown(', '.join(before))}; {variable}, {who}; {events}."


def _events(material: Material, analysis: Analysis) -> str:
    """The intercurrent events, or the first analysis of the same document that has the same."""
    own, trial = analysis.estimand.intercurrent, material.trial
    here = in_main_report(trial, analysis)
    every = (one for one in in_order(trial) if in_main_report(trial, one) == here)
    first = next((one for one in every if one.estimand.intercurrent == own), analysis)
    if first is analysis or len(own) < MANY:
        return escape_markdown(strategies(own))
    link = f"“[{escape_markdown(first.label)}](#{analysis_place(first.name)})”"
    return f"intercurrent events as for {link}"


def strategies(events: Iterable[Intercurrent]) -> str:
    """ "treatment policy for death and surgery"; that no intercurrent event is declared."""
    by: dict[str, list[str]] = {}
    for event in events:
        by.setdefault(event.strategy, []).append(lower_first(event.event))
    told = [f"{strategy} for {', '.join(named)}" for strategy, named in by.items()]
    return "; ".join(told) or "no intercurrent event declared"


def intercurrent_words(events: Iterable[Intercurrent]) -> Iterator[str]:
    """Events by their strategy, in the plan's order, and when patients count as dead."""
    events = list(events)
    by: dict[str, list[str]] = {}
    for event in events:
        by.setdefault(event.strategy, []).append(event.event)
    for strategy, named in by.items():
        each = "each " if len(named) > 1 else ""
        yield f"{', '.join(named)} ({each}{strategy}: {STRATEGIES[strategy]})"
    deaths = [event.death for event in events if event.death is not None]
    for death in deaths:
        yield (
            "patients who died have an outcome of the time before, which is unknown where it was "
            "not seen"
            if death.before
            else f"patients who had died by {_by_day(death)} count as dead at the visit, by that "
            "declared day and not by the date of the visit"
        )


def _by_day(death: Death) -> str:
    """Of one day "day 98", of several "day 98 (week 12) or day 180 (week 24)"."""
    if death.days is None:
        return f"day {number(death.day or 0)}"
    return " or ".join(f"day {number(day)} ({visit})" for visit, day in death.days.items())


def variables(material: Material, analysis: Analysis) -> str:
    """The endpoints, each as a link to its definition; of many how many."""
    endpoints = parameters(material.trial, analysis)
    if len(endpoints) > MOST_NAMED:
        return f"{len(endpoints)} endpoints"
    return "; ".join(
        f"[{escape_markdown(lower_first(endpoint.label))}]"
        f"(#{endpoint_place(endpoint.family or endpoint.name)})"
        for endpoint in endpoints
    )


def levels(material: Material, analysis: Analysis) -> str:
    """The level of intervals, and whether anything is decided by a test."""
    tests, decides = "", decides_anything(material.trial.plan, analysis, material.of(analysis.name))
    decides &= not explores(material)
    if decides and assumes(material, analysis):
        tests = "; as the trial's own boundary is not known, p decides nothing; what is given is "
        tests += f"whether p would have crossed the {level_words(material, analysis)}"
    elif decides:
        tests = f"; tests are decided at the {level_words(material, analysis)}"
    elif not without_p(material.trial.plan, analysis, material.of(analysis.name)) and any(
        row["stat_name"] in P_VALUES
        for row in (*material.printable(analysis.name), *tests_of_arms(material, analysis))
    ):
        tests = "; p-values are shown without a decision"
    every, plan_level = material.of(analysis.name), material.trial.plan.decision_level
    if any(row["stat_name"] == ADJUSTED for row in every) and any(row["ci_low"] for row in every):
        tests += "; p-values that are called adjusted allow for multiplicity, intervals do not"
    p_values = [row for row in every if row["stat_name"] == "p_value"]
    look = analysis.look
    if look and p_values and all(STAGE_WISE in row["method"] for row in p_values):
        tests += f", allow for the interim analyses, and compare with {look.alpha:g}"
    elif p_values and not decides and analysis.decision_level != plan_level:
        about = "about " * (look is not None)
        tests += f"; the level of p would be {about}{analysis.decision_level:.{2 if about else 3}g}"
    if every and not any(row["ci_level"] for row in every):
        return f"{upper_first(tests.removeprefix('; '))}." if tests else ""
    reason = f" Why such levels: {analysis.level_reason}" if analysis.level_reason else ""
    primary = "".join(
        f"The primary interval is at the {100 * one.confidence:g} % level, of “{one.label}”, which "
        f"the plan files under {one.role} analyses; other c"
        for one in of_look(material, analysis)[:1]
    )
    level = f"{100 * analysis.confidence:g} % level"
    return f"{primary or 'C'}onfidence intervals are at the {level}{tests}.{reason}"
