"""Our side of binomial.R, interaction.R and compliers.R: by counts, and by rows made of them."""

from collections.abc import Callable
from math import nan

import numpy as np
from oracle_tables import Numbers, cases, ends, fields_of, subject

from trialtrace.stats import StatsError
from trialtrace.stats.categorical.binomial import binomial_test, upper_bound
from trialtrace.stats.categorical.complier import complier_bounds, complier_difference
from trialtrace.stats.categorical.fragility import fragility_index
from trialtrace.stats.results import Interval
from trialtrace.stats.stratified.interaction import (
    logistic_interaction,
    logistic_trend,
    logistic_trend_ratio,
)


def _or_nan(compute: Callable[[], float]) -> float:
    try:
        return compute()
    except StatsError:
        return nan


@subject("binomial")
def binomial() -> Numbers:
    for case, d in cases("two_by_two.csv"):
        for arm, which in (("arm1", "1"), ("arm2", "0")):
            x, n = float(d[f"x{which}"][0]), float(d[f"n{which}"][0])
            if n == 0:
                continue
            for threshold in (0.1, 0.5, 0.6):
                for sides in ("two_sided", "greater", "less"):
                    found = binomial_test(x, n, threshold=threshold, sides=sides)
                    yield case, f"{arm}.{threshold:g}.{sides}", found.p_value
            for level in (0.9, 0.95):
                yield case, f"{arm}.upper@{level:g}", upper_bound(x, n, confidence=level)


@subject("interaction")
def interaction() -> Numbers:
    for case, d in cases("strata.csv"):
        counts = [d[key] for key in ("x1", "n1", "x0", "n0")]
        if len(counts[0]) > 5:
            continue
        try:
            found = logistic_interaction(*_long(*counts))
        except StatsError:
            found = None
        # Where R has no interaction of strata the trend is not compared either.
        over_score = logistic_trend(*_long(*counts)) if found else None
        for name, result in (("logistic", found), ("trend", over_score)):
            yield from fields_of(case, f"{name}", result, "statistic", "df", "p_value")
        ratio = _ratio(*_long(*counts)) if found else None
        yield from ends(case, "ratio", ratio)


def _ratio(y: np.ndarray, arm: np.ndarray, score: np.ndarray) -> Interval:
    # Strata without patients have no number in R.
    score = np.unique(score, return_inverse=True)[1]
    return logistic_trend_ratio(y, arm == "t", score, confidence=0.95)


def _long(x1, n1, x0, n0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, arm and stratum of every patient."""
    k = np.arange(len(x1))
    size = np.concatenate([x1, n1 - x1, x0, n0 - x0]).astype(int)
    y = np.repeat(np.repeat([1.0, 0.0, 1.0, 0.0], len(k)), size)
    arm = np.repeat(np.repeat(["t", "t", "c", "c"], len(k)), size)
    return y, arm, np.repeat(np.tile(k, 4), size)


@subject("compliers")
def compliers() -> Numbers:
    for case, d in cases("two_by_two.csv"):
        x1, n1, x0, n0 = (int(d[key][0]) for key in ("x1", "n1", "x0", "n0"))
        if n1 < 2 or n0 < 1 or n1 * n0 > 2000:
            continue
        treated, control = np.arange(n1) < x1, np.arange(n0) < x0
        received = np.arange(1, n1 + 1) % 3 != 0
        data = [part.astype(float) for part in (treated, received, control)]
        found = complier_difference(*data, confidence=0.95)
        yield from ends(case, "bloom", found)
        bounds = complier_bounds(*data)
        yield case, "bounds.low", bounds.low
        yield case, "bounds.high", bounds.high
        for level in (0.05, 0.01):
            for rule in ("smallest", "walsh"):
                how = {"level": level, "rule": rule}
                table = (x1, n1, x0, n0)
                yield (
                    case,
                    f"{rule}@{level:g}",
                    _or_nan(lambda t=table, h=how: fragility_index(*t, **h)),
                )
