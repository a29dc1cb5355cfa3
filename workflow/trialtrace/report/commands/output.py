"""Where the text of a command goes: a file that is named, else standard output."""

import shutil
from pathlib import Path


def put(text: str, output: str | None) -> None:
    """To the file, else to standard output."""
    if output is None:
        print(text, end="")
        return
    from trialtrace.base.store import write_text

    write_text(Path(output), text)


def width(output: str | None) -> int:
    """Characters in a line: those of the terminal, or of a file."""
    from trialtrace.audit.verdicts.text import WIDTH

    return WIDTH if output else shutil.get_terminal_size((WIDTH, 24)).columns
