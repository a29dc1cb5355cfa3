"""One proportion against a threshold, and how large it can be when few or no events were seen.

References: Clopper and Pearson, Biometrika 1934;26:404.

Oracle: R's binom.test.
"""

from math import log, nan

import numpy as np
from scipy.special import betainc, betaincinv

from trialtrace.stats._inputs import SIDES, check_choice, check_confidence, log_choose, single_count
from trialtrace.stats.results import StatsError, TestResult

# Two counts are equally likely when their probabilities differ by no more than rounding; R's
# binom.test uses the same width.
RELATIVE_TIE = 1e-7
# Largest number of which all counts are listed.
MOST_LISTED = 1e7


def binomial_test(x: float, n: float, *, threshold: float, sides: str) -> TestResult:
    """Exact test that the probability of the event is `threshold`; the statistic is x/n.

    `sides`: "greater" looks for a probability above the threshold; "two_sided" adds the
    probabilities of all counts no more likely than x, within a relative 1e-7, as R does.

    Raises `StatsError` for a threshold that is not between 0 and 1, for n = 0, for counts that
    are not whole numbers, for x outside 0..n.

    R: `binom.test(x, n, p)$p.value`.

    >>> binomial_test(13, 40, threshold=0.2, sides="greater")
    TestResult(statistic=0.325, p_value=0.0432416)
    """
    check_choice("sides", sides, SIDES)
    if not (isinstance(threshold, int | float | np.number) and 0 < threshold < 1):
        raise StatsError(f"a threshold of a proportion lies between 0 and 1; got {threshold!r}.")
    x, n = single_count(x, n, "sample")
    if sides == "greater":
        p = float(betainc(x, n - x + 1, threshold)) if x else 1.0
    elif sides == "less":
        p = float(betainc(n - x, x + 1, 1 - threshold)) if x < n else 1.0
    else:
        if n > MOST_LISTED:
            raise StatsError(f"{n:g} is too many for all counts to be listed at two sides.")
        k = np.arange(n + 1)
        logs = log_choose(n, k) + (k * log(threshold) + (n - k) * np.log1p(-threshold))
        p = float(np.exp(logs[logs <= logs[int(x)] + np.log1p(RELATIVE_TIE)]).sum())
    return TestResult(x / n, nan, min(p, 1.0))


def upper_bound(x: float, n: float, *, confidence: float) -> float:
    """One-sided upper bound of Clopper and Pearson: the whole tail below it, 1 where x is n.

    It is the upper bound of the two-sided interval at twice the distance from certainty: that of
    0.95 is the one of a two-sided 0.90.

    Raises `StatsError` for n = 0, for counts that are not whole numbers, for x outside 0..n.

    R: `binom.test(x, n, alternative = "less")$conf.int[2]`.

    >>> round(upper_bound(0, 40, confidence=0.95), 4)
    0.0722
    """
    x, n = single_count(x, n, "sample")
    level = check_confidence(confidence)
    return 1.0 if x == n else float(betaincinv(x + 1, n - x, level))
