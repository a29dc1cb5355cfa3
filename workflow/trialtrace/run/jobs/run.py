"""The start of a run: configuration checked, hashes computed, earlier results judged."""

import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from trialtrace.base.config.files import accepted
from trialtrace.base.errors import Problem, Problems, UserError, one_of
from trialtrace.base.paths import ELSEWHERE, Project, project, project_of
from trialtrace.base.purpose import ANALYSIS, Purpose, purpose_of
from trialtrace.base.store import write_text
from trialtrace.run.jobs.data import check_data, check_purpose
from trialtrace.run.jobs.faults import forget_last_words
from trialtrace.run.jobs.former import keep_former
from trialtrace.run.jobs.fresh import Freshness, freshness
from trialtrace.run.jobs.products import (
    Made,
    altered,
    edited,
    lock_run,
    nobody_runs,
    read_record,
    record_path,
    together,
)
from trialtrace.run.jobs.progress import Progress
from trialtrace.run.jobs.run_state import NO_SITE, OF_EARLIER, recall, remember_jobs, standing
from trialtrace.run.jobs.stages import CLEAN, MULTIVERSE_PAGE, RENDER, SIMULATION_PAGE, SITE, STAGES
from trialtrace.run.trial.listing import not_a_trial
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.remarks import MARK, plan_remarks
from trialtrace.run.trial.settings import Settings

# Before a run: earlier results are held against their records, so that what is to do follows.
# A record that no longer holds is removed, and what it recorded is made again, since every target
# of the workflow asks for the records. A file with another content than its job wrote stops the
# run.

TOLD = 10


MEND_RIGHTS = "mend the rights of its folder (chmod -R u+w), or run in a copy of your own"
CHANGED = "its code, configuration or data changed"


def settle(root: Path, fresh: Mapping[str, str], dry: bool) -> dict[str, str]:
    """Remove the records that no longer hold; `fresh` has the hash of each job by its record.

    Gives these records, each with why. A dry run leaves those whose hash changed, which Snakemake
    sees by itself: the change may be taken back. Raises UserError with the files that something
    else has changed. While a run is at work in the folder nothing is judged: its records are on the
    way.
    """
    with nobody_runs(root) as alone:
        if not alone:
            return {}
        records = {path: product for path in fresh if (product := read_record(root / path))}
        for path in fresh.keys() - records.keys():
            _remove(root, path)
        check_unchanged(root, records)
        gone = outdated(root, records, fresh)
        for path, why in gone.items():
            if not (dry and why == CHANGED):
                _remove(root, path)
        whole = {path: record for path, record in records.items() if path not in gone}
        set_clocks(root, whole)
        return gone


def _remove(root: Path, path: str) -> None:
    try:
        (root / path).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(path, f"cannot be removed: {error.strerror}", do=MEND_RIGHTS) from None


def check_unchanged(root: Path, records: Mapping[str, Made]) -> None:
    """Raise UserError with every file that is there and not as its job wrote it."""
    found = [
        edited(root, name, record.rule)
        for record in records.values()
        for files in record.outputs.values()
        for name in altered(root, files)
        if os.path.lexists(root / name)
    ]
    problems = Problems(found[:TOLD])
    if len(found) > TOLD:
        problems.add("results/ and site/", f"so are {len(found) - TOLD} more files")
    problems.raise_if_any()


def outdated(root: Path, records: Mapping[str, Made], fresh: Mapping[str, str]) -> dict[str, str]:
    """The records that no longer hold, each with why.

    `records` by their paths; `fresh` is the hash that each of them should have.
    """
    written = {
        one: together(files) for record in records.values() for one, files in record.outputs.items()
    }
    found = {}
    for path, made in records.items():
        names = (name for files in made.outputs.values() for name in files)
        lost = next((name for name in names if not os.path.lexists(root / name)), None)
        other = [one for one, digest in made.inputs.items() if written.get(one) != digest]
        if made.fresh != fresh[path]:
            found[path] = CHANGED
        elif lost or other:
            found[path] = (
                f"{lost} is gone" if lost else f"{other[0]} is another, or to be made again"
            )
    return found


