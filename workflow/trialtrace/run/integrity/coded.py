"""Columns as places: of their values, and by subject."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Places
from trialtrace.run.integrity.export import CODE, DATE, NOBODY, NUMBER
from trialtrace.run.trial.model import Variable


def kind_of(variable: Variable) -> str:
    if variable.choices or variable.kind == "text":
        return CODE
    if variable.kind in ("datetime", "time"):
        return ""
    return DATE if variable.kind == "date" else NUMBER


def codes_of(table: pa.Table, name: str, choices: Iterable[str] = ()) -> Places:
    """A column as places of its values in their order, choices that no row has among them, so that
    they are the same in every table; `NOBODY` where missing."""
    cells = table[name].to_pylist()
    known = sorted({*choices, *(c for c in cells if c is not None)})
    levels = {value: at for at, value in enumerate(known)}
    return np.array([NOBODY if c is None else levels[c] for c in cells], dtype=np.intp)


def first_by_subject(codes: Places, who: Places, n: int) -> Places:
    """The first code of each subject."""
    made = np.full(n, NOBODY, dtype=np.intp)
    known = np.flatnonzero((who != NOBODY) & (codes != NOBODY))[::-1]
    made[who[known]] = codes[known]
    return made
