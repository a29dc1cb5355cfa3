"""What an instrument declares: its items, its scales, its rule and where the rule stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The key of an entry, what stands there, and what was expected.
Mistake = tuple[tuple[str, ...], str, str]


@dataclass(frozen=True)
class Item:
    """The values that an item can have: from `low` to `high`, whole numbers unless `whole` is off.

    `units` are those that its column may have, where it needs one. `codes` names the option that
    gives the column's codes their values, as numbers or by one of `words`; with `numbers` codes
    that are not listed there stand for themselves.
    """

    low: float
    high: float
    whole: bool = True
    units: tuple[str, ...] = ()
    codes: str = ""
    words: Mapping[str, float] = field(default_factory=dict, hash=False)
    numbers: bool = False


@dataclass(frozen=True)
class Scale:
    """A score. Without a name it bears that of the entry; `suffix` is joined to the entry's code.

    `categories` gives values a text (AVALC); an `event` is 1 yes or 0 no; `higher` is better or
    worse, or None where neither holds.
    """

    name: str
    suffix: str
    label: str
    low: float | None = None
    high: float | None = None
    higher: str | None = None
    type: str = "continuous"
    unit: str | None = None
    items: tuple[str, ...] = ()
    categories: Mapping[float, str] = field(default_factory=dict)
    event: bool = False

    @property
    def kind(self) -> str:
        return "instrument_event" if self.event else "instrument"


@dataclass(frozen=True)
class Instrument:
    """An instrument as reports name it. `verified` is off where its manual was not at hand."""

    title: str
    rule: str
    missing: str
    source: str
    scales: tuple[Scale, ...]
    items: Mapping[str, Item] = field(default_factory=dict)
    verified: bool = True


def numbered_items(last: int, low: float, high: float) -> dict[str, Item]:
    """Items "1" to `last` with the same range."""
    return {str(number): Item(low, high) for number in range(1, last + 1)}


def named(numbers: tuple[int, ...]) -> tuple[str, ...]:
    """The names of items by their numbers."""
    return tuple(str(number) for number in numbers)


def graded_item(words: Mapping[str, float]) -> Item:
    """An item whose codes `grades` names by these words."""
    return Item(min(words.values()), max(words.values()), codes="grades", words=dict(words))


def graded_scale(words: Mapping[str, float], label: str, higher: str | None) -> Scale:
    """The ordinal scale of these words, by the entry's own name."""
    names = {value: word for word, value in words.items()}
    low, high = min(names), max(names)
    return Scale("", "", label, low, high, higher, "ordinal", items=("value",), categories=names)
