"""What every campaign prints next to its figures: commit, date, machine."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def circumstances() -> str:
    """One line: the code, the day, the machine."""
    changed = " with changes" if _git("status", "--porcelain", "--", "workflow", "tests") else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Commit {_git('rev-parse', '--short=10', 'HEAD')}{changed}, "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}."
    )


def committed(path: Path) -> str:
    """When a file or folder was first written and last changed, by the authors of its commits."""
    form = ("--format=%ad (%h)", "--date=format-local:%Y-%m-%d %H:%M")
    dates = _git("log", *form, "--", str(path)).splitlines()
    if not dates:
        return f"{path.relative_to(ROOT)} is not committed."
    changed = "; not as committed" if _git("status", "--porcelain", "--", str(path)) else ""
    return f"{path.relative_to(ROOT)} first committed {dates[-1]}, as of {dates[0]}{changed}."


def table(head: tuple[str, ...], rows: list[tuple]) -> str:
    lines = [head, ("---",) + ("---:",) * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def copy_checkout(folder: Path) -> None:
    """The files that git knows, as they stand."""
    for name in filter(None, _git("ls-files", "-z").split("\0")):
        if (ROOT / name).exists() or (ROOT / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
