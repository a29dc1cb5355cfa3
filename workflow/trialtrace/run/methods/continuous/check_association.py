"""Correlations by scipy; the interval of ranks by Bonett and Wright's formula."""

from dataclasses import replace
from math import atanh, nan, sqrt, tanh
from typing import TYPE_CHECKING

from scipy import stats

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, peer
from trialtrace.run.methods.continuous.check_hierarchy import outcome_records
from trialtrace.run.methods.continuous.check_paired import pairs, wide_of
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

if TYPE_CHECKING:
    import pandas as pd


def _of_ranks(asked: Asked) -> bool:
    return asked.method.partition(".")[2].startswith("spearman")


def _by(asked: Asked) -> str:
    return f"scipy.stats.{'spearmanr' if _of_ranks(asked) else 'pearsonr'}"


def _read(data: Data, asked: Asked) -> "tuple[tuple[pd.Series, pd.Series] | None, int]":
    """The two series, None of fewer than three subjects or of equal values, and subjects."""
    x, y = _both(data, asked)
    enough = len(x) >= 3 and x.nunique() > 1 and y.nunique() > 1
    return ((x, y) if enough else None), len(x)


@peer(_by, _read)
def check(data: Data, asked: Asked, both: "tuple[pd.Series, pd.Series]") -> Answer:
    """scipy's `pearsonr`, of the ranks for Spearman's; Fisher's z for the interval.

    Its variance is 1 / (n - 3), for ranks with the factor 1 + r²/2 of Bonett and Wright (2000).
    """
    x, y = both
    n, rank = len(x), _of_ranks(asked)
    test = stats.pearsonr(x.rank(), y.rank()) if rank else stats.pearsonr(x, y)
    r = float(test.statistic)
    perfect = abs(r) > 1 - 1e-12
    if asked.stat == "correlation":
        if n == 3 or perfect:
            return r, (nan, nan)
        half = data.z(asked) * sqrt((1 + r**2 / 2 if rank else 1.0) / (n - 3))
        return r, (tanh(atanh(r) - half), tanh(atanh(r) + half))
    if perfect:
        return nan
    t = r * sqrt((n - 2) / (1 - r**2))
    return {"p_value": test.pvalue, "t": t, "df": n - 2}


def _both(data: Data, asked: Asked) -> "tuple[pd.Series, pd.Series]":
    """The two series of the subjects that have both, in one order."""
    how = {
        "endpoint": asked.options["with"],
        "value": asked.options["with_value"],
        **({"visit": asked.options["with_visit"]} if "with_visit" in asked.options else {}),
    }
    if data.trial.design.kind in OWN_TREATMENT:
        other = outcome_records(data, asked, how, list(asked.contrast))
        x, y = (
            None if wide is None else wide["D"]
            for wide in (pairs(data, asked), wide_of(other, asked.contrast))
        )
    else:
        of_group = replace(asked, pair=None)
        arms = data.arms(of_group)
        x = _series(data.records(of_group, arms))
        y = _series(outcome_records(data, asked, how, arms))
    if x is None or y is None:
        import pandas as pd

        return pd.Series(dtype=float), pd.Series(dtype=float)
    shared = x.index.intersection(y.index).sort_values()
    return x.loc[shared], y.loc[shared]


def _series(records: "pd.DataFrame") -> "pd.Series | None":
    """Values by subject; None where a subject has several."""
    if records["USUBJID"].duplicated().any():
        return None
    return records.set_index("USUBJID")["AVAL"]


CHECKS: dict[str, Check] = {}
for _name in ("pearson", "spearman"):
    CHECKS[f"correlation.{_name}"] = check
    CHECKS |= {f"{stat}.{_name}_correlation": check for stat in ("p_value", "t", "df")}
