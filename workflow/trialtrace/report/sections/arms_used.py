"""Which arms enter each model and test of an analysis: a model of two arms of three is another
model than one of all three, though both compare the same two."""

import json
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.run.tables.contracts.rows import MemberRow
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis

Arms = tuple[str, ...]
TWO = 2


def arms_used(material: Material, analysis: "Analysis") -> str:
    """ "Patients of the arms high and low (155): analysis of covariance. No patient of the arm
    placebo enters." of a trial of more than two arms; else nothing."""
    arms = material.trial.design.arms
    if len(arms) <= TWO or material.trial.design.kind in OWN_TREATMENT:
        return ""
    sizes, methods = _used(material, analysis.name)
    by_methods: dict[tuple[str, ...], list[Arms]] = {}
    for used, named in methods.items():
        by_methods.setdefault(tuple(named), []).append(used)
    told = []
    for together, sets in by_methods.items():
        who = ", ".join(f"of {_named(material, used)} ({_range(sizes[used])})" for used in sets)
        told.append(f"Patients {who}: {'; '.join(together)}.")
    absent = [arm for arm in arms if methods and not any(arm in used for used in methods)]
    if absent:
        arm = "arm" if len(absent) == 1 else "arms"
        told.append(f"No patient of the {arm} {_labels(material, absent)} enters.")
    return " ".join(told)


def _used(
    material: Material, name: str
) -> tuple[dict[Arms, set[int]], dict[Arms, dict[str, None]]]:
    """For each set of arms that a comparison was made from: numbers of patients, and methods."""
    sizes: dict[Arms, set[int]] = {}
    methods: dict[Arms, dict[str, None]] = {}
    frames = material.tracer.frames

    @cache
    def patients(dataset: str, predicate: str) -> int:
        return len(set(frames.select(dataset, json.loads(predicate)).column("USUBJID")))

    for row in material.printable(name):
        if row["group1_level"] is not None or row["stat_name"] == "p_adjusted":
            continue
        for member in _of_whom(material.tracer.members.get(row["result_id"], ())):
            used = _arms(material, json.loads(member["predicate"]))
            if used:
                sizes.setdefault(used, set()).add(patients(member["dataset"], member["predicate"]))
                methods.setdefault(used, {})[method_of(row["method"]).title] = None
    return sizes, methods


def _of_whom(members: Iterable[MemberRow]) -> list[MemberRow]:
    """The rows that a result is of: the subjects, where it is also of those without an outcome."""
    member_rows = list(members)
    whole = [
        one for one in member_rows if one["role"] == "denominator" and one["dataset"] == "adsl"
    ]
    return whole or [one for one in member_rows if one["role"] == "analysed"]


def _arms(material: Material, predicate: dict[str, Any]) -> Arms:
    """The arms that a condition on the treatment keeps, in the order of the trial."""
    test = predicate.get("TRTP", predicate.get("TRT01P", {}))
    kept = [test["is"]] if "is" in test else test.get("in", ())
    return tuple(arm for arm in material.trial.design.arms if arm in kept)


def _named(material: Material, used: Arms) -> str:
    if len(used) == len(material.trial.design.arms):
        return "all arms"
    return f"the arms {_labels(material, used)}"


def _labels(material: Material, arms: Iterable[str]) -> str:
    return in_a_row([material.arm_label(arm) for arm in arms])


def _range(sizes: set[int]) -> str:
    low, high = min(sizes), max(sizes)
    return f"{low}" if low == high else f"{low} to {high}"
