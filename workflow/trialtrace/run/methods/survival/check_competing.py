"""Competing events by sums over event times, as their papers write them, and events seen at visits;
models are verified by their equations."""

from functools import partial
from math import exp, inf, log, nan, sqrt

import numpy as np
import pandas as pd

from trialtrace.run.methods.checking import verify
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    answer,
    complete,
    design,
    named,
    wald,
    with_coefficients,
)
from trialtrace.run.methods.survival.check_hazards import Fit, scores
from trialtrace.run.trial.model import adsl_code
from trialtrace.stats.survival.fine_gray import fine_gray
from trialtrace.stats.survival.gray import gray_test
from trialtrace.stats.survival.interval_censored import turnbull

BY = "numpy: sums over event times"
GRAY = "trialtrace.stats: Gray 1988"


def _data(records) -> tuple[np.ndarray, np.ndarray]:
    """Times, and 1 for the event, 2 for a competing one, 0 for censoring."""
    code = records["CNSR"].to_numpy()
    cause = np.where(code == 0, 1, np.where(code >= 2, 2, 0))
    return records["AVAL"].to_numpy(), cause


def incidence_at(time, cause, at: float, variance: str) -> tuple[float, float]:
    """Share with the event by `at` and its variance; NaN beyond the last time."""
    if at > time.max():
        return nan, nan
    steps, surviving, total = [], 1.0, 0.0
    for t in np.unique(time[cause > 0]):
        if t > at:
            break
        n = int((time >= t).sum())
        own, every = int(((time == t) & (cause == 1)).sum()), int(((time == t) & (cause > 0)).sum())
        total += surviving * own / n
        steps.append((total, surviving, own, every, n))
        surviving *= (n - every) / n
    spread = 0.0
    for reached, before, own, every, n in steps:
        ahead, left = total - reached, max(n - every, 1)
        if variance == "delta":
            spread += ahead**2 * every / (n * left) + before**2 * own * (n - own) / n**3
            spread -= 2 * ahead * before * own / n**2
            continue
        parts = [d * (1 - (d - 1) / (n - 1) if d > 1 else 1.0) for d in (own, every - own)]
        spread += ahead**2 * sum(parts) / left**2 + before**2 * parts[0] / n**2
        spread -= 2 * ahead * before * parts[0] / (n * left)
    return total, max(spread, 0.0)


