"""Adverse events, counted anew by pandas; the interval as quantiles of beta distributions."""

from math import nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.checking.data import EVERYBODY, Asked, Data, level_text
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "adverse_events"


def patients(data: Data, asked: Asked) -> Recomputed:
    """Subjects with a record, by pandas."""
    n = len(data.subjects(asked))
    return Recomputed("pandas: subjects", float(_rows(data, asked)["USUBJID"].nunique()), n_used=n)


def occurrences(data: Data, asked: Asked) -> Recomputed:
    """Records, by pandas."""
    n = len(data.subjects(asked))
    return Recomputed("pandas: records", float(len(_rows(data, asked))), n_used=n)


def share(data: Data, asked: Asked) -> Recomputed:
    """The exact interval (Clopper and Pearson 1934) by scipy's `beta`; none of nobody."""
    from scipy.stats import beta

    x, n = int(_rows(data, asked)["USUBJID"].nunique()), len(data.subjects(asked))
    if not n:
        return Recomputed("pandas: subjects", nan, n_used=0)
    tail = (1 - asked.options["confidence"]) / 2
    low = beta.ppf(tail, x, n - x + 1) if x else 0.0
    high = beta.ppf(1 - tail, x + 1, n - x) if x < n else 1.0
    return Recomputed("scipy.stats.beta", x / n, (float(low), float(high)), n_used=n)


def _rows(data: Data, asked: Asked) -> "pd.DataFrame":
    rows = data.occds
    chosen = rows["PARAMCD"] == data.trial.endpoints[asked.variable].code
    chosen &= rows["USUBJID"].isin(data.subjects(asked)["USUBJID"])
    arms = list(data.trial.design.arms) if asked.group == EVERYBODY else [asked.group]
    if data.trial.design.kind not in OWN_TREATMENT:
        chosen &= rows["TRTP"].isin(arms)
    if asked.second != "any":
        column, _, level = asked.level.partition("=")
        chosen &= rows[column.upper()].map(level_text) == level
    return rows[chosen]


CHECKS = {
    "patients.count": patients,
    "occurrences.count": occurrences,
    "any_event.clopper_pearson": share,
}
