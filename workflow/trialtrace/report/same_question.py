"""Analyses that ask the same question: one of the plan and those made `of` it, of the same
estimand, at the same visits. Those of another estimand or visit ask another one."""

from collections.abc import Iterator

from trialtrace.report.material import Material
from trialtrace.report.sections.decisions import pair_of
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import of_assumption

Key = tuple[str | None, ...]
Estimate = tuple[str | float | None, ...]
PLACES = ("parameter", "visit", "comparison", "reference")
# Analyses that ask the same question otherwise; a subgroup asks another one.
ROLES = ("sensitivity", "supportive", "exploratory", "published")


def same_question(material: Material, analysis: Analysis) -> list[ResultRow]:
    """The estimates of the analysis's first statistic, its own and those of the analyses that ask
    the same question otherwise; of each endpoint, visit and comparison after another.

    An estimate that a later analysis repeats, to set it beside others, is no second one."""
    wanted = first_statistic(material.of(analysis.name))
    result_rows: dict[Key, dict[Estimate, ResultRow]] = {}
    for member in (analysis, *children(material, analysis.name)):
        for key, rows in asking(material, analysis, member).items():
            for row in rows:
                if (
                    row["comparison"]
                    and row["stat_name"] == wanted
                    and row["stat_value"] is not None
                ):
                    result_rows.setdefault(key, {}).setdefault(estimate_of(row), row)
    return [row for rows in result_rows.values() for row in rows.values()]


def estimate_of(row: ResultRow) -> Estimate:
    """What two rows share that are one estimate: what is compared, the method, the value."""
    return (*question_of(row), row["method"], row["options"], row["stat_value"])


def asking(
    material: Material, analysis: Analysis, member: Analysis, *, other: bool = False
) -> dict[Key, list[ResultRow]]:
    """What an analysis `member` prints that asks the question of another; with `other` the rest.

    The question is that of the estimand, what of it is analysed and where, an endpoint and visit.
    """
    cuts = by_cut(material.printable(member.name), member)
    result_rows = {key[:2] for key in by_cut(material.printable(analysis.name), analysis)}
    same = question(member) == question(analysis)
    return {key: rows for key, rows in cuts.items() if (same and key[:2] in result_rows) != other}


def question(analysis: Analysis) -> tuple[object, ...]:
    """The estimand, the value of the outcome, and the rows of it that an analysis takes."""
    return analysis.estimand.name, analysis.value, analysis.where


def question_of(row: ResultRow) -> Key:
    """The endpoint, visit and arms that an estimate compares."""
    return values_of(row, PLACES)


def children(material: Material, name: str) -> Iterator[Analysis]:
    """The analyses made of one, those made of these among them."""
    for other in material.trial.plan.analyses.values():
        if other.of == name and other.by is None and other.role in ROLES:
            yield other
            yield from children(material, other.name)


def first_statistic(rows: list[ResultRow]) -> str | None:
    """The first statistic of a comparison that has an interval."""
    compared = (row for row in rows if row["comparison"] and row["ci_level"] is not None)
    return next((row["stat_name"] for row in compared), None)


def by_cut(rows: list[ResultRow], analysis: Analysis) -> dict[Key, list[ResultRow]]:
    """Rows of comparisons and of all arms together, by endpoint, visit and arms, without tests of
    what an estimate assumes. Of two arms a test of all of them is that of the pair."""
    result_rows: dict[Key, list[ResultRow]] = {}
    for row in rows:
        apart = (row["group1_level"], row["stratum"], row["group2"]) != (None, None, None)
        if apart or of_assumption(row["method"]):
            continue
        pair = pair_of(analysis, row) or (None, None)
        result_rows.setdefault((*values_of(row, PLACES[:2]), *pair), []).append(row)
    return result_rows
