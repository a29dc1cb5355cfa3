"""Of which trial here a document is: by what it shows, beside what each report showed; and whether
one that is not the last run's is of an earlier run in the archive."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes
from trialtrace.report.seal_file import DOCX, NAME, Kept, kept_documents, lines_of
from trialtrace.report.shown.compare import place_of
from trialtrace.report.shown.docx_lines import BrokenDocument, Docx, docx_lines
from trialtrace.report.shown.lines import Line
from trialtrace.report.verify.document import Judged
from trialtrace.report.verify.kept_run import Found, KeptRun, altered_file
from trialtrace.run.archive.shelf import Kept as ArchivedRun
from trialtrace.run.archive.shelf import KeptDocuments, Shelf, line_hash
from trialtrace.run.archive.shelf import kept_documents as archived_documents
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trial.listing import listed_trials

# The least share of its lines by which a document that lies anywhere is known for a trial's.
KNOWN = 0.2
READ = "a report as HTML, DOCX or PDF, as a run wrote it, or a DOCX that a program saved"


def runs_of(at: Project, name: str | None) -> list[KeptRun]:
    """The run of a trial, or those of all."""
    return [KeptRun(at, one) for one in ([name] if name else listed_trials(at))]


def seal_stands(run: KeptRun) -> bool:
    """Whether seal.json is what render_report wrote."""
    name = f"results/{run.trial}/{NAME}"
    try:
        return name in run.written and altered_file(run, name) is None and bool(run.sealed)
    except UserError:
        return False


def share(kept: Kept, values: Collection[object]) -> float:
    """The share of a document's lines that are shown."""
    return sum(line.key in values for line in kept.lines) / max(1, len(kept.lines))


def without_seal(run: KeptRun) -> Problem:
    """That a run has nothing to hold a report against."""
    name = f"results/{run.trial}/{NAME}"
    what = "is not what render_report wrote" if (run.at.root / name).exists() else "is not there"
    return Problem(
        name,
        f"{what}: there is nothing to hold a report of {run.trial} against",
        do=f"trialtrace verify results/{run.trial}; make run TRIAL={run.trial} makes it again",
    )


def trial_of(at: Project, path: Path, kind: str, data: bytes) -> str:
    """The trial of which a document shows most. Raises UserError where it shows too little."""
    try:
        shown = {line.key for line in lines_of(kind, data)}
    except BrokenDocument as error:
        raise UserError(
            Problem(
                str(path),
                f"is no whole {kind[1:].upper()}: {error}",
                expected=READ,
                do="ask for the file again, or take it from results/TRIAL/report",
            )
        ) from error
    if not data:
        raise UserError(Problem(str(path), "is empty", expected=READ))
    runs = [(run, seal_stands(run)) for run in runs_of(at, None)]
    without = [run for run, stands in runs if not stands]
    for run in (one for one in without if one.unfinished):
        if of_earlier_run(run, kind, data, str(path)):
            return run.trial
    shares = {}
    for run in (run for run, stands in runs if stands):
        documents = kept_documents(run.sealed).values()
        own = [share(document, shown) for document in documents if document.name.endswith(kind)]
        shares[run.trial] = max(own, default=0.0)
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is not None and shares[best] >= KNOWN:
        return best
    nothing = Problem(
        str(path),
        "shows next to nothing that a report of the runs here shows",
        expected="a report of a trial whose results lie in this project",
        do="run the trial that it is of, or name it with --trial",
    )
    raise ProblemsError([nothing, *_unknown([run for run in without if run.records])])


def _unknown(runs: list[KeptRun]) -> Iterable[Problem]:
    """What else a document may be of: reports that cannot be known now."""
    under_way = [run.trial for run in runs if run.unfinished]
    if under_way:
        yield Problem(
            ", ".join(under_way),
            "has no report now: its run is under way, or was stopped; no document is known by it",
            do="if the document is of it, verify again when its run has ended",
        )
    yield from (without_seal(run) for run in runs if not run.unfinished)


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


def _of_run(kept: ArchivedRun, read: Docx | None, whole: bool) -> str:
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
