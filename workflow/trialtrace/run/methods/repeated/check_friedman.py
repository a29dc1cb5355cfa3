"""Contrasts of visits by a score a subject; Friedman's test by scipy."""

from math import nan, sqrt

import numpy as np
from scipy.stats import friedmanchisquare, t, ttest_ind

from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import (
    Answer,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.displays.check_flow import complete, visits_of

Scores = dict[str, np.ndarray]


def visits_of_subjects(data: Data, asked: Asked) -> tuple[np.ndarray | None, int]:
    """Values by subject and visit; None where no subject has all, or none has two that differ."""
    visits = visits_of(data, asked)
    records = complete(data.records(asked), visits)
    if records.empty:
        return None, 0
    wide = records.pivot(index="USUBJID", columns="AVISIT", values="AVAL")[visits].to_numpy()
    usable = len(wide) > 1 and wide.shape[1] > 1 and np.ptp(wide, axis=1).any()
    return (wide if usable else None), len(wide)


def scores_by_arm(data: Data, asked: Asked) -> tuple[Scores | None, int]:
    """The combination of visits of each subject with all of them, by arm; None of too few."""
    visits, arms = visits_of(data, asked), data.compared(asked)
    records = complete(data.records(asked, arms), visits)
    weights = asked.options["combinations"][asked.level]
    weighted = records["AVAL"] * records["AVISIT"].map(weights).fillna(0.0).astype(float)
    score = weighted.groupby(records["USUBJID"]).sum()
    arm = records.groupby("USUBJID")["TRTP"].first()
    scores = {one: score[arm == one].to_numpy() for one in arms}
    sizes = [own.size for own in scores.values()]
    separate = asked.options["variance"] == "separate"
    few = (
        min(scores[one].size for one in asked.contrast) < 2
        if separate
        else sum(sizes) <= len(sizes)
    )
    usable = min(sizes) > 0 and not few and any(np.ptp(own) for own in scores.values())
    return (scores if usable else None), len(score)


def friedman(data: Data, asked: Asked, wide: np.ndarray) -> Answer:
    """scipy's `friedmanchisquare`; of two visits, which it refuses, the sign test's χ²."""
    return of_chi_squared(_statistic(tied(wide)[0]), wide.shape[1] - 1.0)


def _statistic(wide: np.ndarray) -> float:
    if wide.shape[1] > 2:
        return float(friedmanchisquare(*wide.T).statistic)
    signs = np.sign(wide[:, 1] - wide[:, 0])
    return float(signs.sum() ** 2 / (signs**2).sum()) if signs.any() else nan


@peer("scipy.stats.t (scores of subjects)", scores_by_arm)
def visit_contrast(data: Data, asked: Asked, scores: Scores) -> Answer:
    """A score a subject, compared as any value: Welch's by scipy, or over the pooled variance."""
    first, second = (scores[arm] for arm in asked.contrast)
    sides, level = asked.options["sides"], data.confidence(asked)
    if asked.options["variance"] == "separate":
        if np.ptp(first) == 0 and np.ptp(second) == 0:
            return nan
        test = ttest_ind(first, second, equal_var=False, alternative=asked.alternative)
        value, df = first.mean() - second.mean(), float(test.df)
        error = sqrt(first.var(ddof=1) / first.size + second.var(ddof=1) / second.size)
        p_value = float(test.pvalue)
    else:
        df = float(sum(score.size - 1 for score in scores.values()))
        squares = sum(float(((score - score.mean()) ** 2).sum()) for score in scores.values())
        value = first.mean() - second.mean()
        error = sqrt(squares / df * (1 / first.size + 1 / second.size))
        tails = {"greater": t.sf(value / error, df), "less": t.cdf(value / error, df)}
        p_value = float(tails.get(sides, 2 * t.sf(abs(value / error), df)))
    if asked.stat != "visit_contrast":
        return {"p_value": p_value, "t": value / error, "df": df}
    half = float(t.isf((1 - level) / 2, df)) * abs(error)
    return value, (value - half, value + half)
