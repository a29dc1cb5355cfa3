"""What a run says of stages that a cluster had as one job."""

import logging
from pathlib import Path

import pytest

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


def failed(progress: Progress, folder: Path, words: str = "slurmstepd: error: *** JOB") -> str:
    """The group's error, then those of its jobs, as Snakemake tells them."""
    log = folder / "36.log"
    log.write_text(f"{words}\n", encoding="utf-8")
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
    assert "*** JOB" in text and "36.log" in text
    assert "tried once more" in said(progress, msg="Trying to restart job 3.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "slurmstepd: error: StepId=36.0 exceeded memory limit (452587520 > 262144000), being "
            "killed\nslurmstepd: error: *** STEP 36.0 CANCELLED AT 2026-11-30T10:00:00 ***",
            "432 MB used, 250 MB asked (mem_mb)",
        ),
        ("slurmstepd: error: *** JOB 36 ON a CANCELLED AT 2026 DUE TO TIME LIMIT ***", "(runtime)"),
        ("slurmstepd: error: Detected 1 oom_kill event in StepId=36.batch.", "(mem_mb)"),
        ("*** JOB 36 ON a CANCELLED AT 2026-11-30 DUE TO NODE FAILURE ***", "its node failed"),
        ("slurmstepd: error: *** JOB 36 ON a CANCELLED AT 2026-11-30 ***", "somebody cancelled it"),
    ],
)
def test_what_the_cluster_knows_comes_first_and_alone(tmp_path: Path, words: str, told: str):
    text = failed(Progress(), tmp_path, words)
    lines = [line for line in text.splitlines() if line]
    assert lines[0].endswith("of mini stopped:") and lines[1].startswith("  killed by SLURM: ")
    assert told in lines[1] and lines[1].endswith("; job 36")
    assert len(lines) == 3 and lines[2].endswith("36.log")


def test_on_a_cluster_submissions_and_ends_are_told_apart(tmp_path: Path):
    progress = Progress()
    progress.remote = True
    lines = [said(progress, event="run_info", stats=dict.fromkeys(RULES, 1))]
    for job in jobs(tmp_path):
        words = {"rule_msg": f"mini: {job['rule_name']}", "wildcards": [("trial", "mini")]}
        lines.append(said(progress, event="job_info", **(job | words)))
    text = "Job 7f has been submitted with SLURM jobid 36 (log: logs/slurm/group/36.log)."
    lines.append(said(progress, msg=text))
    lines += [said(progress, event="job_finished", job_id=number) for number in (1, 2)]
    assert [line for line in lines if line] == [
        "submitted as job 36: mini: clean_tables, derive_datasets, analyse_plan",
        "1 of 3  done  mini: clean_tables",
        "2 of 3  done  mini: derive_datasets",
    ]
    assert {job.number for job in progress.jobs.values()} == {"36"}
