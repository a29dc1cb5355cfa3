"""What a number is computed of: its variable, the rule that made it, and where the rule stands.

What a number is and what it is about, in words: the heading and the subject of its trace.

No two results of a trial share both.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trialtrace.base.config.compose import Path_, compose
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.words import labels, rule_of, stratum_words, variable_label
from trialtrace.run.trace.years import whole_years
from trialtrace.run.trial.endpoints.shared import Labels
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, adsl_code
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Frames
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


# Results that no analysis of the plan makes, by their place in a report.
DISPLAYS = {
    "baseline": "baseline table",
    "flow": "patient flow",
    "adverse_events": "adverse events",
    PLANNING: "sample size, power and precision",
}
EVENTS = ("count.events", "events.count")
# Of these the name of the statistic says all.
PLAIN = ("descriptive", "count", "events", "subjects", "categories")
OVER_OUTCOMES = "all_pairs"


def heading(row: ResultRow) -> str:
    """ "p 0.005 (Fisher's exact test)", "count 53", "mean 5.80 (95 % CI 4.55 to 7.05), mean with
    Student's t interval"."""
    name = {"count": "count"}.get(row["stat_name"], row["stat_label"])
    text = f"{'events' if row['method'] in EVENTS else name} {row['stat_text']}"
    if plain(row):
        return text
    title = method_of(row["method"]).title
    return f"{text}, {title}" if text.endswith(")") else f"{text} ({title})"


def plain(row: ResultRow) -> bool:
    """Whether the name of the statistic says how it was made."""
    return row["method"].split(".", 1)[1] in PLAIN


class About:
    """The words of a trial's results; derived data are looked at where they hold the words."""

    def __init__(self, trial: Trial, frames: "Frames"):
        self.trial, self.frames = trial, frames
        self._populations = trial.populations
        self._told: dict[tuple[int, str], tuple[object, str]] = {}

    def subject(self, row: ResultRow) -> str:
        """Endpoint, groups, population, visit, stratum, what else the result is of, analysis."""
        trial = self.trial
        name = row["population"]
        known = name in self._populations
        parts = [
            self._endpoint(row),
            self.groups(row),
            lower_first(self._distinct(name, self._populations)) if known else name,
            f"visit {row['visit']}" if row["visit"] else "",
            stratum_words(trial, row["stratum"]) if row["stratum"] else "",
            self.second(row),
        ]
        origin = self._origin(row)
        if origin != parts[0]:
            parts.append(origin)
        return ", ".join(part for part in parts if part)

    def page(self, row: ResultRow) -> str:
        """What the numbers of an analysis are about; over a list with the endpoint or variable."""
        origin = self._origin(row)
        named = self._endpoint(row) if ";parameter=" in row["result_id"] else origin
        origin = f"{origin[0].upper()}{origin[1:]}"
        return origin if named.lower() == origin.lower() else f"{origin}: {named}"

    def _endpoint(self, row: ResultRow) -> str:
        trial, name = self.trial, row["parameter"]
        planned = row["analysis_id"] in trial.plan.analyses
        if row["analysis_id"] == PLANNING:
            return self._distinct(present(name), trial.plan.planning)
        if planned and row["method"].endswith(f".{OVER_OUTCOMES}"):
            return self._origin(row)
        if name in trial.endpoints:
            return self._distinct(name, trial.endpoints)
        if planned:
            return present(name)
        if row["analysis_id"] == "baseline":
            return variable_label(trial, present(name))
        if name in trial.plan.analyses:
            return f"Subjects analysed for: {self._distinct(name, trial.plan.analyses)}"
        if name in self._populations:
            return f"Subjects in: {self._distinct(name, self._populations)}"
        return "Subjects"

    def groups(self, row: ResultRow) -> str:
        """The arms that a result is of, in words."""
        arms = self.trial.design.arms
        if row["analysis_id"] == PLANNING:
            named = self.trial.plan.planning[present(row["parameter"])].arms or ()
            return " and ".join(arms[one].label for one in named)
        if row["comparison"]:
            reference = arms[present(row["reference"])]
            return f"{arms[row['comparison']].label} against {reference.label}"
        if row["group1_level"] in arms:
            return arms[row["group1_level"]].label
        return "all patients" if self.trial.design.kind in OWN_TREATMENT else "all arms"

    def at_time(self, row: ResultRow) -> str:
        """The time of a result: "at 90 days", "at 365 days (1 year)"."""
        level, unit = present(row["group2_level"]), self.time_unit(row)
        years = whole_years(level, unit)
        return f"at {level}{unit}" + (f" ({years})" if years else "")

    def second(self, row: ResultRow) -> str:
        """What a result is of beside its groups, with its kind: "effect visit", "at 90 days"."""
        kind, words = row["group2"], self.second_words(row)
        if kind is None or words is None:
            return ""
        if kind == "time":
            return self.at_time(row)
        if row["analysis_id"] == "flow":
            kind = "reason"
        if row["analysis_id"] == "adverse_events":
            kind, told, level = words.partition("=")
            return f"{kind} {level}" if told else "any term"
        return f"{kind} {words}"

    def _origin(self, row: ResultRow) -> str:
        name, planned = row["analysis_id"], self.trial.plan.analyses
        return self._distinct(name, planned) if name in planned else DISPLAYS[name]

    def second_words(self, row: ResultRow) -> str | None:
        """What tells a result apart beside its group: the words of a category, of another endpoint
        (an outcome of a hierarchy, the other of a correlation), of the treated side, of an
        effect; else its name."""
        kind, level = row["group2"], row["group2_level"]
        endpoints = self.trial.endpoints
        if kind in ("outcome", "with") and level in endpoints:
            return endpoints[level].label
        if kind == "covariate" and level == "treated_side":
            return "side of the treatment"
        if level is None:
            return None
        if kind == "effect":
            return level.replace("_", " " if level == "over_visits" else " × ")
        if kind == "category" and row["parameter"] in endpoints:
            code = endpoints[row["parameter"]].code
            return self._categories.get((code, level), level)
        return level

    def time_unit(self, row: ResultRow) -> str:
        """ " days", the unit of the time of a result's endpoint; empty where it has none."""
        code = self.trial.endpoints[present(row["parameter"])].code
        units = self.frames.select("adtte", {"PARAMCD": {"is": code}}).column("AVALU")
        return f" {units[0]}" if len(units) and units[0] else ""

    @cached_property
    def _categories(self) -> dict[tuple[str, str], str]:
        """(code of an endpoint, its value) -> the words of that value (AVALC)."""
        rows = self.frames.select("bds", {"AVAL": "present", "AVALC": "present"})
        codes, values, words = (rows.column(name) for name in ("PARAMCD", "AVAL", "AVALC"))
        keys = zip(codes, (f"{value:g}" for value in values), strict=True)
        return dict(zip(keys, words, strict=True))

    def _distinct(self, name: str, among: Mapping[str, Any]) -> str:
        """The label of what has this name; with the name where another has the same label."""
        key = id(among), name
        if key not in self._told:
            label = among[name].label
            same = sum(each.label == label for each in among.values())
            # What was asked is kept, so that nothing else can have its place in memory.
            self._told[key] = among, label if same == 1 else f"{label} ({name})"
        return self._told[key][1]
