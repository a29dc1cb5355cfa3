"""Outcomes whose analyses are in the supplement alone: those of which papers print numbers in
short, the other secondary ones and those that a note of the report names in a line."""

from trialtrace.report.audit.cohort_words import made_up_by_arm
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.analysis_section import analysed, results_in_sentences
from trialtrace.report.sections.baseline_table import at_baseline
from trialtrace.report.sections.findings import (
    MOST_SENTENCES,
    bounds_first,
    compared,
)
from trialtrace.report.sections.key_sentences import exceptions, excluding, leaves_out_no_effect
from trialtrace.report.sections.results_in_short import by_methods, sizes
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.reported import in_main_report, in_order

LEAD = (
    "The analyses of these outcomes are in the supplement alone, with whom they are of and what "
    "must be known of them. Papers print numbers of those with a paragraph of their own."
)
OTHERS = "**Other analyses.** "


def further_outcomes(material: Material) -> str:
    """A paragraph an analysis which a printed number is held against, and of whose outcome under
    treatment the main report has none; one of the other secondary ones and of those that its notes
    name; empty where there are none."""
    trial = material.trial
    every, before = in_order(trial), at_baseline(trial)
    here = {
        endpoint.name
        for one in every
        if in_main_report(trial, one) and one not in before
        for endpoint in parameters(trial, one)
    }
    printed = {
        selection.get("analysis")
        for claim in material.tracer.declared.values()
        for selection in claim.selections.values()
    }
    notes = " ".join(each.note or "" for each in every if _noted_here(material, each))
    told, others = [], []
    for one in every:
        outcomes = {endpoint.name for endpoint in parameters(trial, one)}
        noted = one.of is None and f"“{one.label}”" in notes
        # The baseline table has characteristics at entry.
        unseen = one.role == "exploratory" and not noted
        if in_main_report(trial, one) or one.by is not None or unseen:
            continue
        if one.name in printed and not outcomes & here:
            who = lower_first(analysed(material, one).rstrip("."))
            found = " ".join(results_in_sentences(material, one))
            told.append(" ".join(filter(None, [f"**{_named(one)}** ({who}).", found])))
        elif one.role == "secondary" or noted:
            assumed = made_up_by_arm(material, material.of(one.name))
            others.append(f"{_named(one)}{_short(material, one)}{assumed}")
    if others:
        told.append(f"{OTHERS}{'; '.join(others)}.")
    return "\n\n".join([LEAD, *told]) + "\n" if told else ""


def _noted_here(material: Material, one: Analysis) -> bool:
    """Whether the report has the note on an analysis: its own, and those of subgroups."""
    return in_main_report(material.trial, one) or one.role == "subgroup"


def _named(one: Analysis) -> str:
    return f"[{escape_markdown(one.label)}](#{analysis_place(one.name)})"


def _short(material: Material, one: Analysis) -> str:
    """What it found of one outcome, else of how many comparisons it is, and how many of their
    intervals lie beside no effect."""
    found = [*compared(material, one)]
    places = {(each.estimate["parameter"], each.estimate["visit"]) for each in found}
    if found and len(found) <= MOST_SENTENCES and len(places) == 1:
        far = bounds_first(material, one, found[0].estimate) if len(found) == 1 else ""
        return f": {far}{sizes(material, one, found)}{by_methods(material, one, found)}"
    if not found:
        return ""
    leads = {
        row["result_id"]: each.lead.strip(", :")
        for each in found
        for row in (each.estimate, *each.further)
    }
    rows = [row for each in found for row in (each.estimate, *each.further)]
    bounded = [row for row in rows if None not in (row["ci_low"], row["ci_high"])]
    clear = sum(map(leaves_out_no_effect, bounded))
    told = f"; {excluding(clear, len(bounded))}" if bounded else ""
    told += exceptions(bounded, lambda row: leads[row["result_id"]])
    unknown = len(rows) - len(bounded)
    without = f", {unknown} of them without an interval" * bool(unknown and bounded)
    return f": {len(found)} comparisons{by_methods(material, one, found)}{without}{told}"
