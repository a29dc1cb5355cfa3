"""What labels say against what is declared: no mistake, and to be looked at before its numbers.

The dictionary calls a code "No" that an endpoint counts, a column something else than the endpoint
that takes its values, a date the screening from which times run. A label may be wrong, or short for
more than it says: so these are told and stop nothing, and another label makes them silent.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from trialtrace.run.tables.conditions import columns_of, tests_of
from trialtrace.run.trial.check_units import is_no_time
from trialtrace.run.trial.context import NUMERIC, is_number
from trialtrace.run.trial.endpoints.occurrence import Occurrence, OfOccurrences
from trialtrace.run.trial.endpoints.repeated import RepeatedInColumns
from trialtrace.run.trial.endpoints.shared import InTable, Visit, VisitDates
from trialtrace.run.trial.endpoints.time_to_event import TimeInColumn
from trialtrace.run.trial.label_words import (
    Moment,
    contraries,
    means_age,
    means_earlier,
    means_no,
    means_randomisation,
    moments,
    words_of,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, Variable, visit_labels
from trialtrace.run.trial.outcomes import texts
from trialtrace.run.trial.study.subjects import GroupsFrom

Columns = Mapping[str, Variable]


def label_remarks(trial: Trial) -> Iterator[str]:
    """Sentences, in the order of the files."""
    yield from _variables(trial)
    yield from _missing(trial)
    yield from _groups(trial)
    yield from _starts(trial)
    for endpoint in trial.endpoints.values():
        columns = _columns(trial, endpoint)
        yield from _codes(trial, endpoint, columns)
        yield from _visits(endpoint, columns)
        yield from _time(trial, endpoint, columns)
        yield from _no_time(trial, endpoint)
        yield from _other_column(endpoint, trial.dictionary)
        yield from _ends(endpoint, columns)
    yield from _analyses(trial)


def _missing(trial: Trial) -> Iterator[str]:
    """Codes for missing that the dictionary's bounds take for values; not 99, 888 and the like."""
    for table, rules in trial.cleaning.tables.items():
        columns = trial.dictionary.get(table, {})
        for variable in (columns[name] for name in rules.missing if name in columns):
            ends = variable.minimum, variable.maximum
            for code in rules.missing[variable.name]:
                low, value, high = (
                    (text or "").replace(",", ".") for text in (ends[0], code, ends[1])
                )
                numbers = variable.kind in NUMERIC and all(map(is_number, (low, value, high)))
                if not numbers or re.fullmatch(r"99+|88+|77+", code):
                    continue
                if float(low) <= float(value) <= float(high):
                    yield (
                        f"cleaning.yaml, tables.{table}.missing.{variable.name}: {code} counts as "
                        f"missing, while dictionary.csv (line {variable.row}) allows it, from "
                        f"{ends[0]} to {ends[1]}; take it out here, or narrow the bounds there"
                    )


_RANGE = re.compile(
    r"\b(under|over|below|above|and|to|from|less|more|least|most|unter|über|bis|ab|moins|plus)\b"
    r"|[<>≤≥+–-]",
    re.IGNORECASE,
)


def _groups(trial: Trial) -> Iterator[str]:
    """Groups of a number whose label names another number than those that they begin and end at."""
    for name, made in trial.subjects.groups.items():
        if not isinstance(made, GroupsFrom):
            continue
        bounds = [*made.from_.items(), ("", math.inf)]
        for (label, low), (_, after) in pairwise(bounds):
            numbers = re.findall(r"\d+(?:\.\d+)?", label) if _RANGE.search(label) else []
            named = set(map(float, numbers))
            step = 10.0 ** -max((len(n) for n in re.findall(r"\d\.(\d+)", label)), default=0)
            if named and not named & {low, low - step, after, round(after - step, 6)}:
                yield (
                    f"trial.yaml, subjects.groups.{name}.from: {label} begins at {low:g}"
                    + (f" and ends below {after:g}" if after < math.inf else "")
                    + ", which its label does not name"
                )


def _columns(trial: Trial, endpoint: Endpoint) -> Columns:
    entry = endpoint.entry
    return trial.dictionary.get(entry.table, {}) if isinstance(entry, InTable) else {}


def _place(endpoint: Endpoint) -> str:
    return f"endpoints.yaml, {endpoint.name}"


def _described(variable: Variable) -> str:
    return f"{variable.name} ({variable.label}; dictionary.csv, line {variable.row})"


# Codes


