"""What each version of a trial's configuration changed, as entries that keep what a folder meant.

A version is a change of what an accepted file means: a new default, a renamed key. A new key that
may be left out is none.
"""

from collections.abc import Callable, Mapping, Sequence

from trialtrace.base.config.compose import Document, compose
from trialtrace.base.config.edit import Entry, Renamed, Value
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


TRIAL, CLEANING, PLAN = "trial.yaml", "cleaning.yaml", "plan.yaml"
# What a migration may read and change.
FILES = (TRIAL, CLEANING, PLAN)
SOURCE_ROW = "source_row"
# Keys of a table in cleaning.yaml that came with version 2: who uses one has written for it.
OF_VERSION_2 = {"on_conflict", "accept", "exclude", "covers", "empty"}
REJECTED = "as in version 1 of the configuration, which used none of such rows"

# Tests whose sides could be left out before version 3, and were then both.
SIDED_SINCE_3 = {
    "cochran_mantel_haenszel",
    "gehan",
    "log_rank",
    "log_rank_stratified",
    "tarone_ware",
    "weighted_log_rank",
}

Folder = Mapping[str, Document]


def to_version_2(folder: Folder) -> list[Entry]:
    """Rows that share a key and differ: none was used; they now stop a run unless declared."""
    cleaning = folder[CLEANING]
    top = _keys(cleaning)
    cleaned = {
        name: set(_keys(cleaning, "tables", name))
        for name in (_keys(cleaning, "tables") if "tables" in top else ())
    }
    if any(keys & OF_VERSION_2 for keys in cleaned.values()):
        return []
    conflict: Value = {"reject": REJECTED}
    tables = [name for name in _keys(folder[TRIAL], "tables") if not _told_apart(folder, name)]
    entries = [
        Entry(CLEANING, ("tables", name), "on_conflict", conflict)
        for name in tables
        if name in cleaned
    ]
    others: dict[str, Value] = {
        name: {"on_conflict": conflict} for name in tables if name not in cleaned
    }
    if "tables" not in top:
        return [Entry(CLEANING, (), "tables", others)] if others else []
    # Each is put first, so that the last one of these stands first.
    return entries + [Entry(CLEANING, ("tables",), name, others[name]) for name in reversed(others)]


def to_version_3(folder: Folder) -> list[Entry]:
    """Tests that were two-sided where the plan did not say so: it has to say it now."""
    plan = folder[PLAN]
    entries = []
    for name in _keys(plan, "analyses") if "analyses" in _keys(plan) else ():
        tests = plan.get("analyses", name, "tests")
        for position, step in enumerate(tests if isinstance(tests, list) else ()):
            for test in SIDED_SINCE_3.intersection(step if isinstance(step, dict) else ()):
                here = ("analyses", name, "tests", position, test)
                if "sides" not in _keys(plan, *here):
                    entries.append(Entry(PLAN, here, "sides", "two_sided"))
    return entries


def _told_apart(folder: Folder, table: str) -> bool:
    """Whether no two rows can share the key of a table: the number of a row is in it."""
    key = folder[TRIAL].get("tables", table, "key")
    return isinstance(key, list) and SOURCE_ROW in key


def _keys(document: Document, *path: str | int) -> list[str]:
    """The keys of a mapping. Raises UserError where there is none."""
    names = document.names(*path)
    if names is None:
        raise UserError(document.place(path), expected="a mapping of keys to values")
    return names


# From each version to the next.
MIGRATIONS: dict[int, Callable[[Folder], Sequence[Entry | Renamed]]] = {
    1: to_version_2,
    2: to_version_3,
}
