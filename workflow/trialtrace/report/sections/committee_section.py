"""Looks of a closed report to a monitoring committee: the boundaries of each, and this one's p."""

from collections.abc import Iterator

from trialtrace.base.words import number
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import captioned, link, pipe_table
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.looks import boundary

HEADER = ["Look", "Information", "Z to cross", "p to cross", "Level spent", "p at this look"]


def committee_section(material: Material) -> str:
    """The looks of each analysis that has some; empty but in a closed report."""
    if material.trial.at.purpose.kind != "closed":
        return ""
    looks = (one for one in material.trial.plan.analyses.values() if one.look and one.of is None)
    return "\n\n".join(_looks(material, analysis) for analysis in looks)


def _looks(material: Material, analysis: Analysis) -> str:
    look = analysis.look
    assert look is not None
    bounds = boundary(look)
    body = [
        [
            f"{at}{' (this report)' if at == look.look else ''}",
            f"{number(100 * share)} %",
            f"{bounds.z[at - 1]:.3f}",
            f"{bounds.nominal[at - 1]:.4f}",
            f"{bounds.spent[at - 1]:.4f}",
            "; ".join(_p_values(material, analysis)) if at == look.look else "",
        ]
        for at, share in enumerate(look.fractions, start=1)
    ]
    caption = (
        f"{analysis.label}: looks by {look.boundary.replace('_', ' ')}, two-sided level "
        f"{look.alpha:g}. The information of each is the planned share."
    )
    table = pipe_table([escape_markdown(name) for name in HEADER], body)
    return captioned(material, table, f"looks-{analysis.name.replace('_', '-')}", caption)


def _p_values(material: Material, analysis: Analysis) -> Iterator[str]:
    """Each p-value of a test of the analysis, and whether it crosses."""
    tests = {step.key for step in analysis.tests}
    for row in material.of(analysis.name):
        value = row["stat_value"]
        if row["method"] in tests and row["stat_name"] == "p_value" and value is not None:
            crossed = "crosses" if value <= analysis.decision_level else "does not cross"
            yield f"{link(row)}, {crossed}"
