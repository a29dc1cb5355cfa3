"""Counts, shares, means and quantiles: the baseline table, and measured endpoints by arm."""

import statistics
from collections import Counter
from math import nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.checking.data import Asked, Data, level_text
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd


def values(data: Data, asked: Asked) -> "pd.Series":
    """The column that is described, missing values included where it is one of ADSL."""
    if asked.analysis in data.trial.plan.analyses:
        return data.records(asked)["AVAL"]
    return data.subjects(asked)[adsl_code(asked.variable)]


def count(data: Data, asked: Asked) -> Recomputed:
    """Known values, or those of one level."""
    known = values(data, asked).dropna()
    number = len(known) if asked.second is None else _at_level(data, asked)
    return Recomputed("pandas.Series.count", float(number), n_used=len(known))


def share(data: Data, asked: Asked) -> Recomputed:
    """Those of a level among the known values, by pandas."""
    known = values(data, asked).dropna()
    value = _at_level(data, asked) / len(known) if len(known) else nan
    return Recomputed("pandas.Series.count", value, n_used=len(known))


def missing(data: Data, asked: Asked) -> Recomputed:
    """Values that lack, by pandas' `Series.isna`."""
    column = values(data, asked)
    return Recomputed("pandas.Series.isna", float(column.isna().sum()), n_used=len(column))


def _at_level(data: Data, asked: Asked) -> int:
    def levels() -> Counter[str]:
        return Counter(level_text(value) for value in values(data, asked).dropna())

    key = ("levels", asked.analysis, asked.population, asked.group, asked.stratum, asked.parameter)
    return data.once(key, levels)[asked.level]


def mean(data: Data, asked: Asked) -> Recomputed:
    """pandas' `Series.mean`."""
    known = values(data, asked).dropna()
    return Recomputed("pandas.Series.mean", float(known.mean()), n_used=len(known))


def mean_with_interval(data: Data, asked: Asked) -> Recomputed:
    """No interval for one value, or for equal ones."""
    known = values(data, asked).dropna()
    bounds = nan, nan
    if known.nunique() > 1:
        from scipy.stats import ttest_1samp

        found = ttest_1samp(known, 0).confidence_interval(data.confidence(asked))
        bounds = float(found.low), float(found.high)
    interval = None if len(known) < 2 else bounds
    return Recomputed("scipy.stats.ttest_1samp", float(known.mean()), interval, n_used=len(known))


def sd(data: Data, asked: Asked) -> Recomputed:
    """Python's `statistics.stdev`; none of a single value."""
    known = values(data, asked).dropna().astype(float).tolist()
    value = statistics.stdev(known) if len(known) > 1 else nan
    return Recomputed("statistics.stdev", value, n_used=len(known))


def _quartile(number: int):
    def check(data: Data, asked: Asked) -> Recomputed:
        known = values(data, asked).dropna().astype(float).tolist()
        if len(known) == 1:
            value = known[0]
        else:
            value = statistics.quantiles(known, n=4, method="inclusive")[number - 1]
        return Recomputed("statistics.quantiles", value, n_used=len(known))

    return check


def _extreme(name: str):
    def check(data: Data, asked: Asked) -> Recomputed:
        known = values(data, asked).dropna()
        value = float(getattr(known, name)())
        return Recomputed(f"pandas.Series.{name}", value, n_used=len(known))

    return check


CHECKS = {
    "count.descriptive": count,
    "proportion.descriptive": share,
    "missing.descriptive": missing,
    "mean.descriptive": mean,
    "mean.t_interval": mean_with_interval,
    "sd.descriptive": sd,
    "q1.descriptive": _quartile(1),
    "median.descriptive": _quartile(2),
    "q3.descriptive": _quartile(3),
    "minimum.descriptive": _extreme("min"),
    "maximum.descriptive": _extreme("max"),
}
