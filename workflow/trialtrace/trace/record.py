"""What the last run left beside the results: hashes of the code, and when and where it ran."""

import json
from pathlib import Path
from typing import Any


def with_record(trace: dict[str, Any], results_dir: Path) -> dict[str, Any]:
    """The trace with the hashes of the stages' code and the line of the run, where they are."""
    found = dict(trace)
    codes = _read(Path(results_dir) / "report" / "code.json")
    if codes:
        found["code"] = codes
    run = _read(Path(results_dir) / "run.json")
    if run:
        found["run"] = run
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
