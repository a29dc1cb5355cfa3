"""Records the reference trials that `trialtrace validate` compares with: `make campaign-reference`.

Run after a change of numbers, with the packages of the lock; what changed stands in the diff.
"""

import sys
import tempfile
from pathlib import Path

from record import ROOT
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_file, write_json, write_text
from trialtrace.report.installation.evidence import REFERENCE
from trialtrace.report.installation.performance import (
    FILES,
    NUMBERS,
    TRIALS,
    command,
    copy_project,
    here,
    result_numbers,
)


def record(results: Path) -> None:
    """Write what is recorded of the trials, of a run of this tree."""
    files = {}
    for trial in TRIALS:
        rows = result_numbers(results / trial).items()
        lines = [
            ",".join([id, *("" if number is None else repr(number) for number in numbers)])
            for id, numbers in rows
        ]
        write_text(
            REFERENCE / f"{trial}.csv",
            "\n".join([",".join(("result_id", *NUMBERS)), *lines]) + "\n",
        )
        files[trial] = {name: sha256_file(results / trial / name) for name in FILES}
    write_json(REFERENCE / "platform.json", {"platform": here(), "files": files})


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
