"""What each job of the workflow depends on beside its input files, as hashes.

Snakemake sees a change of a script and of a rule's `params`, but not of a module that the script
imports, of a template, or of a configuration file. So each rule carries in its `params` a hash over
all of them, computed once at the start of a run:

- the static import closure of the rule's script (see trialtrace.run.jobs.closure), in which a
  registry stands for the modules that the trial's configuration names;
- the trial's configuration files of the stage, and the settings it uses; not their schemas, which
  decide at the start of every run whether it may begin, and nothing that a job computes;
- the data files of the trial, where it reads them, by their content;
- what renders a report;
- the lock file and Python's minor version.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from trialtrace.base.config.project_table import table_path
from trialtrace.base.paths import Project
from trialtrace.base.purpose import ANALYSIS
from trialtrace.run.jobs.closure import FIGURES, FORMULAS, Named, Sources
from trialtrace.run.jobs.data import data_digests
from trialtrace.run.jobs.installed import not_as_locked
from trialtrace.run.jobs.stages import (
    ANALYSE,
    ASKED,
    CHECK,
    COHORT,
    DERIVE,
    DERIVE_RULES,
    ENDPOINTS,
    GUESSES,
    INGEST,
    KEY,
    MULTIVERSE_FILE,
    PLAN,
    RENDER,
    SEEN_BY,
    SIMULATED,
    SIMULATION_FILE,
    SITE,
    SITE_STAGE,
    STAGES,
    SYNTHETIC,
    TRIAL,
    VARIED,
    Stage,
)
from trialtrace.run.trial.amendments import FILE as AMENDMENTS
from trialtrace.run.trial.frozen import FILES as OF_PLAN
from trialtrace.run.trial.frozen import frozen_files, is_frozen
from trialtrace.run.trial.hash_key import key_in_use
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.load import Trial, load_settings, load_trial
from trialtrace.run.trial.multiverse.load import specified
from trialtrace.run.trial.plan.card import Card
from trialtrace.run.trial.plan.no_pingouin import lacks_pingouin
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.step_names import steps
from trialtrace.run.trial.review import FILE as REVIEW
from trialtrace.run.trial.settings import EMBEDDED, Settings, find_quarto
from trialtrace.run.trial.study.source import Files

# The registries of statistics and of displays, and where the cards are that these lead to.
REGISTRY = "trialtrace.run.trial.plan.card_modules"
CARDS = "trialtrace.run.trial.plan.cards."
DISPLAYS, KINDS = (
    "trialtrace.run.trial.plan.displays.registry",
    "trialtrace.run.trial.plan.displays.",
)
# The modules that cards name and a stage can use.
BY_CARD = {ANALYSE: FORMULAS, RENDER: FIGURES} | dict.fromkeys(ASKED, FORMULAS)
# Which names of a registry a trial's configuration uses, and the file that has them: a stage that
# does not read the file uses none.
NAMED: dict[str, tuple[str, Callable[[Trial], set[str]]]] = {
    "trialtrace.run.blinding.ingest": (TRIAL, lambda trial: {trial.at.purpose.kind}),
    "trialtrace.run.sources.registry": (TRIAL, lambda trial: {trial.source.kind}),
    "trialtrace.run.sources.readers": (TRIAL, lambda trial: formats_of(trial)),
    "trialtrace.run.trial.cohort.quantities.registry": (COHORT, lambda trial: quantities_of(trial)),
    "trialtrace.run.synthetic.quantities": (COHORT, lambda trial: quantities_of(trial)),
    "trialtrace.run.trial.endpoints.registry": (ENDPOINTS, lambda trial: kinds_of(trial)),
    "trialtrace.run.trial.instruments.registry": (ENDPOINTS, lambda trial: instruments_of(trial)),
    "trialtrace.run.endpoints.registry": (ENDPOINTS, lambda trial: kinds_of(trial)),
    REGISTRY: (PLAN, steps),
    "trialtrace.run.methods.analysing.registry": (
        PLAN,
        lambda trial: {card.family for card in used(trial)},
    ),
    "trialtrace.run.methods.checking.registry": (
        PLAN,
        lambda trial: (
            {card.check for card in used(trial)} | ({"planning"} if trial.plan.planning else set())
        ),
    ),
    DISPLAYS: (PLAN, lambda trial: set(trial.plan.displays)),
    "trialtrace.run.trial.plan.looks": (PLAN, lambda trial: boundaries_of(trial)),
    # Of the kinds of endpoint, those of times alone stand in this one.
    "trialtrace.run.claims.search.bundles": (
        ENDPOINTS,
        lambda trial: {endpoint.kind for endpoint in trial.endpoints.values()},
    ),
}


def document_files(at: Project, trial: str) -> list[Path]:
    """Documents of somebody's own, and what lies beside them: code of the trial's report."""
    every = (at.reports / trial).rglob("*")
    return sorted(path for path in every if path.is_file() and _is_source(path, at.reports))


def _is_source(path: Path, reports: Path) -> bool:
    """Whether it is no file that Quarto wrote."""
    names = path.relative_to(reports).parts
    return not any(name.startswith((".", "_")) or name.endswith("_files") for name in names)


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


# The registries whose names are steps of a plan, and those whose names are what endpoints are.
STEP_REGISTRIES = (REGISTRY, "trialtrace.run.methods.analysing.registry")
ENDPOINT_REGISTRIES = (
    "trialtrace.run.trial.endpoints.registry",
    "trialtrace.run.trial.instruments.registry",
    "trialtrace.run.endpoints.registry",
)
# Files to the modules that make their objects.
READERS = "trialtrace.run.trial.readers"
# What a report calls its methods is looked up among all cards; a multiverse varies them, and a
# truth has quantities that cohort.yaml has not.
QUANTITY_REGISTRIES = (
    "trialtrace.run.trial.cohort.quantities.registry",
    "trialtrace.run.synthetic.quantities",
)
WHOLE = (
    {(REGISTRY, RENDER)}
    | {(each, rule) for each in STEP_REGISTRIES for rule in VARIED}
    | {(each, rule) for each in QUANTITY_REGISTRIES for rule in SIMULATED}
)


def registry_of(module: str) -> str:
    """The registry that leads to a module of cards; any other module itself."""
    for registry, cards in ((REGISTRY, CARDS), (DISPLAYS, KINDS)):
        if module.startswith(cards):
            return registry
    return module


def used(trial: Trial) -> list[Card]:
    """The cards of the steps of the trial's plan."""
    return [card_of(step) for step in steps(trial)]


