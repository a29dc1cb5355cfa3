"""Which trial and run a command's numbers are of; the run is said before them."""

import argparse
import csv
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from trialtrace.base.errors import ProblemsError, UserError, one_of
from trialtrace.base.paths import Project, project

if TYPE_CHECKING:
    from trialtrace.run.archive.keep import KeptProject


Add = Callable[..., argparse.ArgumentParser]
# A line of the numbers of a figure.
FIGURE = re.compile(r"(?P<trial>[^/]+)/figure/(?P<name>[^/:]+):(?P<line>[0-9]+)")


def add_of_trial(add: Add, name: str, text: str) -> argparse.ArgumentParser:
    """A command of one trial, whose name comes first."""
    command = add(name, help=text)
    command.add_argument("trial", help="name of the trial, as under config/trials")
    return command


def named_trial(arguments: argparse.Namespace) -> tuple[Project, str]:
    """The project of a command and the trial that is named in it. Raises UserError for no trial."""
    at = project(arguments.project)
    return at, configured(at, arguments.trial)


def check_analysis(at: Project, trial: str) -> None:
    """Refuse what would leave a folder without a stamp, of runs that are not the analysis."""
    from trialtrace.run.jobs.run_state import check_blind

    check_blind(at, trial)
    if at.purpose.stamp:
        found = f"a folder of runs for: {at.purpose.text}"
        raise UserError(trial, found=found, expected="the project's folder, with the analysis")


def tell_run(
    at: Project,
    trial: str,
    last: str,
    *,
    whole: bool = False,
    unverified: bool = False,
    earlier: bool = False,
) -> tuple[Project, dict[str, str]]:
    """Say which run the numbers are of; returns where they are, and what changed since, by stage.

    Raises UserError where none has come to its end at `last`; if `unverified` may be shown, the
    numbers are marked instead; if `earlier` may be, they are those of the last run that is kept.
    """
    from trialtrace.run.jobs.run_state import (
        OF_EARLIER,
        changed_since,
        check_blind,
        check_stands,
        has_code,
        outdated_line,
        read_run,
        run_line,
        standing,
    )
    from trialtrace.run.jobs.stages import RENDER

    folder = at.results / configured(at, trial)
    check_blind(at, trial)
    told, found, fresh = [], at, None
    try:
        check_stands(at, trial, last, whole)
    except UserError as error:
        if unverified:
            told.append(f"NOT VERIFIED\n{error}")
        else:
            kept = _last_whole(at, trial, last, error) if earlier else None
            if kept is None:
                raise
            found, fresh = kept, kept.fresh
            told.append(
                f"NOT THE LAST RUN: these are of run {kept.run}, the last that is whole\n{error}"
            )
    run = read_run(found.results / trial)
    told.insert(0, f"{trial}: {run_line(run) if run else 'no record of when this was run'}")
    if RENDER not in standing(at, trial) and (folder / "report").is_dir():
        told.append(OF_EARLIER.format(at.shown(folder / "report")))
    changed: dict[str, str] = {}
    if not has_code(at):
        told.append("not run here: whether code, plan or data changed since is not known")
    try:
        changed = changed_since(at, trial, fresh)
        told += [outdated_line(changed)] if changed else []
    except UserError:
        told.append(f"the configuration has mistakes by now: trialtrace check {trial}")
    print("\n".join(told), file=sys.stderr)
    return found, changed


def _last_whole(at: Project, trial: str, last: str, error: UserError) -> "KeptProject | None":
    """The last run that is kept, where a newer one is why results are refused; None where it is
    something else, or none is kept. Raises UserError with what is wrong with it too."""
    from trialtrace.run.archive.keep import last_whole
    from trialtrace.run.jobs.run_state import check_blind, standing

    if last in standing(at, trial) or not (at.results / trial).is_dir():
        return None
    try:
        kept = last_whole(at, trial)
        if kept is not None:
            check_blind(at, trial, kept.results)
        return kept
    except UserError as broken:
        problems = [*error.problems, *broken.problems]
        raise ProblemsError(problems) from None


def asked_result(at: Project, text: str, *, points: bool = False) -> str:
    """The identifier of a result: itself, by its short id, or by the line of the numbers of a
    figure, TRIAL/figure/NAME:LINE, that shows it; a line that shows none stays as it is where
    `points` are known.

    Raises UserError where no result has the short id, where there is no such line, or for a point.
    """
    from trialtrace.run.trace.short_id import typed_short, with_short_id
    from trialtrace.run.trial.listing import listed_trials

    if FIGURE.fullmatch(text):
        result = figure_line(at, text).get("result")
        if not (result or points):
            raise UserError(
                text,
                found="a point of a figure that shows no result of the plan",
                expected="a result, or a line of the figure's numbers that has one",
                do=f"trialtrace trace {text} tells what it is drawn from, and of a cell of that "
                "trialtrace impact what rests on it",
            )
        return result or text
    short = None if text in listed_trials(at) else typed_short(text)
    return with_short_id(at, short) if short else text


def figure_line(at: Project, text: str) -> dict[str, str]:
    """A line of a figure's numbers, their head being line 1, by the names of the columns.

    Raises UserError where there is no such figure or line.
    """
    match = FIGURE.fullmatch(text)
    assert match is not None
    folder = at.results / configured(at, match["trial"]) / "report" / "figures"
    names = sorted(path.stem for path in folder.glob("*.csv"))
    if match["name"] not in names:
        raise UserError(text, "there is no such figure", expected=one_of(names))
    with (folder / f"{match['name']}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    place = int(match["line"]) - 2
    if not 0 <= place < len(rows):
        what, expected = "no line of numbers", f"a line from 2 to {len(rows) + 1}"
        raise UserError(text, what, expected=expected)
    return rows[place]


def configured(at: Project, name: str) -> str:
    """The name of a trial that config.yaml lists and that has a configuration folder."""
    from trialtrace.run.trial.listing import listed_trials, not_a_trial, plain_name

    if problem := not_a_trial(at, plain_name(at, name), listed_trials(at)):
        raise UserError(problem)
    return name
