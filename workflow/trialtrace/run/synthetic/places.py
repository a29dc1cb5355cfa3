"""The line in cohort.yaml of a mistake that only the draw can show."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from trialtrace.base.config.compose import Document, Path_, compose
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.run.trial.load import Trial

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@contextmanager
def told_by_line(trial: Trial) -> Iterator[None]:
    """Mistakes told by a key of cohort.yaml are told by its line too."""
    try:
        yield
    except UserError as error:
        if not error.problems:
            raise
        document = compose(trial.at, trial.at.trial_config(trial.name) / "cohort.yaml")
        placed = [_placed(document, problem) for problem in error.problems]
        raise ProblemsError(placed) from error


def _placed(document: Document, problem: Problem) -> Problem:
    file, _, key = problem.place.partition(": ")
    if file != document.shown or not key:
        return problem
    return replace(problem, place=document.place(_path(key)))


def _path(key: str) -> Path_:
    """The parts of a key as it is told: mess[3].rows; entries of a list count from 1."""
    return tuple(int(number) - 1 if number else name for number, name in _PART.findall(key))
