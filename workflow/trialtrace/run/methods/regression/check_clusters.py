"""Subjects in clusters: equations a cluster at a time, scipy's t test of means, mean squares."""

from math import nan, sqrt

import numpy as np
import pandas as pd

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, Check, Recomputed, peer
from trialtrace.run.methods.mixed.check import random_site
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import (
    recomputed,
    row_of,
    with_coefficients,
)
from trialtrace.run.methods.regression.check_visits import (
    BY,
    Fit,
    Unit,
    equations,
    is_event,
)
from trialtrace.run.trial.model import adsl_code


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
    """numpy's `solve` a cluster at a time; why the equations failed is not checked."""
    arms = sorted(data.compared(asked))
    binomial = is_event(data, asked) and not asked.method.endswith(".clustered_linear")

    def made() -> tuple[int, list[str], Fit | None]:
        records, z = covariates(data, _of_clusters(data, asked, arms), asked.options["covariates"])
        n, present = len(records), set(records["TRTP"])
        if present != set(arms) or records.groupby("cluster").size().max() < 2:
            return n, [], None
        units = []
        for _, own in records.groupby("cluster"):
            x = np.column_stack([own["TRTP"] == arm for arm in arms]).astype(float)
            more = z.loc[own["USUBJID"]].to_numpy(dtype=float)
            y = own["AVAL"].to_numpy(float)
            units.append(Unit(y, np.hstack([x, more]), np.arange(len(own))))
        names = [*(f"arm={arm}" for arm in arms), *z.columns]
        return n, names, equations(units, asked.options, binomial=binomial)

    key = ("clustered", binomial, asked.analysis, asked.parameter, asked.visit, asked.stratum)
    n, names, fit = data.once((*key, str(asked.options)), made)
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
    from scipy.stats import ttest_ind

    means = records.groupby(["TRTP", "cluster"])["AVAL"].mean()
    one, other = (means[arm].to_numpy() for arm in asked.contrast)
    if max(np.ptp(one), np.ptp(other)) <= 1e-13 * records["AVAL"].abs().max():
        return nan
    found = ttest_ind(one, other)
    if asked.stat.endswith("difference"):
        low, high = found.confidence_interval(data.confidence(asked))
        return float(one.mean() - other.mean()), (float(low), float(high))
    return {"p_value": float(found.pvalue), "t": float(found.statistic), "df": float(found.df)}


@peer("pandas: mean squares between and within clusters", _pair)
def likeness(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """pandas' sums by cluster, in the analysis of variance of an arm's clusters."""
    by_cluster = records.groupby("cluster")["AVAL"]
    size, within = by_cluster.size(), by_cluster.apply(lambda v: ((v - v.mean()) ** 2).sum()).sum()
    total = records.groupby("TRTP")["AVAL"].apply(lambda v: ((v - v.mean()) ** 2).sum()).sum()
    k, n = len(size), len(records)
    b, w = (total - within) / (k - 2), within / (n - k)
    arm = records.groupby("cluster")["TRTP"].first()
    lost = sum((size[arm == name] ** 2).sum() / size[arm == name].sum() for name in asked.contrast)
    rho = float((b - w) / (b + ((n - lost) / (k - 2) - 1) * w))
    if abs(rho) > 1:
        return nan
    if asked.stat == "intracluster_correlation":
        return rho
    cv = sqrt(float(((size - size.mean()) ** 2).mean())) / float(size.mean())
    return 1 + ((1 + cv**2) * float(size.mean()) - 1) * rho


CHECKS: dict[str, Check] = {
    **with_coefficients("mean_difference.random_cluster", random_site),
    **{f"{stat}.random_cluster": random_site for stat in ("p_value", "t", "df")},
}
for _name in ("mean_difference.clustered", "odds_ratio.clustered"):
    CHECKS |= with_coefficients(_name, clustered)
CHECKS |= with_coefficients("risk_difference.clustered_linear", clustered)
CHECKS |= dict.fromkeys(("p_value.clustered", "p_value.clustered_linear"), clustered)
for _stat in ("mean_difference", "risk_difference", "p_value", "t", "df"):
    CHECKS[f"{_stat}.cluster_means"] = cluster_means
for _stat in ("intracluster_correlation", "design_effect"):
    CHECKS[f"{_stat}.cluster_means"] = likeness
