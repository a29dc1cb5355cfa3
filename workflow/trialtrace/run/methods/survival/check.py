"""Time to event, by statsmodels: SurvfuncRight, survdiff, PHReg."""

import warnings
from collections.abc import Callable
from math import asin, exp, isnan, log, nan, pi, sin, sqrt

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.duration.hazard_regression import PHReg, PHRegResults
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    Check,
    Recomputed,
    by_name,
    of_root,
    peer,
)

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
    """Records, by pandas."""
    n = len(data.records(asked))
    return Recomputed("pandas: records", float(n), n_used=n)


def events(data: Data, asked: Asked) -> Recomputed:
    """Records that are not censored, by pandas."""
    records = data.records(asked)
    return Recomputed("pandas: records", float(_happened(records).sum()), n_used=len(records))


def at_risk(data: Data, asked: Asked) -> Recomputed:
    """Records whose time reaches the asked one, by pandas."""
    records = data.records(asked)
    number = int((records["AVAL"] >= float(asked.level)).sum())
    return Recomputed("pandas: records", float(number), n_used=len(records))


def _happened(records: pd.DataFrame) -> pd.Series:
    return (records["CNSR"] == 0).astype(int)


def _curve(data: Data, asked: Asked, *, reverse: bool = False) -> SurvfuncRight:
    """The survival curve of the arm of a result, fitted once."""
    key = ("curve", asked.analysis, asked.population, asked.parameter, asked.visit)

    def fit():
        records = data.records(asked)
        event = _happened(records)
        return SurvfuncRight(records["AVAL"], 1 - event if reverse else event)

    return data.once((*key, asked.stratum, asked.group, reverse), fit)


