"""Differences of two visits: scipy's t tests on each subject's difference."""

from itertools import combinations
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, peer
from trialtrace.run.methods.displays.check_flow import complete, visits_of
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

if TYPE_CHECKING:
    import pandas as pd

Differences = list[np.ndarray]


def _differences(data: Data, asked: Asked) -> tuple[Differences | None, int]:
    """Each subject's difference of the two visits by arm; one array where all are of one kind."""
    visits = visits_of(data, asked)
    arms = data.arms(asked)
    records = data.records(asked, arms)
    records = records[records["AVISIT"].isin(visits)]
    if asked.pair is not None and data.trial.design.kind in OWN_TREATMENT:
        return _of_both(records, arms, visits, asked)
    records = complete(records, visits)
    n = records["USUBJID"].nunique()
    if records.duplicated(["USUBJID", "AVISIT"]).any():
        return None, n
    differences = [
        _difference(record.pivot(index="USUBJID", columns="AVISIT", values="AVAL"), asked, visits)
        for arm in arms
        if len(record := records[records["TRTP"] == arm])
    ]
    return (differences if len(differences) == len(arms) else None), n


def _of_both(
    records: "pd.DataFrame", arms: list[str], visits: list[str], asked: Asked
) -> tuple[Differences | None, int]:
    """The difference of the treatments within subjects who have every visit under both."""
    cells = records["TRTP"].astype(str) + "|" + records["AVISIT"].astype(str)
    whole = cells.groupby(records["USUBJID"]).transform("nunique") == 2 * len(visits)
    kept = records[whole]
    if kept.empty or kept.duplicated(["USUBJID", "TRTP", "AVISIT"]).any():
        return None, kept["USUBJID"].nunique()
    wide = kept.pivot(index="USUBJID", columns=["TRTP", "AVISIT"], values="AVAL")
    return [_difference(wide[arms[0]] - wide[arms[1]], asked, visits)], len(wide)


def _difference(wide: "pd.DataFrame", asked: Asked, visits: list[str]) -> np.ndarray:
    (pair,) = ((a, b) for a, b in combinations(visits, 2) if asked.second == f"{b} less {a}")
    return np.asarray(wide[pair[1]] - wide[pair[0]], dtype=float)


@peer("scipy.stats (t tests of differences)", _differences)
def visit_pairs(data: Data, asked: Asked, differences: Differences) -> Answer:
    """One sample against 0, or Welch's test of two."""
    from scipy.stats import ttest_1samp, ttest_ind

    if any(difference.size < 2 for difference in differences):
        return nan
    largest = max(float(np.abs(difference).max()) for difference in differences)
    if all(np.ptp(difference) <= 1e-13 * max(largest, 1e-300) for difference in differences):
        return nan
    first, *others = differences
    if others:
        test = ttest_ind(first, others[0], equal_var=False, alternative=asked.alternative)
        value = first.mean() - others[0].mean()
        bounds = ttest_ind(first, others[0], equal_var=False)
    else:
        test = ttest_1samp(first, 0.0, alternative=asked.alternative)
        value, bounds = first.mean(), ttest_1samp(first, 0.0)
    if asked.stat == "visit_difference":
        low, high = bounds.confidence_interval(data.confidence(asked))
        return float(value), (float(low), float(high))
    return {"p_value": float(test.pvalue), "t": float(test.statistic), "df": float(test.df)}


CHECKS: dict[str, Check] = {
    f"{stat}.{method}": visit_pairs
    for stat in ("visit_difference", "p_value", "t", "df")
    for method in ("visit_pairs", "visit_pairs_compared")
}
