"""Correlations by scipy; the interval of ranks by Bonett and Wright's formula."""

from dataclasses import replace
from math import atanh, nan, sqrt, tanh

from scipy import stats

from trialtrace.methods.checking.data import EVERYBODY, Asked, Data
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.methods.continuous.check_hierarchy import outcome_records
from trialtrace.methods.continuous.check_paired import pairs, wide_of
from trialtrace.trial.plan.methods import OWN_TREATMENT


def check(data: Data, asked: Asked) -> Recomputed:
    x, y = _both(data, asked)
    rank = asked.method.partition(".")[2].startswith("spearman")
    by, n = f"scipy.stats.{'spearmanr' if rank else 'pearsonr'}", len(x)
    if n < 3 or x.nunique() < 2 or y.nunique() < 2:
        return Recomputed(by, nan, n_used=n)
    if rank:
        x, y = x.rank(), y.rank()
    found = stats.pearsonr(x, y)
    r = float(found.statistic)
    perfect = abs(r) > 1 - 1e-12
    if asked.stat == "correlation":
        bounds = (nan, nan)
        if n > 3 and not perfect:
            z = float(stats.norm.isf((1 - data.confidence(asked)) / 2))
            half = z * sqrt((1 + r**2 / 2 if rank else 1.0) / (n - 3))
            bounds = tanh(atanh(r) - half), tanh(atanh(r) + half)
        return Recomputed(by, r, bounds, n_used=n)
    if perfect:
        return Recomputed(by, nan, n_used=n)
    t = r * sqrt((n - 2) / (1 - r**2))
    value = {"p_value": float(found.pvalue), "t": t, "df": float(n - 2)}[asked.stat]
    return Recomputed(by, value, n_used=n)


def _both(data: Data, asked: Asked):
    """The two series of the subjects that have both, in one order."""
    how = {
        "endpoint": asked.options["with"],
        "value": asked.options["with_value"],
        **({"visit": asked.options["with_visit"]} if "with_visit" in asked.options else {}),
    }
    if data.trial.design.kind in OWN_TREATMENT:
        other = outcome_records(data, asked, how, list(asked.pair))
        found = [pairs(data, asked), wide_of(other, asked.pair)]
        series = [None if one is None else one["d"] for one in found]
    else:
        arms = data.compared(asked) if asked.group == EVERYBODY else [asked.group]
        other = outcome_records(data, asked, how, arms)
        own = data.records(replace(asked, pair=None), arms)
        series = [_series(own), _series(other)]
    if None in [one if one is None else 0 for one in series]:
        import pandas as pd

        return pd.Series(dtype=float), pd.Series(dtype=float)
    shared = series[0].index.intersection(series[1].index).sort_values()
    return series[0].loc[shared], series[1].loc[shared]


def _series(records):
    """Values by subject; None where a subject has several."""
    if records["USUBJID"].duplicated().any():
        return None
    return records.set_index("USUBJID")["AVAL"]


CHECKS = {}
for _name in ("pearson", "spearman"):
    CHECKS[f"correlation.{_name}"] = check
    CHECKS |= {f"{part}.{_name}_correlation": check for part in ("p_value", "t", "df")}
