"""spread: a whole number a row, with an exact total."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Filled, Rule, key, shape
from trialtrace.run.trial.cohort.margins import Tag, Total, Totals, TotalsBy, choosers
from trialtrace.run.trial.cohort.quantities.options import Checked, Loaded
from trialtrace.run.trial.cohort.quantities.quantity import Held, Place


@shape(by="by")
class SpreadTotalsBy(TotalsBy):
    """Totals by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group.")
    is_: Filled[str, Totals] = key("Total of each group.")


@shape
class SpreadTotal(Total):
    """One total."""

    total: int = key("Total over all rows.", minimum=0)


@shape
class Spread(Checked, Loaded):
    """A whole number a row, with an exact total."""

    kind = "spread"
    held = Held("integer")
    spread: Annotated[
        SpreadTotalsBy | SpreadTotal,
        Rule(expected="{total: 7} or {by: quantity, is: {group: {total: 7}}}"),
    ] = key("A whole number a row, with an exact total.")

    @property
    def table(self) -> Totals:
        """The total of each group."""
        return self.spread

    @property
    def has_margin(self) -> bool:
        return True

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        yield ("spread",), self.spread, self.origin

    def uses_of_kind(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("spread",), choosers(self.spread)
