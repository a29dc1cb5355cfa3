"""The baseline's trials: their configurations and exports as of 22fbe3789, run in a project of
their own, by the stages one after another or by Snakemake, and held against the baseline."""

import io
import lzma
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

from baseline_compare import differences
from baseline_record import ANALYSIS, MULTIVERSE, REPORT, Table, record

from trialtrace.base.paths import Project

ROOT = Path(__file__).resolve().parents[2]
BASELINE = ROOT / "tests" / "results" / "baseline"
INPUTS = "inputs.tar.xz"
# What reads cohort.yaml is no part of a trial of files.
OF_COHORT = ("cohort.yaml", "simulation.yaml")
# Kinds of figure that were deleted: `check` answers them, and the rest of such a plan is unchanged.
DELETED = re.compile(r"^  (?:swimmer|waterfall):\n(?:    .*\n)+", re.MULTILINE)
# HTML alone: the other formats show the same numbers.
SETTINGS = """\
trials: [{trials}]
seed: 20261120
disclosure: full
report:
  formats: [html]
  supplement: [html]
  renderer: embedded
"""
CODES = {"analyse_plan": "0" * 64}


def trials() -> list[str]:
    """The trials of the baseline, by name."""
    return sorted(path.parent.name for path in BASELINE.glob(f"*/{INPUTS}"))


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(archive.read_bytes()))) as tar:
        tar.extractall(folder, filter="data")


def shipped_project(folder: Path) -> Project:
    """The configurations of all trials as they were shipped, each with its own kind of source."""
    _extract(BASELINE / "shared.tar.xz", folder)
    for name in trials():
        _extract(BASELINE / name / INPUTS, folder)
    return _with_settings(folder, trials())


def baseline_project(folder: Path, names: Iterable[str]) -> Project:
    """The same of some trials, which read their raw exports as files."""
    names = list(names)
    _extract(BASELINE / "shared.tar.xz", folder)
    for name in names:
        _extract(BASELINE / name / INPUTS, folder / "inputs" / name)
        own, config = folder / "inputs" / name, folder / "config" / "trials" / name
        (own / "config" / "trials" / name).rename(_made(config))
        (own / "files" / "trial.yaml").replace(config / "trial.yaml")
        for file in OF_COHORT:
            (config / file).unlink(missing_ok=True)
        text = (config / "trial.yaml").read_text(encoding="utf-8")
        place = f"folder: inputs/{name}/data\n"
        (config / "trial.yaml").write_text(text.replace("folder: data\n", place), encoding="utf-8")
    return _with_settings(folder, names)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _with_settings(folder: Path, names: Iterable[str]) -> Project:
    for name in names:
        plan = folder / "config" / "trials" / name / "plan.yaml"
        plan.write_text(DELETED.sub("", plan.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "config" / "config.yaml").write_text(SETTINGS.format(trials=", ".join(names)))
    return Project(folder)


def run_to_analysis(at: Project, name: str) -> Path:
    """The folder of a trial's results, made by the stages up to its analysis."""
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.methods.analysing.run import analyse_plan
    from trialtrace.run.sources.ingest import ingest_sources
    from trialtrace.run.trial.load import load_trial

    trial, folder = load_trial(name, at), at.results / name
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analyse_plan(trial, folder / "derived", folder / "analysis")
    return folder


def run_to_report(at: Project, name: str) -> Path:
    """The same with the recomputation, the audit and the report."""
    from trialtrace.report.report import render_report
    from trialtrace.run.claims.audit import audit_claims
    from trialtrace.run.methods.checking.run import check_results
    from trialtrace.run.trial.load import load_settings, load_trial

    folder, trial = run_to_analysis(at, name), load_trial(name, at)
    derived, analysis = folder / "derived", folder / "analysis"
    check_results(trial, derived, analysis, analysis / "checks.parquet")
    audit_claims(trial, derived, analysis, folder / "audit" / "claims.parquet")
    render_report(trial, load_settings(at), folder, CODES)
    return folder


def run_by_snakemake(at: Project, cores: int) -> None:
    """All trials of the project by the workflow, each with its report and its multiverse.

    Raises CalledProcessError, and says what Snakemake said.
    """
    words = ["--snakefile", str(ROOT / "workflow/Snakefile"), "--cores", str(cores)]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "all", "multiverse", *words],
        cwd=at.root,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
    done.check_returncode()


def tables_of(at: Project, name: str, parts: Iterable[str]) -> dict[str, Table]:
    """What the baseline holds of a trial that was run in a project."""
    from trialtrace.report.material import Material
    from trialtrace.run.trial.load import load_settings, load_trial

    folder = at.results / name
    return record(folder, parts, Material(load_trial(name, at), load_settings(at), folder, CODES))


def parts_of(at: Project, name: str) -> list[str]:
    """The parts of a whole run of a trial."""
    from trialtrace.run.trial.load import load_trial

    return [ANALYSIS, REPORT, *([MULTIVERSE] if load_trial(name, at).has_multiverse else [])]


def compare_whole_run(at: Project, name: str) -> str:
    """What of a whole run is not as the baseline has it."""
    return differences(name, BASELINE / name, tables_of(at, name, parts_of(at, name)))


def compare_stages(at: Project, name: str, *, report: bool) -> str:
    """The same of the stages up to the report, or up to the analysis, which it runs."""
    folder = run_to_report(at, name) if report else run_to_analysis(at, name)
    parts = [ANALYSIS, REPORT] if report else [ANALYSIS]
    return differences(name, BASELINE / folder.name, tables_of(at, name, parts))
