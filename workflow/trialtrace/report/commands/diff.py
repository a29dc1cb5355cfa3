"""`trialtrace diff` and `trialtrace history`: what changed from one kept run to another, and which
runs are kept."""

import sys
from collections.abc import Sequence

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.listing import json_text
from trialtrace.report.which_run import configured
from trialtrace.run.archive.comparison import Account, comparison_account
from trialtrace.run.archive.shelf import Kept, Shelf
from trialtrace.run.archive.text import account_text, counted, run_text
from trialtrace.run.trial.listing import listed_trials
from trialtrace.run.trial.load import load_settings, load_trial


def diff(at: Project, asked: Sequence[str], form: str, whole: bool) -> int:
    """Print what changed. Returns 1 if a result or a verdict did, else 0.

    `asked` are a trial, two runs, or a trial and two runs; nothing for every trial of the project.
    """
    chosen = _chosen(at, list(asked))
    for trial in dict.fromkeys(trial for trial, _, _ in chosen):
        tell_strange(Shelf(at, trial))
    told = [compared(at, trial, old, new) for trial, old, new in chosen]
    if form == "json":
        print(json_text(told), end="")
    else:
        print("\n".join(account_text(one, whole) for one in told), end="")
    return int(any(one["results"] or one["verdicts"] for one in told))


def compared(at: Project, trial: str, old: Kept, new: Kept) -> Account:
    """What changed of a trial, as far as its disclosure lets it be told."""
    loaded = load_trial(trial, at)
    full = loaded.disclosure(load_settings(at)) == "full"
    return comparison_account(Shelf(at, trial), loaded, old, new, full)


def tell_strange(shelf: Shelf) -> None:
    """Say which lines of the log of kept runs are none."""
    for problem in shelf.strange():
        print(problem, file=sys.stderr)


def last_two(shelf: Shelf) -> tuple[Kept, Kept] | None:
    """The run that was kept last and the one before it, if there are two; of a data cut its last
    run and that of the cut before, where there is one."""
    log, cut = shelf.of_cut(), shelf.at.purpose.cut
    earlier = [one for one in shelf.log() if cut and one.get("cut", cut) < cut]
    before = [*log[:-1], *sorted(earlier, key=lambda one: one["cut"])]
    return (before[-1], log[-1]) if log and before else None


def _chosen(at: Project, asked: list[str]) -> list[tuple[str, Kept, Kept]]:
    """Trial, older and newer run of each comparison that is asked for."""
    named = listed_trials(at)
    trials = [asked.pop(0)] if asked and asked[0] in named else []
    if not asked:
        return _last_of(at, trials or [name for name in named if len(Shelf(at, name).log()) > 1])
    if len(asked) == 3 and not trials:
        configured(at, asked[0])
    if len(asked) != 2:
        raise UserError(
            "trialtrace diff",
            found=" ".join(asked),
            expected="a trial; two runs of a trial; or nothing, for the last two of each",
            do="list runs: trialtrace history TRIAL",
        )
    if not trials:
        trials = [_trial_of(at, named, asked)]
    shelf = Shelf(at, trials[0])
    old, new = (_line(shelf, shelf.find(one)) for one in asked)
    return [(trials[0], old, new)]


def _last_of(at: Project, trials: Sequence[str]) -> list[tuple[str, Kept, Kept]]:
    if not trials:
        raise UserError(
            "trialtrace diff",
            found="no trial of which two runs are kept",
            do="trialtrace run keeps each run whose results or inputs are others",
        )
    chosen = []
    for trial in trials:
        pair = last_two(Shelf(at, trial))
        if pair is None:
            kept = len(Shelf(at, trial).of_cut())
            raise UserError(
                f"trialtrace diff {trial}",
                found="one kept run" if kept else "no kept run",
                expected="two runs to compare",
                do=f"trialtrace run {trial}, which keeps each run that is another",
            )
        chosen.append((trial, *pair))
    return chosen


def _trial_of(at: Project, named: Sequence[str], runs: Sequence[str]) -> str:
    """The trial whose runs both are. Raises UserError where they are of two, or of none."""
    holders = [
        {name for name in named if any(one.startswith(run) for one in Shelf(at, name).names())}
        for run in runs
    ]
    both = sorted(holders[0] & holders[1])
    if len(both) == 1:
        return both[0]
    of = [", ".join(sorted(holder)) or "no trial" for holder in holders]
    raise UserError(
        f"runs {runs[0]} and {runs[1]}",
        found=f"runs of {of[0]}, and of {of[1]}",
        expected="two runs of one trial",
        do="trialtrace diff TRIAL RUN RUN; trialtrace history TRIAL lists them",
    )


def _line(shelf: Shelf, run: str) -> Kept:
    """The latest line of the log on a run; where the log has lost it, its name alone."""
    lost: Kept = {"run": run, "ended": ""}
    return next((line for line in reversed(shelf.log()) if line["run"] == run), lost)


def tell_runs(at: Project, trial: str, verify: bool, remove: str | None) -> int:
    """List the kept runs of a trial; or check that they are whole; or let one go."""
    shelf = Shelf(at, trial)
    if remove is not None:
        run = shelf.find(remove)
        gone = shelf.remove(run)
        own = (
            "its objects stay, since the list of another run is broken: trialtrace history "
            f"{trial} --verify"
            if gone is None
            else f"with {counted(gone, 'object')} of its own"
        )
        print(f"run {run} of {trial} is removed, {own}")
        return 0
    if verify:
        faults = shelf.faults()
        for fault in faults:
            print(fault, file=sys.stderr)
        runs = counted(len({*shelf.names()}), "run")
        whole = "all whole" if runs != "1 run" else "whole"
        print(f"{trial}: {runs}, " + (counted(len(faults), "fault") if faults else whole))
        return int(bool(faults))
    for line in shelf.log():
        print(run_text(line))
    tell_strange(shelf)
    if not shelf.names():
        print(f"no run of {trial} is kept: trialtrace run {trial} keeps one")
        return 0
    if lost := shelf.lost():
        print(
            f"{counted(len(lost), 'run')} that the log does not name, so when is not known: "
            f"{', '.join(lost)}; trialtrace history {trial} --verify",
            file=sys.stderr,
        )
    size = shelf.objects.size() / 1e6
    place = at.shown(shelf.folder)
    shared = shelf.folder.is_dir() and shelf.folder.stat().st_mode & 0o077
    rights = f"OTHERS MAY READ IT: chmod -R go= {place}" if shared else "readable by its owner only"
    print(f"{place}: {size:.1f} MB, {rights}", file=sys.stderr)
    return 0
