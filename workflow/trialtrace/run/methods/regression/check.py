"""Regression of events on arm and covariates: statsmodels, standardisation by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import exp, inf, log, nan, sqrt

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.stats import chi2, ttest_ind
from statsmodels.genmod.generalized_linear_model import GLMResults

from trialtrace.base.words import RATIOS
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    Check,
    Recomputed,
    by_name,
    peer,
)
from trialtrace.run.methods.mixed.check import random_site
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    answer,
    complete,
    design,
    recedes,
    recomputed,
    row_of,
    wald,
    with_coefficients,
)
from trialtrace.run.methods.regression.check_visits import BY, Unit, equations, is_event
from trialtrace.run.methods.stratified.check import LOGIT, peak
from trialtrace.run.trial.model import adsl_code

PENALISED = "scipy.optimize.minimize (penalised likelihood)"
POISSON = "statsmodels.genmod.generalized_linear_model.GLM (Poisson, HC0)"
STANDARD = "statsmodels.genmod.generalized_linear_model.GLM (binomial, standardised by hand)"


def _solvable(y: np.ndarray, x: np.ndarray) -> bool:
    """Columns that tell something of their own, and both outcomes."""
    return len(y) > 0 and len(set(y)) == 2 and np.linalg.matrix_rank(x) == x.shape[1]


def _fit(y: np.ndarray, x: np.ndarray, family: str) -> GLMResults | None:
    """The fit, or None where its likelihood has no maximum or an error of a coefficient is 0."""
    if not _solvable(y, x) or recedes(y, x, family):
        return None
    distribution = sm.families.Binomial() if family == "binomial" else sm.families.Poisson()
    kind = {"cov_type": "HC0"} if family == "poisson" else {}
    fit = sm.GLM(y, x, family=distribution).fit(
        tol=1e-14, tol_criterion="params", maxiter=200, **kind
    )
    return fit if (fit.bse > 1e-9).all() else None


@dataclass(frozen=True)
class Model:
    """Outcomes, and the columns of a model with their names, the first its intercept."""

    y: np.ndarray
    x: np.ndarray
    names: list[str]

    @property
    def arms(self) -> list[str]:
        """The arms that have a column; these come after the intercept."""
        return [name.removeprefix("arm=") for name in self.names if name.startswith("arm=")]


def _model(data: Data, asked: Asked) -> tuple[Model, int]:
    """The model of all compared arms, of which the reference has no column, and subjects."""
    records = complete(data, asked, map(adsl_code, asked.options["covariates"]))
    x = design(data, asked, records)
    x.insert(0, "intercept", 1.0)
    return Model(records["AVAL"].to_numpy(float), x.to_numpy(), [*x.columns]), len(records)


def _of_glm(family: str, by: str) -> Check:
    @peer(by, _model, ITERATIVE)
    def check(data: Data, asked: Asked, model: Model) -> Answer:
        """Coefficients of statsmodels' `GLM`, with Wald's bounds."""
        fit = _fit(model.y, model.x, family)
        if fit is None:
            return nan
        return wald(data, asked, Coefficients(fit.params, fit.cov_params(), model.names))

    return check


@peer(PENALISED, _model, 3e-7)
def firth(data: Data, asked: Asked, model: Model) -> Answer:
    """Profile bounds by roots of the penalised likelihood with the coefficient held.

    scipy's `minimize` for the likelihood, `brentq` for the roots.
    """
    y, x = model.y, model.x
    singular = not len(y) or np.linalg.matrix_rank(x) < x.shape[1]
    own = row_of(asked, model.names)
    if singular or own.sum() != 1:
        return nan
    at = int(own.argmax())
    x = x[:, [at, *(i for i in range(x.shape[1]) if i != at)]]
    best, beta = peak(y, x)
    if asked.stat == "standard_error":
        share = 1 / (1 + np.exp(-x @ beta))
        return sqrt(np.linalg.inv((x.T * (share * (1 - share))) @ x)[0, 0]), None
    if asked.is_p_value:
        return float(chi2.sf(2 * (best - peak(y, x, held=0.0)[0]), 1)), None
    limit = float(chi2.ppf(data.confidence(asked), 1)) / 2

    def fall(value: float) -> float:
        return best - peak(y, x, held=value)[0] - limit

    ends = []
    for side in (-1.0, 1.0):
        step = side
        while fall(beta[0] + step) < 0:
            step *= 2
        ends.append(float(brentq(fall, beta[0], beta[0] + step, xtol=1e-10)))
    value = float(beta[0])
    if asked.stat in RATIOS:
        value, *ends = map(exp, (value, *ends))
    return value, (ends[0], ends[1])


def _of_present(data: Data, asked: Asked) -> tuple[Model, int]:
    """The same, of the arms with subjects; an arm without any takes no part."""
    model, n = _model(data, asked)
    kept = [
        not name.startswith("arm=") or any(column)
        for name, column in zip(model.names, model.x.T, strict=True)
    ]
    names = [name for name, here in zip(model.names, kept, strict=True) if here]
    return Model(model.y, model.x[:, kept], names), n


def _standardised(ratio: bool) -> Check:
    @peer(STANDARD, _of_present, ITERATIVE)
    def check(data: Data, asked: Asked, model: Model) -> Answer:
        """Mean predictions of statsmodels' `GLM`; a ratio's error by the delta method."""
        fit, of = _fit(model.y, model.x, "binomial"), asked.pair or (str(asked.group),)
        if fit is None or (of[0] not in model.arms and of[0] != data.compared(asked)[-1]):
            return nan
        means, covariance = _means(asked, model, fit, of)
        if len(of) == 1:
            return answer(data, asked, float(means[0]), sqrt(covariance.item()), inf)
        contrast = np.array([1 / means[0], -1 / means[1]] if ratio else [1.0, -1.0])
        value = log(means[0] / means[1]) if ratio else float(means[0] - means[1])
        return answer(data, asked, value, sqrt(contrast @ covariance @ contrast), inf)

    return check


def _means(
    asked: Asked, model: Model, fit: GLMResults, of: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Standardised risks of arms with their covariance, as the step's variance says."""
    x, y = model.x, model.y
    risks, derivatives = [], []
    for arm in of:
        # Everybody as if in this arm.
        moved = x.copy()
        moved[:, 1 : 1 + len(model.arms)] = [float(arm == name) for name in model.arms]
        p = 1 / (1 + np.exp(-moved @ fit.params))
        risks.append(p)
        derivatives.append((moved * (p * (1 - p))[:, None]).mean(axis=0))
    predicted, slopes, n = np.array(risks), np.array(derivatives), len(y)
    means = predicted.mean(axis=1)
    fitted = 1 / (1 + np.exp(-x @ fit.params))
    information = (x.T * (fitted * (1 - fitted))) @ x
    if asked.options["variance"] == "sandwich":
        scores = x * (y - fitted)[:, None]
        each = predicted - means[:, None] + n * slopes @ np.linalg.solve(information, scores.T)
        return means, each @ each.T / n**2
    covariance = slopes @ np.linalg.solve(information, slopes.T)
    if asked.options["variance"] == "random":
        covariance = covariance + np.atleast_2d(np.cov(predicted)) / n
    return means, covariance


