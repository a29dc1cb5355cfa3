"""Groups of subjects, made from a variable of theirs by cut points or by codes."""

from __future__ import annotations

from trialtrace.base.config.names import Name, Spellings, Text, listed
from trialtrace.base.config.spec import key, shape
from trialtrace.base.errors import one_of
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


Groups = GroupsFrom | GroupsOfCodes


def made_variable(groups: Groups, table: str, column: str) -> Variable:
    """The variable of some groups, whose choices are their labels; `column` is what they are of."""
    choices = {level: level for level in groups.levels}
    return Variable(
        column, table, "text", groups.label, choices, None, None, False, False, "", None, 0
    )