def _codes(trial: Trial, endpoint: Endpoint, columns: Columns) -> Iterator[str]:
    """A code that is counted is labelled no, or otherwise than the endpoint."""
    entry = endpoint.entry
    event = getattr(entry, "event", None)
    if isinstance(entry, OfOccurrences) and entry.of in trial.endpoints:
        event = entry.where
        of = trial.endpoints[entry.of]
        names: Mapping[str, str] = getattr(of.entry, "columns", None) or {}
        all_columns = _columns(trial, of)
        columns = {
            name: all_columns[column] for name, column in names.items() if column in all_columns
        }
    if not isinstance(event, Mapping) or "not" in set(texts(event)):
        return
    tests = [_Counted.of(columns.get(name), test) for name, test in tests_of(event)]
    counted = [test for test in tests if test is not None]
    if not counted or len(counted) < len(tests):
        return
    if all(test.is_no_of(endpoint) for test in counted) or (
        len(counted) == 1 and counted[0].is_other_of(endpoint.label)
    ):
        first = counted[0]
        labels = ", ".join(first.labels)
        called = f", which is {labels}" if first.labels != first.codes else ""
        yield (
            f"{_place(endpoint)}: {endpoint.label} counts where {_described(first.variable)} is "
            f"{', '.join(first.codes)}{called}; mend the code, or say in the label what is counted"
        )


@dataclass(frozen=True)
class _Counted:
    """The choices of a column that a test takes."""

    variable: Variable
    codes: list[str]

    @classmethod
    def of(cls, variable: Variable | None, test: object) -> "_Counted | None":
        if variable is None or not variable.choices or not isinstance(test, Mapping):
            return None
        if len(test) != 1 or not set(test) <= {"is", "in"}:
            return None
        codes = [text for text in texts(test) if text not in ("is", "in")]
        # The conditions on occurrences are of labels.
        known = {*variable.choices, *variable.choices.values()}
        return cls(variable, codes) if codes and known.issuperset(codes) else None

    @property
    def labels(self) -> list[str]:
        return [self.variable.choices.get(code, code) for code in self.codes]

    def is_no_of(self, endpoint: Endpoint) -> bool:
        """Whether the choices mean no, and the label speaks of the column and says no contrary:
        a relapse may well be no relief."""
        if not all(means_no(choice) for choice in self.labels):
            return False
        label, column = endpoint.label, self.variable.label
        same = _share(endpoint, self.variable) or set(words_of(column)) <= _OF_ANY_EVENT
        return same and contraries(label) == contraries(column)

    def is_other_of(self, label: str) -> bool:
        """Whether the label has the words of another choice, and of none of these."""
        words = set(words_of(label))

        def is_in(choice: str) -> bool:
            long = {word for word in words_of(choice) if len(word) > 3 and word.isalpha()}
            return bool(long) and long == set(words_of(choice)) and long <= words

        others = set(self.variable.choices.values()) - set(self.labels)
        return any(map(is_in, others)) and not any(words & set(words_of(o)) for o in self.labels)


# Visits


def _visits(endpoint: Endpoint, columns: Columns) -> Iterator[str]:
    """What the dictionary calls a visit, or its code or column, has another number."""
    entry = endpoint.entry
    said: dict[str, tuple[str, str]] = {}
    axis = getattr(entry, "visit", None)
    if isinstance(axis, Visit | VisitDates) and axis.column in columns:
        choices = columns[axis.column].choices
        said = {code: (label, choices.get(code, "")) for code, label in axis.labels.items()}
    elif isinstance(entry, RepeatedInColumns):
        named = {name: label for name, label in entry.columns.items() if name in columns}
        said = {name: (label, columns[name].label) for name, label in named.items()}
    wrong = [key for key, (label, other) in said.items() if _differ(moments(label), moments(other))]
    for key in wrong:
        label, other = said[key]
        yield f"{_place(endpoint)}: {key} is the visit {label}, and the dictionary calls it {other}"
    if wrong:
        return
    labels = {key: label for key, (label, _) in said.items()}
    if pair := next(_crossed(labels), None) or _descending(labels):
        crossed = " and ".join(f"{key} {labels[key]}" for key in pair)
        yield f"{_place(endpoint)}: of the visits, {crossed}: the numbers cross each other"


def _differ(first: set[Moment], second: set[Moment]) -> bool:
    """Whether two labels name other numbers of one period."""
    periods = {period for period, _ in first} & {period for period, _ in second}
    return bool(periods) and not first & second


def _number(key: str) -> float | None:
    numbers = re.findall(r"\d+", key)
    return float(numbers[-1]) if numbers else None


