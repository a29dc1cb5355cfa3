"""Estimates after stopping, conditional and predictive power, limits of futility.

The estimate and its error are computed anew, from rows chosen anew and by another library. What the
looks make of them is by the statistics' own formulas: an integral over the looks has no equations
to verify. tests/second has the integrals again, by Simpson's rule.
"""

from collections.abc import Callable
from dataclasses import replace
from math import exp, isfinite, log, nan, sqrt

import numpy as np

from trialtrace.run.methods.checking.by_card import checks_of
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.methods.continuous.check import samples
from trialtrace.run.methods.survival.check import CHECKS as OF_TIMES
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.plan.looks import boundary
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.stats.multiplicity.conditional_power import (
    conditional_power,
    futility_boundary,
    predictive_power,
)
from trialtrace.stats.multiplicity.stopped_estimates import (
    bias_adjusted,
    median_unbiased,
    stage_wise_p,
)
from trialtrace.stats.results import StatsError

BY = "trialtrace.stats: the order by stage, integrals over the looks"
TOLERANCE = 1e-6
# Of a look at a time, which no root is sought around.
LOOK_TOLERANCE = 1e-7
OF_Z = "scipy: the estimate by its error"
LOGARITHMS = ("risk_ratio", "odds_ratio", "hazard_ratio")
PLAIN = {
    "risk_difference": "risk_difference.wald",
    "risk_ratio": "risk_ratio.katz_log",
    "odds_ratio": "odds_ratio.woolf",
    "hazard_ratio": "hazard_ratio.cox",
}


def _own(
    value: float, interval: tuple[float, float] | None, tolerance: float, n: int | None
) -> Recomputed:
    return Recomputed(BY, value, interval, tolerance, n)


def check(data: Data, asked: Asked) -> Recomputed | None:
    """Bounds and estimates where the order by stage has the wanted probability."""
    name = asked.method.rpartition("stage_wise_")[2].partition(".")[0]
    plain, look = plain_estimate(data, asked, name), data.analysis(asked).look
    if plain is None:
        return _own(nan, None, TOLERANCE, None)
    estimate, error, n = plain
    if look is None or not (isfinite(error) and error > 0):
        return _own(nan, None, TOLERANCE, n)
    limits, z = boundary(look).z, estimate / error
    information = np.array(look.fractions) / look.fractions[look.look - 1] / error**2
    before = limits[: look.look - 1]
    past = information[: look.look], before, -before
    back: Callable[[float], float] = exp if name in LOGARITHMS else float
    try:
        if asked.stat == "p_value":
            above = stage_wise_p(z, *past, effect=0.0)
            return _own(2 * min(above, 1 - above), None, TOLERANCE, n)
        if asked.method.endswith("bias_adjusted"):
            found = bias_adjusted(z, look.look, information, limits, -limits)
            return _own(back(found), None, TOLERANCE, n)
        median = median_unbiased(z, *past, confidence=data.confidence(asked))
    except StatsError:
        return _own(nan, None, TOLERANCE, n)
    return _own(back(median.estimate), (back(median.low), back(median.high)), TOLERANCE, n)


def plain_estimate(data: Data, asked: Asked, name: str) -> tuple[float, float, int] | None:
    """Estimate and error on the scale of the looks, and the subjects; None where there is none."""
    if name == "mean_difference":
        x, y = samples(data, asked)
        if min(len(x), len(y)) < 2:
            return None
        error = sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y))
        return float(x.mean() - y.mean()), error, len(x) + len(y)
    method = PLAIN[name]
    checks = OF_TIMES if name == "hazard_ratio" else checks_of(card_of(method))
    formula = checks[method]
    bare = replace(asked, stat=name, method=method, interval=(nan, nan), error=None)
    found = formula(data, bare)
    if found is None or found.interval is None or not isfinite(found.value):
        return None
    value, (low, high) = found.value, found.interval
    if name != "risk_difference":
        if not (value > 0 and low > 0 and isfinite(high)):
            return None
        value, low, high = log(value), log(low), log(high)
    return value, (high - low) / 2 / data.z(asked), present(found.n_used)


def power(data: Data, asked: Asked) -> Recomputed | None:
    """The chance to cross the upper boundary at a look ahead."""
    seen, look = _seen(data, asked), data.analysis(asked).look
    if seen is None or look is None:
        return _own(nan, None, LOOK_TOLERANCE, None if seen is None else seen[2])
    z, error, n = seen
    information = np.array(look.fractions) / look.fractions[look.look - 1] / error**2
    now, ahead = float(information[look.look - 1]), boundary(look).z[look.look :]
    rest = {"later": information[look.look :], "upper": ahead, "lower": -ahead}
    if asked.stat == "conditional_power":
        found = conditional_power(z, now, effect=_effect(asked, z * error), **rest)
    else:
        found = predictive_power(z, now, prior_mean=0.0, prior_information=0.0, **rest)
    return _own(found, None, LOOK_TOLERANCE, n)


def futility(data: Data, asked: Asked) -> Recomputed | None:
    """The limit that spends beta under the effect for which the whole design has its power."""
    seen, look, options = _seen(data, asked), data.analysis(asked).look, asked.options
    if seen is None or look is None:
        return _own(nan, None, LOOK_TOLERANCE, None if seen is None else seen[2])
    z, _, n = seen
    if asked.stat == "z":
        return Recomputed(OF_Z, z, None, LOOK_TOLERANCE, n)
    design = futility_boundary(
        look.fractions,
        alpha=look.alpha / 2,
        beta=options["beta"],
        spending=look.boundary.removeprefix("spending_"),
        parameter=None,
        beta_spending=options["spending"],
        beta_parameter=None,
        futility=options["futility"],
    )
    return _own(float(design.lower[look.look - 1]), None, LOOK_TOLERANCE, n)


def _seen(data: Data, asked: Asked) -> tuple[float, float, int] | None:
    """Z in favour of the treated arm, the error of the estimate, the subjects."""
    plain = plain_estimate(data, asked, _measure(asked))
    if plain is None or not (isfinite(plain[1]) and plain[1] > 0):
        return None
    estimate, error, n = plain
    return estimate / error * _sign(asked), error, n


def _measure(asked: Asked) -> str:
    return asked.method.rpartition(".of_")[2]


def _sign(asked: Asked) -> int:
    return 1 if asked.options["better"] == "higher" else -1


def _effect(asked: Asked, trend: float) -> float:
    option = asked.options["effect"]
    if option == "current_trend":
        return trend
    ratio = _measure(asked) in LOGARITHMS
    return _sign(asked) * (log(option) if ratio else float(option))


MEASURES = ("mean_difference", *PLAIN)
CHECKS = {
    f"{name}.{method}": check
    for name in MEASURES
    for method in ("median_unbiased", "bias_adjusted")
}
CHECKS |= {f"p_value.stage_wise_{name}": check for name in MEASURES}
CHECKS |= {
    f"{stat}.of_{name}": power
    for stat in ("conditional_power", "predictive_power")
    for name in MEASURES
}
CHECKS |= {f"{stat}.of_{name}": futility for stat in ("futility_limit", "z") for name in MEASURES}
