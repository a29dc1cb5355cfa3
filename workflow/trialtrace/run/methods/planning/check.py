"""Sample size, power and precision again: power and widths by simulated trials, effects and sizes
by formulas of scipy.

The options of a result hold all that is assumed, so nothing of the plan is read anew, except that
numbers of patients that were reached are counted again.
"""

import json
from collections.abc import Callable
from math import ceil, isnan, nan

from scipy.optimize import brentq

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, NEAR_ZERO, Recomputed
from trialtrace.run.methods.planning import check_formulas as formulas
from trialtrace.run.methods.planning import check_simulated as simulated

BY = "scipy: power by its own formula"
# A power or a width that lies within so many standard errors of the simulated one agrees.
ERRORS = 5.0
# What the approximation of a formula may be from the truth that is simulated, in points of power.
APPROXIMATE = {
    "chi_squared_formula": 0.04,
    "margin_of_proportions": 0.04,
    "several_proportions": 0.04,
    "log_rank_formula": 0.04,
    "log_rank_accrual": 0.04,
    "noether_formula": 0.04,
    "repeated_means": 0.01,
    "repeated_pairs": 0.03,
}
# The same of proportions in clusters, and what clusters of unequal sizes add.
OF_CLUSTERS = 0.06
UNEQUAL_CLUSTERS = 0.04
# Patients beyond which no size is looked for.
LARGEST = 2**26


def power(data: Data, asked: Asked) -> Recomputed:
    """The share of simulated trials whose test rejects."""
    found = simulated.power(asked.options, seed_of(asked))
    method = asked.method.split(".", 1)[1]
    near = APPROXIMATE.get(method, 0.0)
    if (seen := asked.options.get("visits")) is not None and seen["analysis"] != "ancova":
        near = 0.0
    if (clusters := asked.options.get("clusters")) is not None:
        near = OF_CLUSTERS if method == "chi_squared_formula" else near
        near += UNEQUAL_CLUSTERS if clusters["variation"] else 0.0
    told = f"; the formula is an approximation, good to {near:g}" if near else ""
    by = f"numpy: {found.draws} simulated trials{told}"
    chance = ERRORS * found.error + near
    return Recomputed(by, found.value, n_used=_reached(data, asked), chance=chance)


def width(data: Data, asked: Asked) -> Recomputed:
    """The mean width of the interval over simulated trials."""
    if asked.stat in FORMULAS_OF_WIDTHS:
        value = FORMULAS_OF_WIDTHS[asked.stat](asked.options)
        return Recomputed(BY, value, tolerance=ITERATIVE, n_used=_reached(data, asked))
    found = simulated.width(asked.options, seed_of(asked))
    near = found.value * _wider(asked.options)
    by = f"numpy: mean of {found.draws} simulated trials"
    chance = max(ERRORS * found.error + near, NEAR_ZERO)
    return Recomputed(by, found.value, n_used=_reached(data, asked), chance=chance)


def _wider(entry: dict) -> float:
    """What clusters, or adjusting for a baseline, cost beyond the formula, as a share."""
    if (seen := entry.get("visits")) is not None and seen["analysis"] == "ancova":
        return WIDTH_OF_PAIRS if entry["design"] == "paired_means" else WIDTH_OF_MEANS
    return WIDTH_OF_MEANS if entry.get("clusters") else 0.0


def expected(data: Data, asked: Asked) -> Recomputed:
    """The mean number of events of simulated trials."""
    found = simulated.events(asked.options, seed_of(asked))
    by = f"numpy: mean of {found.draws} simulated trials"
    return Recomputed(by, found.value, n_used=_reached(data, asked), chance=ERRORS * found.error)


def detectable(data: Data, asked: Asked) -> Recomputed:
    """The effect whose power is as wanted, by Brent's method."""
    power_of, low, high = formulas.over_effects(asked.options)
    wanted = asked.options["power"]
    ends = power_of(low) - wanted, power_of(high) - wanted
    value = nan if ends[0] * ends[1] > 0 else _root(lambda x: power_of(x) - wanted, low, high)
    n = _reached(data, asked)
    # The power of Fisher's test has steps too fine for two methods to end at one place.
    return Recomputed(BY, value, tolerance=EXACT_ENOUGH, n_used=n)


EXACT_ENOUGH = 1e-6
# Of a width.
WIDTH_OF_MEANS = 0.02
WIDTH_OF_PAIRS = 0.04
FORMULAS_OF_WIDTHS: dict[str, Callable[[dict], float]] = {
    "width_ratio": formulas.hazard_width,
    "width_superiority": formulas.superiority_width,
}


def needed(data: Data, asked: Asked) -> Recomputed:
    """The least number whose power suffices, by halving."""
    power_of = formulas.over_sizes(asked.options)
    n = _least(power_of, asked.options["power"])
    return Recomputed(BY, float(formulas.patients(asked.options, n)), n_used=_reached(data, asked))


def seed_of(asked: Asked) -> list[int]:
    """The same draws for the same assumptions, whatever the trial is called."""
    return list(json.dumps(asked.options, sort_keys=True).encode())


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-13, rtol=1e-13))


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


def _reached(data: Data, asked: Asked) -> int | None:
    """The subjects of a population in the arms of an entry; None for numbers of the plan."""
    entry = data.trial.plan.planning[asked.variable]
    if entry.reached is None or isnan(asked.value):
        return None
    subjects = data.adsl
    subjects = subjects[subjects[data.trial.populations[entry.reached].flag] == "Y"]
    if entry.arms is None:
        return len(subjects)
    counted = [int((subjects["TRT01P"] == arm).sum()) for arm in entry.arms]
    return sum(counted) if counted == asked.options["patients"] else -1


CHECKS = {
    "power": power,
    "width_points": width,
    "width_difference": width,
    "width_ratio": width,
    "width_superiority": width,
    "events_expected": expected,
    "detectable_proportion": detectable,
    "detectable_difference": detectable,
    "detectable_ratio": detectable,
    "detectable_superiority": detectable,
    "patients_needed": needed,
    "events_needed": needed,
}
