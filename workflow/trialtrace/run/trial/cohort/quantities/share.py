"""share: yes or no, by probability or in exact counts."""

from collections.abc import Iterator
from typing import Annotated

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Filled, Listed, Rule, key, optional, shape
from trialtrace.run.trial.cohort.margins import (
    CountsOfShare,
    CountsOfShareBy,
    MarginCheck,
    Parameter,
    ShareMargin,
    Tag,
    Total,
    Totals,
    TotalsBy,
    cells,
    choosers,
    key_of,
    names_in,
)
from trialtrace.run.trial.cohort.quantities.options import LOADS, Checked, Loaded, Loads, Scored
from trialtrace.run.trial.cohort.quantities.quantity import YES_NO, Held, Place


@shape
class SetOfCounts:
    """A margin whose counts are one set of several that print the same."""

    set: Name | None = optional("Name of the set of counts, among those that would print the same.")


@shape(by="by")
class ShareBy(CountsOfShareBy, SetOfCounts):
    """Margins of a share by the value of a quantity."""

    by: Name = key("Quantity whose value chooses the group.")
    is_: Filled[str, CountsOfShare] = key(
        "Margin of each group: {count, of, printed, tag} or {probability}, or groups within it."
    )


@shape
class ShareValue(ShareMargin, SetOfCounts):
    """One margin."""


@shape(expected="{of: quantity, set, by, is} or {of: quantity, count, among, printed}")
class Among:
    """A margin."""

    of: Name = key("The yes/no quantity.")
    set: Name | None = optional("Name of the set of counts.")
    margin: CountsOfShare = key("The counts, as in `share`.")
    check: MarginCheck | None = optional("What the margin is compared with in the report.")


@shape
class Known:
    """Who has a value, where a share has fewer than all rows."""

    loads: Loads = key(LOADS)


@shape
class AmongOthers(Scored):
    """A share with further margins, and with rows that have no value."""

    among: Listed[Among] | None = optional(
        "Further margins of a share, among the rows where another yes/no quantity is yes."
    )
    known: Known | None = optional("Who has a value, where a share has fewer than all rows.")

    @property
    def known_loads(self) -> Loads:
        """Loadings of the score by which rows have a value."""
        return self.known.loads if self.known else {}

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        for position, other in enumerate(self.among or ()):
            yield ("among", position, "margin"), other.margin, self.origin

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield from super().uses()
        yield ("known", "loads"), list(self.known_loads)
        for position, other in enumerate(self.among or ()):
            yield ("among", position), [other.of, *choosers(other.margin)]


@shape
class Share(Checked, AmongOthers):
    """Yes or no."""

    kind = "share"
    held = Held("text", YES_NO)
    share: Annotated[
        ShareBy | ShareValue,
        Rule(
            expected='{probability: 0.2}, {count: 12, of: 40, printed: "30.0%"}, '
            "or {by: quantity, is: {group: …}}"
        ),
    ] = key(
        "yes or no. With counts, exactly so many: {set, count, of, printed}, {set, by, "
        "is}, or {probability}."
    )

    @property
    def table(self) -> CountsOfShare:
        """The margin of each group."""
        return self.share

    @property
    def has_margin(self) -> bool:
        return any(leaf.count is not None for _, leaf in cells(self.table))

    def parameters(self) -> dict[str, Parameter]:
        # The probability of a group belongs to its margin.
        return {}

    def margins(self) -> Iterator[tuple[Place, object, Tag]]:
        yield ("share",), self.share, self.origin
        yield from super().margins()

    def probabilities(self) -> Iterator[tuple[Place, Parameter]]:
        """Those of the groups without a count, each with its place."""
        for group, leaf in cells(self.table):
            if leaf.probability is not None:
                yield ("share", *key_of(group), "probability"), leaf.probability

    def uses_of_kind(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("share",), choosers(self.share)
        for place, probability in self.probabilities():
            yield place, names_in(probability)


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
