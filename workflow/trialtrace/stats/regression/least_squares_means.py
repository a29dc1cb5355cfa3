"""Least-squares means of any model: of arms, by subgroup or visit, their differences, interaction.

`arm_design` builds the columns of arms, levels (a subgroup, a stratum), their products and
covariates; any model of this package is fitted to them. The functions then read the means of arms,
differences and the test of the interaction off its coefficients and their covariance: means of an
analysis of covariance, log odds, log rates, log hazards. Designs of `mixed.visit_design` serve too,
their visits as levels, for mixed models and GEE. Covariates are at their means over all patients.

References: Searle, Speed and Milliken, Am Stat 1980;34:216. Lenth, J Stat Softw 2016;69(1).
Oracle: R's emmeans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import as_array, check_choice, labels, numbers
from trialtrace.stats._wald import NamedColumns, column_names, numbered
from trialtrace.stats.missing.linear import (
    POOLING,
    ImputedFits,
    pooled_contrast,
    pooled_contrasts_test,
)
from trialtrace.stats.mixed.mixed_tests import METHODS, MixedFit, f_test, mixed_contrast
from trialtrace.stats.mixed.visit_design import VisitDesign
from trialtrace.stats.regression.coefficients import contrast, wald_test
from trialtrace.stats.results import (
    Coefficients,
    Contrast,
    Contrasts,
    Interval,
    StatsError,
    TestResult,
)

WEIGHTS = ("equal", "observed")
Fit = Coefficients | MixedFit | ImputedFits


@dataclass(frozen=True, slots=True)
class ArmDesign:
    """Columns x, (n, p), which a fit knows by their names, the names, and the row of each mean,
    `cells`, (arms, levels, p).

    `shares`, (levels,), is how often each level occurs; without levels there is one for all. Of
    columns by name (`Conventions`) `factors` has each factor that arms interact with and its
    levels, of which `levels` are all combinations.
    """

    x: Floats
    names: tuple[str, ...]
    arms: tuple[object, ...]
    levels: tuple[object, ...]
    shares: Floats
    cells: Floats
    factors: tuple[tuple[str, tuple[object, ...]], ...] = ()


def arm_design(
    arm: ArrayLike,
    *,
    by: ArrayLike | None = None,
    interaction: bool | None = None,
    covariates: ArrayLike | None = None,
    intercept: bool,
) -> ArmDesign:
    """Columns of a model with arms, levels and covariates, in R's default coding.

    arm (n,) labels; `by` (n,) labels of a subgroup or stratum, or None; `interaction`, which is
    given with it, whether arms differ by level. covariates (n, q) or (n,), numbers. The first arm
    and level are the reference, as a pandas Categorical orders them. Cox models and models of
    thresholds have no `intercept`: their means are against the reference.

    Raises `StatsError` for missing labels, `by` without `interaction` or the other way round, and a
    level without patients of an arm where they interact.

    R: `model.matrix(~ arm * by + z)`.

    >>> arm_design(list("abab"), by=list("xxyy"), interaction=True, intercept=True).names
    ('intercept', 'b', 'y', 'b:y')
    """
    n = as_array(arm, "arm").size
    arms, of_arm = labels(arm, "arm", n)
    if (by is None) != (interaction is None):
        raise StatsError("by and interaction are given together, or neither.")
    levels, of_level = labels(np.zeros(n) if by is None else by, "by", n)
    shares = np.bincount(of_level) / n
    sizes = np.zeros((arms.size, levels.size))
    np.add.at(sizes, (of_arm, of_level), 1)
    if interaction and not sizes.all():
        raise StatsError("a level has no patients of an arm, so there is no mean of it.")
    in_arm, at_level = np.eye(arms.size)[:, 1:], np.eye(levels.size)[:, 1:]
    shape = (arms.size, levels.size)
    parts = [
        np.ones((*shape, int(intercept))),
        np.broadcast_to(in_arm[:, None], (*shape, arms.size - 1)),
        np.broadcast_to(at_level[None], (*shape, levels.size - 1)),
    ]
    names = ["intercept"] * intercept + [str(a) for a in arms[1:]] + [str(v) for v in levels[1:]]
    if interaction:
        parts.append((in_arm[:, None, :, None] * at_level[None, :, None, :]).reshape(*shape, -1))
        names += [f"{a}:{v}" for a in arms[1:] for v in levels[1:]]
    cells = np.concatenate(parts, axis=2)
    z, of_z = _covariates(covariates, n)
    means = np.broadcast_to(z.mean(axis=0), (*shape, z.shape[1]))
    named = (*names, *of_z)
    return ArmDesign(
        x=NamedColumns(np.hstack([cells[of_arm, of_level], z]), named),
        names=named,
        arms=tuple(arms.tolist()),
        levels=() if by is None else tuple(levels.tolist()),
        shares=shares,
        cells=np.concatenate([cells, means], axis=2),
    )


def _covariates(covariates: ArrayLike | None, n: int) -> tuple[Floats, tuple[str, ...]]:
    if covariates is None:
        return np.zeros((n, 0)), ()
    z = numbers(covariates, "covariates")
    z = z[:, None] if z.ndim == 1 else z
    if z.ndim != 2 or len(z) != n:
        raise StatsError(f"covariates must have shape ({n}, q); got {z.shape}.")
    named = column_names(covariates) or (str(getattr(covariates, "name", "covariate 1")),)
    if len(named) < z.shape[1]:
        named = tuple(f"covariate {i + 1}" for i in range(z.shape[1]))
    return z, named


def least_squares_means(
    fit: Fit,
    design: ArmDesign | VisitDesign | None = None,
    *,
    confidence: float,
    by: str | Sequence[str] | None = None,
    weights: str | None = None,
    df: str | None = None,
) -> Contrasts:
    """The mean of each arm at each level, or over the levels by `weights`.

    Covariates are at their means over all rows that the design has, also those without an outcome.
    `design` None is the fit's own, of a model whose columns were named (`Conventions`). On the
    scale of the model; `ratio()` of the result exponentiates. `by` None gives every level of all
    factors that arms interact with, names of them those, over the others alike. `weights` None
    gives every level; "equal" averages over levels alike, "observed" as often as each occurs, of
    several factors each by itself. `df`, of mixed models as in `mixed_contrast`, of fits to imputed
    data as in `pooled_contrast`, which pools them, is given for these alone. The test is of a mean
    of 0.

    Raises `StatsError` where fit and design have other columns (by name where the fit was given
    `design.x` itself, else by number), and for `df` of another
    model or a mixed model without.

    R: `emmeans::emmeans(fit, ~ arm | by)`, `emmeans::emmeans(fit, ~ arm, weights = "equal")`.

    >>> from trialtrace.stats.regression.ancova import ols
    >>> design = arm_design(list("aabbab"), by=list("xyxyyx"), interaction=False, intercept=True)
    >>> fit = ols([4, 6, 7, 8, 5, 7.5], design.x, variance="model", confidence=0.95)
    >>> least_squares_means(fit, design, weights="equal", confidence=0.95)
    Contrasts
    label  estimate  standard_error      low     high  statistic  df      p_value
    a        4.8125         0.30971  3.82687  5.79813    15.5387   3  0.000579143
    b        7.6875         0.30971  6.70187  8.67313    24.8216   3  0.000143367
    """
    design = _design(fit, design)
    rows = [
        (_label(arm, level), row)
        for place, arm in enumerate(design.arms)
        for level, row in _rows(design, design.cells[place], weights, by)
    ]
    return _contrasts(fit, design, rows, sides="two_sided", confidence=confidence, df=df)


def least_squares_differences(
    fit: Fit,
    design: ArmDesign | VisitDesign | None = None,
    *,
    reference: object,
    sides: str,
    confidence: float,
    by: str | Sequence[str] | None = None,
    weights: str | None = None,
    df: str | None = None,
) -> Contrasts:
    """The difference of each other arm from the reference, at each level or over them.

    On the scale of the model: log odds, rate or hazard ratios of subgroups, say; `ratio()` has
    these themselves. `by`, `weights` and `df` as in `least_squares_means`; `sides` concerns the
    p-values.

    Raises `StatsError` as `least_squares_means` does, and where there is no such arm.

    R: `emmeans::contrast(emmeans::emmeans(fit, ~ arm | by), "trt.vs.ctrl")`.

    >>> from trialtrace.stats.regression.ancova import ols
    >>> design = arm_design(list("aabbab"), by=list("xyxyyx"), interaction=False, intercept=True)
    >>> fit = ols([4, 6, 7, 8, 5, 7.5], design.x, variance="model", confidence=0.95)
    >>> found = least_squares_differences(
    ...     fit, design, reference="a", weights="equal", sides="two_sided", confidence=0.95
    ... )
    >>> [(one.label, round(one.estimate, 4)) for one in found.contrasts]
    [('b - a', 2.875)]
    """
    design = _design(fit, design)
    if reference not in design.arms:
        raise StatsError(f"there is no arm {reference!r}.")
    base = design.cells[design.arms.index(reference)]
    rows = [
        (_label(f"{arm} - {reference}", level), row)
        for place, arm in enumerate(design.arms)
        if arm != reference
        for level, row in _rows(design, design.cells[place] - base, weights, by)
    ]
    return _contrasts(fit, design, rows, sides=sides, confidence=confidence, df=df)


def interaction_test(
    fit: Fit,
    design: ArmDesign | VisitDesign | None = None,
    *,
    by: str | Sequence[str] | None = None,
    at: Mapping[str, object] | None = None,
    df: str | None = None,
) -> TestResult:
    """Wald test that arms differ alike at every level: the p-value of an interaction.

    Chi-squared, or F where the model has degrees of freedom; (arms - 1)(levels - 1) of them. `by`
    and `df` as in `least_squares_means`; `at` a level of other factors, such as {"visit": "week 8"}
    of an interaction by sex at that visit. Raises `StatsError` as there, and for a design without
    levels.

    R: `emmeans::joint_tests(fit)`, `emmeans::joint_tests(fit, by = "visit")`.

    >>> from trialtrace.stats.regression.ancova import ols
    >>> design = arm_design(list("aabbab"), by=list("xyxyyx"), interaction=True, intercept=True)
    >>> fit = ols([4, 6, 7, 8, 5, 7.5], design.x, variance="model", confidence=0.95)
    >>> round(interaction_test(fit, design).p_value, 4)
    0.5196
    """
    design = _design(fit, design)
    if len(_levels(design)) < 2 or len(design.arms) < 2:
        raise StatsError("an interaction needs two arms and two levels.")
    by_arm = np.array(
        [
            [row for _, row in _rows(design, cells - design.cells[0], None, by, at)]
            for cells in design.cells[1:]
        ]
    )
    rows = (by_arm[:, 1:] - by_arm[:, :1]).reshape(-1, design.cells.shape[2])
    if not rows.any():
        raise StatsError("the design has no columns of an interaction.")
    _check_columns(fit, design)
    rows = _independent(rows)
    if isinstance(fit, MixedFit):
        return f_test(fit, rows, df=_named(fit, df))
    if isinstance(fit, ImputedFits):
        return pooled_contrasts_test(fit, rows, df=_named(fit, df))
    _of_others(df)
    return wald_test(fit, rows)


def _independent(rows: Floats) -> Floats:
    """The rows without those that follow from others: products that the model does not have."""
    kept = rows[:0]
    for row in rows:
        more = np.vstack([kept, row])
        kept = more if np.linalg.matrix_rank(more) == len(more) else kept
    return kept


def _design(fit: Fit, design: ArmDesign | VisitDesign | None) -> ArmDesign | VisitDesign:
    """The design that is given, else the fit's own."""
    if not isinstance(fit, Fit):
        raise StatsError(f"fit must be a fitted model, such as ols gives; got {type(fit)}.")
    found = fit.design if design is None else design
    if not isinstance(found, ArmDesign | VisitDesign):
        raise StatsError("give the design: the fit has none of its own, with arms by name.")
    return found


