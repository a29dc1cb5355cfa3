"""A small trial in a folder of its own, that is set back, spoiled, run and judged."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from checkout import Copy, files_of, own_project, told_plainly

TRIAL = "mini"
MADE = ("results", "site", "archive", "logs", ".snakemake")
RUN = (sys.executable, "-m", "snakemake", "--cores", "2")
COMMAND = (sys.executable, "-m", "trialtrace")
# Root may write everywhere, unless these are taken away.
PLAIN_USER = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")
SECONDS = 900


@dataclass
class Ended:
    """How a process ended: its exit code, and all that it said."""

    code: int
    text: str

    @property
    def last(self) -> str:
        """The last words that tell something, for the page."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        return " / ".join(lines[-3:])[:300]


@dataclass
class Ground:
    """`whole` are the files of an undisturbed run, `growth` the bytes that it adds on the disk."""

    root: Path
    kept: Path
    whole: dict[str, bytes] = field(default_factory=dict)
    growth: int = 0
    process: "subprocess.Popen[str] | None" = None

    def set_back(self, *, run: bool) -> None:
        """The project before its first run, or after it."""
        for name in (*MADE, "data", "config", "tmp"):
            place = self.root / name
            for folder, _, _ in os.walk(place):
                os.chmod(folder, 0o755)
            if place.is_symlink():
                place.unlink()
            shutil.rmtree(place, ignore_errors=True)
        for name in ("data", "config", *(MADE if run else ())):
            shutil.copytree(self.kept / name, self.root / name, symlinks=True)
        (self.root / "tmp").mkdir()

    def variables(self, **more: str | None) -> dict[str, str]:
        """The environment of a process; None takes a variable away."""
        own = {"PYTHONPATH": str(self.root / "workflow"), "TMPDIR": str(self.root / "tmp")}
        return {key: text for key, text in (os.environ | own | more).items() if text is not None}

    def start(self, command: tuple[str, ...] = RUN, **more: str | None) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            command,
            cwd=self.root,
            env=self.variables(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self.process

    def run(self, command: tuple[str, ...] = RUN, **more: str | None) -> Ended:
        process = self.start(command, **more)
        text, _ = process.communicate(timeout=SECONDS)
        return Ended(process.returncode, text)

    def let_go(self) -> None:
        """End the process of a case that was stopped, and give back its disk."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        if self.root.is_mount():
            subprocess.run(("umount", self.root), check=True)

    def fault(self) -> str:
        """What of results and site is not as after an undisturbed run; empty where nothing is."""
        found = files_of(self.root)
        differ = [name for name in self.whole if found.get(name) != self.whole[name]]
        left = sorted(set(found) - set(self.whole))
        told = [f"{len(differ)} differ, first {differ[0]}"] if differ else []
        return "; ".join(told + ([f"{len(left)} left over, first {left[0]}"] if left else []))


def prepared(folder: Path) -> Ground:
    """The small trial, run once undisturbed."""
    made: Copy = own_project(folder / "a project")
    before = size(made.root)
    ground = Ground(made.root, folder / "kept")
    (made.root / "tmp").mkdir()
    ended = ground.run()
    if ended.code:
        sys.exit(f"the trial does not run undisturbed:\n{ended.text}")
    ground.growth = size(made.root) - before
    ground.whole = files_of(made.root)
    shutil.copytree(made.root, ground.kept, symlinks=True)
    return ground


def size(folder: Path) -> int:
    """Bytes on the disk below a folder."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


@dataclass
class Case:
    """A fault. `spoil` brings it about before the command; `mend` takes it away, or does what the
    message says, before the run that has to be whole. `cause` is what the message must name."""

    kind: str
    name: str
    run: bool = False
    spoil: Callable[[Ground], None] = lambda ground: None
    act: Callable[[Ground], Ended] = lambda ground: ground.run()
    mend: Callable[[Ground], None] = lambda ground: None
    cause: str = ""
    # The command is killed: it can say nothing.
    killed: bool = False
    # Bytes were altered: to end well is not enough, they must be as they were, or be named.
    check: Callable[[Ground], str] = lambda ground: ""


@dataclass
class Outcome:
    case: Case
    first: str
    fault: str
    said: str

    @property
    def row(self) -> tuple[str, ...]:
        return (self.case.kind, self.case.name, self.first, self.fault or "none")

    @property
    def line(self) -> tuple[str, ...]:
        """What a file keeps of it."""
        return (self.case.kind, self.case.name, self.first, self.fault, self.said)


def tried(ground: Ground, case: Case) -> Outcome:
    """The case, judged: first while the fault is there, then by the run after it."""
    ground.set_back(run=case.run)
    case.spoil(ground)
    ended = case.act(ground)
    first, fault = _judged(ground, case, ended)
    case.mend(ground)
    again = ground.run()
    if again.code:
        fault = fault or f"LOST: the next run ended with {again.code}: {again.last}"
    elif lost := ground.fault() or case.check(ground):
        fault = fault or f"LOST: {lost}"
    return Outcome(case, first, fault, ended.last)


def _judged(ground: Ground, case: Case, ended: Ended) -> tuple[str, str]:
    if case.killed:
        return "killed" if ended.code < 0 else "complete", ""
    if ended.code == 0:
        lost = ground.fault()
        return ("complete", "") if not lost else ("ended as if well", f"SILENT: {lost}")
    if not re.search(case.cause, ended.text, re.IGNORECASE):
        return "stopped", f"stopped without the cause ({case.cause}): {ended.last}"
    if not told_plainly(ended.text):
        return "stopped, cause in a traceback", ""
    return "stopped, cause told", ""
