"""`trialtrace check`: every mistake in a trial's configuration and in its data, before a run."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from trialtrace.base.config.placed import placed
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.purpose import ANALYSIS
from trialtrace.run.jobs.data import data_files
from trialtrace.run.trial.answers import answered_design
from trialtrace.run.trial.check import checked_trial
from trialtrace.run.trial.listing import (
    called_as_a_rule,
    listed_trials,
    not_a_trial,
    plain_name,
    without_folder,
)
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.plan.origins import without_origin
from trialtrace.run.trial.plan.remarks import MARK, plan_remarks
from trialtrace.run.trial.review import FILE as REVIEW
from trialtrace.run.trial.study.source import Files, Synthetic

LARGE = 50_000_000
"""Bytes of all files of a trial of which every row is looked at without being asked to: some twenty
seconds. Of more, the rows of some patients are."""
LARGEST = 1_000_000_000
"""Bytes that are not even read without being asked to."""
OF_DATA = ("trial.yaml", "dictionary.csv", "cleaning.yaml", REVIEW)
"""The files that data are read and cleaned by, and whose rows are named in."""
FREE_OF_PANDAS = ("csv", "tsv", "excel", "parquet")

MEGABYTE = 1_000_000
TOO_LARGE = "{} MB are more than {} MB; --large reads them"
SOME = "looked at {}; --large looks at all"
UNUSUAL = "What is unusual in them, row beside row, a run tells."
NOT_LOOKED_AT = "the data were not looked at: {}"


@dataclass(frozen=True)
class Look:
    """Why data were not looked at, or not at all of them; else what a run will make of them, or
    what is wrong."""

    not_done: str = ""
    lines: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def check(
    at: Project,
    name: str,
    lift: Callable[[], None],
    *,
    data: bool = True,
    large: bool = False,
    names: bool = False,
) -> int:
    """Tell what is wrong in the order in which to mend it, data before what is asked of them.

    `data` says whether data are looked at, `large` whether also such as take long. `lift` is called
    where a reader of the data needs pandas. Raises ProblemsError for any mistake.
    """
    there = at.trial_config(plain_name(at, name)).is_dir()
    problems, documents = checked_trial(at, name) if there else ([], {})
    unlisted = not_a_trial(at, name, listed_trials(at))
    others = without_folder(at, name)
    first = [problem for problem in problems if _is_of_data(at, name, problem)]
    after = [problem for problem in problems if problem not in first]
    trial = replace(load_trial(name, at), sound={} if problems else documents)
    if at.purpose != ANALYSIS:
        # They would be told by their true arms, and to a later day than the runs know.
        look = Look(NOT_LOOKED_AT.format(f"runs in this folder are for: {at.purpose.text}"))
    elif first:
        look = Look(NOT_LOOKED_AT.format("mend these first"))
    elif not data:
        look = Look(NOT_LOOKED_AT.format("as asked"))
    else:
        look = _look(trial, lift, names, large, wrong=bool(after)) if there else Look()
    if there and not (problems or unlisted):
        after += [*_untied(trial), *_of_documents(trial)]
    of_name = [problem for problem in (unlisted, called_as_a_rule(name)) if problem]
    wrong = [*first, *look.problems, *after, *of_name]
    # The data are read by the same endpoints, whose mistakes they would tell anew.
    if problems := list(dict.fromkeys(wrong)):
        if look.not_done:
            print(f"{name}: {look.not_done}", end="\n\n", file=sys.stderr)
        raise placed(ProblemsError(problems + others), at, name)
    print(f"{name}: configuration and dictionary are in order")
    print(f"{name}: {look.not_done or look.lines[0]}", *look.lines[1:], sep="\n")
    for remark in plan_remarks(trial):
        print(f"{MARK}{remark}")
    for remark in without_origin(trial):
        print(f"{name}: {remark}")
    if design := answered_design(at, name):
        print(f"{name}: the lines of this design: docs/new-trial.md#{design}")
    for remark in _left_out(trial):
        print(f"{MARK}{remark}")
    if others:
        print("\nof other trials:\n" + "\n\n".join(map(str, others)))
    return 0


def _untied(trial: Trial) -> list[Problem]:
    """Claims that no planned result answers."""
    if not trial.claims_document["claims"]:
        return []
    from trialtrace.run.claims.planned import untied_claims

    return list(untied_claims(trial))


def _of_documents(trial: Trial) -> list[Problem]:
    """What is wrong in documents of somebody's own: names, and what not both renderers render."""
    if not (trial.at.reports / trial.name).is_dir():
        return []
    from trialtrace.report.own_documents import own_problems

    return own_problems(trial)


def _left_out(trial: Trial) -> list[str]:
    """What of the plan and of the last run they leave out."""
    if not (trial.at.reports / trial.name).is_dir():
        return []
    from trialtrace.report.own_documents import told_left_out

    return told_left_out(trial)


def _is_of_data(at: Project, name: str, problem: Problem) -> bool:
    folder = at.trial_config(name)
    return problem.place.startswith(tuple(at.shown(folder / file) for file in OF_DATA))


def _look(trial: Trial, lift: Callable[[], None], names: bool, large: bool, *, wrong: bool) -> Look:
    """What data are by a configuration, in which something may be `wrong` that they are not read
    by: what its endpoints would make of them is then anything."""
    source = trial.source
    if isinstance(source, Synthetic):
        return Look(NOT_LOOKED_AT.format("the run draws them"))
    size = 0 if large else _size(trial)
    if size > LARGEST:
        return Look(NOT_LOOKED_AT.format(TOO_LARGE.format(size // MEGABYTE, LARGEST // MEGABYTE)))
    if not isinstance(source, Files) or not all(
        item.format in FREE_OF_PANDAS for item in source.items.values()
    ):
        lift()
    from trialtrace.report.commands.closing import account_lines
    from trialtrace.run.rehearsal.data import rehearse

    try:
        rehearsed = rehearse(trial, names, sample=size > LARGE)
    except UserError as error:
        return Look(problems=tuple(error.problems))
    except (LookupError, TypeError, ValueError):
        if not wrong:
            raise
        return Look(NOT_LOOKED_AT.format("mend these first"))
    lines = account_lines(rehearsed.account, trial) if rehearsed.account else [""]
    lines += [f"{MARK}{remark}" for remark in rehearsed.remarks]
    some = SOME.format(rehearsed.looked_at) if rehearsed.looked_at else ""
    first = f"{some}; these fit them: {lines[0]}" if some else f"the data fit them: {lines[0]}"
    first += f". {UNUSUAL}"
    # Of some rows it is told which, whatever is wrong with them.
    return Look(some if rehearsed.problems else "", (first, *lines[1:]), tuple(rehearsed.problems))


def _size(trial: Trial) -> int:
    """The bytes of the files of a trial that are there."""
    paths = (trial.at.root / path for path in data_files(trial))
    return sum(path.stat().st_size for path in paths if path.is_file())
