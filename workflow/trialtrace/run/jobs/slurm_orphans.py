"""Jobs that a run which was killed had submitted to SLURM, and that have not begun.

Those that run hold a lock and are waited for. Those that still wait in the queue hold none: another
run would submit the same jobs again, and both would write the same files.
"""

import getpass
import re
import subprocess
import sys
from pathlib import Path

# The name of a job is that of its run: Snakemake's plugin gives each run one at random.
_OF_A_RUN = re.compile(r"(.*[_-])?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def cancel_orphans(folder: Path) -> None:
    """Cancel this user's jobs of runs in this folder that wait in the queue, and say which.

    To be called by who holds the folder's lock: then no run is there that they could be of. Where
    SLURM does not answer, nothing is cancelled.
    """
    words = ["squeue", f"--user={getpass.getuser()}", "--noheader", "--states=PENDING"]
    listed = _said([*words, "--format=%A|%j|%Z"])
    jobs = (line.strip().split("|", 2) for line in listed.splitlines() if line.count("|") >= 2)
    here = str(folder.resolve())
    orphans = [number for number, name, at in jobs if at == here and _OF_A_RUN.fullmatch(name)]
    if orphans:
        _said(["scancel", *orphans])
        print(
            f"cancelled of an interrupted run: jobs {', '.join(orphans)}, which had not begun",
            file=sys.stderr,
            flush=True,
        )


def _said(words: list[str]) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
