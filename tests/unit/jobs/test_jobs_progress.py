"""What a run says of the events of Snakemake: starts, ends, failures, and what else is told."""

import errno
import logging
import os
from pathlib import Path

import pytest

from trialtrace.run.jobs import progress as module
from trialtrace.run.jobs.cluster_logs import cause
from trialtrace.run.jobs.faults import (
    forget_last_words,
    last_word,
    room_lacks,
    rule_of,
    trial_of,
)
from trialtrace.run.jobs.progress import LOG_LINES, Progress

CLEAN, SITE = "clean_tables", "build_site"


def said(progress: Progress, **event: object) -> str | None:
    return progress.follow(logging.makeLogRecord(event))


def started(progress: Progress, number: int, rule: str = CLEAN, **more: object) -> str | None:
    given: dict[str, object] = {
        "event": "job_info",
        "jobid": number,
        "rule_name": rule,
        "rule_msg": f"mini: {rule}",
        "wildcards": [("trial", "mini")],
        "benchmark": f"logs/mini/{rule}.tsv",
    }
    return said(progress, **given | more)


def test_a_start_is_counted_among_the_jobs_that_make_something():
    """A target is a job for Snakemake, with nothing to do."""
    progress = Progress()
    stats = {CLEAN: 9, SITE: 1, "draw_multiverse": 2, "all": 1, "their_own": 5}
    assert said(progress, event="run_info", stats=stats) is None
    assert progress.total == 12
    assert started(progress, 4) == " 1 of 12  mini: clean_tables"
    assert started(progress, 7, SITE, wildcards=[]) == " 2 of 12  mini: build_site"
    assert started(progress, 0, "all", rule_msg=None) is None
    assert said(progress, event="job_finished", job_id=4) is None
    assert said(progress, event="job_finished", job_id=0) is None
    jobs = progress.jobs
    assert [(job.rule, job.trial, job.ended) for job in jobs.values()] == [
        (CLEAN, "mini", True),
        (SITE, None, False),
    ]
    assert jobs[4].benchmark == "logs/mini/clean_tables.tsv" and jobs[4].number is None


def test_more_jobs_than_were_planned_are_not_counted_beyond_their_number():
    progress = Progress()
    said(progress, event="run_info", stats={CLEAN: 1})
    assert started(progress, 1) == "1 of 1  mini: clean_tables"
    assert started(progress, 2) == "2 of 2  mini: clean_tables"


def test_on_a_cluster_a_job_of_this_machine_begins_at_once():
    progress = Progress()
    progress.remote = True
    said(progress, event="run_info", stats={CLEAN: 2})
    assert started(progress, 1) is None
    assert started(progress, 2, local=True) == "2 of 2  mini: clean_tables"
    submitted = "Job 1 has been submitted with SLURM jobid 77 (log: x)."
    assert said(progress, msg=submitted) == "submitted as job 77: mini: clean_tables"
    assert (progress.jobs[1].number, progress.jobs[2].number) == ("77", None)
    assert said(progress, event="job_finished", job_id=2) == "1 of 2  done  mini: clean_tables"
    assert said(progress, event="job_finished", job_id=1) == "2 of 2  done  mini: clean_tables"
    # The next submission is of the next jobs alone.
    started(progress, 3)
    said(progress, msg=submitted.replace("77", "78"))
    assert (progress.jobs[1].number, progress.jobs[3].number) == ("77", "78")
    # Two of a group are one submission, in the order of the data; a trial is named once.
    started(progress, 4, "derive_datasets")
    started(progress, 5, wildcards=[("trial", "another")])
    line = said(progress, msg=submitted.replace("77", "79"))
    assert line == "submitted as job 79: another, mini: clean_tables, derive_datasets"


def failed(progress: Progress, log: Path, number: int = 1, **more: object) -> str | None:
    given = {"event": "job_error", "jobid": number, "rule_name": CLEAN, "log": [str(log)]}
    return said(progress, **given | more)


