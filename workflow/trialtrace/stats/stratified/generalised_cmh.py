"""Tables of r rows and c columns in several strata: generalised Cochran-Mantel-Haenszel tests.

Rows are usually arms, columns outcomes. Given the margins of each stratum the counts follow a
multiple hypergeometric distribution; each test compares a linear function of all counts, summed
over strata, with its mean and covariance under no association within strata. General association
has power against any pattern, row mean scores against arms whose ordered outcome is shifted,
correlation against a trend of ordered rows with ordered columns.

References: Landis, Heyman and Koch, Int Stat Rev 1978;46:237. Birch, J R Stat Soc B 1965;27:111.
Mantel, J Am Stat Assoc 1963;58:690. Van Elteren, Bull Int Stat Inst 1960;37:351 (modified ridit).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Labels
from trialtrace.stats._inputs import MOST_COUNTED, check_choice, chi2_tail, numbers, sample
from trialtrace.stats.results import StatsError, TestResult

SCORES = ("equal", "midranks", "ridit", "modified_ridit")
# Eigenvalues below this share of the largest one are rounding of 0.
# Scores whose fourth powers are within the range of numbers.
LARGEST_SCORE = 1e60
RANK = 1e-9


def cmh_general_association(tables: ArrayLike) -> TestResult:
    """Test of no association within strata against any association, (r - 1)(c - 1) df.

    `tables`: counts of shape (strata, rows, columns). Strata of fewer than two patients add
    nothing. Degrees of freedom are the rank of the covariance: rows or columns without counts,
    or rows that no stratum lets compare, take none. For 2x2 tables it is
    `cochran_mantel_haenszel` without correction; for one stratum Pearson's chi-squared times
    (N - 1) / N.

    Oracle: R's mantelhaen.test, and the definition with Kronecker products in R. Raises
    `StatsError` where no stratum allows a comparison, for another shape, or counts that are not
    whole numbers of at least 0.

    R: `mantelhaen.test(tables, correct = FALSE)`.

    >>> cmh_general_association([[[8, 3, 2], [2, 5, 9]], [[4, 4, 1], [3, 2, 6]]])
    TestResult(statistic=10.058, df=2, p_value=0.00654523)
    """
    tables = checked_tables(tables)
    rows, columns = tables.shape[1:]
    identity = np.broadcast_to(np.eye(columns)[:, :-1], (len(tables), columns, columns - 1))
    return _quadratic(tables, np.eye(rows)[:, :-1], identity)


def cmh_row_mean_scores(tables: ArrayLike, *, column_scores: str | ArrayLike) -> TestResult:
    """Test that the mean score of the columns is the same in all rows, r - 1 df.

    `tables`: counts of shape (strata, rows, columns), columns in order. `column_scores`: one
    number a column, "equal" for 1, 2, 3..., or from the ranks of each stratum: "midranks",
    "ridit" (midranks divided by the stratum's N) or "modified_ridit" (by N + 1, van Elteren's
    test for two rows). For one stratum midranks give the Kruskal-Wallis test corrected for ties.

    Oracle: the definition with Kronecker products in R, kruskal.test, vcdExtra. Raises
    `StatsError` where no stratum allows a comparison, for scores that do not fit, another shape,
    or counts that are not whole numbers of at least 0.

    R: `vcdExtra::CMHtest(tables, overall = TRUE)$ALL`, row `rmeans`; `kruskal.test(y, arm)`.

    >>> tables = [[[8, 3, 2], [2, 5, 9]], [[4, 4, 1], [3, 2, 6]]]
    >>> cmh_row_mean_scores(tables, column_scores=[0, 1, 2])
    TestResult(statistic=9.89925, df=1, p_value=0.00165346)
    """
    tables = checked_tables(tables)
    scores = _scores(tables, column_scores, "column_scores", axis=1)
    return _quadratic(tables, np.eye(tables.shape[1])[:, :-1], scores[:, :, None])


def checked_tables(tables: ArrayLike) -> Floats:
    """Check the counts; keep strata of two patients or more, rows and columns with counts."""
    tables = numbers(tables, "tables")
    if tables.ndim != 3:
        raise StatsError(f"tables need shape (strata, rows, columns); got {tables.shape}.")
    if ((tables != np.floor(tables)) | (tables < 0) | (tables > MOST_COUNTED)).any():
        raise StatsError("counts of the tables must be whole numbers of at least 0, up to 1e15.")
    informative: Floats = tables[tables.sum(axis=(1, 2)) >= 2]
    return informative


def smallest_expected(arm: Labels, value: Labels, stratum: Labels) -> float:
    """The smallest expected count of a stratum, of the arms and values that it has.

    The usual rule asks for 5 where a chi-squared distribution stands for the exact one. Infinite
    where no stratum has two arms and two values. Labels of shape (records,).
    """
    smallest = np.inf
    for own in np.unique(stratum):
        here = stratum == own
        sizes = [np.unique(labels[here], return_counts=True)[1] for labels in (arm, value)]
        if min(map(len, sizes)) > 1:
            smallest = min(smallest, float(np.prod([n.min() for n in sizes]) / here.sum()))
    return smallest


def _scores(tables: Floats, scores: str | ArrayLike, name: str, *, axis: int) -> Floats:
    """Return the scores of every stratum, shape (strata, lines); `axis` is summed away."""
    margin = tables.sum(axis=axis)
    if not isinstance(scores, str):
        given = sample(scores, name)
        if given.size != margin.shape[1]:
            raise StatsError(f"{name} has {given.size} values for {margin.shape[1]} lines.")
        if np.abs(given).max() > LARGEST_SCORE:
            raise StatsError(f"{name} are too large; rescale them.")
        return np.broadcast_to(given, margin.shape)
    check_choice(name, scores, SCORES)
    if scores == "equal":
        return np.broadcast_to(np.arange(1.0, margin.shape[1] + 1), margin.shape)
    ranks = np.cumsum(margin, axis=1) - margin / 2 + 0.5
    total = margin.sum(axis=1, keepdims=True)
    divisors = {"midranks": np.ones_like(total), "ridit": total, "modified_ridit": total + 1}
    ranked: Floats = ranks / divisors[scores]
    return ranked


def _quadratic(tables: Floats, left: Floats, right: Floats) -> TestResult:
    """Sum left' (observed - expected) right over strata and divide by its covariance.

    `left` is (rows, a) or (strata, rows, a), `right` (strata, columns, b). The covariance is
    the Kronecker product of those of the margins, times N^2 / (N - 1).
    """
    total = tables.sum(axis=(1, 2))[:, None]
    row, column = tables.sum(axis=2) / total, tables.sum(axis=1) / total
    rest = tables - total[:, :, None] * row[:, :, None] * column[:, None, :]
    left = np.broadcast_to(left, (len(tables), *left.shape[-2:]))
    distance = np.einsum("kia,kij,kjb->ab", left, rest, right).ravel()
    of_rows, of_columns = _covariance(row, left), _covariance(column, right)
    factor = (total**2 / (total - 1))[:, 0]
    size = distance.size
    spread = np.einsum("k,kac,kbd->abcd", factor, of_rows, of_columns).reshape(size, size)
    scale = np.sqrt(spread.diagonal())
    kept = scale > 0
    if not kept.any():
        raise StatsError("no stratum has two rows and two columns, so nothing can be compared.")
    spread = spread[np.ix_(kept, kept)] / np.outer(scale[kept], scale[kept])
    values, vectors = np.linalg.eigh(spread)
    used = values > RANK * values.max()
    along = (distance[kept] / scale[kept]) @ vectors[:, used]
    statistic = float(np.sum(along**2 / values[used]))
    df = float(np.count_nonzero(used))
    return TestResult(statistic, df, chi2_tail(statistic, df))


def _covariance(share: Floats, contrast: Floats) -> Floats:
    """Covariance of `contrast` over one margin with the given shares, shape (strata, a, a)."""
    centred = contrast - np.einsum("ki,kia->ka", share, contrast)[:, None, :]
    covariance: Floats = np.einsum("ki,kia,kib->kab", share, centred, centred)
    return covariance
