"""What tells the lines or groups of a figure of results apart."""

from collections.abc import Sequence

from trialtrace.report.figures.picture import Cell, Data
from trialtrace.report.material import Material
from trialtrace.report.tables import NO_BREAK, short_text
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.words import stratum_words

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
