"""Whether a report, HTML, DOCX or PDF, shows what it showed when it was made; of which trial here a
document is, by what it shows; and whether one that is not the last run's is of an earlier run in
the archive.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes
from trialtrace.report.links import bookmark_link, trace_link
from trialtrace.report.seal_file import DOCX, HTML, NAME, PDF, Kept, read_document
from trialtrace.report.shown.compare import NUMBER, alterations, place_of
from trialtrace.report.shown.lines import BrokenDocument, Line, Shown, is_trace
from trialtrace.report.verify.kept_run import Alteration, KeptRun
from trialtrace.run.archive.shelf import Kept as ArchivedRun
from trialtrace.run.archive.shelf import KeptDocuments, Shelf, line_hash
from trialtrace.run.archive.shelf import kept_documents as archived_documents
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trace.seal import short_hash
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.listing import listed_trials

PROGRAM = "docProps/app.xml"
UNSEEN = (
    "bytes that are no text: markup, style or what a browser does with them",
    "bytes that are no text: drawings, links, or how a program packed them",
)
UNREAD = (
    "what is seen of its text is not compared: colours, sizes, layout, drawings over it; words for "
    "pictures"
)


@dataclass
class Judged:
    """What came of a document: what is altered in it, what to know, how much was compared."""

    found: list[Alteration] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)


def kind_of(data: bytes) -> str:
    """Which of the formats of a report some bytes are, by how they begin."""
    if data.startswith(b"%PDF"):
        return PDF
    return DOCX if data[:2] == b"PK" else HTML


def judged(kept: Kept, data: bytes, file: str, pages: Mapping[str, str]) -> Judged:
    """A document against what it showed when it was made.

    `pages` gives the result of each trace page. An HTML page and a PDF must have the same bytes,
    since what stands outside of its text decides what is shown; a DOCX may have been saved by
    another program.
    """
    counted = Judged(compared=_compared(kept.lines))
    if sha256_bytes(data) == kept.sha256:
        return counted
    try:
        read = read_document(kept.name, data)
    except BrokenDocument as error:
        counted.found.append(Alteration(file, "changed", f"cannot be read: {error}"))
        return counted
    for one in alterations(kept.lines, read.lines):
        result = result_at(pages, one.page or "")
        counted.found.append(Alteration(file, one.what, one.place, one.shown, one.kept, result))
    if read.parts:
        words = (f"it has {one}, which no report has" for one in read.foreign)
        counted.found += [Alteration(file, "changed", one) for one in words]
        counted.notes += _saved_anew(kept, read)
    elif not counted.found:
        counted.found.append(Alteration(file, "changed", UNSEEN[kept.name.endswith(PDF)]))
    return counted


def _compared(lines: Iterable[Line]) -> list[str]:
    """How many numbers, links and figures were compared."""
    pieces = [piece for line in lines for piece in line.pieces]
    counts = {
        "numbers": sum(len(NUMBER.findall(piece.text)) for piece in pieces),
        "links to traces": sum(is_trace(to) for piece in pieces for _, to in piece.links),
        "figures": sum(line.kind == "figure" for line in lines),
    }
    return [f"{many} {what}" for what, many in counts.items()]


def _saved_anew(kept: Kept, read: Shown) -> list[str]:
    """What of a DOCX is not as it was written, and shows in no text."""
    if read.parts == kept.parts:
        return ["packed anew; every part of it is the one that was written"]
    own = read.parts.get(PROGRAM) != kept.parts.get(PROGRAM)
    if not own and read.parts.keys() == kept.parts.keys():
        other = [name for name, digest in read.parts.items() if kept.parts[name] != digest]
        return [f"parts whose bytes are others: {', '.join(other)}; {UNREAD}"]
    return [f"saved anew by {read.program if own else 'another program'}: {UNREAD}"]


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
    marks = {bookmark_link(short_id(name)): name for name in names}
    return {trace_link(name): name for name in marks.values()} | marks


def result_at(pages: Mapping[str, str], link: str) -> str | None:
    """The result of a link, which may lead to a line of its trace; None for none."""
    page, line = link.partition("#")[0], link.rpartition("/")[0]
    if is_trace(link) and not page:
        line = "-".join(link.split("-")[:2])
    return next((pages[one] for one in (link, line, page) if one in pages), None)


# The least share of its lines by which a document that lies anywhere is known for a trial's.
KNOWN = 0.2
READ = "a report as HTML, DOCX or PDF, as a run wrote it, or a DOCX that a program saved"


def runs_of(at: Project, name: str | None) -> list[KeptRun]:
    """The run of a trial, or those of all."""
    return [KeptRun(at, one) for one in ([name] if name else listed_trials(at))]


def share(kept: Kept, values: Collection[object]) -> float:
    """The share of a document's lines that are shown."""
    return sum(line.key in values for line in kept.lines) / max(1, len(kept.lines))


