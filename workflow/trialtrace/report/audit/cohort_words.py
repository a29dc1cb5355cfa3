"""That numbers of a synthetic cohort were put in: said where they stand, with where they were set.

A result of such a cohort that agrees with a paper tells nothing of it, since the paper set it.
"""

import json
from collections.abc import Sequence
from typing import Any

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.claims.select import rows_of
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.put_in import MADE_OF, Rests

Row = dict[str, Any]
PUT_IN = (
    "Numbers of this cohort were set so that they print as the paper has them. What the "
    "report shows of them was put in, and is no reproduction."
)


def truth_of(material: Material) -> Row:
    """What the cohort was drawn from, as its export has it."""
    row: Row = json.loads((material.folder / "raw" / "truth.json").read_text(encoding="utf-8"))
    return row


def put_in(material: Material) -> str:
    """The sentence beside counts of verdicts; empty where no number of the cohort was set by a
    paper, or the data were not drawn here."""
    return PUT_IN if material.trial.drawn and material.tracer.put_in.margins else ""


def of_claim(material: Material, claim_id: str) -> str:
    """Whether what recomputes a printed number was drawn to print so; empty where it was not."""
    selections = material.tracer.declared[claim_id].selections.values()
    rows = [
        row
        for selection in selections
        for row in rows_of(material.results, dict(selection), claim_id)
    ]
    return of_rows(material, rows)


def of_rows(material: Material, rows: Sequence[ResultRow]) -> str:
    """The same of numbers that stand in a line: a short sentence without the margins."""
    if not material.trial.drawn:
        return ""
    together = _together(material, rows)
    if together.own:
        return "*Cohort:* put in, no finding."
    return (
        "*Cohort:* made of columns that were drawn to printed numbers." if together.columns else ""
    )


def with_cohort(material: Material, line: str, rows: Sequence[ResultRow]) -> str:
    """A line of a report, and behind it whether its numbers were put in."""
    return " ".join(filter(None, [line, of_rows(material, rows)]))


def of_results(material: Material, analyses: Sequence[str]) -> str:
    """What set the results of some analyses of a synthetic cohort, as Markdown; empty for others.

    Of their own numbers where a paper printed such; else of those whose columns they are made of.
    """
    if not material.trial.drawn:
        return ""
    rests = _rests(material, analyses)
    told = material.tracer.put_in.told
    if rests.own:
        return (
            "**Put in, no finding:** the cohort was drawn to have what the paper prints, or counts "
            f"that print so. {escape_markdown(told(rests.own))}. That the result agrees with the "
            "paper tells nothing."
        )
    if rests.columns:
        return f"**Put in, in part:** {escape_markdown(f'{MADE_OF} {told(rests.columns)}.')}"
    return "The cohort was drawn by a program, to no printed number of this endpoint."


def _rests(material: Material, analyses: Sequence[str]) -> Rests:
    return _together(material, [row for name in analyses for row in material.of(name)])


def _together(material: Material, rows: Sequence[ResultRow]) -> Rests:
    """The margins that any of these results rests on, in the order of the cohort."""
    found = [material.tracer.put_in.behind(row) for row in rows]
    own = [id(margin) for rests in found for margin in rests.own]
    columns = [id(column) for rests in found for column in rests.columns]
    # What no derived value is checked for is told last.
    margins = sorted(material.tracer.put_in.margins, key=lambda item: item["check"] is None)
    return Rests(
        tuple(margin for margin in margins if id(margin) in own),
        tuple(margin for margin in margins if id(margin) in columns),
    )
