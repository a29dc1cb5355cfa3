"""Columns of a wide table that are named by visit, and by item: told by a pattern of the names."""

from __future__ import annotations

from trialtrace.base.config.names import Value, VisitLabel
from trialtrace.base.config.spec import key, shape

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
