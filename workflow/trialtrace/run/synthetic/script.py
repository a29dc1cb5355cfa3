"""Runs the script that draws a trial's cohort, in a process of its own."""

import json
import os
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from trialtrace.base.errors import UserError
from trialtrace.base.paths import PACKAGE, PYTHON
from trialtrace.run.trial.cohort_script import FOLDER

RUNNER = "trialtrace.run.synthetic.runner"


def run_script(
    path: Path,
    folder: Path,
    seeds: Sequence[int],
    truth: Mapping[str, Any] | None = None,
    files: Collection[str] | None = None,
) -> list[Path]:
    """Draw a cohort for each seed into a folder of its own below `folder`; gives these.

    Without a `truth` it is the display cohort, whose published counts are hit; with one its
    parameters take the place of the script's. `files`: those that are written, all if None.
    Raises UserError where the script fails.
    """
    asked = {"seeds": [*seeds], "truth": truth, "files": None if files is None else sorted(files)}
    # The package that runs is the one that the script imports, however it is installed.
    found = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [PYTHON, "-m", RUNNER, str(path), str(folder)],
        input=json.dumps(asked),
        env=os.environ | {"PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise UserError(f"{FOLDER}/{path.name}", f"the script failed: {last[0]}")
    return [folder / str(number) for number in range(len(seeds))]
