"""What the dictionary, the endpoints and the plan say, as types.

Names (arms, endpoints, variables, populations, analyses) are those of the configuration; ADaM codes
stand beside them (`code`, `flag`). Conditions stay mappings: `trialtrace.run.tables.conditions`.

The visits of an endpoint by its declaration alone; the one place that knows them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trialtrace.run.trial.endpoints.shared import AFTER_BASELINE, Entry

if TYPE_CHECKING:
    from trialtrace.run.trial.instruments import declaration as instruments

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Variable:
    """A column of the data dictionary. `kind` is text, number, integer, date, datetime or time.

    `decimal` is the decimal sign that the field's validation type demands and `decimals` their
    number; `branching` the condition under which the field is shown: it may be blank elsewhere. A
    duration is a number, and `duration` says how it is written: "mm:ss".
    """

    name: str
    table: str
    kind: str
    label: str
    choices: dict[str, str] = field(default_factory=dict)
    minimum: str | None = None
    maximum: str | None = None
    required: bool = False
    identifier: bool = False
    note: str = ""
    date_order: str | None = None
    row: int = 0
    decimal: str = "."
    branching: str = ""
    duration: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class ValueScale:
    """The scale of an endpoint's values, as far as its ends and their direction are known."""

    type: str
    low: float | None
    high: float | None
    higher: str | None


EntryOf = TypeVar("EntryOf", bound=Entry, covariant=True)


@dataclass(frozen=True)
class Endpoint(Generic[EntryOf]):
    """A derived endpoint. `kind` names a module of the registry, `entry` is what its kind declares.

    `family` is the name of the entry in endpoints.yaml. An instrument gives one a scale (`score`);
    `joined` are the axes over which its rule joins records to one.
    """

    name: str
    label: str
    code: str
    kind: str
    entry: EntryOf
    family: str = ""
    score: "instruments.Scale | None" = None
    joined: tuple[str, ...] = ()

    @property
    def scale(self) -> ValueScale | None:
        """The scale of its values: that of its score, or what its entry declares."""
        if self.score is not None:
            score = self.score
            return ValueScale(score.type, score.low, score.high, score.higher)
        if (told := self.entry.scale) is None:
            return None
        return ValueScale(told.type, told.from_, told.to, told.higher)

    @property
    def higher(self) -> str | None:
        """Whether higher values, or more events, are "better" or "worse"; None where that is not
        said."""
        scale = self.scale
        return self.entry.higher if scale is None else scale.higher

    @property
    def places(self) -> dict[str, list[str]]:
        """LAT and LOC -> labels of the sides and locations that tell records apart."""
        axes = {"LAT": ("side", self.entry.side), "LOC": ("location", self.entry.location)}
        return {
            column: list(axis.labels.values())
            for column, (name, axis) in axes.items()
            if axis is not None and name not in self.joined
        }


def adsl_code(name: str) -> str:
    """The ADSL column of a variable's name: age -> AGE, site -> SITEID, sod -> SOD."""
    return {"site": "SITEID", "arm": "TRT01P"}.get(name, name.upper())


def with_parents(names: Iterable[str], endpoints: Mapping[str, Endpoint]) -> set[str]:
    """The endpoints of some names, and all that they are made from."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        if (name := waiting.pop()) not in found and name in endpoints:
            found.add(name)
            waiting += endpoints[name].entry.parents
    return found


def made_after(endpoint: Endpoint, declared: Callable[[str], Endpoint | None]) -> list[str]:
    """The endpoints without which one cannot be derived: of an event that competes with it the own
    times alone, so that two can compete with each other."""
    rivals = {name: declared(name) for name in endpoint.entry.competing_events}
    needed = [name for name in endpoint.entry.parents if rivals.get(name) is None]
    for rival in rivals.values():
        if rival is not None:
            others = rival.entry.competing_events
            needed += [name for name in rival.entry.parents if name not in others]
    return needed


# An endpoint by its name; None where there is none.
Declared = Callable[[str], Endpoint | None]


def visit_labels(name: str, declared: Declared) -> list[str]:
    """The labels of the visits of an endpoint's records in their order; [] where it has none."""
    endpoint = declared(name)
    if endpoint is None:
        return []
    if labels := endpoint.entry.visit_labels:
        return labels
    return chosen_visits(name, declared) if endpoint.entry.follows_visits else []


def chosen_visits(name: str, declared: Declared) -> list[str]:
    """The visits of its parents that a made endpoint looks at: all, some, or those after baseline.

    The visits of a composite are those of its first part that has visits.
    """
    endpoint = declared(name)
    if endpoint is None:
        return []
    others = _without(name, declared)
    parts = (visit_labels(parent, others) for parent in endpoint.entry.parents)
    labels = next((known for known in parts if known), [])
    chosen = endpoint.entry.chosen_visits
    if isinstance(chosen, tuple):
        return [label for label in labels if label in chosen]
    if chosen == AFTER_BASELINE:
        first = baseline(name, declared)
        return labels[labels.index(first) + 1 :] if first in labels else labels
    return labels


def baseline(name: str, declared: Declared) -> str | None:
    """The label of the baseline of an endpoint, or of the first of its parts that has one."""
    endpoint = declared(name)
    if endpoint is None:
        return None
    if endpoint.entry.baseline is not None:
        return endpoint.entry.baseline
    starts = (baseline(parent, _without(name, declared)) for parent in endpoint.entry.parents)
    return next((start for start in starts if start is not None), None)


def _without(name: str, declared: Declared) -> Declared:
    """The endpoints but one, so that a circle of declarations comes to an end."""
    return lambda other: None if other == name else declared(other)
