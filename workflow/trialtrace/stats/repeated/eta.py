"""Effect sizes of an analysis of variance: partial and generalised eta squared.

Estimate the share of variation that an effect explains. Partial eta squared sets the effect
against its own error term, so it depends on the design: a factor measured within subjects loses
the variation between subjects. Generalised eta squared keeps in its denominator everything that
would vary in a trial without the manipulated factors: all error terms, and every effect of a
factor that was measured (sex, a diagnosis) and not manipulated (an arm, a visit).

References: Olejnik and Algina, Psychol Methods 2003;8:434. Bakeman, Behav Res Methods
2005;37:379. Oracle: the definition on the sums of squares of R's car, in repeated_general.R.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.ground.arrays import Floats
from trialtrace.stats._inputs import (
    as_list,
    numbers,
)
from trialtrace.stats.results import StatsError


def partial_eta_squared(square: ArrayLike, error: ArrayLike) -> Floats:
    """SS / (SS + its error), elementwise for sums of squares of one shape.

    NaN where both are 0. Raises `StatsError` for negative or missing sums of squares.

    >>> partial_eta_squared([12.0], [36.0])
    array([0.25])
    """
    square, error = _squares(square, "square"), _squares(error, "error")
    with np.errstate(invalid="ignore"):
        return square / (square + error)


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
