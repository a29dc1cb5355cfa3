"""Decision levels of trials with interim looks: Pocock, O'Brien-Fleming, Lan-DeMets spending.

Estimates the critical values of the standardised statistic Z_k at each look, given the fractions of
the information, such that the probability of ever crossing is alpha where there is no effect; and
the probabilities of stopping at each look under any effect. `sides`: "two_sided" has symmetric
boundaries, each with alpha / 2; "greater" stops for a large Z only.

Spending functions (t: information fraction; a: the one-sided level, so alpha / 2 on each side of a
two-sided test, the convention of gsDesign and ldbounds):
obrien_fleming      2 - 2 Phi(z_(1 - a/2) / sqrt t)       pocock   a log(1 + (e - 1) t)
power               a t^rho                       hwang_shih_decani   a (1 - e^(-g t)) / (1 - e^-g)

At two-sided 0.05 the last of three equally spaced looks has the nominal level 0.0451 by O'Brien and
Fleming's constant and 0.0463 by the spending function; 0.041 is that of the last of five (0.0413).

References: Pocock, Biometrika 1977;64:191. O'Brien and Fleming, Biometrics 1979;35:549. Wang and
Tsiatis, Biometrics 1987;43:193. Lan and DeMets, Biometrika 1983;70:659. Hwang, Shih and De Cani,
Stat Med 1990;9:1439. Jennison and Turnbull 2000, tables 2.1 and 2.3. Oracle: those tables, mvtnorm
for up to three looks, Simpson's rule on a fine grid in base R for more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, numbers, one_number
from trialtrace.stats.multiplicity._stopping import (
    START,
    State,
    advance,
    boundary_of,
    information_of,
    tails,
)
from trialtrace.stats.results import Columns, StatsError

SIDES = ("two_sided", "greater")
SPENDING = ("obrien_fleming", "pocock", "power", "hwang_shih_decani")
WIDEST, LEAST_ALPHA = 38.0, 1e-100
# Largest gamma of Hwang, Shih and De Cani: beyond it the exponential leaves the range of numbers.
STEEPEST = 500.0
# Largest ratio of two looks' critical values by Wang and Tsiatis.
MOST_APART = 1e6


@dataclass(frozen=True, slots=True, repr=False)
class Boundary(Columns):
    """Critical values at each look, shapes (looks,).

    `z` is crossed by Z >= z (or |Z| >= z at two sides); infinite where nothing may be spent.
    `nominal` is the p-value that reaches it, two-sided or one-sided as the design; `spent` the
    probability without effect of having crossed by then.
    """

    fraction: Floats
    z: Floats
    nominal: Floats
    spent: Floats


@dataclass(frozen=True, slots=True, repr=False)
class Crossing(Columns):
    """Probability of stopping at each look above the upper and below the lower boundary."""

    upper: Floats
    lower: Floats


def crossing_probabilities(
    information: ArrayLike, upper: ArrayLike, lower: ArrayLike, *, effect: float
) -> Crossing:
    """Probabilities of stopping at each look where Z_k has mean effect * sqrt(information_k).

    All of shape (looks,); boundaries of Z, infinite where a look cannot stop that way. The
    rest, 1 - sum, passes every look. With information 1/SE^2 the effect is in the units of the
    estimate. Raises `StatsError` for information that does not grow, boundaries that cross, and
    looks too close to each other (1/500 of the information or so). Source: Armitage,
    McPherson and Rowe 1969. Oracle: mvtnorm (two, three looks), base R (five).

    R: `mvtnorm::pmvnorm` for two and three looks; more by hand in group_sequential.R.

    >>> found = crossing_probabilities([0.5, 1], [2.797, 1.977], [-2.797, -1.977], effect=0)
    >>> found.upper.round(4)
    array([0.0026, 0.0224])
    """
    information = information_of(information)
    looks = information.size
    upper, lower = boundary_of(upper, looks, "upper"), boundary_of(lower, looks, "lower")
    if (lower > upper).any():
        raise StatsError("the lower boundary lies above the upper one.")
    effect = one_number(effect, "effect")
    if abs(effect) > np.finfo(np.float64).max / max(information[-1], 1):
        raise StatsError(f"effect is beyond what can be computed with; got {effect:g}.")
    state, above, under = START, np.zeros(looks), np.zeros(looks)
    for k in range(looks):
        above[k] = tails(state, information[k], effect, upper[k])[0]
        under[k] = tails(state, information[k], effect, lower[k])[1]
        if k + 1 < looks:
            state = advance(state, information[k], effect, lower[k], upper[k], information[k + 1])
    return Crossing(above, under)


def obrien_fleming(fractions: ArrayLike, *, alpha: float, sides: str) -> Boundary:
    """O'Brien and Fleming's boundary z_k = C / sqrt(t_k); `fractions` end at 1.

    Raises `StatsError` as `wang_tsiatis` does. Oracle: Jennison and Turnbull, table 2.3; base
    R.

    R: by hand in group_sequential.R.

    >>> obrien_fleming([0.5, 1], alpha=0.05, sides="two_sided").z.round(4)
    array([2.7965, 1.9774])
    """
    return wang_tsiatis(fractions, delta=0.0, alpha=alpha, sides=sides)


def pocock(fractions: ArrayLike, *, alpha: float, sides: str) -> Boundary:
    """Pocock's boundary, the same critical value at each look; `fractions` end at 1.

    Raises `StatsError` as `wang_tsiatis` does. Oracle: Jennison and Turnbull, table 2.1; base
    R.

    R: by hand in group_sequential.R.

    >>> pocock([0.5, 1], alpha=0.05, sides="two_sided").z.round(4)
    array([2.1783, 2.1783])
    """
    return wang_tsiatis(fractions, delta=0.5, alpha=alpha, sides=sides)


def wang_tsiatis(fractions: ArrayLike, *, delta: float, alpha: float, sides: str) -> Boundary:
    """Wang and Tsiatis's boundary z_k = C t_k^(delta - 1/2), C such that alpha is kept.

    `fractions` of shape (looks,) grow and end at 1. delta 0 is O'Brien and Fleming's, 1/2 is
    Pocock's. Raises `StatsError` for an alpha outside 0..1/2, other fractions, and a delta that
    sets the looks too far apart. Source: Wang and Tsiatis 1987. Oracle: base R.

    R: by hand in group_sequential.R.

    >>> wang_tsiatis([0.5, 1], delta=0.25, alpha=0.05, sides="two_sided").z.round(4)
    array([2.4239, 2.0382])
    """
    from scipy.optimize import brentq

    t, a = _fractions(fractions), _one_sided(alpha, sides)
    if abs(t[-1] - 1) > 1e-12:
        raise StatsError("fractions of the information must end at 1.")
    delta = one_number(delta, "delta")
    with np.errstate(over="ignore"):
        shape = t ** (delta - 0.5)
    # Beyond these a look could not be passed at all, or always is, whatever the constant.
    if not (shape.max() < MOST_APART * shape.min()):
        raise StatsError(
            f"delta is {delta:g}, which sets the boundaries of the looks too far apart."
        )

    def excess(constant: float) -> float:
        return float(_crossed(t, constant * shape, sides).sum()) - a

    # Never beyond Bonferroni's value at the look of the least multiple, never below one look's.
    least, most = ndtri(1 - a) / shape.max() - 1e-9, -ndtri(a / t.size) / shape.min() + 1e-9
    constant = brentq(excess, least, most, xtol=1e-13, rtol=1e-14)
    return _boundary(t, constant * shape, sides)


def spending_boundary(
    fractions: ArrayLike, *, alpha: float, sides: str, spending: str, parameter: float | None
) -> Boundary:
    """Boundary that spends alpha by a function of the information fraction (Lan and DeMets).

    `fractions` of shape (looks,) grow within 0..1; with the last below 1 some alpha is left.
    `parameter` is rho > 0 of "power" and gamma of "hwang_shih_decani" (0: linear), None for the
    others. Each value depends on the looks so far only. Raises `StatsError` for an alpha
    outside 0..1/2, other fractions, and a parameter that does not belong. Source: Lan and
    DeMets 1983. Oracle: base R; the printed values 3.710, 2.511, 1.993.

    R: by hand in group_sequential.R.

    >>> given = {
    ...     "alpha": 0.05,
    ...     "sides": "two_sided",
    ...     "spending": "obrien_fleming",
    ...     "parameter": None,
    ... }
    >>> spending_boundary([0.5, 1], **given).z.round(4)
    array([2.9626, 1.9686])
    """
    t, a = _fractions(fractions), _one_sided(alpha, sides)
    check_choice("spending", spending, SPENDING)
    cumulative = spending_function(spending, parameter)(t, a)
    z, state = np.full(t.size, np.inf), START
    for k, spend in enumerate(np.diff(cumulative, prepend=0.0)):
        z[k] = solve(state, t[k], spend)
        if k + 1 < t.size:
            low = -z[k] if sides == "two_sided" else -np.inf
            state = advance(state, t[k], 0.0, low, z[k], t[k + 1])
    return _boundary(t, z, sides)


def solve(state: State, information: float, spend: float, *, effect: float = 0.0) -> float:
    """The critical value whose upper tail has probability `spend`."""
    from scipy.optimize import brentq

    if spend <= 0 or tails(state, information, effect, WIDEST)[0] > spend:
        return float("inf")
    # On the log scale, where small probabilities are far apart too.
    z: float = brentq(
        lambda z: np.log(max(tails(state, information, effect, z)[0], 1e-320) / spend),
        -WIDEST,
        WIDEST,
        xtol=1e-13,
        rtol=1e-14,
    )
    return z


def spending_function(name: str, parameter: float | None) -> Callable[[Floats, float], Floats]:
    if (parameter is None) != (name in ("obrien_fleming", "pocock")):
        raise StatsError(f"spending {name} and parameter {parameter!r} do not belong together.")
    if name == "obrien_fleming":
        return lambda t, a: 2 * ndtr(ndtri(a / 2) / np.sqrt(t))
    if name == "pocock":
        return lambda t, a: a * np.log1p((np.e - 1) * t)
    shape = one_number(parameter, "parameter")
    if name == "power":
        if not shape > 0:
            raise StatsError("the power of a spending function must be positive.")
        return lambda t, a: a * t**shape
    if shape == 0:
        return lambda t, a: a * t
    if abs(shape) > STEEPEST:
        raise StatsError(f"gamma must lie between -{STEEPEST:g} and {STEEPEST:g}; got {shape:g}.")
    return lambda t, a: a * np.expm1(-shape * t) / np.expm1(-shape)


def _crossed(t: Floats, z: Floats, sides: str) -> Floats:
    lower = -z if sides == "two_sided" else np.full(t.size, -np.inf)
    return crossing_probabilities(t, z, lower, effect=0.0).upper


def _boundary(t: Floats, z: Floats, sides: str) -> Boundary:
    both = 2 if sides == "two_sided" else 1
    return Boundary(t, z, both * ndtr(-z), both * np.cumsum(_crossed(t, z, sides)))


def _fractions(fractions: ArrayLike) -> Floats:
    t = information_of(numbers(fractions, "fractions"))
    if t[-1] > 1 + 1e-12:
        raise StatsError("fractions of the information must not exceed 1.")
    return t


def _one_sided(alpha: float, sides: str) -> float:
    check_choice("sides", sides, SIDES)
    if not LEAST_ALPHA < one_number(alpha, "alpha") < 0.5:
        raise StatsError(f"alpha must lie between 0 (not below 1e-100) and 1/2; got {alpha!r}.")
    return alpha / 2 if sides == "two_sided" else float(alpha)
