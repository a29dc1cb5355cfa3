"""Categories, values of a scale and picked rows, by scores; and text with a number in it."""

from collections.abc import Iterable, Iterator

from trialtrace.base.config.names import Text
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.run.trial.cohort.margins import (
    CategoryCounts,
    CategoryWeights,
    LevelProbabilities,
    Parameter,
    Tag,
    cells,
)
from trialtrace.run.trial.cohort.quantities.options import Checked, Scored
from trialtrace.run.trial.cohort.quantities.quantity import (
    YES_NO,
    Columns,
    Held,
    Place,
    Quantity,
    Used,
)


@shape(least=1)
class Categories:
    """The categories of a choice, from the lowest score to the highest."""

    of: CategoryWeights | None = optional("Probability of each category.")
    counts: CategoryCounts | None = optional(
        "Exact count of each category, instead of probabilities."
    )
    printed: Text | None = optional("What was printed of the counts.")
    quota: Distinct[Used] | None = optional(
        "Quantities in whose every group the probabilities are met as closely as whole numbers can."
    )

    @property
    def names(self) -> tuple[str, ...]:
        """Every category, in the order in which they first stand."""
        numbers: list[Iterable[str]] = []
        if self.counts is not None:
            numbers += [leaf for _, leaf in cells(self.counts)]
        elif self.of is not None:
            numbers += [leaf for _, leaf in cells(self.of)]
        return tuple(dict.fromkeys(name for leaf in numbers for name in leaf))


@shape
class Choice(Checked, Scored):
    """A category."""

    kind = "choice"
    choice: Categories = key("A category.")

    def holds(self, columns: Columns) -> Held:
        return Held("text", self.choice.names)

    @property
    def has_margin(self) -> bool:
        return self.choice.counts is not None

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        for name, table in (("of", self.choice.of), ("counts", self.choice.counts)):
            if table is not None:
                yield ("choice", name), table, self.origin


@shape
class Scale:
    """The values of a scale, and how likely each is."""

    from_: int = key("Lowest value.")
    probabilities: LevelProbabilities = key("Probability of each value, from the lowest.")
    shift: Parameter | None = optional(
        "Shift of the latent score, in its standard deviations; positive is towards higher values."
    )


@shape
class Ordinal(Scored):
    """A whole number on a scale."""

    kind = "ordinal"
    held = Held("integer")
    ordinal: Scale = key("A whole number on a scale, by cutting a latent score.")

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        yield ("ordinal", "probabilities"), self.ordinal.probabilities, self.origin


@shape
class Number:
    """How many rows are picked."""

    count: Parameter = key("How many, by quantities of the level above.")


@shape
class Pick(Scored):
    """Yes for so many of the rows under each parent."""

    kind = "pick"
    held = Held("text", YES_NO)
    pick: Number = key("yes for so many of the rows under each parent, no for the others.")


@shape
class Identifier:
    """A number as text."""

    of: Used = key("The number.")
    prefix: Text | None = optional("Text before it.")
    width: int | None = optional("Digits, filled with zeros.", minimum=1, maximum=12)


@shape
class TextQuantity(Quantity):
    """Text with a whole number in it, such as an identifier."""

    kind = "text"
    held = Held("text")
    text: Identifier = key("Text with a whole number in it, such as an identifier.")
