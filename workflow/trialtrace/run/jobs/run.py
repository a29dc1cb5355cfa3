"""The start of a run: configuration checked, hashes computed, earlier results judged."""

import atexit
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from trialtrace.base.config.files import accepted
from trialtrace.base.errors import Problem, Problems, UserError, one_of
from trialtrace.base.paths import ELSEWHERE, Project, project, project_of
from trialtrace.base.purpose import ANALYSIS, Purpose, purpose_of
from trialtrace.base.store import write_text
from trialtrace.run.jobs.data import check_data, check_purpose, data_links, link_data
from trialtrace.run.jobs.faults import forget_last_words
from trialtrace.run.jobs.fresh import Freshness, freshness
from trialtrace.run.jobs.lock import RunLock, is_at_work
from trialtrace.run.jobs.outdated import NO_RECORD, check_unchanged, outdated
from trialtrace.run.jobs.products import Made, read_record, record_path
from trialtrace.run.jobs.progress import Progress
from trialtrace.run.jobs.run_state import recall, remember_sound
from trialtrace.run.jobs.slurm import cancel_orphans
from trialtrace.run.jobs.stages import SITE, STAGES
from trialtrace.run.jobs.workflow_config import check_image
from trialtrace.run.trial.listing import not_a_trial
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.settings import Settings

MEND_RIGHTS = "mend the rights of its folder (chmod -R u+w), or run in a copy of your own"
SLURM = "slurm"
Job = tuple[str, str | None]
# Of the mark of a part.
PARTS = re.compile(r"/parts/.*-of-(\d+)$")


