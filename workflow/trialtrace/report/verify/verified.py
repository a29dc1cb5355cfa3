"""A document, a page, a file or a folder against the run that made it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet, sha256_bytes, sha256_file
from trialtrace.report.interchange.crate import SIGNATURE, SUMS, listed
from trialtrace.report.pages.site_copy import LEFT_OUT, alone
from trialtrace.report.seal_file import HTML, Kept, read_document
from trialtrace.report.shown.lines import BrokenDocument
from trialtrace.report.verify.crate import (
    altered_crate,
    crate_trial,
    is_crate,
    is_release,
    signature,
)
from trialtrace.report.verify.document import (
    judged,
    kind_of,
    of_earlier_run,
    pages_of,
    runs_of,
    share,
    trial_of,
    without_seal,
)
from trialtrace.report.verify.files import (
    altered_download,
    altered_in_site,
    altered_site,
    called_like,
    is_download,
    known_by_bytes,
    sealed_as,
    sealed_files,
    site_files,
)
from trialtrace.report.verify.kept_run import (
    Alteration,
    KeptRun,
    altered_file,
    altered_run,
    archived,
    outdated_files,
)
from trialtrace.report.verify.maker import (
    earlier_version,
    maker_of,
    of_another_maker,
    other_format,
    page_of_another_maker,
)
from trialtrace.report.verify.rerun import rerun
from trialtrace.report.which_run import configured
from trialtrace.run.archive.kept_tables import kept_table
from trialtrace.run.archive.shelf import Manifest, Shelf
from trialtrace.run.jobs.products import VOLATILE, record_path
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trace.short_id import typed_short, with_short_id

# What is altered in a table of the results, by the run that the archive keeps of it.

# Tables whose values may be told whatever the disclosure, with the column that names a row.
NAMED = {"analysis/results.parquet": "result_id", "audit/claims.parquet": "claim_id"}
MOST = 50


def altered_values(run: KeptRun, file: str, kept: Manifest | None) -> Iterator[Alteration]:
    """Each value of a changed table that is not the kept one; nothing where neither can be read.

    Of tables that hold patients' data the columns are told, and no value.
    """
    name = file.removeprefix(f"results/{run.trial}/")
    if kept is None or name not in kept["tables"]:
        return
    try:
        before = kept_table(kept["tables"][name], Shelf(run.at, run.trial).objects)
        now = read_parquet(run.at.made / file)
        now.validate(full=True)
    except (UserError, OSError, pa.ArrowException):
        return
    if before.num_rows != now.num_rows:
        rows = f"{now.num_rows} rows", f"{before.num_rows} rows"
        yield Alteration(file, "changed", "number of rows", *rows)
        return
    for column in before.column_names:
        if column not in now.column_names:
            yield Alteration(file, "missing", f"column {column}")
        elif name in NAMED:
            yield from _values(file, before, now, column, before[NAMED[name]].to_pylist())
        elif not before[column].equals(now[column]):
            yield Alteration(file, "changed", f"column {column}")


def _values(
    file: str, before: pa.Table, now: pa.Table, column: str, names: list[object]
) -> Iterator[Alteration]:
    pairs = zip(before[column].to_pylist(), now[column].to_pylist(), names, strict=True)
    for old, new, name in [(o, n, name) for o, n, name in pairs if o != n][:MOST]:
        yield Alteration(file, "number", column, str(new), str(old), str(name))


# What a folder has in it that is a report's.
FIRST = ("report.html", "report.docx", "report.pdf")


@dataclass
class Verified:
    """What `verify` tells; `earlier` is the kept run that a document is of, if not of the last.

    `trial` is None for what is of none alone, and `of` says what that is. `uncompared` says why a
    page was not held against anything.
    """

    trial: str | None
    what: str
    seal: str | None
    found: list[Alteration] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    earlier: str | None = None
    uncompared: str | None = None
    of: str = "the site of all trials"


def verified(
    at: Project,
    path: Path,
    trial: str | None = None,
    *,
    signers: str | None = None,
    signer: str | None = None,
    again: Path | None = None,
) -> Verified:
    """A report, a file of a trial's results, their folder, a crate, which may be run `again` in a
    new folder, or a number by its short id. Raises UserError."""
    place = path.resolve()
    if again and (not (place.is_dir() and is_crate(place)) or is_release(place)):
        raise UserError(f"--rerun {again}", found=str(path), expected="a crate")
    if not place.exists() and (short := typed_short(str(path))):
        return _number(at, with_short_id(at, short))
    if not place.exists():
        raise UserError(str(path), "is not there", expected="a report, or results/TRIAL")
    results = at.results.resolve()
    inside = place.relative_to(results).parts if place.is_relative_to(results) else ()
    name = configured(at, trial or inside[0]) if trial or inside else None
    if inside and name != inside[0]:
        raise UserError(
            str(path),
            found=f"results of {inside[0]}, and --trial {name}",
            do=f"leave --trial out, or copy the file to hold it against {name}",
        )
    if place.is_dir() and is_crate(place):
        return _crate(path, signers, signer, again)
    if place.is_dir():
        return _folder(at, path, place, name, inside)
    if inside and not (inside[1:-1] == ("report",) and inside[-1] in _documents(at, inside[0])):
        return _one_file(KeptRun(at, inside[0]), "/".join(("results", *inside)))
    data = place.read_bytes()
    if not inside and (told := _page_or_file(at, path, data, name)):
        return told
    if is_download(place.name):
        return _download(at, path, data, name)
    return _document(at, path, data, name)


def _crate(path: Path, signers: str | None, signer: str | None, again: Path | None) -> Verified:
    """A crate, which is held against itself: its sums' own hash is told, to be compared with what
    whoever made it says. It is run again where it is whole."""
    found = list(altered_crate(path))
    said, holds = signature(path, signers, signer)
    if not holds:
        found.append(Alteration(SIGNATURE, "changed", said))
    of = "a public release" if is_release(path) else "a crate that names no trial"
    told = Verified(crate_trial(path), str(path), None, found, of=of)
    if (path / SUMS).is_file():
        root, names = sha256_file(path / SUMS), listed(path)
        told.notes = [f"sha256 of {SUMS} {root}: is it the one that you were told?", said]
        told.compared = [f"{len(names)} files"]
    if again and not found and told.trial:
        told.found, others = rerun(path, told.trial, again)
        told.notes += others
        told.compared.append(f"results, byte by byte, with those of a run in {again}")
    elif again:
        told.notes.append("not run again: it is not whole")
    return told


def _page_or_file(at: Project, path: Path, data: bytes, name: str | None) -> Verified | None:
    """A file that is no document of a run: in the site by its place, elsewhere by its bytes, or a
    page by what it calls itself; None for any other."""
    site, place = site_files(at), path.resolve()
    runs = [run for run in runs_of(at, name) if run.stands]
    sealed = {one for run in runs for one in sealed_files(run)}
    # What seal.json knows is left to it: it is held against another file than a stage's record.
    site = {one: digest for one, digest in site.items() if one not in sealed}
    in_site = at.shown(place) if place.is_relative_to(at.made) else ""
    if in_site in site:
        found = list(altered_in_site(at, in_site, site[in_site]))
        return Verified(None, str(path), None, found, compared=["1 file"])
    known = known_by_bytes(runs, sealed, site, data)
    if known:
        run = known[0][0]
        own = run.trial if run else None
        told = Verified(own, str(path), run.seal if run else None, compared=["1 file"])
        told.notes = [f"is {file}, as it was written" for _, file in known]
        return told
    named = {one.rpartition("/")[2] for one in sealed}
    page = None if place.name in named else called_like(at, runs, sealed, site, data)
    if page is None:
        return None
    run, file = page
    why = f"it calls itself as {file} does, and is not the page that the run wrote"
    return Verified(run.trial if run else None, str(path), None, uncompared=why)


def _download(at: Project, path: Path, data: bytes, name: str | None) -> Verified:
    """A figure or a table that lies alone, elsewhere than in the results."""
    run, file = sealed_as([run for run in runs_of(at, name) if run.stands], path, data)
    found = list(altered_download(run, file, data, str(path)))
    return Verified(run.trial, str(path), run.seal, found, compared=["1 file"])


def _folder(
    at: Project, path: Path, place: Path, name: str | None, inside: tuple[str, ...]
) -> Verified:
    if name is not None and len(inside) == 1:
        return _results(KeptRun(at, name))
    if place == at.site.resolve():
        if not (site := site_files(at)):
            what = "has no record of the run that built it: a run since then has not come to it"
            raise UserError(str(path), what, do="trialtrace run")
        found = list(altered_site(at, site))
        return Verified(None, str(path), None, found, compared=[f"{len(site)} files"])
    reports = [place / one for one in FIRST if (place / one).is_file()]
    if not reports:
        raise UserError(
            str(path),
            "is no folder of a run: neither results/TRIAL, nor the site, nor one with a report",
            do="name report.html, .docx or .pdf, or the folder of a trial in results/",
        )
    data = reports[0].read_bytes()
    document = _document(at, reports[0], data, name)
    if document.uncompared:
        document.what = str(path)
        return document
    assert document.trial is not None  # a document is of a trial
    run = KeptRun(at, document.trial)
    kept = _documents(at, document.trial)
    others = (place / one for one in kept if one != reports[0].name)
    for other in (one for one in others if one.is_file()):
        more = _document(at, other, other.read_bytes(), document.trial)
        document.found, document.notes = document.found + more.found, document.notes + more.notes
        document.compared += more.compared
    prefix = f"results/{document.trial}/report/"
    wrote = {n.removeprefix(prefix): d for n, (d, _) in run.written.items() if n.startswith(prefix)}
    if alone(data) != data:
        wrote = {name: digest for name, digest in wrote.items() if not name.endswith(LEFT_OUT)}
    document.what = str(path)
    if document.earlier is not None:
        document.notes.append("of earlier runs reports are known, other files are not compared")
        return document
    document.found += _copied(run, place, wrote, kept)
    document.compared.append(f"{len(wrote)} files")
    return document


def _documents(at: Project, trial: str) -> list[str]:
    """The names of the documents that the run of a trial made, as far as that is known."""
    return list(KeptRun(at, trial).documents or FIRST)


def _copied(
    run: KeptRun, place: Path, wrote: dict[str, str], documents: Collection[str]
) -> Iterable[Alteration]:
    """A copy of a report's folder against what was written; its documents are told apart."""
    there = {path.relative_to(place).as_posix(): path for path in sorted(place.rglob("*"))}
    for name, digest in wrote.items():
        if name not in there:
            yield Alteration(name, "missing")
        elif name not in documents and _digest(there[name]) != digest:
            sealed = run.sealed["downloads"] if run.stands else {}
            candidates = altered_download(run, name, there[name].read_bytes(), name)
            yield from candidates if name in sealed else [Alteration(name, "changed")]
    for name, one in there.items():
        if name not in wrote and one.is_file() and one.name not in VOLATILE:
            yield Alteration(name, "extra")


