"""What every quantity of a cohort says, what its columns hold, and what it answers of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeGuard, get_args, get_origin

from trialtrace.base.config.names import Condition, Name, Text
from trialtrace.base.config.spec import entry_name, items_of, key, optional, shape, types_of
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.margins import TAG, ByValue, Parameter, Tag, choosers, names_in
from trialtrace.run.trial.model import Variable

# Where something stands inside the entry of a quantity.
Place = tuple[str | int, ...]
# The tag of numbers of which the file says nothing.
ASSUMED: Tag = "assumed"
_USED = "used"
# The name of a quantity, of the same level or of one above, that another one is made from.
Used = Annotated[Name, _USED]


YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Held:
    """A column of a level. `values` are all that a text can have; None where they are not known."""

    kind: str
    values: tuple[str, ...] | None = None
    name: str = ""
    level: str = ""
    of: Quantity | None = None

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "integer")

    @property
    def yes_no(self) -> bool:
        return set(self.values or ()) == set(YES_NO)

    def variable(self) -> Variable:
        """As a column that conditions are checked with."""
        choices = dict.fromkeys(self.values or (), "")
        return Variable(self.name, self.level, self.kind, self.name, choices)


# What the column of a name holds; None where that cannot be known.
Columns = Callable[[str], Held | None]


def recorded_in(step: float | None) -> Held:
    """Numbers: whole ones where their step is a whole number."""
    return Held("integer" if step and float(step).is_integer() else "number")


def constant(value: float | str) -> Held:
    """A value that is written out."""
    if isinstance(value, str):
        return Held("text", (value,))
    return Held("integer" if isinstance(value, int) else "number")


def joined(outcomes: Sequence[Held | None]) -> Held | None:
    """What several outcomes have in common; None where they do not go together."""
    known = [outcome for outcome in outcomes if outcome is not None]
    if not known:
        return None
    kinds = {outcome.kind for outcome in known}
    if kinds <= {"number", "integer"}:
        return Held("integer" if kinds == {"integer"} else "number")
    if len(kinds) > 1:
        return None
    whole = len(known) == len(outcomes) and all(outcome.values is not None for outcome in known)
    values = tuple(dict.fromkeys(value for outcome in known for value in outcome.values or ()))
    return Held(known[0].kind, values if whole and kinds == {"text"} else None)


@shape
class Quantity:
    """A quantity: its level, exactly one kind, options."""

    kind: ClassVar[str]
    # What its columns hold, where the kind alone tells it.
    held: ClassVar[Held | None] = None

    name: str = entry_name(default="")
    level: Name = key("Level whose rows have the quantity.")
    label: Text | None = optional(
        "What a report calls it: of a margin that no check names an endpoint or a variable of."
    )
    tag: Tag | None = optional(TAG)
    note: Text | None = optional("Where the numbers come from, or why they are assumed so.")
    where: Condition | None = optional(
        "Rows that have a value; where this is not surely met the value is missing."
    )
    printed: Text | None = optional(
        "What was printed, for numbers tagged printed that are no margin."
    )

    @property
    def body(self) -> object:
        """What stands under the kind."""
        body: object = getattr(self, self.kind)
        return body

    @property
    def columns(self) -> list[str]:
        """The columns that it makes."""
        return [self.name]

    def holds(self, columns: Columns) -> Held | None:
        """What its columns hold; None where that cannot be known."""
        return self.held

    # --- what its numbers stand for ------------------------------------------------------------

    @property
    def origin(self) -> Tag:
        """Where its numbers come from."""
        return self.tag or ASSUMED

    @property
    def has_margin(self) -> bool:
        """Whether it has counts, totals or moments that are hit."""
        return False

    @property
    def parameter_origin(self) -> Tag:
        """Where the numbers come from that are no margin: beside a margin they are assumed."""
        return ASSUMED if self.has_margin else self.origin

    def parameters(self) -> dict[str, Parameter]:
        """Key under the kind -> a number, the name of one, or a table of them."""
        return {name: value for name, hint, value in self._keys() if _is_parameter(value, hint)}

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        """Everything that is divided by groups: its place, the table, the tag of its numbers."""
        return iter(())

    # --- what it is made from ------------------------------------------------------------------

    def needs(self) -> list[tuple[Place, str]]:
        """(place, quantity) for everything it is made from, of its level or of one above.

        What a summary takes from a level below is told by `gathers`.
        """
        found: list[tuple[Place, str]] = [
            (("where",), name) for name in columns_of(self.where or {})
        ]
        found += [(place, name) for place, names in self.uses() for name in names]
        return list(dict.fromkeys(found))

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        """Places that name quantities, with these names: those of the kind, then of the options."""
        return self.uses_of_kind()

    def uses_of_kind(self) -> Iterator[tuple[Place, list[str]]]:
        """The same of the kind alone: parameters, tables, and keys of the type `Used`."""
        for name, hint, value in self._keys():
            yield (self.kind, name), _named(hint, value)

    def _keys(self) -> Iterator[tuple[str, object, object]]:
        """Each key under the kind, its type, and what is given."""
        shape: type = type(self.body)
        hints = types_of(shape)
        for name, value in items_of(self.body).items():
            yield name, hints[name], value

    @property
    def level_below(self) -> str | None:
        """The level below whose rows it summarises."""
        return None

    @property
    def gathers(self) -> list[str]:
        """The quantities of that level that it takes."""
        return []


def _named(hint: object, value: object) -> list[str]:
    """The quantities that the value of a key names, by the type of the key."""
    if _is_parameter(value, hint):
        return names_in(value)
    if isinstance(value, ByValue):
        return choosers(value)
    if _is_used(hint):
        return [str(value)]
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    inner = get_args(bare)[0] if get_origin(bare) in (tuple, dict) else None
    return list(value) if _is_used(inner) and isinstance(value, Iterable) else []


def _is_parameter(value: object, hint: object) -> TypeGuard[Parameter]:
    """Whether the value of a key is a parameter, by the type of the key."""
    return hint == Parameter


def _is_used(hint: object) -> bool:
    return get_origin(hint) is Annotated and _USED in get_args(hint)
