"""Outcomes of which papers print numbers and whose analyses are in the supplement, in short."""

from trialtrace.report.audit.cohort_words import of_rows
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.analysis_section import results_in_sentences
from trialtrace.report.sections.findings import once
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.reported import in_main_report, in_order

LEAD = (
    "Papers print numbers of these outcomes too. Their analyses, with whom they are of and what "
    "must be known of them, are in the supplement."
)


def further_outcomes(material: Material) -> str:
    """A paragraph an analysis which a printed number is held against, and of whose outcome the main
    report has none; empty where there is no such."""
    trial = material.trial
    every = in_order(trial)
    here = {
        endpoint.name
        for one in every
        if in_main_report(trial, one)
        for endpoint in parameters(trial, one)
    }
    printed = {
        selection.get("analysis")
        for claim in material.tracer.declared.values()
        for selection in claim.selections.values()
    }
    told = []
    for one in every:
        outcomes = {endpoint.name for endpoint in parameters(trial, one)}
        away = one.name in printed and not in_main_report(trial, one)
        # Exploratory are characteristics at entry, which the baseline table has.
        if away and one.role != "exploratory" and one.by is None and not outcomes & here:
            who = escape_markdown(lower_first(trial.populations[one.estimand.population].label))
            head = f"**[{escape_markdown(one.label)}](#{analysis_place(one.name)})** ({who})."
            found = once(material, results_in_sentences(material, one))
            cohort = of_rows(material, material.of(one.name))
            told.append(" ".join(filter(None, [head, found, cohort])))
    return "\n\n".join([LEAD, *told]) + "\n" if told else ""
