"""Cells for the owner of the data alone: on a terminal, or in a folder that nobody else can read.

Disclosure says what others may see of a report. Who holds the export may see every cell; what must
not happen is that cells slip into a file, a pipe or a log that is passed on.
"""

import sys
from pathlib import Path
from typing import Any

from trialtrace.base.errors import UserError
from trialtrace.base.paths import PRIVATE, Project
from trialtrace.base.store import make_folder, write_bytes
from trialtrace.report.listing import json_text
from trialtrace.run.trace.text import trace_text


def check_private(at: Project, trial: str, file: str | None) -> Path | None:
    """The file for private output below results/TRIAL/private, None for a terminal.

    Raises UserError where there is neither a terminal nor the name of a file.
    """
    if file is None:
        if sys.stdout.isatty():
            return None
        raise UserError(
            "--private",
            "shows patients' cells, and the output is not a terminal",
            do=f"--output NAME writes them to {at.shown(at.results / trial / PRIVATE)}/NAME",
        )
    if Path(file).name != file or file.startswith("."):
        raise UserError(f"--output {file}", expected="the name of a file, without a folder")
    return at.results / trial / PRIVATE / file


def tell_private(at: Project, trace: dict[str, Any], path: Path | None, *, as_json: bool) -> None:
    """Show a trace on the terminal, or write it where only the owner of the folder can read it."""
    text = json_text(trace) if as_json else trace_text(trace, colour=path is None)
    if path is None:
        print(text, end="")
        return
    make_folder(path.parent, private=True)
    write_bytes(path, text.encode(), 0o600)
    print(
        f"{at.shown(path)}: patients' cells, for you alone; no report, archive or export has them"
    )