def formats_of(trial: Trial) -> set[str]:
    """The formats of the trial's data files; a registry data set has none."""
    source = trial.source
    return {item.format for item in source.items.values()} if isinstance(source, Files) else set()


def kinds_of(trial: Trial) -> set[str]:
    """The kinds of the entries of the trial's endpoints."""
    return {endpoint.entry.kind for endpoint in trial.endpoints.values()}


def instruments_of(trial: Trial) -> set[str]:
    """The instruments of the trial's endpoints."""
    entries = (endpoint.entry for endpoint in trial.endpoints.values())
    return {entry.instrument for entry in entries if isinstance(entry, InstrumentEntry)}


def tables_of(trial: Trial) -> list[Path]:
    """The tables of the project that the trial's endpoints read: norms, conversion factors."""
    read = [
        table for endpoint in trial.endpoints.values() for table in endpoint.entry.project_tables
    ]
    return [table_path(trial.at, folder, name) for folder, name in read]


def boundaries_of(trial: Trial) -> set[str]:
    """The boundaries of the looks of the trial's analyses."""
    looks = (analysis.look for analysis in trial.plan.analyses.values())
    return {look.boundary for look in looks if look is not None}


def quantities_of(trial: Trial) -> set[str]:
    """The kinds of quantities of a trial's cohort."""
    return (
        {quantity.kind for quantity in trial.cohort.quantities.values()} if trial.drawn else set()
    )


