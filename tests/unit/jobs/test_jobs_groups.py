"""What a run says of stages that a cluster had as one job."""

import logging
from pathlib import Path

from trialtrace.run.jobs.faults import last_word
from trialtrace.run.jobs.progress import Progress

RULES = ("ingest_sources", "clean_tables", "derive_datasets")


def said(progress: Progress, **event: object) -> str:
    return progress.follow(logging.makeLogRecord(event)) or ""


def jobs(folder: Path) -> list[dict]:
    return [
        {"jobid": number, "rule_name": rule, "log": [str(folder / f"{rule}.log")]}
        for number, rule in enumerate(RULES)
    ]


def failed(progress: Progress, folder: Path) -> str:
    """The group's error, then those of its jobs, as Snakemake tells them."""
    log = folder / "of the cluster.log"
    log.write_text("slurmstepd: error: CANCELLED DUE TO TIME LIMIT\n", encoding="utf-8")
    for job in jobs(folder):
        words = {"rule_msg": job["rule_name"], "wildcards": [("trial", "mini")]}
        said(progress, event="job_info", **(job | words))
    text = said(progress, event="group_error", job_error_info=jobs(folder), aux_logs=[str(log)])
    return text + "".join(said(progress, event="job_error", **job) for job in jobs(folder))


def test_the_job_that_said_why_it_ended_speaks_for_its_group(tmp_path: Path):
    log = tmp_path / "clean_tables.log"
    last_word(log).write_text("the table of subjects lacks a column\n", encoding="utf-8")
    text = failed(Progress(), tmp_path)
    assert "clean_tables of mini stopped" in text and "lacks a column" in text
    assert str(log) in text
    assert "ingest_sources" not in text and "killed" not in text


def test_a_group_that_was_killed_is_told_once_with_what_its_cluster_says(tmp_path: Path):
    progress = Progress()
    text = failed(progress, tmp_path)
    assert text.count("it left no message; was it killed, or out of memory?") == 1
    assert "clean_tables, derive_datasets, ingest_sources of mini stopped" in text
    assert "DUE TO TIME LIMIT" in text and "of the cluster.log" in text
    assert "tried once more" in said(progress, msg="Trying to restart job 3.")


def test_a_job_that_could_not_say_why_is_told_with_the_disk(tmp_path: Path, monkeypatch):
    full = {tmp_path: "No space left on device"}
    monkeypatch.setattr("trialtrace.run.jobs.progress.room_lacks", full.get)
    text = said(Progress(), event="job_error", **jobs(tmp_path)[0])
    assert "No space left on device" in text and "make room" in text and "killed" not in text


def test_what_no_event_told_is_told_at_the_end_and_nothing_twice(tmp_path: Path):
    """Asked to be quiet about all, Snakemake hands no event on."""
    logs = tmp_path / "logs" / "mini"
    logs.mkdir(parents=True)
    for rule in ("render_report", "clean_tables"):
        last_word(logs / f"{rule}.log").write_text(f"{rule}: line 7 failed\n", encoding="utf-8")
    progress = Progress()
    heard = {"jobid": 1, "rule_name": "clean_tables", "log": [str(logs / "clean_tables.log")]}
    assert "clean_tables: line 7 failed" in said(progress, event="job_error", **heard)
    (told,) = progress.untold(tmp_path / "logs")
    assert told.startswith("\nrender_report of mini stopped:\n\n  render_report: line 7 failed\n")
    assert list(Progress().untold(tmp_path / "none")) == []
