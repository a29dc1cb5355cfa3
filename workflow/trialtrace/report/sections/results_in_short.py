"""What a primary analysis found, for the summary: sizes, counts and p. The report names their tests
with the analysis; the conclusion says what they decide."""

from collections.abc import Iterator

from trialtrace.base.words import LABELS, upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import at_the_end, denominators
from trialtrace.report.sections.anova import anova_sentences
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
from trialtrace.report.sections.thresholds import against_thresholds
from trialtrace.report.tables import NO_BREAK, link, with_sign
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.build import Analysis


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
    text += "".join(f"; {_p(material, p)}" for p in one.p_values(analysis.decision_level))
    return text + unadjusted_interval(analysis, estimate)


def _p(material: Material, p: ResultRow) -> str:
    """ "p = 0.02, adjusted p = 0.04"."""
    rows: Iterator[ResultRow] = filter(None, [p, adjusted_of(material, p)])
    return ", ".join(f"{LABELS[row['stat_name']]}{NO_BREAK}{with_sign(row)}" for row in rows)
