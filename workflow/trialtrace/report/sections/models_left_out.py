"""Whom a model leaves out beside the others of its section: who lacks a covariate or a cluster.

The numbers of a section's "Analysed" are of those whose outcome is known; a model that needs
another column as well is of fewer, and its estimate would stand beside theirs without a word.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.methods.analysing.subject_tables import covariate_column
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Predicate
    from trialtrace.run.trial.plan.build import Analysis

PRESENT = "present"


@dataclass(frozen=True)
class Lost:
    """A result of a model: of how many subjects it is, of how many it would be with the columns."""

    row: ResultRow
    n: int
    whole: int
    columns: tuple[str, ...]


def models_left_out(material: Material, analysis: "Analysis") -> Iterator[str]:
    """A sentence a method that leaves out subjects; of its results the one that loses most."""
    losts: dict[str, list[Lost]] = {}
    for row in material.of(analysis.name):
        estimated = row["n_used"] and not row["error"] and row["ci_level"] is not None
        if estimated and (lost := _lost(material, row)) is not None:
            losts.setdefault(method_of(row["method"]).title, []).append(lost)
    for title, every in losts.items():
        most = max(every, key=lambda one: one.whole - one.n)
        many = len({(one.n, one.whole) for one in every}) > 1
        number = f"[{most.n}]({trace_link(most.row['result_id'], 'n')}) of {most.whole} subjects"
        number += " where it loses most" if many else ""
        text = " or ".join(_label(material, name) for name in most.columns)
        missing = escape_markdown(f"{text} is missing in {most.whole - most.n}")
        yield f"By {escape_markdown(title)}: {number}; {missing}."


def _lost(material: Material, row: ResultRow) -> Lost | None:
    """The subjects of a result beside those that its columns leave out; None where they are all."""
    behind = material.tracer.members.get(row["result_id"], [])
    whole = next((one for one in behind if one["role"] == "analysed"), None)
    if whole is None:
        return None
    predicate: Predicate = json.loads(whole["predicate"])
    named = {covariate_column(name): name for name in _names(json.loads(row["options"]))}
    columns = [one for one, test in predicate.items() if test == PRESENT and one in named]
    if not columns:
        return None
    n = _subjects(material, whole["dataset"], predicate)
    without = {name: test for name, test in predicate.items() if name not in columns}
    every = _subjects(material, whole["dataset"], without)
    if every == n:
        return None
    lacking = tuple(
        named[column]
        for column in columns
        if _subjects(material, whole["dataset"], without | {column: PRESENT}) < every
    )
    return Lost(row, n, every, lacking)


def _names(options: object) -> Iterator[str]:
    """Every name among the choices of a method."""
    if isinstance(options, str):
        yield options
    elif isinstance(options, dict | list):
        for one in options.values() if isinstance(options, dict) else options:
            yield from _names(one)


def _subjects(material: Material, dataset: str, predicate: "Predicate") -> int:
    rows = material.tracer.frames.select(dataset, predicate)
    return len(set(rows.column("USUBJID").tolist()))


def _label(material: Material, name: str) -> str:
    if covariate_column(name) == "BASE":
        return "the value at the baseline"
    return variable_label(material.trial, name)
