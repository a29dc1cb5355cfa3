"""Specification strip: a primary result under every analysis that asks the same question."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.ground.contracts.rows import ResultRow, present
from trialtrace.ground.words import LABELS
from trialtrace.report.figures.forest import strip
from trialtrace.report.figures.forest_columns import planned_side
from trialtrace.report.figures.lines import data_of, told
from trialtrace.report.figures.picture import Picture
from trialtrace.report.figures.rows_shown import rows_of_strips
from trialtrace.report.material import Material
from trialtrace.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.trial.plan.build import Analysis


def strips(material: Material) -> Iterator[tuple[str, Picture]]:
    """(analysis, picture) of each primary analysis that others ask the same question as."""
    for analysis, rows in rows_of_strips(material):
        yield analysis.name, _strip(material, analysis, rows)


def _strip(material: Material, analysis: "Analysis", rows: list[ResultRow]) -> Picture:
    """The estimates by comparison, in each from the lowest to the highest; a heading for each
    comparison where there are several."""
    pairs = list(dict.fromkeys((row["comparison"], row["reference"]) for row in rows))
    ordered = sorted(
        rows,
        key=lambda row: (
            pairs.index((row["comparison"], row["reference"])),
            present(row["stat_value"]),
        ),
    )
    names = [_name(material, row, len(pairs) > 1) for row in ordered]
    visits = len({row["visit"] for row in rows}) > 1
    blocks = {
        _heading(material, pair) if len(pairs) > 1 else "": [
            (_short(material, row, visits), row)
            for row in ordered
            if (row["comparison"], row["reference"]) == pair
        ]
        for pair in pairs
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


def _heading(material: Material, pair: tuple[str | None, str | None]) -> str:
    return " against ".join(material.arm_label(arm) for arm in pair)


def _short(material: Material, row: ResultRow, visits: bool) -> str:
    """What tells a line of its block apart: the visit where there are several."""
    label = material.trial.plan.analyses[row["analysis_id"]].label
    visit = f", {row['visit']}" if visits and row["visit"] else ""
    return f"{label}{visit} ({method_of(row['method']).title})"


def _name(material: Material, row: ResultRow, several: bool) -> str:
    label = material.trial.plan.analyses[row["analysis_id"]].label
    arm = f", {material.arm_label(row['comparison'])}" if several else ""
    visit = f", {row['visit']}" if row["visit"] else ""
    return f"{label}{visit}{arm} ({method_of(row['method']).title})"
