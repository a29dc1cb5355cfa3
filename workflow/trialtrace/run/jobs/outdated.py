"""Which jobs have to run again: earlier results compared with the records of their jobs."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from trialtrace.base.errors import Problems
from trialtrace.run.jobs.products import Made, altered, edited, together

# A job whose record no longer holds is one that Snakemake has to run (trialtrace.run.jobs.planned);
# its record stays until it does. A file with another content than its job wrote stops the run.

TOLD = 10
CHANGED = "its code, configuration or data changed"
NO_RECORD = "its record is missing or cannot be read"


def check_unchanged(root: Path, records: Mapping[str, Made]) -> None:
    """Raise UserError with every file that is there and not as its job wrote it."""
    found = [
        edited(root, name, record.rule)
        for record in records.values()
        for files in record.outputs.values()
        for name in altered(root, files)
        if os.path.lexists(root / name)
    ]
    problems = Problems(found[:TOLD])
    if len(found) > TOLD:
        problems.add("results/ and site/", f"so are {len(found) - TOLD} more files")
    problems.raise_if_any()


def outdated(root: Path, records: Mapping[str, Made], fresh: Mapping[str, str]) -> dict[str, str]:
    """The records that no longer hold, each with why.

    `records` by their paths; `fresh` is the hash that each of them should have.
    """
    written = {
        one: together(files) for record in records.values() for one, files in record.outputs.items()
    }
    found = {}
    for path, made in records.items():
        names = (name for files in made.outputs.values() for name in files)
        lost = next((name for name in names if not os.path.lexists(root / name)), None)
        other = [one for one, digest in made.inputs.items() if written.get(one) != digest]
        if made.fresh != fresh[path]:
            found[path] = CHANGED
        elif lost or other:
            found[path] = (
                f"{lost} is gone" if lost else f"{other[0]} is another, or to be made again"
            )
    return found


def set_clocks(root: Path, records: Mapping[str, Made]) -> None:
    """One time for all that is whole, where times would have it made again or lie ahead.

    Snakemake goes by them: an input that is newer than an output reruns a job, and one that lies
    ahead, of a clock that went wrong, fails it.
    """
    by = {output: path for path, record in records.items() for output in record.outputs}
    now, late = time.time(), False
    times = {one: _clock(root / one).stat().st_mtime for one in (*records, *by)}
    for path, made in records.items():
        inputs = [one for read in made.inputs if read in by for one in (read, by[read])]
        oldest = min(times[one] for one in (path, *made.outputs))
        late |= max((times[one] for one in (*inputs, path, *made.outputs)), default=0) > now
        late |= max((times[one] for one in inputs), default=0) > oldest
    for one in times if late else ():
        os.utime(_clock(root / one), (now, now))


def _clock(path: Path) -> Path:
    """The file whose time Snakemake takes for that of a path."""
    stamp = path / ".snakemake_timestamp"
    return stamp if stamp.is_file() else path
