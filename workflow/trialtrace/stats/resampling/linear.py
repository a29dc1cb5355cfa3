"""Re-randomisation tests of statistics that are linear in the assignment.

Tests the sharp null hypothesis that no patient's outcome would have differed in another arm. The
statistic of an endpoint is the sum of its scores over one arm less the expectation of that sum
under the scheme; for differences of means or proportions, rank sums, log-rank, score-form ANCOVA
and Cochran-Mantel-Haenszel (see `scores`) it orders assignments as the usual statistic does, so
the p-value is theirs. One matrix of assignments serves all endpoints, as one matrix product.

References: Rosenberger and Lachin, Randomization in Clinical Trials, 2nd ed. 2016, chapter 6.
Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39, for (count + 1) / (draws + 1). Clopper and
Pearson, Biometrika 1934;26:404.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Whole
from trialtrace.stats._inputs import (
    MOST_DRAWS,
    SIDES,
    check_choice,
    check_confidence,
    check_range,
    numbers,
    whole_number,
)
from trialtrace.stats._threads import one_thread
from trialtrace.stats.categorical.proportions import bounds
from trialtrace.stats.resampling.drawing import Seed, check_seed
from trialtrace.stats.resampling.exact import count_all
from trialtrace.stats.resampling.schemes import Scheme
from trialtrace.stats.resampling.sums import (
    Question,
    WholeScores,
    observed_sums,
    products,
    whole_scores,
)
from trialtrace.stats.results import Columns, StatsError


@dataclass(frozen=True, slots=True, repr=False)
class Rerandomisation(Columns):
    """Results of a re-randomisation test, arrays of shape (endpoints,).

    `statistic` is the sum of scores in the arm less its expectation, `sd` its standard deviation
    over all assignments of the scheme. `extreme` of the `draws` assignments are at least as
    extreme as the observed one. Where `exact`, the draws are all assignments, the p-value is
    their share and has no Monte Carlo error; else it is (extreme + 1) / (draws + 1), `mc_se` its
    standard error and `low`, `high` the Clopper-Pearson interval of the p-value that all
    assignments would give.
    """

    statistic: Floats
    sd: Floats
    p_value: Floats
    extreme: Floats
    draws: int
    exact: bool
    mc_se: Floats
    low: Floats
    high: Floats


@one_thread
def rerandomisation_test(
    scheme: Scheme,
    scores: ArrayLike,
    *,
    arm: object,
    sides: str,
    draws: int,
    exact_up_to: int,
    seed: Seed,
    confidence: float,
    tie_tolerance: float,
) -> Rerandomisation:
    """Re-randomisation test of two arms for one or many endpoints with one set of assignments.

    scores of shape (n,) or (n, endpoints), from `scores`, no missing values. `sides` "greater"
    means larger sums in `arm`; "two_sided" counts assignments whose sum is as far from its
    expectation, in either direction. Where the scheme allows at most `exact_up_to` assignments
    and these can be listed (see `exact`), all are used and the result is exact; else `draws` are
    drawn from the stream of `seed`, two whole numbers. A sum within `tie_tolerance` times the sum
    of absolute scores of the observed one is a tie and counts (see `TIE_TOLERANCE`). Scores that
    are constant within every cell give a p-value of 1. Draws are shared by all endpoints; an exact
    p-value costs each endpoint the sorting of its own lists, up to a second at 2^42 assignments.

    Raises `StatsError` for more than two arms (use `Scheme.between` or `global_test`), an unknown
    arm, shapes that do not fit, missing scores, or options out of range. Oracle: complete
    enumeration, `wilcox.test(exact = TRUE)`, `fisher.test`, `mantelhaen.test(exact = TRUE)`.

    R: every assignment listed in resampling.R.

    >>> from trialtrace.stats.resampling.schemes import fixed_margins
    >>> from trialtrace.stats.resampling.scores import mean_scores
    >>> scheme, scores = (
    ...     fixed_margins(list("aaaabbbb")),
    ...     mean_scores([7, 9, 6, 10, 5, 6, 4, 7], included=None),
    ... )
    >>> given = {"sides": "two_sided", "draws": 1000, "exact_up_to": 1000, "seed": (1, 2)}
    >>> rerandomisation_test(
    ...     scheme, scores, arm="a", **given, confidence=0.95, tie_tolerance=1e-9
    ... ).p_value
    array([0.14285714])
    """
    question, data = _prepared(scheme, scores, arm, sides, tie_tolerance)
    check_confidence(confidence)
    check_seed(seed)
    check_draws(draws)
    observed = data.in_units_of_scores(question.sign * observed_sums(data))
    sd = data.sd()
    if scheme.at_most(exact_up_to):
        found = count_all(data, question)
        if found is not None:
            p, extreme = found
            zero, number = np.zeros_like(p), scheme.assignments()
            return Rerandomisation(observed, sd, p, extreme, number, True, zero, p, p)
    count = _count(data, question, seed, draws)
    return Rerandomisation(observed, sd, *monte_carlo(count, draws=draws, confidence=confidence))


@one_thread
def draw_statistics(
    scheme: Scheme, scores: ArrayLike, *, arm: object, seed: Seed, start: int, stop: int
) -> Floats:
    """Statistics of the draws start .. stop - 1, shape (draws, endpoints), in units of the scores.

    The sums that a test compares with the observed one, bit for bit. Raises as
    `rerandomisation_test`.

    Oracle: sums over the arms that `draw_assignments` gives.

    >>> from trialtrace.stats.resampling.schemes import fixed_margins
    >>> from trialtrace.stats.resampling.scores import mean_scores
    >>> scheme, scores = (
    ...     fixed_margins(list("aaabbb")),
    ...     mean_scores([7, 9, 6, 5, 6, 4], included=None),
    ... )
    >>> draw_statistics(scheme, scores, arm="a", seed=(1, 2), start=0, stop=100).shape
    (100, 1)
    """
    question, data = _prepared(scheme, scores, arm, "two_sided", 0.0)
    check_range(start, stop, "draws", least=0)
    sums = np.empty((stop - start, data.whole.shape[1]))
    for first, columns, part in products(data, seed, start, stop):
        sums[first - start : first - start + len(part), columns] = part
    return data.in_units_of_scores(question.sign * sums)


def monte_carlo(
    extreme: ArrayLike, *, draws: int, confidence: float
) -> tuple[Floats, Floats, int, bool, Floats, Floats, Floats]:
    """P-values from counts of extreme draws, with their Monte Carlo error.

    extreme (endpoints,) of `draws`. Returns (p_value, extreme, draws, exact = False, mc_se, low,
    high) as in `Rerandomisation`. Oracle: `binom.test` for the interval.

    R: `binom.test(count, draws)$conf.int`.

    >>> p_value, *_ = monte_carlo([24], draws=999, confidence=0.95)
    >>> p_value
    array([0.025])
    """
    check_confidence(confidence)
    check_draws(draws)
    count = numbers(extreme, "extreme")
    if ((count < 0) | (count > draws)).any():
        raise StatsError("counts of extreme draws must lie between 0 and the draws.")
    p = (count + 1) / (draws + 1)
    ends = bounds(count, draws, method="clopper_pearson", confidence=confidence)
    return p, count, draws, False, np.sqrt(p * (1 - p)) / sqrt(draws), ends[..., 0], ends[..., 1]


def check_draws(draws: int) -> None:
    """Raise `StatsError` unless `draws` is a positive whole number."""
    whole_number(draws, "draws", least=1, most=MOST_DRAWS)


def _prepared(
    scheme: Scheme, scores: ArrayLike, arm: object, sides: str, tolerance: float
) -> tuple[Question, WholeScores]:
    check_choice("sides", sides, SIDES)
    if len(scheme.arms) != 2:
        raise StatsError(f"the scheme has {len(scheme.arms)} arms; choose two with `between`.")
    check_tolerance(tolerance)
    sign = 1.0 if scheme.index_of(arm) == 1 else -1.0
    return Question(sign, sides, tolerance), whole_scores(scheme, scores)


def check_tolerance(tolerance: float) -> None:
    """Raise `StatsError` unless a tie tolerance is small and not negative."""
    if not (isinstance(tolerance, int | float | np.number) and 0 <= tolerance < 1e-3):
        raise StatsError(f"tie_tolerance must be from 0 to below 0.001; got {tolerance!r}.")


def _count(data: WholeScores, question: Question, seed: Seed, draws: int) -> Whole:
    border = question.border(data)
    counts = np.zeros(border.size, dtype=np.int64)
    for _, columns, sums in products(data, seed, 0, draws):
        if question.direction == "both":
            np.abs(sums, out=sums)
        elif question.direction == "down":
            np.negative(sums, out=sums)
        counts[columns] += (sums >= border[columns]).sum(axis=0, dtype=np.int32)
    return counts
