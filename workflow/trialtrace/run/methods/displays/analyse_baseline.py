"""The baseline table: each subject variable by arm, described and never tested."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.run.methods.analysing.cuts import level_text, levels
from trialtrace.run.methods.analysing.rows import ALL, Place, Result
from trialtrace.run.methods.displays.called import BASELINE, DESCRIPTIVE, NUMBERS
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def baseline(trial: "Trial", frames: Frames) -> Iterator[Result]:
    """Counts and shares of categories, or summaries of numbers, for each variable and arm.

    With `by`, for each level of that variable; it itself is described over all alone.
    """
    data = trial.plan.displays.get("baseline")
    if data is None:
        return
    flag = trial.populations[data["population"]].flag
    everybody, by = {flag: {"is": "Y"}}, data.get("by")
    groups: list[tuple[str, str | None, dict[str, Any]]] = []
    if by is not None:
        for level in levels(trial, frames, by):
            base = everybody | {adsl_code(by): {"is": level}}
            groups.append((ALL, f"{by}={level_text(level)}", base))
    elif trial.design.kind not in OWN_TREATMENT:
        groups = [(arm, None, everybody | {"TRT01P": {"is": arm}}) for arm in trial.design.arms]
    if data["overall"] or not groups:
        groups.append((ALL, None, everybody))
    for name in data["variables"]:
        for group, stratum, base in groups:
            if stratum is not None and name == by:
                continue
            at = Place(trial.name, BASELINE, data["population"], None, name, lists_parameters=True)
            place = replace(at, stratum=stratum, group=group)
            yield from _variable(trial, frames, name, base, place)


def _variable(
    trial: "Trial", frames: Frames, name: str, base: dict[str, Any], place: Place
) -> Iterator[Result]:
    column = adsl_code(name)
    result = partial(Result, method=DESCRIPTIVE, options={}, synthetic=trial.synthetic)
    known = frames.select("adsl", base | {column: "present"})
    unknown = frames.select("adsl", base | {column: "missing"})
    if is_number(frames, column):
        yield from _number(trial, known, column, place)
    else:
        for level in levels(trial, frames, name):
            rows = frames.select("adsl", base | {column: {"is": level}})
            at = replace(place, second=("level", level_text(level)))
            members = {"numerator": rows, "denominator": known}
            counted = partial(result, members=members, n_used=known.n, denominator=known.n)
            yield counted(at, "count", value=rows.n)
            yield counted(at, "proportion", value=rows.n / known.n if known.n else np.nan)
    members = {"analysed": unknown, "denominator": frames.select("adsl", base)}
    n = known.n + unknown.n
    yield result(place, "missing", value=unknown.n, members=members, n_used=n)


def _number(trial: "Trial", known: Any, column: str, place: Place) -> Iterator[Result]:
    # What a plan will give is known from this module before any number is described.
    from trialtrace.stats.continuous import means

    common = {"n_used": known.n, "synthetic": trial.synthetic}
    members = {"analysed": known}
    yield Result(place, "count", DESCRIPTIVE, known.n, {}, members, **common)
    if not known.n:
        return
    found = means.describe(known.column(column).astype(float))
    for stat in NUMBERS:
        options = {"quantile": "type 7"} if stat in ("median", "q1", "q3") else {}
        yield Result(place, stat, DESCRIPTIVE, getattr(found, stat), options, members, **common)


def is_number(frames: Frames, column: str) -> bool:
    import pyarrow as pa

    kind = frames.column("adsl", column).type
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
