"""What a column of a cohort holds: its kind and, for text, the possible values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialtrace.trial.model import Variable

if TYPE_CHECKING:
    from trialtrace.trial.cohort.quantities.quantity import Quantity

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
        return Variable(
            self.name,
            self.level,
            self.kind,
            self.name,
            choices,
            None,
            None,
            False,
            False,
            "",
            None,
            0,
        )


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
