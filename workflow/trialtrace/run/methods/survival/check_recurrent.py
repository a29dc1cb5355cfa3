"""Several events a subject: pandas for counts, sums over event times for means and models."""

from math import exp, inf, log, nan, sqrt

import numpy as np
import pandas as pd
import statsmodels.api as sm

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    Recomputed,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    answer,
    by_stratum,
    complete,
    design,
    named,
    recedes,
    wald,
    with_coefficients,
)
from trialtrace.run.methods.survival.check_hazards import PHREG, Model, fitted
from trialtrace.run.methods.survival.check_hazards import SUMS as SCORES
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import RECURRENT
from trialtrace.stats.regression.counts import negative_binomial

COUNTED = "pandas: groups of rows"
SUMS = "numpy: sums over event times and subjects"


def counts(data: Data, asked: Asked) -> Recomputed:
    """Subjects, those with an event, events, time at risk and rate, by pandas."""
    records = data.records(asked)
    happened, by = records[records["CNSR"] == 0], records.groupby("USUBJID")
    time = float((by["TSTOP"].sum() - by["TSTART"].sum()).sum()) if len(records) else nan
    found = {
        "analysed": float(by.ngroups),
        "patients": float(happened["USUBJID"].nunique()),
        "events": float(len(happened)),
        "person_time": time,
        "rate": len(happened) / time * asked.options["per"],
    }
    return Recomputed(COUNTED, found[asked.stat], n_used=by.ngroups)


def _means(data: Data, asked: Asked) -> tuple[pd.DataFrame | None, int]:
    records = data.records(asked)
    followed = not records.empty and float(asked.level) <= records["TSTOP"].max()
    return (records if followed else None), records["USUBJID"].nunique()


def _mean(records: pd.DataFrame, time: float) -> tuple[float, float]:
    """The jumps up to the time and, subject by subject, the square of what each adds to them."""
    start, stop = records["TSTART"].to_numpy(), records["TSTOP"].to_numpy()
    event = (records["CNSR"] == 0).to_numpy()
    who = records["USUBJID"].astype("category").cat.codes.to_numpy()
    mean, influence = 0.0, np.zeros(who.max() + 1)
    for t in np.unique(stop[event & (stop <= time)]):
        here, now = (start < t) & (t <= stop), event & (stop == t)
        jump = now.sum() / here.sum()
        mean += jump
        np.add.at(influence, who[here], (now[here] - jump) / here.sum())
    return mean, sqrt(influence @ influence)


