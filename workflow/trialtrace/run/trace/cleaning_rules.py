"""Where cleaning.yaml says what was done to the cells behind a number."""

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from trialtrace.base.config.compose import Path_, compose
from trialtrace.run.trial.load import Trial

if TYPE_CHECKING:
    from trialtrace.run.trace.raw_rows import RawPart

EXCLUDED = "exclude"


class _Rule(NamedTuple):
    """A rule of columns, of rows that are left out, or a check of a table with the words in it."""

    path: Path_
    place: dict[str, str | int]
    checked: str
    words: Set[str]

    def of_columns(self, columns: Mapping[str, Set[str]]) -> bool:
        """Whether it is of any of these columns of tables."""
        if self.path[0] == "checks":
            return bool(self.words & columns.get(self.checked, set()))
        _, table, what, name = map(str, self.path)
        return table in columns and (what == EXCLUDED or name in columns[table])


class CleaningRules:
    """The lines of a trial's cleaning.yaml. The file is read when it is first needed."""

    def __init__(self, trial: Trial):
        self.trial = trial
        self._told: dict[frozenset[tuple[str, tuple[str, ...]]], list[dict[str, str | int]]] = {}

    def behind(self, parts: Iterable["RawPart"]) -> list[dict[str, str | int]]:
        """File, line and key of what is declared of the columns, of rows that are left out, and of
        checks over the columns; in the order of the file."""
        read = frozenset((part.table, part.columns) for part in parts)
        if read not in self._told:
            columns: dict[str, set[str]] = {}
            for table, names in read:
                columns.setdefault(table, set()).update(names)
            self._told[read] = [rule.place for rule in self._rules if rule.of_columns(columns)]
        return self._told[read]

    @cached_property
    def _rules(self) -> list[_Rule]:
        path = self.trial.at.trial_config(self.trial.name) / "cleaning.yaml"
        return list(_rules(self.trial, path)) if path.exists() else []


def _rules(trial: Trial, file: Path) -> Iterator[_Rule]:
    document = compose(trial.at, file)
    for path, line in sorted(document.lines.items(), key=lambda item: (item[1], str(item[0]))):
        # checks.NAME; tables.vas.convert.pain of a column; tables.ntx.exclude.REASON.
        if (path[:1], len(path)) in ((("checks",), 2), (("tables",), 4)):
            place: dict[str, str | int] = {
                "file": document.shown,
                "line": line,
                "key": ".".join(map(str, path)),
            }
            given = document.get(*map(str, path)) if path[0] == "checks" else {}
            checked = str(given.get("table")) if isinstance(given, dict) else ""
            yield _Rule(path, place, checked, set(_words(given)))


def _words(given: object) -> Iterator[str]:
    """Every key and every text of a mapping."""
    if isinstance(given, dict):
        for key, value in given.items():
            yield str(key)
            yield from _words(value)
    elif isinstance(given, list):
        for value in given:
            yield from _words(value)
    elif isinstance(given, str):
        yield given
