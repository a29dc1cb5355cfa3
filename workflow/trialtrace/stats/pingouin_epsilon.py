"""Corrections for non-sphericity as pingouin printed them up to 0.6.1: wrong, but published.

Not an analysis: these numbers only tell whether a published one came from that library. Use
`repeated_general` for the right ones. Two formulas were wrong until version 0.7.0:

- In a mixed design (`pingouin.mixed_anova`) the whole row of corrections of the factor within
  subjects was that of the analysis without arms. Epsilon, W and its p thus come from the total
  covariance, in which differences between arms count as error, and p_GG even belongs to another F
  and other degrees of freedom than those printed beside it. The interaction had none.
- For the interaction of two factors within subjects of more than two levels each, epsilon came
  from the covariance of all their combinations, with the main effects in it.

References: issues 19, 478 and 484 of the repository of pingouin. Oracle: pingouin 0.6.1 itself,
printed numbers in test_stats_pingouin_epsilon.py; 1e-10.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.stats._factorial import orthonormal_contrasts
from trialtrace.stats._inputs import numbers
from trialtrace.stats.repeated import rm_anova
from trialtrace.stats.repeated_general import corrected_test, repeated_anova
from trialtrace.stats.results import StatsError


@dataclass(frozen=True, slots=True)
class PingouinCorrection:
    """What pingouin <= 0.6.1 printed: eps, p-GG-corr, W-spher and p-spher; NaN where nothing."""

    epsilon: float
    p_gg: float
    mauchly_w: float
    mauchly_p: float


def pingouin_061_mixed(y: ArrayLike) -> PingouinCorrection:
    """Corrections of the factor within in its mixed_anova, y of shape (subjects, visits).

    The arms do not enter, which is the mistake. Unless asked for, p_GG was printed only where
    Mauchly's test rejected. Mauchly's W is NaN where there are fewer than visits - 1 degrees of
    freedom; pingouin printed a number without meaning there.

    Raises `StatsError` as `repeated.rm_anova` does, and for two visits, where none was printed.
    """
    fit = rm_anova(y)
    if fit.n_visits == 2:
        raise StatsError("pingouin printed no correction for two visits.")
    return PingouinCorrection(fit.within.epsilon_gg, fit.within.p_gg, fit.mauchly_w, fit.mauchly_p)


def pingouin_061_interaction(y: ArrayLike) -> PingouinCorrection:
    """Corrections of the interaction in its rm_anova, y of shape (subjects, levels, levels).

    Right where one factor has two levels. The table had no Mauchly's test, so both are NaN.

    Raises `StatsError` as `repeated_general.repeated_anova` does.
    """
    y = numbers(y, "y")
    if y.ndim != 3:
        raise StatsError(f"y must have shape (subjects, levels, levels); got {y.shape}.")
    fit = repeated_anova(
        y, within=("a", "b"), between={}, sums_of_squares="III", measured=()
    ).effect("a", "b")
    epsilon = fit.corrections.greenhouse_geisser.epsilon
    if min(y.shape[1:]) > 2:
        flat = (y - y.mean()).reshape(y.shape[0], -1)
        scores = (flat - flat.mean(axis=0)) @ orthonormal_contrasts(flat.shape[1])
        error = scores.T @ scores
        epsilon = float(np.trace(error) ** 2 / (error.shape[0] * np.sum(error**2)))
    test = corrected_test(fit.f, fit.df1, fit.df2, epsilon)
    return PingouinCorrection(epsilon, test.p_value, nan, nan)
