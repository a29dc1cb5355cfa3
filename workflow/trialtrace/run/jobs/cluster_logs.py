"""Why a cluster ended a job, by what it wrote into the job's log."""

import re
from collections.abc import Iterable
from pathlib import Path

# Bytes that a job used, and that it had asked for.
_MEMORY = re.compile(r"exceeded memory limit \((\d+) > (\d+)\)")
_NUMBER = re.compile(r"\d+")
# What SLURM writes -> what it means, and the resource of a rule that is more to be had of.
_WORDS = {
    "DUE TO TIME LIMIT": "its time was up (runtime)",
    "oom_kill": "it needed more memory than it asked for (mem_mb)",
    "oom-kill": "it needed more memory than it asked for (mem_mb)",
    "DUE TO NODE FAILURE": "its node failed",
    "DUE TO PREEMPTION": "another job took its place",
    "CANCELLED AT": "somebody cancelled it",
}


def cause(logs: Iterable[str]) -> str | None:
    """ "killed by SLURM: 452 MB used, 250 MB asked (mem_mb); job 36", by the first log that says a
    cause; None where none does."""
    for log in map(Path, logs):
        try:
            text = log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if why := _why(text):
            number = _NUMBER.fullmatch(log.stem)
            return f"killed by SLURM: {why}" + (f"; job {number[0]}" if number else "")
    return None


def _why(text: str) -> str | None:
    if told := _MEMORY.search(text):
        used, asked = (round(int(size) / 2**20) for size in told.groups())
        return f"{used} MB used, {asked} MB asked (mem_mb)"
    return next((meaning for words, meaning in _WORDS.items() if words in text), None)
