"""`trialtrace open`: the report of a trial in the browser."""

import os
import sys
import webbrowser
from collections.abc import Mapping

from trialtrace.ground.errors import Problem, UserError
from trialtrace.ground.paths import Project

DESKTOPS = ("darwin", "win32")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def open_report(at: Project, trial: str) -> None:
    """Open a trial's report and print where it is; print alone where there is no browser.

    Raises UserError where no run has made one.
    """
    report = at.results / trial / "report" / "report.html"
    if not report.is_file():
        raise UserError(
            Problem(
                f"trial {trial}",
                found=f"no report in {at.shown(report.parent)}",
                expected="a run that has come to its end",
                do=f"make run TRIAL={trial}",
            )
        )
    print(at.shown(report))
    if not (has_screen(os.environ) and opened(report.resolve().as_uri())):
        print(f"no browser here: open {report.resolve().as_uri()} where there is one")


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether a window can be shown; a browser in the terminal would take it over."""
    return sys.platform in DESKTOPS or any(environment.get(name) for name in SCREENS)


def opened(address: str) -> bool:
    """Whether a browser took the address."""
    try:
        return webbrowser.open(address)
    except (OSError, webbrowser.Error):
        return False
