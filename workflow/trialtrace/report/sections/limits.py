"""What limits a re-analysis, as a list: what its configuration and its results say of that."""

from collections.abc import Iterator

from trialtrace.base.words import upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.data_quality import known_in_short
from trialtrace.report.sections.decisions import turned
from trialtrace.report.sections.findings import not_adjusted
from trialtrace.report.sections.harms import of_log_alone, unreported
from trialtrace.report.sections.imputed import available_cases
from trialtrace.report.sections.lost_sessions import lost_sessions
from trialtrace.report.sections.questions import leading
from trialtrace.report.sections.readings import other_readings
from trialtrace.report.sections.records import records
from trialtrace.report.sections.registered import (
    registered_late,
    registered_otherwise,
    registered_unread,
    unread,
)
from trialtrace.report.sections.sections import ENDED, not_recorded, unstated
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.reported import in_main_report

ALLOWED = "Intervals and p-values allow for them only where this is said."


def limits(material: Material) -> str:
    """A line each; what an analysis alone is limited by stands with that analysis."""
    return "\n".join(f"- {text.strip()}" for text in _limits(material)) + "\n"


def _limits(material: Material) -> Iterator[str]:
    trial = material.trial
    if trial.synthetic:
        yield "The data are synthetic: they show what the analyses do, nothing about the treatment."
    if trial.reanalysis:
        yield escape_markdown(trial.reanalysis)
    for analysis in leading(material):
        yield from map(escape_markdown, known_in_short(material, analysis))
        yield from filter(None, [available_cases(material, analysis)])
        yield from filter(None, [lost_sessions(material, analysis)])
    if disagreeing := other_readings(material):
        yield escape_markdown(disagreeing)
    every = [one for one in trial.plan.analyses.values() if in_main_report(trial, one)]
    chosen = [one for one in every if CHOSEN in trial.populations[one.estimand.population].label]
    if chosen:
        are, whose = ("is", "its") if len(chosen) == 1 else ("are", "their")
        yield (
            f"{len(chosen)} of the {len(every)} analyses of this report {are} of patients chosen "
            f"after randomisation, so {whose} arms are not compared as randomised."
        )
    alone: dict[str, list[str]] = {}
    for one in every:
        yield from (text + "." for text in turned(material, one))
        for record in records(material, one, None) if one.harms else ():
            yield f"{escape_markdown(one.label)}: {record}."
        alone.setdefault(of_log_alone(material, one), []).append(escape_markdown(one.label))
    yield from (f"{'; '.join(labels)}. {text}" for text, labels in alone.items() if text)
    yield from not_adjusted(material)
    yield from registered_late(material)
    yield from registered_otherwise(material)
    yield from registered_unread(material)
    yield from map(escape_markdown, trial.file.limitations)
    if trial.design.interim:
        # The rest stands with the primary analysis.
        first = trial.design.interim.partition(";")[0].rstrip(".")
        yield escape_markdown(f"Interim analyses: {lower_first(first)}. {ALLOWED}")
    if trial.design.stopped:
        yield escape_markdown(f"{ENDED}: {lower_first(trial.design.stopped)}")
    if lacking := not_recorded(trial):
        yield escape_markdown(f"{upper_first(unstated(trial))}: {', '.join(lacking)}.")
    yield from unreported(material)
    yield from filter(None, [unread(material)])
    yield "What the trial means for patients is not discussed here: that is for the trialists."
