"""The version of the form that the files of a trial's folder have.

A version is a change of what an accepted file means: a new default, a renamed key. A new key that
may be left out is none.
"""

from trialtrace.base.config.compose import Document
from trialtrace.base.errors import Problem

KEY = "version"
CURRENT = 3
"""Also that of a folder that names none."""


def of_another(document: Document) -> list[Problem]:
    """What is wrong with a trial.yaml of another version than this program's; empty for its own.

    It is told alone: what else seems wrong with the folder may be right in its version.
    """
    found = document.data.get(KEY, CURRENT) if isinstance(document.data, dict) else CURRENT
    if not isinstance(found, int) or found == CURRENT:
        return []
    place = document.place((KEY,))
    return [problem for problem in document.problems if problem.place == place]