@dataclass
class Run:
    """What the rules of the workflow ask for."""

    at: Project
    freshness: Freshness
    judged: tuple[str, ...] = ()
    # Trials whose configuration an earlier run has found in order.
    recalled: frozenset[str] = frozenset()
    # Where a file is, by its path from the Snakefile's folder.
    address: Callable[[str], str] = str
    lock: RunLock | None = None
    # Whether its first job may have begun.
    started: bool = False
    # What runs its jobs, by Snakemake's name for it.
    executor: str = ""
    progress: Progress = field(default_factory=Progress)
    targets: Callable[[], Collection[str]] = tuple

    @property
    def settings(self) -> Settings:
        return self.freshness.settings

    @property
    def trials(self) -> tuple[str, ...]:
        """Those of a whole run."""
        return self.settings.trials

    @property
    def named(self) -> tuple[str, ...]:
        """Those that can be asked for, the examples too."""
        return self.settings.named

    @cached_property
    def varied(self) -> tuple[str, ...]:
        """Those that have a multiverse."""
        return tuple(name for name in self.named if self.freshness.trial(name).has_multiverse)

    @cached_property
    def simulated(self) -> tuple[str, ...]:
        """Those of which trials are drawn under truths."""
        return tuple(name for name in self.named if self.freshness.trial(name).has_simulation)

    @property
    def site_record(self) -> str:
        return record_path(SITE, None)

    @cached_property
    def hashes(self) -> dict[tuple[str, str | None], str]:
        """(rule, trial) -> the hash of what the job depends on; the site's has no trial.

        Where some trials alone are `judged`, since the others have mistakes, of these, and not of
        the site.
        """
        if not self.judged:
            return self.freshness.all_jobs()
        return self.freshness.all_jobs(*self.judged, site=False)

    @cached_property
    def outdated(self) -> dict[str, str]:
        """The records of jobs that have to run again, each with why. It changes no file.

        While another run is at work in the folder nothing is judged: its records are on the way.
        """
        if not self._may_judge:
            return {}
        records = self._records(self.hashes)
        lost = {
            path: NO_RECORD for job in self.hashes if (path := record_path(*job)) not in records
        }
        return lost | self._outdated(records)

    def _records(self, jobs: Iterable[Job]) -> dict[str, Made]:
        """The records of jobs that are there and whole, by their paths."""
        paths = [record_path(*job) for job in jobs]
        return {path: record for path in paths if (record := read_record(self.at.made / path))}

    def _holding(self, jobs: Iterable[Job]) -> dict[str, Made]:
        """The records of jobs that are of the code, configuration and data of now, by paths."""
        records = self._records(jobs)
        no_longer = self._outdated(records)
        return {path: record for path, record in records.items() if path not in no_longer}

    def _outdated(self, records: Mapping[str, Made]) -> dict[str, str]:
        hashes = {record_path(*job): fresh for job, fresh in self.hashes.items()}
        return outdated(self.at.made, records, hashes)

    @property
    def asked(self) -> tuple[str, ...]:
        """The trials that the targets of this run are of."""
        return tuple(trial for trial in self.named if trial in self._asked)

    @property
    def _asked(self) -> set[str | None]:
        """The trials that the targets of this run are of, and None for the site."""
        found: set[str | None] = set()
        for target in self.targets() or ["all"]:
            parts = Path(os.path.relpath(target)).parts
            trial = parts[1] if len(parts) > 2 and parts[0] == "results" else target
            found |= {trial} if trial in self.named else self._of_all(target)
        return found

    def _of_all(self, target: str) -> set[str | None]:
        """The trials of a target that is not of one trial; all of them where it is not known."""
        known: dict[str, Callable[[], Iterable[str | None]]] = {
            "audit": lambda: self.trials,
            "multiverse": lambda: self.varied,
            "simulate": lambda: self.simulated,
            "all": lambda: (*self.trials, None),
        }
        return set(known.get(target, lambda: (*self.named, None))())

    def check_files(self) -> None:
        """Raise UserError with the files of this run that something else has changed."""
        asked = self._asked
        jobs = [(rule, trial) for rule, trial in self.hashes if trial in asked]
        if self._may_judge:
            check_unchanged(self.at.made, self._records(jobs))

    @property
    def _may_judge(self) -> bool:
        return self.lock is not None or not is_at_work(self.at.made)

    def make_ready(self) -> None:
        """Before the plan of a run: tell its folder whose it is, link data files, and remember what
        the start found out."""
        mark_apart(self.at)
        for trial in self.asked:
            link_data(self.freshness.trial(trial))
        accepted(self.at.made).remember(whole=not self.recalled)
        remember_sound(self.freshness, {trial for _, trial in self.hashes if trial})

    def outdated_lines(self) -> Iterator[str]:
        """Of each trial of this run the first stage that runs again, and why; what follows it,
        follows. Other trials whose results are outdated are named in one line."""
        asked, told = self._asked, set()
        for rule, trial in self.hashes:
            why = self.outdated.get(record_path(rule, trial), NO_RECORD)
            if why != NO_RECORD and trial not in told:
                told.add(trial)
                if trial in asked:
                    yield f"{trial or 'all trials'}: {rule} again: {why}"
        if others := [trial for trial in self.named if trial in told - asked]:
            yield f"Outdated, and not part of this run: {', '.join(others)}"

    def current(self, trial: str) -> dict[str, Made]:
        """The stages of a trial from the first on, as far as their records hold."""
        holding = self._holding(job for job in self.hashes if job[1] == trial)
        paths = {rule: record_path(rule, trial) for rule in STAGES}
        return {
            rule: holding[paths[rule]] for rule in takewhile(lambda r: paths[r] in holding, STAGES)
        }

    def codes(self, trial: str) -> dict[str, str]:
        """The hash of each rule's code: what pages and results carry."""
        return {rule: self.freshness.code(rule, trial) for rule in STAGES}

    def code(self, rule: str) -> Callable[[Mapping[str, str]], str]:
        """For `params`: the hash of a job's code, by which it knows what was computed before."""
        return lambda wildcards: self.freshness.code(rule, wildcards["trial"])

    def script(self, rule: str) -> str:
        """The script of a rule has the rule's name. Where rules come from an address, it does too:
        Snakemake would look for a path on this machine at that address."""
        if "://" in self.address("."):
            return self.address(f"../scripts/{rule}.py")
        return for_rules(self.at.code.root / "scripts" / f"{rule}.py")

    def versions(self, rule: str) -> Callable[[Mapping[str, str]], list[str]]:
        """For `params`: the versions of the code that a job imports."""
        return lambda wildcards: self.freshness.versions(rule, wildcards.get("trial"))

    def values(self, rule: str) -> Callable[[Mapping[str, str]], list[str]]:
        """For `params`: the settings that a job uses."""
        return lambda wildcards: self.freshness.values(rule, wildcards.get("trial"))

    def configuration(self, rule: str) -> Callable[[Mapping[str, str]], list[str]]:
        """For `input`: the configuration files that a job reads, and documents of its report.

        Not one whose time lies ahead of now and of the job's record, as after a clock that went
        wrong: Snakemake fails a job with such an input. Its content counts by the record alone.
        """

        def files(wildcards: Mapping[str, str]) -> list[str]:
            trial = wildcards.get("trial")
            every = {
                *self.freshness.config_files(rule, trial),
                *self.freshness.documents(rule, trial),
            }
            record = self.at.made / record_path(rule, trial)
            latest = max(time.time(), record.stat().st_mtime if record.is_file() else 0)
            there = (path for path in every if path.is_file() and path.stat().st_mtime <= latest)
            return sorted(map(self._as_input, there))

        return files

    def data(self, wildcards: Mapping[str, str]) -> list[str]:
        """For `input`: the data files of a trial, by the links to them, whose names tell nothing.

        Before the first run there are none yet, and a query makes none.
        """
        links = data_links(self.freshness.trial(wildcards["trial"]))
        return sorted(str(link) for link in links if (self.at.made / link).is_file())

    def marks(
        self, pattern: str, asked: int = 0, rule: str = "", more: Collection[str] = ()
    ) -> Callable[[Mapping[str, str]], list[str]]:
        """For `input`: the marks of all parts, or their records, by a pattern with {trial}, {part}
        and {of}; `more` paths before them.

        There are as many as the wildcard `of` says; else as `rule`, which gathers them, has.
        """

        def of_parts(wildcards: Mapping[str, str]) -> list[str]:
            trial = wildcards["trial"]
            of = int(wildcards.get("of", 0)) or self.parts(rule, trial, asked)
            every = [pattern.format(trial=trial, part=part, of=of) for part in range(1, of + 1)]
            return [*(path.format(trial=trial) for path in more), *every]

        return of_parts

    def parts(self, rule: str, trial: str, asked: int) -> int:
        """In how many parts the work is divided that a rule gathers: as many as are asked for, or
        as what it gathered was, where that is still of this code, configuration and data."""
        record = read_record(self.at.made / record_path(rule, trial))
        if record is None or record.fresh != self.freshness.job(rule, trial):
            return asked
        numbers = (number for path in record.inputs if (number := PARTS.search(path)))
        return next((int(number[1]) for number in numbers), asked)

    def _as_input(self, path: Path) -> str:
        """A path as Snakemake has it, which works in the folder that a run writes to."""
        inside = path.is_relative_to(self.at.made)
        return str(path.relative_to(self.at.made) if inside else path)

    def growing(self, amount: int) -> Callable[[object, int], int]:
        """For `resources`: MB of memory or minutes, as many times as a job is tried."""
        return lambda wildcards, attempt: amount * attempt

    def made(self, *rules: str) -> list[str]:
        """Where the jobs of these rules record what they made."""
        return [record_path(rule, "{trial}") for rule in rules]

    def all_made(self, *trials: str) -> list[str]:
        """The records of every job of the trials: what is there, is whole and is theirs."""
        return [record_path(rule, trial) for trial in trials for rule in STAGES]

    def follow(self, handlers: Iterable[Any], targets: Callable[[], Collection[str]]) -> None:
        """Have the log's own handler follow the run; `targets` gives what was asked for, later."""
        followed = (handler.progress for handler in handlers if hasattr(handler, "progress"))
        self.progress = next(followed, self.progress)
        self.targets = targets
        self.progress.no_trial = lambda name: not_a_trial(self.at, name, self.named)

    def are_current(self, *jobs: Job) -> bool:
        """Whether what these jobs made is of the code, configuration and data of now."""
        return {record_path(*job) for job in jobs} <= self._holding(self.hashes).keys()

    def hold(self) -> None:
        """Hold the folder from before the plan until this process ends: what a job of a killed run
        still makes is planned with. Raises UserError."""
        if self.lock is None:
            self.lock = RunLock(self.at.made)
            atexit.register(self._let_go)
            if self.executor == SLURM:
                cancel_orphans(self.at.made)

    def start(self) -> None:
        """Before the first job."""
        self.started = True
        forget_last_words(self.at.made / "logs")

    def check_rights(self) -> None:
        """Raise UserError with every folder that a job of this run could not write into."""
        parts = [self.at.results / trial for trial in self.asked]
        inside = [path for part in parts for path in (part, *part.glob("*/"))]
        folders = [self.at.results, self.at.site, self.at.made / "logs", *inside]
        Problems(
            [
                Problem(f"{self.at.shown(folder)}/", "cannot be written", do=MEND_RIGHTS)
                for folder in folders
                if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK)
            ]
        ).raise_if_any()

    def came_to_its_end(self) -> None:
        """Note in the file of the lock that nothing of this run is left to be done."""
        if self.lock is not None:
            self.lock.done()

    def _let_go(self) -> None:
        """A run that had nothing to do was not cut short."""
        if self.lock is not None and not self.started and not self.lock.after_cut:
            self.lock.done()


