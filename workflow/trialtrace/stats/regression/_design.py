"""Checks of outcomes and columns of visits, and columns made orthonormal.

An orthonormal basis of the columns is what the models are fitted to: it tells columns that are
combinations of each other, and units or a far mean of a covariate cannot spoil convergence.
"""

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats, Whole
from trialtrace.stats._inputs import as_array, labels, numbers
from trialtrace.stats.results import StatsError

# Share of its size, in standard units, below which a matrix is taken to be singular.
SINGULAR = 1e-9
# Variances of variances take the fourth power of a value, which has to be a number.
LARGEST, SMALLEST = 1e60, 1e-60


def visit_data(y: ArrayLike, x: ArrayLike) -> tuple[Floats, Floats, Flags]:
    """Check y, (n, T), with NaN for missing visits, and x, (n, T, p); 0 where nothing is seen."""
    if np.ma.is_masked(y) or np.ma.is_masked(x):
        raise StatsError("y and x must not be masked; a missing visit is NaN in y.")
    y, x = as_array(y, "y"), as_array(x, "x")
    if y.ndim != 2 or y.shape[1] < 2:
        raise StatsError(f"y must have shape (subjects, visits >= 2); got {y.shape}.")
    if x.ndim != 3 or x.shape[:2] != y.shape or x.shape[2] == 0:
        raise StatsError(f"x must have shape {(*y.shape, 'p')}; got {x.shape}.")
    if y.dtype.kind not in "buif" or x.dtype.kind not in "buif":
        raise StatsError("y and x must hold numbers only, y NaN for a missing visit.")
    seen = ~np.isnan(y.astype(np.float64))
    if not seen.any():
        raise StatsError("no visit was observed.")
    values = numbers(np.where(seen, y, 0.0), "y")
    columns = numbers(np.where(seen[:, :, None], x, 0.0), "x at observed visits")
    return values, columns, seen


def rows_of_each(subject: ArrayLike) -> Whole:
    """The place of each row among those of its subject, in the order of the rows, from 0."""
    who = labels(subject, "subject", as_array(subject, "subject").size)[1]
    order = np.argsort(who, kind="stable")
    place = np.empty(who.size, dtype=np.int64)
    place[order] = np.arange(who.size) - np.searchsorted(who[order], who[order])
    return place


def by_visit(
    y: ArrayLike,
    x: ArrayLike,
    subject: ArrayLike | None,
    visit: ArrayLike | None,
    groups: ArrayLike | None = None,
) -> tuple[ArrayLike, ArrayLike, ArrayLike | None]:
    """y, x and groups as the models of visits take them, made of long data where these are given.

    Long are a row a subject and visit: y and groups (n,), x (n, p), `subject` and `visit` (n,)
    labels, visits in their order. Wide: y (subjects, visits), NaN where there is no row, x
    (subjects, visits, p), groups (subjects,), subjects in the order of their labels.

    Raises `StatsError` for one of `subject` and `visit` without the other, two rows of a subject at
    a visit, and a subject in two groups.
    """
    if subject is None and visit is None:
        return y, x, groups
    if subject is None or visit is None:
        raise StatsError("long data need the subject and the visit of every row.")
    values, columns = as_array(y, "y"), as_array(x, "x")
    if values.ndim != 1 or columns.ndim != 2 or len(columns) != values.size:
        raise StatsError(
            f"long data need y of shape (rows,) and x (rows, p); got {values.shape} and "
            f"{columns.shape}."
        )
    subjects, who = labels(subject, "subject", values.size)
    visits, when = labels(visit, "visit", values.size)
    rows = np.full((subjects.size, visits.size), -1)
    rows[who, when] = np.arange(values.size)
    if (rows >= 0).sum() < values.size:
        raise StatsError("a subject has two rows at one visit.")
    there = rows >= 0
    wide = np.where(there, values.astype(np.float64)[rows], np.nan)
    cube = np.where(there[:, :, None], columns.astype(np.float64)[rows], 0.0)
    if groups is None:
        return wide, cube, None
    named = as_array(groups, "groups")
    if named.shape != values.shape:
        raise StatsError(f"groups of long data need shape {values.shape}; got {named.shape}.")
    first = named[rows[np.arange(subjects.size), there.argmax(axis=1)]]
    if (named != first[who]).any():
        raise StatsError("a subject is in two groups.")
    return wide, cube, first


def in_rows(
    y: ArrayLike,
    subject: ArrayLike | None,
    visit: ArrayLike | None,
    groups: ArrayLike | None = None,
) -> tuple[ArrayLike, ArrayLike | None]:
    """y and groups as `by_visit` gives them, where there is no x."""
    if subject is None and visit is None:
        return y, groups
    y, _, groups = by_visit(y, np.ones((as_array(y, "y").size, 1)), subject, visit, groups)
    return y, groups


def check_size(values: Floats, name: str) -> None:
    """Refuse values, (n,) or (n, columns), so large or small that their powers are no numbers.

    Zeros throughout are another matter, and no affair of this.
    """
    largest = np.abs(values).max(axis=0, initial=0.0)
    if ((largest > LARGEST) | ((largest < SMALLEST) & (largest > 0))).any():
        raise StatsError(
            f"{name} has values beyond {LARGEST:g} or none above {SMALLEST:g}; take another unit."
        )


def orthonormal(x: Floats) -> tuple[Floats, Floats]:
    """Orthonormal basis of the columns of x, (values, p), and the triangle that makes x of it.

    Raises `StatsError` for columns of zeros or that are combinations of each other.
    """
    check_size(x, "x")
    size = np.sqrt(np.sum(x**2, axis=0))
    if (size == 0).any():
        raise StatsError("a column of x is 0 in every observed value, so it has no coefficient.")
    if x.shape[0] < x.shape[1]:
        raise StatsError(f"{x.shape[0]} values cannot determine {x.shape[1]} coefficients.")
    q, triangle = np.linalg.qr(x / size)
    if np.linalg.svd(triangle, compute_uv=False)[-1] < SINGULAR:
        raise StatsError("columns of x are combinations of each other, so they have no estimates.")
    return q, triangle * size


def without_intercept(q: Floats) -> tuple[str, ...]:
    """The note of a model whose orthonormal columns, (values, p), cannot make a constant.

    Software that takes formulas adds an intercept of its own, so its absence is seldom meant.
    """
    left = 1 - q @ q.sum(axis=0)
    if float(left @ left) <= SINGULAR * len(q):
        return ()
    return ("No intercept: no combination of the columns of x is constant.",)


def least_squares(y: Floats, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Orthonormal basis of the design, its triangle, and the least squares coefficients.

    Raises `StatsError` as `orthonormal`, and where nothing is left for the error.
    """
    check_size(y, "y")
    q, triangle = orthonormal(x)
    if x.shape[0] == x.shape[1]:
        raise StatsError("as many coefficients as values leave nothing for the error.")
    coef = np.linalg.solve(triangle, q.T @ y).astype(np.float64, copy=False)
    rounding = 64 * np.finfo(np.float64).eps * np.abs(y).max()
    if np.sqrt(np.mean((y - x @ coef) ** 2)) <= rounding:
        raise StatsError("there is no variation beyond what x explains.")
    return q, triangle, coef
