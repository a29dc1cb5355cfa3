"""simulation.html: under each truth a row for each result, and how often each rejects."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from trialtrace.base.config.spec import mapping_of
from trialtrace.base.store import write_text
from trialtrace.report.figures.canvas import COLOURS, FAINT, PALE
from trialtrace.report.pages.plots import STYLE, WIDTH, drawing, figure
from trialtrace.report.pages.plots import row as cells_of
from trialtrace.report.pages.shell import page_alone, table_lines
from trialtrace.report.simulation.material import (
    COLUMNS,
    NO_RESULT,
    cells,
    decided,
    label_of,
    rejected_text,
    rows_of,
    what,
)
from trialtrace.run.tables.contracts.simulation import CharacteristicRow
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.simulation.file import SimulationFile
from trialtrace.run.trial.simulation.load import simulation_of

TITLE = "What the analyses can show"
HOW = (
    "A synthetic trial is drawn by its script under the stated parameters, typed by the data "
    "dictionary, derived and analysed by the code of a run; it has no errors of an export, and "
    "the checks of cleaning.yaml are left out. Of any other trial the stated endpoints are drawn. "
    "Monte Carlo standard errors are in brackets, 95 % intervals (Wilson) behind shares of "
    "rejections; formulas: Morris, White and Crowther 2019."
)
WORDS = (
    "A p-value rejects at or below the level of its analysis, an interval where it leaves out that "
    "there is no effect. That is a type I error where what is tested is true, power where it is "
    "not; 'rejected' stands where nobody can say, or where no difference between arms is tested. "
    "Bias, sd and mean se of ratios are of the logarithm, which an estimate of 0 has not; mean se "
    "is what intervals imply, half of their width by the normal quantile. What is true follows "
    "exactly where arms are alike or the truth states the shares; else it is the estimate of one "
    "trial of 10,000 patients or more, whose standard error is part of those of bias and coverage: "
    "more trials do not make it less. A trial without a value counts as failed, nowhere else."
)
CAPTION = "Share of the trials in which each test rejects, with its 95 % interval, by truth."
TICKS = (0.0, 0.05, 0.25, 0.5, 0.8, 1.0)
LEFT, RIGHT, TOP, ROW = 500.0, 30.0, 34.0, 18.0


def render_simulation(trial: Trial, folder: Path, out: Path, code: str) -> None:
    """Write the page from the tables in `folder`; `code` is the hash that made them."""
    body = "\n".join(_body(trial, simulation_of(trial), rows_of(folder), code))
    write_text(out, page_alone(trial, TITLE, body, STYLE))


def _body(
    trial: Trial, simulation: SimulationFile, rows: list[CharacteristicRow], code: str
) -> Iterator[str]:
    yield f"<h1>{TITLE}</h1>"
    yield f'<p class="subject">{escape(trial.title)}</p>'
    yield (
        f"<p>{simulation.replicates} trials under each of {len(simulation.truths)} truths. {HOW}"
        f"</p>\n<p>{WORDS}</p>"
    )
    yield "<h2>Truths</h2>"
    yield from _truths(trial, simulation)
    if picture := _drawing(trial, simulation, rows):
        yield "<h2>Rejections</h2>"
        yield figure(picture, CAPTION)
    for name, truth in simulation.truths.items():
        yield f'<h2 id="{escape(name)}">{escape(label_of(name, truth))}</h2>'
        of_truth = [row for row in rows if row["truth"] == name]
        yield from (f"<p>{escape(text)}</p>" for text in _failures(of_truth))
        yield from table_lines(("result", *COLUMNS), _lines(trial, simulation, of_truth), "frame")
    yield (
        f"<p>Trial 17 again: <code>trialtrace simulate {escape(trial.name)} --truth "
        f"{escape(next(iter(simulation.truths)))} --replicate 17</code>. Every trial is a row of "
        "replicates.parquet, with its seed.</p>"
    )
    yield f'<p class="id">code {escape(code)}</p>'


def _truths(trial: Trial, simulation: SimulationFile) -> Iterator[str]:
    lines = []
    for name, truth in simulation.truths.items():
        stated = mapping_of(truth.parameters or truth.endpoints or {})
        other = "; ".join(f"{name}: {_told(entry)}" for name, entry in stated.items())
        other = other or "the published numbers"
        told = (
            label_of(name, truth),
            truth.why,
            _told(mapping_of(truth.patients) or "as the trial"),
        )
        lines.append(
            f'<tr><td class="wrap"><a href="#{escape(name)}">{escape(told[0])}</a></td>'
            f'<td class="wrap">{escape(told[1])}</td><td>{escape(told[2])}</td>'
            f'<td class="wrap">{escape(other)}</td></tr>'
        )
    yield from table_lines(("truth", "why", "patients", "what is true"), lines)


def _told(value: object) -> str:
    """A number, or one by arm, as the file has it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _failures(rows: Sequence[CharacteristicRow]) -> Iterator[str]:
    """Why trials have no value, once a reason."""
    failed: dict[str, list[int]] = {}
    for row in rows:
        if row["failed"]:
            reason = row["reason"] or NO_RESULT
            failed.setdefault(reason, []).append(row["failed"])
    for reason, times in failed.items():
        results = f"{len(times)} results have" if len(times) > 1 else "1 result has"
        yield f"{results} no value in up to {max(times)} trials: {reason}"


