"""What the entries of several instruments say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from trialtrace.base.config.names import (
    Code,
    Column,
    Item,
    Name,
    Text,
    Value,
    VisitLabel,
    Words,
)
from trialtrace.base.config.references import TableCondition, TableName
from trialtrace.base.config.spec import Distinct, Filled, Rule, key, optional, shape
from trialtrace.run.trial.endpoints.shared import Entry, InTable, Labels, Location, Side, Visit
from trialtrace.run.trial.endpoints.wide import ItemPattern, VisitWindows
from trialtrace.run.trial.instruments.declaration import Instrument, Mistake, Scale
from trialtrace.run.trial.instruments.declaration import Item as ItemValues

if TYPE_CHECKING:
    import numpy as np

_LABEL = "Label in reports; of a score that has a name of its own, what stands before it."


@shape(by="prefix")
class ItemsPrefix:
    """Columns named by a prefix and the item."""

    prefix: Text = key("What stands before the item in the name of its column.")


class Scored(Entry):
    """Where the items of an instrument stand, which of its scales are made, what they are called.

    A key that an instrument lacks is None.
    """

    items: ItemsPrefix | ItemPattern | dict[str, str] | None = None
    column: str | None = None
    scales: Literal["all"] | tuple[str, ...] | None = None
    labels: dict[str, str] | None = None
    codes: dict[str, float] | None = None
    item_codes: dict[str, dict[str, float]] | None = None

    def worth_of(self, item: str) -> dict[str, float]:
        """The number of each code of an item; empty where its column has numbers."""
        return (self.item_codes or {}).get(item, self.codes or {})

    def column_of(self, item: str) -> str:
        """The column of an item, or of the one item. Raises KeyError where nothing gives it one,
        which no check lets by."""
        (column,) = self.columns_of(item)
        return column

    def columns_of(self, item: str) -> list[str]:
        """The columns of an item: one, or one for each visit of a pattern."""
        if isinstance(self.items, ItemPattern):
            return self.items.columns(item)
        if isinstance(self.items, ItemsPrefix):
            return [f"{self.items.prefix}{item}"]
        if self.items is not None:
            return [self.items[item]]
        if self.column is None:
            raise KeyError(item)
        return [self.column]

    def has_scale(self, name: str) -> bool:
        """Whether a scale of the instrument is made; one without a name always is."""
        return self.scales in (None, "all") or not name or name in (self.scales or ())


@shape
class InstrumentEntry(Scored):
    """An entry of endpoints.yaml that is scored by the rule of an instrument."""

    declared: ClassVar[Instrument]

    label: Text | None = optional(_LABEL)
    code: Code = key(
        "PARAMCD, before the suffix of a scale: at most 8 capitals and digits with it."
    )
    kind: str = key("Kind of the endpoint.")
    instrument: str = key("Instrument; its rule is told in instruments.md.")

    @property
    def every_scale(self) -> tuple[Scale, ...]:
        """The scales that the instrument has as the entry declares it."""
        return self.declared.scales

    @property
    def every_item(self) -> Mapping[str, ItemValues]:
        """The items of the instrument as the entry declares it."""
        return self.declared.items

    @property
    def joined(self) -> tuple[str, ...]:
        """The axes over which records are joined to one."""
        return ()

    def mistakes(self) -> Iterable[Mistake]:
        """What is wrong with the entry that its schema cannot tell."""
        return ()

    def score(self, scale: Scale, items: Mapping[str, np.ndarray]) -> np.ndarray:
        """A scale of every record from its items' values (NaN where missing): its one item, unless
        the instrument has a rule of its own or trialtrace.run.endpoints.scores derives it."""
        (item,) = scale.items
        return items[item]

    @property
    def visit_labels(self) -> list[str]:
        if isinstance(self.items, ItemPattern):
            return list(self.items.visits.values())
        return super().visit_labels

    def rule(self, labels: Labels) -> str:
        told = [", ".join(f"{code} = {value:g}" for code, value in (self.codes or {}).items())]
        for item, codes in (self.item_codes or {}).items():
            worth = ", ".join(f"{code} = {value:g}" for code, value in codes.items())
            told.append(f"item {item}: {worth}")
        words = "; ".join(filter(None, told))
        return f"scored as {self.declared.title}, below" + (f" ({words})" if words else "")


@shape
class ScoredRows(InstrumentEntry, InTable):
    """An instrument whose values stand in a clean table."""

    table: TableName = key("Clean table.")
    where: TableCondition | None = optional("Rows of the table that count.")


@shape
class Labelled(InstrumentEntry):
    """An instrument that has no title to serve as label."""

    label: Text = key(_LABEL)


@shape
class ScoredItems(ScoredRows):
    """An instrument of several items, a column each."""

    items: (
        ItemsPrefix
        | ItemPattern
        | Annotated[
            Filled[Item, Column],
            Rule(expected="a mapping of items to columns, {prefix: q}, or {pattern: …, visits: …}"),
        ]
    ) = key(
        "Columns of the items: a mapping of items to columns, {prefix: q} for columns named by "
        "prefix and item, or a pattern for columns named by item and visit."
    )
    codes: Filled[Value, float] | None = optional(
        "What each code of the items' columns is worth, where they are no numbers: code to number, "
        "of all items but those of `item_codes`. A column of numbers, or of numeric codes of which "
        "none is listed, stands for itself.",
        expected="a mapping of codes to numbers, such as {not at all: 1, a little: 2}",
    )
    item_codes: Filled[Item, Filled[Value, float]] | None = optional(
        "The same of single items: item to code to number.",
        expected='items with their codes, such as {"29": {very poor: 1, excellent: 7}}',
    )


@shape(last=True)
class SeveralScales(Scored):
    """An instrument with several scales, of which some may be made."""

    scales: Literal["all"] | Distinct[Name] = key(
        "Which scores: all, or a list of scales of instruments.md.",
        expected="all, or a list of scales",
    )
    labels: Filled[Name, Words] | None = optional(
        "Labels in reports that replace those of the instrument: scale to label."
    )


@shape(last=True)
class AtPlaces(Entry):
    """Records of sides and locations, with a baseline."""

    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


@shape(last=True)
class AtVisits(AtPlaces):
    """Records at visits, of sides and locations."""

    visit: Visit | None = optional("How visits are told.")


@shape(last=True)
class AtVisitsOrDays(AtPlaces):
    """Records at visits, which a column or the day of the record tells, of sides and locations."""

    visit: VisitWindows | Visit | None = optional("How visits are told.")
