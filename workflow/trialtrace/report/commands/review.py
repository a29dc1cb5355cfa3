"""`trialtrace read PAPER --review`: claims beside the quotes they were read from, in a browser.

A page on this machine alone (`loopback`), whose forms write into the ledger.
"""

import threading
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

from trialtrace.audit.files.file import LARGEST
from trialtrace.audit.reading.decisions import ALL, KEEP, SETTLE, decide
from trialtrace.audit.reading.designs import tell_design
from trialtrace.audit.reading.group_names import name_groups
from trialtrace.audit.reading.item import Left
from trialtrace.audit.reading.paper import ReadPaper
from trialtrace.audit.reading.untaken import take_up, untaken
from trialtrace.base.config.compose import compose
from trialtrace.base.errors import ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.report.audit.review_page import AGAIN, END, GROUPS, TELL, review_page
from trialtrace.report.commands.loopback import HTML, LoopbackHandler, LoopbackServer

LARGEST_FORM = 1 << 20
MOST_FIELDS = 20_000
FORM = "application/x-www-form-urlencoded"


class ReviewServer(LoopbackServer):
    """The server of one ledger; `address` is what to open."""

    def __init__(
        self,
        at: Project,
        ledger: Path,
        paper: ReadPaper | None = None,
        left: Sequence[Left] = (),
    ):
        super().__init__(_Handler)
        self.at, self.ledger, self.paper, self.left = at, ledger, paper, list(left)
        self.writing = threading.Lock()

    def page(self, said: str = "", refused: dict[str, str] | None = None) -> str:
        """The page as the ledger stands now, and a form that was refused with what it held."""
        document = compose(self.at, self.ledger, LARGEST)
        if document.problems:
            raise ProblemsError(document.in_order())
        title = f"Review of {self.ledger.name}"
        left = untaken(self.left, document.data.get("claims", {}))
        return review_page(title, document.data, said, refused, self.paper, left)

    def read_again(self, form: dict[str, str]) -> None:
        """Read a table below the heads that were typed; what is left of it is what then is."""
        assert self.paper is not None
        left = take_up(self.at, self.ledger, self.paper, form).left
        others = [one for one in self.left if one.place.partition(",")[0] != form["of"]]
        self.left = others + [one for one in left if one.place.partition(",")[0] == form["of"]]


class _Handler(LoopbackHandler):
    @property
    def _review(self) -> ReviewServer:
        assert isinstance(self.server, ReviewServer)
        return self.server

    def do_GET(self) -> None:
        if self._elsewhere():
            return
        with self._review.writing:
            self._page()

    def do_POST(self) -> None:
        """A decision, or what a text tells of the design; then the page again, at its place."""
        if self._elsewhere():
            return
        form = self._form()
        if form is None:
            self.plain(HTTPStatus.BAD_REQUEST, "no form")
            return
        if form.get("do") == END:
            self.plain(HTTPStatus.OK, "The review has ended. The ledger holds what you decided.")
            threading.Thread(target=self._review.shutdown, daemon=True).start()
            return
        if form.get("do") not in (SETTLE, KEEP, ALL, TELL, AGAIN, GROUPS) or (
            form["do"] == AGAIN and (self._review.paper is None or "of" not in form)
        ):
            self.plain(HTTPStatus.BAD_REQUEST, "no decision")
            return
        at, ledger = self._review.at, self._review.ledger
        with self._review.writing:
            try:
                if form["do"] == TELL:
                    part, paper = form.get("part", ""), form.get("paper", "")
                    tell_design(at, ledger, part, paper, form, new="new" in form)
                elif form["do"] == GROUPS:
                    name_groups(at, ledger, form)
                elif form["do"] == AGAIN:
                    self._review.read_again(form)
                else:
                    decide(at, ledger, form)
            except UserError as error:
                self._page(HTTPStatus.CONFLICT, str(error), form)
                return
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
        # Of the ticks there is a field each, of names, in which there is no blank.
        return {name: " ".join(values) for name, values in given.items()}

    def _page(
        self,
        status: HTTPStatus = HTTPStatus.OK,
        said: str = "",
        refused: dict[str, str] | None = None,
    ) -> None:
        try:
            self.send(status, self._review.page(said, refused).encode(), HTML)
        except UserError as error:
            self.plain(HTTPStatus.CONFLICT, str(error))


def review(
    at: Project, ledger: Path, paper: ReadPaper | None = None, left: Sequence[Left] = ()
) -> int:
    """Serve a ledger until the page ends it, or Ctrl-C does."""
    with ReviewServer(at, ledger, paper, left) as server:
        server.page()
        server.serve("ends with its button, or with Ctrl-C")
    return 0
