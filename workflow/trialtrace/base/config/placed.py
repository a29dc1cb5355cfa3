"""Line and column of mistakes that are found while data are read, and name their key alone."""

import re
from dataclasses import replace

from trialtrace.base.config.compose import Path_, compose
from trialtrace.base.errors import Problem, ProblemsError, UserError, located
from trialtrace.base.paths import Project

# "mine: cleaning.yaml: tables.visits.ignore", with or without the trial, its folder and the key.
_PLACE = re.compile(
    r"(?:(?:config/trials/)?(?P<trial>[a-z][a-z0-9_]*)(?:: |/))?"
    r"(?P<file>[a-z]+\.yaml)(?:: (?P<key>.+))?"
)
_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def placed(error: UserError, at: Project, trial: str | None = None) -> UserError:
    """The same mistakes, those of a key in a file of a trial with its line and column.

    `trial` is that of a place which names none.
    """
    problems = [_placed(problem, at, trial) for problem in error.problems]
    return error if problems == error.problems else ProblemsError(problems)


def _placed(problem: Problem, at: Project, trial: str | None) -> Problem:
    named = _PLACE.fullmatch(problem.place)
    trial = named["trial"] or trial if named else None
    if named is None or trial is None:
        return problem
    path = at.trial_config(trial) / named["file"]
    if not path.is_file():
        return problem
    document, key = compose(at, path), named["key"] or ""
    where = located(document.shown, *document.position(path_of(key)), key)
    return replace(problem, place=where)


def path_of(key: str) -> Path_:
    """The parts of a key as it is told: mess[3].rows; entries of a list count from 1."""
    return tuple(int(number) - 1 if number else name for number, name in _PART.findall(key))