def for_rules(path: Path) -> str:
    """A path as rules have to have it: what stands in braces there is a wildcard."""
    return str(path).replace("{", "{{").replace("}", "}}")


def at_work(here: Path, named: str | None = None, purpose: str = "") -> Project:
    """The project of a run whose rules write to `here`: the one there, or the one that is named, as
    by a workflow that has this one as a module; `purpose` is what the run is for. Raises UserError.
    """
    if not (named or purpose):
        at = project()
    else:
        chosen = project(named)
        if not (chosen.config / "config.yaml").is_file():
            what = "has no config/config.yaml: it is no project"
            raise UserError(str(chosen.root), what, do="name its folder: --config project=FOLDER")
        at = apart(chosen, here, purpose_of(purpose), write=False)
    if here.resolve() != at.made.resolve():
        raise UserError(
            str(here),
            "no project: what a run makes would lie apart from the configuration",
            do=f"run it in {at.made}, or with: trialtrace run --results FOLDER",
        )
    return at


def apart(at: Project, folder: Path, purpose: Purpose = ANALYSIS, *, write: bool = True) -> Project:
    """The project with its results in a folder apart, which is told whose they are and what for,
    unless it is only asked about (`write`).

    Raises UserError where the folder is a project of its own, or holds the results of another, or
    of runs for something else.
    """
    if folder.resolve() == at.root.resolve() and purpose == ANALYSIS:
        return Project(at.root)
    before = project(folder) if project_of(folder) else None
    if before is not None and (before.root, before.purpose) != (at.root, purpose):
        what = f"holds the results of {before.root}, of runs for: {before.purpose.text}"
        raise UserError(str(folder), what, do="name another folder")
    if before is None:
        strange = next((one for one in ("config", "results") if (folder / one).exists()), None)
        if purpose != ANALYSIS and strange:
            what = f"has {strange}/, and runs for {purpose.text} have a folder of their own"
            raise UserError(str(folder), what, do="name another one, with --directory")
        if folder.resolve() != at.root.resolve() and (folder / "config/trials").is_dir():
            what = "is a project of its own: its results would be those of another"
            raise UserError(str(folder), what, do="name another folder, with --directory")
    found = Project(at.root, apart=folder, purpose=purpose)
    if before is None and write:
        mark_apart(found)
    return found


