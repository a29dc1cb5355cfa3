"""Contrasts of the means of several arms, over the variance pooled over all of them.

A contrast is a combination of the arms' means with coefficients that sum to 0: one arm against
another, several arms together against one, a trend over doses. Arms without a coefficient count in
the error variance all the same. Dunnett's comparisons (each arm against the reference) and Tukey's
(every pair) adjust for how many there are.

References: Scheffe, The analysis of variance, 1959. Dunnett, JASA 1955;50:1096 and Biometrics
1964;20:482. Tukey, The problem of multiple comparisons, 1953. Kramer, Biometrics 1956;12:307.
Hayter, Ann Stat 1984;12:61 (unequal sizes). Oracle: R's lm, TukeyHSD and multcomp.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    labels,
    numbers,
    sample,
    t_tails,
)
from trialtrace.stats.multiplicity._single_step import (
    Simultaneous,
    adjusted,
    contrasts_of,
    dunnett_tail,
    tukey_tail,
)
from trialtrace.stats.multiplicity.adjusted import bonferroni, sidak
from trialtrace.stats.multiplicity.max_t import max_t
from trialtrace.stats.results import StatsError

ADJUST = ("none", "max_t", "bonferroni", "sidak")
# Coefficients whose sum is below this share of the largest sum to 0 but for rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Arms:
    """Sizes and means of the arms, the means measured from one value, and the pooled variance."""

    names: tuple[Hashable, ...]
    n: Floats
    mean: Floats
    variance: float
    df: float


def arm_contrasts(
    y: ArrayLike,
    arm: ArrayLike,
    contrasts: Mapping[str, Mapping[Hashable, float]],
    *,
    adjust: str,
    sides: str,
    confidence: float,
) -> Simultaneous:
    """Contrasts of means of y, (n,), by arm, (n,) labels: {name: {arm: coefficient}}.

    An arm without a coefficient has 0. `adjust`: "none", each contrast by Student's t, "max_t",
    together by the multivariate t distribution (`max_t`), or "bonferroni" or "sidak", p-values and
    intervals alike for as many as there are. `sides` concerns the p-values; intervals
    are two-sided. In the units of y times those of the coefficients.

    Raises `StatsError` for coefficients that do not sum to 0 or name another arm, a single arm, no
    variation within arms, missing values. Source: Scheffe 1959. Oracle: R's lm and
    multcomp::glht.

    R: `multcomp::glht(lm(y ~ arm), linfct = rows)`.

    >>> y = [4.1, 5.0, 4.4, 5.9, 6.2, 5.5, 7.0, 7.9, 7.4]
    >>> arm = ["placebo"] * 3 + ["low"] * 3 + ["high"] * 3
    >>> pooled = {"treated": {"low": 0.5, "high": 0.5, "placebo": -1}}
    >>> found = arm_contrasts(y, arm, pooled, adjust="none", sides="two_sided", confidence=0.95)
    >>> contrast = found.contrasts[0]
    >>> round(contrast.interval.estimate, 3), round(contrast.statistic, 3), contrast.df
    (2.15, 7.189, 6.0)
    """
    check_choice("adjust", adjust, ADJUST)
    check_choice("sides", sides, SIDES)
    level = check_confidence(confidence)
    arms = _arms(y, arm)
    if not isinstance(contrasts, Mapping):
        raise StatsError("contrasts must be coefficients of arms by the name of each contrast.")
    rows = np.array([_row(name, contrast, arms.names) for name, contrast in contrasts.items()])
    if not rows.size:
        raise StatsError("there is no contrast.")
    estimates = rows @ arms.mean
    spread = arms.variance * (rows / arms.n) @ rows.T
    if adjust == "max_t":
        return max_t(
            estimates,
            spread,
            df=arms.df,
            sides=sides,
            confidence=confidence,
            labels=list(contrasts),
        )
    errors = np.sqrt(np.diag(spread))
    p_values = t_tails(estimates / errors, np.asarray(arms.df), sides)
    if adjust == "bonferroni":
        p_values, level = bonferroni(p_values), 1 - (1 - level) / len(rows)
    elif adjust == "sidak":
        p_values, level = sidak(p_values), level ** (1 / len(rows))
    critical = float(stdtrit(arms.df, 0.5 + level / 2))
    found = contrasts_of(estimates, errors, arms.df, p_values, critical, list(contrasts))
    return Simultaneous(found, critical, 0.0)


def trend_coefficients(scores: Mapping[Hashable, float]) -> dict[Hashable, float]:
    """Coefficients whose contrast is the slope of the arms' means over the scores of the arms.

    Every arm counts alike, whatever its size: the slope is that of a line through the means. In
    units of the outcome per unit of the score.

    Raises `StatsError` for fewer than two scores, and for scores that are all equal. Source:
    Scheffe 1959. Oracle: R's lm of the means.

    R: `lm(means ~ score)`.

    >>> trend_coefficients({"placebo": 0, "low": 10, "high": 20})
    {'placebo': -0.05, 'low': 0.0, 'high': 0.05}
    """
    if not isinstance(scores, Mapping):
        raise StatsError("scores must be numbers by the name of each arm.")
    values = sample(list(scores.values()), "scores", at_least=2)
    away = values - values.mean()
    squares = float(away @ away)
    if values.min() == values.max() or not 0 < squares < np.inf:
        raise StatsError("the scores of the arms are all equal, or too large or close to differ.")
    return dict(zip(scores, (away / squares).tolist(), strict=True))


def dunnett(
    y: ArrayLike, arm: ArrayLike, *, reference: Hashable, sides: str, confidence: float
) -> Simultaneous:
    """Each arm against the reference: differences of means of y, (n,), with adjusted p-values.

    In the order of the labels, the reference left out; arms may differ in size. `sides`
    concerns the p-values; intervals are two-sided and hold together. Exact to about 1e-12 for any
    number of arms.

    Raises `StatsError` as `arm_contrasts`, and for a reference that is no arm. Source: Dunnett
    1955, 1964. Oracle: Dunnett's tables, multcomp::glht, base R's integrate.

    R: `multcomp::glht(lm(y ~ arm), linfct = mcp(arm = "Dunnett"))`.

    >>> blood = [7.40, 8.50, 7.20, 8.24, 9.84, 8.32]
    >>> blood += [9.76, 8.80, 7.68, 9.36, 12.80, 9.68, 12.16, 9.20, 10.55]
    >>> arm = ["control"] * 6 + ["drug a"] * 4 + ["drug b"] * 5
    >>> found = dunnett(blood, arm, reference="control", sides="two_sided", confidence=0.95)
    >>> [(round(one.interval.estimate, 3), round(one.p_value, 4)) for one in found.contrasts]
    [(0.65, 0.6201), (2.628, 0.0058)]
    """
    check_choice("sides", sides, SIDES)
    arms = _arms(y, arm)
    if reference not in arms.names:
        raise StatsError(f"there is no arm {reference!r}.")
    control = arms.names.index(reference)
    others = np.arange(len(arms.names)) != control
    estimates = arms.mean[others] - arms.mean[control]
    errors = np.sqrt(arms.variance * (1 / arms.n[others] + 1 / arms.n[control]))
    loadings = np.sqrt(arms.n[others] / (arms.n[others] + arms.n[control]))
    tail = dunnett_tail(loadings, arms.df)
    names = [name for name in arms.names if name != reference]
    return adjusted(
        estimates,
        errors,
        arms.df,
        tail,
        sides=sides,
        confidence=confidence,
        labels=[f"{name} - {reference}" for name in names],
    )


def tukey(y: ArrayLike, arm: ArrayLike, *, confidence: float) -> Simultaneous:
    """Every pair of arms: differences of means of y, (n,), by the studentised range, two-sided.

    Pairs in the order of the labels, the first less the second. Exact for arms of one size
    (about 1e-12); of unequal sizes Kramer's, which is on the safe side (Hayter).

    Raises `StatsError` as `arm_contrasts`. Source: Tukey 1953, Kramer 1956. Oracle: R's TukeyHSD.

    R: `TukeyHSD(aov(y ~ arm))`.

    >>> blood = [7.40, 8.50, 7.20, 8.24, 9.84, 8.32]
    >>> blood += [9.76, 8.80, 7.68, 9.36, 12.80, 9.68, 12.16, 9.20, 10.55]
    >>> arm = ["control"] * 6 + ["drug a"] * 4 + ["drug b"] * 5
    >>> found = tukey(blood, arm, confidence=0.95)
    >>> [(round(one.interval.estimate, 3), round(one.p_value, 4)) for one in found.contrasts]
    [(-0.65, 0.6762), (-2.628, 0.008), (-1.978, 0.0659)]
    """
    arms = _arms(y, arm)
    pairs = np.array(list(combinations(range(len(arms.names)), 2)))
    estimates = arms.mean[pairs[:, 0]] - arms.mean[pairs[:, 1]]
    errors = np.sqrt(arms.variance * (1 / arms.n[pairs]).sum(axis=1))
    tail = tukey_tail(len(arms.names), arms.df)
    return adjusted(
        estimates,
        errors,
        arms.df,
        tail,
        sides="two_sided",
        confidence=confidence,
        labels=[f"{one} - {other}" for one, other in combinations(arms.names, 2)],
    )


def _arms(y: ArrayLike, arm: ArrayLike) -> _Arms:
    values = sample(y, "y", at_least=3)
    names, of_arm = labels(arm, "arm", values.size)
    if names.size < 2:
        raise StatsError("there is one arm only, so nothing to compare.")
    df = float(values.size - names.size)
    if df == 0:
        raise StatsError("each arm has one value, so nothing is left for the error.")
    # From one of the values: no difference changes, and a large common offset costs no digits.
    with np.errstate(over="ignore"):
        values = values - values[0]
    n = np.bincount(of_arm).astype(np.float64)
    constant = all(np.ptp(values[of_arm == place]) == 0 for place in range(names.size))
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.bincount(of_arm, weights=values) / n
        left = values - mean[of_arm]
        variance = float(left @ left) / df
    if constant or not 0 < variance < np.inf:
        raise StatsError("the values do not vary within arms, or too much to be squared.")
    return _Arms(tuple(names.tolist()), n, mean, variance, df)


def _row(name: str, weights: Mapping[Hashable, float], arms: tuple[Hashable, ...]) -> list[float]:
    """The coefficients of a contrast in the order of the arms."""
    values = numbers(list(weights.values()), f"coefficients of {name}")
    if unknown := [arm for arm in weights if arm not in arms]:
        raise StatsError(f"contrast {name}: there is no arm {unknown[0]!r}.")
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0:
        raise StatsError(f"contrast {name} has no coefficient but 0.")
    if abs(float(values.sum())) > ROUNDING * largest:
        raise StatsError(f"the coefficients of contrast {name} do not sum to 0.")
    return [float(weights.get(arm, 0.0)) for arm in arms]
