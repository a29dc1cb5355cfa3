"""How a trial was randomised: what may change when its assignment is made again.

A re-randomisation test compares the observed assignment with those that the trial's own scheme
could have given instead. Schemes: every patient by a coin of known probabilities (`bernoulli`);
the sizes of the arms fixed in the whole trial (`fixed_margins`), in each permuted block
(`permuted_blocks`), in each stratum (`stratified`) or in each block of each stratum
(`stratified_blocks`); the treated side of each patient by a fair coin (`within_patient`).

Fixed margins are those of the patients given: for a block that was never filled, or for patients
left out before, the test is conditional on the numbers observed there, which keeps its level. A
patient without an outcome stays in the scheme with a score of 0.

References: Rosenberger and Lachin, Randomization in Clinical Trials, 2nd ed. 2016, chapters 5 and
6. Rosenberger, Uschner and Wang, Stat Med 2019;38:1 (conditioning, unfilled blocks). Edgington
and Onghena, Randomization Tests, 4th ed. 2007.

Oracle: all assignments of a scheme, listed by recursion in R.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, gcd, lgamma, log, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialtrace.base.arrays import Places, Whole
from trialtrace.stats._inputs import as_array, labels, numbers
from trialtrace.stats.results import StatsError

# Arms are coded in one byte, and more of them than this means that a patient key was passed.
MOST_ARMS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """The observed assignment and the set of assignments that it is compared with.

    `kind` is "fixed" (margins within `cell`), "bernoulli" (each patient by `probabilities`) or
    "sides". `arms` are the labels in order, `code` (n,) the index of each patient's arm, `cell`
    (n,) the index of its block or stratum, all 0 where there is none.
    """

    kind: str
    arms: tuple[object, ...]
    code: NDArray[np.uint8]
    cell: Places
    probabilities: tuple[float, ...] = ()

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.code.size

    @property
    def equally_likely(self) -> bool:
        """Whether all assignments have the same probability."""
        return len(set(self.probabilities)) < 2

    def margins(self) -> Whole:
        """Patients of each arm in each cell, shape (cells, arms)."""
        table = np.zeros((int(self.cell.max()) + 1, len(self.arms)), dtype=np.int64)
        np.add.at(table, (self.cell, self.code), 1)
        return table

    def assignments(self) -> int:
        """How many assignments the scheme allows, the observed one among them."""
        if self.kind != "fixed":
            return int(len(self.arms) ** self.n)
        return prod(arrangements(row) for row in self.margins())

    def at_most(self, limit: int) -> bool:
        """Whether there are so many assignments at most; big trials need no big numbers for it."""
        if not (isinstance(limit, int | np.integer) and limit >= 0):
            raise StatsError(f"exact_up_to must be a whole number, 0 for never; got {limit!r}.")
        far = sum(map(_log_arrangements, self.margins())) > log(max(limit, 1)) + 1
        return not (self.kind == "fixed" and far) and self.assignments() <= limit

    def index_of(self, arm: object) -> int:
        """Index of an arm's label; an unknown one raises `StatsError`."""
        for i, label in enumerate(self.arms):
            if label == arm:
                return i
        raise StatsError(f"there is no arm {arm!r}; the arms are {_named(self.arms)}.")

    def between(self, first: object, second: object) -> tuple[Scheme, Places]:
        """The scheme for a comparison of two arms only, and which patients it has.

        Patients of other arms keep their assignment: margins are those of the two arms within
        each cell, probabilities those given that one of the two was drawn. Returns the scheme
        and the indices, ascending, of its patients, with which scores are subset. Raises
        `StatsError` for unknown or equal arms.
        """
        pair = sorted({self.index_of(first), self.index_of(second)})
        if len(pair) < 2:
            raise StatsError("a comparison needs two different arms.")
        if self.kind == "sides":
            return self, np.arange(self.n)
        patients = np.flatnonzero(np.isin(self.code, pair))
        code = np.searchsorted(pair, self.code[patients]).astype(np.uint8)
        _, cell = np.unique(self.cell[patients], return_inverse=True)
        shares = [self.probabilities[i] for i in pair] if self.probabilities else []
        chances = tuple(p / sum(shares) for p in shares)
        names = tuple(self.arms[i] for i in pair)
        return Scheme(self.kind, names, code, cell, chances), patients