def _lines(
    trial: Trial, simulation: SimulationFile, rows: Sequence[CharacteristicRow]
) -> Iterator[str]:
    """The rows of a truth, under the analysis that they are of."""
    analysis = ""
    for row in rows:
        if row["analysis_id"] != analysis:
            analysis = row["analysis_id"]
            label = escape(trial.plan.analyses[analysis].label)
            yield f'<tr><th colspan="{len(COLUMNS) + 1}">{label}</th></tr>'
        told = cells(row)
        yield cells_of(told, first=what(trial, row), anchor=anchor(row))


def anchor(row: CharacteristicRow) -> str:
    """Where a row stands on the page."""
    return short_id(f"{row['truth']}/{row['result_id']}")


def _drawing(trial: Trial, simulation: SimulationFile, rows: list[CharacteristicRow]) -> str:
    """How often each test rejects: a line a test, a dot a truth; empty where none does."""
    shown = decided(rows)
    truths = list(simulation.truths)
    y, analysis = TOP, ""
    parts = []
    for name in dict.fromkeys(row["result_id"] for row in shown):
        of_test = [row for row in shown if row["result_id"] == name]
        if of_test[0]["analysis_id"] != analysis:
            analysis = of_test[0]["analysis_id"]
            label = escape(trial.plan.analyses[analysis].label)
            parts.append(f'<text x="0" y="{y + 4}" font-weight="650">{label}</text>')
            y += ROW
        text = escape(what(trial, of_test[0]))
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{text}</text>')
        for row in of_test:
            number = truths.index(row["truth"])
            parts.append(_dot(row, simulation, y + 3.0 * (number - (len(truths) - 1) / 2), number))
        y += ROW
    if not parts:
        return ""
    lines = [*_axis(y - ROW / 2), *parts]
    for number, truth in enumerate(truths):
        y += ROW
        label = escape(label_of(truth, simulation.truths[truth]))
        colour = COLOURS[number % len(COLOURS)]
        lines.append(f'<circle cx="{LEFT}" cy="{y - 4}" r="3.5" fill="{colour}"/>')
        lines.append(f'<text x="{LEFT + 10}" y="{y}">{label}</text>')
    return drawing(CAPTION, y + ROW, lines)


def _x(share: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)


def _axis(bottom: float) -> Iterator[str]:
    for share in TICKS:
        colour = FAINT if share in (0.05, 0.8) else PALE
        yield f'<path d="M{_x(share)} 18V{bottom}" stroke="{colour}"/>'
        if share:
            text = f"{100 * share:g} %"
            yield f'<text x="{_x(share)}" y="12" text-anchor="middle">{text}</text>'


def _dot(row: CharacteristicRow, simulation: SimulationFile, y: float, number: int) -> str:
    share, low, high = row["rejected"], row["rejected_low"], row["rejected_high"]
    assert share is not None and low is not None and high is not None
    colour = COLOURS[number % len(COLOURS)]
    text = escape(rejected_text(row))
    return (
        f'<a href="#{anchor(row)}"><path d="M{_x(low)} {y}H{_x(high)}" stroke="{colour}"/>'
        f'<circle cx="{_x(share)}" cy="{y}" r="3" fill="{colour}"><title>{text}</title>'
        "</circle></a>"
    )
