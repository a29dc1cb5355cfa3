"""From the raw export to the number in R: the real trials, and exports that were made worse.

R reads the CSV of the registry's package, cleans, derives and computes; trialtrace has done the
same by other code.
"""

import csv
import io
import math
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_scripts_in_r import number, numbers

from trialtrace.base.paths import Project, project
from trialtrace.report.rcode.script import Scripts
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.load import load_trial

TOLERANCE = 1e-9
DRIVER = """
folder <- commandArgs(TRUE)
commandArgs <- function(trailingOnly) file.path(folder, "raw")
for (script in list.files(folder, "[.]R$", full.names = TRUE)) {
  suppressWarnings(suppressMessages(source(script, local = new.env())))
}
"""


def in_r(folder: Path, tracer: Tracer, analyses: set[str]) -> dict[str, list[float]]:
    """What R makes of the export, of each result of the analyses."""
    scripts = Scripts(tracer, raw=True)
    work = folder / "scripts"
    work.mkdir()
    (work / "raw").symlink_to(folder / "raw")
    chosen = [name for name, row in tracer.results.items() if row["analysis_id"] in analyses]
    for position, name in enumerate(chosen):
        (work / f"{position:04}.R").write_text(scripts.one(name), encoding="utf-8")
    driver = folder / "driver"
    driver.write_text(DRIVER)
    command = ["Rscript", driver, work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    found = {name: [number(value) for value in values] for name, *values in lines}
    assert sorted(found) == sorted(chosen)
    return found


def assert_same(tracer: Tracer, found: dict[str, list[float]]) -> None:
    assert found
    for name, values in found.items():
        ours = [math.nan if one is None else one for one in numbers(tracer.results[name])]
        theirs = [one if math.isfinite(one) else math.nan for one in values]
        assert theirs == pytest.approx(ours, rel=TOLERANCE, nan_ok=True), name


@pytest.mark.r
@pytest.mark.parametrize(
    ("name", "results"), [("elmunzer2012", 11), ("ruetzler2013", 8), ("moertel1990", 52)]
)
def test_the_primary_numbers_of_the_real_trials(real, tmp_path, name, results):
    tracer, raw = real[name].tracer, real[name].run.folder / "raw"
    shutil.copytree(raw, tmp_path / "raw")
    analyses = tracer.trial.plan.analyses.items()
    found = in_r(tmp_path, tracer, {one for one, plan in analyses if plan.role == "primary"})
    assert len(found) == results
    assert_same(tracer, found)


def rows_of(raw: Path) -> list[list[str]]:
    return [*csv.reader(io.StringIO(raw.read_text("utf-8")))]


def run_on(at: Project, name: str, rows: list[list[str]], folder: Path) -> Tracer:
    """The stages from an export of these rows, header first, as both languages read it."""
    trial = load_trial(name, at)
    ((table, item),) = trial.source.items.items()
    (folder / "raw").mkdir(parents=True)
    with (folder / "raw" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    header, *body = rows
    places = {
        "source_file": pa.array([item.item] * len(body)),
        "source_row": pa.array(range(2, len(body) + 2), pa.int64()),
    }
    cells = dict(zip(header, map(pa.array, zip(*body, strict=True)), strict=True))
    pq.write_table(pa.table(places | cells), folder / "raw" / f"{table}.parquet")
    shutil.copy(at.root / "manifest.json", folder / "raw" / "manifest.json")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analyse_plan(trial, folder / "derived", folder / "analysis")
    return Tracer(trial, folder, "full")


@pytest.fixture
def changed(real, tmp_path):
    """A function: a real trial on rows and texts of its configuration that are changed."""

    def run(name: str, change, **texts: list[tuple[str, str]]) -> Tracer:
        root = tmp_path / "project"
        shutil.copytree(project().config, root / "config")
        for path in project().root.iterdir():
            if path.name in ("workflow", "docs", "pyproject.toml", "data"):
                (root / path.name).symlink_to(path)
        for file, changes in texts.items():
            path = root / "config" / "trials" / name / f"{file}.yaml"
            text = path.read_text("utf-8")
            for old, new in changes:
                assert old in text
                text = text.replace(old, new, 1)
            path.write_text(text, encoding="utf-8")
        raw = real[name].run.folder / "raw"
        shutil.copy(raw / "manifest.json", root / "manifest.json")
        (export,) = raw.glob("*.csv")
        rows = rows_of(export)
        change(rows)
        return run_on(Project(root), name, rows, tmp_path / "run")

    return run


@pytest.mark.r
def test_values_that_are_not_accepted_and_rows_that_stand_twice(changed, tmp_path):
    """Of 602 patients: blanks around a value, two ways of saying missing, a spelling, an unknown
    code, a row that repeats another, one without a patient, and a value that a check takes away."""

    def worse(rows):
        at = {name: position for position, name in enumerate(rows[0])}
        for row, text in enumerate(("  1_yes ", "unknown", "yes", "", "maybe"), start=1):
            rows[row][at["outcome"]] = text
        rows[6][at["id"]] = ""
        rows.append([*rows[7]])
        rows[-1][0] = "603"
        taken = next(row for row in rows[10:] if row[at["outcome"]] == "1_yes")
        taken[at["age"]] = "19"

    cleaning = [
        ("missing: {asa81", "missing: {outcome: [unknown], asa81"),
        (
            "    units: {age: years, risk: points}\n\nchecks:\n",
            '    synonyms: {outcome: {1_yes: ["yes"]}}\n'
            "    exclude: {subject_missing: made for this test}\n"
            "    units: {age: years, risk: points}\n\nchecks:\n"
            "  young:\n"
            "    label: Nobody of 19 has the outcome\n"
            "    table: patients\n"
            "    severity: reject\n"
            "    columns: [outcome]\n"
            "    where: {age: {is: 19}}\n"
            '    expect: {outcome: {in: ["0_no"]}}\n',
        ),
    ]
    tracer = changed("elmunzer2012", worse, cleaning=cleaning)
    found = in_r(tmp_path / "run", tracer, {"pep_primary", "pep_by_site"})
    assert_same(tracer, found)
    fisher = "elmunzer2012/pep_primary/p_value.fisher@indomethacin-placebo"
    assert fisher in found and tracer.results[fisher]["n_used"] == 602 - 5


def far(rows):
    """Times beyond a horizon, one that is missing, an event that is unknown."""
    at = {name: position for position, name in enumerate(rows[0])}
    rows[1][at["time"]], rows[4][at["time"]] = "", "-3"
    rows[7][at["status"]] = "9"


@pytest.mark.r
def test_times_at_a_horizon_and_unknown_ends(changed, tmp_path):
    horizon = "  time: time\n", "  time: time\n  horizon: 1000\n  horizon_label: at it\n"
    tracer = changed("moertel1990", far, endpoints=[horizon])
    found = in_r(tmp_path / "run", tracer, {"recurrence_breslow", "disease_free"})
    assert_same(tracer, found)


@pytest.mark.r
def test_changes_from_a_baseline_and_a_number_that_means_missing(changed, tmp_path):
    """Worse pain than at 30 minutes; missing is written as 77, and in the cells as 77.0."""

    def coded(rows):
        at = {name: position for position, name in enumerate(rows[0])}
        for row in rows[1:]:
            row[at["pacu30min_swallowPain"]] = row[at["pacu30min_swallowPain"]] or "77.0"

    tracer = changed(
        "ruetzler2013",
        coded,
        endpoints=[
            ("THRPAIN\n  kind: repeated\n", "THRPAIN\n  kind: repeated\n  baseline: 30 min\n"),
            (
                "kind: event\n  of: throat_pain\n  event: {above: 0}",
                "kind: event\n  of: throat_pain\n  value: change\n  event: {above: 0}",
            ),
        ],
        cleaning=[
            ("    units: {preOp", '    missing: {pacu30min_swallowPain: ["77"]}\n    units: {preOp')
        ],
    )
    found = in_r(tmp_path / "run", tracer, {"swallowing_pain", "sore_throat_4h"})
    assert_same(tracer, found)