def bernoulli(arm: ArrayLike, *, probabilities: ArrayLike) -> Scheme:
    """Simple randomisation: every patient independently, arms by given probabilities.

    arm (n,) are labels; probabilities (arms,) belong to the labels in order. The sizes of
    the arms are then random too, and a test statistic is the sum of scores less its expectation,
    not a difference of means. To condition on the sizes, use `fixed_margins`: given them, all
    assignments of simple randomisation are equally likely whatever the probabilities.

    Raises `StatsError` for fewer than two arms, missing labels, or probabilities that are not
    positive, do not sum to 1 or have another length.

    >>> bernoulli(list("abab"), probabilities=[0.5, 0.5]).kind
    'bernoulli'
    """
    chances = numbers(probabilities, "probabilities")
    arms, code = _arms(arm)
    if chances.shape != (len(arms),):
        raise StatsError(f"{len(arms)} probabilities are needed, one for each of {_named(arms)}.")
    if (chances <= 0).any() or abs(chances.sum() - 1) > 1e-9:
        raise StatsError("probabilities must be positive and sum to 1.")
    return Scheme("bernoulli", arms, code, np.zeros(code.size, np.intp), tuple(chances.tolist()))


def fixed_margins(arm: ArrayLike) -> Scheme:
    """Every assignment with the observed sizes of the arms is equally likely; arm (n,) labels.

    The scheme of a random allocation rule, and of simple randomisation given the sizes. Raises
    `StatsError` for fewer than two arms or missing labels.

    >>> fixed_margins(list("abab")).kind
    'fixed'
    """
    return _fixed(arm, ())


def stratified(arm: ArrayLike, stratum: ArrayLike) -> Scheme:
    """Sizes of the arms fixed within each stratum; arm and stratum (n,) labels.

    A stratum of one patient, or of one arm, keeps its assignment and adds nothing. Raises
    `StatsError` where no stratum has two arms, for missing labels, or for lengths that differ.

    >>> stratified(list("ababab"), [1, 1, 1, 2, 2, 2]).kind
    'fixed'
    """
    return _fixed(arm, (("stratum", stratum),))


def permuted_blocks(arm: ArrayLike, block: ArrayLike) -> Scheme:
    """Sizes of the arms fixed within each block; arm and block (n,) labels.

    Blocks are known by their labels, which must differ between strata: else use
    `stratified_blocks`. Raises as `stratified`.

    >>> permuted_blocks(list("abab"), [1, 1, 2, 2]).kind
    'fixed'
    """
    return _fixed(arm, (("block", block),))


def stratified_blocks(arm: ArrayLike, stratum: ArrayLike, block: ArrayLike) -> Scheme:
    """Sizes of the arms fixed within each block of each stratum; all (n,) labels.

    Labels of blocks may begin anew in every stratum. Raises as `stratified`.

    >>> stratified_blocks(list("abab"), [1, 1, 2, 2], [1, 1, 1, 1]).kind
    'fixed'
    """
    return _fixed(arm, (("stratum", stratum), ("block", block)))


def within_patient(side: ArrayLike) -> Scheme:
    """Each patient's treated side by a fair coin; side (n,) labels, two different ones.

    The scores of a test are then differences between the two sides of a patient: the value on
    the side that is second in sorted order less that on the first. A statistic for the second
    label is the sum of treated less untreated sides. Raises `StatsError` unless there are just
    two labels.

    >>> within_patient(["left", "right", "left"]).kind
    'sides'
    """
    arms, code = _arms(side)
    if len(arms) != 2:
        raise StatsError(f"a patient has two sides; got {_named(arms)}.")
    return Scheme("sides", arms, code, np.zeros(code.size, np.intp), (0.5, 0.5))


