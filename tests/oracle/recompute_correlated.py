"""Our side of the oracle for correlated outcomes; see recompute.py."""

from math import nan

import numpy as np
from oracle_tables import Numbers, cases, fields_of, subject, vector

from trialtrace.stats import StatsError
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mixed_tests import MixedFit, f_test, mixed_contrast
from trialtrace.stats.mixed.mmrm import STRUCTURES, mmrm
from trialtrace.stats.regression.clusters import (
    cluster_means_difference,
    clustered,
    design_effect_of_sizes,
    intracluster_correlation,
)
from trialtrace.stats.regression.gee import VARIANCES, GeeFit, gee
from trialtrace.stats.regression.ordinal_gee import ordinal_gee
from trialtrace.stats.regression.ordinal_mixed import ordinal_mixed

METHODS = ("satterthwaite", "kenward_roger", "kenward_roger_observed")
TEST = {"sides": "two_sided", "confidence": 0.95}


def _triangle(case: str, name: str, matrix: np.ndarray) -> Numbers:
    for i, row in enumerate(matrix, 1):
        for j in range(1, i + 1):
            yield case, f"{name}.{i}.{j}", row[j - 1]


def _fit(case: str, name: str, fit: MixedFit) -> Numbers:
    yield from vector(case, f"{name}.coef", fit.coef)
    yield from vector(case, f"{name}.se", fit.se)
    yield case, f"{name}.log_likelihood", fit.log_likelihood


def wide(d: dict[str, np.ndarray], column: str) -> np.ndarray:
    """A column as (subjects, visits), NaN where a visit has no row."""
    subject = np.unique(d["subject"], return_inverse=True)[1]
    visit = d["visit"].astype(int) - 1
    table = np.full((subject.max() + 1, visit.max() + 1), np.nan)
    table[subject, visit] = d[column]
    return table


def _visit_columns(d: dict[str, np.ndarray]) -> np.ndarray:
    """Means of visits, a slope of the covariate, and the trend over arms at each visit."""
    base, arm = wide(d, "base"), wide(d, "arm")
    at_visit = np.broadcast_to(np.eye(base.shape[1]), (*base.shape, base.shape[1]))
    return np.concatenate([at_visit, base[:, :, None], at_visit * arm[:, :, None]], axis=2)


@subject("mmrm", "nlme", "numDeriv", again=1e-08, by_derivatives=1e-06)
def mixed_models_for_repeated_measures() -> Numbers:
    for case, d in cases("mmrm.csv"):
        y, x = wide(d, "value"), _visit_columns(d)
        for structure in STRUCTURES:
            for method in ("REML", "ML"):
                if method == "ML" and structure != "unstructured" and case != "two_arms":
                    continue
                name = f"{structure}.{method}"
                fit = mmrm(y, x, structure=structure, method=method)
                yield from _fit(case, name, fit)
                yield from _triangle(case, f"{name}.sigma", fit.sigma[0])
                yield from _tests(case, name, fit, y.shape[1])
    for case, d in cases("mmrm_cells.csv"):
        y = wide(d, "value")
        at, side = np.arange(8) % 4, (np.arange(8) > 3).astype(float)[:, None]
        later = np.eye(4)[at][:, 1:]
        x = np.hstack([np.ones((8, 1)), later, side, later * side])
        fit = mmrm(y, np.tile(x, (len(y), 1, 1)), structure="unstructured", method="REML")
        yield from _fit(case, "unstructured.REML", fit)
        yield from _triangle(case, "unstructured.REML.sigma", fit.sigma[0])
        yield from _tests(case, "unstructured.REML", fit, 8)


def _tests(case: str, name: str, fit: MixedFit, visits: int) -> Numbers:
    """The arms at the last visit, and at all visits."""
    rows = np.eye(fit.coef.size)[-visits:]
    for method in METHODS if fit.method == "REML" else METHODS[:1]:
        one = mixed_contrast(fit, rows[-1], df=method, **TEST)
        every = f_test(fit, rows, df=method)
        yield case, f"{name}.{method}.df", one.df
        if method != "satterthwaite":
            yield case, f"{name}.{method}.se", one.standard_error
        yield case, f"{name}.{method}.f", every.statistic
        yield case, f"{name}.{method}.df2", every.df2