def set_clocks(root: Path, records: Mapping[str, Made]) -> None:
    """One time for all that is whole, where times would have it made again or lie ahead.

    Snakemake goes by them: an input that is newer than an output reruns a job, and one that lies
    ahead, of a clock that went wrong, fails it.
    """
    by = {output: path for path, record in records.items() for output in record.outputs}
    now, late = time.time(), False
    times = {one: _clock(root / one).stat().st_mtime for one in (*records, *by)}
    for path, made in records.items():
        inputs = [one for read in made.inputs if read in by for one in (read, by[read])]
        oldest = min(times[one] for one in (path, *made.outputs))
        late |= max((times[one] for one in (*inputs, path, *made.outputs)), default=0) > now
        late |= max((times[one] for one in inputs), default=0) > oldest
    for one in times if late else ():
        os.utime(_clock(root / one), (now, now))


def _clock(path: Path) -> Path:
    """The file whose time Snakemake takes for that of a path."""
    stamp = path / ".snakemake_timestamp"
    return stamp if stamp.is_file() else path


@dataclass
class Run:
    """What the rules of the workflow ask for."""

    at: Project
    freshness: Freshness
    judged: tuple[str, ...] = ()
    # Where a file is, by its path from the Snakefile's folder.
    address: Callable[[str], str] = str
    held: list[IO[str]] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)
    targets: Callable[[], Collection[str]] = tuple
    account: Callable[[Path, str, Collection[str], Project], list[str]] = lambda *_: []

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

    def fresh(self, rule: str) -> Callable[[Mapping[str, str]], str]:
        """For `params`: the hash of what a job depends on beside its input files."""
        return lambda wildcards: self.freshness.job(rule, wildcards.get("trial"))

    def growing(self, amount: int) -> Callable[[object, int], int]:
        """For `resources`: MB of memory or minutes, as many times as a job is tried."""
        return lambda wildcards, attempt: amount * attempt

    def made(self, *rules: str) -> list[str]:
        """Where the jobs of these rules record what they made."""
        return [record_path(rule, "{trial}") for rule in rules]

    def all_made(self, *trials: str) -> list[str]:
        """The records of every job of the trials: what is there, is whole and is theirs."""
        return [record_path(rule, trial) for trial in trials for rule in STAGES]

    def follow(
        self,
        handlers: Iterable[Any],
        targets: Callable[[], Collection[str]],
        account: Callable[[Path, str, Collection[str], Project], list[str]],
    ) -> None:
        """Have the log's own handler follow the run; `targets` gives what was asked for, later.

        `account(results, trial, stages, at)` tells what came of a trial's export, for the last
        lines.
        """
        followed = (handler.progress for handler in handlers if hasattr(handler, "progress"))
        self.progress = next(followed, self.progress)
        self.targets, self.account = targets, account
        self.progress.closing = self.closing
        self.progress.no_trial = lambda name: not_a_trial(self.at, name, self.named)

    def closing(self) -> list[str]:
        """The last lines of a run: of each trial what came in and was kept, and what is odd.

        Pages that an earlier run left are named, since nothing on them says so.
        """
        asked, pages = set(self.targets()), [*self._pages()]
        told = [self._page(*page) for page in pages]
        named = [trial for trial in self.named if trial in asked]
        if pages and asked <= {"multiverse", "simulate", *(page for page, _, _ in pages)}:
            named = [trial for _, rule, trial in pages if rule == MULTIVERSE_PAGE]
            if not named:
                return told
        done = {trial: standing(self.at, trial) for trial in self.trials}
        lines = [
            line for t in named or self.trials for line in self._closing(t, standing(self.at, t))
        ]
        whole = all(RENDER in stages for stages in done.values())
        if self.at.site.is_dir() and not (whole and read_record(self.at.made / self.site_record)):
            lines.append(NO_SITE if named else MARK + OF_EARLIER.format("site/"))
        return lines + told

    def _pages(self) -> Iterator[tuple[str, str, str]]:
        """(page, job, trial) of the multiverses and the simulations that were asked for. A
        simulation has no export of which anything could be told."""
        asked = set(self.targets())
        for target, folder, rule, trials in (
            ("multiverse", "multiverse", MULTIVERSE_PAGE, self.varied),
            ("simulate", "simulation", SIMULATION_PAGE, self.simulated),
        ):
            pages = {f"results/{trial}/{folder}/{folder}.html": trial for trial in trials}
            for page, trial in pages.items():
                if target in asked or page in asked:
                    yield page, rule, trial

    def _page(self, page: str, rule: str, trial: str) -> str:
        """A page, or that this run has not come to it."""
        record = read_record(self.at.made / record_path(rule, trial))
        if record is not None and record.fresh == self.freshness.job(rule, trial):
            return page
        if (self.at.made / page).exists():
            return MARK + OF_EARLIER.format(page)
        return f"{trial}: no {page}: no run has come to the end of {rule}"

    def _closing(self, trial: str, done: Collection[str]) -> list[str]:
        lines = self.account(self.at.results / trial, trial, done, self.at)
        lines += [f"{MARK}{remark}" for remark in self._remarks(trial)]
        if CLEAN not in done:
            lines = [f"{trial}: not cleaned: no run has come to the end of {CLEAN}"]
        if RENDER not in done and (self.at.results / trial / "report").is_dir():
            lines.append(MARK + OF_EARLIER.format(f"results/{trial}/report"))
        return lines

    def _remarks(self, trial: str) -> list[str]:
        """What is odd in a plan; what is wrong with its files was told before the run."""
        try:
            return plan_remarks(load_trial(trial, self.at))
        except UserError:
            return []

    def lock(self) -> None:
        """Hold the folder until this process ends, however it ends."""
        try:
            self.held.append(lock_run(self.at.made))
            self._check_rights()
        except UserError as error:
            # Raised inside a hook, it would be told with the frames of Snakemake.
            raise SystemExit(str(error)) from None
        forget_last_words(self.at.made / "logs")
        keep_former(self.at, self.named)

    def _check_rights(self) -> None:
        """Raise UserError with every folder that a job of this run could not write into."""
        asked = [trial for trial in self.named if trial in self.targets()] or self.trials
        parts = [self.at.results / trial for trial in asked]
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
        for held in self.held:
            held.truncate(0)


