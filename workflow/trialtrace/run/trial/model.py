"""What the dictionary, the endpoints and the plan say, as types.

Names (arms, endpoints, variables, populations, analyses) are those of the configuration; ADaM codes
stand beside them (`code`, `flag`). Conditions stay mappings: `trialtrace.run.tables.conditions`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trialtrace.run.trial.endpoints.shared import Entry

if TYPE_CHECKING:
    from trialtrace.run.trial.instruments import declaration as instruments

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Variable:
    """A column of the data dictionary. `kind` is text, number, integer or date.

    `decimal` is the decimal sign that the field's validation type demands, `branching` the
    condition under which the field is shown: it may be blank elsewhere.
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
