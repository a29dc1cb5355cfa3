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
from collections.abc import Sequence

from trialtrace.report.figures.picture import Cell, Data
from trialtrace.report.tables import NO_BREAK, short_text
from trialtrace.run.trace.words import stratum_words

# What tells the lines or groups of a figure of results apart.

MOST_TOLD = 12


def repeats_cuts(rows: list[ResultRow]) -> bool:
    """Whether two analyses have a line at the same visit, subgroup or endpoint of a list."""
    cuts = {
        (row["analysis_id"], row["visit"], row["stratum"], listed)
        for row in rows
        if (listed := _listed(row)) or row["visit"] or row["stratum"]
    }
    return len(cuts) > len({cut[1:] for cut in cuts})


def _listed(row: ResultRow) -> str | None:
    return row["parameter"] if ";parameter=" in row["result_id"] else None


def name_of(material: Material, row: ResultRow, several: bool) -> str:
    """What tells a line apart: the subgroup or the visit, else the analysis; the arm if several."""
    analysis = material.trial.plan.analyses[row["analysis_id"]]
    parts = [stratum_words(material.trial, row["stratum"])] if row["stratum"] else []
    parts += material.parameter_words(row)
    parts += [row["visit"]] if row["visit"] else []
    if not parts or several:
        parts.insert(0, analysis.label)
    if row["comparison"] and len(analysis.pairs) > 1:
        parts.append(material.arm_label(row["comparison"]))
    return ", ".join(parts)


def told(names: Sequence[str], rows: Sequence[ResultRow]) -> str:
    """Lines in words: "Relief 1.80 (0.63 to 5.16); ...", for who cannot see them."""
    shown = [f"{name} {short_text(row)}" for name, row in zip(names, rows, strict=True)]
    more = [f"and {len(shown) - MOST_TOLD} more"] if len(shown) > MOST_TOLD else []
    return "; ".join([*shown[:MOST_TOLD], *more]).replace(NO_BREAK, " ")


def data_of(material: Material, rows: list[ResultRow], names: list[str]) -> Data:
    """The numbers of lines or bars that are results, each with what tells it apart."""
    columns = ("result", "line", "arm", "value", "low", "high", "n")
    cells: list[tuple[Cell, ...]] = [
        (
            row["result_id"],
            name,
            _arm(material, row),
            row["stat_value"],
            row["ci_low"],
            row["ci_high"],
            row["denominator"] or row["n_used"],
        )
        for row, name in zip(rows, names, strict=True)
    ]
    return Data(columns, cells)


def _arm(material: Material, row: ResultRow) -> str | None:
    arm = row["comparison"] or row["group1_level"]
    return material.arm_label(arm) if arm in material.trial.design.arms else arm


# Specification strips, which no plan names.
STRIP = "specification"
# Fewer estimates are read as well without a picture; more than these fill a page.
FEWEST, MOST = 3, 40


def rows_of_forest(material: Material, inputs: Given) -> list[ResultRow]:
    """What a forest plot shows: estimates, and the tests of interaction beneath them."""
    rows = estimates(material, inputs)
    told = (row for each in notes_of(material, inputs).values() for _, row in each)
    return [*rows, *(row for row in told if row is not None)] if rows else []


def wanted_of(inputs: Given) -> list[str]:
    """The estimates that are drawn, as statistic.method."""
    wanted = inputs["estimate"]
    return [wanted] if isinstance(wanted, str) else list(wanted)


def estimates(material: Material, inputs: Given) -> list[ResultRow]:
    """The estimates that it draws, in the order of the plan."""
    return [
        row
        for name in inputs["of"]
        for row in material.of(name)
        if row["method"] in wanted_of(inputs) and row["stat_value"] is not None
    ]


def notes_of(material: Material, inputs: Given) -> dict[str, list[tuple[str, ResultRow | None]]]:
    """Of each analysis what is said beneath its subgroups."""
    return {
        name: interactions(material, material.trial.plan.analyses[name]) for name in inputs["of"]
    }


def rows_of_bars(material: Material, inputs: Given) -> list[ResultRow]:
    """What a figure of bars shows: proportions."""
    arms = arms_of(material)
    return [
        row
        for name in inputs["of"]
        for row in material.of(name)
        if row["method"] == inputs["estimate"] and row["group1_level"] in arms
    ]


def rows_of_strips(material: Material) -> Iterator[tuple["Analysis", list[ResultRow]]]:
    """Each primary analysis that others ask the same question as, with the estimates that its
    strip shows."""
    for analysis in material.trial.plan.analyses.values():
        rows = same_question(material, analysis) if analysis.role == "primary" else []
        if FEWEST <= len(rows) <= MOST and len({row["analysis_id"] for row in rows}) > 1:
            yield analysis, rows
