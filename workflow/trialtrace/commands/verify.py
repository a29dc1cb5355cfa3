"""`trialtrace verify`: a document or a folder against the run that made it."""

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from trialtrace.commands.verified_document import (
    Judged,
    judged,
    kind_of,
    lines_of,
    no_report,
    pages_of,
)
from trialtrace.commands.verified_downloads import altered_download, is_download, sealed_as
from trialtrace.commands.verified_earlier import of_earlier_run
from trialtrace.commands.verified_run import (
    Found,
    KeptRun,
    altered_file,
    altered_run,
    archived,
    outdated_files,
)
from trialtrace.commands.verified_tables import altered_values
from trialtrace.commands.which_run import configured
from trialtrace.ground.errors import Problem, ProblemsError, UserError, visible
from trialtrace.ground.paths import Project
from trialtrace.ground.store import sha256_bytes, sha256_file
from trialtrace.report.crumbs import alone
from trialtrace.report.seal_file import HTML, NAME, Kept, kept_documents
from trialtrace.report.shown.compare import shortened
from trialtrace.report.shown.docx_lines import BrokenDocument
from trialtrace.running.fresh import RENDER, STAGES
from trialtrace.running.made import VOLATILE, record_path
from trialtrace.running.standing import stopped
from trialtrace.trace.seal import grouped
from trialtrace.trial.listed import listed_trials

WHOLE, ALTERED, NOT_LOOKED = 0, 1, 2
# What a folder has in it that is a report's.
FIRST = ("report.html", "report.docx", "report.pdf")
# The least share of its lines by which a document that lies anywhere is known for a trial's.
KNOWN = 0.2
SHOWN = 60
READ = "a report as HTML, DOCX or PDF, as a run wrote it, or a DOCX that a program saved"


@dataclass
class Verified:
    """What `verify` tells; `earlier` is the kept run that a document is of, if not of the last."""

    trial: str
    what: str
    seal: str | None
    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    earlier: str | None = None


def verify(at: Project, given: str, trial: str | None, form: str) -> int:
    """Tell what is altered. 0: nothing; 1: something; 2: it could not be looked at."""
    try:
        told = verified(at, Path(given), trial)
    except UserError as error:
        print(error, file=sys.stderr)
        return NOT_LOOKED
    except PermissionError as error:
        problem = Problem(str(error.filename), "cannot be read: no permission to open it")
        print(UserError(problem), file=sys.stderr)
        return NOT_LOOKED
    if form == "json":
        print(json.dumps(asdict(told), indent=2, ensure_ascii=False))
    else:
        print(told_text(told), end="")
    return ALTERED if told.found else WHOLE


def verified(at: Project, path: Path, trial: str | None = None) -> Verified:
    """A report, a file of a trial's results, or their folder. Raises UserError."""
    place = path.resolve()
    if not place.exists():
        raise UserError(Problem(str(path), "is not there", expected="a report, or results/TRIAL"))
    results = at.results.resolve()
    inside = place.relative_to(results).parts if place.is_relative_to(results) else ()
    name = configured(at, trial or inside[0]) if trial or inside else None
    if inside and name != inside[0]:
        raise UserError(
            Problem(
                str(path),
                found=f"results of {inside[0]}, and --trial {name}",
                do=f"leave --trial out, or copy the file to hold it against {name}",
            )
        )
    if place.is_dir():
        return _folder(at, path, place, name, inside)
    if inside and not (inside[1:-1] == ("report",) and inside[-1] in _documents(at, inside[0])):
        return _one_file(KeptRun(at, inside[0]), "/".join(("results", *inside)))
    if is_download(place.name):
        return _download(at, path, place.read_bytes(), name)
    return _document(at, path, place.read_bytes(), name)


def _download(at: Project, path: Path, data: bytes, name: str | None) -> Verified:
    """A figure or a table that lies alone, elsewhere than in the results."""
    runs = {one: KeptRun(at, one) for one in ([name] if name else listed_trials(at))}
    run, file = sealed_as({one: r for one, r in runs.items() if _seal_stands(r)}, path, data)
    found = list(altered_download(run, file, data, str(path)))
    return Verified(run.trial, str(path), _seal(run), found, compared=["1 file"])


