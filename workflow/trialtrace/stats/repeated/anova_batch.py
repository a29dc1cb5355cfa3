"""Analysis of variance of repeated measures for many data sets of one shape at once.

Computes what `repeated.rm_anova` and `repeated.mixed_anova` do, for simulations, resampling and
specifications by the thousand. Each data set is reduced to differences from its last visit,
whose sums of squares and products, in the metric of orthonormal contrasts, hold every F,
epsilon and Mauchly's W. References are in `repeated`.

A data set without an answer (constant, or no variation left for the error) does not stop the
others: its numbers are NaN. It is counted in `undefined`, to be reported. So is one whose largest
response lies outside 1e-120 to 1e120, for squares are not exact there; change its unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import as_array, check_choice, f_tails, labels, numbers
from trialtrace.stats.repeated._factorial import orthonormal_contrasts
from trialtrace.stats.repeated.sphericity import greenhouse_geisser, huynh_feldt, mauchly_tail
from trialtrace.stats.results import StatsError

# Data sets worked on together, so that their sums stay in the processor's cache.
BLOCK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class BatchEffect:
    """One F test for every data set: arrays of shape (data sets,), NaN where undefined."""

    f: Floats
    df1: float
    df2: float
    p_value: Floats

    def p_at(self, epsilon: ArrayLike) -> Floats:
        """P-values with both degrees of freedom times epsilon, or times 1 where it is larger.

        NaN where epsilon is NaN or not positive.
        """
        epsilon = np.asarray(epsilon, dtype=np.float64)
        scale = np.where(epsilon > 0, np.minimum(epsilon, 1.0), np.nan)
        return f_tails(self.f, self.df1, self.df2, scale)


@dataclass(frozen=True, slots=True)
class BatchAnova:
    """Tests of many data sets; all arrays have shape (data sets,).

    `between`, `interaction` and its p are None for one arm. `epsilon_hf` is Huynh and Feldt's as
    corrected by Lecoutre, not cut at 1; its p-values are `within.p_at(epsilon_hf)`. `undefined`
    counts the data sets whose F within subjects is NaN.
    """

    within: BatchEffect
    within_p_gg: Floats
    between: BatchEffect | None
    interaction: BatchEffect | None
    interaction_p_gg: Floats | None
    epsilon_gg: Floats
    epsilon_hf: Floats
    mauchly_w: Floats
    mauchly_p: Floats
    undefined: int


def rm_anova_batch(y: ArrayLike) -> BatchAnova:
    """Analysis of variance of one arm for each data set of y, shape (data sets, subjects, visits).

    Raises `StatsError` for missing values, no data set, fewer than two visits or subjects.
    Oracle: `repeated.rm_anova` one by one, itself equal to car; 1e-10.

    >>> y = np.array([[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5]])
    >>> rm_anova_batch(np.stack([y, y + 1])).within.f.round(4)
    array([8.3469, 8.3469])
    """
    y = _batch(y)
    if y.shape[1] < 2:
        raise StatsError(f"y has {y.shape[1]} subjects; at least 2 are needed.")
    return _anova(y, np.array([y.shape[1]]), "III")


def mixed_anova_batch(y: ArrayLike, between: ArrayLike, *, sums_of_squares: str) -> BatchAnova:
    """Analysis of variance of several arms, y of shape (data sets, subjects, visits).

    `between` is the arm of each subject, shape (subjects,), or (data sets, subjects), as when
    arms are drawn again; every data set must then have the same arms in the same sizes.
    `sums_of_squares` "II" or "III" as in `repeated.mixed_anova`.

    Raises `StatsError` for missing values, no data set, fewer than two visits or arms, no more
    subjects than arms, or sizes that differ. Oracle: `repeated.mixed_anova` one by one; 1e-10.

    >>> y = np.array([[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5], [2, 4, 4], [1, 3, 6]])
    >>> mixed_anova_batch(y[None], list("aaabbb"), sums_of_squares="III").interaction.f.round(4)
    array([0.6447])
    """
    check_choice("sums_of_squares", sums_of_squares, ("II", "III"))
    y = _batch(y)
    sets, n, _ = y.shape
    arms = as_array(between, "between")
    shared = arms.ndim < 2
    if not shared and arms.shape != (sets, n):
        raise StatsError(f"between must have shape ({n},) or ({sets}, {n}); got {arms.shape}.")
    found, arm = labels(
        between if shared else arms.reshape(-1), "between", n if shared else n * sets
    )
    arm = arm.reshape(-1, n)
    order = np.argsort(arm, axis=1, kind="stable")
    arm = np.take_along_axis(arm, order, axis=1)
    if (arm != arm[0]).any():
        raise StatsError("the sizes of the arms differ between data sets.")
    if len(found) < 2:
        raise StatsError("between has one arm only; rm_anova_batch is the analysis of one arm.")
    if n <= len(found):
        raise StatsError(f"{n} subjects in {len(found)} arms leave nothing for the error.")
    # One order for all is a plain copy, and often none is needed.
    if not shared:
        y = np.take_along_axis(y, order[:, :, None], axis=1)
    elif (order[0] != np.arange(n)).any():
        y = y[:, order[0]]
    return _anova(y, np.bincount(arm[0]), sums_of_squares)


def _batch(y: ArrayLike) -> Floats:
    y = numbers(y, "y")
    if y.ndim != 3 or y.shape[0] == 0:
        raise StatsError(f"y must have shape (data sets, subjects, visits); got {y.shape}.")
    if y.shape[2] < 2:
        raise StatsError("y has one visit only; repeated measures need at least two.")
    return y


def _anova(y: Floats, sizes: Places, sums_of_squares: str) -> BatchAnova:
    """All tests of data sets whose subjects stand by arm."""
    sets, n, k = y.shape
    g, d = len(sizes), k - 1
    rows = max(1, BLOCK_BYTES // (8 * n * k))
    blocks = [y[i : i + rows] for i in range(0, sets, rows)]
    sums = [_sums(block, sizes, sums_of_squares) for block in blocks]
    squares, rest, square_sum, log_det = (
        np.concatenate(part, axis=-1) for part in zip(*sums, strict=True)
    )
    df = n - g

    def effect(square: Floats, error: Floats, rank: int, each: int) -> BatchEffect:
        df1, df2 = float(rank * each), float(df * each)
        with np.errstate(invalid="ignore", divide="ignore"):
            f = (square / df1) / (error / df2)
        return BatchEffect(f, df1, df2, f_tails(f, df1, df2, np.asarray(1.0)))

    gg, hf = _epsilons(rest[0], square_sum, d, df)
    w, p = _mauchly(rest[0], log_det, d, df)
    within = effect(squares[0], rest[0], 1, d)
    several = g > 1
    interaction = effect(squares[1], rest[0], g - 1, d) if several else None
    return BatchAnova(
        within=within,
        within_p_gg=within.p_at(gg),
        between=effect(squares[2], rest[1], g - 1, 1) if several else None,
        interaction=interaction,
        interaction_p_gg=interaction.p_at(gg) if interaction else None,
        epsilon_gg=gg,
        epsilon_hf=hf,
        mauchly_w=w,
        mauchly_p=p,
        undefined=int(np.isnan(within.f).sum()),
    )


@np.errstate(over="ignore", invalid="ignore")
def _sums(y: Floats, sizes: Places, sums_of_squares: str) -> tuple[Floats, ...]:
    """Sums of squares of the effects, of the errors, tr(EE), and log det of the scaled E.

    Data sets come last in every array, so that each step runs along them.
    """
    sets, n, k = y.shape
    d = k - 1
    y = np.ascontiguousarray(y.reshape(sets, n * k).T).reshape(n, k, sets)
    size = sizes.astype(np.float64)[:, None]
    largest = np.maximum(y.max((0, 1)), -y.min((0, 1)))
    largest = np.where((largest > 1e-120) & (largest < 1e120), largest, np.nan)
    least = n * k * (16 * np.finfo(np.float64).eps * largest) ** 2

    change = y[:, :-1] - y[:, -1:]
    centres = _centre(change, sizes)
    # Differences from the last visit, times this matrix, are orthonormal contrasts.
    metric = orthonormal_contrasts(k)[:-1]
    error = np.empty((d, d, sets))
    for i in range(d):
        for j in range(i + 1):
            error[i, j] = error[j, i] = np.einsum("nb,nb->b", change[:, i], change[:, j])
    error = np.tensordot(metric.T, error, axes=1)
    error = np.tensordot(metric.T, error, axes=(1, 1))
    trace = np.einsum("iib->b", error)
    trace = np.where(trace > least, trace, np.nan)
    centres = np.einsum("ij,gib->gjb", metric, centres)
    squares, rest = np.empty((3, sets)), np.full((2, sets), np.nan)
    rest[0] = trace
    squares[0] = _visit_square(centres, size, sums_of_squares)
    if len(sizes) > 1:
        squares[1] = _spread(centres, size)
        total = y.sum(axis=1) / np.sqrt(k)
        means = _centre(total, sizes)
        own = np.einsum("nb,nb->b", total, total)
        rest[1] = np.where(own > least, own, np.nan)
        squares[2] = _spread(means[:, None], size)
    return squares, rest, np.einsum("ijb,ijb->b", error, error), _log_det(error / trace * d)


def _centre(values: Floats, sizes: Places) -> Floats:
    """Take from each row the mean of its arm, in place, and return the means; rows are by arm."""
    ends = np.cumsum(sizes)
    means = np.empty((len(sizes), *values.shape[1:]))
    for i, (end, count) in enumerate(zip(ends, sizes, strict=True)):
        value = values[end - count : end]
        np.mean(value, axis=0, out=means[i])
        value -= means[i]
    return means


def _visit_square(centres: Floats, size: Floats, sums_of_squares: str) -> Floats:
    """Sum of squares of the visits at the weighted (II) or unweighted (III) mean over arms."""
    weights = size / size.sum() if sums_of_squares == "II" else np.full(size.shape, 1 / size.size)
    mean = np.einsum("g,gjb->jb", weights[:, 0], centres)
    square: Floats = np.einsum("jb,jb->b", mean, mean) / np.sum(weights**2 / size)
    return square


def _spread(centres: Floats, size: Floats) -> Floats:
    """Weighted sum of squares of the arms' means about their mean."""
    weights = size[:, 0]
    centres = centres - np.einsum("g,gjb->jb", weights / weights.sum(), centres)
    square: Floats = np.einsum("g,gjb,gjb->b", weights, centres, centres)
    return square


