"""A margin of a synthetic cohort as the derived data have it, by the `check` that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np

from trialtrace.report.audit.cohort_words import Row
from trialtrace.report.material import Material
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code

SEXES = {"F": "female", "M": "male", "U": "unknown"}
DATASETS = ("bds", "adtte", "occds")


@dataclass(frozen=True)
class Measured:
    """A count of `of`, or a moment over `of` values."""

    value: float
    of: int


def measure(material: Material, row: Row) -> Measured | None:
    """A row of the truth manifest on the derived data; None where it has no check, or where its
    group is not one of arms. Within a group that is chosen by more, as by who was treated, the
    population of the check has to be that group."""
    check = row["check"]
    if not check or not _of_arms(row["group"], row["arm"], "population" in check):
        return None
    if "variable" in check:
        values = _of_variable(_kept(material, row, "adsl", {}), check["variable"])
    elif "endpoint" in check:
        values = _of_endpoint(material, row, check["endpoint"])
    else:
        return None
    # What is missing is None, or NaN, which is not itself.
    there = [value for value in values if value is not None and value == value]
    return _statistic(row["what"], check.get("value"), there)


def _of_arms(group: str, arm: str | None, within: bool) -> bool:
    text = f"arm = {arm}"
    return group in ("", text) or (within and group.endswith(f", {text}"))


def _of_variable(kept: Selection, name: str) -> list[object]:
    values = kept.column(adsl_code(name)).tolist()
    return [SEXES.get(value) for value in values] if name == "sex" else values


def _of_endpoint(material: Material, row: Row, name: str) -> list[object]:
    """The value of each record of an endpoint: text, a number, or Y for an event."""
    of_code = {"PARAMCD": {"is": material.trial.endpoints[name].code}}
    for dataset in DATASETS:
        every = material.tracer.frames.select(dataset, of_code)
        if every.n:
            break
    kept = _kept(material, row, dataset, of_code)
    if dataset == "adtte":
        return ["Y" if one == 0 else "N" for one in kept.column("CNSR").tolist()]
    if dataset == "occds":
        return ["Y"] * kept.n
    worded = any(one is not None for one in every.column("AVALC").tolist())
    return kept.column("AVALC" if worded else "AVAL").tolist()


def _kept(material: Material, row: Row, dataset: str, where: Mapping[str, object]) -> Selection:
    """The rows of the margin's arm, population and visit."""
    frames, check = material.tracer.frames, row["check"]
    asked = dict(where)
    if row["arm"] is not None:
        arm = "TRT01P" if "TRT01P" in frames.names(dataset) else "TRTP"
        asked[arm] = {"is": row["arm"]}
    if "population" in check:
        asked[material.trial.populations[check["population"]].flag] = {"is": "Y"}
    if "visit" in check:
        asked["AVISIT"] = {"is": check["visit"]}
    return frames.select(dataset, asked)


def _statistic(what: str, wanted: str | None, values: list[Any]) -> Measured:
    """A share, a count of a category, a total, or a moment of the values that are there."""
    n = len(values)
    if what == "total":
        numeric = all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in values
        )
        return Measured(float(np.sum(values)) if numeric else n, n)
    if what.startswith(("share", "count of ")):
        wanted = wanted or (what.removeprefix("count of ") if "count of" in what else "Y")
        return Measured(sum(str(value).lower() == wanted.lower() for value in values), n)
    if not n:
        return Measured(nan, n)
    if what == "sd":
        return Measured(float(np.std(values, ddof=1)) if n > 1 else nan, n)
    if what == "mean":
        return Measured(float(np.mean(values)), n)
    return Measured(float({"min": min, "max": max}[what](values)), n)
