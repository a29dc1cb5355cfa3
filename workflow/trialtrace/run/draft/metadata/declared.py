"""A declaration of a column, whoever makes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Declared:
    """What a file or a document states of a column.

    `kind` is integer, number, date, moment, clock, duration, text or
    code, and empty where no type is declared; `order` is that of a date (ymd, dmy, mdy), or of the
    parts of a duration (mm:ss, hh:mm, hh:mm:ss). `choices` maps each code to its label, `missing`
    each code for a missing value to what it says, which may be nothing. `low` and `high` are
    declared bounds. `form` is a form of REDCap, `branching` the condition under which a field of it
    is shown.
    """

    label: str = ""
    unit: str = ""
    kind: str = ""
    order: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    low: str = ""
    high: str = ""
    identifier: bool = False
    form: str = ""
    branching: str = ""

    def over(self, other: "Declared") -> "Declared":
        """This declaration, completed by another one where it states nothing."""
        empty = {
            name: getattr(other, name)
            for name in self.__dataclass_fields__
            if not getattr(self, name)
        }
        return replace(self, **empty)


NOTHING = Declared()