@peer(lambda asked: f"{CURVE} ({asked.options['interval']})", Data.some_records)
def survival(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """statsmodels' `SurvfuncRight` at a time; NaN beyond the last observed one.

    The bounds are those of Greenwood's error, on the scale of log(S) or of log(-log(S)).
    """
    time = float(asked.level)
    if time > records["AVAL"].max():
        return nan, (nan, nan)
    curve = _curve(data, asked)
    before = int((curve.surv_times <= time).sum())
    scale = asked.options["interval"]
    if before == 0:
        return 1.0, (1.0, 1.0) if scale in ("log", "plain") else (nan, nan)
    value, se = float(curve.surv_prob[before - 1]), float(curve.surv_prob_se[before - 1])
    if value == 0 or isnan(se):
        return value, (nan, nan)
    centre, error, back = on_scale(scale, value, se)
    half = data.z(asked) * error
    low, high = sorted(back(end) for end in (centre - half, centre + half))
    return value, (max(low, 0.0), min(high, 1.0))


def on_scale(scale: str, value: float, se: float) -> tuple[float, float, Callable[[float], float]]:
    """Survival on a scale, its error there by the delta method, and the way back."""
    if scale == "plain":
        return value, se, float
    if scale == "log":
        return log(value), se / value, exp
    if scale == "log_log":
        return log(-log(value)), se / (value * abs(log(value))), lambda u: exp(-exp(u))
    if scale == "logit":
        return log(value / (1 - value)), se / (value * (1 - value)), lambda u: 1 / (1 + exp(-u))
    angle = asin(sqrt(value))
    return angle, se / sqrt(4 * value * (1 - value)), lambda u: sin(min(max(u, 0), pi / 2)) ** 2


def _scale(interval: str) -> str:
    """statsmodels' name of the transformation."""
    renamed = {"log_log": "cloglog", "plain": "linear", "arcsin": "asinsqrt"}
    return renamed.get(interval, interval)


def _quantile(share: float, *, reverse: bool = False) -> Check:
    @peer(
        lambda asked: f"{CURVE}.quantile, quantile_ci ({_scale(asked.options['interval'])})",
        Data.some_records,
    )
    def check(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
        """statsmodels' `SurvfuncRight.quantile` and `quantile_ci`."""
        curve = _curve(data, asked, reverse=reverse)
        if not len(curve.surv_times):
            return nan, (nan, nan)
        bounds = _bounds(curve, share, data.confidence(asked), asked.options["interval"])
        return _crossing(curve, share, float(records["AVAL"].max())), bounds

    return check


def _bounds(
    curve: SurvfuncRight, share: float, confidence: float, scale: str
) -> tuple[float, float]:
    """The library's lower bound, and the time at which the curve's upper bound is first below the
    level, as R has it: the library's is where it stays there. NaN where a bound does not come."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, _ = curve.quantile_ci(share, alpha=1 - confidence, method=_scale(scale))
    half = norm.ppf((1 + confidence) / 2)

    def upper(value: float, se: float) -> float:
        centre, error, back = on_scale(scale, value, se)
        return max(back(centre - half * error), back(centre + half * error))

    # A curve at zero has no bounds, so it bounds nothing.
    rows = zip(curve.surv_times, curve.surv_prob, curve.surv_prob_se, strict=True)
    high = next((float(t) for t, p, se in rows if 0 < p < 1 and upper(p, se) < 1 - share), nan)
    # No time is compatible with the level where the curve and its bounds drop past it at once.
    return high if isnan(low) else float(low), high


def _crossing(curve: SurvfuncRight, share: float, last: float) -> float:
    """Where the curve is first below a level; the middle of a stretch on which it is there."""
    below = float(curve.quantile(share + ROUNDING))
    level = abs(curve.surv_prob - (1 - share)) <= ROUNDING
    if not level.any():
        return below
    return (float(curve.surv_times[level][0]) + (last if isnan(below) else below)) / 2


def _cox(data: Data, asked: Asked) -> PHRegResults:
    """One model of all arms, the reference without an indicator; fitted once."""
    ties = asked.options["ties"]
    key = ("cox", asked.analysis, asked.parameter, asked.visit, asked.stratum, ties)

    def fit():
        treated = data.analysis(asked).estimand.treated
        records = data.records(asked, data.compared(asked))
        arms = records[["TRTP"]].assign(**{arm: records["TRTP"] == arm for arm in treated})
        x = arms[list(treated)].astype(float)
        with warnings.catch_warnings():
            # Where the likelihood is monotone, or Newton's steps run away: looked at afterwards.
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings(
                "ignore", "(divide by zero|invalid value) encountered", RuntimeWarning, PHREG
            )
            model = PHReg(records["AVAL"], x, status=_happened(records), ties=ties)
            fit = model.fit()
            if not np.isfinite(fit.params).all():
                # Newton's steps from zero can run away from a maximum that is there.
                near = model.fit(method="bfgs").params
                fit = model.fit(start_params=near)
            return fit

    return data.once(key, fit)


def estimated(data: Data, asked: Asked) -> tuple[PHRegResults | None, int]:
    """The fit, or None where the likelihood has no maximum, and the number of subjects."""
    records = data.records(asked, data.compared(asked))
    happened = _happened(records).groupby(records["TRTP"]).sum()
    n = len(records)
    if len(happened) < len(data.compared(asked)) or (happened == 0).any():
        return None, n
    fit = _cox(data, asked)
    return None if (np.abs(fit.params) > FLAT).any() or not np.isfinite(fit.bse).all() else fit, n


def _model(asked: Asked) -> str:
    return f"{COX} (ties={asked.options['ties']})"


@peer(_model, estimated, ITERATIVE)
def hazard_ratio(data: Data, asked: Asked, fit: PHRegResults) -> Answer:
    """statsmodels' `PHReg`."""
    at = data.analysis(asked).estimand.treated.index(asked.contrast[0])
    low, high = fit.conf_int(alpha=1 - data.confidence(asked))[at]
    return exp(float(fit.params[at])), (exp(float(low)), exp(float(high)))


@peer(_model, estimated, ITERATIVE)
def cox_p_value(data: Data, asked: Asked, fit: PHRegResults) -> Answer:
    """Wald's test of a coefficient of statsmodels' `PHReg`."""
    at = data.analysis(asked).estimand.treated.index(asked.contrast[0])
    return 2 * float(norm.sf(abs(float(fit.params[at] / fit.bse[at]))))


def _tested(data: Data, asked: Asked) -> tuple[tuple[float, float] | None, int]:
    key = ("log_rank", asked.analysis, asked.parameter, asked.visit, asked.stratum, asked.pair)
    return data.once(key, lambda: _survdiff(data, asked))


@peer(LOG_RANK, _tested)
def log_rank(data: Data, asked: Asked, test: tuple[float, float]) -> Answer:
    """statsmodels' `survdiff`; one-sided by the sign of observed less expected events."""
    return of_root(asked, *test, _excess(data, asked) if asked.pair else 0.0)


def _excess(data: Data, asked: Asked) -> float:
    """Events of the treated arm less those expected of it, summed time by time."""
    records = data.records(asked)
    died, ends = (_happened(records) == 1).to_numpy(), records["AVAL"].to_numpy()
    treated = (records["TRTP"] == asked.contrast[0]).to_numpy()
    times, events = np.unique(ends[died], return_counts=True)
    everybody, own = (
        len(some) - np.searchsorted(np.sort(some), times) for some in (ends, ends[treated])
    )
    return float((died & treated).sum() - (events * own / everybody).sum())


def _survdiff(data: Data, asked: Asked) -> tuple[tuple[float, float] | None, int]:
    """The statistic with its degrees of freedom, None without two arms to compare, and subjects."""
    everybody = data.records(asked)
    n, first = len(everybody), everybody.loc[_happened(everybody) == 1, "AVAL"].min()
    # An arm whose subjects have all left before the first event takes no part.
    present = everybody.loc[everybody["AVAL"] >= first, "TRTP"].unique()
    if len(present) < 2:
        return None, n
    records = everybody[everybody["TRTP"].isin(present)]
    arms = records["TRTP"].astype("category").cat.codes
    try:
        statistic, _ = survdiff(records["AVAL"], _happened(records), arms)
    except np.linalg.LinAlgError:
        return None, n
    return (float(statistic), float(len(present) - 1)), n


CHECKS = by_name(
    {
        "count.subjects": subjects,
        "events.count": events,
        "at_risk.count": at_risk,
        "survival.kaplan_meier": survival,
        "median_time.kaplan_meier": _quantile(0.5),
        "lower_quartile_time.kaplan_meier": _quantile(0.25),
        "upper_quartile_time.kaplan_meier": _quantile(0.75),
        "follow_up.reverse_kaplan_meier": _quantile(0.5, reverse=True),
        "hazard_ratio.cox": hazard_ratio,
        "p_value.cox_wald": cox_p_value,
        "p_value,chi_squared,df,z.log_rank": log_rank,
    }
)
