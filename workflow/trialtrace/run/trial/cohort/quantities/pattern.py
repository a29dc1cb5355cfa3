"""pattern: the parts of a composite, yes/no quantities of their own."""

from collections.abc import Iterator
from typing import Annotated

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Distinct, Filled, Rule, entry_name, key, optional, shape
from trialtrace.run.trial.cohort.margins import (
    TAG,
    CountsOfShare,
    MarginCheck,
    Tag,
    cells,
    choosers,
)
from trialtrace.run.trial.cohort.quantities.quantity import YES_NO, Held, Place, Quantity
from trialtrace.run.trial.cohort.quantities.share import ShareBy, ShareValue


@shape
class PartsNumber:
    """How many of the parts are yes."""

    at_least: int | None = optional(
        "At least so many are yes; under `unknown` a missing part counts as one.", minimum=0
    )
    at_most: int | None = optional(
        "At most so many are yes; under `no` a missing part counts as one.", minimum=0
    )
    missing: Distinct[Name] | None = optional("Parts that have no value in these rows.")


@shape(by="by")
class PartShareBy(ShareBy):
    """Margins of a part by the value of a quantity."""

    set: Name | None = optional("Name of the set of counts.")
    is_: Filled[str, CountsOfShare] = key("Margin of each group.")


@shape
class PartShare(ShareValue):
    """One margin."""

    set: Name | None = optional("Name of the set of counts.")


@shape
class Part:
    """A part."""

    name: str = entry_name(default="")
    share: (
        Annotated[
            PartShareBy | PartShare,
            Rule(expected="{count, of, printed}, or {by: quantity, is: {group: …}}"),
        ]
        | None
    ) = optional("Its own margin, as in `share`.")
    propensity: float | None = optional(
        "Probability of yes if nothing tied the parts together, for a part without margin.",
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    )
    tag: Tag | None = optional(TAG)
    check: MarginCheck | None = optional("What its margin is compared with in the report.")

    @property
    def likely(self) -> float:
        """Probability of yes if nothing tied the parts together; even where none is given."""
        return 0.5 if self.propensity is None else self.propensity

    @property
    def table(self) -> CountsOfShare | None:
        """The margin of each group; None for a part without one."""
        return self.share

    @property
    def has_margin(self) -> bool:
        if self.table is None:
            return False
        return any(leaf.count is not None for _, leaf in cells(self.table))


@shape
class Composite:
    """A composite and its parts."""

    of: Name = key("The composite, a yes/no quantity of the same level.")
    yes: PartsNumber = key("Where the composite is yes.")
    no: PartsNumber = key("Where the composite is no.")
    unknown: PartsNumber | None = optional(
        "Where the composite is missing; without this the parts are missing there."
    )
    parts: Filled[Name, Part] = key("Parts; each is a quantity of that name.")

    @property
    def states(self) -> dict[str, PartsNumber | None]:
        """State of the composite -> how many of its parts are yes."""
        return {"yes": self.yes, "no": self.no, "unknown": self.unknown}


@shape
class Pattern(Quantity):
    """Parts of a composite, in numbers that agree with it."""

    kind = "pattern"
    held = Held("text", YES_NO)
    pattern: Composite = key(
        "Parts of a composite: yes/no quantities of their own, in numbers that agree with it."
    )

    @property
    def columns(self) -> list[str]:
        return list(self.pattern.parts)

    @property
    def has_margin(self) -> bool:
        return any(part.has_margin for part in self.pattern.parts.values())

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        for part in self.pattern.parts.values():
            if part.share is not None:
                place = ("pattern", "parts", part.name, "share")
                yield place, part.share, part.tag or self.origin

    def uses_of_kind(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("pattern", "of"), [self.pattern.of]
        for part in self.pattern.parts.values():
            yield ("pattern", "parts", part.name, "share"), choosers(part.share)
