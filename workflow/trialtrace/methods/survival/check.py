"""Time to event, by statsmodels: SurvfuncRight, survdiff, PHReg."""

import warnings
from collections.abc import Callable
from math import exp, isnan, log, nan
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import chi2, norm

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import EXACT, ITERATIVE, Recomputed
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

CURVE = "statsmodels.duration.survfunc.SurvfuncRight"
COX = "statsmodels.duration.hazard_regression.PHReg"
# The module whose divisions may have no answer on the way to one, as a pattern.
PHREG = r"statsmodels\.duration\.hazard_regression"
LOG_RANK = "statsmodels.duration.survfunc.survdiff"
# Two survival probabilities are the same number if they differ by no more than rounding.
ROUNDING = 1e-9
# A log hazard ratio of this size comes from a likelihood that rises without end.
FLAT = 12.0


def subjects(data: Data, asked: Asked) -> Recomputed:
    n = len(data.records(asked))
    return Recomputed("pandas: records", float(n), n_used=n)


def events(data: Data, asked: Asked) -> Recomputed:
    records = data.records(asked)
    return Recomputed("pandas: records", float(_happened(records).sum()), n_used=len(records))


def at_risk(data: Data, asked: Asked) -> Recomputed:
    records = data.records(asked)
    number = int((records["AVAL"] >= float(asked.second)).sum())
    return Recomputed("pandas: records", float(number), n_used=len(records))


def _happened(records: "pd.DataFrame") -> "pd.Series":
    return (records["CNSR"] == 0).astype(int)


def _curve(data: Data, asked: Asked, *, reverse: bool = False) -> Any:
    """The survival curve of the arm of a result, fitted once."""
    key = ("curve", asked.analysis, asked.population, asked.parameter, asked.visit)

    def fit():
        from statsmodels.duration.survfunc import SurvfuncRight

        records = data.records(asked)
        event = _happened(records)
        return SurvfuncRight(records["AVAL"], 1 - event if reverse else event)

    return data.once((*key, asked.stratum, asked.group, reverse), fit)


def survival(data: Data, asked: Asked) -> Recomputed:
    """The curve at a time; NaN beyond the last observed one."""
    records, time = data.records(asked), float(asked.second)
    by, n = f"{CURVE} ({asked.options['interval']})", len(records)
    if n == 0:
        return Recomputed(by, nan, n_used=0)
    if time > records["AVAL"].max():
        return Recomputed(by, nan, (nan, nan), n_used=n)
    curve = _curve(data, asked)
    before = int((curve.surv_times <= time).sum())
    log_interval = asked.options["interval"] == "log"
    if before == 0:
        return Recomputed(by, 1.0, (1.0, 1.0) if log_interval else (nan, nan), n_used=n)
    value, se = float(curve.surv_prob[before - 1]), float(curve.surv_prob_se[before - 1])
    if value == 0 or isnan(se):
        return Recomputed(by, value, (nan, nan), n_used=n)
    z = float(norm.isf((1 - data.confidence(asked)) / 2))
    if log_interval:
        bounds = value * exp(-z * se / value), min(1.0, value * exp(z * se / value))
    else:
        centre, half = log(-log(value)), z * se / (value * abs(log(value)))
        bounds = exp(-exp(centre + half)), exp(-exp(centre - half))
    return Recomputed(by, value, bounds, n_used=n)


def _median(*, reverse: bool) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        records = data.records(asked)
        scale = {"log_log": "cloglog", "log": "log"}[asked.options["interval"]]
        by, n = f"{CURVE}.quantile, quantile_ci ({scale})", len(records)
        if n == 0:
            return Recomputed(by, nan, n_used=0)
        curve = _curve(data, asked, reverse=reverse)
        if not len(curve.surv_times):
            return Recomputed(by, nan, (nan, nan), n_used=n)
        bounds = _half_bounds(curve, data.confidence(asked), scale)
        return Recomputed(by, _half(curve, float(records["AVAL"].max())), bounds, n_used=n)

    return check


