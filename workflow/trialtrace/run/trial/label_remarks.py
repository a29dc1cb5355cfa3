"""What labels say of codes and visits against what is declared: to be looked at before its numbers.

The dictionary calls a code "No" that an endpoint counts, or a visit by another number, or another
column as the endpoint is called. A label may be wrong, or short for more than it says: so these are
told and stop nothing, and another label makes them silent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from trialtrace.run.tables.conditions import columns_of, tests_of
from trialtrace.run.trial.endpoints.occurrence import OfOccurrences
from trialtrace.run.trial.endpoints.repeated import RepeatedInColumns
from trialtrace.run.trial.endpoints.shared import InTable, Visit, VisitDates
from trialtrace.run.trial.label_words import (
    Moment,
    contraries,
    means_no,
    moments,
    words_of,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, Variable
from trialtrace.run.trial.outcomes import texts

Columns = Mapping[str, Variable]


def label_remarks(trial: Trial) -> Iterator[str]:
    """Sentences, in the order of the files."""
    for endpoint in trial.endpoints.values():
        columns = _columns(trial, endpoint)
        yield from _codes(trial, endpoint, columns)
        yield from _turned(endpoint, columns)
        yield from _other_column(endpoint, columns)
        yield from _visits(endpoint, columns)


def _columns(trial: Trial, endpoint: Endpoint) -> Columns:
    entry = endpoint.entry
    return trial.dictionary.get(entry.table, {}) if isinstance(entry, InTable) else {}


def _place(endpoint: Endpoint) -> str:
    return f"endpoints.yaml, {endpoint.name}"


def _described(variable: Variable) -> str:
    return f"{variable.name} ({variable.label}; dictionary.csv:{variable.row})"


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
    happened = getattr(entry, "event_label", "")
    if all(test.is_no_of(endpoint) for test in counted) or (
        len(counted) == 1
        and (counted[0].is_other_of(endpoint.label) or counted[0].is_contrary_of(happened))
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

    def is_contrary_of(self, happened: str) -> bool:
        """Whether another choice has all words of what happened, and none of these has one."""
        said, others = _content(happened), set(self.variable.choices.values()) - set(self.labels)
        named = any(said <= _content(other) for other in others)
        return bool(said) and named and not any(said & _content(one) for one in self.labels)

    def is_other_of(self, label: str) -> bool:
        """Whether the label has the words of another choice, and of none of these."""
        words = set(words_of(label))

        def is_in(choice: str) -> bool:
            long = {word for word in words_of(choice) if len(word) > 3 and word.isalpha()}
            return bool(long) and long == set(words_of(choice)) and long <= words

        others = set(self.variable.choices.values()) - set(self.labels)
        return any(map(is_in, others)) and not any(words & set(words_of(o)) for o in self.labels)


def _turned(endpoint: Endpoint, columns: Columns) -> Iterator[str]:
    """A yes or no whose no is worth 1."""
    codes = getattr(endpoint.entry, "codes", None) or {}
    variable = columns.get(getattr(endpoint.entry, "column", None) or "")
    if variable is None or {*codes.values()} != {0, 1} or len(codes) != 2:
        return
    no = next(code for code, worth in codes.items() if worth == 1)
    label = variable.choices.get(no, "")
    if means_no(label) and contraries(endpoint.label) == contraries(variable.label):
        yield f"{_place(endpoint)}: {no} of {_described(variable)} is worth 1, which is {label}"


def _other_column(endpoint: Endpoint, columns: Columns) -> Iterator[str]:
    """One column has the name or the label of the endpoint, which reads another."""
    entry = endpoint.entry
    event = getattr(entry, "event", None) if endpoint.kind == "event" else None
    names = (getattr(entry, "column", ""), getattr(entry, "time", ""), *columns_of(event or {}))
    read = {str(name) for name in names if name in columns}
    called = {columns[name].label.partition(",")[0].casefold() for name in read} | read
    name, label = endpoint.name.casefold(), endpoint.label.casefold()
    for other in columns.values() if read else ():
        said = {other.name.casefold(), other.label.partition(",")[0].casefold()}
        alike = name in said or label in said
        if alike and other.name not in read and not {name, label} & called:
            yield (
                f"{_place(endpoint)}: called as {_described(other)}, and reads "
                f"{', '.join(sorted(read))}"
            )


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
    wrong = [key for key, (label, other) in said.items() if differ(moments(label), moments(other))]
    for key in wrong:
        label, other = said[key]
        yield f"{_place(endpoint)}: {key} is the visit {label}, and the dictionary calls it {other}"
    if wrong:
        return
    labels = {key: label for key, (label, _) in said.items()}
    if pair := next(_crossed(labels), None) or _descending(labels):
        crossed = " and ".join(f"{key} {labels[key]}" for key in pair)
        yield f"{_place(endpoint)}: of the visits, {crossed}: the numbers cross each other"


def differ(first: set[Moment], second: set[Moment]) -> bool:
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


# What a label says beside what is measured.
_PLAIN = frozenset(
    {"the", "of", "at", "in", "a", "an", "and", "any", "day", "date", "score", "value", "total"}
    | {"by", "to", "from", "on", "for", "with", "week", "weeks", "month", "months", "visit"}
    | {"baseline", "before", "after"}
)
_OF_ANY_EVENT = {"event", "events", "happened", "occurred", "outcome", "status", "primary", "the"}
_DEATHS = {"died", "dead", "deceased", "mortality", "verstorben", "tod", "décès", "décédé"}
# Words with the same beginning are forms of one: failed, failure.
BEGINNING = 4


def _share(endpoint: Endpoint, variable: Variable) -> bool:
    """Whether an endpoint and a column, with its choices, have a word in common."""
    said = " ".join([variable.label, variable.name, *variable.choices.values()])
    return bool(_content(f"{endpoint.label} {endpoint.name} {endpoint.code}") & _content(said))


def _content(label: str) -> set[str]:
    """The beginnings of the words that say what is measured."""
    words = set(words_of(label.replace("_", " "))) - _PLAIN
    words |= {"death"} if words & _DEATHS else set()
    return {word[:BEGINNING] for word in words if not word.isdigit()}
