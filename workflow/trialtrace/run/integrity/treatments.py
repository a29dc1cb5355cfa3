"""What else of a trial says which arm a patient is in: clusters, or the sequence of a crossover."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Places
from trialtrace.base.config.spec import items_of
from trialtrace.run.integrity.coded import codes_of, first_by_subject, kind_of
from trialtrace.run.integrity.export import CODE, NOBODY, Export, Treatments
from trialtrace.run.trial.load import Trial, arm_origin

ONE_ARM = 0.8
"""The share of patients with the first treatment of a group that may be their sequence."""


def treatments_of(
    trial: Trial, export: Export, tables: dict[str, pa.Table], who: dict[str, Places]
) -> Iterator[Treatments]:
    """The arms of clusters, by what is declared to be their unit; the first treatments of a
    crossover, by the sequence of the plan, or a variable that tells nearly all of them."""
    arm, unit = arm_origin(trial), trial.design.unit

    def of_subjects(table: str, column: str) -> Places:
        return first_by_subject(codes_of(tables[table], column), who[table], export.n)

    groups = {
        name: of_subjects(at.table, at.column)
        for name, at in trial.subjects.origins.items()
        if name == unit or kind_of(trial.dictionary[at.table][at.column]) == CODE
    }
    if trial.design.kind == "cluster" and unit in groups and arm:
        arms = of_subjects(arm.table, arm.column)
        where = f"{arm.table}.{arm.column}", f"another arm than most of their {unit}"
        yield from _said(*where, arms, groups[unit], export.row_of)
    # Arms that are permuted in a patient go with no sequence.
    crossover = trial.design.kind == "crossover" and not trial.at.purpose.hides_arms
    for sheet in export.sheets if crossover else ():
        if treatment := trial.tables[sheet.name].arm:
            cells = tables[sheet.name][treatment]
            codes = {arm.code for arm in trial.design.arms.values()} | {*cells.to_pylist()} - {None}
            of = codes_of(tables[sheet.name], treatment, codes)[who[sheet.name] != NOBODY]
            early = np.flatnonzero(sheet.step == 0)
            arms, rows = np.full(export.n, NOBODY), np.full(export.n, NOBODY)
            arms[sheet.subject[early]], rows[sheet.subject[early]] = of[early], sheet.rows[early]
            declared = _first_codes(trial, tables)
            for name, group in groups.items():
                where = f"{sheet.name}.{treatment}", f"another treatment first than their {name}"
                if name in declared:
                    due = codes_of(pa.table({name: declared[name]}), name, codes)
                    due = first_by_subject(due, who[trial.subjects.origins[name].table], export.n)
                    yield Treatments(*where, arms, due, rows)
                else:
                    yield from _said(*where, arms, group, rows, ONE_ARM)


def _first_codes(trial: Trial, tables: dict[str, pa.Table]) -> dict[str, list[str | None]]:
    """Variables that steps of the plan name as the sequence; in each row of their table the code of
    the treatment that it begins with."""
    codes = {name: arm.code for name, arm in trial.design.arms.items()}
    made = {}
    for analysis in trial.plan.analyses.values():
        for step in (*analysis.describe, *analysis.estimates, *analysis.tests):
            options = items_of(step.options)
            if name := options.get("sequence"):
                at = trial.subjects.origins[name]
                labels = trial.dictionary[at.table][at.column].choices
                arms = {code: options["starts_with"].get(label) for code, label in labels.items()}
                arms = arms or options["starts_with"]
                cells = tables[at.table][at.column].to_pylist()
                made[name] = [codes.get(arms.get(cell) or "") for cell in cells]
    return made


def _said(
    where: str, what: str, arms: Places, group: Places, rows: Places, least: float = 0.0
) -> Iterator[Treatments]:
    """Arms that must be those of most in a group, where at least so many are, and not all have
    one."""
    due = _most(group, arms)
    known = (due != NOBODY) & (arms != NOBODY)
    if len(np.unique(arms[known])) > 1 and (due == arms)[known].mean() >= least:
        yield Treatments(where, what, arms, due, rows)


def _most(group: Places, arms: Places) -> Places:
    """Of each subject the arm that most of their group have."""
    due = np.full(len(group), NOBODY, dtype=np.intp)
    for one in np.unique(group[group != NOBODY]):
        own = (group == one) & (arms != NOBODY)
        due[group == one] = np.bincount(arms[own]).argmax() if own.any() else NOBODY
    return due
