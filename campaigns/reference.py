"""Records the reference trials that `trialtrace validate` compares with: `make campaign-reference`.

Run after a change of numbers, with the packages of the lock; what changed stands in the diff.
"""

import sys
import tempfile
from pathlib import Path

from record import ROOT
from trialtrace.base.paths import Project
from trialtrace.report.installation.performance import TRIALS, command, copy_project, record


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