def for_rules(path: Path) -> str:
    """A path as rules have to have it: what stands in braces there is a wildcard."""
    return str(path).replace("{", "{{").replace("}", "}}")


def at_work(here: Path, named: str | None = None, purpose: str = "") -> Project:
    """The project of a run whose rules write to `here`: the one there, or the one that is named, as
    by a workflow that has this one as a module; `purpose` is what the run is for. Raises UserError.
    """
    at = apart(project(named), here, purpose_of(purpose)) if named or purpose else project()
    if here.resolve() != at.made.resolve():
        raise UserError(
            str(here),
            "no project: what a run makes would lie apart from the configuration",
            do=f"run it in {at.made}, or with: trialtrace run --results FOLDER",
        )
    return at


def apart(at: Project, folder: Path, purpose: Purpose = ANALYSIS) -> Project:
    """The project with its results in a folder apart, which is told whose they are and what for.
    Raises UserError where it holds those of another, or of runs for something else."""
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
        told = "" if purpose == ANALYSIS else f"{purpose.text}\n"
        write_text(folder / ELSEWHERE, f"{at.root}\n{told}")
    return Project(at.root, apart=folder, purpose=purpose)


def begin(at: Project, check: bool, dry: bool = False, words: Collection[str] = ()) -> Run:
    """Check configuration, data files and earlier results (if asked to). Raises UserError.

    Only the process that plans a run checks: its jobs on a cluster read the Snakefile too. `dry` is
    for a run that only looks. Where trials are named among the `words` of the command, mistakes of
    others do not stop it, and their earlier results are left as they are.
    """
    fresh, sound = _recalled(at) if check else (None, set())
    judged = _checked(at, words, sound) if check else ()
    run = Run(at, fresh or freshness(at), judged)
    if check:
        hashes = {record_path(*job): fresh for job, fresh in run.hashes.items()}
        gone = settle(at.made, hashes, dry)
        print(*again(gone, run.hashes), sep="", end="", file=sys.stderr)
        run.freshness.sources.remember()
        accepted(at.made).remember(whole=not sound)
        remember_jobs(run.freshness, {trial for _, trial in run.hashes if trial})
    return run


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


def again(gone: Mapping[str, str], jobs: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """Of each trial the first stage that is to be done again, and why; what follows, follows."""
    told = set()
    for rule, trial in jobs:
        why = gone.get(record_path(rule, trial))
        if why is not None and trial not in told:
            told.add(trial)
            yield f"{trial or 'all trials'}: {rule} again: {why}\n"
