"""Records the real trials that `trialtrace validate` compares with: `make campaign-reference`.

Run after a change of numbers, with the packages of the lock; what changed stands in the diff.
"""

import sys
import tempfile
from pathlib import Path

from record import ROOT
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text
from trialtrace.report.installation.trials import (
    NUMBERS,
    REFERENCE,
    TRIALS,
    command,
    copy_project,
    result_numbers,
)


def record(results: Path) -> None:
    """Write what is recorded of the trials, of a run of this tree."""
    for trial in TRIALS:
        lines = [",".join(("result_id", *NUMBERS))]
        for id, numbers in result_numbers(results / trial).items():
            lines.append(",".join([id, *("" if each is None else repr(each) for each in numbers)]))
        write_text(REFERENCE / f"{trial}.csv", "\n".join(lines) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Project(Path(folder, "project"))
        copy_project(Project(ROOT), made)
        done = command(made, "snakemake", "--cores", "2", *TRIALS)
        if done.returncode:
            sys.exit(done.stderr)
        record(made.results)


if __name__ == "__main__":
    main()
