"""Ratios of two samples of positive values, from scipy.stats and by counting."""

from math import comb, log, nan, sqrt

import numpy as np
from scipy import stats

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, peer
from trialtrace.run.methods.continuous.check import Samples, samples_of_at_least, vary


def _logarithms(both: Samples) -> Samples | None:
    x, y = both
    if min(*x, *y) <= 0:
        return None
    return np.log(x), np.log(y)


def _of_logarithms(*, equal_var: bool) -> dict[str, Check]:
    @peer(f"scipy.stats.ttest_ind of logarithms (equal_var={equal_var})", samples_of_at_least(2))
    def estimate(data: Data, asked: Asked, both: Samples) -> Answer:
        """scipy's `gmean` and the interval of its `ttest_ind` of logarithms."""
        logs = _logarithms(both)
        if logs is None or not vary(*both):
            return nan
        test = stats.ttest_ind(*logs, equal_var=equal_var)
        low, high = np.exp(test.confidence_interval(data.confidence(asked)))
        return stats.gmean(both[0]) / stats.gmean(both[1]), (low, high)

    @peer(f"scipy.stats.ttest_ind of logarithms (equal_var={equal_var})", samples_of_at_least(2))
    def test(data: Data, asked: Asked, both: Samples) -> Answer:
        """scipy's `ttest_ind` of logarithms."""
        logs = _logarithms(both)
        if logs is None or not vary(*both):
            return nan
        found = stats.ttest_ind(*logs, equal_var=equal_var, alternative=asked.alternative)
        return {"p_value": found.pvalue, "t": found.statistic, "df": found.df}

    return {"geometric_mean_ratio": estimate, "p_value": test, "t": test, "df": test}


@peer("scipy.stats.norm; order statistics", samples_of_at_least(2))
def medians(data: Data, asked: Asked, both: Samples) -> Answer:
    """Bonett and Price's interval, the binomial summed term by term: `median_ratio`."""
    if min(*both[0], *both[1]) <= 0:
        return nan
    squared = 0.0
    for values in both:
        n = len(values)
        rank = max(1, int(np.rint(n / 2 - sqrt(n))))
        tail = sum(comb(n, k) for k in range(rank)) / 2**n
        ends = np.sort(values)[[rank - 1, n - rank]]
        squared += (log(ends[1] / ends[0]) / (2 * stats.norm.isf(tail))) ** 2
    value = np.median(both[0]) / np.median(both[1])
    if squared == 0:
        return value, (nan, nan)
    half = data.z(asked) * sqrt(squared)
    return value, (value * np.exp(-half), value * np.exp(half))


CHECKS: dict[str, Check] = {"ratio_of_medians.bonett_price": medians}
for _method, _equal_var in (("log_welch", False), ("log_student", True)):
    for _stat, _check in _of_logarithms(equal_var=_equal_var).items():
        CHECKS[f"{_stat}.{_method}"] = _check
