"""choice: a category, by probabilities or in exact counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialtrace.base.config.names import Text
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.run.trial.cohort.margins import CategoryCounts, CategoryWeights, Tag, cells
from trialtrace.run.trial.cohort.quantities.options import Checked, Scored
from trialtrace.run.trial.cohort.quantities.quantity import Columns, Held, Place, Used


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
