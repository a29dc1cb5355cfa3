"""The version of a trial's configuration, and what to do where it is not today's.

It stands in trial.yaml and counts for the whole folder, since a trial's folder is what is copied
from one project to another.
"""

from trialtrace.base.config.compose import Document, compose
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project

KEY = "version"
CURRENT = 3
WITHOUT = 1
"""The version of a folder that names none."""


def version_of(document: Document) -> int | None:
    """The version that a trial.yaml names; None where what stands there is no whole number."""
    if not isinstance(document.data, dict):
        return None
    version = document.data.get(KEY, WITHOUT)
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def newer(document: Document) -> list[Problem]:
    """What is wrong with a trial.yaml that is newer than this program; empty for any other.

    It is told alone: what else seems wrong with the folder may be right in its version.
    """
    version = version_of(document)
    if version is None or version <= CURRENT:
        return []
    place = document.place((KEY,))
    return [problem for problem in document.problems if problem.place == place]


def older_line(at: Project, trial: str) -> str | None:
    """One line on a trial whose configuration is of an older version; None for any other."""
    try:
        path = at.trial_config(trial) / "trial.yaml"
    except UserError:
        return None
    document = compose(at, path)
    version = version_of(document)
    if document.problems or version is None or version >= CURRENT:
        return None
    return (
        f"{trial}: its configuration is of version {version}, today's is {CURRENT}: "
        f"trialtrace migrate {trial} shows what to change"
    )
