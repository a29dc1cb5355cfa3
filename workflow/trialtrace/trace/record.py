"""What the last run left beside the results: hashes of the code, when and where it ran."""

import json
from pathlib import Path
from typing import Any

from trialtrace.paths import Project


def with_record(trace: dict[str, Any], at: Project, trial: str) -> dict[str, Any]:
    """The trace with the hashes of the stages' code, the run, and what has changed since.

    `changed` names the stages whose code or configuration is no longer that of the run.
    """
    found = dict(trace)
    folder = at.results / trial
    codes = _read(folder / "report" / "code.json")
    if codes:
        found["code"] = codes
    run = _read(folder / "run.json")
    if run:
        found["run"] = run
        found["changed"] = changed_since(at, trial, run.get("fingerprints", {}))
    return found


def changed_since(at: Project, trial: str, fingerprints: dict[str, str]) -> list[str]:
    """Stages of a run, in their order, that would now run again; the report is none of a number."""
    from trialtrace.running.fresh import STAGES, freshness

    stages = [stage for stage in STAGES if stage in fingerprints and stage != "render_report"]
    if not stages:
        return []
    now = freshness(at)
    return [stage for stage in stages if now.job(stage, trial) != fingerprints[stage]]


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
