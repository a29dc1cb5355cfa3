"""What a line of the numbers of a figure is of: its entry of the plan, its records, raw rows."""

from collections.abc import Iterator, Set

from trialtrace.report.figures.at_risk import axis_unit
from trialtrace.report.figures.clean_rows import clean_rows
from trialtrace.report.figures.make import asked
from trialtrace.report.figures.picture import SUBJECT, Given, Request
from trialtrace.report.material import Material
from trialtrace.run.cleaning.account import run_text
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trace.text import cell_line, shortened
from trialtrace.run.trace.words import in_words
from trialtrace.run.trial.plan.methods import RECURRENT

# Columns of a figure's numbers that say which values a line has.
ARM, VISIT, ENDPOINT, DAY, AT_RISK = ("arm", "line"), "visit", "endpoint", "day", "at_risk"


def figure_lines(
    material: Material, figure: str, row: dict[str, str], *, rows: bool = False
) -> Iterator[tuple[str, str]]:
    """What a line says, where the plan has its figure, and which records it is drawn from, each
    with its label; with `rows` each raw cell of these."""
    trial = material.trial
    yield "line", "; ".join(f"{name} {value}" for name, value in row.items() if value)
    for kind, name, display in asked(material):
        if name == figure:
            number = name.removeprefix(f"{kind}_")
            where = f"displays.{kind}" + (f", entry {number}" if number != kind else "")
            file = trial.at.shown(trial.at.trial_config(trial.name) / "plan.yaml")
            yield "plan", f"{file}, line {trial.lines('plan').get(('displays', kind), 0)}, {where}"
            yield from _records(material, display, row, rows)


def _records(
    material: Material, display: Given, row: dict[str, str], rows: bool
) -> Iterator[tuple[str, str]]:
    if "endpoint" not in display:
        analysis = display.get("analysis") or display.get("of")
        yield "results", f"trialtrace results {material.trial.name} --analysis {analysis}"
        return
    request, conditions = Request(material, display), _conditions(material, display, row)
    for name in request.names():
        if row.get(ENDPOINT) in (None, request.endpoint(name).label):
            panel = Request(material, display | {"endpoint": name})
            dataset, where = request.predicate(name, **conditions, **_still_at_risk(panel, row))
            selection = material.tracer.frames.select(dataset, where)
            yield "records", f"{selection.n} of {dataset} where {in_words(where)}"
            table, lines = _of_day(material, display, row)
            yield from _raw(material, selection, table, lines)
            if rows:
                cells = material.tracer.cells(selection)
                own = (
                    cell for cell in cells if cell["table"] != table or cell["source_row"] in lines
                )
                yield from (("cells", line) for line in map(cell_line, own))


def _conditions(material: Material, display: Given, row: dict[str, str]) -> dict[str, object]:
    """The arm, the visits and the patient that a line is of. A line of what competes is named by
    that and the arm."""
    words = [f", {row[name]}" for name in ARM if row.get(name)]
    labels = {arm: f", {material.arm_label(arm)}" for arm in Request(material, display).arms}
    arms = [arm for arm, label in labels.items() if any(word.endswith(label) for word in words)]
    # A name that ends as another one does is the longer of the two.
    arms.sort(key=lambda arm: len(labels[arm]))
    conditions: dict[str, object] = {"TRTP": {"is": arms[-1]}} if arms else {}
    if row.get(VISIT):
        conditions["AVISIT"] = {"is": row[VISIT]}
    if row.get(SUBJECT):
        conditions["USUBJID"] = {"is": row[SUBJECT]}
    return conditions


def _still_at_risk(request: Request, row: dict[str, str]) -> dict[str, object]:
    """Who of an arm is at risk at the time of a line that counts these."""
    if not row.get(AT_RISK):
        return {}
    unit, shown = axis_unit(request), float(row[request.entry["unit"]])
    time = min(request.entry["at"], key=lambda one: abs(one / unit - shown))
    if request.endpoint(request.entry[ENDPOINT]).kind not in RECURRENT:
        return {"AVAL": {"at_least": time}}
    # Just after the start, at 0.
    begun = {"below": time} if time else {"at_most": 0}
    return {"AVAL": "present", "TSTART": begun} | ({"TSTOP": {"at_least": time}} if time else {})


def _of_day(material: Material, display: Given, row: dict[str, str]) -> tuple[str, Set[int]]:
    """The table of which a line is one day of a patient, and its lines of that day; "" and none
    where a line is of no day."""
    if not (row.get(DAY) and row.get(SUBJECT) and DAY in display):
        return "", frozenset()
    rows = clean_rows(material, display)
    here = (rows.subject == row[SUBJECT]) & (rows.numbers(display[DAY]) == float(row[DAY]))
    lines = rows.chosen(here).table["source_row"].to_pylist()
    return Request(material, display).endpoint(display[ENDPOINT]).entry.table, frozenset(lines)


def _raw(
    material: Material, selection: Selection, table: str, lines: Set[int]
) -> Iterator[tuple[str, str]]:
    """The rows behind a line; of a `table` these `lines` alone."""
    full = material.disclosure == "full"
    for part in material.tracer.raw.parts(selection):
        own = [row for row in part.rows if part.table != table or row in lines]
        if own:
            file = part.source_file if full else material.trial.tables[part.table].of
            told = f"lines {shortened(run_text(own))}" if full else f"{len(own)} lines"
            yield "raw", f"{file}, {told}, columns {', '.join(part.columns)}"
