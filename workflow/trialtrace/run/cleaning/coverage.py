"""Tables that do not belong together: how many of the subjects each table has rows of.

A table that has rows of no subject is a red line unless `empty` declares it. One that has rows of
far fewer subjects than the other tables (below `FEW` times their median) is a red line unless
`covers` declares it. So is one that has none of the last subjects, where chance does that less
often than `UNLIKELY`: it is then of an older data cut; `covers: earlier` declares that.
"""

from dataclasses import dataclass
from math import exp, lgamma
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.account import Decision, RedLine
from trialtrace.run.cleaning.losses import Losses

FEW = 0.75
UNLIKELY = 1e-6
EMPTY = "empty"


@dataclass(frozen=True)
class Covered:
    """The subjects of a table among all, and how many of the last of them all have no row."""

    table: str
    rows: int
    n: int
    of: int
    last_absent: int
    declared: str | None

    @property
    def share(self) -> float:
        return self.n / self.of

    @property
    def chance(self) -> float:
        """How often that many of the last subjects have no row where those with rows are drawn at
        random: C(of - last_absent, n) / C(of, n)."""
        rest = self.of - self.last_absent
        return exp(_log_choose(rest, self.n) - _log_choose(self.of, self.n))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def covered(
    table: str, rows: int, subjects: pa.Array, every: pa.Array, declared: str | None
) -> Covered:
    """The coverage of a table; `every` are the subjects in the order of the table of subjects."""
    at = pc.index_in(subjects, value_set=every)
    last = pc.max(at).as_py()
    absent = len(every) - 1 - (-1 if last is None else last)
    return Covered(table, rows, len(subjects), len(every), absent, declared)


def coverage_losses(tables: list[Covered], losses: Losses) -> None:
    """Add red lines and decisions for all tables but the table of subjects."""
    for one in tables:
        if one.declared:
            what = EMPTY if one.declared == EMPTY else f"covers: {one.declared}"
            losses.decisions.append(Decision(one.table, None, what, one.of - one.n))
        others = [t.share for t in tables if t is not one and not t.declared]
        told = _told(one, median([1.0, *others]))
        if told:
            losses.warnings.append(
                RedLine("coverage", one.table, None, f"Table {one.table} {told}.")
            )


def _told(covered: Covered, usual: float) -> str | None:
    """What is strange about a table's coverage, or None."""
    if covered.declared == EMPTY:
        return f"is declared empty and has {covered.rows} rows" if covered.rows else None
    if not covered.rows:
        return "has no row; where that is so, declare it in cleaning.yaml (empty: true)"
    if not covered.n:
        return f"has {covered.rows} rows, and none of them is used"
    there = f"has rows of {covered.n} of {covered.of} subjects"
    if covered.declared != "earlier" and covered.chance < UNLIKELY:
        return (
            f"{there} and of none of the last {covered.last_absent}: it looks like an older data "
            "cut; where that is right, declare it in cleaning.yaml (covers: earlier)"
        )
    if covered.declared is None and covered.share < FEW * usual:
        return (
            f"{there}, where the other tables have {100 * usual:.0f} % of them on the median; "
            "where that is right, declare it in cleaning.yaml (covers: some)"
        )
    return None
