"""Of which trial here a document is: by what it shows, beside what each report showed."""

from collections.abc import Collection, Iterable
from pathlib import Path

from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.report.seal_file import NAME, Kept, kept_documents
from trialtrace.report.shown.docx_lines import BrokenDocument
from trialtrace.report.verify.document import lines_of
from trialtrace.report.verify.earlier_runs import of_earlier_run
from trialtrace.report.verify.kept_run import KeptRun, altered_file
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