def _levels(design: ArmDesign | VisitDesign) -> tuple[object, ...]:
    return design.visits if isinstance(design, VisitDesign) else design.levels


def _rows(
    design: ArmDesign | VisitDesign,
    cells: Floats,
    weights: str | None,
    by: str | Sequence[str] | None,
    at: Mapping[str, object] | None = None,
) -> list[tuple[object, Floats]]:
    """Each level with its row of cells (levels, p), or None with their mean."""
    if by is not None or at:
        return _rows_by(design, cells, (by,) if isinstance(by, str) else tuple(by or ()), at or {})
    levels = _levels(design)
    if weights is None:
        return list(zip(levels or (None,), cells, strict=True))
    check_choice("weights", weights, WEIGHTS)
    shares = design.shares if weights == "observed" and isinstance(design, ArmDesign) else None
    return [(None, np.average(cells, axis=0, weights=shares))]


def _rows_by(
    design: ArmDesign | VisitDesign, cells: Floats, by: Sequence[str], at: Mapping[str, object]
) -> list[tuple[object, Floats]]:
    """Each level of some factors, at one of some, and over those of the others alike."""
    known = dict(design.factors) if isinstance(design, ArmDesign) else {}
    for name in (*by, *at):
        if name not in known:
            there = ", ".join(known) or "none by name"
            raise StatsError(f"arms do not interact with {name!r}; factors are {there}.")
    for name, level in at.items():
        if level not in known[name]:
            raise StatsError(f"{name} has the levels {', '.join(map(str, known[name]))}.")
    table: Floats = cells.reshape(*map(len, known.values()), -1)
    # From the last axis on, since each that goes moves those behind it.
    for axis, (name, levels) in reversed(list(enumerate(known.items()))):
        if name in at:
            table = np.take(table, levels.index(at[name]), axis=axis)
        elif name not in by:
            table = np.mean(table, axis=axis)
    left = [levels for name, levels in known.items() if name in by and name not in at]
    labels = [_joined(each) for each in product(*left)]
    return list(zip(labels, table.reshape(len(labels), -1), strict=True))