def unfit_cells(margins: ArrayLike, block_sizes: Sequence[int]) -> Places:
    """The cells that blocks of these sizes cannot have made, by their places.

    margins (cells, arms) are patients of each arm in each stratum, or in the whole trial. All
    blocks of a cell were filled but perhaps the last. In which shares arms stand in a block is not
    asked: the shares are taken that fit most cells. None returned does not say that the blocks were
    of these sizes. Raises `StatsError` for sizes below two patients. Oracle: every sequence of
    small blocks, listed.

    >>> unfit_cells([[7, 6], [9, 4]], [4])
    array([1])
    """
    table, sizes = numbers(margins, "margins").astype(np.int64), sorted(block_sizes)
    if table.ndim != 2 or not sizes or sizes[0] < 2:
        raise StatsError("margins must be (cells, arms), and block sizes 2 or more.")
    shared, arms = gcd(*sizes), table.shape[1]
    shares = [
        np.diff([0, *ends, unit])
        for unit in range(arms, shared + 1)
        if shared % unit == 0
        for ends in combinations(range(1, unit), arms - 1)
    ]
    unfit = [
        [at for at, row in enumerate(table) if not _filled(row, share, shared, sizes[-1])]
        for share in shares
    ]
    return np.array(min(unfit, key=len, default=list(range(len(table)))), dtype=np.intp)


def _filled(counts: Whole, share: Whole, step: int, largest: int) -> bool:
    """Whether whole blocks, each a multiple of `step` patients, and a part of one give counts."""
    unit = int(share.sum())
    most = int((counts // share).min())
    least = max(0, int(np.ceil(counts / share - largest / unit).max()))
    return any(times % (step // unit) == 0 for times in range(least, most + 1))


def arrangements(counts: ArrayLike) -> int:
    """In how many ways arms of these sizes can be laid over their patients: a multinomial."""
    left, ways = int(np.sum(counts)), 1
    for size in np.asarray(counts).tolist():
        ways *= comb(left, size)
        left -= size
    return ways


def few_arrangements(counts: ArrayLike, limit: int) -> bool:
    """Whether there are so many ways at most."""
    return _log_arrangements(counts) < log(max(limit, 1)) + 1 and arrangements(counts) <= limit


def _log_arrangements(counts: ArrayLike) -> float:
    sizes = np.asarray(counts).tolist()
    return lgamma(sum(sizes) + 1) - sum(lgamma(size + 1) for size in sizes)


def _fixed(arm: ArrayLike, within: tuple[tuple[str, ArrayLike], ...]) -> Scheme:
    arms, code = _arms(arm)
    cell = np.zeros(code.size, dtype=np.intp)
    for name, values in within:
        found, index = labels(values, name, code.size)
        _, cell = np.unique(cell * len(found) + index, return_inverse=True)
    scheme = Scheme("fixed", arms, code, cell.reshape(-1))
    if (np.count_nonzero(scheme.margins(), axis=1) < 2).all():
        raise StatsError(f"no {within[-1][0]} has patients of two arms.")
    return scheme


def _arms(arm: ArrayLike) -> tuple[tuple[object, ...], NDArray[np.uint8]]:
    shape = as_array(arm, "arm").shape
    length = shape[0] if len(shape) == 1 else -1
    if length < 1:
        raise StatsError("arms must be a one-dimensional array with one label a patient.")
    found, code = labels(arm, "arms", length)
    if not 2 <= len(found) <= MOST_ARMS:
        raise StatsError(f"2 to {MOST_ARMS} arms are needed; got {len(found)}.")
    return tuple(found.tolist()), code.astype(np.uint8)


def _named(arms: tuple[object, ...]) -> str:
    return ", ".join(repr(arm) for arm in arms)
