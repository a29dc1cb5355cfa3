"""Which jobs have to run again: earlier results compared with the records of their jobs."""

import os
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
