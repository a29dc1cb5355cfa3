"""What a number is computed of: its variable, the rule that made it, and where the rule stands."""

from dataclasses import asdict, dataclass
from functools import cached_property

from trialtrace.base.config.compose import Path_
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.words import labels, rule_of
from trialtrace.run.trial.endpoints.shared import Labels
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, adsl_code
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

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
        rule = f"Column {origin.column} of table {origin.table}, as cleaned."
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
