"""Analysis of covariance: means of arms adjusted for covariates and strata, by least squares.

The model has a mean for each arm, a slope for each covariate, the same in all arms, and an effect
for each stratum. Standard errors are the usual ones (errors of one variance) or one of the
heteroscedasticity-consistent kind. There are no interactions.

References: Fisher, Statistical Methods for Research Workers, 1932. White, Econometrica
1980;48:817 (HC0). Hinkley, Technometrics 1977;19:285 (HC1). Horn, Horn and Duncan, JASA
1975;70:380 (HC2). MacKinnon and White, J Econometrics 1985;29:305 (HC3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Labels
from trialtrace.stats._inputs import check_choice, labels, numbers, sample
from trialtrace.stats._wald import WaldFields, column_names, wald_fields
from trialtrace.stats.regression._design import least_squares, without_intercept
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.results import Coefficients, Contrast, StatsError

VARIANCES = ("model", "HC0", "HC1", "HC2", "HC3")
# A value whose leverage is nearer to 1 than this is fitted by itself alone.
LEVERAGE = 1e-10


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class AncovaFit(Coefficients):
    """A fitted analysis of covariance; see `ancova`.

    The coefficients are those of the arms (means at the mean covariates and an average stratum),
    then the covariates' slopes, then the strata's effects but the last, which sum to 0. `terms`
    gives each term's columns; `residual_sd` is in the units of the outcome.
    """

    arms: Labels
    terms: dict[str, list[int]]
    residual_sd: float
    variance: str
    n: int


def ols(y: ArrayLike, x: ArrayLike, *, variance: str, confidence: float) -> Coefficients:
    """Ordinary least squares of y, (n,), on the columns of x, (n, p), an intercept among them.

    `variance`: "model", or "HC0" to "HC3". t reference with n - p degrees of freedom in all of
    them.

    Raises `StatsError` for columns that are combinations of each other, nothing left for the
    error, or, with HC2 and HC3, a value that its own coefficient fits. Oracle: R's lm with
    sandwich::vcovHC.

    R: `lm(y ~ x)`, with `sandwich::vcovHC` where errors are robust.

    >>> x = [[1, 0], [1, 1], [1, 2], [1, 3]]
    >>> ols([4.1, 5.2, 6.3, 7.9], x, variance="model", confidence=0.95)
    Coefficients
    term  coef         se       low     high  statistic     p_value
    x1       4   0.162019   3.30289  4.69711    24.6885   0.0016366
    x2    1.25  0.0866025  0.877379  1.62262    14.4338  0.00476571
    """
    check_choice("variance", variance, VARIANCES)
    names = column_names(x)
    y = sample(y, "y", at_least=2)
    x = numbers(x, "x")
    if x.ndim != 2 or x.shape[0] != y.size or x.shape[1] == 0:
        raise StatsError(f"x must have shape ({y.size}, p); got {x.shape}.")
    return Coefficients(**_fit(y, x, variance, confidence, names)[0])


def ancova(
    y: ArrayLike,
    arm: ArrayLike,
    *,
    covariates: ArrayLike | None,
    strata: ArrayLike | None,
    variance: str,
    confidence: float,
) -> AncovaFit:
    """Analysis of covariance of y, (n,), by arm, (n,) labels.

    `covariates` (n, q) or (n,), or None; `strata` (n,) labels, or None. `variance` as in `ols`;
    `confidence` is that of the intervals of the coefficients.

    Raises `StatsError` for a single arm, a constant covariate, an arm that is a stratum,
    nothing left for the error, no variation, missing values, and with HC2 or HC3 for a stratum
    or arm of one. Oracle: R's lm with sandwich::vcovHC.

    R: `lm(y ~ arm + z + stratum)`, with `sandwich::vcovHC` where errors are robust.

    >>> y, arm, before = [4, 6, 8, 3, 5, 4], ["new"] * 3 + ["old"] * 3, [1, 2, 4, 1, 3, 3]
    >>> ancova(y, arm, covariates=before, strata=None, variance="model", confidence=0.95)
    AncovaFit
    term            coef        se       low     high  statistic      p_value
    arm new            6  0.376051   4.80324  7.19676    15.9553  0.000535363
    arm old            4  0.376051   2.80324  5.19676    10.6369   0.00177575
    covariate 1  1.09091  0.240523  0.325458  1.85636    4.53557     0.020061
    """
    check_choice("variance", variance, VARIANCES)
    y = sample(y, "y", at_least=2)
    arms, of_arm = labels(arm, "arm", y.size)
    if arms.size < 2:
        raise StatsError("there is one arm only, so nothing to compare.")
    blocks = {"arm": np.eye(arms.size)[of_arm]}
    if covariates is not None:
        blocks |= _covariates(covariates, y.size)
    if strata is not None:
        found, of_stratum = labels(strata, "strata", y.size)
        if found.size > 1:
            effects = np.vstack([np.eye(found.size - 1), -np.ones(found.size - 1)])
            blocks["strata"] = effects[of_stratum]
    x = np.column_stack(list(blocks.values()))
    ends = np.cumsum([block.shape[1] for block in blocks.values()])
    terms = {
        name: list(range(end - block.shape[1], end))
        for (name, block), end in zip(blocks.items(), ends, strict=True)
    }
    names = tuple(
        name if len(places) == 1 else f"{name} {number}"
        for name, places in terms.items()
        for number in (arms.tolist() if name == "arm" else range(1, len(places) + 1))
    )
    fields, residual = _fit(y, x, variance, confidence, names)
    return AncovaFit(
        **fields,
        arms=arms,
        terms=terms,
        residual_sd=residual,
        variance=variance,
        n=y.size,
    )


def arm_difference(
    fit: AncovaFit, arm: object, reference: object, *, sides: str, confidence: float
) -> Contrast:
    """Adjusted difference of means, arm minus reference, in the units of the outcome.

    With its t test; `sides` concerns the p-value only.

    Raises `StatsError` for arms that are not there or equal. Oracle: R's lm.

    R: by hand in models.R.

    >>> y, arm, before = [4, 6, 8, 3, 5, 4], ["new"] * 3 + ["old"] * 3, [1, 2, 4, 1, 3, 3]
    >>> fit = ancova(y, arm, covariates=before, strata=None, variance="model", confidence=0.95)
    >>> arm_difference(fit, "new", "old", sides="two_sided", confidence=0.95).interval
    Interval(estimate=2, low=0.307524, high=3.69248, standard_error=0.531816)
    """
    row, label = arm_row(fit, arm, reference), f"{arm} - {reference}"
    return contrast(fit, row, sides=sides, confidence=confidence, label=label)


def arm_row(fit: AncovaFit, arm: object, reference: object) -> Floats:
    """The row of coefficients that makes the difference of two arms.

    Oracle: as for `arm_difference`.

    >>> y, arm = [4, 6, 8, 3, 5, 4], ["new"] * 3 + ["old"] * 3
    >>> fit = ancova(y, arm, covariates=None, strata=None, variance="model", confidence=0.95)
    >>> arm_row(fit, "new", "old")
    array([ 1., -1.])
    """
    row = np.zeros(fit.coef.size)
    row[_index(fit.arms, arm)] += 1
    row[_index(fit.arms, reference)] -= 1
    return row


def _covariates(covariates: ArrayLike, length: int) -> dict[str, Floats]:
    """Each covariate as a column measured from its mean, by its name in a DataFrame or Series, or
    by its place from 1."""
    name = getattr(covariates, "name", None)
    named = column_names(covariates) or (() if name is None else (str(name),))
    x = numbers(covariates, "covariates")
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != length:
        raise StatsError(f"covariates must have shape ({length}, q); got {x.shape}.")
    if (x.min(axis=0) == x.max(axis=0)).any():
        raise StatsError("a covariate is constant.")
    centred = x - x.mean(axis=0)
    if len(set(named) - {"arm", "strata"}) < x.shape[1]:
        named = tuple(f"covariate {i + 1}" for i in range(x.shape[1]))
    return {name: centred[:, [i]] for i, name in enumerate(named)}


def _fit(
    y: Floats, x: Floats, variance: str, confidence: float, names: tuple[str, ...] | None
) -> tuple[WaldFields, float]:
    q, triangle, coef = least_squares(y, x)
    residual = y - x @ coef
    n, p = x.shape
    mean_square = float(residual @ residual) / (n - p)
    weight = np.full(n, mean_square)
    if variance != "model":
        left = 1 - np.sum(q**2, axis=1)
        power = {"HC0": 0, "HC1": 0, "HC2": 1, "HC3": 2}[variance]
        if power and left.min() < LEVERAGE:
            raise StatsError(f"a value is fitted by its own coefficient; {variance} divides by 0.")
        weight = residual**2 / (left**power if power else 1)
        if variance == "HC1":
            weight = weight * n / (n - p)
    inverse = np.linalg.inv(triangle)
    # Errors of one variance need no sum over values: the basis is orthonormal.
    middle = mean_square * np.eye(p) if variance == "model" else (q.T * weight) @ q
    covariance = inverse @ middle @ inverse.T
    df = float(n - p)
    notes = without_intercept(q)
    fields = wald_fields(coef, covariance, df=df, confidence=confidence, labels=names, notes=notes)
    return fields, mean_square**0.5


def _index(arms: Labels, arm: object) -> int:
    places = np.flatnonzero(arms == arm)
    if places.size != 1:
        raise StatsError(f"there is no arm {arm!r}.")
    return int(places[0])
