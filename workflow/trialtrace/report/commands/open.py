"""`trialtrace open`: the summary of a trial's report in the browser."""

import os
import sys
import webbrowser
from collections.abc import Mapping

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project
from trialtrace.report.links import SUMMARY_PAGE

DESKTOPS = ("darwin", "win32")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def open_report(at: Project, trial: str) -> None:
    """Open a report's first page and print where it is; print alone where there is no browser.

    Raises UserError where no run has made one.
    """
    summary = at.results / trial / "report" / SUMMARY_PAGE
    if not summary.is_file():
        raise UserError(
            Problem(
                f"trial {trial}",
                found=f"no {SUMMARY_PAGE} in {at.shown(summary.parent)}",
                expected="a run that has come to its end",
                do=f"make run TRIAL={trial}",
            )
        )
    print(at.shown(summary))
    if not (has_screen(os.environ) and opened(summary.resolve().as_uri())):
        print(f"no browser here: open {summary.resolve().as_uri()} where there is one")


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether a window can be shown; a browser in the terminal would take it over."""
    return sys.platform in DESKTOPS or any(environment.get(name) for name in SCREENS)


def opened(address: str) -> bool:
    """Whether a browser took the address."""
    try:
        return webbrowser.open(address)
    except (OSError, webbrowser.Error):
        return False
