"""Which wings of the code changed from one kept run to another, and by which commits."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.paths import Code
from trialtrace.run.archive.shelf import Code as KeptCode
from trialtrace.run.archive.shelf import Kept

# Of the commits between two runs so many are named; git log has the others.
SUBJECTS_SHOWN = 3
PACKAGE = "trialtrace"


@dataclass(frozen=True)
class CodeChange:
    """A wing (base, stats, audit, run, report) of which files changed, the stages that can use
    one of these files, and the subjects of the commits to the wing between the runs."""

    wing: str
    stages: tuple[str, ...]
    subjects: tuple[str, ...]

    @property
    def place(self) -> str:
        """ "code of stats: Katz: a limit at 0; 2 more commits"."""
        return f"code of {self.wing}{self._commits}"

    @property
    def part(self) -> str:
        """ "stats: Katz: a limit at 0; 2 more commits"."""
        return f"{self.wing}{self._commits}"

    @property
    def _commits(self) -> str:
        shown = list(self.subjects[:SUBJECTS_SHOWN])
        left = len(self.subjects) - len(shown)
        shown += [f"{left} more commit{'' if left == 1 else 's'}"] if left else []
        return f": {'; '.join(shown)}" if shown else ""


def code_changes(
    at: Code, old: tuple[Kept, KeptCode], new: tuple[Kept, KeptCode]
) -> Iterator[CodeChange]:
    """The wings of which a file that both runs could use changed.

    A file that one run alone could use came into use, or went out of it: that changes no code.
    """
    (earlier, before), (later, after) = old, new
    stages: dict[str, list[str]] = {}
    for stage, files in after.items():
        for file, digest in files.items():
            known = before.get(stage, {}).get(file)
            if known not in (None, digest):
                stages.setdefault(wing_of(file), []).append(stage)
    for wing, used in sorted(stages.items()):
        subjects = subjects_between(at, wing, earlier.get("commit"), later.get("commit"))
        yield CodeChange(wing, tuple(dict.fromkeys(used)), subjects)


def wing_of(file: str) -> str:
    """The folder of the package that a file of the code lies in; of other files their own."""
    parts = Path(file).parts
    inside = parts[parts.index(PACKAGE) + 1 :] if PACKAGE in parts else parts
    return inside[0] if len(inside) > 1 else PACKAGE


def subjects_between(at: Code, wing: str, old: str | None, new: str | None) -> tuple[str, ...]:
    """The subjects of the commits to a wing, the newest first; none where git does not know both
    commits, or the code is installed from a wheel."""
    if not (old and new) or at.is_installed:
        return ()
    words = ["git", "log", "--format=%s", f"{old}..{new}", "--", f"workflow/{PACKAGE}/{wing}"]
    try:
        done = subprocess.run(
            words, cwd=at.root, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(done.stdout.splitlines())
