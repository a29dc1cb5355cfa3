"""What a person sees of a run: one line a job as it starts, and of a failure only what helps.

It follows the events of Snakemake's logger and imports nothing of it. It also keeps what the record
of the run says of every job.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from trialtrace.base.errors import Problem
from trialtrace.run.jobs.cluster_logs import cause
from trialtrace.run.jobs.faults import MAKE_ROOM, last_word, room_lacks, rule_of, trial_of
from trialtrace.run.jobs.stages import ASKED, SITE, STAGES

RULES = (*STAGES, SITE, *ASKED)
LOG_LINES = 60
# A target without a rule, as Snakemake tells it; a trial's name is no path.
NO_RULE = re.compile(r"MissingRuleException:\s+No rule to produce ([^\s/]+) ")
# Told by the lines of this module, or of no use to a person who waits for results.
CHATTER = (
    "Assuming unrestricted shared filesystem",
    "Building DAG of jobs",
    "Using shell",
    "Singularity containers: ignored",
    "Select jobs to execute",
    "Removing output files of failed job",
    "Shutting down",
    "Cleaning up SLURM log files",
    "Exiting because a job execution failed",
    "Complete log",
    "Elapsed time",
    "At least one job did not complete",
)


AGAIN = "Trying to restart job"
# As executors of clusters say it: "Job 3 has been submitted with SLURM jobid 36".
SUBMITTED = re.compile(r"submitted .*?job.?id '?(\d+)", re.IGNORECASE)


@dataclass
class JobOfRun:
    """A job of this run, and whether it came to its end.

    `message` is what is said of it, `benchmark` where Snakemake writes the seconds that it took,
    `number` what a cluster calls it, alone or in a group.
    """

    rule: str
    trial: str | None
    message: str = ""
    benchmark: str | None = None
    number: str | None = None
    ended: bool = False


class Progress:
    """The jobs of a run as far as they have been told of."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.jobs: dict[int, JobOfRun] = {}
        self.total = 0
        # Jobs whose logs tell why they ended, and have been shown.
        self.ended: set[int] = set()
        self.shown: set[Path] = set()
        # Jobs of a group that failed, of which others speak or nobody does.
        self.unheard: set[int] = set()
        self.silent = False
        # On a cluster jobs are submitted, begin later, and end.
        self.remote = False
        self.submitting: list[JobOfRun] = []
        # What is said last of a run that had nothing to do.
        self.closing: Callable[[], list[str]] = list
        # What is wrong with a target that no rule makes, if it is meant for a trial.
        self.no_trial: Callable[[str], Problem | None] = lambda name: None

    def follow(self, record: logging.LogRecord) -> str | None:
        """What to say about an event, if anything."""
        # What an event of its kind has besides stands among the attributes of its record.
        event = SimpleNamespace(**vars(record))
        match str(vars(event).get("event") or ""):
            case "run_info":
                # A target itself is counted as a job, but there is nothing to do for it.
                self.total = sum(n for rule, n in event.stats.items() if rule in RULES)
            case "job_info":
                return self._started(event) if event.rule_msg else None
            case "job_finished" if event.job_id in self.jobs:
                return self._ended(self.jobs[event.job_id])
            case "group_error":
                return self._group_failed(event)
            case "job_error":
                return self._failed(event)
            case "" | "error":
                return self._other(record)
        return None

    def unknown_target(self, record: logging.LogRecord) -> str | None:
        """What to say of a target that is meant for a trial and is none."""
        target = NO_RULE.match(record.getMessage())
        problem = self.no_trial(target[1]) if target else None
        return str(problem) if problem else None

    def _started(self, event: SimpleNamespace) -> str | None:
        if event.jobid in self.ended | self.unheard:
            return None
        trial = dict(event.wildcards).get("trial")
        benchmark = vars(event).get("benchmark")
        job = JobOfRun(event.rule_name, trial, event.rule_msg, benchmark)
        self.jobs[event.jobid] = job
        if self.remote and not vars(event).get("local"):
            self.submitting.append(job)
            return None
        return self._counted(len(self.jobs), event.rule_msg)

    def _counted(self, number: int, text: str) -> str:
        total = max(self.total, len(self.jobs))
        return f"{number:>{len(str(total))}} of {total}  {text}"

    def _ended(self, job: JobOfRun) -> str | None:
        job.ended = True
        ended = sum(one.ended for one in self.jobs.values())
        return self._counted(ended, f"done  {job.message}") if self.remote else None

    def _submitted(self, number: str) -> str:
        """One line a job of the cluster: a group has its stages in the order of the data."""
        jobs = sorted(self.submitting, key=lambda job: RULES.index(job.rule))
        self.submitting = []
        for job in jobs:
            job.number = number
        if len(jobs) < 2:
            return f"submitted as job {number}: {''.join(job.message for job in jobs)}"
        trials = ", ".join(sorted({job.trial for job in jobs if job.trial}))
        rules = ", ".join(dict.fromkeys(job.rule for job in jobs))
        return f"submitted as job {number}: {trials}: {rules}"

    def _failed(self, event: SimpleNamespace) -> str | None:
        if event.jobid in self.ended | self.unheard:
            return None
        self.silent = not any(last_word(Path(log)).exists() for log in event.log)
        if not self.silent:
            self.ended.add(event.jobid)
        job = self.jobs.get(event.jobid)
        of_cluster = vars(event).get("aux_logs") or ()
        return self._stopped(event.rule_name, job.trial if job else None, event.log, of_cluster)

    def untold(self, logs: Path) -> Iterator[str]:
        """Why jobs ended of which no event told, as where Snakemake is asked to be quiet."""
        for said in sorted(logs.rglob(last_word(Path("*.log")).name)):
            log = said.with_suffix(".log")
            if log.absolute() not in self.shown:
                yield self._stopped(rule_of(log), trial_of(log), [str(log)])

    def _stopped(
        self, rule: str, trial: str | None, logs: Iterable[str], of_cluster: Iterable[str] = ()
    ) -> str:
        lines = [f"\n{rule}{f' of {trial}' if trial else ''} stopped:", ""]
        return "\n".join([*lines, *self._of_cluster(of_cluster, logs)])

    def _of_cluster(self, of_cluster: Iterable[str], logs: Iterable[str]) -> Iterator[str]:
        """Of jobs that said nothing what the cluster knows, first and alone; else their logs."""
        known = cause(of_cluster) if self.silent else None
        if known is None:
            return self._of_logs(logs)
        self.shown |= {Path(log).absolute() for log in logs}
        return iter([f"  {known}", "", f"  all that SLURM says: {', '.join(of_cluster)}"])

    def _group_failed(self, event: SimpleNamespace) -> str | None:
        """Of jobs that a cluster had as one, those speak that said why they ended; where none did,
        they are told once, with what the cluster says."""
        jobs = event.job_error_info
        spoke = {
            job["jobid"] for job in jobs if any(last_word(Path(log)).exists() for log in job["log"])
        }
        self.unheard |= {job["jobid"] for job in jobs} - spoke
        self.silent = not spoke
        if spoke:
            return None
        trials = {job.trial for one in jobs if (job := self.jobs.get(one["jobid"]))} - {None}
        of = f" of {', '.join(sorted(filter(None, trials)))}" if trials else ""
        lines = [f"\n{', '.join(sorted(job['rule_name'] for job in jobs))}{of} stopped:", ""]
        return "\n".join([*lines, *self._of_cluster(event.aux_logs, event.aux_logs)])

    def _of_logs(self, logs: Iterable[str]) -> Iterator[str]:
        """The last lines of each log, and where it is."""
        for log in logs:
            self.shown.add(Path(log).absolute())
            said = last_word(Path(log))
            path = said if said.exists() else Path(log)
            text = path.read_text(errors="replace").splitlines() if path.is_file() else []
            shown = text[-LOG_LINES:]
            shown += self._why_silent(Path(log).parent) if self.silent else []
            yield from (f"  {line}".rstrip() for line in shown)
            yield from ("", f"  this is in {log}")

    def _why_silent(self, folder: Path) -> list[str]:
        """What may have ended a job that said nothing; on a full disk it could not."""
        if folder.is_dir() and (said := room_lacks(folder)):
            return [f"it left no message: there is no room for one ({said})", f"to do: {MAKE_ROOM}"]
        return ["it left no message; was it killed, or out of memory?"]

    def _other(self, record: logging.LogRecord) -> str | None:
        text = record.getMessage()
        if text.startswith("Nothing to be done"):
            return "\n".join(["Nothing to do: all results are up to date.", *self.closing()])
        if told := self.unknown_target(record):
            return told
        if self.remote and (submitted := SUBMITTED.search(text)):
            return self._submitted(submitted[1])
        if text.startswith(AGAIN):
            return "  it is tried once more" if self.silent else None
        # A failed command has been told by the log of its job.
        known = "CalledProcessError" in text or any(part in text for part in CHATTER)
        return None if known else text
