"""Tests over strata of which a count of an arm is small: which may be told, and in which digits.

The sizes of strata, totals of arms and all arms without a guarded count are taken as known, and
small counts as small. A p is told where the tables that give all that was told, in as few digits
as it is told with, leave every guarded count enough values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product

from trialtrace.base.words import p_text
from trialtrace.run.disclosure.bounds import ENOUGH
from trialtrace.run.disclosure.presets import Preset
from trialtrace.stats.results import StatsError
from trialtrace.stats.stratified.generalised_cmh import cmh_general_association

METHODS = ("cmh_general_association", "cochran_mantel_haenszel")
# Tables that are looked at, and those of an arm.
MOST, MOST_OF_ARM = 2_000, 20_000
# An arm by its patients and those with the event.
Key = tuple[int, int]
# A smaller p is told as smaller.
LEAST = 0.001


@dataclass
class Arm:
    """Patients in each stratum, and whether it is guarded how many have the event; `options` are
    the counts that these can be, the true ones first."""

    sizes: Sequence[int]
    guarded: Sequence[bool]
    options: Sequence[tuple[int, ...]]


@dataclass
class Table:
    """Events by arm and stratum: `told` has the text of p by the arms that are compared."""

    arms: dict[Key, Arm]
    told: dict[tuple[Key, ...], str]

    def keeps(self) -> bool:
        """Whether every guarded count has enough values in tables that give what is told."""
        places = [
            (arm, at)
            for arm, each in self.arms.items()
            for at, one in enumerate(each.guarded)
            if one
        ]
        seen: dict[tuple[Key, int], set[int]] = {place: set() for place in places}
        truth = {arm: each.options[0] for arm, each in self.arms.items()}
        alone = (
            truth | {arm: option} for arm, each in self.arms.items() for option in each.options
        )
        every = product(*(each.options for each in self.arms.values()))
        together = (dict(zip(self.arms, counts, strict=True)) for counts in every)
        for table in islice(chain(alone, together), MOST):
            if all(self.text(table, arms) == text for arms, text in self.told.items()):
                for arm, at in places:
                    seen[arm, at].add(table[arm][at])
            if all(len(values) >= ENOUGH for values in seen.values()):
                return True
        return False

    def text(self, table: Mapping[Key, Sequence[int]], arms: Iterable[Key]) -> str:
        """A p of such counts in the digits that it is told with."""
        counts = [
            [(x, n - x) for x, n in zip(table[arm], self.arms[arm].sizes, strict=True)]
            for arm in arms
        ]
        try:
            p = cmh_general_association([*zip(*counts, strict=True)]).p_value
        except StatsError:
            return ""
        return short(p)


class Strata:
    """The tables of a release. `hidden` and `known` are the sets of patients of which counts are
    hidden, and told."""

    def __init__(self, preset: Preset, hidden: set[int], known: set[int]):
        self._preset, self._hidden, self._known = preset, hidden, known
        self._tables: dict[tuple[str, ...], list[Table]] = {}

    def told(
        self, names: Sequence[str], arms: Mapping[int, Sequence[int]], events: int
    ) -> str | None:
        """The text of a test of arms, each with its strata; None where it is not told."""
        found = {(who, who & events): self._arm(there, events) for who, there in arms.items()}
        tables = self._tables.setdefault((*names,), [])
        others = {arm for of in self._tables.values() for table in of for arm in table.arms}
        if any(map(self._nearly, product(found, others))):
            return None
        if not all(arm.options for arm in found.values()):
            return None
        # What shares an arm is one table.
        near = [table for table in tables if not found.keys().isdisjoint(table.arms)]
        new = Table(dict(found), {})
        for table in near:
            new.arms |= table.arms
            new.told |= table.told
        truth = {arm: of.options[0] for arm, of in new.arms.items()}
        text = new.told[*found] = new.text(truth, found)
        if not new.keeps():
            return None
        self._tables[*names,] = [table for table in tables if table not in near] + [new]
        return text

    def largest(
        self, names: Sequence[str], arms: Mapping[int, Sequence[int]], events: int, p: float
    ) -> str | None:
        """The text of the larger p of a pair and of all arms, where both are told."""
        pair = frozenset((who, who & events) for who in arms)
        for table in self._tables.get((*names,), ()):
            known = {frozenset(of): text for of, text in table.told.items()}
            texts = [text for of, text in known.items() if of >= pair]
            if len(texts) == 2 and pair in known and short(p) in texts:
                return short(p)
        return None

    def _nearly(self, arms: tuple[Key, Key]) -> bool:
        """Whether two arms have nearly the same events, or the same of nearly the same patients."""
        (who, having), (others, events) = arms
        apart = (having ^ events) or (who ^ others)
        return 0 < apart.bit_count() < self._preset.fewest

    def _arm(self, there: Sequence[int], events: int) -> Arm:
        """Without options where the patients of a stratum are few themselves."""
        having, sizes = [who & events for who in there], [who.bit_count() for who in there]
        counts = tuple(who.bit_count() for who in having)
        guarded, ranges = [], []
        for who, count, size in zip(having, counts, sizes, strict=True):
            small = self._preset.too_small(count) or self._preset.too_small(size - count)
            guarded.append(small or who in self._hidden)
            ranges.append([count] if who in self._known else self._range(count, size))
        options = [counts]
        if any(guarded):
            every = [*islice(_vectors(ranges, sum(counts)), MOST_OF_ARM)]
            options = sorted(every, key=lambda each: sum(map(abs, map(int.__sub__, each, counts))))
        few = any(map(self._preset.too_small, sizes)) or not self._hidden.isdisjoint(there)
        return Arm(sizes, guarded, [] if few or len(options) == MOST_OF_ARM else options)

    def _range(self, count: int, size: int) -> range:
        small = self._preset.small
        if self._preset.too_small(count):
            return range(min(small, size) + 1)
        if self._preset.too_small(size - count):
            return range(max(size - small, 0), size + 1)
        return range(size + 1)


def _vectors(ranges: Sequence[Sequence[int]], total: int) -> Iterator[tuple[int, ...]]:
    """Counts within ranges that have a total."""
    if len(ranges) == 1:
        yield from [(total,)] if total in ranges[0] else []
        return
    for first in ranges[0]:
        for rest in _vectors(ranges[1:], total - first):
            yield first, *rest


def short(p: float) -> str:
    """A p in the digits that it is told with."""
    return p_text(p) if p >= LEAST else f"<{LEAST}"
