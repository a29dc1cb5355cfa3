"""What a reader of one analysis must doubt: coded cautions, the gravest first.

A section of the report has at most two of them, the supplement all others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.base.words import upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import few_at_risk
from trialtrace.report.sections.analysed import left_out_without_values
from trialtrace.report.sections.deaths import undated
from trialtrace.report.sections.decided_early import decided_early, known_of_all
from trialtrace.report.sections.decisions import turned
from trialtrace.report.sections.details import noted
from trialtrace.report.sections.harms import of_log_alone
from trialtrace.report.sections.imputed import available_cases
from trialtrace.report.sections.lost_sessions import lost_sessions
from trialtrace.report.sections.models import models_left_out, unlike_others
from trialtrace.report.sections.over_time import unlike_times
from trialtrace.report.sections.readings import other_readings_marked
from trialtrace.report.sections.records import records
from trialtrace.report.sections.remarks import disagreeing, remarks
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.plan.build import Analysis

MOST, MOST_WORDS = 2, 45
CHOSEN_LATE = (
    "Membership was decided after randomisation, so the arms are not compared as randomised."
)
_TARGET = re.compile(r"\]\([^)]*\)")


@dataclass(frozen=True)
class Caution:
    """A code, and its text as Markdown."""

    code: str
    text: str


def cautions(material: Material, analysis: Analysis) -> list[Caution]:
    """All of them, in the order of their weight."""
    return [Caution(code, text.strip()) for code, text in _found(material, analysis) if text]


def in_section(found: list[Caution]) -> list[Caution]:
    """Those that a section of the report has: short ones, at most two."""
    short = [one for one in found if len(_TARGET.sub("", one.text).split()) <= MOST_WORDS]
    return short[:MOST]


def _found(material: Material, analysis: Analysis) -> Iterator[tuple[str, str]]:
    leads = analysis.role in ("primary", "secondary")
    if analysis.role == "primary":
        yield "other_readings", other_readings_marked(material, analysis)
    yield from (("adjusted_p_turns", f"{text}.") for text in turned(material, analysis))
    for text in disagreeing(material, analysis):
        yield "interval_and_test_disagree", text
    for text in unlike_times(material, analysis):
        yield "test_of_time_disagrees", text
    if CHOSEN in material.trial.populations[analysis.estimand.population].label:
        yield "chosen_after_randomisation", CHOSEN_LATE
    if analysis.role == "primary":
        yield "lost_counts_as_failure", lost_sessions(material, analysis)
    yield "log_alone", of_log_alone(material, analysis)
    for text in models_left_out(material, analysis):
        yield "model_leaves_out", text
    if unlike := unlike_others(material, analysis):
        yield "not_adjusted_for_baseline", f"{noted(material, unlike)}."
    for endpoint in parameters(material.trial, analysis):
        for record in records(material, analysis, endpoint.name):
            lead = f"{endpoint.label}: " if len(parameters(material.trial, analysis)) > 1 else ""
            yield "recorded_in_few", upper_first(f"{escape_markdown(lead)}{record}.")
    for text in few_at_risk(material, analysis):
        yield "few_at_risk", text
    if leads:
        yield "available_cases", available_cases(material, analysis)
    for text in left_out_without_values(material, analysis):
        yield "left_out_without_values", escape_markdown(text)
    for text in undated(material, analysis):
        yield "dates_of_death_not_usable", text
    early = decided_early(material, analysis)
    yield "decided_early", escape_markdown(early)
    said = [early, *known_of_all(material, analysis), *left_out_without_values(material, analysis)]
    for text in remarks(material, analysis.name, " ".join(said)):
        yield "not_estimable_or_noted", text