# lme4's optimum is polished with numeric derivatives.
@subject("linear_mixed", "lmerTest", "pbkrtest", tolerance=1e-07, again=1e-07, by_derivatives=1e-06)
def linear_mixed_models() -> Numbers:
    for case, d in cases("clusters.csv"):
        one = np.ones_like(d["time"])
        x = np.column_stack([one, d["arm"], d["time"], d["arm"] * d["time"]])
        random = {"intercept": one[:, None]}
        if case in ("slope", "balanced"):
            random["slope"] = np.column_stack([one, d["time"]])
        for model, z in random.items():
            for method in ("REML", "ML"):
                name = f"{model}.{method}"
                fit = linear_mixed(d["value"], x, z, d["cluster"], method=method)
                yield from _fit(case, name, fit)
                yield from _triangle(case, f"{name}.g", fit.random_covariance)
                yield case, f"{name}.residual", fit.residual_variance
                if method == "REML":
                    yield from _random_tests(case, name, fit)


@subject(
    "linear_mixed_bound",
    "lmerTest",
    "pbkrtest",
    "numDeriv",
    tolerance=1e-07,
    again=1e-07,
    by_derivatives=1e-06,
)
def linear_mixed_models_at_their_bound() -> Numbers:
    for case, d in cases("clusters_bound.csv"):
        one = np.ones_like(d["time"])
        x = np.column_stack([one, d["arm"], d["time"]])
        z = x[:, [0, 2]] if case == "correlation" else x[:, :1]
        for method in ("REML", "ML"):
            fit = linear_mixed(d["value"], x, z, d["cluster"], method=method)
            assert fit.boundary
            yield from _fit(case, method, fit)
            yield from _triangle(case, f"{method}.g", fit.random_covariance)
            yield case, f"{method}.residual", fit.residual_variance
            for df in METHODS[: 2 if method == "REML" else 1]:
                for i, row in enumerate(np.eye(3), 1):
                    test = mixed_contrast(fit, row, df=df, **TEST)
                    yield case, f"{method}.{df}.df.{i}", test.df
                    if df == "kenward_roger":
                        yield case, f"{method}.{df}.se.{i}", test.standard_error


def _random_tests(case: str, name: str, fit: MixedFit) -> Numbers:
    for method in METHODS[:2]:
        for i, row in enumerate(np.eye(4), 1):
            one = mixed_contrast(fit, row, df=method, **TEST)
            yield case, f"{name}.{method}.df.{i}", one.df
            if method == "kenward_roger":
                yield case, f"{name}.{method}.se.{i}", one.standard_error
        both = f_test(fit, np.eye(4)[[1, 3]], df=method)
        yield case, f"{name}.{method}.f", both.statistic
        yield case, f"{name}.{method}.df2", both.df2
        yield case, f"{name}.{method}.p_value", both.p_value


# A coefficient next to 0 differs by 1.3e-10.
@subject("gee", "geepack", again=1e-08)
def estimating_equations() -> Numbers:
    for case, d in cases("gee.csv"):
        columns = [wide(d, name) for name in ("arm", "base", "visit")]
        x = np.stack([np.ones_like(columns[0]), *columns], axis=2)
        for family in ("gaussian", "binomial", "poisson"):
            for working in ("independence", "exchangeable", "ar1", "unstructured"):
                if (family, working) != ("poisson", "unstructured"):
                    yield from _equations(case, wide(d, family), x, family, working)


# Errors at 0 are those of the last step but one in R; the largest difference seen is 9e-8.
@subject("logistic_mixed", "lme4", "numDeriv", tolerance=1e-06, again=1e-06)
def logistic_models_with_intercepts() -> Numbers:
    for case, d in cases("gee.csv"):
        x = np.column_stack([d["arm"], d["base"], d["visit"]])
        fit = ordinal_mixed(d["binomial"], x, d["subject"], nodes="enough", confidence=0.95)
        yield case, "boundary", fit.boundary
        if not fit.boundary:
            yield case, "sd", fit.sd
            yield case, "sd.se", fit.sd_se
            # The intercept is the threshold with the other sign.
            yield case, "intercept", -float(fit.thresholds[0])
            yield case, "intercept.se", float(fit.thresholds_se[0])
        yield from vector(case, "coef", fit.coef)
        yield from vector(case, "se", fit.se)


@subject("ordinal_gee", "ordinal")
def ordinal_equations() -> Numbers:
    for case, d in cases("ordinal_mixed.csv"):
        d = d | {"visit": d["visit"] + 1}
        x = np.stack([wide(d, "arm"), wide(d, "visit")], axis=2)
        for working in ("independence", "uniform", "pairwise"):
            fit = ordinal_gee(wide(d, "value"), x, working=working, confidence=0.95)
            yield from vector(case, f"{working}.threshold", fit.thresholds)
            for i, value in enumerate(fit.thresholds_se, 1):
                yield case, f"{working}.threshold.{i}.se", value
            yield from vector(case, f"{working}.coef", fit.coef)
            yield from vector(case, f"{working}.se", fit.se)
            for i, j in zip(*np.triu_indices(len(fit.local_odds_ratios), 1), strict=True):
                value = np.log(fit.local_odds_ratios[i, j])
                yield case, f"{working}.log_odds.{i + 1}.{j + 1}", value


