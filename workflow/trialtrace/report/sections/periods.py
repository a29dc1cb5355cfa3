"""Designs whose patients are not one each: crossovers by sequence and period, clusters by arm."""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.base.words import LABELS
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.compact import of_arm
from trialtrace.report.tables import captioned, link, pipe_table, texts_table
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.model import adsl_code


def periods_table(material: Material, name: str, rows: list[ResultRow]) -> str:
    """What an analysis by the sequence of a crossover says of its arms: a line a sequence, a column
    a period, as CONSORT's extension asks. Empty for every other analysis."""
    plan = material.trial.plan
    analysis = plan.analyses[name]
    begun = dict(_sequences(material)).get(analysis.by or "", {})
    arms = list(material.trial.design.arms)
    levels = dict.fromkeys(row["stratum"] for row in rows if row["stratum"])
    sequences = {level: begun.get(level.partition("=")[2]) for level in levels}
    if not sequences or None in sequences.values() or {row["visit"] for row in rows} != {None}:
        return ""
    body = []
    for stratum, first in sequences.items():
        order = [first, *(arm for arm in arms if arm != first)]
        cells = [
            [row for row in rows if (row["stratum"], row["group1_level"]) == (stratum, arm)]
            for arm in order
        ]
        told = [
            f"{escape_markdown(material.arm_label(arm))}: {of_arm(cell)}"
            for arm, cell in zip(order, cells, strict=True)
        ]
        body.append([escape_markdown(stratum.partition("=")[2]), *told])
    caption = f"{analysis.label}: by sequence and period, with the treatment of each."
    return texts_table(
        material,
        ["Sequence", "First period", "Second period"],
        body,
        f"{name}-periods".replace("_", "-"),
        caption,
    )


def _sequences(material: Material) -> Iterator[tuple[str, dict[str, str]]]:
    """The variables that steps of the plan name as the sequence, with the arm that each value
    begins with."""
    for options in _options(material):
        if "sequence" in options:
            yield options["sequence"], options["starts_with"]


def _options(material: Material) -> Iterator[dict]:
    for analysis in material.trial.plan.analyses.values():
        for step in (*analysis.describe, *analysis.estimates, *analysis.tests):
            yield items_of(step.options)


def clusters_table(material: Material) -> str:
    """Clusters and their patients by arm, of each variable that the plan names as the cluster, with
    the intracluster correlations of its analyses; empty where it names none."""
    names = dict.fromkeys(
        problem["cluster"] for problem in _options(material) if problem.get("cluster")
    )
    return "\n".join(_clusters(material, name) for name in names)


def clusters_randomised(material: Material) -> str:
    """How many groups were randomised, and to which arms; empty where patients were, or where
    trial.yaml does not name the variable of the groups."""
    unit = material.trial.design.unit
    if not unit or material.trial.pooled or material.trial.design.kind != "cluster":
        return ""
    sizes = _sizes(material, unit)
    told = [f"{sizes[arm].size} {material.arm_label(arm)}" for arm in sizes]
    label = lower_first(variable_label(material.trial, unit))
    whole = sum(size.size for size in sizes.values())
    return escape_markdown(f"Groups were randomised, {whole} by {label}: {', '.join(told)}.")


def _sizes(material: Material, name: str) -> dict[str, np.ndarray]:
    """The numbers of patients of the clusters of each arm."""
    column, sizes = adsl_code(name), {}
    for arm in material.trial.design.arms:
        rows = material.tracer.frames.select("adsl", {"TRT01P": {"is": arm}, column: "present"})
        sizes[arm] = np.unique(rows.column(column).astype(str), return_counts=True)[1]
    return sizes


def _clusters(material: Material, name: str) -> str:
    body = []
    for arm, sizes in _sizes(material, name).items():
        told = (
            [f"{sizes.mean():.1f}", f"{sizes.min()} to {sizes.max()}"] if sizes.size else ["", ""]
        )
        label = escape_markdown(material.trial.design.arms[arm].label)
        body.append([label, str(sizes.size), str(sizes.sum()), *told])
    label = variable_label(material.trial, name)
    header = ["Arm", "Clusters", "Patients", "Patients a cluster, mean", "least to most"]
    caption = f"Clusters and patients by arm; a cluster is a level of: {label}."
    table = captioned(material, pipe_table(header, body), f"clusters-{name}", caption)
    return f"{table}\n{_correlations(material)}"


def _correlations(material: Material) -> str:
    """The intracluster correlation and the design effect of each analysis that has them."""
    correlations = [
        f"{escape_markdown(material.trial.plan.analyses[name].label)}: "
        f"{LABELS[row['stat_name']]} {link(row)}."
        for name in material.trial.plan.analyses
        for row in material.of(name)
        if row["stat_name"] in ("intracluster_correlation", "design_effect")
    ]
    return " ".join(correlations) + "\n" if correlations else ""
