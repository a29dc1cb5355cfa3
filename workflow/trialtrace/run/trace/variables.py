"""What a number is computed of: its variable, the rule that made it, and where the rule stands."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from trialtrace.base.config.compose import Path_, compose
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.words import labels, rule_of
from trialtrace.run.trial.endpoints.shared import Labels
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, adsl_code
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

if TYPE_CHECKING:
    from trialtrace.run.trace.raw_rows import RawPart

ENDPOINTS = "endpoints.yaml"


@dataclass(frozen=True)
class Variable:
    """A variable: its label and code, its rule as a sentence, file and line of the rule."""

    label: str
    code: str
    rule: str
    file: str
    line: int


class Variables:
    """The variables of a trial's results; each rule is told once."""

    def __init__(self, trial: Trial):
        self.trial = trial
        self._made: dict[tuple[str, str | None], list[dict[str, str | int]]] = {}

    def behind(self, row: ResultRow) -> list[dict[str, str | int]]:
        """Those of a result: its endpoint, the endpoints of its analysis, or its baseline
        variable. None where patients are counted."""
        key = (row["analysis_id"], row["parameter"])
        if key not in self._made:
            self._made[key] = [asdict(finding) for finding in self._behind(*key)]
        return self._made[key]

    def _behind(self, analysis: str, parameter: str | None) -> list[Variable]:
        trial = self.trial
        if analysis == PLANNING:
            return []
        if parameter in trial.endpoints:
            return [self._endpoint(trial.endpoints[parameter])]
        if analysis in trial.plan.analyses:
            if parameter is not None:
                return []
            named = trial.plan.analyses[analysis].estimand.variables
            return [
                self._endpoint(trial.endpoints[short_name])
                for short_name in named
                if short_name in trial.endpoints
            ]
        return self._subject(parameter) if parameter else []

    def of_code(self, code: str) -> list[Variable]:
        """The endpoint of this code."""
        return [
            self._endpoint(endpoint)
            for endpoint in self.trial.endpoints.values()
            if endpoint.code == code
        ]

    def of_column(self, column: str) -> list[Variable]:
        """The variable of the subjects that is this column of ADSL."""
        names = (name for name in self.trial.subjects.origins if adsl_code(name) == column)
        return [variable for name in names for variable in self._subject(name)]

    def _subject(self, parameter: str) -> list[Variable]:
        trial = self.trial
        origin = trial.subjects.origins.get(parameter)
        if origin is None:
            return []
        what = f"Sum of columns {', '.join(origin.columns)}" if origin.plus else ""
        rule = f"{what or f'Column {origin.column}'} of table {origin.table}, as cleaned."
        described = trial.subjects.described(parameter, trial.dictionary)
        label = described.label if described is not None else parameter
        return [Variable(label, adsl_code(parameter), rule, self._shown("trial.yaml"), 0)]

    def _endpoint(self, endpoint: Endpoint) -> Variable:
        line = self._lines.get((endpoint.family or endpoint.name,), 1)
        rule = rule_of(self._words, endpoint)
        if isinstance(endpoint.entry, InstrumentEntry):
            about = endpoint.entry.declared
            rule = f"Scored as {about.title}: {lower_first(about.rule)}"
        return Variable(endpoint.label, endpoint.code, rule, self._shown(ENDPOINTS), line)

    def _shown(self, name: str) -> str:
        return self.trial.at.shown(self.trial.at.trial_config(self.trial.name) / name)

    @cached_property
    def _words(self) -> Labels:
        return labels(self.trial)

    @property
    def _lines(self) -> dict[Path_, int]:
        return self.trial.lines("endpoints")


# Where cleaning.yaml says what was done to the cells behind a number.

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
