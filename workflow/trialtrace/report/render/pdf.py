"""The PDF of a report: what pandoc writes for typst, set by it in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.report.render import typeset
from trialtrace.report.render.document import Document
from trialtrace.report.render.house import clean_environment

# Imported, so that the file counts among the code of a report.
SETTER = Path(typeset.__file__)


def set_pdf(source: Path, folder: Path, document: Document, *, private: bool) -> bytes:
    """The bytes of the PDF; `source` and its images lie in `folder`.

    Raises UserError for what typst refuses; of a private document its words are not shown.
    """
    output = source.with_suffix(".pdf")
    names = [str(file.relative_to(folder)) for file in (source, output)]
    done = subprocess.run(
        [sys.executable, "-I", str(SETTER), *names],
        cwd=folder,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        hidden = f"exit status {done.returncode} (what it says may hold a value, and is not shown)"
        found = hidden if private else said
        raise UserError(
            Problem(
                document.name,
                "typst could not write pdf",
                found=found,
                do="mend what it names, or leave pdf out of report.formats of config.yaml",
            )
        )
    return output.read_bytes()
