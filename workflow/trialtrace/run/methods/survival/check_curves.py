"""Survival at a time under curves of statsmodels; log-rank tests by sums over event times."""

from collections.abc import Iterator
from math import inf, log, nan, sqrt

import numpy as np
import pandas as pd
from scipy.stats import binomtest, chi2, norm
from statsmodels.duration.hazard_regression import PHRegResults
from statsmodels.duration.survfunc import SurvfuncRight

from trialtrace.run.methods.checking.data import AS_RECORDED, Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    Recomputed,
    by_name,
    of_chi_squared,
    of_root,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import answer
from trialtrace.run.methods.survival.check import estimated, on_scale
from trialtrace.run.trial.model import adsl_code

CURVE = "statsmodels.duration.survfunc.SurvfuncRight"
SUMS = "numpy: sums over event times"
# Survival and Greenwood's standard error of it.
Level = tuple[float, float]


def _level(records: pd.DataFrame, at: float) -> Level | None:
    """Of one arm at a time; None beyond its last time."""
    event = (records["CNSR"] == 0).astype(int)
    if records.empty or at > records["AVAL"].max():
        return None
    if not event.any():
        return 1.0, 0.0
    curve = SurvfuncRight(records["AVAL"], event)
    before = int((curve.surv_times <= at).sum())
    if before == 0:
        return 1.0, 0.0
    value = float(curve.surv_prob[before - 1])
    return value, float(curve.surv_prob_se[before - 1]) if value > 0 else 0.0


def _levels(data: Data, asked: Asked) -> tuple[list[Level] | None, int]:
    at = float(asked.options["time"])
    arms = [_level(data.records(asked, [arm]), at) for arm in asked.contrast]
    known = [arm for arm in arms if arm is not None]
    return (known if len(known) == len(arms) else None), len(data.records(asked))


@peer(CURVE, _levels)
def ratio(data: Data, asked: Asked, arms: list[Level]) -> Answer:
    """The quotient of two levels of statsmodels' `SurvfuncRight`; the delta method on its log."""
    (a, sa), (b, sb) = arms
    se = sqrt((sa / a) ** 2 + (sb / b) ** 2) if min(a, b) > 0 else 0.0
    if se == 0:
        return nan
    return answer(data, asked, log(a / b), se, inf)


@peer(CURVE, _levels)
def difference(data: Data, asked: Asked, arms: list[Level]) -> Answer:
    """The difference of two levels of statsmodels' `SurvfuncRight`, on the asked scale."""
    (a, sa), (b, sb) = arms
    testing = asked.stat in ("p_value", "z")
    if asked.options["interval"] == "plain":
        se = sqrt(sa**2 + sb**2)
        if se == 0:
            return nan
        half = data.z(asked) * se
        bounds = max(-1.0, a - b - half), min(1.0, a - b + half)
        return _of_z((a - b) / se) if testing else (a - b, bounds)
    if not (0 < a < 1 and 0 < b < 1):
        return nan
    scale = asked.options["interval"]
    (ua, ea, back), (ub, eb, _) = (on_scale(scale, *arm) for arm in arms)
    if testing:
        z = (ua - ub) / sqrt(ea**2 + eb**2)
        return _of_z(-z if scale == "log_log" else z)
    half = data.z(asked)
    (la, ha), (lb, hb) = (
        sorted(min(back(u + sign * half * e), 1.0) for sign in (-1, 1))
        for u, e in ((ua, ea), (ub, eb))
    )
    low, high = sqrt((a - la) ** 2 + (hb - b) ** 2), sqrt((ha - a) ** 2 + (b - lb) ** 2)
    return a - b, (a - b - low, a - b + high)


def _of_z(z: float) -> dict[str, float]:
    return {"z": z, "p_value": 2 * float(norm.sf(abs(z)))}


