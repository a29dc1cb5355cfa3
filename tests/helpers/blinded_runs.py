"""The mini trial with more patients, and its runs for another purpose than the analysis."""

import random
from pathlib import Path
from typing import Any

from mini_run import Run, judge_stages
from mini_trial import REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose
from trialtrace.report.report import render_report
from trialtrace.run.blinding.ingest import ingest
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.jobs.run import apart
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.trial.load import load_settings, load_trial

PATIENTS = 90


def many_patients() -> list[dict[str, Any]]:
    """Two sites of unequal size, arms by lot, more relief and less pain with the drug."""
    rng = random.Random(38)
    made = []
    for number in range(1, PATIENTS + 1):
        drug = rng.random() < 0.5
        row = {
            "id": number,
            "arm": "A" if drug else "B",
            "age": rng.randint(30, 80),
            "sex": rng.choice("12"),
            "site": rng.choice(["01", "02", "02"]),
            "smoker": rng.choice("01"),
            "relief": int(rng.random() < (0.7 if drug else 0.4)),
            "pain0": rng.randint(3, 9),
            "pain1": max(0, rng.randint(2, 9) - 2 * drug),
            "days": rng.randint(5, 400),
            "died": int(rng.random() < (0.3 if drug else 0.45)),
            "seen": f"2020-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "comment": "",
        }
        made.append(row)
    return made


def with_key(at: Project, content: bytes = bytes(range(32))) -> None:
    """The key without which no run hides the arms of somebody's own files."""
    key, config = at.root.with_name(f"{at.root.name}.key"), at.config / "config.yaml"
    if not key.exists():
        key.write_bytes(content)
        key.chmod(0o600)
    if "hash_key" not in config.read_text():
        config.write_text(f"{config.read_text()}hash_key: {key}\n")


def run_for(at: Project, purpose: Purpose, folder: Path, report: bool = False, **key: Any) -> Run:
    """Every stage, in a folder apart, of what the purpose lets be seen."""
    for name in ("scripts", "requirements.lock", "workflow"):
        if not (at.root / name).exists():
            (at.root / name).symlink_to(REPOSITORY / name)
    with_key(at, *key.values())
    there = apart(at, folder, purpose)
    trial, results = load_trial("mini", there), there.results / "mini"
    ingest(trial, results / "raw")
    clean_tables(trial, results / "raw", results / "clean")
    derive_datasets(trial, results / "clean", results / "derived")
    analyse_plan(trial, results / "derived", results / "analysis")
    run = judge_stages(trial, results, there)
    if report:
        render_report(trial, load_settings(there), results, {"analyse_plan": "0" * 64})
    return run
