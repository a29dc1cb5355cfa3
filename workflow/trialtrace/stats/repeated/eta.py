"""Effect sizes of an analysis of variance: partial and generalised eta squared.

Estimate the share of variation that an effect explains. Partial eta squared sets the effect
against its own error term, so it depends on the design: a factor measured within subjects loses
the variation between subjects. Generalised eta squared keeps in its denominator everything that
would vary in a trial without the manipulated factors: all error terms, and every effect of a
factor that was measured (sex, a diagnosis) and not manipulated (an arm, a visit).

References: Olejnik and Algina, Psychol Methods 2003;8:434. Bakeman, Behav Res Methods
2005;37:379. Steiger, Psychol Methods 2004;9:164 and Smithson, Educ Psychol Meas 2001;61:605 (the
interval by the noncentral F). Oracle: the definition on the sums of squares of R's car, and the
noncentral F as a sum in base R, in repeated_general.R.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ncfdtr

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import (
    as_list,
    check_confidence,
    degrees_of_freedom,
    numbers,
    one_number,
)
from trialtrace.stats._roots import roots
from trialtrace.stats.results import Interval, StatsError

# Above it the noncentral distribution is not computed to enough digits.
MOST_NONCENTRAL = 1e9


def partial_eta_squared(square: ArrayLike, error: ArrayLike) -> Floats:
    """SS / (SS + its error), elementwise for sums of squares of one shape.

    NaN where both are 0. Raises `StatsError` for negative or missing sums of squares.

    >>> partial_eta_squared([12.0], [36.0])
    array([0.25])
    """
    square, error = _squares(square, "square"), _squares(error, "error")
    with np.errstate(invalid="ignore"):
        return square / (square + error)


def partial_eta_squared_interval(
    f: float, df1: float, df2: float, *, confidence: float
) -> Interval:
    """Partial eta squared of an F test, with the interval of its noncentrality.

    Degrees of freedom are the uncorrected ones. The limits of the noncentrality are those values
    under which the F that was found, or a smaller one, has probability 1 - alpha / 2 and alpha / 2;
    a limit of noncentrality L is L / (L + df1 + df2 + 1). 0 where no noncentrality is as small as
    that: both limits are 0 for a very small F, and the estimate, which is never 0, lies above. An
    effect within subjects has this distribution only where sphericity holds. An F test is
    one-sided: its level 0.05 belongs to a confidence of 0.90.

    Raises `StatsError` for an F that is negative or missing, degrees of freedom that are not above
    0, and an F so large that no noncentrality can be told. Source: Steiger 2004; Smithson 2001.
    Oracle: the sum of
    dpois and pbeta in R, 1e-8, with which its pf agrees to 1e-7.

    R: `uniroot(function(l) pf(f, df1, df2, ncp = l) - 0.95, c(0, 1000))`.

    >>> partial_eta_squared_interval(5.907, 3, 63, confidence=0.9)
    Interval(estimate=0.219534, low=0.0611976, high=0.330471)
    """
    f = one_number(f, "f")
    if f < 0:
        raise StatsError(f"f must not be negative; got {f:g}.")
    df1, df2 = degrees_of_freedom(df1, "df1"), degrees_of_freedom(df2, "df2")
    tail = (1 - check_confidence(confidence)) / 2
    wanted, both = np.array([1 - tail, tail]), np.arange(2)

    def away(noncentrality: Floats, which: Places) -> Floats:
        below: Floats = ncfdtr(df1, df2, noncentrality, f) - wanted[which]
        return below

    none = np.zeros(2)
    highest = none + df1 * f + 10
    while highest[0] <= MOST_NONCENTRAL and (away(highest, both) > 0).any():
        highest *= 2
    if highest[0] > MOST_NONCENTRAL:
        raise StatsError("F is too large for an interval of its noncentrality.")
    found = np.where(away(none, both) <= 0, 0.0, roots(away, none, highest))
    if not np.isfinite(found).all():
        raise StatsError("the noncentrality of this F has no limits that can be computed.")
    low, high = found / (found + df1 + df2 + 1)
    return Interval(f * df1 / (f * df1 + df2), float(low), float(high))


def generalised_eta_squared(
    terms: Sequence[tuple[str, ...]],
    squares: ArrayLike,
    errors: ArrayLike,
    *,
    measured: Collection[str],
) -> Floats:
    """Generalised eta squared of every effect of a design, shape (effects,).

    `terms` names the factors of each effect, `squares` holds its sum of squares, `errors` every
    error term of the design once. `measured` names the factors that were measured and not
    manipulated; it may be empty. The denominator is the sum of all errors and of all effects
    with a measured factor, plus the effect itself where it has none. In unequal groups the sums
    of squares do not add up, and the value depends on their type.

    Raises `StatsError` for negative or missing sums of squares, lengths that differ, or a
    measured factor that no effect has.

    >>> generalised_eta_squared(
    ...     [("arm",), ("visit",)], [12.0, 8.0], [36.0, 20.0], measured=[]
    ... ).round(4)
    array([0.1765, 0.125 ])
    """
    terms = as_list(terms, "terms")
    if not all(isinstance(term, list | tuple | set | frozenset) for term in terms):
        raise StatsError("terms must hold the names of the factors of each effect.")
    squares, errors = _squares(squares, "squares"), _squares(errors, "errors")
    if squares.shape != (len(terms),):
        raise StatsError(f"squares must have shape ({len(terms)},); got {squares.shape}.")
    unknown = sorted(set(measured) - {name for term in terms for name in term})
    if isinstance(measured, str) or unknown:
        raise StatsError(f"measured must be a list of factors of the design; got {measured!r}.")
    kept = np.array([bool(set(term) & set(measured)) for term in terms])
    denominator = errors.sum() + squares[kept].sum() + np.where(kept, 0.0, squares)
    with np.errstate(invalid="ignore"):
        eta: Floats = squares / denominator
        return eta


def _squares(values: ArrayLike, name: str) -> Floats:
    values = numbers(values, name)
    if (values < 0).any():
        raise StatsError(f"{name} must be sums of squares; some are negative.")
    return values
