"""Three arms and more: the chi-squared test of several proportions, the F test of several means.

Both are tests of all arms at once. The power is that of the noncentral chi-squared and of the
noncentral F distribution.

References: Cohen, Statistical power analysis for the behavioral sciences, 1988, chapters 7 and 8.
Oracle: R's pwr and power.anova.test.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import numbers, of_numbers
from trialtrace.stats.design._sizes import broadcast, positive, share, sizes, smallest, wanted
from trialtrace.stats.results import StatsError

# Times the critical value, a noncentrality with which no F lies below that.
CERTAIN = 1000.0


@of_numbers
def power_several_proportions(risks: ArrayLike, n: ArrayLike, *, alpha: ArrayLike) -> Floats:
    """Power of the chi-squared test of no difference between arms; the arms are the last axis.

    Raises `StatsError` for risks outside 0 to 1, fewer than two arms, one risk in all of them, and
    sizes that are none. Source: Cohen 1988, chapter 7. Oracle: pwr.chisq.test.

    R: `pwr::pwr.chisq.test(w, N, df, sig.level)`.

    >>> round(power_several_proportions([0.4, 0.5, 0.7], [40, 39, 39], alpha=0.05), 4)
    0.6802
    """
    risks, n = broadcast(risks=share(risks, "risks"), n=sizes(n, "n", 1))
    total = _several(risks, n)
    pooled = (risks * n).sum(axis=-1) / total
    away = (n * (risks - pooled[..., None]) ** 2).sum(axis=-1) / (pooled * (1 - pooled))
    df = risks.shape[-1] - 1
    critical = scipy.special.chdtri(df, share(alpha, "alpha"))
    return np.asarray(1 - scipy.special.chndtr(critical, df, away))


@of_numbers
def power_several_means(
    means: ArrayLike, sd: ArrayLike, n: ArrayLike, *, alpha: ArrayLike
) -> Floats:
    """Power of the F test of no difference between arms; the arms are the last axis.

    `sd` is the standard deviation within arms. Raises `StatsError` for an sd or sizes that are
    none, fewer than two arms, and one mean in all of them. Source: Cohen 1988, chapter 8. Oracle:
    power.anova.test, pwr.anova.test.

    R: `power.anova.test(groups, n, between.var, within.var, sig.level)`.

    >>> round(power_several_means([0, 0.25, 0.5], 1, [52, 52, 52], alpha=0.05), 4)
    0.6118
    """
    means, n = broadcast(means=numbers(means, "means"), n=sizes(n, "n"))
    total = _several(means, n)
    centre = (means * n).sum(axis=-1) / total
    away = (n * (means - centre[..., None]) ** 2).sum(axis=-1) / positive(sd, "sd") ** 2
    arms = means.shape[-1]
    critical = scipy.special.fdtri(arms - 1, total - arms, 1 - share(alpha, "alpha"))
    below = scipy.special.ncfdtr(arms - 1, total - arms, away, critical)
    # The series does not end so far out, where nothing lies below any more.
    certain = np.isnan(below) & (away > CERTAIN * (1 + (arms - 1) * critical))
    below = np.where(certain, 0.0, below)
    if np.isnan(below).any():
        raise StatsError("differences so large, or a level so small, have no power to compute.")
    return np.asarray(1 - below)


@of_numbers
def sample_size_several_proportions(
    risks: ArrayLike, *, power: ArrayLike, alpha: ArrayLike
) -> Floats:
    """Patients of each arm for a wanted power of the chi-squared test, arms of one size.

    The rest, and what is raised, as in `power_several_proportions`, and a power that is not above
    alpha. Source: Cohen 1988, chapter 7. Oracle: pwr.chisq.test.

    R: by hand in planning.R.

    >>> sample_size_several_proportions([0.4, 0.5, 0.7], power=0.8, alpha=0.05)
    52.0
    """
    target, each = wanted(power, alpha), share(risks, "risks")

    def power_of(n: Floats) -> Floats:
        return np.asarray(power_several_proportions(each, n[..., None], alpha=alpha))

    return smallest(power_of, target, _shape(target, each, alpha), 1)


@of_numbers
def sample_size_several_means(
    means: ArrayLike, sd: ArrayLike, *, power: ArrayLike, alpha: ArrayLike
) -> Floats:
    """Patients of each arm for a wanted power of the F test, arms of one size.

    The rest, and what is raised, as in `power_several_means`, and a power that is not above alpha.
    Source: Cohen 1988, chapter 8. Oracle: power.anova.test.

    R: `power.anova.test(groups, between.var, within.var, power)$n`, rounded up.

    >>> sample_size_several_means([0, 0.25, 0.5], 1, power=0.8, alpha=0.05)
    79.0
    """
    target, each = wanted(power, alpha), numbers(means, "means")

    def power_of(n: Floats) -> Floats:
        return np.asarray(power_several_means(each, sd, n[..., None], alpha=alpha))

    return smallest(power_of, target, _shape(target, each, alpha, sd), 2)


def _shape(target: Floats, each: Floats, *others: ArrayLike) -> tuple[int, ...]:
    """Of the results; the arms are the last axis of `each`."""
    if each.ndim == 0 or each.shape[-1] < 2:
        raise StatsError("there must be two arms or more.")
    arrays = [numbers(other, "arguments") for other in others]
    named = {f"argument {number}": array for number, array in enumerate(arrays, 1)}
    return broadcast(power=target, arms=each[..., 0], **named)[0].shape


def _several(values: Floats, n: Floats) -> Floats:
    """Patients of all arms."""
    if values.ndim == 0 or values.shape[-1] < 2:
        raise StatsError("there must be two arms or more.")
    if (values.max(axis=-1) == values.min(axis=-1)).any():
        raise StatsError("all arms are alike: that is the null hypothesis.")
    return np.asarray(n.sum(axis=-1))
