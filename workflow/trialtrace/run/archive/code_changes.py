"""Which rooms of the code changed from one kept run to another, and by which commits."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.base.paths import Code
from trialtrace.run.archive.shelf import Code as KeptCode
from trialtrace.run.archive.shelf import Kept
from trialtrace.run.jobs.code_versions import BASE

# Of the commits between two runs so many are named; git log has the others.
SUBJECTS_SHOWN = 3


# Of a run that an older version kept, the versions of rooms are not known.
WHOLE = "trialtrace"


@dataclass(frozen=True)
class CodeChange:
    """A room of the code (base, stats, run.cleaning, ...) of which the version changed, the stages
    that import it, and the subjects of the commits to it between the runs."""

    room: str
    stages: tuple[str, ...]
    subjects: tuple[str, ...]

    @property
    def place(self) -> str:
        """ "code of stats: Katz: a limit at 0; 2 more commits"."""
        return f"code of {self.room}{self._commits}"

    @property
    def part(self) -> str:
        """ "stats: Katz: a limit at 0; 2 more commits"."""
        return f"{self.room}{self._commits}"

    @property
    def _commits(self) -> str:
        shown = list(self.subjects[:SUBJECTS_SHOWN])
        left = len(self.subjects) - len(shown)
        shown += [f"{left} more commit{'' if left == 1 else 's'}"] if left else []
        return f": {'; '.join(shown)}" if shown else ""


def code_changes(
    at: Code, old: tuple[Kept, KeptCode], new: tuple[Kept, KeptCode]
) -> Iterator[CodeChange]:
    """The rooms that both runs imported in a stage, in other versions.

    A room that came into use, or went out of it, as with a trial's kind of source, is no change.
    """
    (earlier, before), (later, after) = old, new
    stages: dict[str, list[str]] = {}
    for stage, rooms in after.items():
        known = before.get(stage, {})
        if known and not {*known} & {*rooms}:
            stages.setdefault(WHOLE, []).append(stage)
        for room, version in rooms.items():
            if known.get(room) not in (None, version):
                stages.setdefault(room, []).append(stage)
    for room, used in sorted(stages.items()):
        subjects = subjects_between(at, room, earlier.get("commit"), later.get("commit"))
        yield CodeChange(room, tuple(dict.fromkeys(used)), subjects)


def subjects_between(at: Code, room: str, old: str | None, new: str | None) -> tuple[str, ...]:
    """The subjects of the commits to a room, the newest first; none where git does not know both
    commits, or the code is installed from a wheel."""
    if not (old and new) or at.is_installed:
        return ()
    words = ["git", "log", "--format=%s", f"{old}..{new}", "--", *_places(room)]
    try:
        done = subprocess.run(
            words, cwd=at.root, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(done.stdout.splitlines())


def _places(room: str) -> list[str]:
    """Where a room lies in a checkout; what stands around the rooms belongs to base."""
    if "/" in room:
        return [room]
    package = f"workflow/{WHOLE}"
    around = [f"{package}/__init__.py", f"{package}/run/__init__.py"] if room == BASE else []
    return [package if room == WHOLE else f"{package}/{room.replace('.', '/')}", *around]
