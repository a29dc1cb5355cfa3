"""Where cleaning.yaml says what was done to the cells behind a number."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from trialtrace.config.compose import Document, Path_, compose
from trialtrace.trace.raw_rows import RawPart

if TYPE_CHECKING:
    from trialtrace.trial.load import Trial

EXCLUDED = "exclude"


class CleaningRules:
    """The lines of a trial's cleaning.yaml. The file is read when it is first needed."""

    def __init__(self, trial: "Trial"):
        self.trial = trial

    @cached_property
    def _document(self) -> Document | None:
        path = self.trial.at.trial_config(self.trial.name) / "cleaning.yaml"
        return compose(self.trial.at, path) if path.exists() else None

    def behind(self, parts: Iterable[RawPart]) -> list[dict[str, str | int]]:
        """File, line and key of what is declared of the columns, of rows that are left out, and of
        checks over the columns; in the order of the file."""
        document = self._document
        if document is None:
            return []
        columns: dict[str, set[str]] = {}
        for part in parts:
            columns.setdefault(part.table, set()).update(part.columns)
        return [
            {"file": document.shown, "line": line, "key": ".".join(map(str, path))}
            for path, line in sorted(document.lines.items(), key=lambda one: (one[1], str(one[0])))
            if _is_of_column(path, columns) or self._is_check(document, path, columns)
        ]

    @staticmethod
    def _is_check(document: Document, path: Path_, columns: dict[str, set[str]]) -> bool:
        if len(path) != 2 or path[0] != "checks":
            return False
        words = set(_words(document.get(*map(str, path))))
        return any(table in words and words & of for table, of in columns.items())


def _is_of_column(path: Path_, columns: dict[str, set[str]]) -> bool:
    """tables.vas.convert.pain of the column pain of vas; tables.ntx.exclude.subject_missing."""
    if len(path) != 4 or path[0] != "tables" or str(path[1]) not in columns:
        return False
    return path[2] == EXCLUDED or str(path[3]) in columns[str(path[1])]


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
