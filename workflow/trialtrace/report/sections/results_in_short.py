"""What a primary analysis found, for the summary: sizes, counts and p. The report names their tests
with the analysis; the conclusion says what they decide."""

from collections.abc import Callable, Iterator

from trialtrace.base.words import LABELS, upper_first
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import at_the_end, denominators
from trialtrace.report.sections.anova import anova_sentences
from trialtrace.report.sections.compact import count_of
from trialtrace.report.sections.decisions import (
    adjusted_of,
    of_all_arms,
    unadjusted_interval,
)
from trialtrace.report.sections.findings import (
    MOST_SENTENCES,
    Compared,
    compared,
    ending,
    once,
    sentences,
)
from trialtrace.report.sections.models import STRATIFIED, model_words
from trialtrace.report.sections.thresholds import against_thresholds
from trialtrace.report.tables import NO_BREAK, link, with_sign
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.reported import in_main_report


def results_in_short(material: Material, analysis: Analysis) -> str:
    """Shares against a threshold, tests of all arms, each comparison; where these are many, or an
    analysis of variance has tests of its own, the sentences of the report. Markdown."""
    found = [*compared(material, analysis)]
    if len(found) > MOST_SENTENCES or any(anova_sentences(material, analysis, markdown=True)):
        return once(material, sentences(material, analysis))
    told = [
        *against_thresholds(material, analysis, in_short=True),
        *(f"All arms: {_p(material, p)}" for p, _ in of_all_arms(material, analysis.name)),
        *(_compared(material, analysis, one) for one in found),
    ]
    return f"{'. '.join(told)}{ending(material)}" if told else ""


def _compared(material: Material, analysis: Analysis, one: Compared) -> str:
    estimate = one.estimate
    size = link(estimate, f"{LABELS[estimate['stat_name']]} {estimate['stat_text']}")
    text = f"{escape_markdown(upper_first(one.lead.removeprefix(', ')))} {size}"
    text += denominators(material, estimate, links=True) + at_the_end(
        material, estimate, links=True
    )
    for p in one.p_values(analysis.decision_level):
        text += f"; {_p(material, p)}{_unlike(material, estimate, p)}"
    return text + unadjusted_interval(analysis, estimate)


def _unlike(material: Material, estimate: ResultRow, p: ResultRow) -> str:
    """ " (stratified by centre, unlike the interval)": where the test has strata of its own."""
    words, given = model_words(material, p), model_words(material, estimate)
    own = [each for each in words if each.startswith(STRATIFIED) and each not in given]
    return f" ({escape_markdown(own[0])}, unlike the interval)" if own else ""


def others_in_short(
    material: Material, analysis: Analysis, place: Callable[[str], str]
) -> Iterator[str]:
    """Shares against a threshold and estimates of what the main report has beside an analysis: made
    of it as published, or with what a look at an interim analysis does to it; counts of what it
    consists of. Other choices that disagree stand in the conclusion. Markdown, a sentence each."""
    roles = ("published",) if analysis.look is None else ("published", "sensitivity")
    for other in material.trial.plan.analyses.values():
        if other.of != analysis.name or not in_main_report(material.trial, other):
            continue
        found = [*compared(material, other)] if other.role in roles else []
        told = [_alone(material, one.estimate, several=len(found) > 1) for one in found]
        told = told if len(told) <= MOST_SENTENCES else []
        if told:
            told = [*against_thresholds(material, other, in_short=True), *told]
        elif other.role == "exploratory" and other.by is not None:
            told = [*_parts(material, other)]
        label, at = escape_markdown(other.label), place(analysis_place(other.name))
        if told:
            yield f"{f'[{label}]({at})' if at else label}: {'; '.join(told)}{ending(material)}"


def _parts(material: Material, analysis: Analysis) -> Iterator[str]:
    """ "Seen at the end 8 of 14 and 9 of 16": what is counted of each level, arm after arm."""
    levels: dict[str, list[str]] = {}
    for row in material.of(analysis.name):
        if row["method"] == "count.events" and row["stratum"] and row["group1_level"]:
            level = row["stratum"].partition("=")[2]
            levels.setdefault(level, []).append(count_of([row]))
    for level, arms in levels.items():
        yield f"{escape_markdown(level)} {' and '.join(arms)}"


def _alone(material: Material, estimate: ResultRow, *, several: bool) -> str:
    """ "risk difference −34.1 …", with the arm where there are several."""
    arm = f"{escape_markdown(material.arm_label(estimate['comparison']))} " if several else ""
    return f"{arm}{LABELS[estimate['stat_name']]} {link(estimate, estimate['stat_text'])}"


def _p(material: Material, p: ResultRow) -> str:
    """ "p = 0.02, adjusted p = 0.04"."""
    rows: Iterator[ResultRow] = filter(None, [p, adjusted_of(material, p)])
    return ", ".join(f"{LABELS[row['stat_name']]}{NO_BREAK}{with_sign(row)}" for row in rows)
