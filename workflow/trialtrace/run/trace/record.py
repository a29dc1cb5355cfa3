"""What the last run left beside the results: hashes of the code, when and where it ran."""

import json
from typing import Any

from trialtrace.base.paths import Project
from trialtrace.run.jobs.run_state import read_run


def with_record(
    trace: dict[str, Any], at: Project, trial: str, changed: list[str]
) -> dict[str, Any]:
    """The trace with hashes of the stages' code, the run, and the stages that `changed` since."""
    found = dict(trace)
    folder = at.results / trial
    codes = folder / "report" / "code.json"
    if codes.is_file():
        found["code"] = json.loads(codes.read_text(encoding="utf-8"))
    run = read_run(folder)
    if run:
        found["run"] = run
        found["changed"] = changed
    return found