def _joined(levels: Sequence[object]) -> object:
    """A level, or several as a label."""
    return levels[0] if len(levels) == 1 else ", ".join(map(str, levels)) or None


def _label(of: object, level: object) -> str:
    return str(of) if level is None else f"{of}, {level}"


def _contrasts(
    fit: Fit,
    design: ArmDesign | VisitDesign,
    rows: list[tuple[str, Floats]],
    *,
    sides: str,
    confidence: float,
    df: str | None,
) -> Contrasts:
    _check_columns(fit, design)
    found: list[Contrast] = []
    for label, row in rows:
        if isinstance(fit, MixedFit):
            one = mixed_contrast(
                fit, row, df=_named(fit, df), sides=sides, confidence=confidence, label=label
            )
        elif isinstance(fit, ImputedFits):
            pooled = pooled_contrast(
                fit, row, df=_named(fit, df), null=0, sides=sides, confidence=confidence
            )
            one = Contrast(
                Interval(pooled.estimate, pooled.low, pooled.high, standard_error=pooled.se),
                TestResult(pooled.statistic, pooled.df, pooled.p_value),
                label,
            )
        else:
            _of_others(df)
            one = contrast(fit, row, sides=sides, confidence=confidence, label=label)
        found.append(one)
    return Contrasts(tuple(found))


def _check_columns(fit: Fit, design: ArmDesign | VisitDesign) -> None:
    """A fit that knows the names of its columns has those of the design."""
    size = fit.coef.shape[-1]
    if len(design.names) != size:
        raise StatsError(
            f"the design has {len(design.names)} columns and the fit {size} coefficients."
        )
    if fit.labels not in (numbered(size), design.names):
        fitted, designed = ", ".join(fit.labels), ", ".join(design.names)
        raise StatsError(f"the fit has the columns {fitted}, and the design {designed}.")


def _named(fit: MixedFit | ImputedFits, df: str | None) -> str:
    """Which degrees of freedom, where several are known."""
    if df is None:
        imputed = isinstance(fit, ImputedFits)
        known = ", ".join(POOLING if imputed else METHODS)
        model = "fits to imputed data take" if imputed else "a mixed model takes"
        raise StatsError(f"say by df which degrees of freedom {model}: {known}.")
    return df


def _of_others(df: str | None) -> None:
    if df is not None:
        raise StatsError(
            "df is of mixed models and of fits to imputed data; this model has its own."
        )
