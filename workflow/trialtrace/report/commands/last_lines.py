"""What a run says last: of each trial what came in and was kept, and what is odd."""

from collections.abc import Collection, Iterator

from trialtrace.base.errors import UserError
from trialtrace.report.commands.closing import closing_lines
from trialtrace.run.jobs.products import read_record, record_path
from trialtrace.run.jobs.run import Run
from trialtrace.run.jobs.run_state import OF_EARLIER
from trialtrace.run.jobs.stages import CLEAN, MULTIVERSE_PAGE, RENDER, SIMULATION_PAGE, SITE
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.remarks import MARK, plan_remarks

NO_SITE = "site/ is not made anew for a trial alone: trialtrace run brings it up to date"


def last_lines(run: Run) -> list[str]:
    """Lines of the trials that were asked for, or of all, then of pages that were asked for.

    Pages that an earlier run left are named, since nothing on them says so.
    """
    asked, pages = set(run.targets()), [*_pages(run)]
    told = [_page(run, *page) for page in pages]
    named = [trial for trial in run.named if trial in asked]
    if pages and asked <= {"multiverse", "simulate", *(page for page, _, _ in pages)}:
        named = [trial for _, rule, trial in pages if rule == MULTIVERSE_PAGE]
        if not named:
            return told
    lines = [
        line for trial in named or run.trials for line in _of_trial(run, trial, run.current(trial))
    ]
    reports = ((RENDER, trial) for trial in run.trials)
    if run.at.site.is_dir() and not run.are_current((SITE, None), *reports):
        lines.append(NO_SITE if named else MARK + OF_EARLIER.format("site/"))
    return lines + told


def _pages(run: Run) -> Iterator[tuple[str, str, str]]:
    """(page, job, trial) of the multiverses and the simulations that were asked for. A simulation
    has no export of which anything could be told."""
    asked = set(run.targets())
    for target, folder, rule, trials in (
        ("multiverse", "multiverse", MULTIVERSE_PAGE, run.varied),
        ("simulate", "simulation", SIMULATION_PAGE, run.simulated),
    ):
        pages = {f"results/{trial}/{folder}/{folder}.html": trial for trial in trials}
        for page, trial in pages.items():
            if target in asked or page in asked:
                yield page, rule, trial


def _page(run: Run, page: str, rule: str, trial: str) -> str:
    """A page, or that this run has not come to it."""
    record = read_record(run.at.made / record_path(rule, trial))
    if record is not None and record.fresh == run.freshness.job(rule, trial):
        return page
    if (run.at.made / page).exists():
        return MARK + OF_EARLIER.format(page)
    return f"{trial}: no {page}: no run has come to the end of {rule}"


def _of_trial(run: Run, trial: str, done: Collection[str]) -> list[str]:
    lines = closing_lines(run.at.results / trial, trial, done, run.at)
    lines += [f"{MARK}{remark}" for remark in _remarks(run, trial)]
    if CLEAN not in done:
        lines = [f"{trial}: not cleaned: no run has come to the end of {CLEAN}"]
    if RENDER not in done and (run.at.results / trial / "report").is_dir():
        lines.append(MARK + OF_EARLIER.format(f"results/{trial}/report"))
    return lines


def _remarks(run: Run, trial: str) -> list[str]:
    """What is odd in a plan; what is wrong with its files was told before the run."""
    try:
        return plan_remarks(load_trial(trial, run.at))
    except UserError:
        return []