def _strata(data: Data, asked: Asked) -> tuple[list[pd.DataFrame] | None, int]:
    """The records of each stratum, of the subjects whose strata are known."""
    records, names = data.records(asked), asked.options.get("strata", [])
    if records.empty:
        return None, 0
    if not names:
        return [records], len(records)
    codes = [adsl_code(name) for name in names]
    own = [code for code in codes if code in records.columns]
    known = data.adsl[["USUBJID", *codes]].dropna()
    records = records.drop(columns=own).merge(known, on="USUBJID")
    return [part for _, part in records.groupby(codes)] or None, len(records)


def _weight(asked: Asked, at_risk: float, surviving: float) -> float:
    method = asked.method.rpartition(".")[2]
    if method == "gehan":
        return at_risk
    if method == "tarone_ware":
        return sqrt(at_risk)
    return float(surviving ** asked.options["rho"] * (1 - surviving) ** asked.options["gamma"])


Counts = tuple[np.ndarray, np.ndarray, float]


def _counts(asked: Asked, records: pd.DataFrame, arms: list[str]) -> Iterator[Counts]:
    """Who is at risk and who has the event, by arm, and the weight, at each time of an event."""
    time, event = records["AVAL"].to_numpy(), (records["CNSR"] == 0).to_numpy()
    group = np.array([arms.index(arm) for arm in records["TRTP"]])
    surviving = 1.0
    for t in np.unique(time[event]):
        at_risk = np.bincount(group[time >= t], minlength=len(arms)).astype(float)
        died = np.bincount(group[event & (time == t)], minlength=len(arms))
        yield at_risk, died, _weight(asked, at_risk.sum(), surviving)
        surviving *= 1 - died.sum() / at_risk.sum()


@peer(SUMS, _strata)
def log_rank(data: Data, asked: Asked, strata: list[pd.DataFrame]) -> Answer:
    """Weighted differences from what is expected, summed over the times of each stratum.

    Weights are the number at risk (Gehan), its root (Tarone and Ware), or S(t-)^rho
    (1 - S(t-))^gamma (Fleming and Harrington).
    """
    arms = sorted({arm for records in strata for arm in records["TRTP"]})
    k = len(arms)
    score, expected, spread = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for records in strata:
        for at_risk, died, weight in _counts(asked, records, arms):
            total, d = at_risk.sum(), died.sum()
            share = at_risk / total
            score += weight * (died - d * share)
            expected += weight * d * share
            if total > 1:
                # The covariance of hypergeometric counts, given the margins of this time.
                size = weight**2 * d * (total - d) / (total - 1)
                spread += size * (np.diag(share) - np.outer(share, share))
    used = np.flatnonzero(expected > 0)
    if len(used) < 2:
        return nan
    # The scores add up to 0, so that one group is left out.
    own = np.ix_(used[1:], used[1:])
    df = len(used) - 1
    if np.linalg.matrix_rank(spread[own]) < df:
        return nan
    statistic = float(score[used[1:]] @ np.linalg.solve(spread[own], score[used[1:]]))
    direction = score[arms.index(asked.pair[0])] if asked.pair and asked.pair[0] in arms else 0.0
    return of_root(asked, statistic, df, direction)


AREA = "statsmodels.duration.survfunc.SurvfuncRight (area)"
ZPH = "statsmodels.duration.hazard_regression.PHReg; score sums over event times"


def area(records, tau: float) -> tuple[float, float]:
    """Area under the curve up to tau and its variance (Greenwood's sum of squared rest areas)."""
    time, event = records["AVAL"].to_numpy(), (records["CNSR"] == 0).to_numpy()
    if not (event & (time < tau)).any():
        return tau, 0.0
    curve = SurvfuncRight(time, event.astype(int))
    inside = curve.surv_times < tau
    when, level = curve.surv_times[inside], curve.surv_prob[inside]
    edges, heights = np.append(when, tau), np.concatenate([[1.0], level])
    pieces = np.diff(np.concatenate([[0.0], edges])) * heights
    variance = 0.0
    for number, t in enumerate(when):
        n, d = int((time >= t).sum()), int((event & (time == t)).sum())
        rest = pieces[number + 1 :].sum()
        if n > d:
            variance += rest**2 * d / (n * (n - d))
    return float(pieces.sum()), float(variance)


