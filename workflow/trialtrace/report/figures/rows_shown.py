"""Which results those figures show that have results of several analyses: known without drawing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.report.figures.forest_columns import interactions
from trialtrace.report.figures.picture import Given, arms_of
from trialtrace.report.material import Material
from trialtrace.report.same_question import same_question
from trialtrace.run.tables.contracts.rows import ResultRow

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis

# Specification strips, which no plan names.
STRIP = "specification"
# Fewer estimates are read as well without a picture; more than these fill a page.
FEWEST, MOST = 3, 40


def rows_of_forest(material: Material, given: Given) -> list[ResultRow]:
    """What a forest plot shows: estimates, and the tests of interaction beneath them."""
    rows = estimates(material, given)
    told = (row for each in notes_of(material, given).values() for _, row in each)
    return [*rows, *(row for row in told if row is not None)] if rows else []


def wanted_of(given: Given) -> list[str]:
    """The estimates that are drawn, as statistic.method."""
    wanted = given["estimate"]
    return [wanted] if isinstance(wanted, str) else list(wanted)


def estimates(material: Material, given: Given) -> list[ResultRow]:
    """The estimates that it draws, in the order of the plan."""
    return [
        row
        for name in given["of"]
        for row in material.of(name)
        if row["method"] in wanted_of(given) and row["stat_value"] is not None
    ]


def notes_of(material: Material, given: Given) -> dict[str, list[tuple[str, ResultRow | None]]]:
    """Of each analysis what is said beneath its subgroups."""
    return {
        name: interactions(material, material.trial.plan.analyses[name]) for name in given["of"]
    }


def rows_of_bars(material: Material, given: Given) -> list[ResultRow]:
    """What a figure of bars shows: proportions."""
    arms = arms_of(material)
    return [
        row
        for name in given["of"]
        for row in material.of(name)
        if row["method"] == given["estimate"] and row["group1_level"] in arms
    ]


def rows_of_strips(material: Material) -> Iterator[tuple["Analysis", list[ResultRow]]]:
    """Each primary analysis that others ask the same question as, with the estimates that its
    strip shows."""
    for analysis in material.trial.plan.analyses.values():
        rows = same_question(material, analysis) if analysis.role == "primary" else []
        if FEWEST <= len(rows) <= MOST and len({row["analysis_id"] for row in rows}) > 1:
            yield analysis, rows
