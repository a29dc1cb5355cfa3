"""Whether a report, HTML, DOCX or PDF, shows what it showed when it was made."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.report.links import bookmark_link, number_anchor, trace_link
from trialtrace.report.seal_file import DOCX, HTML, PDF, Kept, lines_of
from trialtrace.report.shown.compare import NUMBER, alterations
from trialtrace.report.shown.docx_lines import BrokenDocument, Docx, docx_lines
from trialtrace.report.shown.lines import Line, is_trace
from trialtrace.report.verify.kept_run import Found, KeptRun
from trialtrace.run.tables.contracts import RESULTS, read_table

PROGRAM = "docProps/app.xml"
# How a file begins that is no report, and what it is.
OTHERS = {
    b"{\\rtf": "a text in RTF",
    b"\xd0\xcf\x11\xe0": "a file of an old Microsoft Office, as DOC",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
ZIPPED = {
    b"mimetypeapplication/vnd.oasis.opendocument": "an OpenDocument, as ODT",
    b"xl/workbook.xml": "a workbook of Excel",
    b"ppt/presentation.xml": "slides of PowerPoint",
}
# How many places are told of what is in many.
PLACES = 3
UNSEEN = (
    "bytes that are no text: markup, style or what a browser does with them",
    "bytes that are no text: drawings, links, or how a program packed them",
)
UNREAD = "fonts and layout are not compared"


@dataclass
class Judged:
    """What came of a document: what is altered in it, what to know, how much was compared."""

    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)


def kind_of(data: bytes) -> str:
    """Which of the formats of a report some bytes are, by how they begin."""
    if data.startswith(b"%PDF"):
        return PDF
    return DOCX if data[:2] == b"PK" else HTML


def no_report(data: bytes) -> str | None:
    """What a file is that is no report in any format, by how it begins; None for one that may be
    a report."""
    for start, told in OTHERS.items():
        if data.startswith(start):
            return told
    if data.startswith(b"PK"):
        return next((told for sign, told in ZIPPED.items() if sign in data[:4096]), None)
    return None


def judged(kept: Kept, data: bytes, file: str, pages: Mapping[str, str]) -> Judged:
    """A document against what it showed when it was made.

    `pages` gives the result of each trace page. An HTML page and a PDF must have the same bytes,
    since what stands outside of its text decides what is shown; a DOCX may have been saved by
    another program.
    """
    every = _counts(kept.lines)
    counted = Judged()
    if sha256_bytes(data) == kept.sha256:
        counted.compared = _compared(every, every)
        return counted
    try:
        read = docx_lines(data) if kept.name.endswith(DOCX) else None
        lines = read.lines if read else lines_of(kept.name, data)
    except BrokenDocument as error:
        counted.found.append(Found(file, "changed", f"cannot be read: {error}"))
        return counted
    found = alterations(kept.lines, lines)
    gone = {altered.gone for altered in found}
    if not any(altered.what == "changed" for altered in found):
        left = [line for at, line in enumerate(kept.lines) if at not in gone]
        counted.compared = _compared(_counts(left), every)
    for one in found:
        result = result_at(pages, one.page or "")
        counted.found.append(Found(file, one.what, one.place, one.shown, one.kept, result))
    if read is not None:
        more = read.means.counts - Counter(kept.means)
        for what, many in sorted(more.items()):
            told = f"{what}, {many} more than it had" if kept.means.get(what) else what
            counted.found.append(Found(file, "means", _places(read.means.places[what]), told))
        counted.notes += _saved_anew(kept, read)
    elif not counted.found:
        told = UNSEEN[kept.name.endswith(PDF)]
        counted.found.append(Found(file, "changed", told))
    return counted


def _places(texts: Iterable[str]) -> str:
    """The first places of many."""
    places = list(dict.fromkeys(texts))
    more = len(places) - PLACES
    return "; ".join(places[:PLACES]) + (f"; and {more} more places" if more > 0 else "")


def _counts(lines: Iterable[Line]) -> dict[str, int]:
    """How many numbers, links and figures there are to compare."""
    counts = {"numbers": 0, "links to traces": 0, "figures": 0}
    for line in lines:
        counts["figures"] += line.kind == "figure"
        for piece in line.pieces:
            counts["numbers"] += len(NUMBER.findall(piece.text))
            counts["links to traces"] += sum(is_trace(target) for _, target in piece.links)
    return counts


def _compared(numbers: Mapping[str, int], every: Mapping[str, int]) -> list[str]:
    """How many were compared, of all where some are gone."""
    return [
        f"{many} {what}" if many == every[what] else f"{many} of {every[what]} {what}"
        for what, many in numbers.items()
    ]


def _saved_anew(kept: Kept, read: Docx) -> list[str]:
    """What of a DOCX is not as it was written, and shows in no text."""
    other = [name for name, digest in read.parts.items() if kept.parts.get(name) != digest]
    gone = [name for name in kept.parts if name not in read.parts]
    if not other and not gone:
        return ["packed anew; every part of it is the one that was written"]
    if set(read.parts) == set(kept.parts):
        return [f"parts whose bytes are others: {', '.join(other)}; {UNREAD}"]
    return [f"{saved_by(kept.parts, read)}: {UNREAD}"]


def saved_by(parts: Mapping[str, str], read: Docx) -> str:
    """Who saved a DOCX anew, where the program left its name."""
    own = read.parts.get(PROGRAM) != parts.get(PROGRAM)
    return f"saved anew by {read.program}" if own else "saved anew by another program"


def pages_of(run: KeptRun) -> dict[str, str]:
    """The result that each link to a trace leads to; none where the results cannot be read."""
    try:
        table = read_table(run.folder / "analysis" / "results.parquet", RESULTS)
    except (UserError, OSError, ValueError):
        return {}
    names = [name for name in table["result_id"].to_pylist() if name]
    return places_of(names)


def places_of(names: Iterable[str]) -> dict[str, str]:
    """The result of each link of a page and of a DOCX, by their names."""
    marks = {bookmark_link(number_anchor(name)): name for name in names}
    return {trace_link(name): name for name in marks.values()} | marks


def result_at(pages: Mapping[str, str], link: str) -> str | None:
    """The result of a link, which may lead to a line of its trace; None for none."""
    page, line = link.partition("#")[0], link.rpartition("/")[0]
    if is_trace(link) and not page:
        line = "-".join(link.split("-")[:2])
    return next((pages[one] for one in (link, line, page) if one in pages), None)
