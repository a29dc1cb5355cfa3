"""Which values a hidden count can have, by what is told: integer programs over sums of counts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from trialtrace.run.disclosure.cells import Sum

if TYPE_CHECKING:
    from trialtrace.base.arrays import Floats

ENOUGH = 3
Spans = Mapping[int, tuple[int, int]]


def components(sums: Iterable[Sum], spans: Spans) -> list[tuple[list[int], list[Sum]]]:
    """Counts that are not known and hang together by sums, with these sums."""
    leader = {number: number for number, (low, high) in spans.items() if low != high}

    def head(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    open_sums = []
    for each in sums:
        open_cells = [number for number in (each.whole, *each.parts) if number in leader]
        if open_cells:
            open_sums.append((open_cells[0], each))
            for number in open_cells[1:]:
                leader[head(number)] = head(open_cells[0])
    found: dict[int, tuple[list[int], list[Sum]]] = {}
    for number in leader:
        found.setdefault(head(number), ([], []))[0].append(number)
    for number, each in open_sums:
        found[head(number)][1].append(each)
    return list(found.values())


class Program:
    """The values that counts of a component can have together. `seen` are values that each is known
    to have in a solution; those that are found come to them.

    What a count may be only grows while others are hidden, so what was seen before still holds.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        sums: Iterable[Sum],
        spans: Spans,
        seen: Mapping[int, set[int]],
    ):
        self._at = {number: place for place, number in enumerate(numbers)}
        self._seen = [seen[number] for number in numbers]
        self._low, self._high = np.array([spans[number] for number in numbers], dtype=float).T
        entries: dict[tuple[int, int], int] = {}
        low: list[float] = []
        high: list[float] = []
        for each in dict.fromkeys(sums):
            known = 0
            for number, sign in [(each.whole, 1), *((part, -1) for part in each.parts)]:
                if number in self._at:
                    entries[len(low), self._at[number]] = sign
                else:
                    known += sign * spans[number][0]
            low.append(-known)
            high.append(-known if each.complete else np.inf)
        self._constraints = []
        if entries:
            lines, places = zip(*entries, strict=True)
            shape = len(low), len(numbers)
            matrix = csr_array((list(entries.values()), (lines, places)), shape=shape)
            self._constraints = [LinearConstraint(matrix, low, high)]

    def values(self, number: int) -> set[int]:
        """Values that a count can have: all of them, or at least `ENOUGH`."""
        place = self._at[number]
        seen, cost = self._seen[place], np.zeros(len(self._at))
        for sign in (1, -1):
            if len(seen) < ENOUGH:
                cost[place] = sign
                self._solve(cost)
        for value in range(min(seen) + 1, max(seen)):
            if len(seen) < ENOUGH and value not in seen:
                self._solve(cost, place, value)
        return seen

    def _solve(self, cost: "Floats", place: int = 0, value: int | None = None) -> bool:
        """Whether there is a solution, with this value of one count; it is kept."""
        low, high = self._low.copy(), self._high.copy()
        if value is not None:
            low[place] = high[place] = value
        program = {"integrality": np.ones(len(cost)), "bounds": Bounds(low, high)}
        # The presolve of HiGHS calls some programs infeasible that have a solution.
        for presolve in (True, False) if value is None else (True,):
            options = {"presolve": presolve}
            solution = milp(cost, **program, constraints=self._constraints, options=options)
            if solution.x is not None:
                for seen, count in zip(self._seen, solution.x, strict=True):
                    seen.add(round(count))
                return True
        return False
