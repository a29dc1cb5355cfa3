"""Analyses that ask the same question: one of the plan and those made `of` it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.ground.contracts.rows import ResultRow, values_of
from trialtrace.report.material import Material

if TYPE_CHECKING:
    from trialtrace.trial.plan.build import Analysis

Key = tuple[str | None, ...]
# Analyses that ask the same question otherwise; a subgroup asks another one.
ROLES = ("sensitivity", "supportive", "exploratory", "published")


def same_question(material: Material, analysis: "Analysis") -> list[ResultRow]:
    """The estimates of the analysis's first statistic, its own and those of the analyses that ask
    the same question otherwise."""
    wanted = first_statistic(material.of(analysis.name))
    return [
        row
        for member in (analysis, *children(material, analysis.name))
        for rows in by_cut(material.printable(member.name)).values()
        for row in rows
        if row["comparison"] and row["stat_name"] == wanted and row["stat_value"] is not None
    ]


def children(material: Material, name: str) -> "Iterator[Analysis]":
    """The analyses made of one, those made of these among them."""
    for other in material.trial.plan.analyses.values():
        if other.of == name and other.by is None and other.role in ROLES:
            yield other
            yield from children(material, other.name)


def first_statistic(rows: list[ResultRow]) -> str | None:
    """The first statistic of a comparison that has an interval."""
    compared = (row for row in rows if row["comparison"] and row["ci_level"] is not None)
    return next((row["stat_name"] for row in compared), None)


def by_cut(rows: list[ResultRow]) -> dict[Key, list[ResultRow]]:
    """Rows of comparisons and of all arms together, by endpoint, visit, stratum and arms."""
    found: dict[Key, list[ResultRow]] = {}
    for row in rows:
        if row["group1_level"] is None and row["stratum"] is None and row["group2"] is None:
            keys = ("parameter", "visit", "comparison", "reference")
            found.setdefault(values_of(row, keys), []).append(row)
    return found