def _digest(file: Path) -> str:
    """The sha256 of a file of a report; of a page of a site, as it is in the report's folder."""
    return sha256_bytes(alone(file.read_bytes())) if file.suffix == HTML else sha256_file(file)


def _results(run: KeptRun) -> Verified:
    """Every file of a trial's results; in a report that is another, what."""
    run.check_there()
    if why := other_format(run):
        return Verified(run.trial, run.at.shown(run.folder), None, uncompared=why)
    candidates = altered_run(run)
    if not candidates:
        run.check_ended()
    told = Verified(run.trial, run.at.shown(run.folder), run.seal)
    told.compared.append(f"{len(run.written)} files")
    kept = archived(run) if candidates else None
    documents = {f"results/{run.trial}/report/{one.name}": one for one in run.documents.values()}
    for candidate in candidates:
        told.found.append(candidate)
        if candidate.what == "changed" and candidate.file in run.written:
            told.found += altered_values(run, candidate.file, kept)
        if candidate.what == "changed" and candidate.file in documents:
            data = (run.at.made / candidate.file).read_bytes()
            more = judged(documents[candidate.file], data, candidate.file, pages_of(run))
            told.found += more.found
            told.notes += more.notes
    told.notes += [*_outdated(run), *_unfinished(run), *_by_earlier_version(run)]
    told.notes.append("run.json, with the commit and the time of the run, is under no seal")
    return told


