"""Whole numbers in cells that add up to several margins at once.

For each cell of n rows: how many have a value, and how many of these are yes. Every margin fixes
the sums over its cells. Among all solutions the one nearest to equal shares in each margin is
taken (integer linear programme; least sum of absolute deviations).
"""

from dataclasses import dataclass

import numpy as np


class NoCounts(Exception):
    """Margins that no whole numbers meet; its text says which."""


@dataclass(frozen=True)
class Cells:
    """`of` has the cell of each row (-1: none); `keys` and `sizes` are those of the cells."""

    of: np.ndarray
    keys: list[tuple[bool, ...]]
    sizes: np.ndarray


@dataclass(frozen=True)
class Margin:
    """Of the rows in `cells` (a mask) `of` have a value (None: all) and `count` of them are yes."""

    name: str
    cells: np.ndarray
    count: int
    of: int | None


def settle(cells: Cells, margins: list[Margin]) -> tuple[list[int], list[int]]:
    """Rows with a value, and yes among them, for each cell. Raises NoCounts."""
    sizes = cells.sizes.astype(np.int64)
    if not len(sizes):
        for margin in margins:
            if margin.count or margin.of:
                raise NoCounts(f"{margin.name}: there are no rows")
        return [], []
    wanted = []
    for margin in margins:
        rows = int(sizes[margin.cells].sum())
        of = rows if margin.of is None else margin.of
        if of > rows:
            raise NoCounts(f"{margin.name}: {of} have a value, but there are {rows} rows")
        if margin.count > of:
            raise NoCounts(f"{margin.name}: {margin.count} of {of} cannot be")
        wanted.append((margin, of))
    if all(margin.cells.sum() == 1 for margin, _ in wanted) and len(wanted) == len(sizes):
        return _one_by_one(sizes, wanted)
    return _programme(sizes, wanted)


def _one_by_one(sizes: np.ndarray, wanted: list) -> tuple[list[int], list[int]]:
    known, yes = [0] * len(sizes), [0] * len(sizes)
    for margin, of in wanted:
        at = int(np.flatnonzero(margin.cells)[0])
        known[at], yes[at] = of, margin.count
    return known, yes


def _programme(sizes: np.ndarray, wanted: list) -> tuple[list[int], list[int]]:
    """Variables: known, yes, and the two deviations of each, a block of cells each."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    k = len(sizes)
    zero, one = np.zeros((k, k)), np.eye(k)
    usual_known, usual_yes = _usual(sizes, wanted)
    rules = [np.hstack([one, -one, zero, zero])]
    low, high = [np.zeros(k)], [np.full(k, np.inf)]
    # Deviations: d >= v - usual and d >= usual - v.
    for at, usual in ((0, usual_known), (1, usual_yes)):
        blocks = [zero] * 4
        for sign in (1, -1):
            blocks[at], blocks[at + 2] = -sign * one, one
            rules.append(np.hstack(blocks))
            low.append(-sign * usual)
            high.append(np.full(k, np.inf))
    for margin, of in wanted:
        row = np.zeros((2, 4 * k))
        row[0, :k][margin.cells] = 1
        row[1, k : 2 * k][margin.cells] = 1
        rules.append(row)
        low.append(np.array([of, margin.count], dtype=float))
        high.append(np.array([of, margin.count], dtype=float))
    top = np.concatenate([sizes, sizes, np.full(2 * k, np.inf)])
    # A small slope by the number of the cell makes the solution the only one.
    cost = np.concatenate([np.zeros(2 * k), 1 + 1e-4 * np.arange(2 * k)])
    done = milp(
        cost,
        constraints=LinearConstraint(np.vstack(rules), np.concatenate(low), np.concatenate(high)),
        bounds=Bounds(np.zeros(4 * k), top),
        integrality=np.concatenate([np.ones(2 * k), np.zeros(2 * k)]),
    )
    if done.x is None:
        told = "; ".join(f"{margin.name}: {margin.count} of {of}" for margin, of in wanted)
        raise NoCounts(f"no numbers of patients meet all margins together ({told})")
    found = np.rint(done.x[: 2 * k]).astype(int).tolist()
    return found[:k], found[k:]


def _usual(sizes: np.ndarray, wanted: list) -> tuple[np.ndarray, np.ndarray]:
    """What each cell would have if the first margin that holds it were spread evenly."""
    known, yes = sizes.astype(float), np.zeros(len(sizes))
    for margin, of in reversed(wanted):
        rows = max(int(sizes[margin.cells].sum()), 1)
        known[margin.cells] = sizes[margin.cells] * of / rows
        yes[margin.cells] = sizes[margin.cells] * margin.count / rows
    return known, yes
