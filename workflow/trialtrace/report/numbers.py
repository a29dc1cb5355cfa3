"""numbers.csv: each number of a run with its short id, as pages, DOCX and PDF have it."""

from collections.abc import Iterator

from trialtrace.report.downloads import stamped
from trialtrace.report.listing import csv_text
from trialtrace.report.material import Material
from trialtrace.report.tables import pair_text
from trialtrace.run.tables.contracts.rows import CheckRow, ResultRow
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.text import HOW
from trialtrace.run.trace.variables import DISPLAYS
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.plan.references import method_of

NAMES = ("id", "result", "analysis", "line", "statistic", "of", "value", "n")
CHECKED = ("method", "reference", "check")


def numbers_csv(material: Material) -> str:
    """A row a result, in their order: short id and identifier, analysis with its line of plan.yaml,
    what it is and of whom, its value as shown, method, and who recomputed it.

    Identifiers have the codes of arms in them, which an open report leaves out.
    """
    rows = [(*NAMES, *CHECKED), *(_row(material, row) for row in material.results)]
    stamp = material.trial.stamp
    return csv_text(stamped(rows, stamp) if stamp else rows)


def _row(material: Material, row: ResultRow) -> tuple[str, ...]:
    plan, name, method = material.trial.plan.analyses, row["analysis_id"], method_of(row["method"])
    line = material.trial.lines("plan").get(("analyses", name))
    label = plan[name].label if name in plan else DISPLAYS[name].capitalize()
    checks = material.tracer.checks.get(row["result_id"], [])
    return (
        short_id(row["result_id"]),
        "" if material.trial.pooled else row["result_id"],
        label,
        str(line or ""),
        row["stat_label"],
        ", ".join(_of(material, row)),
        row["stat_text"],
        "" if row["n_used"] is None else str(row["n_used"]),
        method.title,
        method.reference or "",
        "; ".join(map(_check, checks)) or "no independent check",
    )


def _of(material: Material, row: ResultRow) -> Iterator[str]:
    """Variable, level, visit, subgroup and arm of a number, as a report calls them."""
    name, trial = row["parameter"] or "", material.trial
    if name in trial.subjects.origins:
        yield variable_label(trial, name)
    else:
        yield from material.parameter_words(row)
    level = material.tracer.about.second_words(row)
    if row["group2"] == "time":
        level = material.tracer.about.at_time(row)
    stratum, arm = row["stratum"], row["group1_level"]
    yield from filter(None, [level, row["visit"]])
    if stratum:
        yield material.stratum_words(stratum)
    if row["comparison"]:
        yield pair_text(material, row)
    elif arm:
        yield material.arm_label(arm)


def _check(check: CheckRow) -> str:
    word = "agrees" if check["agrees"] else "DISAGREES"
    by = f"{check['check_by']} {check['version']}, {HOW[check['how']]}"
    return f"{by}: {word} to {check['tolerance']:g}"
