"""The start of a run: configuration checked, hashes computed."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from trialtrace.config.load import Settings, load_trial
from trialtrace.fresh import STAGES, freshness
from trialtrace.locks import lock_run
from trialtrace.paths import Project


@dataclass
class Run:
    """What the rules of the workflow ask for.

    `hashes` has a hash for every (rule, trial); the site's has no trial. `codes` has, for every
    trial, the hash of each rule's code: what pages and results carry.
    """

    at: Project
    settings: Settings
    hashes: dict[tuple[str, str | None], str]
    codes: dict[str, dict[str, str]]
    held: list[IO[str]] = field(default_factory=list)

    @property
    def trials(self) -> tuple[str, ...]:
        return self.settings.trials

    def source_files(self, trial: str) -> list[str]:
        """The data files of a trial whose source is files, as the workflow names them."""
        source = load_trial(trial, self.at).source
        if source.kind != "files":
            return []
        names = dict.fromkeys(item["file"] for item in source.items.values())
        return [os.path.normpath(Path(source.folder or ".") / name) for name in names]

    def lock(self) -> None:
        """Hold the folder until this process ends, however it ends."""
        self.held.append(lock_run(self.at.root))


def begin(at: Project, check: bool) -> Run:
    """Check all configuration (if asked to) and compute the hashes. Raises UserError."""
    if check:
        from trialtrace.config.check import check_all

        check_all(at)
    fresh = freshness(at)
    trials = fresh.settings.trials
    codes = {trial: {rule: fresh.code(rule, trial) for rule in STAGES} for trial in trials}
    return Run(at, fresh.settings, fresh.all_jobs(), codes)
