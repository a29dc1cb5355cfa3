"""A query changes no file, and a run changes the files of its own trials alone."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from checkout import Copy, jobs_listed
from mini_trial import edit

from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.cli import main
from trialtrace.run.jobs.outdated import CHANGED, NO_RECORD
from trialtrace.run.jobs.products import record_path
from trialtrace.run.jobs.run import Run, begin

TRIAL, OTHER = "mini", "other"
# Each option of Snakemake that asks and runs no job; what some of them write goes to OUT. Those of
# each change first: one of each way in which Snakemake comes to its plan.
QUERIES = ("--dry-run", "--dag", "--summary", "--list-params-changes", "--unlock")
OTHER_QUERIES = (
    "--list-rules",
    "--list-target-rules",
    "--lint",
    "--print-compilation",
    "--dag mermaid-js",
    "--rulegraph",
    "--filegraph",
    "--d3dag",
    "--detailed-summary",
    f"--summary {TRIAL}",
    "--list-changes code",
    "--list-input-changes",
    "--list-untracked",
    "--report OUT/report.html",
    "--list-conda-envs",
    "--cleanup-shadow",
    f"--dry-run {TRIAL}",
    "--dry-run --quiet",
    "--dry-run --forceall",
    "--dry-run --touch",
    "--dry-run --until clean_tables",
    "--dry-run --delete-all-output",
    "--version",
)
# Each query in a process of its own, forked from one that has Snakemake loaded.
ASKED_IN_TURN = """
import os, sys
from snakemake.cli import main
for words in sys.argv[1:]:
    if not os.fork():
        sys.orig_argv = ["snakemake", *words.split()]
        main(words.split())
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0, words
"""


def kept_files(made: Copy, *folders: str) -> dict[str, tuple[bytes, int]]:
    """Names, contents and times of what runs leave; of .snakemake what this project writes."""
    names = folders or ("results", "site", "logs", "archive", ".snakemake")
    paths = [path for name in names for path in sorted((made.root / name).rglob("*"))]
    own = [path for path in paths if ".snakemake" not in path.parts or "trialtrace" in path.name]
    files = [path for path in own if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def asked(made: Copy, *queries: str) -> subprocess.CompletedProcess:
    command = [made.python, "-c", ASKED_IN_TURN, *queries]
    return subprocess.run(command, **made.how(), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "queries", [QUERIES, pytest.param(("--dry-run", *OTHER_QUERIES), marks=pytest.mark.full)]
)
def test_no_query_changes_a_file(kept: Copy, tmp_path: Path, capsys, queries: tuple[str, ...]):
    """Of results whose configuration was edited, with a lost table and a broken record."""
    plan = kept.root / f"config/trials/{TRIAL}/plan.yaml"
    table = kept.root / f"results/{TRIAL}/clean/patients.parquet"
    record = kept.root / record_path("audit_claims", TRIAL)
    before = {path: path.read_bytes() for path in (plan, table, record)}
    plan.write_bytes(before[plan] + b"# edited\n")
    table.unlink()
    record.write_bytes(b"[]")
    left = kept_files(kept)
    done = asked(kept, *(words.replace("OUT", str(tmp_path)) for words in queries))
    assert done.returncode == 0, done.stderr[-2000:]
    assert kept_files(kept) == left
    # A dry run plans what the run would do, whatever is wrong with the results.
    assert {("clean_tables", TRIAL), ("audit_claims", TRIAL)} <= jobs_listed(done)

    # Once all is as it was, nothing is to be done, and the results are those of the last run.
    for path, content in before.items():
        path.write_bytes(content)
    done = asked(kept, "--dry-run", "--list-params-changes")
    assert jobs_listed(done) == set() and "results/" not in done.stdout
    assert main(["--project", str(kept.root), "results", TRIAL]) == 0
    assert "NOT THE LAST RUN" not in capsys.readouterr().err


def test_snakemake_lists_what_changed(kept: Copy):
    """Code is among the parameters of a job, configuration and data among its inputs."""
    report = kept.root / "workflow/trialtrace/report/report.py"
    report.write_text(report.read_text() + "\nMORE = 1\n")
    listed = {*kept.snakemake("--list-params-changes", TRIAL).stdout.splitlines()}
    assert record_path("render_report", TRIAL) in listed
    assert not {record_path(rule, TRIAL) for rule in ("clean_tables", "audit_claims")} & listed
    plan = kept.root / f"config/trials/{TRIAL}/plan.yaml"
    plan.write_text(plan.read_text() + "# edited\n")
    planned = kept.snakemake("--dry-run", TRIAL)
    assert f"Reason: Updated input files: {plan.relative_to(kept.root)}" in planned.stderr
    # Of two data files one is touched, the other has another content and an older time.
    export, events = kept.root / "data/export.csv", kept.root / "data/events.csv"
    times = events.stat().st_atime, events.stat().st_mtime
    export.touch()
    events.write_text(events.read_text().replace("nausea", "vomiting"))
    os.utime(events, times)
    planned = kept.snakemake("--dry-run", TRIAL).stderr
    (why,) = (one for one in planned.splitlines() if f"results/{TRIAL}/inputs" in one)
    assert why.strip() == f"Reason: Updated input files: results/{TRIAL}/inputs/events"
    inputs = kept.snakemake("--detailed-summary", TRIAL).stdout
    (line,) = (one for one in inputs.splitlines() if "made/analyse_plan.json\t" in one[:80])
    assert f"config/trials/{TRIAL}/plan.yaml" in line
    (line,) = (one for one in inputs.splitlines() if "made/clean_tables.json\t" in one[:80])
    assert f"results/{TRIAL}/inputs/export" in line and "data/export.csv" not in line


def test_a_query_needs_no_folder_that_can_be_written_to(own: Copy):
    """Before a first run it leaves no lock, no memory and no archive of this project."""
    assert own.scheduled(TRIAL)
    assert kept_files(own) == {}


@pytest.fixture
def pair(kept: Copy) -> Copy:
    """Two trials with results."""
    at = project(kept.root)
    shutil.copytree(at.trial_config(TRIAL), at.trial_config(OTHER))
    edit(at, "config.yaml", f"trials: [{TRIAL}]", f"trials: [{TRIAL}, {OTHER}]")
    done = kept.snakemake("--cores", "2", OTHER)
    assert done.returncode == 0, done.stderr
    return kept


def test_a_run_of_one_trial_leaves_the_others_alone(pair: Copy, capsys):
    """Whether the other trial was edited, its files are lost, or a setting of all was changed."""
    of_other = [f"{name}/{OTHER}" for name in ("results", "logs", "archive")]
    left = kept_files(pair, *of_other)
    settings = pair.root / "config/config.yaml"
    other = pair.root / f"config/trials/{OTHER}/trial.yaml"
    before = {path: path.read_bytes() for path in (settings, other)}
    other.write_bytes(before[other] + b"# edited\n")
    settings.write_bytes(before[settings].replace(b"disclosure: by_source", b"disclosure: full"))
    assert settings.read_bytes() != before[settings]
    done = pair.snakemake("--cores", "2", TRIAL)
    assert done.returncode == 0, done.stderr
    assert kept_files(pair, *of_other) == left
    about = [line for line in done.stderr.splitlines() if OTHER in line]
    assert about == [f"Outdated, and not part of this run: {OTHER}"]
    assert f"{TRIAL}: render_report again: {CHANGED}" in done.stderr

    # The edit taken back, the other trial is what its last run made.
    for path, content in before.items():
        path.write_bytes(content)
    words = ["--project", str(pair.root)]
    assert main([*words, "verify", str(pair.root / f"results/{OTHER}/report/report.html")]) == 0
    capsys.readouterr()
    assert record_path("render_report", OTHER) not in run_of(pair, OTHER).outdated

    # A file of the other that something else changed stops the other alone.
    page = pair.root / f"results/{OTHER}/report/report.html"
    page.write_bytes(page.read_bytes() + b" ")
    run_of(pair, TRIAL).check_files()
    with pytest.raises(UserError, match=r"report\.html\n  is not what render_report"):
        run_of(pair, OTHER).check_files()


def run_of(made: Copy, *targets: str) -> Run:
    """What a call of Snakemake with these targets finds at its start."""
    run = begin(project(made.root), check=False)
    run.targets = lambda: targets
    return run


@pytest.mark.parametrize(
    ("targets", "asked_for"),
    [
        ((), {TRIAL, OTHER, None}),
        (("all",), {TRIAL, OTHER, None}),
        ((TRIAL,), {TRIAL}),
        ((f"results/{OTHER}/clean",), {OTHER}),
        ((f"./results/{OTHER}/multiverse/multiverse.html",), {OTHER}),
        ((TRIAL, OTHER), {TRIAL, OTHER}),
        (("audit",), {TRIAL, OTHER}),
        # A target that is not known may need everything.
        (("site",), {TRIAL, OTHER, None}),
        (("their_own_target",), {TRIAL, OTHER, None}),
    ],
)
def test_the_trials_that_targets_are_of(own: Copy, targets, asked_for):
    at = project(own.root)
    shutil.copytree(at.trial_config(TRIAL), at.trial_config(OTHER))
    edit(at, "config.yaml", f"trials: [{TRIAL}]", f"trials: [{TRIAL}, {OTHER}]")
    run = run_of(own, *targets)
    assert run._asked == asked_for
    assert set(run.outdated.values()) == {NO_RECORD}
