"""A run as its user sees it: nothing done twice, mistakes told at once, nothing left half done."""

import json
import os
import re
import shutil
import subprocess
import time
from contextlib import closing

import pytest
from checkout import EXPORT, Copy, Traced, files_of, told_plainly
from mini_trial import edit

from trialtrace.base.paths import project
from trialtrace.base.store import sha256_file
from trialtrace.run.archive.shelf import Shelf
from trialtrace.run.jobs.lock import RUN, RunLock, lock_job
from trialtrace.run.jobs.run_state import changed_since
from trialtrace.run.jobs.stages import STAGES


def edited(made: Copy, file: str, old: str, new: str) -> None:
    edit(project(made.root), file, old, new)


def test_a_second_run_has_nothing_to_do(run: Copy):
    record = (run.root / "site/run.json").read_bytes()
    done = run.snakemake("--cores", "2")
    assert done.returncode == 0
    assert "Nothing to do: all results are up to date." in done.stderr
    assert (run.root / "site/run.json").read_bytes() == record


def test_the_progress_counts_the_jobs_and_the_last_line_what_came_in(own: Copy):
    done = own.snakemake("--cores", "2", "results/mini/clean")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[1:] == [
        "1 of 1  mini: read and clean the tables",
        "mini: 24 of 24 subjects, 27 of 27 rows, 294 cells: none rejected",
        "  ! plan.yaml, analyses.pain_each: secondary, and it compares arms at before, the "
        "baseline of pain: name the visits after it (visits)",
        "  ! endpoints.yaml: pain_any, first_pain, nausea, nausea_any are in no analysis, display "
        "nor population",
    ]
    again = own.snakemake("--cores", "1", "results/mini/clean")
    assert again.stderr.splitlines()[-4:] == [
        "Nothing to do: all results are up to date.",
        *done.stderr.splitlines()[-3:],
    ]


def test_a_mistake_in_the_configuration_stops_before_any_job(own: Copy):
    edited(own, "plan.yaml", "variable: relief", "variable: relieve")
    edited(own, "endpoints.yaml", "kind: repeated", "knid: repeated")
    done = own.snakemake("--cores", "2")
    assert done.returncode == 1
    told = done.stderr
    assert "config/trials/mini/plan.yaml:" in told
    assert "config/trials/mini/endpoints.yaml:" in told
    assert told_plainly(told)
    assert not (own.root / "results").exists()


def test_a_stage_that_fails_leaves_nothing_half_done(own: Copy):
    export = own.root / "data/export.csv"
    export.write_text(EXPORT.replace("id,arm,age", "id,arm,years"))
    done = own.snakemake("--cores", "1")
    assert done.returncode == 1
    assert done.stderr.count("clean_tables of mini stopped:") == 1
    assert "tried once more" not in done.stderr and "restart" not in done.stderr
    assert "age" in done.stderr and told_plainly(done.stderr)
    assert not (own.root / "results/mini/clean").exists()
    export.write_text(EXPORT)
    assert own.scheduled() >= {("clean_tables", "mini")}


@pytest.mark.parametrize("times", [1, 2])
def test_a_job_that_is_killed_is_tried_once_more(own: Copy, times: int):
    """Without a word, as by the system where memory ends."""
    script = own.root / "scripts" / "clean_tables.py"
    killed = (
        "import os, pathlib\n"
        "count = pathlib.Path('kills')\n"
        "done = len(count.read_text()) if count.exists() else 0\n"
        "count.write_text('x' * (done + 1))\n"
        f"if done < {times}:\n    os.kill(os.getpid(), 9)\n"
    )
    script.write_text(killed + script.read_text())
    done = own.snakemake("--cores", "1", "results/mini/clean")
    assert (done.returncode == 0) == (times == 1), done.stderr
    assert "it left no message; was it killed, or out of memory?" in done.stderr
    assert done.stderr.count("it is tried once more") == 1
    assert (own.root / "results/mini/made/clean_tables.json").exists() == (times == 1)


def test_a_pinned_file_that_changed_is_an_error_and_no_rerun(own: Copy):
    export = own.root / "data/export.csv"
    pin = f'path: export.csv, sha256: "{sha256_file(export)}"'
    edited(own, "trial.yaml", "path: export.csv", pin)
    assert own.snakemake("--cores", "1", "results/mini/raw").returncode == 0
    before = files_of(own.root)
    export.write_text(EXPORT.replace("\n7,B,37", "\n7,B,38"))
    done = own.snakemake("--cores", "1", "results/mini/raw")
    assert done.returncode == 1
    assert "mini: data file of the item export\n  is not the file that was pinned" in done.stderr
    assert told_plainly(done.stderr)
    assert files_of(own.root) == before


def test_one_run_at_a_time_in_a_folder(own: Copy):
    with closing(RunLock(own.root)):
        done = own.snakemake("--cores", "1", "results/mini/raw")
    assert done.returncode == 1
    assert f"another run is at work here (process {os.getpid()})" in done.stderr
    assert told_plainly(done.stderr) and "Snakefile" not in done.stderr
    assert not (own.root / "results").exists()


def test_what_a_job_of_a_killed_run_still_makes_is_not_made_again(own: Copy, tmp_path):
    target = "results/mini/made/clean_tables.json"
    assert own.snakemake("--cores", "1", target).returncode == 0
    record = (own.root / target).rename(tmp_path / "record.json")
    with lock_job(own.root):
        assert own.scheduled() == {(rule, "mini") for rule in STAGES} | {("build_site", None)}
        words = own.command("--cores", "1", target)
        run = subprocess.Popen(words, **own.how(), stderr=subprocess.PIPE, text=True)
        assert run.stderr is not None
        assert any("waiting for a job of an interrupted run" in line for line in run.stderr)
        record.rename(own.root / target)
    said = run.communicate()[1]
    assert run.returncode == 0 and "Nothing to do" in said