def _number(at: Project, result_id: str) -> Verified:
    """A result of the last run of a trial, against what that run wrote, but not the raw cells
    behind it, which its trace holds; another number that is altered is a note."""
    name = result_id.partition("/")[0]
    told = _one_file(KeptRun(at, name), f"results/{name}/analysis/results.parquet")
    table = read_table(at.results / name / "analysis" / "results.parquet", RESULTS)
    row = next(one for one in table.to_pylist() if one["result_id"] == result_id)
    values = [alteration for alteration in told.found if alteration.what == "number"]
    others = 0 < len(values) < MOST and all(alteration.result != result_id for alteration in values)
    # A column that is missing is missing in this result too.
    if others and {alteration.what for alteration in told.found} == {"changed", "number"}:
        told.found = []
        told.notes.append(
            f"other numbers of this run are altered: trialtrace verify results/{name}"
        )
    told.what, told.compared = f"{result_id}: {row['stat_text']}", ["the results of the run"]
    return told


def _one_file(run: KeptRun, name: str) -> Verified:
    """A file of the results that is no report."""
    run.check_there()
    told = Verified(run.trial, name, run.seal, compared=["1 file"])
    if name in {record_path(rule, run.trial) for rule in run.stages}:
        told.found = [candidate for candidate in altered_run(run) if candidate.file == name]
        return told
    if name not in run.written:
        run.check_ended()
        raise UserError(
            name,
            "is no file that a stage wrote",
            expected=f"a file of the records in results/{run.trial}/made",
        )
    if found := altered_file(run, name):
        told.found += [found, *altered_values(run, name, archived(run))]
    return told