def without_seal(run: KeptRun) -> Problem:
    """That a run has nothing to hold a report against."""
    name = f"results/{run.trial}/{NAME}"
    what = "is not what render_report wrote" if (run.at.made / name).exists() else "is not there"
    return Problem(
        name,
        f"{what}: there is nothing to hold a report of {run.trial} against",
        do=f"trialtrace verify results/{run.trial}; trialtrace run {run.trial} makes it again",
    )


def trial_of(at: Project, path: Path, kind: str, data: bytes) -> str:
    """The trial of which a document shows most. Raises UserError where it shows too little."""
    try:
        shown = {line.key for line in read_document(kind, data).lines}
    except BrokenDocument as error:
        raise UserError(
            str(path),
            f"is no whole {kind[1:].upper()}: {error}",
            expected=READ,
            do="ask for the file again, or take it from results/TRIAL/report",
        ) from error
    if not data:
        raise UserError(str(path), "is empty", expected=READ)
    runs = runs_of(at, None)
    for run in (run for run in runs if not run.stands and run.unfinished):
        if of_earlier_run(run, kind, data, str(path)):
            return run.trial
    shares = {}
    for run in (run for run in runs if run.stands):
        documents = run.documents.values()
        own = [share(document, shown) for document in documents if document.name.endswith(kind)]
        shares[run.trial] = max(own, default=0.0)
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is not None and shares[best] >= KNOWN:
        return best
    raise UserError(
        str(path),
        "shows next to nothing that a report of the runs here shows",
        expected="a report of a trial whose results lie in this project, and whose run has ended",
        do="run the trial that it is of, or name it with --trial",
    )


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
        read = read_document(kind, data)
    except BrokenDocument:
        return None
    text, hashes = " ".join(line.text for line in read.lines), _hashes(read.lines)
    for kept, documents in _earlier(run):
        seal = documents["seal"]
        whole = digest in documents["documents"].values()
        like = max(
            documents["lines"].values(), key=lambda document: _shared(document, hashes), default=[]
        )
        same = whole or (bool(read.parts) and hashes == like)
        if same or (seal is not None and short_hash(seal) in text):
            judged = Judged([], [_of_run(kept, read, whole)])
            if not same:
                judged.found += _altered(file, read, like)
            return Earlier(kept["run"], seal, judged)
    return None


def _shared(kept: list[str], hashes: list[str]) -> int:
    """How many lines two documents share."""
    return sum((Counter(kept) & Counter(hashes)).values())


def _earlier(run: KeptRun) -> Iterator[tuple[ArchivedRun, KeptDocuments]]:
    """Kept runs that made other documents than the last run, the newest first."""
    sealed = {} if run.unfinished else run.sealed["documents"]
    last = {name: one["sha256"] for name, one in sealed.items()}
    shelf = Shelf(run.at, run.trial)
    for kept in reversed(shelf.log()):
        try:
            documents = archived_documents(shelf, shelf.manifest(kept["run"]))
        except UserError:
            continue
        if documents is not None and documents["documents"] != last:
            yield kept, documents


def _of_run(kept: ArchivedRun, read: Shown, whole: bool) -> str:
    when = f" of {kept['ended'][:16].replace('T', ' ')}" if kept["ended"] else ""
    saved = "" if whole or not read.parts else f"; saved anew by {read.program}"
    return f"of the run kept as {kept['run']}{when}, not of the last{saved}"


def _hashes(lines: list[Line]) -> list[str]:
    return [
        line_hash(
            line.kind, [[piece.text, *(to for _, to in piece.links)] for piece in line.pieces]
        )
        for line in lines
    ]


def _altered(file: str, read: Shown, kept: list[str]) -> Iterator[Alteration]:
    """The lines that the earlier report does not have; how many of its own are gone."""
    if not read.parts:
        yield Alteration(
            file, "changed", "shows the hash of that run, and is not as that run wrote it"
        )
        return
    left = Counter(kept)
    for at, one in enumerate(_hashes(read.lines)):
        left[one] -= 1
        if left[one] < 0:
            yield Alteration(
                file, "changed", f"{place_of(read.lines, at)}: {UNKNOWN}", read.lines[at].text
            )
    gone = sum(n for n in left.values() if n > 0)
    if gone:
        yield Alteration(file, "missing", f"{gone} lines of the report of that run")
