"""The note of a table with adjusted p-values: what they were adjusted with."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import link
from trialtrace.run.trace.families import family_of, members
from trialtrace.run.trial.plan.references import ADJUSTMENTS
from trialtrace.run.trial.reported import in_order

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis

# Members of a longer family are told by their p-values alone, each a link.
MOST_NAMED = 12


def families(material: Material, analysis: str) -> Iterator[str]:
    """For each family of an analysis: its procedure, and a link to each p-value in it. Markdown.

    The first analysis of the report that has a family lists it; the others link there.
    """
    plan, results = material.trial.plan, material.tracer.results
    found = dict.fromkeys(name for row in material.of(analysis) if (name := family_of(row)))
    for name in found:
        rows = members(plan, results, name)
        family = plan.multiplicity[name]
        how = ADJUSTMENTS[family.adjust].title
        head = escape_markdown(f"{family.label}, adjusted together by {how}, {len(rows)} p-values")
        first = _first(material, name)
        if first.name != analysis:
            place = f"#{analysis_place(first.name)}"
            yield f"{head}: listed under [{escape_markdown(first.label)}]({place})."
            continue
        told = [link(row) for row in rows]
        if len(rows) <= MOST_NAMED:
            about = [material.tracer.about.subject(row) for row in rows]
            told = [f"{escape_markdown(who)}: {p}" for who, p in zip(about, told, strict=True)]
        yield f"{head}: {'; '.join(told)}."


def _first(material: Material, family: str) -> "Analysis":
    """The analysis of the report that comes first of those with p-values of a family."""
    return next(
        one
        for one in in_order(material.trial)
        if any(family_of(row) == family for row in material.of(one.name))
    )