@peer(BY, Data.some_records)
def incidence(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """Bounds on the scale of log(-log), of a share between 0 and 1."""
    time, cause = _data(records)
    value, variance = incidence_at(time, cause, float(asked.level), asked.options["variance"])
    if not 0 < value < 1:
        return value, (nan, nan)
    power = exp(data.z(asked) * sqrt(variance) / (value * log(value)))
    return value, (value ** (1 / power), value**power)


def _both_arms(data: Data, asked: Asked) -> tuple[list[pd.DataFrame] | None, int]:
    arms = [data.records(asked, [arm]) for arm in asked.contrast]
    return (arms if all(map(len, arms)) else None), len(data.records(asked))


@peer(BY, _both_arms)
def difference(data: Data, asked: Asked, arms: list[pd.DataFrame]) -> Answer:
    """The difference of two shares by a time, with Wald's bounds and test."""
    at, variance = float(asked.level), asked.options["variance"]
    (a, va), (b, vb) = (incidence_at(*_data(arm), at, variance) for arm in arms)
    se = sqrt(va + vb) if va + vb > 0 else nan
    value = a - b if se > 0 else nan
    return answer(data, asked, value, se, inf)


@peer(GRAY, Data.some_records)
def gray(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """Gray's test, whose variance has no equations to verify, by the statistics' own formula."""
    arm, key = records["TRTP"].to_numpy(str), ("gray", *data.cut(asked), asked.pair)
    compute = partial(gray_test, *_data(records), arm, of=1, rho=asked.options["rho"])
    test = data.tried((*key, str(asked.options)), compute)
    if test is None:
        return nan
    return {"chi_squared": test.statistic, "df": test.df, "p_value": test.p_value}


FINE_GRAY = "numpy: the equations of Fine and Gray 1999, a weight for each event time"


def _subdistribution(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    records = complete(data, asked, map(adsl_code, asked.options["covariates"]))
    if records.empty:
        return None, 0
    x, (time, cause) = design(data, asked, records), _data(records)
    key = ("weighted", *data.cut(asked), str(asked.options))
    fit = data.tried(key, lambda: _weighted(time, cause, x.to_numpy()))
    return named(fit, x.columns), len(records)


def _weighted(time: np.ndarray, cause: np.ndarray, x: np.ndarray) -> Fit:
    """The root of the weighted score, one step from the statistics' estimates, and its sandwich:
    residuals of the score, and of censoring through the weights."""
    coef = fine_gray(time, cause, x, of=1, confidence=0.95).coef
    scale, when = x.std(axis=0), np.unique(time[cause == 1])
    x = (x - x.mean(axis=0)) / scale
    # Of not being censored before a time: Kaplan and Meier's, events being its censorings.
    ends = np.unique(time[cause == 0])
    steps = np.array([1 - ((time == u) & (cause == 0)).sum() / (time >= u).sum() for u in ends])
    free = [float(steps[ends < t].prod()) for t in time]
    sets = []
    for t in when:
        later, seen = (time < t) & (cause == 2), float(steps[ends < t].prod())
        weight = np.where(time < t, np.where(later, seen / np.array(free), 0.0), 1.0)
        sets.append(((time == t) & (cause == 1), weight))
    beta, bread = verify.near(lambda at: scores(x, sets, at).sum(axis=0), coef * scale)
    parts, jumps, hazard = scores(x, sets, beta), [], np.exp(x @ beta)
    for died, weight in sets:
        own = weight * hazard / (weight @ hazard)
        jumps.append((own * died.sum())[:, None] * (x - own @ x))
    for u in ends:
        at_risk, left = time >= u, (time == u) & (cause == 0)
        before = (cause == 2) & (time < u)
        moved = sum(jump[before].sum(axis=0) for jump, t in zip(jumps, when, strict=True) if t >= u)
        residual = left - at_risk * left.sum() / at_risk.sum()
        parts += residual[:, None] * moved / at_risk.sum()
    return beta / scale, bread @ (parts.T @ parts) @ bread / np.outer(scale, scale)


@peer(FINE_GRAY, _subdistribution, ITERATIVE)
def subdistribution(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """Bounds and test from the sandwich, at the root of the weighted score."""
    return wald(data, asked, fit)


BY_GAPS = "numpy: the equations of the maximum, on the gaps that can have mass"
# What such a search leaves, in a share or a score.
TOLERANCE = 2e-7
# A breach of the conditions, by subject, that is rounding.
BREACH = 1e-9


def _bounds(records) -> tuple[np.ndarray, np.ndarray]:
    low, high = records["AVALLO"].to_numpy(), records["AVALHI"].to_numpy()
    return low, np.where(np.isnan(high), np.inf, high)


def masses(low: np.ndarray, high: np.ndarray):
    """Innermost intervals (left, right] and their masses by the statistics, which are verified."""
    lefts, rights = np.unique(low), np.unique(high)
    gaps = []
    for left in lefts:
        right = rights[rights > left].min()
        if not ((lefts > left) & (lefts < right)).any():
            gaps.append((left, right))
    inner = np.array(gaps)
    inside = (low[:, None] <= inner[:, 0]) & (inner[:, 1] <= high[:, None])
    fit, p = turnbull(low, high), np.zeros(len(inner))
    p[[np.abs(inner[:, 0] - left).argmin() for left in fit.left]] = fit.mass
    # Of Kuhn and Tucker: the likelihood rises by no mass, and is flat by those that are there.
    slope = (inside / (inside @ p)[:, None]).mean(axis=0) - 1
    if max(slope.max(), np.abs(slope[p > 0]).max(), abs(p.sum() - 1)) > BREACH:
        raise np.linalg.LinAlgError
    return inner, p


@peer(BY_GAPS, Data.some_records, TOLERANCE)
def share(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """The least share with the event by a time that the estimate allows."""
    key = ("turnbull", asked.analysis, asked.parameter, asked.stratum, asked.group)
    found = data.tried(key, lambda: masses(*_bounds(records)))
    if found is None:
        return nan
    inner, p = found
    return p[inner[:, 1] <= float(asked.level)].sum()


@peer(BY_GAPS, Data.some_records, TOLERANCE)
def log_rank(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """Sums of scores by arm, with the covariance of all their permutations."""
    groups, n = sorted(records["TRTP"].unique()), len(records)
    if len(groups) < 2:
        return nan
    kind = asked.options["scores"]
    key = ("scores", kind, asked.analysis, asked.parameter, asked.stratum, asked.pair)
    score = data.tried(key, lambda: _scores(*_bounds(records), kind))
    if score is None or not ((score - score.mean()) ** 2).sum() > 1e-12:
        return nan
    # The sums add up to 0, so that one arm is left out.
    score = score - score.mean()
    members = [(records["TRTP"] == arm).to_numpy() for arm in groups[1:]]
    sums = np.array([score[member].sum() for member in members])
    sizes = np.array([member.sum() for member in members], dtype=float)
    spread = float(score @ score) / (n - 1)
    covariance = spread * (np.diag(sizes) - np.outer(sizes, sizes) / n)
    statistic = float(sums @ np.linalg.solve(covariance, sums))
    return of_chi_squared(statistic, len(groups) - 1)


def _scores(low: np.ndarray, high: np.ndarray, kind: str) -> np.ndarray:
    """(S(l) H(l) - S(r) H(r)) / (S(l) - S(r)) with S over the gaps that have mass."""
    inner, p = masses(low, high)
    inner, p = inner[p > 1e-9], p[p > 1e-9]
    survival = np.append(1 - np.concatenate([[0.0], np.cumsum(p)])[:-1], 0.0)
    if kind == "sun":
        hazard = np.append(-np.cumsum(np.concatenate([[0.0], p / survival[:-1]]))[:-1], 0.0)
        product = survival * hazard
    else:
        product = np.array([s * np.log(s) if s > 0 else 0.0 for s in survival])
    scores = []
    for left, right in zip(low, high, strict=True):
        own = np.flatnonzero((inner[:, 0] >= left) & (inner[:, 1] <= right))
        a, b = own[0], own[-1] + 1
        scores.append((product[a] - product[b]) / (survival[a] - survival[b]))
    return np.array(scores)


CHECKS = by_name(
    {
        "incidence.aalen_johansen": incidence,
        **with_coefficients("subdistribution_hazard_ratio.fine_gray", subdistribution),
        "p_value.fine_gray_wald": subdistribution,
        "incidence_difference,p_value,z.aalen_johansen": difference,
        "p_value,chi_squared,df.gray": gray,
        "incidence.turnbull": share,
        "p_value,chi_squared,df.interval_log_rank": log_rank,
    }
)
