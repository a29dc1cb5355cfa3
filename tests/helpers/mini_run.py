"""The mini trial of `mini_trial`, run from its data files to its audit, in a project of its own."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mini_trial

from trialtrace.base.paths import Project
from trialtrace.run.claims.audit import audit_claims
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.products import record_path, write_record
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.methods.checking.run import check_results
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import Trial, load_trial

COLUMNS = (
    "id",
    "arm",
    "age",
    "sex",
    "site",
    "smoker",
    "relief",
    "pain0",
    "pain1",
    "days",
    "died",
    "seen",
    "comment",
)


def patients() -> list[dict[str, Any]]:
    """20 patients. Relief in 6 of 10 and 3 of 9; ages 40 to 59; one coded missing value."""
    made = []
    for number in range(1, 21):
        drug = number % 2 == 1
        place = (number + 1) // 2
        relief = "1" if place <= (6 if drug else 3) else "0"
        row = {
            "id": number,
            "arm": "A" if drug else "B",
            "age": 39 + number,
            "sex": 1 + number % 2,
            "site": "01" if number <= 10 else "02",
            "smoker": number // 2 % 2,
            "relief": "9" if number == 20 else relief,
            "pain0": 3 + number % 6,
            "pain1": number % 4 + (0 if drug else 2),
            "days": 10 * number,
            "died": number // 3 % 2,
            "seen": f"2020-02-{number:02}",
            "comment": "seen",
        }
        made.append(row)
    return made


def csv_text(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass(frozen=True)
class Run:
    """A trial with the folder of its stages."""

    trial: Trial
    folder: Path
    at: Project


def write_mini(
    root: Path, rows: list[dict[str, Any]] | None = None, *, more: Sequence[str] = (), **files: str
) -> Project:
    """The project with its data files; `files` replaces configuration, as in `write_project`."""
    at = mini_trial.write_project(root, **files)
    (root / "Snakefile").touch()
    (root / "reports").symlink_to(mini_trial.REPOSITORY / "reports")
    (root / "data").mkdir()
    text = csv_text(patients() if rows is None else rows, (*COLUMNS, *more))
    (root / "data" / "export.csv").write_text(text, encoding="utf-8")
    (root / "data" / "events.csv").write_text("id,what\n1,nausea\n4,nausea\n4,nausea\n")
    return at


def run_mini(
    root: Path, rows: list[dict[str, Any]] | None = None, *, more: Sequence[str] = (), **files: str
) -> Run:
    """Every stage up to the audit; `more` are columns besides those of the mini trial."""
    at = write_mini(root, rows, more=more, **files)
    return run_stages(load_trial("mini", at), at.results / "mini", at)


def derive_stages(trial: Trial, folder: Path) -> None:
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")


def run_stages(trial: Trial, folder: Path, at: Project) -> Run:
    derive_stages(trial, folder)
    analyse_plan(trial, folder / "derived", folder / "analysis")
    return judge_stages(trial, folder, at)


def judge_stages(trial: Trial, folder: Path, at: Project) -> Run:
    """The checks and the audit of results, and the records of all stages."""
    analysis = folder / "analysis"
    check_results(trial, folder / "derived", analysis, analysis / "checks.parquet")
    audit_claims(trial, folder / "derived", analysis, folder / "audit" / "claims.parquet")
    record_stages(trial.name, at)
    return Run(trial, folder, at)


RESULTS = ("analysis/results.parquet", "analysis/members.parquet")
STAGES = {
    "clean_tables": ((), ("raw", "clean")),
    "derive_datasets": (("clean",), ("derived",)),
    "analyse_plan": (("derived",), (*RESULTS, "analysis/checks.parquet")),
    "audit_claims": (("derived", *RESULTS, "analysis/checks.parquet"), ("audit",)),
}


def record_stages(trial: str, at: Project) -> None:
    """The records that jobs of the workflow leave, of stages that were called without it."""
    fresh = freshness(at) if (at.root / "scripts").is_dir() else None
    for rule, paths in STAGES.items():
        inputs, outputs = ([f"results/{trial}/{one}" for one in each] for each in paths)
        origin = (rule, fresh.job(rule, trial) if fresh else "of no code")
        write_record(at.made, record_path(rule, trial), origin, inputs, outputs)
