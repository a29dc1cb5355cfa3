"""What the supplement says of an analysis besides its tables: how its outcome is made, of whom its
models are, and every caution that its section in the report has no room for."""

import re
from collections.abc import Iterator

from trialtrace.report.figures.rows_shown import of_levels
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material, without_p, without_p_within
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import assumes, unadjusted
from trialtrace.report.sections.endpoints_section import norms
from trialtrace.report.sections.estimand import intercurrent_words, levels
from trialtrace.report.sections.event_words import is_untimed
from trialtrace.report.sections.imputed import imputations
from trialtrace.report.sections.models import arms_used
from trialtrace.report.sections.over_time import over_time
from trialtrace.report.sections.questions import alongside
from trialtrace.report.sections.records import first_events
from trialtrace.report.tables import with_names
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.trace.words import labels, rule_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.reported import in_order

WHATEVER = "Intervals that hold either way are primary, as the boundary of the stop is not known."


def details(material: Material, analysis: Analysis) -> Iterator[str]:
    """A sentence or more each, as Markdown; cautions are told apart (cautions.py)."""
    if analysis.role == "primary":
        yield _rules(material, analysis)
        yield escape_markdown(of_levels(material, [analysis]))
        yield WHATEVER * assumes(material, analysis)
        yield _agreeing(material, analysis)
    if any(event.death for event in analysis.estimand.intercurrent):
        yield escape_markdown("; ".join(intercurrent_words(analysis.estimand.intercurrent))) + "."
    yield escape_markdown(levels(material, analysis))
    yield from imputations(material, analysis)
    yield escape_markdown(arms_used(material, analysis))
    yield from first_events(material, analysis)
    yield over_time(material, analysis)
    plan, rows = material.trial.plan, material.of(analysis.name)
    if without_p(plan, analysis, rows):
        yield unadjusted(material, analysis)
    elif without_p_within(plan, analysis, rows):
        yield unadjusted(material, analysis, within=True)
    if analysis.note:
        yield noted(material, analysis.note)


def _agreeing(material: Material, analysis: Analysis) -> str:
    """Which primary analyses of the same question a test of this one must not part from."""
    agree = [
        f"“[{escape_markdown(one.label)}](#{analysis_place(one.name)})”"
        for one in alongside(material, analysis)
    ]
    verb = "agrees" if len(agree) == 1 else "agree"
    return f"An effect is shown only where {' and '.join(agree)} {verb}." if agree else ""


def _rules(material: Material, analysis: Analysis) -> str:
    """How the outcome is made, and at which visit; that no time is declared, where none is."""
    words = labels(material.trial)
    endpoints = parameters(material.trial, analysis)
    told = [with_names(rule_of(words, one)) for one in endpoints]
    told += [text for one in endpoints for text in norms(material, one)]
    if any(map(is_untimed, endpoints)):
        told.append("This analysis has no visit and no time of it.")
    return " ".join(told)


def noted(material: Material, note: str) -> str:
    """A note as Markdown, in which the label of another analysis in quotes leads to it."""
    places = {one.label: analysis_place(one.name) for one in in_order(material.trial)}

    def linked(match: re.Match[str]) -> str:
        label = match[1]
        shown = escape_markdown(label)
        return f"“[{shown}](#{places[label]})”" if label in places else f"“{shown}”"

    return "".join(
        re.sub(r"“([^”]+)”", linked, part)
        if part.startswith("“")
        # Escaping takes the blanks at the ends.
        else re.sub(r"\S(?:.*\S)?", lambda text: escape_markdown(text[0]), part)
        for part in re.split(r"(“[^”]+”)", note)
    )
