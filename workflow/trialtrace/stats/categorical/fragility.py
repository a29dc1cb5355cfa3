"""How many outcomes would have to be other ones for a 2x2 result to cross the level.

Changes one or more outcomes of patients, never their number. It says how much a decision hangs
on a few patients, not how strong the evidence is.

References: Walsh et al., J Clin Epidemiol 2014;67:622. Baer et al., J Clin Epidemiol
2021;139:199 (changes in either arm and direction).

Oracle: every changed table by R's fisher.test.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.stats._inputs import check_choice, single_count
from trialtrace.stats.categorical.two_by_two_tests import fisher_exact
from trialtrace.stats.results import StatsError

RULES = ("walsh", "smallest")
# Changed tables that are tested at most.
MOST_TABLES = 20_000


def fragility_index(x1: float, n1: float, x0: float, n0: float, *, level: float, rule: str) -> int:
    """Smallest number of changed outcomes after which Fisher's two-sided p crosses `level`.

    A result is significant below the level. `rule`: "walsh" turns non-events into events in the
    arm with fewer of them, the first arm where both have as many, and is for significant results
    only; "smallest" takes the fewest changes of any kind in either arm, and for a result that is
    not significant the fewest that make it so.

    Raises `StatsError` where no change crosses the level, for "walsh" on a result that is not
    significant, for a level that is not between 0 and 1, for an empty arm, and for counts that
    are not whole numbers within 0..n.

    R: `fisher.test` of every changed table.

    >>> fragility_index(20, 40, 7, 42, level=0.05, rule="walsh")
    5
    """
    check_choice("rule", rule, RULES)
    if not (isinstance(level, int | float | np.number) and 0 < level < 1):
        raise StatsError(f"level must lie between 0 and 1, as 0.05 does; got {level!r}.")
    x1, n1 = (int(value) for value in single_count(x1, n1, "treated arm"))
    x0, n0 = (int(value) for value in single_count(x0, n0, "control arm"))

    def significant(a: int, b: int) -> bool:
        return fisher_exact(a, n1, b, n0, sides="two_sided").p_value < level

    now = significant(x1, x0)
    if rule == "walsh":
        if not now:
            raise StatsError("the result is not significant, so nothing of it can be lost.")
        first = x1 <= x0
        possible = n1 - x1 if first else n0 - x0
        for change in range(1, min(possible, MOST_TABLES) + 1):
            if not significant(x1 + change * first, x0 + change * (not first)):
                return change
        if possible > MOST_TABLES:
            raise StatsError(f"more than {MOST_TABLES} changed tables keep the decision.")
        raise StatsError("no number of changed outcomes in that arm crosses the level.")
    tested = 0
    for change in range(1, max(x1, n1 - x1) + max(x0, n0 - x0) + 1):
        for a, b in _changed(x1, n1, x0, n0, change):
            tested += 1
            if tested > MOST_TABLES:
                raise StatsError(f"more than {MOST_TABLES} changed tables keep the decision.")
            if significant(a, b) != now:
                return change
    raise StatsError("no changed outcomes cross the level.")


def _changed(x1: int, n1: int, x0: int, n0: int, change: int) -> Iterator[tuple[int, int]]:
    """Every pair of events after so many changed outcomes."""
    for first in range(-change, change + 1):
        rest = change - abs(first)
        for second in {rest, -rest}:
            if 0 <= x1 + first <= n1 and 0 <= x0 + second <= n0:
                yield x1 + first, x0 + second
