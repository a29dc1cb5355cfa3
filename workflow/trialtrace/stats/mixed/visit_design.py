"""Columns for models of repeated measures: means by arm and visit, with covariates.

Builds the design that `mmrm` and `gee` take, for one mean in every arm at every visit, and the
rows that test it. `cell_means` has a column for every arm and visit; `treatment` an intercept,
the other visits, the other arms and their products, against the first visit and the first arm
(R's default coding). They span the same space: fitted means, differences and their tests agree,
the coefficients and the restricted log-likelihood do not.

Oracle: columns and rows written out for both codings, whose fitted means and differences agree.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Labels
from trialtrace.stats._inputs import as_array, as_list, check_choice, labels, numbers
from trialtrace.stats._wald import NamedColumns
from trialtrace.stats.regression._design import in_rows
from trialtrace.stats.results import StatsError

CODINGS = ("cell_means", "treatment")


@dataclass(frozen=True, slots=True)
class VisitDesign:
    """Columns x, shape (subjects, visits, p), their names and what rows of contrasts need.

    `cells`, (arms, visits, p), is the row of the mean of each arm at each visit, the covariates at
    `covariate_means`, their means over all subjects.
    """

    x: Floats
    names: tuple[str, ...]
    arms: tuple[object, ...]
    visits: tuple[object, ...]
    covariate_means: Floats
    cells: Floats


def visit_design(
    arm: ArrayLike,
    visits: Sequence[object],
    *,
    coding: str,
    covariates: ArrayLike | None = None,
    by_visit: bool | None = None,
) -> VisitDesign:
    """Build the columns of a model with a mean for every arm and visit.

    arm has shape (subjects,); visits are the names of the visits in order; covariates, shape
    (subjects, c), are measured once, at baseline. `by_visit` says whether a covariate has a slope
    of its own at every visit (True, usual for the baseline value) or one for all (False); it must
    be given with covariates. Arms stand in the order of their labels; the first
    is the reference of `treatment`.

    Raises `StatsError` for missing arms or covariates, fewer than two visits, or visits named
    twice.

    >>> visit_design(["new", "old", "new"], ("week 2", "week 6"), coding="cell_means").x.shape
    (3, 2, 4)
    """
    check_choice("coding", coding, CODINGS)
    visits = tuple(as_list(visits, "visits"))
    if not all(isinstance(visit, Hashable) and visit == visit for visit in visits):
        raise StatsError("visits must be names, none of them missing.")
    if len(visits) < 2 or len(set(visits)) < len(visits):
        raise StatsError("visits must be at least two different names.")
    n = as_array(arm, "arm").size
    found, index = labels(arm, "arm", n)
    cells, names = _cells(found, visits, coding)
    columns = cells[index]
    slopes, means, more = _covariates(covariates, by_visit, n, visits)
    x = np.concatenate([columns, slopes], axis=2)
    at_means = np.broadcast_to(more[1], (len(found), *more[1].shape))
    names = [*names, *more[0]]
    return VisitDesign(
        x=NamedColumns(x, tuple(names)),
        names=tuple(names),
        arms=tuple(found.tolist()),
        visits=visits,
        covariate_means=means,
        cells=np.concatenate([cells, at_means], axis=2),
    )


def wide(values: ArrayLike, subject: ArrayLike, visit: ArrayLike) -> Floats:
    """Long values, a row a subject and visit, as (subjects, visits), NaN where there is no row.

    All of shape (rows,); subjects and visits stand in the order of their labels, those of a pandas
    Categorical in its own. A missing value may be NaN.

    Raises `StatsError` for two rows of a subject at a visit, and missing labels. Oracle: R's
    reshape.

    R: `reshape(d, direction = "wide", idvar = "subject", timevar = "visit")`.

    >>> wide([3, 4, 5], ["a", "a", "b"], ["week 1", "week 2", "week 2"])
    array([[ 3.,  4.],
           [nan,  5.]])
    """
    if np.asarray(values).dtype.kind not in "buif":
        raise StatsError("values must hold numbers only.")
    return np.asarray(in_rows(values, subject, visit)[0], dtype=np.float64)


def mean_row(design: VisitDesign, *, arm: object, visit: object) -> Floats:
    """Row, (p,), of the mean of an arm at a visit (least squares mean), covariates at their means.

    Raises `StatsError` for an arm or visit that the design does not have.

    >>> design = visit_design(["new", "old", "new"], ("week 2", "week 6"), coding="cell_means")
    >>> mean_row(design, arm="new", visit="week 6")
    array([0., 1., 0., 0.])
    """
    row: Floats = design.cells[
        _place(design.arms, arm, "arm"), _place(design.visits, visit, "visit")
    ]
    return row


def difference_row(design: VisitDesign, *, arm: object, reference: object, visit: object) -> Floats:
    """Row, (p,), of the difference of two arms, arm - reference, at a visit.

    Raises `StatsError` for an arm or visit that the design does not have, or equal arms.

    >>> design = visit_design(["new", "old", "new"], ("week 2", "week 6"), coding="cell_means")
    >>> difference_row(design, arm="new", reference="old", visit="week 6")
    array([ 0.,  1.,  0., -1.])
    """
    if arm == reference:
        raise StatsError("an arm does not differ from itself.")
    return mean_row(design, arm=arm, visit=visit) - mean_row(design, arm=reference, visit=visit)


def interaction_rows(design: VisitDesign) -> Floats:
    """Rows, ((arms - 1) * (visits - 1), p), of arms that differ alike at every visit.

    Raises `StatsError` for one arm only.

    >>> design = visit_design(["new", "old", "new"], ("week 2", "week 6"), coding="cell_means")
    >>> interaction_rows(design)
    array([[ 1., -1., -1.,  1.]])
    """
    if len(design.arms) < 2:
        raise StatsError("one arm only: there are no differences between arms.")
    by_arm = design.cells[1:] - design.cells[:1]
    rows = by_arm[:, 1:] - by_arm[:, :1]
    return rows.reshape(-1, rows.shape[-1])


def _place(known: tuple[object, ...], value: object, what: str) -> int:
    if value not in known:
        raise StatsError(f"{what} {value!r} is not one of {', '.join(map(str, known))}.")
    return known.index(value)


def _cells(arms: Labels, visits: tuple[object, ...], coding: str) -> tuple[Floats, list[str]]:
    """Row of each arm and visit, (arms, visits, arms * visits), and the names of the columns."""
    g, t = len(arms), len(visits)
    cells = np.eye(g * t).reshape(g, t, g * t)
    if coding == "cell_means":
        return cells, [f"{a}:{v}" for a in arms for v in visits]
    in_arm, at_visit = np.eye(g), np.eye(t)
    in_arm[:, 0] = at_visit[:, 0] = 1.0
    cells = (in_arm[:, None, :, None] * at_visit[None, :, None, :]).reshape(g, t, g * t)
    names = ["intercept", *(str(v) for v in visits[1:])]
    for a in arms[1:]:
        names += [str(a), *(f"{a}:{v}" for v in visits[1:])]
    return cells, names


def _covariates(
    values: ArrayLike | None, by_visit: bool | None, n: int, visits: tuple[object, ...]
) -> tuple[Floats, Floats, tuple[list[str], Floats]]:
    """Columns (n, visits, c), means of covariates, and names with rows at the means."""
    t = len(visits)
    if values is None:
        if by_visit is not None:
            raise StatsError("by_visit says how covariates enter, and none are given.")
        return np.zeros((n, t, 0)), np.zeros(0), ([], np.zeros((t, 0)))
    values = numbers(values, "covariates")
    if values.ndim != 2 or values.shape[0] != n or values.shape[1] == 0:
        raise StatsError(f"covariates must have shape ({n}, covariates); got {values.shape}.")
    if by_visit is None:
        raise StatsError("say by by_visit whether covariates have a slope for every visit.")
    shape = np.eye(t) if by_visit else np.ones((t, 1))
    c = values.shape[1]
    columns = np.einsum("nc,tv->ntcv", values, shape).reshape(n, t, -1)
    means = values.mean(axis=0)
    ends = [f":{v}" for v in visits] if by_visit else [""]
    names = [f"covariate_{i + 1}{end}" for i in range(c) for end in ends]
    return columns, means, (names, np.einsum("c,tv->tcv", means, shape).reshape(t, -1))
