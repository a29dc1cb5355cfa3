"""What tells the lines or groups of a figure of results apart."""

from trialtrace.ground.contracts.rows import ResultRow
from trialtrace.report.figures.picture import Cell, Data
from trialtrace.report.material import Material
from trialtrace.trace.words import stratum_words


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


def data_of(rows: list[ResultRow], names: list[str]) -> Data:
    """The numbers of lines or bars that are results, each with what tells it apart."""
    columns = ("result", "line", "arm", "value", "low", "high", "n")
    cells: list[tuple[Cell, ...]] = [
        (
            row["result_id"],
            name,
            row["comparison"] or row["group1_level"],
            row["stat_value"],
            row["ci_low"],
            row["ci_high"],
            row["denominator"] or row["n_used"],
        )
        for row, name in zip(rows, names, strict=True)
    ]
    return Data(columns, cells)
