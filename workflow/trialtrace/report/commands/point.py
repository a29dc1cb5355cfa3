"""`trialtrace trace TRIAL/figure/NAME:LINE`: a point of a figure that is no result of the plan."""

from collections.abc import Iterator

from trialtrace.base.errors import visible
from trialtrace.report.figures.make import asked
from trialtrace.report.figures.picture import Given, Request
from trialtrace.report.listing import json_text
from trialtrace.report.material import Material
from trialtrace.report.which_run import FIGURE
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trace.text import WIDTH, shortened
from trialtrace.run.trace.words import in_words

# Columns of a figure's numbers that say whose values a line has.
ARM, VISIT, ENDPOINT = ("arm", "line"), "visit", "endpoint"


def tell_point(material: Material, text: str, row: dict[str, str], form: str) -> None:
    """Print what the line `text` says, where the plan has its figure, and which records it is drawn
    from."""
    trial, told = material.trial, list(_figure_lines(material, text, row))
    if form == "json":
        print(json_text({"point": text, "synthetic": trial.synthetic, "lines": told}), end="")
        return
    stamp = "   SYNTHETIC, not evidence" if trial.synthetic else ""
    lines = [f"{text}: a point of a figure, no result of the plan{stamp}", ""]
    print(visible("\n".join(lines + [f"{label:<{WIDTH}}{words}" for label, words in told])))


def _figure_lines(material: Material, text: str, row: dict[str, str]) -> Iterator[tuple[str, str]]:
    match, trial = FIGURE.fullmatch(text), material.trial
    assert match is not None
    yield "line", "; ".join(f"{name} {value}" for name, value in row.items() if value)
    for kind, name, given in asked(material):
        if name == match["name"]:
            number = name.removeprefix(f"{kind}_")
            where = f"displays.{kind}" + (f", entry {number}" if number != kind else "")
            file = trial.at.shown(trial.at.trial_config(trial.name) / "plan.yaml")
            yield "plan", f"{file}, line {trial.lines('plan').get(('displays', kind), 0)}, {where}"
            yield from _records(material, given, row)


def _records(material: Material, display: Given, row: dict[str, str]) -> Iterator[tuple[str, str]]:
    if "endpoint" not in display:
        analysis = display.get("analysis") or display.get("of")
        yield "results", f"trialtrace results {material.trial.name} --analysis {analysis}"
        return
    request, words = Request(material, display), {row.get(name) for name in ARM}
    arms = [arm for arm in request.arms if material.arm_label(arm) in words]
    conditions: dict[str, object] = {"TRTP": {"is": arms[0]}} if arms else {}
    if row.get(VISIT):
        conditions["AVISIT"] = {"is": row[VISIT]}
    for name in request.names():
        if row.get(ENDPOINT) in (None, request.endpoint(name).label):
            dataset, where = request.predicate(name, **conditions)
            selection = material.tracer.frames.select(dataset, where)
            yield "records", f"{selection.n} of {dataset} where {in_words(where)}"
            yield from _raw(material, selection)


def _raw(material: Material, selection: Selection) -> Iterator[tuple[str, str]]:
    full = material.disclosure == "full"
    for part in material.tracer.raw.parts(selection):
        file = part.source_file if full else material.trial.tables[part.table].of
        lines = f"lines {shortened(part.row_text)}" if full else f"{len(part.rows)} lines"
        yield "raw", f"{file}, {lines}, columns {', '.join(part.columns)}"
