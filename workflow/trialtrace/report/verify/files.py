"""Files that are known by their bytes, wherever they lie; pages of a run that are others, by what
they call themselves; and the site, by the record of the job that built it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes
from trialtrace.report.crumbs import alone
from trialtrace.report.seal_file import HTML
from trialtrace.report.verify.kept_run import Found, KeptRun
from trialtrace.run.jobs.fresh import SITE
from trialtrace.run.jobs.products import VOLATILE, read_record, record_path

_NAMES = re.compile(rb'<title>(.*?)</title>|<li aria-current="page">(.*?)</li>', re.DOTALL)


def site_files(at: Project) -> dict[str, str]:
    """The sha256 of each file of the site as it was built, by its path from the root."""
    record = read_record(at.root / record_path(SITE, None))
    return {} if record is None else {n: d for f in record.outputs.values() for n, d in f.items()}


def altered_site(at: Project, files: dict[str, str]) -> Iterator[Found]:
    """Every file of the site that is missing, extra, or not as it was built."""
    for name, digest in files.items():
        yield from altered_in_site(at, name, digest)
    for path in sorted(at.site.rglob("*")):
        name = path.relative_to(at.root).as_posix()
        if name not in files and path.is_file() and path.name not in VOLATILE:
            yield Found(name, "extra", f"written by no {SITE}")


def altered_in_site(at: Project, name: str, digest: str) -> Iterator[Found]:
    """A file of the site that is not as it was built."""
    path = at.root / name
    if not path.is_file():
        yield Found(name, "missing", f"written by {SITE}")
    elif (now := sha256_bytes(path.read_bytes())) != digest:
        yield Found(name, "changed", f"written by {SITE}", f"sha256 {now}", f"sha256 {digest}")


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
    documents = {one for page in sealed if page.endswith(HTML) for one in _names_at(at.root / page)}
    if not names - documents:
        return None
    pages: list[tuple[KeptRun | None, str]] = [(run, one) for run in runs for one in run.written]
    # Of a trial's pages the site has copies.
    pages += [(None, one) for one in site if one.count("/") == 1]
    return next(
        (
            (run, page)
            for run, page in pages
            if page.endswith(HTML) and page not in sealed and names <= _names_at(at.root / page)
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