@peer(AREA, Data.some_records)
def mean(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """The area up to a horizon that the times reach."""
    last, horizon = float(records["AVAL"].max()), asked.options["horizon"]
    tau = last if horizon == "last_observed" else float(horizon)
    if tau > last or not tau > 0:
        return nan
    value, variance = area(records, tau)
    half = data.z(asked) * sqrt(variance)
    # A mean of times from 0 to the horizon has no bound beyond them.
    return value, (max(value - half, 0.0), min(value + half, tau)) if half > 0 else (nan, nan)


def _areas(data: Data, asked: Asked) -> tuple[list[tuple[float, float]] | None, int]:
    """Area and variance of both arms, None where one is not known up to the horizon; subjects."""
    tau, records = float(asked.options["horizon"]), data.records(asked)
    arms = [data.records(asked, [arm]) for arm in asked.contrast]
    known = all(len(arm) and _reaches(arm, tau) for arm in arms) and tau <= records["AVAL"].max()
    return ([area(arm, tau) for arm in arms] if known else None), len(records)


@peer(AREA, _areas)
def compared(data: Data, asked: Asked, areas: list[tuple[float, float]]) -> Answer:
    """Difference, or ratio on the log scale, with Wald bounds and test."""
    (a, va), (b, vb) = areas
    if "of" in asked.options:
        if asked.options["of"] == "time_lost":
            tau = float(asked.options["horizon"])
            a, b = tau - a, tau - b
        if min(a, b) <= 0:
            return nan
        # The delta method: the variance of a logarithm is that of the area over its square.
        centre, se = log(a / b), sqrt(va / a**2 + vb / b**2)
    else:
        centre, se = a - b, sqrt(va + vb)
    if se == 0:
        return nan
    return answer(data, asked, centre, se, inf)


def _reaches(records, tau: float) -> bool:
    """Whether the curve is known up to tau: somebody was seen so long, or all had the event."""
    last = records["AVAL"].max()
    at_last = records[records["AVAL"] == last]
    return tau <= last or bool((at_last["CNSR"] == 0).all())


@peer(ZPH, estimated, ITERATIVE)
def proportional_hazards(data: Data, asked: Asked, fit: PHRegResults) -> Answer:
    """The score test at the coefficients of statsmodels' `PHReg`; why it failed is not checked."""
    if asked.error:
        return None
    key = ("zph", asked.analysis, asked.parameter, asked.stratum, str(asked.options))
    return of_chi_squared(*data.once(key, lambda: _zph(data, asked, np.asarray(fit.params))))


def _zph(data: Data, asked: Asked, beta: np.ndarray) -> tuple[float, float]:
    """Score test of coefficients that change with g(t), at the fit in which they do not."""
    treated = data.analysis(asked).estimand.treated
    records = data.records(asked, data.compared(asked))
    time, event = records["AVAL"].to_numpy(), (records["CNSR"] == 0).to_numpy()
    x = np.column_stack([records["TRTP"] == arm for arm in treated]).astype(float)
    ties = asked.options["ties"]
    when = np.unique(time[event])
    g = _function(asked.options["transform"], time, event, when)
    g = g - np.average(g, weights=[(event & (time == t)).sum() for t in when])
    k, risk = x.shape[1], np.exp(x @ beta)
    score, a, b, c = np.zeros(k), *(np.zeros((k, k)) for _ in range(3))
    for t, value in zip(when, g, strict=True):
        here, died = time >= t, event & (time == t)
        d = int(died.sum())
        for number in range(d):
            w = np.where(here, risk, 0.0)
            if ties == "efron":
                w = w - np.where(died, risk * number / d, 0.0)
            middle = w @ x / w.sum()
            own = (x * w[:, None]).T @ x / w.sum() - np.outer(middle, middle)
            score += value * (x[died].mean(axis=0) - middle)
            a, b, c = a + own, b + value * own, c + value**2 * own
    spread = c - b @ np.linalg.solve(a, b)
    return float(score @ np.linalg.solve(spread, score)), float(k)


def _function(name: str, time, event, when) -> np.ndarray:
    """g(t) at the times of events: t, its logarithm or rank, or the share with an event before."""
    if name in ("identity", "log"):
        return np.log(when) if name == "log" else when
    if name == "rank":
        return np.array([((time < t).sum() + (time <= t).sum() + 1) / 2 for t in when])
    surviving, died = 1.0, []
    for t in when:
        died.append(1 - surviving)
        surviving *= 1 - (event & (time == t)).sum() / (time >= t).sum()
    return np.array(died)


# Events and the sum of times of an arm.
Arm = tuple[int, float]


def _arm(records: pd.DataFrame, per: float) -> Arm:
    return int((records["CNSR"] == 0).sum()), float(records[AS_RECORDED].sum()) / per


def _one(data: Data, asked: Asked) -> tuple[Arm | None, int]:
    records = data.records(asked)
    arm = _arm(records, asked.options["per"])
    return (arm if arm[1] > 0 else None), len(records)


def person_time(data: Data, asked: Asked) -> Recomputed:
    """The sum of times, by pandas; none of nobody."""
    records = data.records(asked)
    total = float(records[AS_RECORDED].sum()) if len(records) else nan
    return Recomputed("pandas: sum", total, n_used=len(records))


@peer("scipy.stats.chi2", _one)
def rate(data: Data, asked: Asked, arm: Arm) -> Answer:
    """Garwood's bounds by quantiles of scipy's `chi2`."""
    events, time = arm
    tail = (1 - data.confidence(asked)) / 2
    low = chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    return events / time, (low / time, chi2.isf(tail, 2 * events + 2) / 2 / time)


def _both(data: Data, asked: Asked) -> tuple[list[Arm] | None, int]:
    per = asked.options.get("per", 1.0)
    arms = [_arm(data.records(asked, [arm]), per) for arm in asked.contrast]
    known = all(time > 0 for _, time in arms) and sum(events for events, _ in arms) > 0
    return (arms if known else None), len(data.records(asked))


@peer("scipy.stats.norm", _both)
def rate_difference(data: Data, asked: Asked, arms: list[Arm]) -> Answer:
    """Wald's interval and test, quantiles and tails by scipy's `norm`."""
    (a, s), (b, t) = arms
    return answer(data, asked, a / s - b / t, sqrt(a / s**2 + b / t**2), inf)


@peer("scipy.stats.binomtest", _both)
def rate_ratio(data: Data, asked: Asked, arms: list[Arm]) -> Answer:
    """The events of one arm among all, by scipy's `binomtest`, as odds over those of the times."""
    (a, s), (b, t) = arms
    test = binomtest(a, a + b, s / (s + t))
    if asked.stat == "p_value":
        return float(test.pvalue)
    share = test.proportion_ci(data.confidence(asked), method="exact")
    ends = [p / (1 - p) * t / s if p < 1 else inf for p in (share.low, share.high)]
    return (a / s) / (b / t) if b else inf, (ends[0], ends[1])


CHECKS = by_name(
    {
        "survival_difference.kaplan_meier": difference,
        "p_value,z.kaplan_meier_difference": difference,
        "survival_ratio.kaplan_meier": ratio,
        "p_value,z.kaplan_meier_ratio": ratio,
        "p_value,chi_squared,df,z.log_rank_stratified,gehan,tarone_ware": log_rank,
        "p_value,chi_squared,df,z.weighted_log_rank": log_rank,
        "mean_time.restricted": mean,
        "mean_time_difference,mean_time_ratio.restricted": compared,
        "p_value,z.restricted_difference,restricted_ratio": compared,
        "p_value,chi_squared,df.proportional_hazards": proportional_hazards,
        "person_time.sum": person_time,
        "rate.garwood": rate,
        "rate_difference,p_value,z.poisson_wald": rate_difference,
        "rate_ratio,p_value.poisson_exact": rate_ratio,
    }
)
