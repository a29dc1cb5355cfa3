"""`trialtrace read PAPER --review`: the map of a paper, confirmed a table at a time in a browser.

A page on this machine alone (`loopback`), whose forms write into the map.
"""

import threading
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

from trialtrace.audit.locate.paper import LocatedPaper
from trialtrace.audit.meaning.edit import CONFIRM, SAVE, changed
from trialtrace.audit.meaning.map_file import map_yaml, read_map
from trialtrace.audit.meaning.verify import refusals
from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text
from trialtrace.report.audit.map_page import END, map_page
from trialtrace.report.commands.loopback import HTML, LoopbackHandler, LoopbackServer

LARGEST_FORM = 1 << 20
MOST_FIELDS = 20_000
MOST_TOLD = 10
FORM = "application/x-www-form-urlencoded"


class ReviewServer(LoopbackServer):
    """The server of one map; `address` is what to open."""

    def __init__(self, at: Project, file: Path, paper: LocatedPaper):
        super().__init__(_Handler)
        self.at, self.file, self.paper = at, file, paper
        self.writing = threading.Lock()

    def page(self, wrong: Sequence[str] = (), typed: Mapping[str, str] | None = None) -> str:
        """The page as the map stands now, and a form that was refused with what it held."""
        said = read_map(self.at, self.file)
        return map_page(f"Map of {self.paper.file}", self.paper, said, wrong, typed)

    def decide(self, form: Mapping[str, str]) -> list[str]:
        """Write a form into the map, unless the paper refuses what it says; gives why."""
        before = read_map(self.at, self.file)
        made = changed(self.paper, before, form)
        table = form.get("table", "")
        refused = [
            one
            for one in refusals(self.paper, made)
            if one.place.startswith((f"tables.{table}", f"{table}.")) or "." not in one.place
        ]
        if refused:
            return [f"{one.place}: {one.text}" for one in refused[:MOST_TOLD]]
        write_text(self.file, map_yaml(made, self.paper.file))
        return []


class _Handler(LoopbackHandler):
    @property
    def _review(self) -> ReviewServer:
        assert isinstance(self.server, ReviewServer)
        return self.server

    def do_GET(self) -> None:
        if not self._elsewhere():
            self._page()

    def do_POST(self) -> None:
        """A decision on one table; then the page again, at the next one."""
        if self._elsewhere():
            return
        form = self._form()
        if form is None or form.get("do") not in (CONFIRM, SAVE, END):
            self.plain(HTTPStatus.BAD_REQUEST, "no decision")
            return
        if form["do"] == END:
            self.plain(HTTPStatus.OK, "The review has ended. The map holds what you decided.")
            threading.Thread(target=self._review.shutdown, daemon=True).start()
            return
        with self._review.writing:
            try:
                wrong = self._review.decide(form)
            except UserError as error:
                wrong = [str(error)]
        if wrong:
            self._page(HTTPStatus.CONFLICT, wrong, form)
        else:
            self.see_other("")

    def _elsewhere(self) -> bool:
        """Whether the request is none of the one page; it is answered then."""
        if self.refused():
            return True
        if self.rest != "":
            self.plain(HTTPStatus.NOT_FOUND, "nothing here")
            return True
        return False

    def _form(self) -> dict[str, str] | None:
        length = self.headers.get("Content-Length", "")
        if self.headers.get_content_type() != FORM or not length.isdecimal():
            return None
        if int(length) > LARGEST_FORM:
            return None
        text = self.rfile.read(int(length)).decode("utf-8", "replace")
        try:
            given = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return None
        return {name: values[-1] for name, values in given.items()}

    def _page(
        self,
        status: HTTPStatus = HTTPStatus.OK,
        wrong: Sequence[str] = (),
        typed: Mapping[str, str] | None = None,
    ) -> None:
        try:
            self.send(status, self._review.page(wrong, typed).encode(), HTML)
        except UserError as error:
            self.plain(HTTPStatus.CONFLICT, str(error))


def review(at: Project, file: Path, paper: LocatedPaper) -> int:
    """Serve a map until the page ends it, or Ctrl-C does."""
    with ReviewServer(at, file, paper) as server:
        server.page()
        server.serve("ends with its button, or with Ctrl-C")
    return 0
