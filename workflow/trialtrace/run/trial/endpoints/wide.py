"""Columns of a wide table that are named by visit, and by item: told by a pattern of the names."""

from typing import Literal

from trialtrace.base.config.names import Value, VisitLabel
from trialtrace.base.config.references import NumberColumn
from trialtrace.base.config.spec import Filled, key, optional, shape

VISIT, ITEM = "{visit}", "{item}"


@shape(by="pattern")
class VisitPattern:
    """Columns named by the visit."""

    pattern: str = key(
        "Name of the column with {visit} in place of the visit, such as score_{visit}.",
        expected="the name of a column with {visit} in it, once",
        pattern=r"^[^{}]*\{visit\}[^{}]*$",
    )
    labels: dict[Value, VisitLabel] = key(
        "Visits in order: what stands for {visit}, in quotes, to label.", minProperties=2
    )

    @property
    def columns(self) -> dict[str, str]:
        """Column -> label of its visit."""
        return {self.pattern.replace(VISIT, visit): label for visit, label in self.labels.items()}


@shape(by="visits")
class ItemPattern:
    """Columns named by the item and the visit."""

    pattern: str = key(
        "Name of the column with {item} and {visit} in place of item and visit, such as "
        "q{item}_{visit}.",
        expected="the name of a column with {item} and {visit} in it, each once",
        pattern=r"^[^{}]*(\{item\}[^{}]*\{visit\}|\{visit\}[^{}]*\{item\})[^{}]*$",
    )
    visits: dict[Value, VisitLabel] = key(
        "Visits in order: what stands for {visit}, in quotes, to label.", minProperties=2
    )

    def columns(self, item: str) -> list[str]:
        """The column of an item at each visit."""
        text = self.pattern.replace(ITEM, item)
        return [text.replace(VISIT, visit) for visit in self.visits]


@shape
class Window:
    """The days of a visit, both ends included; an end that begins another window is of that one."""

    from_: float = key("First day, or first time in another unit: the unit is that of the column.")
    to: float = key("Last day; the first of the next window where nothing may lie between.")
    target: float | None = optional("Planned day; needed where the nearest record counts.")


@shape(by="windows")
class VisitWindows:
    """How visits are told by the day of the record."""

    windows: Filled[VisitLabel, Window] = key("Visits in order: label to the days of its window.")
    day: NumberColumn | None = optional(
        "Column of the day, a number. Where it is left out, the day is counted from `start` to "
        "`date` of the entry, 0 on the day of the start."
    )
    take: Literal["nearest", "first", "last"] = key(
        "Which record of a window counts, of those with a value: the one nearest the target, the "
        "first or the last. The others are listed."
    )
    tie: Literal["first", "last"] | None = optional(
        "Which of two records counts that are as near, one before and one after the target; "
        "needed with nearest."
    )

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the visits, as those of a column are told."""
        return {label: label for label in self.windows}
