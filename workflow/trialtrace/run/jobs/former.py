"""The former report of a trial while a run makes another.

Snakemake takes away what a job makes before the job begins, and so a mistake in a document of
somebody's own would leave no report at all. The former one is kept as hard links, and comes back
where the new one does not stand; its record does not, so that the next run makes it anew.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.run.jobs.products import record_path
from trialtrace.run.jobs.stages import RENDER

KEPT = ("report", "quarto", "seal.json")


def _folder(at: Project) -> Path:
    return at.made / ".snakemake" / "former"


def keep_former(at: Project, trials: Iterable[str]) -> None:
    """Keep the reports of trials, where the disk can hold a file by two names."""
    put_back(at)
    for trial in trials:
        former = _folder(at) / trial
        try:
            for path in (at.results / trial / name for name in KEPT):
                if path.is_dir():
                    shutil.copytree(path, former / path.name, copy_function=os.link)
                elif path.is_file():
                    former.mkdir(parents=True, exist_ok=True)
                    os.link(path, former / path.name)
        except OSError:
            shutil.rmtree(former, ignore_errors=True)


def put_back(at: Project) -> None:
    """Put former reports back where the run made none, also one that was killed."""
    for former in _folder(at).glob("*"):
        results = at.results / former.name
        if results.is_dir() and not (at.made / record_path(RENDER, former.name)).exists():
            for part in former.iterdir():
                shutil.rmtree(results / part.name, ignore_errors=True)
                part.replace(results / part.name)
    shutil.rmtree(_folder(at), ignore_errors=True)
