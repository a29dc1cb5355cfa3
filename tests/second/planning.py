"""Sample size, power and precision again, by formulas of scipy.

The options of a result hold all that is assumed, so nothing of the plan is read anew.
"""

from collections.abc import Callable
from math import ceil, nan

from scipy.optimize import brentq

from second import planning_formulas as formulas
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Check, Recomputed
from trialtrace.run.methods.planning.check import reached

BY = "scipy: by its own formula"
# Patients beyond which no size is looked for.
LARGEST = 2**26


def _by(formula: Callable[[dict], float], tolerance: float = ITERATIVE) -> Check:
    def check(data: Data, asked: Asked) -> Recomputed:
        value = formula(asked.options)
        return Recomputed(BY, value, tolerance=tolerance, n_used=reached(data, asked))

    return check


def detectable(given: dict) -> float:
    """The effect whose power is as wanted, by Brent's method."""
    power_of, low, high = formulas.over_effects(given)
    wanted = given["power"]
    ends = power_of(low) - wanted, power_of(high) - wanted
    if ends[0] * ends[1] > 0:
        return nan
    return float(brentq(lambda x: power_of(x) - wanted, low, high, xtol=1e-13, rtol=1e-13))


def needed(given: dict) -> float:
    """The least number whose power suffices, by halving."""
    n = _least(formulas.over_sizes(given), given["power"])
    return float(formulas.patients(given, n))


def _least(power_of: Callable[[int], float], wanted: float) -> int:
    low, high = 1, 2
    while not power_of(high) >= wanted and high < LARGEST:
        low, high = high, 2 * high
    if not power_of(2) < wanted:
        return 1 if power_of(1) >= wanted else 2
    while high - low > 1:
        middle = ceil((low + high) / 2)
        low, high = (low, middle) if power_of(middle) >= wanted else (middle, high)
    return high


# The power of Fisher's test has steps too fine for two methods to end at one place.
_DETECTABLE = _by(detectable, tolerance=1e-6)
CHECKS = {
    "power": _by(formulas.power),
    "width_points": _by(formulas.points_width),
    "width_difference": _by(formulas.difference_width),
    "width_ratio": _by(formulas.hazard_width),
    "width_superiority": _by(formulas.superiority_width),
    "events_expected": _by(formulas.expected_events),
    "detectable_proportion": _DETECTABLE,
    "detectable_difference": _DETECTABLE,
    "detectable_ratio": _DETECTABLE,
    "detectable_superiority": _DETECTABLE,
    "patients_needed": _by(needed),
    "events_needed": _by(needed),
}
