"""Whether a document that is not the last run's is one of an earlier run in the archive."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.report.seal_file import DOCX
from trialtrace.report.shown.compare import place_of
from trialtrace.report.shown.docx_lines import BrokenDocument, Docx, docx_lines
from trialtrace.report.shown.lines import Line
from trialtrace.report.verify.document import Judged, lines_of
from trialtrace.report.verify.kept_run import Found, KeptRun
from trialtrace.run.archive.shelf import Kept, KeptDocuments, Shelf, kept_documents, line_hash
from trialtrace.run.trace.seal import grouped

UNKNOWN = "not a line of the report of that run, of which only hashes are kept"


@dataclass(frozen=True)
class Earlier:
    """An earlier run, the hash that its reports show, and what came of a document beside them."""

    run: str
    seal: str | None
    judged: Judged


def of_earlier_run(run: KeptRun, kind: str, data: bytes, file: str) -> Earlier | None:
    """The earlier run that a document is of, and what it is beside its report; None for none.

    It is of the run whose report it is, whose lines it has, or whose hash it shows. `kind` is its
    format. Where the last run has not ended, the last that is kept is an earlier one too.
    """
    digest = sha256_bytes(data)
    try:
        read = docx_lines(data) if kind == DOCX else None
        lines = read.lines if read else lines_of(kind, data)
    except BrokenDocument:
        return None
    text, hashes = " ".join(line.text for line in lines), _hashes(lines)
    for kept, documents in _earlier(run):
        seal = documents["seal"]
        whole = digest in documents["documents"].values()
        like = max(
            documents["lines"].values(), key=lambda document: _shared(document, hashes), default=[]
        )
        same = whole or (read is not None and hashes == like)
        if same or (seal is not None and grouped(seal) in text):
            judged = Judged([], [_of_run(kept, read, whole)])
            if not same:
                judged.found += _altered(file, lines, like, read)
            return Earlier(kept["run"], seal, judged)
    return None


def _shared(kept: list[str], hashes: list[str]) -> int:
    """How many lines two documents share."""
    return sum((Counter(kept) & Counter(hashes)).values())


def _earlier(run: KeptRun) -> Iterator[tuple[Kept, KeptDocuments]]:
    """Kept runs that made other documents than the last run, the newest first."""
    sealed = {} if run.unfinished else run.sealed["documents"]
    last = {name: one["sha256"] for name, one in sealed.items()}
    shelf = Shelf(run.at, run.trial)
    for kept in reversed(shelf.log()):
        try:
            documents = kept_documents(shelf, shelf.manifest(kept["run"]))
        except UserError:
            continue
        if documents is not None and documents["documents"] != last:
            yield kept, documents


def _of_run(kept: Kept, read: Docx | None, whole: bool) -> str:
    when = f" of {kept['ended'][:16].replace('T', ' ')}" if kept["ended"] else ""
    saved = "" if whole or read is None else f"; saved anew by {read.program}"
    return f"of the run kept as {kept['run']}{when}, not of the last{saved}"


def _hashes(lines: list[Line]) -> list[str]:
    return [
        line_hash(
            line.kind, [[piece.text, *(to for _, to in piece.links)] for piece in line.pieces]
        )
        for line in lines
    ]


def _altered(file: str, lines: list[Line], kept: list[str], read: Docx | None) -> Iterator[Found]:
    """The lines that the earlier report does not have; how many of its own are gone."""
    if read is None:
        yield Found(file, "changed", "shows the hash of that run, and is not as that run wrote it")
        return
    left = Counter(kept)
    for at, one in enumerate(_hashes(lines)):
        left[one] -= 1
        if left[one] < 0:
            yield Found(file, "changed", f"{place_of(lines, at)}: {UNKNOWN}", lines[at].text)
    gone = sum(n for n in left.values() if n > 0)
    if gone:
        yield Found(file, "missing", f"{gone} lines of the report of that run")
