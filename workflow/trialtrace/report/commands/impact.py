"""`trialtrace impact`: what rests on a cell, a line, a patient or a result.

Figures and tables of a plan rest on it by the results, or the derived rows, that their numbers are
of.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

from trialtrace.base.errors import visible
from trialtrace.base.paths import Project
from trialtrace.report.figures.picture import Given, Request
from trialtrace.report.figures.rows_shown import STRIP, rows_of_bars, rows_of_forest, rows_of_strips
from trialtrace.report.listing import json_text
from trialtrace.report.material import Material
from trialtrace.report.which_run import asked_result
from trialtrace.run.archive.text import counted
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.impact import DerivedValue, Impact, Listed, Reach
from trialtrace.run.trace.short_id import typed_short
from trialtrace.run.trial.load import load_settings, load_trial
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.registry import displays
from trialtrace.run.trial.plan.displays.shapes import TableRows

if TYPE_CHECKING:
    import numpy as np

# Of a long list so many are shown; JSON has all.
SHOWN = 15
# No cell lies there.
NO_LINE = -1


class AsStored(Material):
    """Results without the texts of a report, of which nothing is told here."""

    @cached_property
    def results(self) -> list[ResultRow]:
        table = read_table(self.folder / "analysis" / "results.parquet", RESULTS)
        rows: list[ResultRow] = table.to_pylist()
        return rows


def tell_impact(at: Project, name: str, place: str | None, subject: str | None, form: str) -> None:
    """Print what rests on a place of the export, or on a patient."""
    import numpy as np

    material = AsStored(load_trial(name, at), load_settings(at), at.results / name, {})
    impact = Impact(material.tracer)
    if place is not None and (typed_short(place) or place.startswith(f"{name}/")):
        _tell_result(material, impact, asked_result(at, place), form)
        return
    if place is None:
        chosen = impact.of_subject(subject or "")
        _tell(material, impact, chosen, f"subject {subject}", [], form)
        return
    where = impact.place(place)
    chosen, text = impact.edges(where), impact.called(where)
    if rows := impact.rows_of_key(where):
        text = f"{text}, key of {counted(len(rows), 'row')}: what these reach"
        chosen = np.logical_or.reduce([impact.edges(row) for row in rows])
    _tell(material, impact, chosen, text, impact.rejected(where), form)


def _tell(
    material: Material,
    impact: Impact,
    chosen: "np.ndarray",
    text: str,
    rejected: list[str],
    form: str,
) -> None:
    reach = impact.reach(chosen)
    results = impact.results(reach)
    derived = list(impact.derived(chosen))
    by_analysis = Counter(row["analysis_id"] for row in results)
    before = [
        *_list("rejected by cleaning", rejected),
        *_list("derived values", [*dict.fromkeys(map(_derived, derived))]),
        *_list("results", [f"{name}: {n}" for name, n in by_analysis.items()], len(results)),
    ]
    told = {"derived": [asdict(derived_value) for derived_value in derived], "rejected": rejected}
    _print(material, (text, told, before), reach, results, impact.adjusted(results), form)


def _tell_result(material: Material, impact: Impact, result_id: str, form: str) -> None:
    """What rests on a number: adjusted p-values of its family, claims, figures and tables."""
    row = material.tracer.result(result_id)
    listed = Listed(
        result_id=row["result_id"],
        analysis_id=row["analysis_id"],
        parameter=row["parameter"],
        stat_name=row["stat_name"],
    )
    adjusted = impact.adjusted([listed]) if row["stat_name"] == "p_value" else []
    reach = impact.reach(impact.tracer.raw.edges.equal("source_row", NO_LINE))
    _print(material, (f"result {result_id}", {}, []), reach, [listed], adjusted, form)


def _print(
    material: Material,
    place: tuple[str, dict[str, object], list[str]],
    reach: Reach,
    results: list[Listed],
    adjusted: list[Listed],
    form: str,
) -> None:
    """`place` is what it is called, and what is told of it before what rests on it: as JSON, as
    lines."""
    tracer, (text, told, before) = material.tracer, place
    claims = [claim for row in results for claim in tracer.claims.get(row["result_id"], [])]
    claimed = list(dict.fromkeys(claim["claim_id"] for claim in claims))
    displays = resting(material, reach, {row["result_id"] for row in results})
    if form == "json":
        made = {
            "place": text,
            "synthetic": tracer.trial.synthetic,
            **told,
            "results": [row["result_id"] for row in results],
            "adjusted": [row["result_id"] for row in adjusted],
            "claims": claimed,
            "displays": displays,
        }
        print(json_text(made), end="")
        return
    lines = [
        f"{tracer.trial.name}: {text}",
        *([stamp.sentence] if (stamp := tracer.trial.stamp) else []),
        *before,
        *_list("adjusted p of others in a family", [row["result_id"] for row in adjusted]),
        *_list("published numbers", claimed),
        *_list("figures and tables", displays),
    ]
    print(visible("\n".join(lines)))


def _list(title: str, entries: Sequence[str], many: int | None = None) -> Iterator[str]:
    yield f"{title}: {len(entries) if many is None else many or 'none'}"
    yield from (f"  {entry}" for entry in entries[:SHOWN])
    if len(entries) > SHOWN:
        yield f"  … {len(entries) - SHOWN} more: --format json"


def _derived(derived_value: DerivedValue) -> str:
    parts = (
        derived_value.dataset,
        derived_value.parameter,
        derived_value.visit,
        derived_value.variable,
    )
    return " ".join(part for part in parts if part)


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
        entries = [given[display.kind]] if display.once else given[display.kind]
        for number, entry in enumerate(entries, start=1):
            name = display.kind if display.once else f"{display.kind}_{number}"
            if _shows(material, display, entry, reach, results) or results & _drawn(material, name):
                found.append(
                    f"{display.kind}: {entry['title']}" if "title" in entry else display.kind
                )
    for analysis, rows in rows_of_strips(material):
        if _any_of(rows, results):
            found.append(f"{STRIP}_{analysis.name}")
    return found


def _drawn(material: Material, name: str) -> set[str]:
    """The results among the numbers of a figure that a run has drawn."""
    path = material.folder / "report" / "figures" / f"{name}.csv"
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        names = next(lines, [])
        at = names.index("result") if "result" in names else None
        return set() if at is None else {line[at] for line in lines} - {""}


def _shows(
    material: Material,
    display: Display[object],
    inputs: Given,
    reach: Reach,
    wanted: set[str],
) -> bool:
    if display.kind in ROWS:
        return _any_of(ROWS[display.kind](material, inputs), wanted)
    if display.results:
        return _any_of(_results(material, display.kind, inputs), wanted)
    if "analysis" in inputs:
        rows = material.of(inputs["analysis"])
        named = inputs.get("parameter")
        return _any_of([row for row in rows if named in (None, row["parameter"])], wanted)
    if "endpoint" in inputs:
        return any(_rows_rest(material, display, inputs, name, reach) for name in _names(inputs))
    return False  # of a planned sample size: of no patient


def _results(material: Material, kind: str, inputs: Given) -> Iterator[ResultRow]:
    """The results of a table that makes its own; one of several tables names its endpoint."""
    for row in material.of(kind):
        if "endpoint" not in inputs or row["parameter"] in (None, inputs["endpoint"]):
            yield row


def _names(inputs: Given) -> list[str]:
    named = inputs["endpoint"]
    return [named] if isinstance(named, str) else list(named)


def _rows_rest(
    material: Material,
    display: Display[object],
    inputs: Given,
    entry: str,
    reach: Reach,
) -> bool:
    """Whether a chosen edge leads to a row that is drawn, to its arm or to its population."""
    # Of a table the condition is over its own columns, which no derived row has.
    rows = {"where"} if issubclass(display.shape, TableRows) else set()
    told = {key: value for key, value in inputs.items() if key not in rows}
    visits = {"AVISIT": {"in": list(inputs["visits"])}} if "visits" in inputs else {}
    for name in Request(material, told | {"endpoint": entry}).names():
        if reach.selected(*Request(material, told).predicate(name, TRTP="present", **visits)):
            return True
    return False


def _any_of(rows: Iterator[ResultRow] | list[ResultRow], wanted: set[str]) -> bool:
    return any(row["result_id"] in wanted for row in rows)
