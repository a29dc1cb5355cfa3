"""Two arms and a binary outcome: tests that the risks are equal.

x1 of n1 treated patients and x0 of n0 controls have the event.

References: Fisher, J R Stat Soc 1935;98:39. Yates, Suppl J R Stat Soc 1934;1:217. Oracle: R's
fisher.test and chisq.test.

Each formula stands once, over arrays of tables; the functions of one table are its case without a
dimension; `audit.summaries` has many tables at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import nan

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, log_choose
from trialtrace.stats.categorical._tables import Tables, odds_ratio, one_table
from trialtrace.stats.results import StatsError, TestResult

CORRECTIONS = ("none", "continuity")
# Two tables are equally likely when their probabilities differ by no more than rounding; R's
# fisher.test uses the same width.
RELATIVE_TIE = 1e-7


def fisher_exact(x1: float, n1: float, x0: float, n0: float, *, sides: str) -> TestResult:
    """Fisher's exact test of equal risks, given both margins.

    `sides`: "greater" and "less" are about the odds ratio of treated against control;
    "two_sided" sums the probabilities of all tables no more likely than the observed one
    (within a relative 1e-7, as R does). The statistic is the sample odds ratio (NaN where it is
    0/0), df is NaN. With nobody or everybody having the event only one table is possible: p = 1.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `fisher.test(table)$p.value`.

    >>> fisher_exact(13, 40, 7, 42, sides="two_sided")
    TestResult(statistic=2.40741, p_value=0.124759)
    """
    check_choice("sides", sides, SIDES)
    table = one_table(x1, n1, x0, n0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(odds_ratio(table))
    return TestResult(ratio, nan, float(exact_tails(table, (sides,))[sides]))


def chi_squared(x1: float, n1: float, x0: float, n0: float, *, correction: str) -> TestResult:
    """Chi-squared test of equal risks with 1 df.

    `correction`: "none" is Pearson's statistic; "continuity" is Yates's, which takes 1/2 off
    each |observed - expected|, or all of it where it is smaller than 1/2 (as R does).

    Raises `StatsError` where nobody or everybody has the event, since expected counts are then
    0, and for an empty arm or counts that are not whole numbers within 0..n.

    R: `chisq.test(table, correct = FALSE)`.

    >>> chi_squared(13, 40, 7, 42, correction="none")
    TestResult(statistic=2.78513, df=1, p_value=0.0951427)
    """
    check_choice("correction", correction, CORRECTIONS)
    table = one_table(x1, n1, x0, n0)
    events, total = x1 + x0, n1 + n0
    if events in (0, total):
        who = "nobody" if events == 0 else "everybody"
        raise StatsError(f"{who} has the event, so a chi-squared test is not defined.")
    statistic, p_value = chi_squared_tests(table, correction=correction)
    return TestResult(float(statistic), 1.0, float(p_value))


def chi_squared_tests(table: Tables, *, correction: str) -> tuple[Floats, Floats]:
    """Statistics and p-values of `chi_squared`; NaN where nobody or everybody has the event.

    >>> from trialtrace.stats.categorical._tables import tables
    >>> statistics, p_values = chi_squared_tests(
    ...     tables([13, 9], 40, [7, 8], 42), correction="none"
    ... )
    >>> p_values.round(4)
    array([0.0951, 0.6999])
    """
    x1, n1, x0, n0 = table
    events, total = x1 + x0, n1 + n0
    # |observed - expected| is the same in all four cells.
    distance = np.abs(x1 * n0 - x0 * n1) / total
    if correction == "continuity":
        distance = distance - np.minimum(0.5, distance)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = distance**2 * total**3 / (n1 * n0 * events * (total - events))
    return statistic, chdtrc(1, statistic)


def exact_tails(table: Tables, tails: Iterable[str]) -> dict[str, Floats]:
    """Probabilities of tables with the margins of each table, if the risks are equal.

    `tails` are any of "greater" and "less": of as many events in the first arm or more, or fewer;
    "two_sided": of all tables no more likely than the observed one; "observed" and "tied": of that
    table alone, and of all that are as likely (within `RELATIVE_TIE`).

    >>> from trialtrace.stats.categorical._tables import tables
    >>> exact_tails(tables([13, 9], 40, [7, 8], 42), ["two_sided"])["two_sided"].round(4)
    array([0.1248, 0.7884])
    """
    x1, n1, x0, n0 = (count[..., None] for count in table)
    events = x1 + x0
    least, most = np.maximum(events - n0, 0.0), np.minimum(n1, events)
    # One width for all tables: what a table has no room for gets no weight.
    possible = least + np.arange(float((most - least).max(initial=0)) + 1)
    kept = possible <= most
    possible = np.minimum(possible, most)
    logs = log_choose(n1, possible) + log_choose(n0, events - possible)
    weights = np.where(kept, np.exp(logs - logs.max(axis=-1, keepdims=True)), 0.0)
    own = np.take_along_axis(weights, (x1 - least).astype(np.intp), axis=-1)
    likely, rare = own * (1 + RELATIVE_TIE), own / (1 + RELATIVE_TIE)
    total = weights.sum(axis=-1)
    chosen: dict[str, Callable[[], NDArray[np.bool_]]] = {
        "two_sided": lambda: weights <= likely,
        "greater": lambda: possible >= x1,
        "less": lambda: possible <= x1,
        "observed": lambda: possible == x1,
        "tied": lambda: (weights <= likely) & (weights >= rare),
    }
    return {tail: np.where(chosen[tail](), weights, 0.0).sum(axis=-1) / total for tail in tails}