def test_snakemake_s_own_report_has_captions_of_figures_and_tables(kept: Copy, tmp_path):
    done = kept.snakemake("mini", "--report", str(tmp_path / "report.html"))
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    labels = {json.loads(one) for one in re.findall(r'"figure or table": (".*?(?<!\\)")', text)}
    report = kept.root / "results/mini/report"
    files = [*report.glob("figures/*.svg"), *report.glob("tables/*.csv")]
    assert len(labels) == len(files) > 20
    assert not {path.stem for path in files} & labels
    assert all(re.match(r"(Figure|Table) S?\d+: \w", label) for label in labels)
    assert re.search('"Primary analysis[:"]', text)
    assert re.search(r"<p>Table S?\d+: Flow of the patients\.</p>", text)


@pytest.mark.parametrize(("umask", "mode"), [(0, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_nobody_else_may_write_what_a_run_makes(own: Copy, umask: int, mode: int):
    words = own.command("--cores", "1", "results/mini/clean")
    done = subprocess.run(words, **own.how(), umask=umask, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    files = [path for path in (own.root / "results").rglob("*") if path.is_file()]
    assert len(files) > 4 and not any(path.stat().st_mode & 0o002 for path in files)
    # Written by Snakemake.
    assert (own.root / "results/mini/clean/.snakemake_timestamp").stat().st_mode & 0o777 == mode


# Root may write everywhere, unless these are taken away.
PLAIN_USER = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")


@pytest.mark.parametrize("folder", ["site", "results/mini/analysis"])
def test_a_folder_that_cannot_be_written_stops_a_run_that_has_something_to_do(
    kept: Copy, folder: str
):
    """Snakemake would say so of the site in an exception of its own, before the first job."""
    place = kept.root / folder
    words = (*(PLAIN_USER if os.geteuid() == 0 else ()), *kept.command("--cores", "1"))
    how = kept.how() | {"capture_output": True, "text": True}
    place.chmod(0o555)
    try:
        assert subprocess.run(words, **how).returncode == 0
        (kept.root / "results/build_site.json").unlink()
        done = subprocess.run(words, **how)
    finally:
        place.chmod(0o755)
    assert done.returncode == 1 and told_plainly(done.stderr), done.stderr
    assert f"{folder}/" in done.stderr and "cannot be written" in done.stderr


def test_a_trace_tells_that_the_plan_has_changed_since_the_run(run: Copy, changing):
    at = project(run.root)
    assert changed_since(at, "moertel1990") == {}
    changing("config/trials/moertel1990/plan.yaml", by="# another plan\n")
    changed = changed_since(at, "moertel1990")
    assert [*changed] == ["analyse_plan", "audit_claims"]
    assert changed_since(at, "elmunzer2012") == {}


def test_a_correction_of_the_data_is_told_with_what_it_changed(
    whole: tuple[Copy, Traced], kept: Copy
):
    """By its content: the file's time lies ahead before and after."""
    assert "Archived: mini" in whole[1].said
    # A first run has nothing to compare with.
    assert "trialtrace diff" not in whole[1].said
    export, report = kept.root / "data/export.csv", kept.root / "site/mini/report.html"
    ahead, before = time.time() + 2 * 86400, report.read_bytes()
    os.utime(export, (ahead, ahead))
    assert kept.scheduled() == set()
    text = export.read_text(encoding="utf-8")
    line = text.splitlines()[3]
    cells = line.split(",")
    cells[7] = "1" if cells[7] != "1" else "2"
    export.write_text(text.replace(line, ",".join(cells)), encoding="utf-8")
    os.utime(export, (ahead, ahead))
    second = kept.snakemake("--cores", "2")
    assert second.returncode == 0, second.stderr
    assert report.read_bytes() != before
    last = second.stderr.splitlines()[-2:]
    assert last[0].startswith("Since the run before: results changed: ")
    assert last[1] == "Details: trialtrace diff, or site/changes.html"
    page = (kept.root / "site/changes.html").read_text(encoding="utf-8")
    assert "1 cell changed" in page and "1 cell of pain0" in page
    # What is told of runs is no part of them: nothing is to do after it, and nothing was edited.
    assert kept.scheduled() == set()
    assert (kept.root / "archive").stat().st_mode & 0o077 == 0


@pytest.mark.full
def test_a_run_that_was_killed_while_it_was_kept_is_kept_by_the_next(kept: Copy):
    """Snakemake calls nothing at the end of a run that has nothing to do."""
    lock, shelf = kept.root / RUN, kept.root / "archive/mini"
    assert lock.read_text() == ""
    runs = [path.name for path in (shelf / "runs").iterdir()]
    shutil.rmtree(shelf / "runs")
    (shelf / "log.jsonl").unlink()
    (shelf / "objects/aa").mkdir(exist_ok=True)
    (shelf / "objects/aa/.of a killed write").write_text("half")
    (shelf / "objects/aa/bb").write_text("of no run")
    lock.write_text("4194304")

    done = kept.snakemake("--cores", "1")
    assert done.returncode == 0 and "mini: a run that was cut short is kept now" in done.stderr
    assert [path.name for path in (shelf / "runs").iterdir()] == runs
    assert Shelf(project(kept.root), "mini").faults() == [] and lock.read_text() == ""

    # A run that somebody let go is not cut short.
    (shelf / "log.jsonl").unlink()
    shutil.rmtree(shelf / "runs")
    kept.snakemake("--cores", "1")
    assert not (shelf / "runs").exists()
