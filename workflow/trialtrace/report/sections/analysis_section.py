"""The section of one analysis: estimand, analysed, result, interpretation and caution, a line each.

Its tables, and what else must be known of it, are in the supplement.
"""

from trialtrace.report.links import tables_place
from trialtrace.report.material import Material
from trialtrace.report.sections.analysed import analysed
from trialtrace.report.sections.analysis_tables import analysis_tables
from trialtrace.report.sections.cautions import cautions, in_section
from trialtrace.report.sections.choices import other_choices
from trialtrace.report.sections.details import details
from trialtrace.report.sections.estimand import estimand_line
from trialtrace.report.sections.families import families
from trialtrace.report.sections.findings import described, sentences, without_comparison
from trialtrace.report.sections.interpretation import interpretation
from trialtrace.report.sections.thresholds import against_thresholds
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.reported import in_main_report


def analysis_sentences(material: Material, analysis: Analysis) -> str:
    """The five lines, of which those without anything to say are left out."""
    shown = in_section(cautions(material, analysis))
    lines = {
        "Estimand": estimand_line(material, analysis),
        "Analysed": analysed(material, analysis),
        "Result": " ".join(result(material, analysis)),
        "Interpretation": interpretation(material, analysis),
        "Caution": " ".join(one.text for one in shown),
    }
    told = [f"**{name}.** {text}" for name, text in lines.items() if text]
    if in_main_report(material.trial, analysis):
        n = len(cautions(material, analysis)) - len(shown)
        more = f" and {n} more caution{'s' * (n > 1)}" if n else ""
        told[-1] += f" [Tables{more}](#{tables_place(analysis.name)})."
    return "\n\n".join(told)


def result(material: Material, analysis: Analysis) -> list[str]:
    """What an analysis found: of comparisons, else of arms, else how far its numbers go."""
    found = [*against_thresholds(material, analysis), *sentences(material, analysis)]
    return found or described(material, analysis) or without_comparison(material, analysis)


def analysis_table(material: Material, analysis: Analysis) -> str:
    """The tables, families of p-values and other choices; then what else must be known."""
    found = cautions(material, analysis)
    shown = in_section(found)
    told = [*details(material, analysis), *(one.text for one in found if one not in shown)]
    parts = [analysis_tables(material, analysis.name), *families(material, analysis.name)]
    parts.append(other_choices(material, analysis))
    parts.append("\n".join(f"- {text.strip()}" for text in told if text.strip()))
    return "\n\n".join(part for part in parts if part)
