"""Statistics of values, and of which patients others are told: what differs may be of few."""

from collections.abc import Iterable
from functools import reduce
from operator import or_


class Values:
    """The sets of patients, a number with a bit for each, of whom statistics of values are told: by
    what is measured, and by the groups that an analysis has."""

    def __init__(self, fewest: int):
        self._fewest = fewest
        self._told: dict[object, dict[object, set[int]]] = {}

    def told(self, measured: object, groups: object, arms: Iterable[int]) -> bool:
        """Whether a statistic of these arms may be told; then it is taken as told.

        It may not where an arm, or all of them, and a set told before differ by a few patients, or
        where the sets of an analysis that lie in another one leave a few of it.
        """
        arms = set(arms)
        sets = arms | {reduce(or_, arms, 0)}
        told = self._told.setdefault(measured, {})
        if sets <= told.get(groups, set()):
            return True
        before = set().union(*told.values())
        if any(self._few(each ^ other) for each in sets for other in before):
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
        return True

    def _few(self, who: int) -> bool:
        return 0 < who.bit_count() < self._fewest


def _within(whole: int, sets: Iterable[int]) -> list[int]:
    return [each for each in sets if each != whole and each & whole == each]
