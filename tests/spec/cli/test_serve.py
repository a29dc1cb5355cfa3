"""`trialtrace serve`: pages to this machine alone, by a token, and nothing but pages."""

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mini_trial import write_project

from trialtrace.base.errors import UserError
from trialtrace.report.commands.loopback import SCREENS
from trialtrace.report.commands.serve import served

REPORT = '<html><head><script src="card.js" defer></script>\n</head><body>A report</body></html>'
HEAVY = {"pandas", "scipy", "statsmodels", "matplotlib", "snakemake", "pyarrow", "jsonschema"}


def project_with_report(root: Path):
    at = write_project(root)
    folder = at.results / "mini" / "report"
    (folder / "trace").mkdir(parents=True)
    (folder / "summary.html").write_text(REPORT)
    (folder / "trace" / "relief.html").write_text("<html>A trace</html>")
    (folder / "card.js").write_text("'use strict';")
    (folder / ".secret.html").write_text("hidden")
    (folder / "notes.pkl").write_text("other")
    (folder.parent / "seal.json").write_text("{}")
    (folder / "out.html").symlink_to(folder.parent / "seal.json")
    return at


@pytest.fixture
def server(tmp_path):
    at = project_with_report(tmp_path)
    with served(at, "mini") as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join(10)


def ask(server, path="", method="GET", *, whole=False, **headers):
    """(status, body, headers) of a request for a path behind the token."""
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    wanted = path if whole else f"/{server.token}/{path}"
    connection.request(method, wanted, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), dict(answer.getheaders())
    connection.close()
    return found


def test_the_address_leads_to_the_summary_and_pages_are_served(server):
    assert server.server_address[0] == "127.0.0.1"
    status, _, headers = ask(server)
    assert (status, headers["Location"]) == (303, f"/{server.token}/summary.html")
    status, text, headers = ask(server, "trace/relief.html")
    assert (status, text) == (200, "<html>A trace</html>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
    assert ask(server, "card.js")[2]["Content-Type"] == "text/javascript; charset=utf-8"
    status, text, headers = ask(server, "trace/relief.html", "HEAD")
    assert (status, text, headers["Content-Length"]) == (200, "", "20")


@pytest.mark.parametrize("path", ["/", "/summary.html", "/x/summary.html", "/%00/", "/%c3%a9/"])
def test_without_the_token_there_is_nothing(server, path):
    assert ask(server, path, whole=True)[:2] == (404, "nothing here")


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": "127.0.0.1"}, {"Origin": "http://evil.example"}]
)
def test_a_page_from_elsewhere_is_refused(server, headers):
    assert ask(server, "summary.html", **headers)[0] == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_is_taken(server, method):
    assert ask(server, "summary.html", method)[0] == 501


@pytest.mark.parametrize(
    "path",
    [
        "../seal.json",
        "%2e%2e/seal.json",
        "trace/..%2f..%2f..%2fseal.json",
        "trace/../../seal.json",
        "..%5cseal.json",
        "//etc/passwd",
        "/etc/hosts.txt",
        ".secret.html",
        "out.html",
        "notes.pkl",
        "trace",
        "trace/",
        "nobody.html",
        "summary.html%00",
    ],
)
def test_only_pages_of_the_folder_are_sent(server, path):
    status, text, _ = ask(server, path)
    assert (status, text) == (404, "nothing here")


def test_before_a_run_there_is_nothing_to_serve(tmp_path):
    at = write_project(tmp_path)
    with pytest.raises(UserError, match="trialtrace run mini"):
        served(at, "mini")
    with pytest.raises(UserError, match="trialtrace run"):
        served(at, None)


BROWSER = """#!/bin/sh
printf '%s' "$1" > seen/address
page="${1#file://}"
cp -p "$page" seen/page.html
ls -ld "$page" "$(dirname "$page")" | cut -c1-10 > seen/modes
"""


def test_a_browser_is_started_with_a_file_of_ones_own_that_leads_to_the_address(tmp_path):
    """What a program is started with stands in /proc for every user: not the token."""
    at = project_with_report(tmp_path)
    at.site.mkdir()
    (at.site / "index.html").write_text(REPORT)
    (tmp_path / "seen").mkdir()
    (tmp_path / "home").mkdir()
    browser = tmp_path / "browser"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    code = "from trialtrace.cli import entry; entry()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--project", str(tmp_path), "serve", "mini"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"BROWSER": str(browser), "HOME": str(tmp_path / "home")},
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    try:
        address = urlsplit(process.stdout.readline().strip())
        connection = HTTPConnection(address.hostname, address.port, timeout=60)
        connection.request("GET", f"{address.path}summary.html")
        assert connection.getresponse().status == 200
        connection.close()
        opened = (tmp_path / "seen/address").read_text()
        assert opened.startswith((tmp_path / "home").as_uri())
        assert address.path.strip("/") not in opened
        assert address.geturl() in (tmp_path / "seen/page.html").read_text()
        assert (tmp_path / "seen/modes").read_text().split() == ["drwx------", "-rw-------"]
        assert list((tmp_path / "home").iterdir()) == []
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()


def test_the_leading_file_goes_where_the_server_ends_before_a_browser_comes(tmp_path, monkeypatch):
    from trialtrace.report.commands import loopback

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(loopback, "opened", lambda address: True)
    with loopback.LoopbackServer(loopback.LoopbackHandler) as server:
        server._open()
        assert [one.name for one in tmp_path.glob("*/*")] == ["open.html"]
        server.found()
    assert list(tmp_path.iterdir()) == []


def test_the_command_tells_its_address_needs_little_and_ends_with_an_interrupt(tmp_path):
    at = project_with_report(tmp_path)
    at.site.mkdir()
    (at.site / "index.html").write_text(REPORT)
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        f"sys.argv[1:] = ['--project', {str(tmp_path)!r}, 'serve', 'mini']\n"
        "from trialtrace.cli import entry; entry()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name not in SCREENS},
        # A shell's job in the background ignores interrupts, and what it starts does.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    address = urlsplit(process.stdout.readline().strip())
    connection = HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("GET", f"{address.path}summary.html")
    assert connection.getresponse().status == 200
    connection.close()
    process.send_signal(signal.SIGINT)
    # So that a hang ends.
    _, loaded = process.communicate(timeout=120)
    assert process.returncode == 0
    assert not set(loaded.split()) & HEAVY
