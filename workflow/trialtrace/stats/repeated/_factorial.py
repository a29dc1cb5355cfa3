"""The linear model of a full factorial design: who is in which cell, and the space of an effect.

Every effect between subjects is a subspace of the space of cell means, and its sum of squares
the squared length of the projection on it. Type III leaves out the space of all other effects,
type II that of the effects that do not contain it; sum-to-zero coding makes type III a test of
unweighted means. References are in `repeated_general`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import labels
from trialtrace.stats.results import StatsError

Term = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Subjects by cell of the factors between them: sizes (cells,), codes (cells, factors)."""

    names: Term
    levels: tuple[tuple[object, ...], ...]
    of_subject: Places
    size: Floats

    @property
    def codes(self) -> Places:
        shape = tuple(len(level) for level in self.levels)
        return np.stack(np.unravel_index(np.arange(self.size.size), shape or (1,)), axis=1)

    def means(self, values: Floats) -> Floats:
        """Mean of each column of values (subjects, columns) in each cell."""
        sums = np.zeros((self.size.size, values.shape[1]))
        np.add.at(sums, self.of_subject, values)
        return sums / self.size[:, None]


def factorial_cells(between: Mapping[str, ArrayLike], n: int) -> Cells:
    """Cross the factors between n subjects; no factor gives one cell.

    Raises `StatsError` for missing labels, a factor of one level, a cell without subjects, or
    no more subjects than cells.
    """
    levels, index, count = [], np.zeros(n, dtype=np.intp), 1
    for name, values in between.items():
        found, code = labels(values, name, n)
        if len(found) < 2:
            raise StatsError(f"{name} has one level only, so it has no effect to test.")
        levels.append(tuple(found.tolist()))
        index, count = index * len(found) + code, count * len(found)
    size = np.bincount(index, minlength=count).astype(np.float64)
    if (size == 0).any():
        raise StatsError(f"{int((size == 0).sum())} of {count} cells have no subjects.")
    if n <= count:
        raise StatsError(f"{n} subjects in {count} cells leave nothing for the error.")
    return Cells(tuple(between), tuple(levels), index, size)


def subsets(names: Sequence[str]) -> list[Term]:
    """All sets of the names, the empty one first, in the order of their size."""
    return [term for r in range(len(names) + 1) for term in combinations(names, r)]


@lru_cache(maxsize=64)
def orthonormal_contrasts(k: int) -> Floats:
    """Orthonormal contrasts of k levels, shape (k, k - 1), read-only; any set will do."""
    contrasts = np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, :-1]]))[0][:, 1:]
    contrasts.flags.writeable = False
    return contrasts


def within_columns(names: Sequence[str], levels: Sequence[int], term: Term) -> Floats:
    """Orthonormal contrasts of the responses of a subject for one effect within subjects."""
    columns: Floats = np.ones((1, 1))
    for name, k in zip(names, levels, strict=True):
        own = orthonormal_contrasts(k) if name in term else np.full((k, 1), k**-0.5)
        columns = np.kron(columns, own).astype(np.float64, copy=False)
    return columns


def between_bases(cells: Cells, sums_of_squares: str) -> dict[Term, Floats]:
    """For each effect between subjects (the mean is the empty one) a basis, (cells, df).

    The columns are orthonormal in the space of cell means times the root of the cell's size.
    """
    terms = subsets(cells.names)
    codes, weight = cells.codes, np.sqrt(cells.size)[:, None]
    columns = {term: weight * _sum_coding(cells, codes, term) for term in terms}
    bases = {}
    for term in terms:
        others = [
            columns[other]
            for other in terms
            if (other != term if sums_of_squares == "III" else not set(term) <= set(other))
        ]
        column = columns[term]
        if others:
            rest = np.linalg.qr(np.hstack(others))[0]
            # Twice, since once leaves rounding in the space of the others.
            column = column - rest @ (rest.T @ column)
            column = column - rest @ (rest.T @ column)
        bases[term] = np.linalg.qr(column)[0]
    return bases


def _sum_coding(cells: Cells, codes: Places, term: Term) -> Floats:
    """Products of sum-to-zero codes of the term's factors, one row a cell."""
    columns = np.ones((codes.shape[0], 1))
    for name, level, code in zip(cells.names, cells.levels, codes.T, strict=False):
        if name in term:
            g = len(level)
            coding = np.vstack([np.eye(g - 1), -np.ones(g - 1)])[code]
            columns = (columns[:, :, None] * coding[:, None, :]).reshape(codes.shape[0], -1)
    return columns
