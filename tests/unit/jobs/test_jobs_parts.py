"""A multiverse or simulation that is whole is not divided anew for another number of parts."""

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from trialtrace.base.paths import Project
from trialtrace.base.store import write_json
from trialtrace.run.jobs.products import Made, record_path
from trialtrace.run.jobs.run import Run

FOLDER = "results/mini/multiverse/parts"


@pytest.mark.parametrize(
    ("fresh", "inputs", "parts"),
    [
        ("now", [f"{FOLDER}/draws-{part}-of-3" for part in (1, 2, 3)], 3),
        ("now", ["results/mini/simulation/parts/1-of-12"], 12),
        ("before", [f"{FOLDER}/draws-1-of-3"], 5),
        ("now", ["results/mini/derived/adsl.parquet"], 5),
        (None, [], 5),
    ],
)
def test_parts_are_those_that_were_gathered(tmp_path: Path, fresh, inputs, parts: int):
    run = Run(Project(tmp_path), SimpleNamespace(job=lambda rule, trial: "now"))
    if fresh:
        made = Made("run_multiverse", fresh, dict.fromkeys(inputs, "digest"), {})
        write_json(tmp_path / record_path("run_multiverse", "mini"), asdict(made))
    assert run.parts("run_multiverse", "mini", 5) == parts
