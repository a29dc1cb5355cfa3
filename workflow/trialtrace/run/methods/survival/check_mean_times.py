"""Mean times under curves of statsmodels; weighted tests and hazards over time by plain sums."""

from math import inf, log, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    CHI_SQUARED,
    ITERATIVE,
    SIGNED,
    Answer,
    Check,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import answer
from trialtrace.run.methods.survival.check import estimated
from trialtrace.run.methods.survival.check_curves import log_rank

if TYPE_CHECKING:
    import pandas as pd
    from statsmodels.duration.hazard_regression import PHRegResults

AREA = "statsmodels.duration.survfunc.SurvfuncRight (area)"
ZPH = "statsmodels.duration.hazard_regression.PHReg; score sums over event times"


def area(records, tau: float) -> tuple[float, float]:
    """Area under the curve up to tau and its variance (Greenwood's sum of squared rest areas)."""
    from statsmodels.duration.survfunc import SurvfuncRight

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
def mean(data: Data, asked: Asked, records: "pd.DataFrame") -> Answer:
    """The area up to a horizon that the times reach."""
    last, horizon = float(records["AVAL"].max()), asked.options["horizon"]
    tau = last if horizon == "last_observed" else float(horizon)
    if tau > last or not tau > 0:
        return nan
    value, variance = area(records, tau)
    half = data.z(asked) * sqrt(variance)
    return value, (value - half, value + half) if half > 0 else (nan, nan)


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
def proportional_hazards(data: Data, asked: Asked, fit: "PHRegResults") -> Answer:
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


CHECKS: dict[str, Check] = {
    "mean_time.restricted": mean,
    "mean_time_difference.restricted": compared,
    "mean_time_ratio.restricted": compared,
}
for _kind in ("difference", "ratio"):
    CHECKS |= {f"{stat}.restricted_{_kind}": compared for stat in ("p_value", "z")}
for _stat in SIGNED:
    CHECKS[f"{_stat}.weighted_log_rank"] = log_rank
for _stat in CHI_SQUARED:
    CHECKS[f"{_stat}.proportional_hazards"] = proportional_hazards
