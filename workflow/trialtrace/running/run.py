"""The start of a run: configuration checked, hashes computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from trialtrace.config.accepted import accepted
from trialtrace.config.load import Settings, Trial, load_settings, load_trial
from trialtrace.errors import Problems
from trialtrace.paths import Project
from trialtrace.running.fresh import STAGES, freshness
from trialtrace.running.locks import lock_run
from trialtrace.store import sha256_file


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

    @property
    def environment(self) -> str:
        return str(self.at.root / "environment.yml")

    def script(self, rule: str) -> str:
        """The script of a rule has the rule's name."""
        return str(self.at.root / "scripts" / f"{rule}.py")

    def fresh(self, rule: str) -> Callable[[Mapping[str, str]], str]:
        """For `params`: the hash of what a job depends on beside its input files."""
        return lambda wildcards: self.hashes[rule, wildcards.get("trial")]

    def source_files(self, trial: str) -> list[str]:
        """The data files of a trial whose source is files, as the workflow names them."""
        return [str(path) for path in data_files(load_trial(trial, self.at))]

    def lock(self) -> None:
        """Hold the folder until this process ends, however it ends."""
        self.held.append(lock_run(self.at.root))


def data_files(trial: Trial) -> dict[Path, str | None]:
    """Each data file of a `files` source, from the project's root -> the hash it is pinned to."""
    if trial.source.kind != "files":
        return {}
    folder = Path(trial.source.folder or ".")
    return {folder / item["path"]: item.get("sha256") for item in trial.source.items.values()}


def check_data(trial: Trial, problems: Problems) -> None:
    """A data file that is not there, or is not the one that was pinned, is no reason to rerun."""
    for path, pinned in data_files(trial).items():
        place = f"{trial.name}: data file {path}"
        if not (trial.at.root / path).is_file():
            problems.add(place, "is not there", do="put it there, or mend source in trial.yaml")
        elif pinned and pinned != (found := sha256_file(trial.at.root / path)):
            problems.add(
                place,
                "is not the file that was pinned",
                found=f"sha256 {found}",
                expected=f"sha256 {pinned}",
                do="bring back the pinned file, or pin the hash of the new one in trial.yaml",
            )


def begin(at: Project, check: bool) -> Run:
    """Check configuration and data files (if asked to) and compute the hashes. Raises UserError."""
    if check:
        from trialtrace.config.check import check_all

        problems = Problems(check_all(None, at))
        problems.raise_if_any()
        for trial in load_settings(at).trials:
            check_data(load_trial(trial, at), problems)
        problems.raise_if_any()
    fresh = freshness(at)
    trials = fresh.settings.trials
    codes = {trial: {rule: fresh.code(rule, trial) for rule in STAGES} for trial in trials}
    hashes = fresh.all_jobs()
    fresh.sources.remember()
    accepted(at.root).remember()
    return Run(at, fresh.settings, hashes, codes)