def _folder(
    at: Project, path: Path, place: Path, name: str | None, inside: tuple[str, ...]
) -> Verified:
    if name is not None and len(inside) == 1:
        return _results(KeptRun(at, name))
    reports = [place / one for one in FIRST if (place / one).is_file()]
    if not reports:
        raise UserError(
            Problem(
                str(path),
                "is no folder of a run: neither results/TRIAL, nor one with a report",
                do="name report.html, .docx or .pdf, or the folder of a trial in results/",
            )
        )
    told = _document(at, reports[0], reports[0].read_bytes(), name)
    run = KeptRun(at, told.trial)
    kept = _documents(at, told.trial)
    others = (place / one for one in kept if one != reports[0].name)
    for other in (one for one in others if one.is_file()):
        more = _document(at, other, other.read_bytes(), told.trial)
        told.found, told.notes = told.found + more.found, told.notes + more.notes
        told.compared += more.compared
    prefix = f"results/{told.trial}/report/"
    wrote = {n.removeprefix(prefix): d for n, (d, _) in run.written.items() if n.startswith(prefix)}
    told.what = str(path)
    if told.earlier is not None:
        told.notes.append("of earlier runs reports are known, other files are not compared")
        return told
    told.found += _copied(run, place, wrote, kept)
    told.compared.append(f"{len(wrote)} files")
    return told


def _documents(at: Project, trial: str) -> list[str]:
    """The names of the documents that the run of a trial made, as far as that is known."""
    run = KeptRun(at, trial)
    return list(kept_documents(run.sealed)) if _seal_stands(run) else list(FIRST)


def _copied(
    run: KeptRun, place: Path, wrote: dict[str, str], documents: Collection[str]
) -> Iterable[Found]:
    """A copy of a report's folder against what was written; its documents are told apart."""
    there = {one.relative_to(place).as_posix(): one for one in sorted(place.rglob("*"))}
    for name, digest in wrote.items():
        if name not in there:
            yield Found(name, "missing")
        elif name not in documents and _digest(there[name]) != digest:
            sealed = run.sealed["downloads"] if _seal_stands(run) else {}
            told = altered_download(run, name, there[name].read_bytes(), name)
            yield from told if name in sealed else [Found(name, "changed")]
    for name, one in there.items():
        if name not in wrote and one.is_file() and one.name not in VOLATILE:
            yield Found(name, "extra")


def _digest(file: Path) -> str:
    """The sha256 of a file of a report; of a page of a site, as it is in the report's folder."""
    return sha256_bytes(alone(file.read_bytes())) if file.suffix == HTML else sha256_file(file)


def _results(run: KeptRun) -> Verified:
    """Every file of a trial's results; in a report that is another, what."""
    run.check_there()
    found = altered_run(run)
    if not found:
        run.check_ended()
    told = Verified(run.trial, run.at.shown(run.folder), _seal(run))
    told.compared.append(f"{len(run.written)} files")
    kept = archived(run) if found else None
    documents = {f"results/{run.trial}/report/{one}": one for one in _documents(run.at, run.trial)}
    for one in found:
        told.found.append(one)
        if one.what == "changed" and one.file in run.written:
            told.found += altered_values(run, one.file, kept)
        if one.what == "changed" and one.file in documents and _seal_stands(run):
            document = kept_documents(run.sealed)[documents[one.file]]
            more = judged(document, (run.at.root / one.file).read_bytes(), one.file, pages_of(run))
            told.found += more.found
            told.notes += more.notes
    told.notes += _outdated(run)
    if run.unfinished:
        told.notes.append(
            f"the run has not ended: no record of {run.unfinished}, and of none later"
        )
    return told


def _one_file(run: KeptRun, name: str) -> Verified:
    """A file of the results that is no report."""
    run.check_there()
    told = Verified(run.trial, name, _seal(run), compared=["1 file"])
    if name in {record_path(rule, run.trial) for rule in STAGES}:
        told.found = [one for one in altered_run(run) if one.file == name]
        return told
    if name not in run.written:
        run.check_ended()
        raise UserError(
            Problem(
                name,
                "is no file that a stage wrote",
                expected=f"a file of the records in results/{run.trial}/made",
            )
        )
    if found := altered_file(run, name):
        told.found += [found, *altered_values(run, name, archived(run))]
    return told


