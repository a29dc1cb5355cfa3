"""Means of several arms by pandas and scipy.

The largest of many t statistics is by the statistics' own integral, which has no equations to
verify; tests/second has other integrals.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log, nan, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.stats import studentized_range, t

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    EXACT,
    ITERATIVE,
    Check,
    Recomputed,
    by_name,
    peer,
)
from trialtrace.run.tables.contracts.rows import FORMULA
from trialtrace.stats.multiplicity.max_t import max_t

PARTS = ("p_value", "t", "df")
MEANS = "pandas: means and their pooled variance"
LARGEST = "trialtrace.stats: the tail of the largest t"
OPPOSITE = {"greater": 1.0, "less": -1.0}


@dataclass(frozen=True)
class Arms:
    """Sizes and means by arm, the pooled variance and its degrees of freedom."""

    n: dict[str, int]
    mean: dict[str, float]
    variance: float
    df: int


@dataclass(frozen=True)
class Estimate:
    """One of several estimates: its value, standard error and degrees of freedom, of n records."""

    value: float
    error: float
    df: float
    n: int

    @property
    def t(self) -> float:
        return self.value / self.error


# P(statistic > c), of the absolute value with True.
Tail = Callable[[float, bool], float]


def of_arms(data: Data, asked: Asked) -> tuple[Arms | None, int]:
    """All arms that the analysis compares; None where one lacks values or nothing varies."""
    records = data.records(asked, data.compared(asked))
    groups = records.groupby("TRTP")["AVAL"]
    n, df = groups.size(), len(records) - groups.ngroups
    if groups.ngroups < len(data.compared(asked)) or df == 0 or (groups.nunique() < 2).all():
        return None, len(records)
    away = records["AVAL"] - groups.transform("mean")
    variance = float((away**2).sum()) / df
    return Arms(n.to_dict(), groups.mean().to_dict(), variance, df), len(records)


def contrast_of(arms: Arms, coefficients: dict[str, float]) -> Estimate:
    """A combination of the arms' means."""
    value = sum(c * arms.mean[arm] for arm, c in coefficients.items())
    share = sum(c**2 / arms.n[arm] for arm, c in coefficients.items())
    return Estimate(value, sqrt(arms.variance * share), arms.df, sum(arms.n.values()))


def answer(
    by: str,
    data: Data,
    asked: Asked,
    estimate: Estimate,
    tail: Tail,
    critical: Callable[[float], float],
    tolerance: float = EXACT,
) -> Recomputed:
    """What is asked of an estimate, by the tail of its statistic and the value with a tail."""
    if asked.stat in ("t", "df"):
        return Recomputed(by, estimate.t if asked.stat == "t" else estimate.df, n_used=estimate.n)
    sides = asked.options.get("sides", "two_sided")
    if asked.stat == "p_value":
        towards = estimate.t * OPPOSITE[sides] if sides != "two_sided" else abs(estimate.t)
        return Recomputed(by, tail(towards, sides == "two_sided"), None, tolerance, estimate.n)
    half = critical(1 - data.confidence(asked)) * estimate.error
    bounds = estimate.value - half, estimate.value + half
    return Recomputed(by, estimate.value, bounds, tolerance, estimate.n)


def _by_student(by: str, data: Data, asked: Asked, estimate: Estimate) -> Recomputed:
    def tail(c: float, both: bool) -> float:
        return float((1 + both) * t.sf(c, estimate.df))

    return answer(by, data, asked, estimate, tail, lambda a: float(t.isf(a / 2, estimate.df)))


@peer("scipy.stats.studentized_range", of_arms)
def tukey(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """scipy's `studentized_range`."""
    first, second = asked.contrast
    law = studentized_range(len(arms.n), arms.df)

    def critical(alpha: float) -> float:
        return float(
            brentq(lambda c: log(max(law.sf(c), 1e-300) / alpha), 0.5, 60.0, xtol=1e-10)
        ) / sqrt(2)

    estimate = contrast_of(arms, {first: 1.0, second: -1.0})
    by, key = "scipy.stats.studentized_range", ("range", len(arms.n), arms.df)
    return answer(
        *(by, data, asked, estimate, lambda c, _: float(law.sf(c * sqrt(2)))),
        lambda alpha: data.once((*key, alpha), lambda: critical(alpha)),
        ITERATIVE,
    )


@peer("scipy.stats.t", of_arms)
def single(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """A contrast by itself, by scipy's `t`."""
    estimate = contrast_of(arms, asked.options["contrasts"][asked.level])
    return _by_student("scipy.stats.t", data, asked, estimate)


@peer("scipy.stats.t", of_arms)
def trend(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """The slope of a line through the means by numpy's `polyfit`, its error by unit vectors."""
    scores = asked.options["scores"]
    names = list(scores)
    x = np.array([float(scores[name]) for name in names])
    if np.ptp(x) == 0:
        return Recomputed("scipy.stats.t", nan, n_used=sum(arms.n.values()))
    slopes = [float(np.polyfit(x, unit, 1)[0]) for unit in np.eye(len(names))]
    estimate = contrast_of(arms, dict(zip(names, slopes, strict=True)))
    return _by_student("scipy.stats.t", data, asked, estimate)


def _together(
    data: Data, asked: Asked, arms: Arms, contrasts: dict[str, dict[str, float]], name: str
) -> Recomputed:
    """One of several contrasts, whose largest t has its tail by the statistics' own integral."""
    rows = np.array([[float(each.get(arm, 0)) for arm in arms.n] for each in contrasts.values()])
    means, sizes = (np.array(list(each.values())) for each in (arms.mean, arms.n))
    sides, level = asked.options.get("sides", "two_sided"), data.confidence(asked)
    every = data.tried(
        ("max t", rows.tobytes(), means.tobytes(), arms.variance, sides, level),
        lambda: max_t(
            rows @ means,
            arms.variance * (rows / sizes) @ rows.T,
            df=arms.df,
            sides=sides,
            confidence=level,
        ),
    )
    estimate = contrast_of(arms, contrasts[name])
    if every is None:
        return Recomputed(LARGEST, nan, n_used=estimate.n)
    found = every.contrasts[list(contrasts).index(name)]
    if asked.stat == "p_value":
        return Recomputed(LARGEST, found.test.p_value, None, ITERATIVE, estimate.n)
    made = _by_student(MEANS, data, asked, estimate)
    bounds = None if made.interval is None else (found.low, found.high)
    return replace(made, interval=bounds, how_of_bounds=FORMULA, tolerance=ITERATIVE)


@peer(LARGEST, of_arms)
def dunnett(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """Each arm against the reference; `scipy.stats.dunnett` draws at random."""
    treated, reference = asked.contrast
    others = {arm: {arm: 1.0, reference: -1.0} for arm in arms.n if arm != reference}
    return _together(data, asked, arms, others, treated)


@peer(LARGEST, of_arms)
def together(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """Several contrasts at once."""
    return _together(data, asked, arms, asked.options["contrasts"], asked.level)


def of(stat: str, check: Check) -> dict[str, Check]:
    """A check of an estimate and of the parts of its test, by method."""
    name, _, method = stat.partition(".")
    return {f"{part}.{method}": check for part in (name, *PARTS)}


CHECKS = by_name(
    {
        **of("mean_difference.dunnett", dunnett),
        **of("mean_difference.tukey", tukey),
        **of("mean_contrast.pooled_variance", single),
        **of("mean_contrast.max_t", together),
        **of("mean_trend.linear", trend),
    }
)