def _document(at: Project, path: Path, data: bytes, name: str | None) -> Verified:
    own = any(path.resolve().is_relative_to(one.resolve()) for one in (at.results, at.site))
    kind = kind_of(data)
    data = alone(data) if kind == HTML else data
    run = KeptRun(at, name or trial_of(at, path, kind, data))
    if not own and run.unfinished and (kept_earlier := _kept_earlier(run, path, data)):
        return kept_earlier
    if why := other_format(run):
        return Verified(run.trial, str(path), None, uncompared=why)
    run.check_there()
    if not run.stands:
        run.check_ended()
        raise UserError(without_seal(run))
    kept = _match(run, path.name, kind, data)
    if kept is None:
        raise UserError(str(path), f"the run of {run.trial} made no report as {kind[1:]}")
    made = judged(kept, data, str(path), pages_of(run))
    # What stands in the place of the last run's is that run's, or altered.
    earlier = None if own or not made.found else of_earlier_run(run, kind, data, str(path))
    counted = [", ".join(made.compared)] if made.compared else []
    kept_earlier = Verified(run.trial, str(path), run.seal, made.found, made.notes, counted)
    if earlier is not None:
        kept_earlier.seal, kept_earlier.earlier = earlier.seal, earlier.run
        kept_earlier.found, kept_earlier.notes = earlier.judged.found, earlier.judged.notes
        kept_earlier.compared = []
        return kept_earlier
    if made.found and not own and (why := _by_another(run, kept, data)):
        return Verified(run.trial, str(path), None, uncompared=why)
    kept_earlier.notes += [*_outdated(run), *_unfinished(run), *_by_earlier_version(run)]
    return kept_earlier


def _by_another(run: KeptRun, kept: Kept, data: bytes) -> str | None:
    """Why a document is none of the last run, as another trialtrace made it."""
    try:
        lines = read_document(kept.name, data).lines
    except BrokenDocument:
        return None
    told = of_another_maker(lines, kept.lines, run.sealed["seal"])
    if told or not kept.name.endswith(HTML) or maker_of(lines).version:
        return told
    own = run.folder / "report" / kept.name
    return page_of_another_maker(data, own.read_bytes()) if own.is_file() else None


def _by_earlier_version(run: KeptRun) -> list[str]:
    """That the run was by another version than this one, as a note."""
    told = (earlier_version(one.lines) for one in run.documents.values())
    return [*dict.fromkeys(filter(None, told))]


def _kept_earlier(run: KeptRun, path: Path, data: bytes) -> Verified | None:
    """A document of a kept run, while a newer run of its trial is under way or was stopped."""
    made = of_earlier_run(run, kind_of(data), data, str(path))
    if made is None:
        return None
    found, notes = made.judged.found, [*made.judged.notes, "a newer run has not ended"]
    return Verified(run.trial, str(path), made.seal, found, notes, earlier=made.run)


def _match(run: KeptRun, name: str, kind: str, data: bytes) -> Kept | None:
    """The document of the run that some bytes are held against: the one of that name, else the one
    of that format of which they show most."""
    if name in run.documents:
        return run.documents[name]
    chosen = [document for document in run.documents.values() if document.name.endswith(kind)]
    try:
        shown = {line.key for line in read_document(kind, data).lines}
    except BrokenDocument:
        shown = set()
    return max(chosen, key=lambda document: share(document, shown), default=None)


def _outdated(run: KeptRun) -> list[str]:
    files = outdated_files(run) if run.stands else []
    return [f"the configuration was changed after the run: {', '.join(files)}"] if files else []


def _unfinished(run: KeptRun) -> list[str]:
    rule = run.unfinished
    return [f"the run has not ended: no record of {rule}"] if rule else []
