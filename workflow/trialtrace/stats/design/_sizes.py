"""Arguments of a design, and the smallest number that gives a wanted power."""

from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import MOST_COUNTED, check_choice, numbers
from trialtrace.stats.results import StatsError

DESIGN_SIDES = ("two_sided", "one_sided")
# Nobody plans a larger trial; beyond it the wanted power is out of reach.
LARGEST = 2.0**40


def positive(values: ArrayLike, name: str) -> Floats:
    """Numbers above 0."""
    array = numbers(values, name)
    if not (array > 0).all():
        raise StatsError(f"{name} must be above 0.")
    return array


def share(values: ArrayLike, name: str) -> Floats:
    """Numbers above 0 and below 1."""
    array = numbers(values, name)
    if not ((array > 0) & (array < 1)).all():
        raise StatsError(f"{name} must lie between 0 and 1.")
    return array


def sizes(values: ArrayLike, name: str, least: int = 2) -> Floats:
    """Whole numbers of patients, at least so many."""
    array = numbers(values, name)
    if (array != np.floor(array)).any() or not ((array >= least) & (array <= MOST_COUNTED)).all():
        raise StatsError(f"{name} must be whole numbers, at least {least} and such as there are.")
    return array


def single(values: Floats, name: str) -> float:
    """One number."""
    if values.ndim:
        raise StatsError(f"{name} must be single numbers; got shape {values.shape}.")
    return float(values)


def one_tail(alpha: ArrayLike, sides: str) -> Floats:
    """The level of one tail."""
    check_choice("sides", sides, DESIGN_SIDES)
    level = share(alpha, "alpha")
    if sides == "two_sided":
        return level / 2
    if not (level < 0.5).all():
        raise StatsError("alpha of a one-sided test must lie below 1/2.")
    return level


def wanted(power: ArrayLike, alpha: ArrayLike) -> Floats:
    """A power to reach: above the level, below 1."""
    target = share(power, "power")
    if not (target > numbers(alpha, "alpha")).all():
        raise StatsError("power must lie above alpha.")
    return target


def broadcast(**values: Floats) -> tuple[Floats, ...]:
    """The arrays in one shape."""
    try:
        return tuple(np.broadcast_arrays(*values.values()))
    except ValueError:
        text = ", ".join(f"{name} {value.shape}" for name, value in values.items())
        raise StatsError(f"shapes do not fit: {text}.") from None


def smallest(
    power_of: Callable[[Floats], Floats], target: Floats, shape: tuple[int, ...], least: int
) -> Floats:
    """The least whole number from `least` on whose power reaches the target, by element."""
    low = np.full(shape, least - 1.0)
    high = np.full(shape, float(least))
    short = power_of(high) < target
    while short.any():
        if (high[short] > LARGEST).any():
            raise StatsError("no sample size that anybody could plan reaches the wanted power.")
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
        short = power_of(high) < target
    while ((high - low) > 1).any():
        middle = np.where(high - low > 1, np.floor((low + high) / 2), high)
        enough = power_of(middle) >= target
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def quantile(level: Floats) -> Floats:
    """Upper standard normal quantiles."""
    return np.asarray(-scipy.special.ndtri(level))


def normal_power(shift: Floats, tail: Floats, sides: str) -> Floats:
    """Power of a standard normal statistic with this mean; both tails at two sides."""
    critical = quantile(tail)
    power = scipy.special.ndtr(shift - critical)
    if sides == "two_sided":
        power = power + scipy.special.ndtr(-shift - critical)
    return np.asarray(power)
