"""Numbers drawn at random from what a reader sees of a trial, each followed to raw cells."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from trialtrace.report.shown.compare import NUMBER, place_of
from trialtrace.report.shown.docx_lines import docx_lines
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.shown.lines import Line, is_trace
from trialtrace.report.verify.document import places_of, result_at
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

AFTER = re.compile(r"S?\d* ?(?:Endpoints|Limitations|Methods, software and references)")
# Where it stands, the number as it is read, and its link.
Drawn = tuple[str, str, str | None]


def of_report(lines: list[Line], document: str) -> Iterator[Drawn]:
    """(where, number, the page it leads to) of each linked number before the section on endpoints
    or on print, in tables and sentences alike."""
    for at, line in enumerate(lines):
        if line.kind == "heading" and AFTER.fullmatch(line.text):
            return
        for column, piece in enumerate(line.pieces):
            for text, target in piece.links:
                if is_trace(target):
                    place = f"{document}: {place_of(lines, at, column)}"
                    for number in NUMBER.findall(text):
                        yield place, number, target


def drawn(folder: Path, count: int, seed: int) -> list[Drawn]:
    """Some numbers of a trial's report, of both formats where both are there."""
    report = folder / "report"
    found: list[Drawn] = []
    for name in ("report", "supplement"):
        for page in sorted(report.glob(f"{name}*.html")):
            found += of_report(html_lines(page.read_bytes()), page.name)
        if (report / f"{name}.docx").is_file():
            lines = docx_lines((report / f"{name}.docx").read_bytes()).lines
            found += of_report(lines, f"{name}.docx")
    return random.Random(seed).sample(found, min(count, len(found)))


def why_not_followed(tracer: Tracer, number: Drawn) -> str | None:
    """What keeps a number from its raw cells; None where it reaches them.

    A number of planning rests on assumptions of the plan and on no data; one of nobody (0 patients,
    no occurrence) on the rows that were asked.
    """
    pages = places_of(tracer.results)
    _, _, page = number
    result_id = result_at(pages, page or "")
    if result_id is None:
        return "leads to no result"
    row = tracer.results[result_id]
    trace = tracer.trace(result_id)
    if row["analysis_id"] == PLANNING:
        return None if trace["plan"]["key"] else "planned, without a key of the plan"
    if not trace["rows"]:
        return "no rows"
    if not all(role["unchanged"] for role in trace["rows"]):
        return "rows that are others"
    if not any(role["raw"] for role in trace["rows"]):
        return "no raw cells" if any(role["n"] for role in trace["rows"]) else None
    return lacks_parts(tracer, result_id)


def lacks_parts(tracer: Tracer, result_id: str) -> str | None:
    """Whether members of a family, those imputed, or constants are left out of a trace."""
    row, trace = tracer.results[result_id], tracer.trace(result_id)
    if row["stat_name"] == "p_adjusted" and len(trace["family"]) < 2:
        return "an adjusted p without its family"
    if "multiple_imputation" in row["method"] and row["error"] is None:
        roles = {role["role"] for role in trace["rows"]}
        if "drawn_from" not in roles:
            return "draws without the records that they are from"
    return None


def failures(tracer: Tracer, folder: Path, count: int, seed: int) -> Counter[str]:
    """Why numbers did not reach their cells, with how many."""
    reasons = (why_not_followed(tracer, number) for number in drawn(folder, count, seed))
    return Counter(reason for reason in reasons if reason)
