"""What each job of the workflow depends on beside its input files, as hashes.

Snakemake compares the input files of a job and its `params` with those of the run before. Among
the inputs of each rule are its files of configuration and data, among its `params` the versions of
its code and the settings that it uses. The record of a job (trialtrace.run.jobs.products) has one
hash over all of these by their content, which holds also where Snakemake has no memory of the run:

- the rule's script and the version of each room of the code that it imports
  (trialtrace.run.jobs.code_versions);
- the trial's configuration files of the stage, and the settings it uses; not their schemas, which
  decide at the start of every run whether it may begin, and nothing that a job computes;
- the data files of the trial, where it reads them, by their content;
- what renders a report;
- the lock file and Python's minor version.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from trialtrace.base.config.project_table import table_path
from trialtrace.base.paths import Project
from trialtrace.base.purpose import ANALYSIS
from trialtrace.run.jobs.code_versions import DIGITS, Sources
from trialtrace.run.jobs.data import data_digests, data_files
from trialtrace.run.jobs.installed import not_as_locked
from trialtrace.run.jobs.stages import (
    ANALYSE,
    ASKED,
    CLEAN,
    DERIVE,
    DERIVE_RULES,
    KEY,
    OF_BLINDED,
    OF_COHORTS,
    PLAN,
    READ_SCRIPT,
    RENDER,
    REVIEW,
    SEEN_BY,
    SIMULATED,
    SITE,
    SITE_STAGE,
    STAGES,
    Stage,
)
from trialtrace.run.trial.cohort_script import script_path
from trialtrace.run.trial.frozen import FILES as OF_PLAN
from trialtrace.run.trial.frozen import frozen_files, is_frozen
from trialtrace.run.trial.hash_key import key_in_use
from trialtrace.run.trial.load import Trial, load_settings, load_trial
from trialtrace.run.trial.plan.no_pingouin import lacks_pingouin
from trialtrace.run.trial.settings import EMBEDDED, Settings, find_quarto

# A path as it stands in a document, in a call or in an `include`.
WRITTEN_PATH = re.compile(r"""[^\s"'`()<>{}\[\],;=]*/[^\s"'`()<>{}\[\],;=]+""")
# Folders of the project that hold no source of a document.
MADE = ("results", "site", "archive", "logs", "workflow", ".snakemake", ".git")


def document_files(at: Project, trial: str) -> list[Path]:
    """Documents of somebody's own, what lies beside them, and files of the project elsewhere whose
    paths they write, as "../_shared.qmd": code of the trial's report."""
    every = (at.reports / trial).rglob("*")
    own = {path for path in every if path.is_file() and _is_source(path, at.reports)}
    return sorted(own.union(*(_named_in(path, at) for path in own)))


def _named_in(document: Path, at: Project) -> Iterator[Path]:
    """Files whose paths a document writes, from its own folder or from the project's."""
    try:
        text = document.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    for written in {*WRITTEN_PATH.findall(text)}:
        for folder in (document.parent, at.root):
            path = Path(os.path.normpath(folder / written))
            inside = path.relative_to(at.root).parts if path.is_relative_to(at.root) else ()
            if inside and inside[0] not in MADE and _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # longer than a name may be


def _is_source(path: Path, reports: Path) -> bool:
    """Whether it is no file that Quarto wrote; what others include begins with "_"."""
    names = path.relative_to(reports).parts
    return not any(name.startswith(".") or name.endswith("_files") for name in names)


def renderer(settings: Settings) -> str:
    """What renders reports: `embedded`, or Quarto with its version, which changes them.

    Raises UserError where Quarto was chosen and is not here.
    """
    return _quarto() if settings.report.by_quarto else EMBEDDED


@lru_cache(maxsize=1)
def _quarto() -> str:
    asked = subprocess.run(
        [find_quarto(), "--version"], capture_output=True, text=True, check=False
    )
    return f"quarto {asked.stdout.strip()}"


def tables_of(trial: Trial) -> list[Path]:
    """The tables of the project that the trial's endpoints read: norms, conversion factors."""
    read = [
        table for endpoint in trial.endpoints.values() for table in endpoint.entry.project_tables
    ]
    return [table_path(trial.at, folder, name) for folder, name in read]


@dataclass
class Freshness:
    """The hashes of every job of a run."""

    at: Project
    settings: Settings
    sources: Sources
    _trials: dict[str, Trial] = field(default_factory=dict)
    _tables: dict[str, set[Path]] = field(default_factory=dict)

    @cached_property
    def environment(self) -> tuple[str, ...]:
        """The lock and Python; of a wheel, which pip may install beside others than the lock has,
        each package that is of another version."""
        lock = self.at.code.root / "requirements.lock"
        others = not_as_locked(lock) if self.at.code.is_installed else ()
        python = f"python {sys.version_info.major}.{sys.version_info.minor}"
        return (self.sources.digest(lock).hex(), python, *others)

    def rooms(self, rule: str, trial: str | None = None) -> dict[str, str]:
        """What a job is of, each with its version: rooms of the code, a script, packages."""
        rooms = {*self._stage(rule, trial).rooms}
        rooms |= OF_COHORTS if trial and rule == CLEAN and self.trial(trial).drawn else set()
        rooms |= OF_BLINDED if rule == CLEAN and self.at.purpose != ANALYSIS else set()
        versions = {room: self.sources.versions[room] for room in sorted(rooms)}
        environment = self.sources.hash((), *self.environment)[:DIGITS]
        return versions | {
            f"scripts/{rule}.py": self.sources.script(rule),
            "environment": environment,
        }

    def _files_read(self, rule: str, trial: str | None) -> tuple[str, ...]:
        """The names of the trial's configuration files that a stage reads."""
        files = self._stage(rule, trial).files
        more: tuple[str, ...] = ()
        if trial and rule == CLEAN and self.at.purpose != ANALYSIS:
            more = SEEN_BY
        return tuple(dict.fromkeys([*files, *more]))

    def _stage(self, rule: str, trial: str | None) -> Stage:
        return (STAGES | ASKED)[rule] if trial else SITE_STAGE

    def trial(self, name: str) -> Trial:
        """A trial as its configuration stands, read once."""
        return self._trials.setdefault(name, load_trial(name, self.at))

    def config_files(self, rule: str, trial: str | None = None) -> set[Path]:
        """The trial's configuration files that a stage reads, or would if they were there."""
        names = self._files_read(rule, trial)
        files = {self.at.trial_config(trial) / name for name in names} if trial else set()
        if trial and rule in (*READ_SCRIPT, *SIMULATED) and self.trial(trial).drawn:
            files.add(script_path(self.at, trial))
        # Labels of a plan say which of its analyses were not in the frozen one.
        labelled = trial and PLAN in names and is_frozen(self.at, trial)
        if trial and labelled:
            files |= {*frozen_files(self.at, trial)}
            files |= {self.at.trial_config(trial) / name for name in (*OF_PLAN, REVIEW)}
        if trial and (labelled or rule in (DERIVE, RENDER, *SIMULATED)):
            files |= self.tables(trial)
        if trial and rule == DERIVE_RULES:
            from trialtrace.run.trial.multiverse.load import specified

            of = specified(self.trial(trial))
            files |= {table for each in {*of.rules.values()} for table in tables_of(of.ruled(each))}
        return files

    def versions(self, rule: str, trial: str | None = None) -> list[str]:
        """What `params` of a rule say of its code: "stats 0123456789abcdef"."""
        return [f"{name} {version}" for name, version in self.rooms(rule, trial).items()]

    def code(self, rule: str, trial: str | None = None) -> str:
        """The hash of a job's code and environment, which pages and results carry."""
        return self.code_of(self.versions(rule, trial), rule, trial)

    def code_of(self, versions: Iterable[str], rule: str, trial: str | None = None) -> str:
        """The hash of a job's code whose rooms have these versions; own documents are code."""
        return self.sources.hash(self.documents(rule, trial), *versions)

    def documents(self, rule: str, trial: str | None) -> list[Path]:
        """The documents of somebody's own that a job renders; no data file, which counts once."""
        if not trial or rule != RENDER:
            return []
        data = {self.at.root / path for path in data_files(self.trial(trial))}
        return [path for path in document_files(self.at, trial) if path not in data]

    def job(self, rule: str, trial: str | None = None) -> str:
        """The hash of what a job comes from: code, settings, configuration, data."""
        return self.job_by(self.code(rule, trial), rule, trial)

    def job_by(self, code: str, rule: str, trial: str | None = None) -> str:
        """The hash of a job if its code had this hash."""
        data = data_digests(self.trial(trial)) if trial and self.reads_data(rule) else []
        values = self.values(rule, trial)
        return self.sources.hash(self.config_files(rule, trial), code, *values, *data)

    def reads_data(self, rule: str) -> bool:
        """Whether a job comes from the data files themselves; what hides arms, all over again."""
        return rule == CLEAN or self.at.purpose.hides_arms

    def values(self, rule: str, trial: str | None = None) -> list[str]:
        """What `params` of a rule say of settings and of what a run is for."""
        used = self._stage(rule, trial).settings
        values = [f"{name}={self._value(name, trial)!r}" for name in used]
        values += [renderer(self.settings)] if rule == RENDER else []
        if trial and self.trial(trial).pooled:
            values += ["blinded"]
        if trial and self.at.purpose != ANALYSIS:
            values += [f"purpose={self.at.purpose.text}, seed={self.settings.seed}"]
        if trial and rule in (ANALYSE, RENDER) and lacks_pingouin(self.trial(trial)):
            values += ["without pingouin"]
        return values

    def _value(self, name: str, trial: str | None) -> Any:
        """A setting as hashed."""
        if name == KEY and trial:
            return key_in_use(self.trial(trial), self.settings)
        return getattr(self.settings, name)

    def tables(self, trial: str) -> set[Path]:
        """The tables of the project that a trial's endpoints read."""
        if trial not in self._tables:
            self._tables[trial] = set(tables_of(self.trial(trial)))
        return self._tables[trial]

    def all_jobs(self, *trials: str, site: bool = True) -> dict[tuple[str, str | None], str]:
        """(rule, trial) -> hash, for every job; of these trials, where some are named."""
        jobs: list[tuple[str, str | None]]
        jobs = [(rule, trial) for trial in trials or self.settings.named for rule in STAGES]
        jobs += [(SITE, None)] if site else []
        return {(rule, trial): self.job(rule, trial) for rule, trial in jobs}


def freshness(at: Project) -> Freshness:
    """Reads the project as it stands."""
    return Freshness(at, load_settings(at), Sources(at))
