"""A server for one reader on this machine: what `serve` and `read --review` stand on.

It listens on the loopback address, its address holds a random token that every request needs, and
the Host and Origin that a browser sends have to be its own, so that no other page can reach it (DNS
rebinding, forged forms). What a program is started with every user of the machine can read, so a
browser is started with a page that only this user can, and that leads to the address. `http.server`
is not made for a network, and is on none here: a request without the token gets no further than
`refused`.
"""

import hmac
import os
import secrets
import shutil
import sys
import tempfile
import webbrowser
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

DESKTOPS = ("darwin", "win32")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
LOOPBACK = "127.0.0.1"
SECONDS = 20
HTML, PLAIN = "text/html; charset=utf-8", "text/plain; charset=utf-8"
LEADING = (
    '<!DOCTYPE html><meta charset="utf-8"><title>trialtrace</title>'
    '<meta http-equiv="refresh" content="0; url={0}"><a href="{0}">To the page</a>\n'
)
HEADERS = {
    "Content-Type": HTML,
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class LoopbackServer(ThreadingHTTPServer):
    """A server with a token; `address` is what to open."""

    daemon_threads = True

    def __init__(self, handler: type["LoopbackHandler"]):
        super().__init__((LOOPBACK, 0), handler)
        self.token = secrets.token_urlsafe(24)
        self.leading: Path | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        return f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def address(self) -> str:
        return f"http://{self.hosts[0]}/{self.token}/"

    def serve(self, ends: str) -> None:
        """Tell the address, open it where there is a browser, and serve until Ctrl-C."""
        try:
            print(f"{self.address}\n{ends}", flush=True)
            if has_screen(os.environ):
                self._open()
            self.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            print()
        finally:
            self.found()

    def _open(self) -> None:
        """Start a browser with a file of this user's that leads to the address."""
        try:
            # One of a snap or flatpak sees the home folder, and neither /tmp nor what is hidden.
            home = Path("~").expanduser()
            seen = home.is_dir() and os.access(home, os.W_OK)
            self.leading = Path(tempfile.mkdtemp(prefix="trialtrace-", dir=home if seen else None))
            page = self.leading / "open.html"
            with open(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(LEADING.format(self.address))
        except (OSError, RuntimeError):  # no home, no room
            return  # the address stands in the terminal
        opened(page.as_uri())

    def found(self) -> None:
        """Take the leading file away: a browser has come by it, or the server ends."""
        if self.leading is not None:
            shutil.rmtree(self.leading, ignore_errors=True)


class LoopbackHandler(BaseHTTPRequestHandler):
    """A request; `refused` comes before anything else is looked at."""

    timeout = SECONDS
    server_version, sys_version = "trialtrace", ""

    @property
    def own(self) -> LoopbackServer:
        assert isinstance(self.server, LoopbackServer)
        return self.server

    def refused(self) -> bool:
        """Whether the request is not for this server; it is answered then."""
        host, origin = self.headers.get("Host"), self.headers.get("Origin")
        hosts = self.own.hosts
        if host not in hosts or (
            origin is not None and origin not in [f"http://{h}" for h in hosts]
        ):
            self.plain(HTTPStatus.FORBIDDEN, "not from here")
            return True
        token = urlsplit(self.path).path.encode("utf-8", "replace").split(b"/")[1:2]
        if not hmac.compare_digest(b"".join(token), self.own.token.encode()):
            self.plain(HTTPStatus.NOT_FOUND, "nothing here")
            return True
        self.own.found()
        return False

    @property
    def rest(self) -> str | None:
        """What stands behind the token; None where not even a slash does."""
        path = urlsplit(self.path).path
        start = f"/{self.own.token}/"
        return path.removeprefix(start) if path.startswith(start) else None

    def plain(self, status: HTTPStatus, text: str) -> None:
        self.send(status, text.encode(), PLAIN)

    def see_other(self, path: str) -> None:
        """Send the reader to a path behind the token."""
        self.send(HTTPStatus.SEE_OTHER, b"", PLAIN, {"Location": f"/{self.own.token}/{path}"})

    def send(
        self, status: HTTPStatus, data: bytes, kind: str, more: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (HEADERS | {"Content-Type": kind} | dict(more or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the address holds the token."""


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether a window can be shown; a browser in the terminal would take it over."""
    return sys.platform in DESKTOPS or any(environment.get(name) for name in SCREENS)


def opened(address: str) -> bool:
    """Whether a browser took the address."""
    try:
        return webbrowser.open(address)
    except (OSError, webbrowser.Error):
        return False
