"""A binary outcome with missing values: every result that the missing values could give.

No model and no draws. With x events among the observed and m missing patients an arm, the whole
data have x to x + m events; `tipping_map` gives the result for each pair of numbers of events,
`worst_and_best` the ends. An event may be good or bad; low and high refer to the difference.

References: Horowitz and Manski, J Am Stat Assoc 2000;95:77. Hollis, Stat Med 2002;21:3823. Yan,
Lee and Li, J Biopharm Stat 2009;19:1085 (tipping points).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats._inputs import (
    MOST_COUNTED,
    check_choice,
    log_choose,
    one_number,
    single_count,
)
from trialtrace.stats.categorical._tables import tables
from trialtrace.stats.categorical.two_by_two_tests import chi_squared_tests
from trialtrace.stats.results import Columns, StatsError

# Tables as likely as the observed one count as extreme; R's fisher.test has the same slack.
SLACK = 1 + 1e-7
# Tables of a map.
MOST_TABLES = 10_000_000


@dataclass(frozen=True, slots=True, repr=False)
class Bounds(Columns):
    """Smallest, observed-only and largest value of a proportion or a difference of two."""

    low: float
    observed: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class TippingMap:
    """Risk difference, p-value and significance for imputed events i (rows) and j (columns).

    Rows are 0 .. m1 events among the missing of the first arm, columns 0 .. m0 of the second.
    `observed_p_value` is that of the observed patients alone; `tipped` marks where significance
    differs from theirs.
    """

    difference: Floats
    p_value: Floats
    significant: Flags
    tipped: Flags
    observed_p_value: float


def proportion_bounds(x: float, n: float, missing: float) -> Bounds:
    """Bounds of one arm's proportion: x events among n observed, and so many missing patients.

    Raises `StatsError` for counts that cannot be, and for an arm without observed patients.
    Oracle: through `worst_and_best`.

    >>> proportion_bounds(13, 40, 5)
    Bounds
         low  observed  high
    0.288889     0.325   0.4
    """
    x, n = single_count(x, n, "observed patients")
    missing = _missing(missing, "arm")
    return Bounds(x / (n + missing), x / n, (x + missing) / (n + missing))


def worst_and_best(
    x1: float, n1: float, missing1: float, x0: float, n0: float, missing0: float
) -> Bounds:
    """Bounds of the risk difference, first arm minus second.

    x events among n observed patients and so many missing, an arm. Low: no event among the
    missing of the first arm, all of the second; high: the reverse. Raises as
    `proportion_bounds`. Oracle: base R.

    R: by hand in missing.R.

    >>> worst_and_best(13, 40, 5, 7, 42, 3)
    Bounds
          low  observed      high
    0.0666667  0.158333  0.244444
    """
    one, two = proportion_bounds(x1, n1, missing1), proportion_bounds(x0, n0, missing0)
    return Bounds(one.low - two.high, one.observed - two.observed, one.high - two.low)


def tipping_map(
    x1: float,
    n1: float,
    missing1: float,
    x0: float,
    n0: float,
    missing0: float,
    *,
    test: str,
    level: float,
) -> TippingMap:
    """Result for every pair of numbers of events among the missing patients of two arms.

    Counts as in `worst_and_best`. test: "fisher", two-sided by probabilities, or "chi_squared",
    Pearson's without continuity correction. Significant is a p-value up to `level`. Where nobody
    or everybody has the event the p-value of chi-squared does not exist: NaN, not significant.

    Raises as `proportion_bounds`. Oracle: R's fisher.test and chisq.test cell by cell.

    R: `fisher.test` or `chisq.test(correct = FALSE)` of every table.

    >>> tipping_map(13, 40, 5, 7, 42, 3, test="fisher", level=0.05).p_value.shape
    (6, 4)
    """
    check_choice("test", test, ("fisher", "chi_squared"))
    if not (isinstance(level, int | float | np.number) and 0 < level < 1):
        raise StatsError(f"level must lie between 0 and 1, as 0.05 does; got {level!r}.")
    x1, n1 = single_count(x1, n1, "first arm")
    x0, n0 = single_count(x0, n0, "second arm")
    m1, m0 = _missing(missing1, "first arm"), _missing(missing0, "second arm")
    if (m1 + 1) * (m0 + 1) > MOST_TABLES:
        raise StatsError(f"{m1} and {m0} missing patients give more tables than can be listed.")
    p_values = _fisher if test == "fisher" else _chi_squared
    a = x1 + np.arange(m1 + 1.0)[:, None]
    b = x0 + np.arange(m0 + 1.0)[None, :]
    p = p_values(a, n1 + m1, b, n0 + m0)
    observed = float(p_values(np.array([[x1]]), n1, np.array([[x0]]), n0)[0, 0])
    significant = p <= level
    return TippingMap(
        difference=a / (n1 + m1) - b / (n0 + m0),
        p_value=p,
        significant=significant,
        tipped=significant != (observed <= level),
        observed_p_value=observed,
    )


def _missing(missing: float, arm: str) -> int:
    number = one_number(missing, f"the number of missing patients of the {arm}")
    if not (0 <= number <= MOST_COUNTED and number.is_integer()):
        raise StatsError(f"missing patients of the {arm} must be a whole number; got {missing!r}.")
    return int(number)


def _chi_squared(a: Floats, n1: float, b: Floats, n0: float) -> Floats:
    """P-values of Pearson's chi-squared for a of n1 against b of n0."""
    return chi_squared_tests(tables(a, n1, b, n0), correction="none")[1]


def _fisher(a: Floats, n1: float, b: Floats, n0: float) -> Floats:
    """Fisher's p-values; tables of one total of events share their distribution."""
    p = np.empty(np.broadcast_shapes(a.shape, b.shape))
    total, first = a + b, np.broadcast_to(a, p.shape)
    for events in np.unique(total):
        k = np.arange(max(0, events - n0), min(n1, events) + 1)
        log = log_choose(n1, k) + log_choose(n0, events - k)
        weight = np.exp(log - log.max())
        at = total == events
        own = weight[(first[at] - k[0]).astype(np.intp)]
        p[at] = np.where(weight <= own[:, None] * SLACK, weight, 0).sum(axis=1) / weight.sum()
    return np.minimum(p, 1.0)
