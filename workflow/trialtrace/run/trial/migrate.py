"""Brings a trial's configuration of an older version forward: what would change, as a diff.

A version is a change of what an accepted file means: a new default, a renamed key. A new key that
may be left out is none. A migration says what today's version has to say for the folder to mean
what it meant. The texts are edited entry by entry and read again: what they then say must be what
was meant, and nothing else.
"""

import copy
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.config.compose import Document, compose, compose_text
from trialtrace.base.config.edit import Entry, Renamed, Value, with_entry, with_name
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_bytes

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


Texts = dict[str, str]


@dataclass(frozen=True)
class Migrated:
    """A trial's folder before and after: its version, and the text of each file that may change."""

    trial: str
    folder: Path
    shown: str
    version: int
    before: Texts
    after: Texts

    @property
    def changed(self) -> list[str]:
        """The files that are another afterwards."""
        return [name for name, text in self.after.items() if text != self.before[name]]

    def diff(self) -> str:
        """A unified diff, as `patch -p1` and `git apply` take it in the project's folder."""
        return "".join(line for name in self.changed for line in self._diff(name))

    def _diff(self, name: str) -> Iterator[str]:
        before, after = (text[name].splitlines(keepends=True) for text in (self.before, self.after))
        path = f"{self.shown}/{name}"
        for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"

    def write(self) -> None:
        """Write the changed files, each whole, with the rights that it has."""
        for name in self.changed:
            path = self.folder / name
            write_bytes(path, self.after[name].encode("utf-8"), path.stat().st_mode & 0o777)


def migrated(at: Project, trial: str) -> Migrated:
    """What a trial's folder would be in today's version; nothing is written.

    Raises UserError for a folder that is newer or cannot be read, or whose files have not the shape
    that a migration needs.
    """
    folder = at.trial_config(trial)
    documents: Folder = {name: compose(at, folder / name) for name in FILES}
    version = _version(documents[TRIAL])
    unreadable = [problem for document in documents.values() for problem in document.in_order()]
    if unreadable and version < CURRENT:
        raise ProblemsError([_nothing(trial, "its files cannot be read"), *unreadable])
    before = {name: _text(folder / name) for name in FILES} if version < CURRENT else {}
    after, read = before, documents
    for step in range(version, CURRENT):
        entries = (Entry(TRIAL, (), KEY, step + 1), *MIGRATIONS[step](read))
        after, read = _edited(trial, after, read, entries)
    return Migrated(trial, folder, at.shown(folder), version, before, after)


def _text(path: Path) -> str:
    """The text as it stands, with the ends of lines that it has."""
    return path.read_bytes().decode("utf-8")


def _version(document: Document) -> int:
    """The version that a trial.yaml names. Raises UserError for one that there is not."""
    version = version_of(document)
    if version is None and document.problems:
        raise ProblemsError(document.in_order())
    if version is None or not WITHOUT <= version <= CURRENT:
        raise UserError(
            document.place((KEY,)),
            found="no whole number" if version is None else f"version {version}",
            expected=f"a version from {WITHOUT} to {CURRENT}, or none for {WITHOUT}",
            do="use a newer trialtrace" if version and version > CURRENT else None,
        )
    return version


def _edited(
    trial: str, texts: Texts, documents: Folder, entries: Sequence[Entry | Renamed]
) -> tuple[Texts, Folder]:
    """Texts with the entries, and what they say.

    Raises UserError where that is not what was meant.
    """
    texts = dict(texts)
    meant = {name: copy.deepcopy(document.data) for name, document in documents.items()}
    for entry in entries:
        mapping = meant[entry.file]
        for key in entry.path:
            mapping = mapping[key]
        try:
            if isinstance(entry, Renamed):
                mapping[entry.name] = mapping.pop(entry.key)
                texts[entry.file] = with_name(texts[entry.file], entry)
            else:
                mapping[entry.key] = entry.value
                texts[entry.file] = with_entry(texts[entry.file], entry)
        except LookupError:
            raise UserError(_nothing(trial, f"{entry.file} is written as no edit can be")) from None
    read = {name: compose_text(documents[name].shown, text) for name, text in texts.items()}
    for name, document in read.items():
        if document.problems or document.data != meant[name]:
            raise UserError(_nothing(trial, f"{name} would not say what it should"))
    return texts, read


def _nothing(trial: str, why: str) -> Problem:
    do = "mend it by hand (docs/add-a-trial.md says what each version changed), then try again"
    return Problem(f"{trial}: nothing is migrated", why, do=do)
