"""Mean times under curves of statsmodels; weighted tests and hazards over time by plain sums."""

from math import exp, log, nan, sqrt

import numpy as np
from scipy.stats import chi2, norm

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import ITERATIVE, Recomputed
from trialtrace.methods.survival.check import estimated

AREA = "statsmodels.duration.survfunc.SurvfuncRight (area)"
SUMS = "numpy: sums over event times"
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


def mean(data: Data, asked: Asked) -> Recomputed:
    records, horizon = data.records(asked), asked.options["horizon"]
    n = len(records)
    last = float(records["AVAL"].max()) if n else nan
    tau = last if horizon == "last_observed" else float(horizon)
    if not n or tau > last or not tau > 0:
        return Recomputed(AREA, nan, n_used=n)
    value, variance = area(records, tau)
    z, se = float(norm.isf((1 - data.confidence(asked)) / 2)), sqrt(variance)
    bounds = (value - z * se, value + z * se) if se > 0 else (nan, nan)
    return Recomputed(AREA, value, bounds, n_used=n)


def compared(data: Data, asked: Asked) -> Recomputed:
    """Difference, or ratio on the log scale, with Wald bounds and test."""
    tau, n = float(asked.options["horizon"]), len(data.records(asked))
    parts, last = [], data.records(asked)["AVAL"].max()
    for arm in asked.pair:
        own = data.records(asked, [arm])
        if not len(own) or not _reaches(own, tau) or tau > last:
            return Recomputed(AREA, nan, n_used=n)
        parts.append(area(own, tau))
    (a, va), (b, vb) = parts
    if "of" in asked.options:
        if asked.options["of"] == "time_lost":
            a, b = tau - a, tau - b
        if min(a, b) <= 0 or va + vb == 0:
            return Recomputed(AREA, nan, n_used=n)
        centre, se = log(a / b), sqrt(va / a**2 + vb / b**2)
    else:
        centre, se = a - b, sqrt(va + vb)
    if se == 0:
        return Recomputed(AREA, nan, n_used=n)
    z = float(norm.isf((1 - data.confidence(asked)) / 2))
    if asked.stat in ("p_value", "z"):
        value = centre / se
        return Recomputed(
            AREA, value if asked.stat == "z" else 2 * float(norm.sf(abs(value))), n_used=n
        )
    values = [centre, centre - z * se, centre + z * se]
    if "of" in asked.options:
        values = [exp(one) for one in values]
    return Recomputed(AREA, values[0], (values[1], values[2]), n_used=n)


def _reaches(records, tau: float) -> bool:
    """Whether the curve is known up to tau: somebody was seen so long, or all had the event."""
    last = records["AVAL"].max()
    at_last = records[records["AVAL"] == last]
    return tau <= last or bool((at_last["CNSR"] == 0).all())


def _weighted(part: str):
    def check(data: Data, asked: Asked) -> Recomputed:
        records = data.records(asked)
        time, event = records["AVAL"].to_numpy(), (records["CNSR"] == 0).to_numpy()
        groups, n = sorted(records["TRTP"].unique()), len(records)
        index = np.array([groups.index(one) for one in records["TRTP"]])
        k, surviving = len(groups), 1.0
        score, spread = np.zeros(k), np.zeros((k, k))
        expected = np.zeros(k)
        for t in np.unique(time[event]):
            at_risk = np.array([((time >= t) & (index == g)).sum() for g in range(k)], dtype=float)
            died = np.array([((time == t) & event & (index == g)).sum() for g in range(k)])
            total, d = at_risk.sum(), died.sum()
            weight = surviving ** asked.options["rho"] * (1 - surviving) ** asked.options["gamma"]
            part_of = at_risk / total
            score += weight * (died - d * part_of)
            expected += weight * d * part_of
            if total > 1:
                size = weight**2 * d * (total - d) / (total - 1)
                spread += size * (np.diag(part_of) - np.outer(part_of, part_of))
            surviving *= 1 - d / total
        used = np.flatnonzero(expected > 0)
        if len(used) < 2:
            return Recomputed(SUMS, nan, n_used=n)
        own = np.ix_(used[1:], used[1:])
        if np.linalg.matrix_rank(spread[own]) < len(used) - 1:
            return Recomputed(SUMS, nan, n_used=n)
        statistic = float(score[used[1:]] @ np.linalg.solve(spread[own], score[used[1:]]))
        df = len(used) - 1
        value = {"p_value": chi2.sf(statistic, df), "chi_squared": statistic, "df": df}[part]
        return Recomputed(SUMS, float(value), n_used=n)

    return check


def _proportional(part: str):
    def check(data: Data, asked: Asked) -> Recomputed | None:
        fit, n = estimated(data, asked)
        if asked.error:
            return Recomputed(ZPH, nan, n_used=n) if fit is None else None
        if fit is None:
            return Recomputed(ZPH, nan, n_used=n)
        key = ("zph", asked.analysis, asked.parameter, asked.stratum, str(asked.options))
        statistic, df, n = data.once(key, lambda: _zph(data, asked, np.asarray(fit.params)))
        value = {"p_value": chi2.sf(statistic, df), "chi_squared": statistic, "df": df}[part]
        return Recomputed(ZPH, float(value), None, ITERATIVE, n)

    return check


def _zph(data: Data, asked: Asked, beta: np.ndarray) -> tuple[float, float, int]:
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
    return float(score @ np.linalg.solve(spread, score)), float(k), len(records)


def _function(name: str, time, event, when) -> np.ndarray:
    if name in ("identity", "log"):
        return np.log(when) if name == "log" else when
    if name == "rank":
        return np.array([((time < t).sum() + (time <= t).sum() + 1) / 2 for t in when])
    surviving, found = 1.0, []
    for t in when:
        found.append(1 - surviving)
        surviving *= 1 - (event & (time == t)).sum() / (time >= t).sum()
    return np.array(found)


CHECKS = {
    "mean_time.restricted": mean,
    "mean_time_difference.restricted": compared,
    "mean_time_ratio.restricted": compared,
}
for _kind in ("difference", "ratio"):
    CHECKS |= {f"{part}.restricted_{_kind}": compared for part in ("p_value", "z")}
for _part in ("p_value", "chi_squared", "df"):
    CHECKS[f"{_part}.weighted_log_rank"] = _weighted(_part)
    CHECKS[f"{_part}.proportional_hazards"] = _proportional(_part)
