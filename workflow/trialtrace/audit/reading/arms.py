"""The arms of a paper, by the heads of its tables, and which arm a text speaks of."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trialtrace.audit.reading.heads import ARM, Column

_FILLERS = re.compile(
    r"\b(?:the|group|groups|arm|arms|treatment|therapy|patients|participants|subjects|intervention)\b",
    re.IGNORECASE,
)
ALL = "all"


@dataclass(frozen=True)
class Arms:
    """Names of the arms, small letters without fillers, to their labels as printed."""

    labels: dict[str, str]

    def of(self, text: str | None) -> str | None:
        """The name of the arm that a head calls so: exactly, or by words that one arm alone has."""
        if text is None:
            return None
        if text == ALL:
            return ALL
        key = bare(text)
        if key in self.labels:
            return key
        begun = [name for name in self.labels if name.startswith(key) or key.startswith(name)]
        return begun[0] if key and len(begun) == 1 else None

    def mentions(self, sentence: str) -> list[tuple[int, str]]:
        """(place, name) of each arm that a sentence names, in order; longer names first."""
        found: list[tuple[int, int, str]] = []
        for name in sorted(self.labels, key=len, reverse=True):
            for match in re.finditer(rf"(?<!\w){_loose(name)}s?(?!\w)", sentence, re.I):
                if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                    found.append((match.start(), match.end(), name))
        return [(start, name) for start, _, name in sorted(found)]


def bare(label: str) -> str:
    """The name by which two heads are the same arm."""
    without = " ".join(re.sub(r"[^\w+]+", " ", _FILLERS.sub(" ", label)).split()).lower()
    return without or " ".join(re.sub(r"[^\w+]+", " ", label).split()).lower()


def _loose(name: str) -> str:
    return r"[\W_]*".join(re.escape(word) for word in name.split())


def arms_of(tables: Iterable[Sequence[Column]]) -> Arms:
    """The arms: heads that stand over numbers beside others such, of any table, in order.

    A head with a number of patients counts in any table; one without in tables of two such heads
    at least, of which the table has no others.
    """
    labels: dict[str, str] = {}
    seen: Counter[str] = Counter()
    sized: set[str] = set()
    together: set[frozenset[str]] = set()
    for every in tables:
        arms = [one for one in every if one.role == ARM and one.arm not in (None, ALL)]
        if len({bare(one.arm or "") for one in arms}) < 2:
            continue
        names = {bare(one.arm or "") for one in arms}
        together |= {frozenset((one, other)) for one in names for other in names}
        for one in arms:
            name = bare(one.arm or "")
            labels.setdefault(name, one.arm or "")
            seen[name] += 1
            if one.size:
                sized.add(name)
    kept = {name: label for name, label in labels.items() if name in sized}
    if len(kept) < 2:
        most = max(seen.values(), default=0)
        kept = {name: label for name, label in labels.items() if 2 * seen[name] >= most}
    begun = {
        name
        for name in kept
        for other in kept
        if other.startswith(f"{name} ") and frozenset((name, other)) not in together
    }
    # "Acupuncture" of one table is "Acupuncture + usual care" of another.
    shorter = begun - sized
    return Arms({name: label for name, label in kept.items() if name not in shorter})
