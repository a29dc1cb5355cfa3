"""Contrasts of visits by a score a subject; Friedman's test by scipy, exact by sums of ranks."""

from collections.abc import Sequence
from itertools import permutations
from math import factorial, nan, sqrt

import numpy as np
from scipy.stats import friedmanchisquare, rankdata, t, ttest_ind

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    Answer,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.displays.check_flow import complete, visits_of

Scores = dict[str, np.ndarray]
# Cells times orders of a subject's ranks that an exact distribution may take.
MOST = 20_000_000


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


@peer("scipy.stats.friedmanchisquare", visits_of_subjects)
def friedman(data: Data, asked: Asked, wide: np.ndarray) -> Answer:
    """scipy's `friedmanchisquare`; of two visits, which it refuses, the sign test's χ²."""
    return of_chi_squared(_statistic(wide), wide.shape[1] - 1.0)


@peer("scipy.stats.rankdata (every order)", visits_of_subjects)
def exact(data: Data, asked: Asked, wide: np.ndarray) -> Answer:
    """Every order of each subject's ranks; no answer of a distribution too large."""
    if asked.stat != "p_value":
        return of_chi_squared(_statistic(wide), wide.shape[1] - 1.0)
    doubled = np.round(2 * rankdata(wide, axis=1)).astype(int)
    n, k = doubled.shape
    side = 2 * k * n + 1
    if side ** (k - 1) * factorial(k) > MOST:
        return None
    chance = np.zeros((side,) * (k - 1))
    chance[(0,) * (k - 1)] = 1.0
    for row in doubled.tolist():
        made = np.zeros_like(chance)
        orders = list(permutations(row))
        for order in orders:
            made += _moved(chance, order[:-1]) / len(orders)
        chance = made
    sums = np.indices(chance.shape)
    last = doubled.sum() - sums.sum(axis=0)
    middle = n * (k + 1)
    squares = ((sums - middle) ** 2).sum(axis=0) + (last - middle) ** 2
    own = ((doubled.sum(axis=0) - middle) ** 2).sum()
    return {"p_value": float(chance[squares >= own].sum())}


def _moved(chance: np.ndarray, by: Sequence[int]) -> np.ndarray:
    """The array with its cells so much further along each axis."""
    moved = np.zeros_like(chance)
    moved[tuple(slice(one, None) for one in by)] = chance[tuple(slice(None, -one) for one in by)]
    return moved


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


CHECKS = by_name(
    {
        "visit_contrast,p_value,t,df.own_error": visit_contrast,
        "p_value,chi_squared,df.friedman": friedman,
        "p_value,chi_squared,df.friedman_exact": exact,
    }
)