def _of_clusters(data: Data, asked: Asked, arms: list[str]) -> pd.DataFrame:
    """Records with their cluster, where it is known."""
    code = adsl_code(asked.options["cluster"])
    own = data.adsl.set_index("USUBJID")[code]
    records = data.records(asked, arms).copy()
    records["cluster"] = records["USUBJID"].map(own)
    if asked.options.get("no_cluster") == "own":
        records["cluster"] = records["cluster"].astype(object).fillna("alone " + records["USUBJID"])
    return records[records["cluster"].notna()]


def clustered(data: Data, asked: Asked) -> Recomputed | None:
    """The equations a cluster at a time; why they failed is not checked."""
    arms = sorted(data.compared(asked))
    binomial = is_event(data, asked) and not asked.method.endswith(".clustered_linear")

    def made() -> tuple[int, list[str], list[Unit]]:
        records, z = covariates(data, _of_clusters(data, asked, arms), asked.options["covariates"])
        n, present = len(records), set(records["TRTP"])
        names = [*(f"arm={arm}" for arm in arms), *z.columns]
        if present != set(arms) or records.groupby("cluster").size().max() < 2:
            return n, names, []
        units = []
        for _, own in records.groupby("cluster"):
            x = np.column_stack([own["TRTP"] == arm for arm in arms]).astype(float)
            more = z.loc[own["USUBJID"]].to_numpy(dtype=float)
            y = own["AVAL"].to_numpy(float)
            units.append(Unit(y, np.hstack([x, more]), np.arange(len(own))))
        return n, names, units

    key = ("clustered", binomial, *data.cut(asked), str(asked.options))
    n, names, units = data.once((*key, "rows"), made)
    solve = partial(equations, units, asked.options, binomial=binomial)
    fit = data.tried(key, solve) if units else None
    if fit is None:
        return Recomputed(BY, nan)
    if asked.error:
        return None
    row = row_of(asked, names, data.compared(asked)[-1])
    return recomputed(BY, data, asked, fit.of(row), ITERATIVE, n)


