"""A ledger in the making: its sections by name, and numbers that are in no claim."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from trialtrace.base.config.scalars import resolve

ALL = "all"
Entry = dict[str, object]


@dataclass(frozen=True)
class Left:
    """A number, or several, that no claim holds, and why."""

    place: str
    text: str
    why: str


@dataclass
class LedgerDraft:
    """The entries of a ledger, in order, and what of its source is in no claim."""

    title: str = ""
    papers: dict[str, Entry] = field(default_factory=dict)
    groups: dict[str, Entry] = field(default_factory=dict)
    populations: dict[str, Entry] = field(default_factory=dict)
    outcomes: dict[str, Entry] = field(default_factory=dict)
    registered: dict[str, Entry] = field(default_factory=dict)
    reported: dict[str, Entry] = field(default_factory=dict)
    claims: dict[str, Entry] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _spelt: dict[str, str] = field(default_factory=dict)
    _taken: set[tuple[str, str]] = field(default_factory=set)
    _again: Counter[tuple[str, str]] = field(default_factory=Counter)

    def spelling(self, text: str) -> str:
        """One spelling of a visit or a category in all of the ledger."""
        return self._spelt.setdefault(re.sub(r"\s+", "", text.casefold()), text)

    def named(self, section: str, text: str, otherwise: str) -> str:
        """The name of an entry of a section, by its label."""
        known = self._names.get((section, text))
        if known is None:
            known = self.unique(section, slug(text, 30) or otherwise)
            self._names[section, text] = known
        return known

    def unique(self, section: str, wanted: str) -> str:
        """The name, with a number where another one of its section has it."""
        first = max(1, self._again[section, wanted])
        self._again[section, wanted] += 1
        numbered = (wanted if at == 1 else f"{wanted}_{at}" for at in count(first))
        name = next(one for one in numbered if one != ALL and (section, one) not in self._taken)
        self._taken.add((section, name))
        return name

    def document(self) -> dict[str, object]:
        """The ledger as a mapping, without empty sections."""
        names = (
            *("papers", "groups", "populations", "outcomes", "registered", "reported"),
            "claims",
        )
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def slug(text: str, longest: int) -> str:
    """A name of small letters, digits and _ out of words."""
    figure = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    figure = figure if not figure[:1].isdigit() else f"x{figure}"
    figure = figure[:longest].rstrip("_")
    # "No" or "Yes" as a name is no text to YAML.
    return figure if not figure or resolve(figure) == (figure, None) else f"x_{figure}"
