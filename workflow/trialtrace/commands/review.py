"""`trialtrace read PAPER --review`: claims beside the quotes they were read from, in a browser.

A page on this machine alone: the server listens on the loopback address, its address holds a random
token that every request needs, and the Host and Origin that a browser sends have to be its own, so
that no other page can reach it (DNS rebinding, forged forms).
"""

import hmac
import os
import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from trialtrace.claims.confirmed import unconfirmed
from trialtrace.claims.ledger_file import LARGEST
from trialtrace.commands.open import has_screen, opened
from trialtrace.config.compose import compose
from trialtrace.ground.errors import ProblemsError, UserError
from trialtrace.ground.paths import Project
from trialtrace.reading.decisions import DOES, Decision, decide
from trialtrace.report.audit.review_page import END, Claims, review_page

LOOPBACK = "127.0.0.1"
LARGEST_FORM = 64 << 10
MOST_FIELDS = 10
SECONDS = 20
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ReviewServer(ThreadingHTTPServer):
    """The server of one ledger; `address` is what to open."""

    daemon_threads = True

    def __init__(self, at: Project, ledger: Path):
        super().__init__((LOOPBACK, 0), _Handler)
        self.at, self.ledger = at, ledger
        self.token = secrets.token_urlsafe(24)
        self.writing = threading.Lock()

    @property
    def hosts(self) -> tuple[str, ...]:
        return f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def address(self) -> str:
        return f"http://{self.hosts[0]}/{self.token}/"

    def page(self, said: str = "") -> str:
        """The page as the ledger stands now."""
        document = compose(self.at, self.ledger, LARGEST)
        if document.problems:
            raise ProblemsError(document.in_order())
        claims: Claims = document.data["claims"]
        found = unconfirmed(claims, document.data.get("confirmed", ()))
        left = [name for name in claims if name in found]
        return review_page(f"Review of {self.ledger.name}", claims, left, said)


class _Handler(BaseHTTPRequestHandler):
    timeout = SECONDS
    server_version, sys_version = "trialtrace", ""

    @property
    def _review(self) -> ReviewServer:
        assert isinstance(self.server, ReviewServer)
        return self.server

    def do_GET(self) -> None:
        if self._refused():
            return
        with self._review.writing:
            self._page()

    def do_POST(self) -> None:
        """A decision; then the page again, at its place."""
        if self._refused():
            return
        form = self._form()
        if form is None:
            self._plain(HTTPStatus.BAD_REQUEST, "no form")
            return
        if form.get("do") == END:
            self._plain(HTTPStatus.OK, "The review has ended. The ledger holds what you decided.")
            threading.Thread(target=self._review.shutdown, daemon=True).start()
            return
        if form.get("do") not in DOES:
            self._plain(HTTPStatus.BAD_REQUEST, "no decision")
            return
        made = Decision(form["do"], form.get("of", ""), form.get("printed", ""))
        with self._review.writing:
            try:
                decide(self._review.at, self._review.ledger, made)
            except UserError as error:
                self._page(HTTPStatus.CONFLICT, str(error))
                return
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", urlsplit(self._review.address).path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _refused(self) -> bool:
        """Whether the request is none of this page; it is answered then."""
        host, origin = self.headers.get("Host"), self.headers.get("Origin")
        own = self._review.hosts
        if host not in own or (origin is not None and origin not in [f"http://{o}" for o in own]):
            self._plain(HTTPStatus.FORBIDDEN, "not from here")
            return True
        path = urlsplit(self.path).path.encode("utf-8", "replace")
        if not hmac.compare_digest(path, f"/{self._review.token}/".encode()):
            self._plain(HTTPStatus.NOT_FOUND, "nothing here")
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
        return {name: values[0] for name, values in given.items()}

    def _page(self, status: HTTPStatus = HTTPStatus.OK, said: str = "") -> None:
        try:
            self._send(status, self._review.page(said))
        except UserError as error:
            self._plain(HTTPStatus.CONFLICT, str(error))

    def _plain(self, status: HTTPStatus, text: str) -> None:
        self._send(status, text, "text/plain; charset=utf-8")

    def _send(self, status: HTTPStatus, text: str, kind: str = HEADERS["Content-Type"]) -> None:
        data = text.encode()
        self.send_response(status)
        for name, value in (HEADERS | {"Content-Type": kind}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the address holds the token."""


def review(at: Project, ledger: Path) -> int:
    """Serve a ledger until the page ends it, or Ctrl-C does."""
    with ReviewServer(at, ledger) as server:
        server.page()
        try:
            print(f"{server.address}\nends with its button, or with Ctrl-C", flush=True)
            if has_screen(os.environ):
                opened(server.address)
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            print()
    return 0
