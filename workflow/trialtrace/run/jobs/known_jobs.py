"""What the start of a run found out of its trials: the hashes of their jobs and of the code of
these, and that their configuration is in order.

Which modules a job can come to use takes longer to find out than what most commands do, and so do
all checks of a configuration. Both follow from the content of the project's code and configuration,
so the start of a run remembers them beside a digest of all of that; where a byte of it is another,
they are found out anew. Nothing is taken from the times of files.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_bytes
from trialtrace.run.jobs.closure import PACKAGE, Sources
from trialtrace.run.jobs.data import data_digests
from trialtrace.run.jobs.fresh import RENDER, STAGES, Freshness
from trialtrace.run.trial.load import Trial

REMEMBERED = ".snakemake/trialtrace.jobs.json"
# Of a trial the digest, stage -> hash of its job but for the report's, stage -> hash of its code.
Told = tuple[str, dict[str, str], dict[str, str]]


def known_jobs(sources: Sources, trial: Trial) -> dict[str, str] | None:
    """Stage -> hash of its job, but for the report's; None where no run has found them so."""
    data = _told(sources.at).get(trial.name)
    if data is None or not _same_code(sources.at):
        return None
    content, jobs, _ = data
    return jobs if content == _content(sources, trial) else None


def recall(fresh: Freshness) -> set[str]:
    """The trials that stand as at the start of an earlier run, which found them in order; what it
    found out of their jobs holds still.
    """
    if not _same_code(fresh.at):
        return set()
    sound = set()
    for name, (content, jobs, codes) in _told(fresh.at).items():
        try:
            same = name in fresh.settings.named and content == _content(
                fresh.sources, fresh.trial(name)
            )
        except (OSError, UserError):
            same = False
        if same:
            sound.add(name)
            fresh.take_over(name, jobs, codes)
    return sound


def remember_jobs(fresh: Freshness, trials: Iterable[str]) -> None:
    """Keep what is known of these trials, whose configuration is in order."""
    if not _same_code(fresh.at):
        return
    before = _told(fresh.at)
    now = before | {
        name: (
            _content(fresh.sources, fresh.trial(name)),
            {rule: fresh.job(rule, name) for rule in STAGES if rule != RENDER},
            {rule: fresh.code(rule, name) for rule in STAGES},
        )
        for name in trials
    }
    if now != before:
        write_bytes(fresh.at.root / REMEMBERED, json.dumps(now).encode())


def _told(at: Project) -> dict[str, Told]:
    try:
        told = json.loads((at.root / REMEMBERED).read_text(encoding="utf-8"))
        return {name: (own, dict(jobs), dict(codes)) for name, (own, jobs, codes) in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _same_code(at: Project) -> bool:
    """Whether the code that runs is the project's: which names of a registry count, code says."""
    return Path(__file__).resolve().parents[2] == (at.root / "workflow" / PACKAGE).resolve()


def _content(sources: Sources, trial: Trial) -> str:
    """One digest over all that the hashes of a trial's jobs can depend on, and more.

    Of config/ that is every file but those of other trials; a file that hashing has read already
    counts as it was then.
    """
    at = sources.at
    whole = hashlib.sha256(sources.of_code)
    for name in map(str, _configuration(at, trial.name)):
        whole.update(name.encode() + b"\0" + sources.digest(name))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    whole.update("\0".join([python, *data_digests(trial)]).encode())
    return whole.hexdigest()


def _configuration(at: Project, trial: str) -> list[Path]:
    own = at.trial_config(trial)
    others = (path for path in at.config.iterdir() if path != own.parent)
    paths = [path for folder in (*others, own) for path in (folder, *folder.rglob("*"))]
    return sorted(path for path in paths if path.is_file())
