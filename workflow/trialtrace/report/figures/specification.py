"""Specification strip: a primary result under every analysis that asks the same question."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.base.words import LABELS
from trialtrace.report.figures.forest import strip
from trialtrace.report.figures.forest_columns import planned_side
from trialtrace.report.figures.lines import data_of, told
from trialtrace.report.figures.picture import Picture
from trialtrace.report.figures.rows_shown import rows_of_strips
from trialtrace.report.material import Material
from trialtrace.report.same_question import question_of
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis


def strips(material: Material) -> Iterator[tuple[str, Picture]]:
    """(analysis, picture) of each primary analysis that others ask the same question as."""
    for analysis, rows in rows_of_strips(material):
        yield analysis.name, _strip(material, analysis, rows)


def _strip(material: Material, analysis: "Analysis", rows: list[ResultRow]) -> Picture:
    """The estimates by question, in each from the lowest to the highest; a heading for each
    comparison, endpoint and visit where there are several."""
    asked = list(dict.fromkeys(map(question_of, rows)))
    ordered = sorted(
        rows, key=lambda row: (asked.index(question_of(row)), present(row["stat_value"]))
    )
    names = [_name(material, row, len(asked) > 1) for row in ordered]
    visits = len({row["visit"] for row in rows}) > 1
    blocks = {
        _heading(material, own[0], visits) if len(asked) > 1 else "": [
            (_short(material, row), row) for row in own
        ]
        for key in asked
        if (own := [row for row in ordered if question_of(row) == key])
    }
    stat = rows[0]["stat_name"]
    caption = (
        f"{analysis.label}: {LABELS[stat]} under all analyses of the plan that ask the same "
        "question, sorted."
    )
    alt = f"Specification strip of the {LABELS[stat]}: {told(names, ordered)}."
    return Picture(
        strip(material, stat, blocks, planned_side(material, analysis.name)),
        caption,
        alt,
        data_of(material, ordered, names),
    )


def _heading(material: Material, row: ResultRow, visits: bool) -> str:
    visit = [row["visit"]] if visits and row["visit"] else []
    arms = " against ".join(material.arm_label(row[key]) for key in ("comparison", "reference"))
    return ", ".join([*material.parameter_words(row), *visit, arms])


def _short(material: Material, row: ResultRow) -> str:
    label = material.trial.plan.analyses[row["analysis_id"]].label
    return f"{label} ({method_of(row['method']).title})"


def _name(material: Material, row: ResultRow, several: bool) -> str:
    label = material.trial.plan.analyses[row["analysis_id"]].label
    arm = f", {material.arm_label(row['comparison'])}" if several else ""
    visit = f", {row['visit']}" if row["visit"] else ""
    return f"{label}{visit}{arm} ({method_of(row['method']).title})"