def _half_bounds(curve: Any, confidence: float, scale: str) -> tuple[float, float]:
    """The library's bounds; NaN where a bound of the curve does not reach one half."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = curve.quantile_ci(0.5, alpha=1 - confidence, method=scale)
    inside = (curve.surv_prob > 0) & (curve.surv_prob < 1)
    if isnan(low):
        # No time is compatible with one half: the curve and both its bounds drop past it at once.
        past = curve.surv_times[inside & (curve.surv_prob < 0.5)]
        return (float(past[0]),) * 2 if len(past) else (nan, nan)
    # A curve at zero has no bounds, so it bounds nothing.
    return float(low), float(high) if high in curve.surv_times[inside] else nan


def _half(curve: Any, last: float) -> float:
    """Where the curve is first below one half; the middle of a stretch on which it is one half."""
    below = float(curve.quantile(0.5 + ROUNDING))
    level = abs(curve.surv_prob - 0.5) <= ROUNDING
    if not level.any():
        return below
    return (float(curve.surv_times[level][0]) + (last if isnan(below) else below)) / 2


def _cox(data: Data, asked: Asked) -> Any:
    """One model of all arms, the reference without an indicator; fitted once."""
    ties, names = asked.options["ties"], asked.options.get("strata", [])
    key = ("cox", asked.analysis, asked.parameter, asked.visit, asked.stratum, ties, *names)

    def fit():
        from statsmodels.duration.hazard_regression import PHReg
        from statsmodels.tools.sm_exceptions import ConvergenceWarning

        treated = data.analysis(asked).estimand.treated
        records, strata = _in_strata(data, asked)
        arms = records[["TRTP"]].assign(**{arm: records["TRTP"] == arm for arm in treated})
        x = arms[list(treated)].astype(float)
        with warnings.catch_warnings():
            # Where the likelihood is monotone, or Newton's steps run away: looked at afterwards.
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings(
                "ignore", "(divide by zero|invalid value) encountered", RuntimeWarning, PHREG
            )
            model = PHReg(records["AVAL"], x, status=_happened(records), ties=ties, strata=strata)
            fit = model.fit()
            if not np.isfinite(fit.params).all():
                # Newton's steps from zero can run away from a maximum that is there.
                near = model.fit(method="bfgs").params
                fit = model.fit(start_params=near)
            return fit

    return data.once(key, fit)


def _in_strata(data: Data, asked: Asked) -> tuple["pd.DataFrame", Any]:
    """The records of all arms with known strata, and the strata as numbers; None without any."""
    records, names = data.records(asked, data.compared(asked)), asked.options.get("strata", [])
    if not names:
        return records, None
    subjects = data.adsl.set_index("USUBJID")[[adsl_code(name) for name in names]].dropna()
    records = records[records["USUBJID"].isin(subjects.index)]
    joined = subjects.loc[records["USUBJID"]].astype(str).agg("|".join, axis=1)
    return records, joined.astype("category").cat.codes.to_numpy()


def estimated(data: Data, asked: Asked) -> Any:
    """The fit, or None where the likelihood has no maximum, and the number of subjects."""
    records, _ = _in_strata(data, asked)
    happened = _happened(records).groupby(records["TRTP"]).sum()
    n = len(records)
    if len(happened) < len(data.compared(asked)) or (happened == 0).any():
        return None, n
    fit = _cox(data, asked)
    return None if (np.abs(fit.params) > FLAT).any() or not np.isfinite(fit.bse).all() else fit, n


def hazard_ratio(data: Data, asked: Asked) -> Recomputed:
    by = f"{COX} (ties={asked.options['ties']})"
    fit, n = estimated(data, asked)
    if fit is None:
        return Recomputed(by, nan, n_used=n)
    at = data.analysis(asked).estimand.treated.index(asked.pair[0])
    low, high = fit.conf_int(alpha=1 - data.confidence(asked))[at]
    bounds = exp(float(low)), exp(float(high))
    return Recomputed(by, exp(float(fit.params[at])), bounds, ITERATIVE, n)


def cox_p_value(data: Data, asked: Asked) -> Recomputed:
    by = f"{COX} (ties={asked.options['ties']})"
    fit, n = estimated(data, asked)
    if fit is None:
        return Recomputed(by, nan, n_used=n)
    at = data.analysis(asked).estimand.treated.index(asked.pair[0])
    z = abs(float(fit.params[at] / fit.bse[at]))
    return Recomputed(by, 2 * float(norm.sf(z)), None, ITERATIVE, n)


def _log_rank(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        key = ("log_rank", asked.analysis, asked.parameter, asked.visit, asked.stratum, asked.pair)
        statistic, df, n = data.once(key, lambda: _survdiff(data, asked))
        value = {"p_value": float(chi2.sf(statistic, df)), "chi_squared": statistic, "df": df}[part]
        return Recomputed(LOG_RANK, value, None, EXACT, n)

    return check


def _survdiff(data: Data, asked: Asked) -> tuple[float, float, int]:
    """The statistic, its degrees of freedom and subjects; NaN where no two arms can be compared."""
    from statsmodels.duration.survfunc import survdiff

    everybody = data.records(asked)
    n, first = len(everybody), everybody.loc[_happened(everybody) == 1, "AVAL"].min()
    # An arm whose subjects have all left before the first event takes no part.
    present = everybody.loc[everybody["AVAL"] >= first, "TRTP"].unique()
    if len(present) < 2:
        return nan, nan, n
    records = everybody[everybody["TRTP"].isin(present)]
    arms = records["TRTP"].astype("category").cat.codes
    try:
        statistic, _ = survdiff(records["AVAL"], _happened(records), arms)
    except np.linalg.LinAlgError:
        return nan, nan, n
    return float(statistic), float(len(present) - 1), n


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {
    "count.subjects": subjects,
    "events.count": events,
    "at_risk.count": at_risk,
    "survival.kaplan_meier": survival,
    "median_time.kaplan_meier": _median(reverse=False),
    "follow_up.reverse_kaplan_meier": _median(reverse=True),
    "hazard_ratio.cox": hazard_ratio,
    "hazard_ratio.cox_stratified": hazard_ratio,
    "p_value.cox_wald": cox_p_value,
    "p_value.cox_stratified_wald": cox_p_value,
    "p_value.log_rank": _log_rank("p_value"),
    "chi_squared.log_rank": _log_rank("chi_squared"),
    "df.log_rank": _log_rank("df"),
}