def _pair(data: Data, asked: Asked) -> tuple[pd.DataFrame | None, int]:
    records = _of_clusters(data, asked, list(asked.contrast))
    arms = records.groupby("cluster")["TRTP"].nunique()
    clusters = records.groupby("TRTP")["cluster"].nunique()
    whole = len(clusters) == 2 and clusters.min() > 1 and arms.max() == 1
    return (records if whole else None), len(records)


@peer("scipy.stats.ttest_ind of clusters' means", _pair)
def cluster_means(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """scipy's `ttest_ind` of the clusters' means."""
    means = records.groupby(["TRTP", "cluster"])["AVAL"].mean()
    one, other = (means[arm].to_numpy() for arm in asked.contrast)
    if max(np.ptp(one), np.ptp(other)) <= 1e-13 * records["AVAL"].abs().max():
        return nan
    found = ttest_ind(one, other)
    if asked.stat.endswith("difference"):
        low, high = found.confidence_interval(data.confidence(asked))
        return float(one.mean() - other.mean()), (float(low), float(high))
    return {"p_value": float(found.pvalue), "t": float(found.statistic), "df": float(found.df)}


def _of_both(data: Data, asked: Asked) -> tuple[pd.DataFrame, int]:
    """The records of clusters of both arms, of which one may have none."""
    records = _of_clusters(data, asked, list(asked.contrast))
    return records, len(records)


@peer("pandas: mean squares between and within clusters", _of_both)
def likeness(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """pandas' sums by cluster, in the analysis of variance of an arm's clusters."""
    by_cluster = records.groupby("cluster")["AVAL"]
    size, within = by_cluster.size(), by_cluster.apply(lambda v: ((v - v.mean()) ** 2).sum()).sum()
    total = records.groupby("TRTP")["AVAL"].apply(lambda v: ((v - v.mean()) ** 2).sum()).sum()
    arms = records.groupby("cluster")["TRTP"]
    k, n, arm = len(size), len(records), arms.first()
    between = k - arm.nunique()
    if arms.nunique().max() > 1 or between < 1 or n == k:
        return nan
    b, w = (total - within) / between, within / (n - k)
    lost = sum((own**2).sum() / own.sum() for _, own in size.groupby(arm))
    rho = float((b - w) / (b + ((n - lost) / between - 1) * w)) if b + w else nan
    if not abs(rho) <= 1:
        return nan
    if asked.stat == "intracluster_correlation":
        return rho
    cv = sqrt(float(((size - size.mean()) ** 2).mean())) / float(size.mean())
    return 1 + ((1 + cv**2) * float(size.mean()) - 1) * rho


CHECKS = by_name(
    {
        "proportion,risk_difference.standardised": _standardised(ratio=False),
        "risk_ratio.standardised": _standardised(ratio=True),
        **with_coefficients("risk_ratio.modified_poisson", _of_glm("poisson", POISSON)),
        **with_coefficients("odds_ratio.logistic", _of_glm("binomial", LOGIT)),
        **with_coefficients("odds_ratio.firth", firth),
        **with_coefficients("mean_difference.random_cluster", random_site),
        "p_value,t,df.random_cluster": random_site,
        **with_coefficients("mean_difference.clustered", clustered),
        **with_coefficients("risk_difference.clustered_linear", clustered),
        "odds_ratio.clustered": clustered,
        "p_value.clustered,clustered_linear": clustered,
        "mean_difference,risk_difference,p_value,t,df.cluster_means": cluster_means,
        "intracluster_correlation,design_effect.cluster_means": likeness,
    }
)
