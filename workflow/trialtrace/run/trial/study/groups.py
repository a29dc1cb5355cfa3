"""Variables made from another of the subjects: groups by cut points or codes, functions of it."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Name, Spellings, Text, listed
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.model import Variable


@shape(by="from")
class GroupsFrom:
    """Groups of a number, by the value that each begins at."""

    of: Name = key("Age, or another variable of `subjects` that is a number.")
    label: Text = key("What a report calls the groups.")
    from_: dict[Text, float] = key(
        "Label of each group to the lowest value in it, in rising order. A value below all of "
        "them stops the run.",
        minProperties=2,
    )

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(self.from_)

    @property
    def told(self) -> str:
        """How the groups are made, read aloud."""
        return "; ".join(f"{level} from {lowest:g}" for level, lowest in self.from_.items())


@shape(by="codes")
class GroupsOfCodes:
    """Groups of codes."""

    of: Name = key("Sex, site, or another variable of `subjects` that has codes.")
    label: Text = key("What a report calls the groups.")
    codes: dict[Text, Spellings] = key(
        "Label of each group to its codes, in quotes, as they stand in the data. A code that is in "
        "no group stops the run.",
        minProperties=2,
    )

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(self.codes)

    @property
    def told(self) -> str:
        """How the groups are made, read aloud."""
        return "; ".join(f"{level} of {one_of(listed(of))}" for level, of in self.codes.items())

    @property
    def by_code(self) -> dict[str, str]:
        """Code -> label of its group."""
        return {code: level for level, codes in self.codes.items() for code in listed(codes)}


# Function of a number -> its name, read aloud.
TRANSFORMATIONS = {
    "log": "natural logarithm",
    "log2": "logarithm to base 2",
    "log10": "logarithm to base 10",
    "square_root": "square root",
    "square": "square",
    "cube": "third power",
    "inverse": "inverse",
}


@shape
class Transformed:
    """A function of a number, such as its logarithm."""

    of: Name = key("Age, or another variable of `subjects` that is a number.")
    as_: Literal["log", "log2", "log10", "square_root", "square", "cube", "inverse"] = key(
        "The function: a logarithm (natural, to base 2 or 10), a root, a power, or 1 divided by "
        "the number. A value that has none, such as the logarithm of 0, stops the run."
    )
    label: Text | None = optional(
        "What a report calls it; the name of the function and of the variable, where it is left "
        "out."
    )

    @property
    def told(self) -> str:
        """How it is made, read aloud."""
        return TRANSFORMATIONS[self.as_]


Groups = GroupsFrom | GroupsOfCodes
Made = Groups | Transformed


def made_variable(product: Made, table: str, column: str, source: Variable | None) -> Variable:
    """A variable that is made of `column`, which `source` describes: labels are the choices of
    groups."""
    if isinstance(product, Transformed):
        kind, choices = "number", {}
        label = (
            product.label
            or f"{product.told} of {lower_first(source.label) if source else product.of}"
        )
    else:
        kind, choices = "text", {level: level for level in product.levels}
        label = product.label
    return Variable(column, table, kind, label, choices)