def _document(at: Project, path: Path, data: bytes, name: str | None) -> Verified:
    own = any(path.resolve().is_relative_to(one.resolve()) for one in (at.results, at.site))
    if not own and (what := no_report(data)):
        raise UserError(Problem(str(path), f"is {what}: no report", expected=READ))
    kind = kind_of(data)
    data = alone(data) if kind == HTML else data
    run = KeptRun(at, name or _trial_of(at, path, kind, data))
    run.check_there()
    if not _seal_stands(run):
        run.check_ended()
        raise UserError(_without_seal(run))
    kept = _alike(run, path.name, kind, data)
    if kept is None:
        raise UserError(Problem(str(path), f"the run of {run.trial} made no report as {kind[1:]}"))
    made = judged(kept, data, str(path), pages_of(run))
    # What stands in the place of the last run's is that run's, or altered.
    earlier = None if own or not made.found else of_earlier_run(run, kept.name, data, str(path))
    told = Verified(run.trial, str(path), _seal(run), made.found, made.notes, _counted(made))
    if earlier is not None:
        told.seal, told.earlier = earlier.seal, earlier.run
        told.found, told.notes = earlier.judged.found, earlier.judged.notes
        told.compared = []
        return told
    told.notes += _outdated(run)
    return told


def _alike(run: KeptRun, name: str, kind: str, data: bytes) -> Kept | None:
    """The document of the run that some bytes are held against: the one of that name, else the one
    of that format of which they show most."""
    documents = kept_documents(run.sealed)
    if name in documents:
        return documents[name]
    chosen = [one for one in documents.values() if one.name.endswith(kind)]
    try:
        shown = {line.key for line in lines_of(kind, data)}
    except BrokenDocument:
        shown = set()
    return max(chosen, key=lambda one: _share(one, shown), default=None)


def _share(kept: Kept, shown: Collection[object]) -> float:
    """The share of a document's lines that are shown."""
    return sum(line.key in shown for line in kept.lines) / max(1, len(kept.lines))


def _counted(made: Judged) -> list[str]:
    return [", ".join(made.compared)] if made.compared else []


def _without_seal(run: KeptRun) -> Problem:
    """That a run has nothing to hold a report against."""
    name = f"results/{run.trial}/{NAME}"
    what = "is not what render_report wrote" if (run.at.root / name).exists() else "is not there"
    return Problem(
        name,
        f"{what}: there is nothing to hold a report of {run.trial} against",
        do=f"trialtrace verify results/{run.trial}; make run TRIAL={run.trial} makes it again",
    )


def _seal_stands(run: KeptRun) -> bool:
    """Whether seal.json is what render_report wrote."""
    name = f"results/{run.trial}/{NAME}"
    try:
        return name in run.written and altered_file(run, name) is None and bool(run.sealed)
    except UserError:
        return False


def _seal(run: KeptRun) -> str | None:
    return run.sealed["seal"] if _seal_stands(run) else None


def _outdated(run: KeptRun) -> list[str]:
    files = outdated_files(run) if _seal_stands(run) else []
    return [f"the configuration was changed after the run: {', '.join(files)}"] if files else []


def _trial_of(at: Project, path: Path, kind: str, data: bytes) -> str:
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
    shares = {}
    unsealed: list[Problem] = []
    for name in listed_trials(at):
        run = KeptRun(at, name)
        if run.records and not _seal_stands(run):
            unsealed.append(
                stopped(at, name, run.unfinished, RENDER) if run.unfinished else _without_seal(run)
            )
        elif run.records:
            documents = kept_documents(run.sealed).values()
            own = [_share(one, shown) for one in documents if one.name.endswith(kind)]
            shares[name] = max(own, default=0.0)
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is None or shares[best] < KNOWN:
        nothing = Problem(
            str(path),
            "shows next to nothing that a report of the runs here shows",
            expected="a report of a trial whose results lie in this project",
            do="run the trial that it is of, or name it with --trial",
        )
        raise ProblemsError([nothing, *unsealed])
    return best


def told_text(told: Verified) -> str:
    """For a terminal."""
    which = f"run of {told.trial}"
    if told.earlier is not None:
        which = f"run {told.earlier} of {told.trial}, not the last"
    head = f"{told.what}: {'ALTERED' if told.found else 'whole'} ({which}"
    lines = [f"{head}, hash {grouped(told.seal)})" if told.seal else f"{head})"]
    for one in told.found[:SHOWN]:
        lines.append(f"{one.what}: {one.file}" + (f", {one.place}" if one.place else ""))
        for label, text in (("shown", one.shown), ("kept", one.kept), ("result", one.result)):
            if text is not None:
                lines.append(f"  {label:<8}{shortened(text)}")
    if len(told.found) > SHOWN:
        lines.append(f"… and {len(told.found) - SHOWN} more (--format json has all)")
    counts = Counter(one.what for one in told.found)
    if counts:
        lines.append("altered: " + ", ".join(f"{n} {what}" for what, n in counts.most_common()))
    lines += [f"note: {note}" for note in told.notes]
    lines += [f"compared: {'; '.join(told.compared)}"] if told.compared else []
    return visible("\n".join(lines)) + "\n"
