"""Which figures and tables of a plan show what rests on raw cells: by the results, or the derived
rows, that their numbers are of."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.report.figures.picture import Given, names, predicate_of
from trialtrace.report.figures.rows_shown import STRIP, rows_of_bars, rows_of_forest, rows_of_strips
from trialtrace.report.material import Material
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.impact import Reach
from trialtrace.run.trial.plan.displays.registry import displays
from trialtrace.run.trial.plan.displays.shapes import TableRows

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.displays.display import Display

# Of figures that show results of several analyses, which.
ROWS = {"forest": rows_of_forest, "bars": rows_of_bars}


def resting(material: Material, reach: Reach, results: set[str]) -> list[str]:
    """The figures and tables, by kind and title, that show one of these results, or a derived row
    that rests on the chosen edges; specification strips by their analysis."""
    given = material.trial.plan.displays
    found = []
    for display in displays(given):
        if display.single_patients and material.disclosure != "full":
            continue
        for entry in [given[display.kind]] if display.once else given[display.kind]:
            if _shows(material, display, entry, reach, results):
                found.append(
                    f"{display.kind}: {entry['title']}" if "title" in entry else display.kind
                )
    for analysis, rows in rows_of_strips(material):
        if _any_of(rows, results):
            found.append(f"{STRIP}_{analysis.name}")
    return found


def _shows(
    material: Material,
    display: "Display[object]",
    inputs: Given,
    reach: Reach,
    wanted: set[str],
) -> bool:
    if display.kind in ROWS:
        return _any_of(ROWS[display.kind](material, inputs), wanted)
    if display.results:
        return _any_of(_own(material, display.kind, inputs), wanted)
    if "analysis" in inputs:
        rows = material.of(inputs["analysis"])
        named = inputs.get("parameter")
        return _any_of([row for row in rows if named in (None, row["parameter"])], wanted)
    if "endpoint" in inputs:
        return any(_rows_rest(material, display, inputs, name, reach) for name in _shown(inputs))
    return False  # of a planned sample size: of no patient


def _own(material: Material, kind: str, inputs: Given) -> Iterator[ResultRow]:
    """The results of a table that makes its own; one of several tables names its endpoint."""
    for row in material.of(kind):
        if "endpoint" not in inputs or row["parameter"] in (None, inputs["endpoint"]):
            yield row


def _shown(inputs: Given) -> list[str]:
    named = inputs["endpoint"]
    return [named] if isinstance(named, str) else list(named)


def _rows_rest(
    material: Material,
    display: "Display[object]",
    inputs: Given,
    entry: str,
    reach: Reach,
) -> bool:
    """Whether a chosen edge leads to a row that is drawn, to its arm or to its population."""
    # Of a table the condition is over its own columns, which no derived row has.
    rows = {"where"} if issubclass(display.shape, TableRows) else set()
    told = {key: value for key, value in inputs.items() if key not in rows}
    visits = {"AVISIT": {"in": list(inputs["visits"])}} if "visits" in inputs else {}
    for name in names(material, told | {"endpoint": entry}):
        if reach.selected(*predicate_of(material, told, name, TRTP="present", **visits)):
            return True
    return False


def _any_of(rows: "Iterator[ResultRow] | list[ResultRow]", wanted: set[str]) -> bool:
    return any(row["result_id"] in wanted for row in rows)