def _log_det(matrix: Floats) -> Floats:
    """Log determinant of symmetric matrices, shape (d, d, sets), by elimination; NaN if singular.

    The matrices have trace d, so a pivot is judged against 1.
    """
    d = matrix.shape[0]
    least = 16 * d * np.finfo(np.float64).eps
    product = np.ones(matrix.shape[2])
    log_det = np.zeros(matrix.shape[2])
    for i in range(d):
        pivot = np.where(matrix[i, i] > least, matrix[i, i], np.nan)
        product *= pivot
        if i + 1 < d:
            ratio = matrix[i, i + 1 :] / pivot
            matrix[i + 1 :, i + 1 :] -= ratio[:, None] * matrix[i, None, i + 1 :]
        # Logarithms are dear, and the product of a few pivots does not underflow.
        if i % 8 == 7 or i + 1 == d:
            log_det += np.log(product)
            product[:] = 1.0
    return log_det


def _epsilons(trace: Floats, square_sum: Floats, d: int, df: int) -> tuple[Floats, Floats]:
    """Greenhouse-Geisser and Huynh-Feldt-Lecoutre, as in `sphericity`."""
    if d == 1:
        one = np.where(np.isnan(trace), np.nan, 1.0)
        return one, one
    gg = greenhouse_geisser(trace, square_sum, d)
    return gg, huynh_feldt(gg, d, df, df + 1)


def _mauchly(trace: Floats, log_det: Floats, d: int, df: int) -> tuple[Floats, Floats]:
    """Mauchly's W and its p; NaN for one contrast or fewer degrees of freedom than contrasts."""
    if d == 1 or df < d:
        return np.full(trace.shape, np.nan), np.full(trace.shape, np.nan)
    return np.exp(log_det), mauchly_tail(log_det, d, df, d + 1)
