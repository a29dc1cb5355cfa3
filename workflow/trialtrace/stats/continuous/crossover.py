"""Two treatments in two periods: crossover trials of the sequences treated-reference and reversed.

A subject has a value in each period. Between the two sequences, half the difference of the periods
compares the treatments whatever the periods do; the sum of both compares what the first treatment
leaves behind (carry-over); over both sequences, the difference of the periods is theirs alone.

Every estimate of the treatment effect assumes that carry-over is alike. Its test has little power,
being between subjects, and to choose the analysis by it leads astray (Freeman 1989): it is a
description.

References: Grizzle, Biometrics 1965;21:467. Hills and Armitage, Br J Clin Pharmacol 1979;8:7.
Freeman, Stat Med 1989;8:1421. Senn, Cross-over Trials in Clinical Research, 2002, chapter 3. Gart,
Biometrika 1969;56:75 (Mainland and Gart's test). Prescott, J R Stat Soc C 1981;30:9.

Oracle: R's lm with subjects, periods and treatments as factors, t.test and fisher.test; Senn's
printed example.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, normal_tail, sample
from trialtrace.stats.categorical.two_by_two_tests import fisher_exact
from trialtrace.stats.continuous.means import mean_difference_student, student_t
from trialtrace.stats.results import Interval, StatsError, TestResult

EFFECTS = ("treatment", "period", "carry_over")


def crossover_effect(
    first: ArrayLike, second: ArrayLike, treated_first: ArrayLike, *, effect: str, confidence: float
) -> Interval:
    """An effect of a two-period crossover with Student's t interval, subjects - 2 df.

    `first` and `second` (subjects,) are the values in the two periods, `treated_first` (subjects,)
    is 1 where the first was under the treatment, 0 where under the reference. `effect`:
    "treatment", treated less reference, adjusted for the period; "period", second less first;
    "carry_over", what the treatment leaves to the second period less what the reference leaves.
    Where the values that are compared do not vary within sequences the bounds are NaN.

    Source: Hills and Armitage 1979, Senn 2002. Oracle: R's lm and t.test. Raises `StatsError` for
    fewer than two subjects in a sequence, for missing values, and for a `treated_first` that is
    not 0 or 1.

    R: `lm(y ~ subject + period + treatment)`; carry-over `t.test(first + second ~ sequence)`.

    >>> found = crossover_effect(
    ...     [310, 310, 370, 370, 310, 380], [270, 260, 300, 385, 400, 410], [1, 1, 1, 0, 0, 0],
    ...     effect="treatment", confidence=0.95,
    ... )
    >>> round(found.estimate, 2), round(found.low, 2), round(found.high, 2)
    (49.17, 15.08, 83.25)
    """
    x, y = _compared(first, second, treated_first, effect)
    return mean_difference_student(x, y, confidence=confidence)


def crossover_t(
    first: ArrayLike, second: ArrayLike, treated_first: ArrayLike, *, effect: str, sides: str
) -> TestResult:
    """Student's t test of an effect of a two-period crossover, subjects - 2 df.

    Arguments and effects as in `crossover_effect`: of the treatment adjusted for the period, of
    the period, or Grizzle's test of carry-over. `sides`: "greater" looks for an effect above 0.

    Source: Grizzle 1965, Hills and Armitage 1979. Oracle: R's lm and t.test. Raises `StatsError`
    for fewer than two subjects in a sequence, for missing values, and where nothing varies within
    sequences.

    R: `lm(y ~ subject + period + treatment)`; carry-over `t.test(first + second ~ sequence)`.

    >>> test = crossover_t(
    ...     [310, 310, 370, 370, 310, 380], [270, 260, 300, 385, 400, 410], [1, 1, 1, 0, 0, 0],
    ...     effect="carry_over", sides="two_sided",
    ... )
    >>> round(test.statistic, 3), test.df
    (-3.686, 4.0)
    """
    check_choice("sides", sides, SIDES)
    x, y = _compared(first, second, treated_first, effect)
    return student_t(x, y, sides=sides)


def mainland_gart(
    first: ArrayLike, second: ArrayLike, treated_first: ArrayLike, *, sides: str
) -> TestResult:
    """Mainland and Gart's test of a yes/no crossover: Fisher's, of those whose periods differ.

    `first` and `second` (subjects,) are 1 with the event and 0 without. Of the subjects with one
    event, is that more often under the treatment, whichever period it was in? No statistic.
    `sides`: "greater" looks for a higher risk under the treatment.

    Source: Gart 1969. Oracle: R's fisher.test. Raises `StatsError` where no subject of a sequence
    differs between periods, and for values that are not 0 or 1.

    R: `fisher.test(table(sequence, preferred))`.

    >>> first, second = [1, 1, 1, 0, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1, 0, 0]
    >>> test = mainland_gart(first, second, [1, 1, 1, 1, 0, 0, 0, 0], sides="two_sided")
    >>> round(test.p_value, 4)
    0.4857
    """
    preferred, treated = _preferred(first, second, treated_first)
    # The event in the first period, among those with one event, by sequence.
    counts = [
        int(np.count_nonzero(chosen & which))
        for chosen in (treated, ~treated)
        for which in (preferred > 0, preferred != 0)
    ]
    if 0 in counts[1::2]:
        raise StatsError("in a sequence no subject differs between the periods.")
    return TestResult(nan, nan, fisher_exact(*counts, sides=sides).p_value)


def prescott(
    first: ArrayLike, second: ArrayLike, treated_first: ArrayLike, *, sides: str
) -> TestResult:
    """Prescott's test of a yes/no crossover, which uses subjects without a difference too; z.

    Arguments as in `mainland_gart`. A subject scores 1 with the event in the first period alone,
    -1 in the second alone, else 0; the mean scores of the two sequences are compared by their
    variance over all assignments of the subjects to sequences. `sides`: "greater" looks for a
    higher risk under the treatment.

    Source: Prescott 1981, normal approximation. Oracle: R's cor of scores and sequences. Raises
    `StatsError` where all scores are the same, where a sequence has no subject, and for values
    that are not 0 or 1.

    R: `cor(score, sequence)` by hand in crossover.R.

    >>> first, second = [1, 1, 1, 0, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1, 0, 0]
    >>> test = prescott(first, second, [1, 1, 1, 1, 0, 0, 0, 0], sides="two_sided")
    >>> round(test.statistic, 3)
    1.07
    """
    check_choice("sides", sides, SIDES)
    score, treated = _preferred(first, second, treated_first)
    n, m = score.size, int(np.count_nonzero(treated))
    spread = float(np.square(score - score.mean()).sum())
    if m in (0, n):
        raise StatsError("a sequence has no subject.")
    if spread == 0:
        raise StatsError("all subjects differ alike between the periods: nothing to compare.")
    departure = float(score[treated].sum()) - m * float(score.mean())
    z = departure / sqrt(m * (n - m) * spread / (n * (n - 1)))
    return TestResult(z, nan, normal_tail(z, sides))


def _periods(
    first: ArrayLike, second: ArrayLike, treated_first: ArrayLike
) -> tuple[Floats, Floats, np.ndarray]:
    x, y = sample(first, "the first period"), sample(second, "the second period")
    treated = sample(treated_first, "treated_first")
    if not x.size == y.size == treated.size:
        raise StatsError(
            f"periods and sequences differ in length: {x.size}, {y.size}, {treated.size}."
        )
    if not ((treated == 0) | (treated == 1)).all():
        raise StatsError("treated_first must be 1 for the treatment first and 0 for second.")
    return x, y, treated == 1


def _compared(
    first: ArrayLike, second: ArrayLike, treated_first: ArrayLike, effect: str
) -> tuple[Floats, Floats]:
    """The two samples whose difference of means is the effect."""
    check_choice("effect", effect, EFFECTS)
    x, y, treated = _periods(first, second, treated_first)
    if min(np.count_nonzero(treated), np.count_nonzero(~treated)) < 2:
        raise StatsError("each sequence needs at least two subjects.")
    if effect == "carry_over":
        total = x + y
        return total[treated], total[~treated]
    half = (x - y) / 2
    if effect == "treatment":
        return half[treated], half[~treated]
    # Turned round in one sequence, the halves differ by the period, not by the treatment.
    return -half[treated], half[~treated]


def _preferred(
    first: ArrayLike, second: ArrayLike, treated_first: ArrayLike
) -> tuple[Floats, np.ndarray]:
    """First less second, of yes or no; and who had the treatment first."""
    x, y, treated = _periods(first, second, treated_first)
    if not (((x == 0) | (x == 1)) & ((y == 0) | (y == 1))).all():
        raise StatsError("outcomes must be 1 for the event and 0 for none.")
    return x - y, treated