@peer(SUMS, _means)
def mean_events(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """Sums over times of events and over subjects, with the interval on the asked scale."""
    mean, error = _mean(records, float(asked.level))
    if mean == 0:
        return 0.0, (nan, nan)
    half = data.z(asked) * error
    if asked.options["interval"] == "plain":
        return mean, (max(0.0, mean - half), mean + half)
    return mean, (mean * exp(-half / mean), mean * exp(half / mean))


def _two_means(data: Data, asked: Asked) -> tuple[list[tuple[float, float]] | None, int]:
    time, arms = asked.options["time"], [data.records(asked, [arm]) for arm in asked.contrast]
    followed = all(len(arm) and time <= arm["TSTOP"].max() for arm in arms)
    n = data.records(asked)["USUBJID"].nunique()
    return ([_mean(arm, time) for arm in arms] if followed else None), n


@peer(SUMS, _two_means)
def compared(data: Data, asked: Asked, arms: list[tuple[float, float]]) -> Answer:
    """The same of both arms: their difference, or the logarithm of their ratio by the delta
    method."""
    (a, sa), (b, sb) = arms
    centre, se = a - b, sqrt(sa**2 + sb**2)
    if asked.method.endswith("_ratio") or asked.stat == "mean_events_ratio":
        if min(a, b) == 0:
            return nan
        centre, se = log(a / b), sqrt((sa / a) ** 2 + (sb / b) ** 2)
    return answer(data, asked, centre, se, inf) if se > 0 else nan


def _model(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    records = complete(data, asked, map(adsl_code, asked.options["covariates"]))
    if records.empty:
        return None, 0
    x = design(data, asked, records)
    start, stop = (records[name].to_numpy() for name in ("TSTART", "TSTOP"))
    event, subject = (records["CNSR"] == 0).to_numpy(), records["USUBJID"].to_numpy()
    model = Model(start, stop, event, x.to_numpy(), np.zeros(len(records)), subject)
    robust = "lwyy" in asked.method
    key = ("recurrent", asked.analysis, asked.parameter, asked.stratum, robust, str(asked.options))
    fit = data.tried(key, lambda: fitted(model, asked.options["ties"], robust=robust))
    return named(fit, x.columns), records["USUBJID"].nunique()


def _by(asked: Asked) -> str:
    return SCORES if "lwyy" in asked.method else PHREG


@peer(_by, _model, ITERATIVE)
def rates(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """The maximum of statsmodels' `PHReg`; `scipy.stats.norm` for its test."""
    return wald(data, asked, fit)


GLM = "statsmodels.genmod.generalized_linear_model.GLM"
WORDS = ("time_at_risk", "same_for_all")
# Of a dispersion to begin at.
LOWEST = 1e-6
# Coefficients, their covariance, and the dispersion.
CountFit = tuple[np.ndarray, np.ndarray, float]


def _counted(data: Data, asked: Asked) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """A record a subject with the variables of the model, counts, and logarithms of exposures."""
    exposure = asked.options["exposure"]
    named = [*asked.options["covariates"], *asked.options.get("strata", ())]
    names = [adsl_code(name) for name in [*named, *({exposure} - {*WORDS})]]
    records = complete(data, asked, names)
    if "strata" in asked.options:
        records = records[records["TRTP"].isin(data.arms(asked))]
    if data.trial.endpoints[asked.variable].kind in RECURRENT:
        records = _by_subject(records)
        time = records["TIME"]
    elif exposure in WORDS:
        time = records["AVAL"] * 0 + 1.0
    else:
        time = records[adsl_code(exposure)]
    return records, records["AVAL"].to_numpy(float), np.log(time.to_numpy(float))


def _count_model(data: Data, asked: Asked) -> tuple[tuple[Coefficients, float] | None, int]:
    records, y, offset = _counted(data, asked)
    if records.empty:
        return None, 0
    x = design(data, asked, records)
    x.insert(0, "intercept", 1.0)
    place = (asked.analysis, asked.parameter, asked.visit, asked.stratum, str(asked.options))
    negative = "negative_binomial" in asked.method
    variance = asked.options.get("variance", "")
    key = ("counts", negative, *place)
    fit = data.tried(key, lambda: _fitted_counts(y, x.to_numpy(), offset, variance))
    if fit is None:
        return None, len(records)
    beta, covariance, dispersion = fit
    return (Coefficients(beta, covariance, [*x.columns]), dispersion), len(records)


def _by_subject(records: pd.DataFrame) -> pd.DataFrame:
    """Events and time at risk in place of the intervals."""
    by = records.assign(TIME=records["TSTOP"] - records["TSTART"], AVAL=records["CNSR"] == 0)
    totals = by.groupby("USUBJID")[["AVAL", "TIME"]].sum().reset_index()
    first = by.drop_duplicates("USUBJID").drop(columns=["AVAL", "TIME"])
    return first.merge(totals, on="USUBJID")


def _fitted_counts(
    y: np.ndarray, x: np.ndarray, offset: np.ndarray, variance: str
) -> CountFit | None:
    """The fit; None where it has no maximum. Without a variance of Poisson counts the other one,
    which is Poisson's where the likelihood falls from a dispersion of 0 on; else the dispersion is
    statsmodels' from the statistics' estimates on."""
    if not y.any() or (y < 0).any() or (y % 1).any() or not np.isfinite(offset).all():
        return None
    if np.linalg.matrix_rank(x) < x.shape[1] or recedes(y, x, "poisson"):
        return None
    exact = {"tol": 1e-14, "tol_criterion": "params", "maxiter": 300}
    poisson = sm.GLM(y, x, offset=offset, family=sm.families.Poisson())
    fit = poisson.fit(cov_type="HC0" if variance == "robust" else "nonrobust", **exact)
    if variance:
        sure = (fit.bse > 1e-9).all()
        return (fit.params, fit.cov_params(), 0.0) if sure else None
    if ((y - fit.fittedvalues) ** 2 - y).sum() <= 0:
        return fit.params, fit.cov_params(), 0.0
    own = negative_binomial(y, x, exposure=np.exp(offset), confidence=0.95)
    start = [*own.coef, max(own.dispersion, LOWEST)]
    both = sm.NegativeBinomial(y, x, offset=offset).fit(start, method="newton", tol=1e-12, disp=0)
    at = float(both.params[-1])
    family = sm.families.NegativeBinomial(alpha=at)
    fit = sm.GLM(y, x, offset=offset, family=family).fit(**exact)
    return fit.params, fit.cov_params(scale=1.0), at


@peer(GLM, _count_model, ITERATIVE)
def count_model(data: Data, asked: Asked, fit: tuple[Coefficients, float]) -> Answer:
    """The coefficients of statsmodels' `GLM` with Wald's bounds and test, or the dispersion."""
    coefficients, dispersion = fit
    return dispersion if asked.stat == "dispersion" else wald(data, asked, coefficients)


def _by_stratum(data: Data, asked: Asked) -> tuple[tuple[CountFit, int] | None, int]:
    """The fit with products of arms and strata, its last columns, and how many these are."""
    records, y, offset = _counted(data, asked)
    strata = [adsl_code(name) for name in asked.options["strata"]]
    stratum = records[strata].astype(str).agg("\x1f".join, axis=1)
    if (columns := by_stratum(records["TRTP"], stratum)) is None:
        return None, len(records)
    plain, products = columns
    z = design(data, asked, records).filter(regex="^(?!arm=)")
    x = np.column_stack([np.ones(len(y)), plain, z, products])
    key = ("interaction", *data.cut(asked), asked.pair, str(asked.options))
    fit = data.tried(key, lambda: _fitted_counts(y, x, offset, ""))
    return (None if fit is None else (fit, products.shape[1])), len(records)


@peer(GLM, _by_stratum, ITERATIVE)
def count_interaction(data: Data, asked: Asked, made: tuple[CountFit, int]) -> Answer:
    """The products of statsmodels' `GLM`, tested together by Wald's form."""
    (beta, covariance, _), k = made
    statistic = beta[-k:] @ np.linalg.solve(covariance[-k:, -k:], beta[-k:])
    return of_chi_squared(float(statistic), float(k))


_COX = "andersen_gill", "lwyy"
_OF_COUNTS = "poisson_regression", "negative_binomial"
CHECKS = by_name(
    {
        "analysed,patients,events,person_time,rate.recurrent": counts,
        "mean_events.lawless_nadeau": mean_events,
        "mean_events_difference,mean_events_ratio.lawless_nadeau": compared,
        "p_value,z.lawless_nadeau_difference,lawless_nadeau_ratio": compared,
        **with_coefficients(f"rate_ratio.{','.join(_COX)}", rates),
        **{f"p_value.{method}_wald": rates for method in _COX},
        **with_coefficients(f"rate_ratio.{','.join(_OF_COUNTS)}", count_model),
        **{f"p_value.{method}_wald": count_model for method in _OF_COUNTS},
        "dispersion.negative_binomial": count_model,
        "p_value,chi_squared,df.negative_binomial_interaction": count_interaction,
    }
)