@dataclass
class Freshness:
    """The hashes of every job of a run."""

    at: Project
    settings: Settings
    sources: Sources
    _trials: dict[str, Trial] = field(default_factory=dict)
    _tables: dict[str, set[Path]] = field(default_factory=dict)
    _used: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _codes: dict[tuple[str, str | None], str] = field(default_factory=dict)
    _jobs: dict[tuple[str, str | None], str] = field(default_factory=dict)

    @cached_property
    def environment(self) -> tuple[str, ...]:
        """The lock and Python; of a wheel, which pip may install beside others than the lock has,
        each package that is of another version."""
        lock = self.at.code.root / "requirements.lock"
        others = not_as_locked(lock) if self.at.code.is_installed else ()
        python = f"python {sys.version_info.major}.{sys.version_info.minor}"
        return (self.sources.digest(lock).hex(), python, *others)

    def code_files(
        self, rule: str, trial: str | None = None, only: Mapping[str, set[str]] | None = None
    ) -> set[Path]:
        """The script, modules, templates and reports that a job can use.

        `only` has, of some registries, the names that it would use if nothing else were asked for.
        """
        script = self.at.code.root / "scripts" / f"{rule}.py"
        named, fewer = self.named(rule, trial), only or {}

        def chosen(registry: str) -> set[str] | None:
            known = registry_of(registry)
            return fewer[known] if known in fewer else named(registry)

        files = self.sources.closure(script, chosen, room=BY_CARD.get(rule))
        return files | set(document_files(self.at, trial)) if trial and rule == RENDER else files

    def named(self, rule: str, trial: str | None) -> Named:
        """The names of each registry that a job can use."""
        read = self._files_read(rule, trial)

        def named(registry: str) -> set[str] | None:
            if registry == READERS:
                return set(read)
            registry = registry_of(registry)
            if registry == DISPLAYS and rule != RENDER:
                return set()  # a plan keeps its displays as they are written
            if registry not in NAMED or (registry, rule) in WHOLE:
                return None
            if trial is None or NAMED[registry][0] not in read:
                return set()
            if (registry, trial) not in self._used:
                self._used[registry, trial] = NAMED[registry][1](self.trial(trial))
            return self._used[registry, trial]

        return named

    def _files_read(self, rule: str, trial: str | None) -> tuple[str, ...]:
        """The names of the trial's configuration files that a stage reads."""
        files = self._stage(rule, trial).files
        more = SYNTHETIC.get(rule, ()) if trial and self.trial(trial).drawn else ()
        if trial and rule == INGEST and self.at.purpose != ANALYSIS:
            more = (*more, *SEEN_BY)
        return tuple(dict.fromkeys([*files, *more]))

    def _stage(self, rule: str, trial: str | None) -> Stage:
        return (STAGES | ASKED)[rule] if trial else SITE_STAGE

    def trial(self, name: str) -> Trial:
        """A trial as its configuration stands, read once."""
        return self._trials.setdefault(name, load_trial(name, self.at))

    def config_files(self, rule: str, trial: str | None = None) -> set[Path]:
        """The trial's configuration files that a stage reads."""
        names = self._files_read(rule, trial)
        files = {self.at.trial_config(trial) / name for name in names} if trial else set()
        if trial and rule == RENDER and self.trial(trial).guesses is not None:
            files.add(self.at.trial_config(trial) / GUESSES)
        if trial and rule == RENDER and self.trial(trial).has_multiverse:
            files.add(self.at.trial_config(trial) / MULTIVERSE_FILE)
        if trial and rule == RENDER and self.trial(trial).has_simulation:
            files.add(self.at.trial_config(trial) / SIMULATION_FILE)
        # Labels of a plan say which of its analyses were not in the frozen one.
        if trial and PLAN in names:
            files |= {*frozen_files(self.at, trial)}
        if trial and rule == RENDER and (self.at.trial_config(trial) / AMENDMENTS).is_file():
            files.add(self.at.trial_config(trial) / AMENDMENTS)
        labelled = trial and PLAN in names and is_frozen(self.at, trial)
        decided = trial and (rule in (DERIVE, RENDER) or labelled)
        if trial and decided and (self.at.trial_config(trial) / REVIEW).is_file():
            files.add(self.at.trial_config(trial) / REVIEW)
        if trial and labelled:
            files |= {self.at.trial_config(trial) / name for name in OF_PLAN}
        if trial and (labelled or rule in (DERIVE, RENDER, *SIMULATED)):
            files |= self.tables(trial)
        if trial and rule == DERIVE_RULES:
            of = specified(self.trial(trial))
            files |= {table for each in {*of.rules.values()} for table in tables_of(of.ruled(each))}
        return files

    def code(self, rule: str, trial: str | None = None) -> str:
        """The hash of a job's code and environment, which pages and results carry."""
        if (rule, trial) not in self._codes:
            files = self.code_files(rule, trial)
            named = self.named(rule, trial)
            self._codes[rule, trial] = self.sources.hash(files, *self.environment, named=named)
        return self._codes[rule, trial]

    def job(self, rule: str, trial: str | None = None) -> str:
        """The hash that goes into the params of a job: code, configuration, settings, data."""
        if (rule, trial) not in self._jobs:
            self._jobs[rule, trial] = self.job_by(self.code(rule, trial), rule, trial)
        return self._jobs[rule, trial]

    def job_by(self, code: str, rule: str, trial: str | None = None) -> str:
        """The hash of a job if its code had this hash."""
        used = self._stage(rule, trial).settings
        values = [f"{name}={self._value(name, trial)!r}" for name in used]
        if trial and (rule == INGEST or self.at.purpose.hides_arms):
            values += data_digests(self.trial(trial))
        values += [renderer(self.settings)] if rule == RENDER else []
        if trial and rule != INGEST and self.trial(trial).pooled:
            values += ["blinded"]
        if trial and self.at.purpose != ANALYSIS:
            values += [f"purpose={self.at.purpose.text}, seed={self.settings.seed}"]
        if trial and rule in (CHECK, RENDER) and lacks_pingouin(self.trial(trial)):
            values += ["without pingouin"]
        return self.sources.hash(self.config_files(rule, trial), code, *values)

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

    def take_over(
        self, trial: str, jobs: Mapping[str, str], codes: Mapping[str, str], tables: Iterable[str]
    ) -> None:
        """Hashes by rule, and tables, that were found out before, of the same content."""
        self._tables[trial] = set(map(Path, tables))
        self._jobs |= {(rule, trial): found for rule, found in jobs.items()}
        self._codes |= {(rule, trial): found for rule, found in codes.items()}

    def all_jobs(self, *trials: str, site: bool = True) -> dict[tuple[str, str | None], str]:
        """(rule, trial) -> hash, for every job; of these trials, where some are named."""
        jobs: list[tuple[str, str | None]]
        jobs = [(rule, trial) for trial in trials or self.settings.named for rule in STAGES]
        jobs += [(SITE, None)] if site else []
        return {(rule, trial): self.job(rule, trial) for rule, trial in jobs}


def freshness(at: Project) -> Freshness:
    """Reads the project as it stands."""
    return Freshness(at, load_settings(at), Sources(at))
