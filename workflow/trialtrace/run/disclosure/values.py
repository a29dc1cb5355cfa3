"""Statistics of values, and of which patients others are told: what differs may be of few."""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_

Tells = Callable[[int], bool]


class Values:
    """The sets of patients, a number with a bit for each, of whom statistics of values are told: by
    what is measured, and by the groups that an analysis has."""

    def __init__(self, fewest: int):
        self._fewest = fewest
        self._told: dict[object, dict[object, set[int]]] = {}
        # Sets of which everything may be told, also how many have a value.
        self._exact: set[tuple[object, int]] = set()

    def told(
        self,
        measured: object,
        groups: object,
        arms: Iterable[int],
        tells: Tells = lambda _: False,
        *,
        exact: bool = False,
    ) -> bool:
        """Whether a statistic of these arms may be told; then it is taken as told.

        It may not where an arm, or all of them, and a set told before differ by a few patients, or
        where the sets of an analysis that lie in another one leave a few of it; nor where it, or
        what one set leaves of another, `tells` a small count, but of what may be told `exact`.
        """
        arms = set(arms)
        sets = arms | {reduce(or_, arms, 0)}
        told = self._told.setdefault(measured, {})
        if sets <= told.get(groups, set()):
            return True
        before = set().union(*told.values())
        if any(self._few(each ^ other) for each in sets for other in before):
            return False
        if any(
            tells(abs(each - other))
            for each in sets
            for other in before
            if each & other in (each, other) and each != other
            if not (exact and (measured, other) in self._exact)
        ):
            return False
        if not exact and any(map(tells, sets)):
            return False
        known = told | {groups: told.get(groups, set()) | sets}
        if any(
            self._few(whole & ~reduce(or_, within))
            for whole in before | sets
            for name in known
            if (within := _within(whole, known[name]))
        ):
            return False
        self._told[measured] = known
        if exact:
            self._exact |= {(measured, each) for each in sets}
        return True

    def _few(self, who: int) -> bool:
        return 0 < who.bit_count() < self._fewest


def _within(whole: int, sets: Iterable[int]) -> list[int]:
    return [each for each in sets if each != whole and each & whole == each]
