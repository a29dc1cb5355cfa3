"""What stands behind a line of the numbers of a figure that piles patients up: the result that it
is, and, where single patients may be shown, who they are."""

from collections.abc import Iterable
from math import isclose

from trialtrace.report.figures.picture import Request
from trialtrace.run.tables.contracts.rows import ResultRow

# The column of those whose values a line has.
SUBJECTS = "subjects"


def result_at(
    request: Request, name: str, stat: str, value: float, **place: str | None
) -> str | None:
    """The result of the plan that a number of an endpoint is: of the statistic, with its value, at
    a place such as `group1_level=arm, visit="4 h"`; None where the plan has none."""
    asked: dict[str, str | None] = {"group2_level": None, "stratum": None, "comparison": None}
    asked |= {"parameter": name, "population": request.entry["population"]} | place
    for row in request.material.results:
        if row["stat_name"] == stat and _at(row, asked) and _is(row["stat_value"], value):
            return row["result_id"]
    return None


def _at(row: ResultRow, place: dict[str, str | None]) -> bool:
    return all(row.get(column) == level for column, level in place.items())


def _is(stored: float | None, value: float) -> bool:
    return stored is not None and isclose(stored, value, rel_tol=1e-9, abs_tol=1e-12)


def whose(request: Request, subjects: Iterable[str]) -> str | None:
    """ "mini-1; mini-4": each of some patients once; None where single ones may not be shown."""
    if request.material.disclosure != "full":
        return None
    return "; ".join(sorted({str(one) for one in subjects}))