@subject("slopes", "geepack", "lme4", "numDeriv", tolerance=1e-06, again=1e-06)
def slopes_of_arms() -> Numbers:
    for case, d in cases("gee.csv"):
        visit, arm = wide(d, "visit"), wide(d, "arm")
        x = np.stack([np.ones_like(visit), visit, arm, visit * arm], axis=2)
        options = {"variance": "robust", "reference": "normal", "confidence": 0.95}
        for working in ("independence", "exchangeable"):
            fit = gee(wide(d, "gaussian"), x, family="gaussian", working=working, **options)
            yield case, f"gee.{working}.coef", fit.coef[-1]
            yield case, f"gee.{working}.se", fit.se[-1]
        x = np.column_stack([d["visit"], d["arm"], d["visit"] * d["arm"]])
        fit = ordinal_mixed(d["binomial"], x, d["subject"], nodes="enough", confidence=0.95)
        if not fit.boundary:
            yield case, "mixed.coef", fit.coef[-1]
            yield case, "mixed.se", fit.se[-1]


@subject("clusters", "clubSandwich", "geepack")
def subjects_in_clusters() -> Numbers:
    corrections = {"CR0": "robust", "CR2": "kauermann_carroll", "CR3": "mancl_derouen"}
    for case, d in cases("gee.csv"):
        x = np.column_stack([np.ones_like(d["arm"]), d["arm"], d["base"]])
        for family in ("gaussian", "binomial"):
            y, cluster = d[family], d["subject"]
            options = {"family": family, "reference": "t", "confidence": 0.95}
            for name, variance in corrections.items():
                fit = clustered(y, x, cluster, working="independence", variance=variance, **options)
                yield from vector(case, f"{family}.{name}.se", fit.se)
            yield from vector(case, f"{family}.coef", fit.coef)
            try:
                fit = clustered(y, x, cluster, working="exchangeable", variance="robust", **options)
            except StatsError:
                yield case, f"{family}.exchangeable.refused", nan
            else:
                yield from vector(case, f"{family}.exchangeable.coef", fit.coef)
                yield from vector(case, f"{family}.exchangeable.se", fit.se)
            means = cluster_means_difference(y, cluster, d["arm"], **TEST)
            yield from fields_of(
                case,
                f"{family}.means",
                means,
                "estimate",
                "low",
                "high",
                "statistic",
                "df",
                "p_value",
            )
            likeness = intracluster_correlation(y, cluster, d["arm"])
            yield case, f"{family}.correlation", likeness
        for name, variance in corrections.items():
            options = {"working": "independence", "variance": variance, "reference": "t"}
            given = d["binomial"], x, d["subject"]
            fit = clustered(*given, family="gaussian", confidence=0.95, **options)
            yield from vector(case, f"risk.{name}.se", fit.se)
        yield from vector(case, "risk.coef", fit.coef)
        sizes = np.unique(d["subject"], return_counts=True)[1]
        yield case, "design_effect", design_effect_of_sizes(sizes, correlation=0.07)


def _equations(case: str, y, x, family: str, working: str) -> Numbers:
    name = f"{family}.{working}"
    options = {"family": family, "working": working, "reference": "t", "confidence": 0.95}
    for variance in VARIANCES:
        try:
            fit = gee(y, x, variance=variance, **options)
        except StatsError:
            yield case, f"{name}.refused", nan
            return
        yield from vector(case, f"{name}.{variance}.se", fit.se)
        if variance == "robust":
            yield from _working(case, name, fit, working)


def _working(case: str, name: str, fit: GeeFit, working: str) -> Numbers:
    yield from vector(case, f"{name}.coef", fit.coef)
    yield from vector(case, f"{name}.model.se", np.sqrt(np.diag(fit.model_covariance)))
    yield case, f"{name}.scale", fit.scale
    if working in ("exchangeable", "ar1"):
        yield case, f"{name}.rho", fit.correlation[0, 1]
    elif working == "unstructured":
        for i, j in zip(*np.tril_indices(fit.correlation.shape[0], -1), strict=True):
            yield case, f"{name}.correlation.{i + 1}.{j + 1}", fit.correlation[i, j]
