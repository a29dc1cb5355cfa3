"""Pages of the numbers at risk below curves: of each that is no result what it is counted from."""

import csv
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path

from trialtrace.base.store import write_text
from trialtrace.report.figures.along import at_risk_anchor, when
from trialtrace.report.figures.make import Drawn, asked
from trialtrace.report.figures.picture import Given, Request
from trialtrace.report.figures.points import AT_RISK, ENDPOINT, figure_lines
from trialtrace.report.links import figure_page
from trialtrace.report.material import Material
from trialtrace.report.pages.shell import report_page

TOLD = (
    "Whom each number at risk below the curves counts; one that is a result of the plan has its "
    "trace instead, to which the figure leads."
)


def at_risk_pages(material: Material, drawn: list[Drawn], out: Path) -> None:
    """Write at-risk/, a page of each figure that has patients at risk."""
    given = {f"{name}.csv": display for _, name, display in asked(material)}
    for one in drawn:
        if one.data in given and (counted := list(_counted(out / "figures" / one.data))):
            name = one.data.removesuffix(".csv")
            body = "\n".join(_body(material, name, given[one.data], counted))
            page = report_page(material.trial, "Numbers at risk", body, up="../")
            write_text(out / figure_page(name), page)


def _counted(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a figure's numbers that count patients at risk, by their place."""
    with file.open(encoding="utf-8", newline="") as text:
        for line, row in enumerate(csv.DictReader(text), start=2):
            if row.get(AT_RISK):
                yield line, row


def _body(
    material: Material, figure: str, display: Given, counted: list[tuple[int, dict[str, str]]]
) -> Iterator[str]:
    yield f"<h1>Numbers at risk: {escape(display['title'])}</h1>"
    yield f'<p class="subject">{TOLD} <a href="../figures/{figure}.csv">All lines</a></p>'
    request = Request(material, display)
    names = {request.endpoint(name).label: name for name in request.names()}
    met = Counter[tuple[str, str]]()
    for line, row in counted:
        name = names[row[ENDPOINT]] if ENDPOINT in row else request.names()[0]
        at = met[name, row["line"]]
        met[name, row["line"]] += 1
        if not row["result"]:
            time = when(Request(material, display | {ENDPOINT: name}), display["at"][at])
            heading = f"{row['line']}, {time}: {float(row[AT_RISK]):g} at risk"
            place = f"{material.trial.name}/figure/{figure}:{line}"
            told = [*figure_lines(material, figure, row), ("command", f"trialtrace trace {place}")]
            told = [(label, words) for label, words in told if label != "line"]
            yield f'<section id="{at_risk_anchor(name, row["line"], at)}">'
            yield f"<h2>{escape(heading)}</h2>\n<dl>"
            yield from (f"<dt>{label}</dt>\n<dd>{escape(words)}</dd>" for label, words in told)
            yield "</dl>\n</section>"