def mark_apart(at: Project) -> None:
    """Tell a folder apart whose results it holds, and what for."""
    if at.apart is not None and not (at.apart / ELSEWHERE).exists():
        told = "" if at.purpose == ANALYSIS else f"{at.purpose.text}\n"
        write_text(at.apart / ELSEWHERE, f"{at.root}\n{told}")


def begin(at: Project, check: bool, words: Collection[str] = ()) -> Run:
    """Check configuration and data files (if asked to); changes no file. Raises UserError.

    Only the process that plans a run checks: its jobs on a cluster read the Snakefile too. Where
    trials are named among the `words` of the command, mistakes of others do not stop it.
    """
    check_image(words)
    _let_no_other_write()
    fresh, sound = _recalled(at) if check else (None, set())
    judged = _checked(at, words, sound) if check else ()
    return Run(at, fresh or freshness(at), judged, frozenset(sound))


def _let_no_other_write() -> None:
    """Where the umask lets everybody write what this process and its jobs make, also Snakemake's
    own files in results/, let the owner alone."""
    mask = os.umask(0o022)
    if mask & 0o002:
        os.umask(mask)


def _recalled(at: Project) -> tuple[Freshness | None, set[str]]:
    """The project, unless its settings cannot be read, and the trials known to be sound."""
    try:
        fresh = freshness(at)
    except UserError:
        return None, set()
    return fresh, recall(fresh)


def _checked(at: Project, words: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """The trials without mistakes where others, which nobody asked for, have some; else none.

    Those that are `known` to have none are not looked at anew, but for their data files.
    Of those others nothing is told: whoever works on one of them sees it when asking for it.
    """
    from trialtrace.run.trial.check import checked

    own, trials = checked(None, at, known)
    asked = {name for name in trials if name in words}
    for name, found in trials.items():
        if not found:
            data = Problems()
            check_data(load_trial(name, at), data)
            check_purpose(load_trial(name, at), data)
            found += data.found
    wrong = {name: found for name, found in trials.items() if found}
    stops = own + [
        problem for name in wrong if not asked or name in asked for problem in wrong[name]
    ]
    sound = tuple(name for name in trials if name not in wrong)
    if stops and sound and wrong and not own and not asked:
        stops.append(
            Problem(
                "config/config.yaml",
                found=f"mistakes in {one_of(wrong)}; none in {one_of(sound)}",
                do="trialtrace run name runs one of those; or take what is wrong out of `trials`",
            )
        )
    Problems(stops).raise_if_any()
    return sound if wrong else ()
