"""Clusters and their patients by arm."""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.config.spec import items_of
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import captioned, pipe_table
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.model import adsl_code


def _options(material: Material) -> Iterator[dict]:
    for analysis in material.trial.plan.analyses.values():
        for step in (*analysis.describe, *analysis.estimates, *analysis.tests):
            yield items_of(step.options)


def clusters_table(material: Material) -> str:
    """Clusters and their patients by arm, of each variable that the plan names as the cluster;
    empty where it names none."""
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
    return captioned(material, pipe_table(header, body), f"clusters-{name}", caption)
