"""Grades: classes of another endpoint's value by declared limits."""

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.records import PLACE_OF_RECORD, Records, renamed, values_of
from trialtrace.run.endpoints.study import Study
from trialtrace.run.tables.conditions import evaluate
from trialtrace.run.trial.endpoints.graded import Graded
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[Graded], study: Study) -> Records:
    """AVAL 0, 1, 2, … in the order of `grades`, AVALC the grade's label; missing stays missing.

    Raises UserError where a value meets the tests of no grade, or of several.
    """
    parent = study.parent(endpoint, endpoint.entry.of, ("bds",))
    what = endpoint.entry.value or "value"
    values = values_of(parent, what)
    table = pa.table({"AVAL": values})
    tests = endpoint.entry.grades
    met = np.stack(
        [
            evaluate({"AVAL": test}, table).fill_null(False).to_numpy(zero_copy_only=False)
            for test in tests.values()
        ]
    )
    known = values.is_valid().to_numpy(zero_copy_only=False)
    times = met.sum(axis=0)
    wrong = known & (times != 1)
    if wrong.any():
        none = int((known & (times == 0)).sum())
        raise UserError(
            f"{study.place(endpoint)}: grades",
            found=f"{none} values in no grade, {int(wrong.sum()) - none} in several",
            expected="limits that cover every value once",
        )
    grade = pa.array(met.argmax(axis=0), mask=~known)
    kept = {name: parent.columns[name] for name in PLACE_OF_RECORD if name in parent.columns}
    columns = kept | {"AVAL": grade.cast("float64"), "AVALC": pa.array(list(tests)).take(grade)}
    behind = [cell for cell in parent.cells if cell.variable in ("AVAL", "TRTP")]
    if what != "value":
        behind += renamed([cell for cell in parent.cells if cell.variable == "BASE"], "AVAL")
    return Records("bds", parent.subject, columns, tuple(behind))
