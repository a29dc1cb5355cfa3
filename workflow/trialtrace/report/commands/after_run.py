"""The end of a run: it is kept, and what changed since the run before is said in two lines."""

import atexit
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from trialtrace.base.errors import UserError
from trialtrace.base.purpose import ANALYSIS
from trialtrace.base.store import write_text
from trialtrace.report.commands.decisions import late_decisions
from trialtrace.report.commands.diff import compared, last_two, tell_strange
from trialtrace.report.commands.last_lines import last_lines
from trialtrace.report.links import CHANGES_PAGE
from trialtrace.report.pages.changes_page import Latest, changes_page
from trialtrace.run.archive.comparison import Account
from trialtrace.run.archive.keep import few_lines, keep_run
from trialtrace.run.archive.shelf import Shelf
from trialtrace.run.archive.text import judged_anew
from trialtrace.run.archive.unhidden import let_go
from trialtrace.run.jobs.faults import LOGS
from trialtrace.run.jobs.run import Run
from trialtrace.run.jobs.run_record import write_records
from trialtrace.run.jobs.stages import AUDIT
from trialtrace.run.trial.load import Trial, load_trial


def follow(run: Run, handlers: Iterable[Any], targets: Callable[[], Collection[str]]) -> None:
    """Have the log's own handler follow the run, and say last what there is; `targets` gives what
    was asked for, once it is known."""
    run.follow(handlers, targets)
    run.progress.closing = lambda: last_lines(run)


def start(run: Run, resources: object, is_module: bool) -> None:
    """Before the plan of a run: keep what a run before it had not kept.

    Of a module of another workflow Snakemake calls no hook at the start and the end: such a run
    starts here, and ends with its process.
    """
    catch_up(run)
    if is_module:
        run.start()
        atexit.register(end, run, resources)


def end(run: Run, resources: object) -> None:
    """The record of a run, its last lines, and what changed since the run before. What cannot be
    written, as on a full disk, ends the process: raised inside a hook, it would be told with the
    frames of Snakemake."""
    try:
        write_records(run, resources)
        for told in run.progress.untold(Path(LOGS)):
            print(told, file=sys.stderr)
        print(*last_lines(run), sep="\n", file=sys.stderr, flush=True)
        after_run(run)
    except UserError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


def after_run(run: Run) -> None:
    """Keep the run of every trial that was asked for and came to the end of its audit; write
    site/changes.html.

    A shelf that cannot be written or read is told, and stops nothing: results stand without it.
    """
    new, first, failed = [], [], False
    for trial in run.asked:
        try:
            if _keep(run, trial) is None:
                continue
            shelf = Shelf(run.at, trial)
            tell_strange(shelf)
            pair = last_two(shelf)
            (new.append(compared(run.at, trial, *pair)) if pair else first.append(trial))
            loaded = load_trial(trial, run.at)
            late = late_decisions(loaded) if run.at.purpose == ANALYSIS else ()
            for line in (*_few(run, shelf), *late, *_shown_whole(run, loaded)):
                print(f"  ! {trial}: {line}", file=sys.stderr)
        except UserError as error:
            failed = True
            print(
                f"{trial}: this run is not kept, or not compared", error, sep="\n", file=sys.stderr
            )
    # What was not compared is not said to be unchanged.
    jobs = run.progress.jobs.values()
    judged = not failed and any(job.rule == AUDIT and job.ended for job in jobs)
    if new or first or judged:
        lines = _lines(new, first, run.at.site.is_dir())
        print(*lines, sep="\n", file=sys.stderr, flush=True)
    if run.at.site.is_dir():
        write_text(run.at.site / CHANGES_PAGE, changes_page(_latest(run, new)))
    if not failed:
        run.came_to_its_end()


def _keep(run: Run, trial: str) -> str | None:
    """Keep a run, once those are gone that tell arms which this one hides."""
    for line in let_go(run.at, trial):
        print(f"  ! {trial}: {line}", file=sys.stderr)
    return keep_run(run.at, trial, run.freshness, run.current(trial))


def catch_up(run: Run) -> None:
    """Keep what a run that was cut short had made, but not kept, where it is what this one asks
    for: Snakemake calls nothing at the end of a run that has nothing to do."""
    if run.lock is None or not run.lock.after_cut:
        return
    try:
        for trial in run.named:
            _keep_late(run, trial)
        run.lock.after_cut = False
    except (UserError, OSError) as error:
        print("a run that was cut short is not kept", error, sep="\n", file=sys.stderr)


def _keep_late(run: Run, trial: str) -> None:
    if AUDIT in run.current(trial) and _keep(run, trial) is not None:
        print(f"{trial}: a run that was cut short is kept now", file=sys.stderr)
    Shelf(run.at, trial).sweep()


def _few(run: Run, shelf: Shelf) -> list[str]:
    """Which kept runs differ from the last by so few patients that two reports tell of them."""
    shown = load_trial(shelf.trial, run.at).disclosure(run.settings)
    return [] if shown == "full" else list(few_lines(shelf))


def _shown_whole(run: Run, trial: Trial) -> Iterator[str]:
    """That pages show patients of somebody's own files."""
    if trial.private and not trial.synthetic and trial.disclosure(run.settings) == "full":
        yield "disclosure is full: report and pages show rows of patients"


def _latest(run: Run, new: list[Account]) -> Iterator[Latest]:
    """Of each trial its last kept run, and what that changed, if there was one before it."""
    fresh = {one["trial"]: one for one in new}
    for trial in run.trials:
        try:
            shelf = Shelf(run.at, trial)
            log, pair = shelf.log(), last_two(shelf)
            told = fresh.get(trial) or (compared(run.at, trial, *pair) if pair else None)
            yield Latest(trial, log[-1] if log else None, told, _few(run, shelf))
        except UserError:
            yield Latest(trial, None, None, [])


def _lines(new: list[Account], first: list[str], site: bool) -> Iterator[str]:
    """What changed, and where to read it: also on the page of a site, where there is one."""
    changed = [(one["trial"], len(one["results"])) for one in new if one["results"]]
    flips = sum(result["flips"] for one in new for result in one["results"])
    verdicts = sum(map(judged_anew, new))
    if first:
        yield f"First run, nothing to compare with. Archived: {', '.join(first)}"
    if not new and not first:
        yield "Since the run before: nothing changed"
    elif new and not changed:
        yield f"Since the run before: no result changed, in {', '.join(t['trial'] for t in new)}"
    elif new:
        yield (
            "Since the run before: results changed: "
            + ", ".join(f"{n} of {trial}" for trial, n in changed)
            + f"; {flips} cross the level of their decision; published numbers judged anew: "
            + str(verdicts)
        )
    if new or not first:
        yield "Details: trialtrace diff" + (f", or site/{CHANGES_PAGE}" if site else "")