def lines_of(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def test_a_job_that_said_why_it_ended_is_shown_once(tmp_path: Path):
    log = tmp_path / "mini" / "clean_tables.log"
    log.parent.mkdir()
    last_word(log).write_text("".join(f"line {n}\n" for n in range(LOG_LINES + 5)))
    progress = Progress()
    started(progress, 1)
    lines = lines_of(failed(progress, log))
    assert lines[0] == "clean_tables of mini stopped:"
    assert lines[1:-1] == [f"line {n}" for n in range(5, LOG_LINES + 5)]
    assert lines[-1] == f"this is in {log}"
    # Tried once more, it ends for the same reason; neither is told.
    assert said(progress, msg="Trying to restart job 1.") is None
    assert started(progress, 1) is None and failed(progress, log) is None
    assert list(progress.untold(tmp_path)) == []


def test_a_job_without_a_word_is_tried_once_more(tmp_path: Path, monkeypatch):
    log = tmp_path / "clean_tables.log"
    log.write_text("half a line\n")
    progress = Progress()
    started(progress, 1)
    lines = lines_of(failed(progress, log))
    assert lines[1] == "half a line" and "killed, or out of memory" in lines[2]
    assert "once more" in (said(progress, msg="Trying to restart job 1.") or "")
    assert started(progress, 1) is not None
    monkeypatch.setattr(module, "room_lacks", lambda folder: "No space left on device")
    lines = lines_of(failed(progress, log))
    assert "No space left on device" in lines[2] and lines[3].startswith("to do")
    assert failed(progress, tmp_path / "gone" / "x.log") is not None


def test_what_the_cluster_says_of_a_silent_job_stands_in_place_of_its_log(tmp_path: Path):
    log, of_cluster = tmp_path / "clean_tables.log", tmp_path / "41.log"
    log.write_text("half a line\n")
    of_cluster.write_text("slurmstepd: error: *** JOB 41 DUE TO TIME LIMIT ***")
    progress = Progress()
    lines = lines_of(failed(progress, log, aux_logs=[str(of_cluster)]))
    assert lines[1].startswith("killed by SLURM: ") and lines[1].endswith("; job 41")
    assert lines[2].endswith(str(of_cluster)) and "half a line" not in " ".join(lines)
    # A job that spoke is not told by what the cluster says.
    last_word(log).write_text("a column is missing\n")
    assert "a column is missing" in lines_of(failed(progress, log, aux_logs=[str(of_cluster)]))


def test_a_quiet_run_says_at_its_end_why_jobs_ended(tmp_path: Path):
    for trial, rule in (("one", "clean_tables"), ("two", "draw_multiverse-1-of-2")):
        (tmp_path / "logs" / trial).mkdir(parents=True)
        last_word(tmp_path / "logs" / trial / f"{rule}.log").write_text(f"why {trial}\n")
    first, second = Progress().untold(tmp_path / "logs")
    assert lines_of(first)[:2] == ["clean_tables of one stopped:", "why one"]
    assert lines_of(second)[:2] == ["draw_multiverse of two stopped:", "why two"]


@pytest.mark.parametrize(
    "text",
    ["Building DAG of jobs...", "Complete log(s): /x", "Using shell: /bin/bash",
     "subprocess.CalledProcessError: x", "Shutting down, this might take some time."],
)  # fmt: skip
def test_chatter_is_not_told(text: str):
    assert said(Progress(), msg=text) is None
    assert said(Progress(), event="error", msg=text) is None


def test_everything_else_is_told():
    progress = Progress()
    assert said(progress, msg="Unlocked working directory.") == "Unlocked working directory."
    assert said(progress, event="error", msg="a fault") == "a fault"
    assert said(progress, event="shellcmd", msg="not this") is None
    progress.closing = lambda: ["mini: 24 of 24"]
    lines = lines_of(said(progress, msg="Nothing to be done (all requested files ...)."))
    assert len(lines) == 2 and lines[1] == "mini: 24 of 24"


def test_a_submission_is_one_on_a_cluster_alone():
    text = "Job 1 has been submitted with SLURM jobid 77 (log: x)."
    assert said(Progress(), msg=text) == text


def test_a_target_that_is_no_trial_is_left_to_snakemake():
    progress = Progress()
    text = "MissingRuleException:\nNo rule to produce results/x.html (if you use …)."
    assert said(progress, msg=text) == text


def test_names_follow_from_the_place_of_a_log(tmp_path: Path):
    log = Path("logs/mini/draw_multiverse-1-of-3.log")
    assert (trial_of(log), rule_of(log)) == ("mini", "draw_multiverse")
    assert (trial_of(Path("logs/build_site.log")), rule_of(Path("logs/build_site.log"))) == (
        None,
        "build_site",
    )
    (tmp_path / "mini").mkdir()
    word, other = last_word(tmp_path / "mini/x.log"), tmp_path / "mini/x.log"
    word.touch()
    other.touch()
    forget_last_words(tmp_path)
    assert not word.exists() and other.exists()


def test_a_folder_with_room_lacks_none(tmp_path: Path, monkeypatch):
    assert room_lacks(tmp_path) is None and list(tmp_path.iterdir()) == []
    assert room_lacks(tmp_path / "not there") is None  # another fault than a lack of room

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "in other words")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert room_lacks(tmp_path) == os.strerror(errno.ENOSPC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("exceeded memory limit (2097152 > 1048576)", "2 MB used, 1 MB asked (mem_mb)"),
        ("Detected 1 oom-kill event", "it needed more memory than it asked for (mem_mb)"),
        ("CANCELLED AT 2026 DUE TO PREEMPTION", "another job took its place"),
        ("all is well", None),
    ],
)  # fmt: skip
def test_the_cause_is_the_first_that_a_log_of_the_cluster_has(tmp_path: Path, text: str, why):
    quiet, log, other = (tmp_path / name for name in ("1.log", "36.log", "group.log"))
    quiet.write_text("nothing")
    log.write_text(text)
    other.write_text(text)
    gone = str(tmp_path / "gone.log")
    found = cause([gone, str(quiet), str(log), str(other)])
    assert found == (f"killed by SLURM: {why}; job 36" if why else None)
    assert cause([str(other)]) == (f"killed by SLURM: {why}" if why else None)
    assert cause([]) is None
