"""Survival at a time under curves of statsmodels; log-rank tests by sums over event times."""

from collections.abc import Iterator
from math import exp, log, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import SIGNED, Answer, Check, of_root, peer
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

CURVE = "statsmodels.duration.survfunc.SurvfuncRight"
SUMS = "numpy: sums over event times"
# Survival and Greenwood's standard error of it.
Level = tuple[float, float]


def _level(records: "pd.DataFrame", at: float) -> Level | None:
    """Of one arm at a time; None beyond its last time."""
    from statsmodels.duration.survfunc import SurvfuncRight

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
    centre = log(a / b)
    if asked.stat in ("p_value", "z"):
        return _of_z(centre / se)
    half = data.z(asked) * se
    return a / b, (exp(centre - half), exp(centre + half))


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
    # Of a level on the scale of log(-log), with its error by the delta method.
    scaled = [(log(-log(s)), se / abs(s * log(s))) for s, se in arms]
    if testing:
        (ua, ea), (ub, eb) = scaled
        return _of_z((ub - ua) / sqrt(ea**2 + eb**2))
    ends = [[exp(-exp(u + sign * data.z(asked) * e)) for sign in (1, -1)] for u, e in scaled]
    (la, ha), (lb, hb) = ends
    low, high = sqrt((a - la) ** 2 + (hb - b) ** 2), sqrt((ha - a) ** 2 + (b - lb) ** 2)
    return a - b, (a - b - low, a - b + high)


def _of_z(z: float) -> dict[str, float]:
    return {"z": z, "p_value": 2 * float(norm.sf(abs(z)))}


def _strata(data: Data, asked: Asked) -> "tuple[list[pd.DataFrame] | None, int]":
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


def _counts(asked: Asked, records: "pd.DataFrame", arms: list[str]) -> Iterator[Counts]:
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
def log_rank(data: Data, asked: Asked, strata: "list[pd.DataFrame]") -> Answer:
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


CHECKS: dict[str, Check] = {
    "survival_difference.kaplan_meier": difference,
    "survival_ratio.kaplan_meier": ratio,
}
for _stat in ("p_value", "z"):
    CHECKS[f"{_stat}.kaplan_meier_difference"] = difference
    CHECKS[f"{_stat}.kaplan_meier_ratio"] = ratio
for _method in ("log_rank_stratified", "gehan", "tarone_ware"):
    CHECKS |= {f"{_stat}.{_method}": log_rank for _stat in SIGNED}
