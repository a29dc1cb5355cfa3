"""Files that are known by their bytes, wherever they lie; pages of a run that are others, by what
they call themselves; the site, by the record of the job that built it; and figures and tables that
lie beside a report, by the hashes in seal.json."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes
from trialtrace.report.pages.site_copy import alone
from trialtrace.report.seal_file import FOLDERS, HTML
from trialtrace.report.shown.compare import alterations
from trialtrace.report.shown.lines import Line, Piece
from trialtrace.report.verify.kept_run import Alteration, KeptRun
from trialtrace.run.jobs.products import VOLATILE, read_record, record_path
from trialtrace.run.jobs.stages import SITE

_NAMES = re.compile(rb'<title>(.*?)</title>|<li aria-current="page">(.*?)</li>', re.DOTALL)


def site_files(at: Project) -> dict[str, str]:
    """The sha256 of each file of the site as it was built, by its path from the root."""
    record = read_record(at.made / record_path(SITE, None))
    return {} if record is None else {n: d for f in record.outputs.values() for n, d in f.items()}


def altered_site(at: Project, files: dict[str, str]) -> Iterator[Alteration]:
    """Every file of the site that is missing, extra, or not as it was built."""
    for name, digest in files.items():
        yield from altered_in_site(at, name, digest)
    for path in sorted(at.site.rglob("*")):
        name = path.relative_to(at.made).as_posix()
        if name not in files and path.is_file() and path.name not in VOLATILE:
            yield Alteration(name, "extra", f"written by no {SITE}")


def altered_in_site(at: Project, name: str, digest: str) -> Iterator[Alteration]:
    """A file of the site that is not as it was built."""
    path = at.made / name
    if not path.is_file():
        yield Alteration(name, "missing", f"written by {SITE}")
    elif (now := sha256_bytes(path.read_bytes())) != digest:
        yield Alteration(name, "changed", f"written by {SITE}", f"sha256 {now}", f"sha256 {digest}")


def sealed_files(run: KeptRun) -> set[str]:
    """The documents, figures and tables that a seal has the hashes of, in the results and in the
    site."""
    names = [*run.sealed["documents"], *run.sealed["downloads"]]
    folders = (f"results/{run.trial}/report", f"site/{run.trial}")
    return {f"{folder}/{name}" for folder in folders for name in names}


def known_by_bytes(
    runs: Iterable[KeptRun], sealed: Collection[str], site: Mapping[str, str], data: bytes
) -> list[tuple[KeptRun | None, str]]:
    """The files of runs, but for those that are `sealed`, or else of the site, that bytes are."""
    digests = {sha256_bytes(data), sha256_bytes(alone(data))}
    found: list[tuple[KeptRun | None, str]] = [
        (run, name)
        for run in runs
        for name, (digest, _) in run.written.items()
        if digest in digests and name not in sealed
    ]
    return found or [(None, name) for name, digest in site.items() if digest in digests]


def called_like(
    at: Project,
    runs: Iterable[KeptRun],
    sealed: Collection[str],
    site: Mapping[str, str],
    data: bytes,
) -> tuple[KeptRun | None, str] | None:
    """The page of a run, or of the site, that has every name of a page, and one at least that no
    document has.

    The same page of another trial shares a heading with it, and not its title.
    """
    names = _names(alone(data))
    documents = {one for page in sealed if page.endswith(HTML) for one in _names_at(at.made / page)}
    if not names - documents:
        return None
    pages: list[tuple[KeptRun | None, str]] = [(run, one) for run in runs for one in run.written]
    # Of a trial's pages the site has copies.
    pages += [(None, one) for one in site if one.count("/") == 1]
    return next(
        (
            (run, page)
            for run, page in pages
            if page.endswith(HTML) and page not in sealed and names <= _names_at(at.made / page)
        ),
        None,
    )


def _names_at(page: Path) -> set[bytes]:
    try:
        return _names(alone(page.read_bytes()))
    except FileNotFoundError:
        return set()


def _names(page: bytes) -> set[bytes]:
    """The title of a page, and what it is called after the way to it."""
    return {title or here for title, here in _NAMES.findall(page)}


KINDS = (".csv", ".xlsx", ".svg", ".png")


def is_download(name: str) -> bool:
    """Whether a file is called as those are that lie beside a report."""
    return name.endswith(KINDS)


def sealed_as(runs: Iterable[KeptRun], path: Path, data: bytes) -> tuple[KeptRun, str]:
    """The run and the file that some bytes are, or else are called like. Raises UserError.

    `runs` are those whose seal stands.
    """
    digest = sha256_bytes(data)
    alike = []
    for run in runs:
        for name, kept in run.sealed["downloads"].items():
            if kept == digest:
                return run, name
            if PurePosixPath(name).name == path.name:
                alike.append((run, name))
    if len(alike) != 1:
        trials = ", ".join(sorted({run.trial for run, _ in alike}))
        raise UserError(
            str(path),
            "is no figure and no table of a report as a run made it",
            found=f"one of this name in {trials}" if alike else "none of this name either",
            expected=f"a file of {' or '.join(FOLDERS)} of a report",
            do="name the trial with --trial, or hold the folder that it is of: results/TRIAL",
        )
    return alike[0]


def altered_download(run: KeptRun, name: str, data: bytes, file: str) -> Iterator[Alteration]:
    """What is another in a file of a report's folders; of a table in CSV each cell."""
    digest, kept = sha256_bytes(data), run.sealed["downloads"][name]
    if digest == kept:
        return
    yield Alteration(
        file, "changed", f"{name} of {run.trial}", f"sha256 {digest}", f"sha256 {kept}"
    )
    own = run.folder / "report" / name
    if name.endswith(".csv") and own.is_file() and sha256_bytes(own.read_bytes()) == kept:
        for one in alterations(table_lines(own.read_bytes()), table_lines(data)):
            yield Alteration(file, one.what, one.place, one.shown, one.kept)


def table_lines(data: bytes) -> list[Line]:
    """A table in CSV, a line each row."""
    rows = csv.reader(io.StringIO(data.decode("utf-8", "replace")))
    return [
        Line("row", tuple(Piece(cell) for cell in row or [""]), 0, number)
        for number, row in enumerate(rows, 1)
    ]
