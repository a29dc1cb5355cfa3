"""What a person sees of a run: one line a job as it starts, and of a failure only what helps.

The handler reads the events of Snakemake's logger and imports nothing of it. It also keeps the time
of every job for the record of the run.
"""

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SHOWN_LINES = 60


@dataclass
class JobTime:
    """A job of this run: seconds from the start of the run; `end` is None if it did not finish."""

    rule: str
    trial: str | None
    start: float
    end: float | None = None


class Progress(logging.Handler):
    """Follows a run. Outside of a run (dry run, lint, …) it leaves Snakemake's own words alone."""

    def __init__(self, running: Callable[[], bool]):
        super().__init__()
        self.running = running
        self.began = time.monotonic()
        self.jobs: dict[int, JobTime] = {}
        self.total = 0

    def attach(self, logger: logging.Logger) -> None:
        """Speak instead of Snakemake's own stream handler while a run is on."""
        for handler in logger.handlers:
            if handler.name == "DefaultStreamHandler":
                handler.addFilter(lambda record: not self.running())
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        event = str(getattr(record, "event", None) or "")
        if not self.running():
            return
        if event == "run_info":
            self.total = record.stats.get("total", 0)
        elif event == "job_info":
            self._started(record)
        elif event == "job_finished":
            if job := self.jobs.get(record.job_id):
                job.end = time.monotonic() - self.began
        elif event == "job_error":
            self._failed(record)
        elif event == "error":
            self._error(record)
        elif record.levelno >= logging.ERROR and "job execution failed" not in record.getMessage():
            self.say(record.getMessage())

    def _started(self, record: logging.LogRecord) -> None:
        if record.jobid in self.jobs or record.rule_name == "all":
            return
        trial = dict(record.wildcards).get("trial")
        self.jobs[record.jobid] = JobTime(record.rule_name, trial, time.monotonic() - self.began)
        total = max(self.total - 1, len(self.jobs))
        self.say(f"{len(self.jobs):>{len(str(total))}} of {total}  {record.rule_msg}")

    def _failed(self, record: logging.LogRecord) -> None:
        job = self.jobs.get(record.jobid)
        trial = f" of {job.trial}" if job and job.trial else ""
        self.say(f"\n{record.rule_name}{trial} stopped:\n")
        for log in record.log:
            path = Path(log)
            lines = path.read_text(errors="replace").splitlines() if path.is_file() else []
            for line in lines[-SHOWN_LINES:] or ["(it left no message: was it killed?)"]:
                self.say(f"  {line}".rstrip())
            self.say(f"\n  log: {log}")

    def _error(self, record: logging.LogRecord) -> None:
        """A failed job has been told already; what else goes wrong is told in Snakemake's words."""
        text = record.getMessage()
        if "CalledProcessError" not in text and "At least one job did not" not in text:
            self.say(text)

    @staticmethod
    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)
