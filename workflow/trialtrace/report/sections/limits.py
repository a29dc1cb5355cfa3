"""What limits a re-analysis, as a list; what limits one analysis stands in its section."""

from collections.abc import Iterator

from trialtrace.report.material import Material
from trialtrace.report.page_one.page import further_cautions
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.registered import registered_unread, unread
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.reported import in_main_report

ALLOWED = "Intervals and p-values allow for them only where this is said."


def limits(material: Material) -> str:
    """A line each, without those that page 1 has."""
    return "\n".join(f"- {text.strip()}" for text in _limits(material)) + "\n"


def _limits(material: Material) -> Iterator[str]:
    trial = material.trial
    if trial.synthetic:
        yield "The data are synthetic: they show what the analyses do, nothing about the treatment."
    if trial.reanalysis:
        yield escape_markdown(trial.reanalysis)
    yield from (one.text for one in further_cautions(material))
    every = [one for one in trial.plan.analyses.values() if in_main_report(trial, one)]
    chosen = [one for one in every if CHOSEN in trial.populations[one.estimand.population].label]
    if chosen:
        are, whose = ("is", "its") if len(chosen) == 1 else ("are", "their")
        yield (
            f"{len(chosen)} of the {len(every)} analyses of this report {are} of patients chosen "
            f"after randomisation, so {whose} arms are not compared as randomised."
        )
    yield from registered_unread(material)
    if trial.design.interim:
        first = trial.design.interim.partition(";")[0].rstrip(".")
        yield escape_markdown(f"Interim analyses: {lower_first(first)}. {ALLOWED}")
    yield from filter(None, [unread(material)])
    yield "What the trial means for patients is not discussed here: that is for the trialists."
