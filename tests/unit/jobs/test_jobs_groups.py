"""What a run says of stages that a cluster had as one job."""

import logging
from pathlib import Path

from trialtrace.run.jobs.faults import last_word
from trialtrace.run.jobs.progress import Progress

RULES = ("analyse_plan", "clean_tables", "derive_datasets")


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
    assert "analyse_plan" not in text and "killed" not in text


def test_a_group_that_was_killed_is_told_once_with_what_its_cluster_says(tmp_path: Path):
    progress = Progress()
    text = failed(progress, tmp_path)
    assert text.count("it left no message; was it killed, or out of memory?") == 1
    assert "analyse_plan, clean_tables, derive_datasets of mini stopped" in text
    assert "DUE TO TIME LIMIT" in text and "of the cluster.log" in text
    assert "tried once more" in said(progress, msg="Trying to restart job 3.")
