"""What the declarations say is an outcome, and which populations and rows are chosen by one.

A column is an outcome's where an endpoint takes values from it after its baseline. Columns by which
rows are chosen or visits told are none, nor is one of a measure that is a variable of the subjects.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace

from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.model import Condition, Endpoint, Variable, baseline
from trialtrace.run.trial.study.file import ByArm, EndpointVisit, Population
from trialtrace.run.trial.study.subjects import ARM, Subjects

Place = tuple[str, str]
"""A clean table and its column."""

# What of an entry is no column that a value is taken from: rows, axes, words.
_NO_VALUE = {
    *("table", "where", "visit", "side", "location", "start", "baseline", "scale", "unit", "of"),
    *("label", "code", "kind", "source", "origin", "event_label", "censored_label"),
    *("horizon_label", "term", "first_of", "competing", "occurrence", "seen"),
}
# How patients were treated and followed, by the name or label of a column, or the flag.
_CONDUCT = re.compile(
    r"\bper[ -]?protocol|\bpp(rot)?(fl)?\b|\bprotocol (deviat|violat)|\b(non)?(complian|adheren)"
    r"|\bevaluable\b|\bcompleters?\b"
    r"|\bcomplet\w* (the |all )?(study|trial|treatment|therapy|follow|protocol)",
    re.IGNORECASE,
)
CHOSEN = " (chosen after randomisation)"
"""Behind the label of a population that an outcome chooses; its rule says which."""


def texts(value: object, without: Iterable[str] = ("name",)) -> Iterator[str]:
    """Every text in what is declared, keys of mappings too, without fields of these names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts(key, without)
            yield from texts(each, without)
    elif isinstance(value, Iterable):
        for each in value:
            yield from texts(each, without)
    elif is_dataclass(value):
        for part in fields(value):
            if part.name not in without:
                yield from texts(getattr(value, part.name), without)


@dataclass(frozen=True)
class Outcomes:
    """The endpoints of a trial as what happened after randomisation."""

    endpoints: Mapping[str, Endpoint]
    subjects: Subjects
    dictionary: Mapping[str, Mapping[str, Variable]] = field(default_factory=dict)

    def taken_from(self, place: Place) -> list[str]:
        """The endpoints that take values after baseline from a column."""
        if any(place in self._at_baseline(endpoint) for endpoint in self.endpoints.values()):
            return []
        return [name for name, endpoint in self.endpoints.items() if self._reads(endpoint, place)]

    def chosen_by(self, population: Population) -> list[str]:
        """The endpoints by whose values, or whether they have one, a population is chosen."""
        parts: list[Population | ByArm] = [population, *population.by_arm.values()]
        places = [place for part in parts for place in self._places(part.where)]
        found = [name for place in places for name in self.taken_from(place)[:1]]
        for part in parts:
            found += [name for name, test in part.endpoints.items() if self._late(name, test)]
        return list(dict.fromkeys(found))

    def labelled(self, population: Population) -> Population:
        """The population, its label with that an outcome chooses it, or how patients were treated
        and followed, where it does not say that itself."""
        conduct = self._by_conduct(population) and not _CONDUCT.search(population.label)
        if not (conduct or self.chosen_by(population)):
            return population
        return replace(population, label=f"{population.label}{CHOSEN}")

    def _by_conduct(self, population: Population) -> bool:
        """Whether the flag of a population, or the name or label of a column that chooses it, says
        that it is one per protocol, or the like."""
        parts: list[Population | ByArm] = [population, *population.by_arm.values()]
        words = [population.flag]
        for table, column in (place for part in parts for place in self._places(part.where)):
            variable = self.dictionary.get(table, {}).get(column)
            words += [column.replace("_", " "), variable.label if variable else ""]
        return any(map(_CONDUCT.search, words))

    def _places(self, where: Condition | None) -> list[Place]:
        """The columns of a condition on subjects; of rows that are chosen, such as those of
        baseline, it is not known when they are of."""
        origins = self.subjects.origins
        names = [name for name in columns_of(where or {}) if name != ARM]
        chosen = {
            name: origin for name, origin in origins.items() if origin.table != self.subjects.table
        }
        return [
            (chosen[name].table, chosen[name].column)
            if name in chosen
            else (self.subjects.table, name)
            for name in names
            if name not in chosen or chosen[name].where is None
        ]

    def _reads(self, endpoint: Endpoint, place: Place) -> bool:
        entry = endpoint.entry
        if not isinstance(entry, InTable) or entry.table != place[0]:
            return False
        known = {
            origin.column
            for origin in self.subjects.origins.values()
            if origin.table == entry.table
        }
        event = getattr(entry, "event", None)
        if place[1] in known and isinstance(event, Mapping):
            # Beside another column, a variable of the subjects is what that one is held against.
            return known.issuperset(columns_of(event)) and place[1] in columns_of(event)
        if place[1] in known and endpoint.kind == "measure":
            return False
        return place[1] in texts(entry, _NO_VALUE)

    def _at_baseline(self, endpoint: Endpoint) -> list[Place]:
        """The columns of a wide table that hold the baseline."""
        entry = endpoint.entry
        visits = getattr(entry, "visits", None)
        if not isinstance(visits, Mapping) or not isinstance(entry, InTable):
            return []
        return [(entry.table, name) for name, label in visits.items() if label == entry.baseline]

    def _late(self, name: str, test: object) -> bool:
        """Whether a test of an endpoint is of a value after its baseline."""
        if isinstance(test, EndpointVisit):
            return test.visit != baseline(name, self.endpoints.get)
        return self._after_baseline(name, set())

    def _after_baseline(self, name: str, seen: set[str]) -> bool:
        """False where all that an endpoint is made of is known at baseline, as far as is known."""
        seen.add(name)
        endpoint = self.endpoints[name]
        if endpoint.kind == "measure" and isinstance(endpoint.entry, InTable):
            column = getattr(endpoint.entry, "column", "")
            return bool(self.taken_from((endpoint.entry.table, column)))
        parents = [parent for parent in endpoint.entry.parents if parent not in seen]
        return not parents or any(self._after_baseline(parent, seen) for parent in parents)
