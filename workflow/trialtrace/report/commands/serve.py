"""`trialtrace serve`: a report, or the site, over HTTP to this machine alone; nothing is written.

Where a browser is kept from files on disk, or the reader sits at another machine's terminal (by a
tunnel). Pages that run our scripts load themselves again when a run has made the report anew.
"""

import re
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.commands.loopback import HTML, PLAIN, LoopbackHandler, LoopbackServer
from trialtrace.report.links import SUMMARY_PAGE
from trialtrace.report.render.house import assets

ENDS = "ends with Ctrl-C; its pages load themselves again after the next run"
INDEX = "index.html"
SCRIPT = "text/javascript; charset=utf-8"
# What a report is made of; nothing else is sent.
KINDS = {
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".js": SCRIPT,
    ".txt": PLAIN,
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
RELOAD_SCRIPT, STAMP = "reload.js", "stamp.js"
# Nothing of a site is called so.
OWN = "_served"
# Of a page that may run our scripts: one of them.
_RUNS = re.compile(rb'(<script src=")(card|search)\.js(" defer></script>)')


class Pages(LoopbackServer):
    """The server of a folder. `first` is the page it begins with, `made` a file that a run writes
    when it has made all others."""

    def __init__(self, folder: Path, first: str, made: Path):
        super().__init__(_Handler)
        self.folder, self.first, self.made = folder.resolve(), first, made

    def file(self, path: str) -> Path | None:
        """The file of a path, as a browser asks for it; None where none is sent."""
        parts = unquote(path).split("/")
        if any(part.startswith(".") or not part.isprintable() or "\\" in part for part in parts):
            return None
        found = self.folder.joinpath(*(part for part in parts if part)).resolve()
        inside = found.is_relative_to(self.folder) and found.suffix in KINDS
        return found if inside and found.is_file() else None

    def stamp(self) -> str:
        """When the pages were made; empty while a run makes them."""
        try:
            return str(self.made.stat().st_mtime_ns)
        except OSError:
            return ""


class _Handler(LoopbackHandler):
    @property
    def _pages(self) -> Pages:
        assert isinstance(self.server, Pages)
        return self.server

    def do_GET(self) -> None:
        if self.refused():
            return
        path = self.rest or ""
        if not path:
            self.see_other(self._pages.first)
        elif path == f"{OWN}/{STAMP}":
            text = f'trialtraceMade("{self._pages.stamp()}");'
            self.send(HTTPStatus.OK, text.encode(), SCRIPT)
        elif path == f"{OWN}/{RELOAD_SCRIPT}":
            self.send(HTTPStatus.OK, (assets() / RELOAD_SCRIPT).read_bytes(), SCRIPT)
        else:
            self._file(path)

    do_HEAD = do_GET

    def _file(self, path: str) -> None:
        file = self._pages.file(path)
        try:
            data = None if file is None else file.read_bytes()
        except OSError:
            data = None
        if file is None or data is None:
            self.plain(HTTPStatus.NOT_FOUND, "nothing here")
            return
        if file.suffix == ".html":
            add = rf'\g<0><script src="/{self.own.token}/{OWN}/{RELOAD_SCRIPT}" defer></script>'
            data = _RUNS.sub(add.encode(), data, count=1)
        self.send(HTTPStatus.OK, data, KINDS[file.suffix])


def serve(at: Project, trial: str | None) -> int:
    """Serve a trial's report, or the site of all, until Ctrl-C.

    Raises UserError where no run has made it.
    """
    with served(at, trial) as server:
        server.serve(ENDS)
    return 0


def served(at: Project, trial: str | None) -> Pages:
    """The server of a trial's report, or of the site of all."""
    folder = at.site if trial is None else at.results / trial / "report"
    first = INDEX if trial is None else SUMMARY_PAGE
    if not (folder / first).is_file():
        raise UserError(
            "the site" if trial is None else f"trial {trial}",
            found=f"no {first} in {at.shown(folder)}",
            expected="a run that has come to its end",
            do="trialtrace run" if trial is None else f"trialtrace run {trial}",
        )
    made = folder / "run.json" if trial is None else folder.parent / "seal.json"
    return Pages(folder, first, made)