def _crossed(labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Two codes or columns, each with the number of the other's label."""
    numbers = {key: {number for _, number in moments(label)} for key, label in labels.items()}
    for first, second in combinations(labels, 2):
        low, high = _number(first), _number(second)
        if low != high and low in numbers[second] and high in numbers[first]:
            yield first, second


def _descending(labels: Mapping[str, str]) -> tuple[str, str] | None:
    """The first and last code, where codes ascend while the times in their labels descend."""
    times = {key: moments(label) for key, label in labels.items() if moments(label)}
    codes = sorted((key for key in times if key.isdecimal()), key=int)
    periods = {period for time in times.values() for period, _ in time}
    if len(codes) < 2 or len(periods) > 1 or any(len(time) > 1 for time in times.values()):
        return None
    values = [next(iter(times[key]))[1] for key in codes]
    return (codes[0], codes[-1]) if all(a > b for a, b in pairwise(values)) else None


def _analyses(trial: Trial) -> Iterator[str]:
    """The label of an analysis names another time than its visits."""
    for name, analysis in trial.plan.analyses.items():
        named = moments(analysis.label, within_text=True)
        if not named or not analysis.visits:
            continue
        chosen = _moments(analysis.visits)
        variables = analysis.estimand.variables
        of = [e.name for variable in variables for e in trial.family(variable)]
        known = _moments(v for each in of for v in visit_labels(each, trial.endpoints.get))
        if _differ(named, chosen) or (named & known and not named & chosen):
            yield (
                f"plan.yaml, analyses.{name}: labelled {analysis.label}, and its visits are "
                f"{', '.join(analysis.visits)}"
            )


def _moments(labels: Iterable[str]) -> set[Moment]:
    return {moment for label in labels for moment in moments(label)}


# Times


def _starts(trial: Trial) -> Iterator[str]:
    """Times run from screening or the like, and there is a date of randomisation."""
    dates = [
        variable
        for columns in trial.dictionary.values()
        for variable in columns.values()
        if variable.kind == "date" and _is_of_randomisation(variable.label)
    ]
    started: dict[str, list[str]] = {}
    for endpoint in trial.endpoints.values():
        start = getattr(endpoint.entry, "start", None)
        if isinstance(start, str) and not means_earlier(endpoint.label):
            started.setdefault(start, []).append(endpoint.name)
    for start, names in started.items() if dates else ():
        variable = trial.subjects.described(start, trial.dictionary)
        if variable is not None and means_earlier(f"{variable.label} {variable.name}"):
            yield (
                f"trial.yaml, subjects.variables.{start}: days of {', '.join(names)} run from "
                f"{_described(variable)}, while {_described(dates[0])} is there"
            )


def _no_time(trial: Trial, endpoint: Endpoint) -> Iterator[str]:
    """A time that runs from the very column that it ends with."""
    entry = endpoint.entry
    start = trial.subjects.origins.get(getattr(entry, "start", None) or "")
    for key in ("last_contact", "event_date"):
        column = getattr(entry, key, None)
        if start and (start.table, start.column) == (getattr(entry, "table", ""), column):
            yield (
                f"{_place(endpoint)}: {key} is {column}, from which the time runs (start), so that "
                "it is 0 for all; name the column of the end"
            )


def _is_of_randomisation(label: str) -> bool:
    others = {"after", "before", "since", "until", "nach", "vor", "seit"}
    return means_randomisation(label) and not others & set(words_of(label))


def _time(trial: Trial, endpoint: Endpoint, columns: Columns) -> Iterator[str]:
    """A time to an event from a column that is an age, no time, or of another start."""
    entry = endpoint.entry
    if not isinstance(entry, TimeInColumn) or entry.time not in columns:
        return
    variable = columns[entry.time]
    age = trial.subjects.age
    is_age = age is not None and (age.column, trial.subjects.table) == (entry.time, entry.table)
    cleaned = trial.cleaning.tables.get(entry.table)
    unit = cleaned.unit_of.get(entry.time, "") if cleaned else ""
    if is_age or (means_age(variable.label) and not means_age(endpoint.label)):
        yield f"{_place(endpoint)}: its time is {_described(variable)}, an age"
    elif is_no_time(unit):
        yield f"{_place(endpoint)}: its time is {_described(variable)}, in {unit}"
    elif means_randomisation(variable.label) and means_earlier(entry.origin or ""):
        yield f"{_place(endpoint)}: its origin is {entry.origin}, its time {_described(variable)}"


# Columns

# What a label says beside what is measured.
_PLAIN = frozenset(
    {"the", "of", "at", "in", "a", "an", "and", "any", "day", "date", "score", "value", "total"}
    | {"by", "to", "from", "on", "for", "with", "week", "weeks", "month", "months", "visit"}
    | {"baseline", "before", "after"}
)
_OF_ANY_EVENT = {"event", "events", "happened", "occurred", "outcome", "status", "primary", "the"}
_DEATHS = {"died", "dead", "deceased", "mortality", "verstorben", "tod", "décès", "décédé"}
_ENDS = {"end", "ended", "ends", "stop", "stopped", "resolved", "resolution", "ende", "fin"}
_BEGINS = {"onset", "start", "started", "begin", "began", "beginn", "début", "inicio", "inizio"}
# Words with the same beginning are forms of one: failed, failure.
BEGINNING = 4


def _other_column(endpoint: Endpoint, dictionary: Mapping[str, Columns]) -> Iterator[str]:
    """The values are of a column with no word of the endpoint, and another column has its label: of
    the table, or of its own name in another table."""
    entry = endpoint.entry
    if not isinstance(entry, InTable) or endpoint.score is not None:
        return
    columns, event = dictionary.get(entry.table, {}), getattr(entry, "event", None)
    groups: list[Iterable[object]] = [
        entry.columns
        if isinstance(entry, RepeatedInColumns)
        else (getattr(entry, "column", None),),
        columns_of(event) if isinstance(event, Mapping) else (),
        (getattr(entry, "event_date", None),),
    ]
    every = [name for group in groups for name in group if isinstance(name, str)]
    elsewhere = [each for table, each in dictionary.items() if table != entry.table]
    for group in groups:
        used = [columns[name] for name in every if name in group and name in columns]
        if used and not any(_share(endpoint, variable) for variable in used):
            others = [variable for name, variable in columns.items() if name not in every]
            others += [each[name] for each in elsewhere for name in every if name in each]
            like = [other for other in others if _kind(other) == _kind(used[0])]
            if meant := next((other for other in like if _is_called(endpoint, other)), None):
                yield (
                    f"{_place(endpoint)}: {endpoint.label} takes {_described(used[0])}, while "
                    f"{_described(meant)} is there; mend the column or the label"
                )


def _ends(endpoint: Endpoint, columns: Columns) -> Iterator[str]:
    """Occurrences by the day on which they ended, while there is one on which they began."""
    entry = endpoint.entry
    taken = columns.get(entry.date or "") if isinstance(entry, Occurrence) else None
    if taken is None or not _ENDS & set(words_of(taken.label)):
        return
    for other in columns.values():
        if other.kind == "date" and _BEGINS & set(words_of(other.label)):
            yield (
                f"{_place(endpoint)}: its date is {_described(taken)}, while {_described(other)} "
                f"is there"
            )


def _kind(variable: Variable) -> str:
    if variable.choices:
        return "choices"
    return "number" if variable.kind == "integer" else variable.kind


def _share(endpoint: Endpoint, variable: Variable) -> bool:
    """Whether an endpoint and a column, with its choices, have a word in common."""
    said = " ".join([variable.label, variable.name, *variable.choices.values()])
    return bool(_content(f"{endpoint.label} {endpoint.name} {endpoint.code}") & _content(said))


def _is_called(endpoint: Endpoint, variable: Variable) -> bool:
    """Whether a column has the name of an endpoint, or its label up to a unit or a visit."""
    first = re.split(r"[,(;:\[]", variable.label)[0]
    meant = _content(endpoint.label)
    return variable.name == endpoint.name or (bool(meant) and _content(first) == meant)


def _content(label: str) -> set[str]:
    """The beginnings of the words that say what is measured."""
    words = set(words_of(label.replace("_", " "))) - _PLAIN
    words |= {"death"} if words & _DEATHS else set()
    return {word[:BEGINNING] for word in words if not word.isdigit()}


def _variables(trial: Trial) -> Iterator[str]:
    """A variable of the subjects has the name of another column than its own."""
    for name, origin in trial.subjects.origins.items():
        columns = trial.dictionary.get(origin.table, {})
        for other in columns.values() if origin.column in columns else ():
            if _plain(other.name) == _plain(name) != _plain(origin.column):
                yield (
                    f"trial.yaml, subjects: {name} is {_described(columns[origin.column])}, while "
                    f"{_described(other)} is there"
                )


def _plain(name: str) -> str:
    return "".join(words_of(name.replace("_", " ")))
