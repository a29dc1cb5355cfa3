"""Our side of the oracle for two groups, regression models and counts over an exposure."""

from collections.abc import Callable
from math import nan

import numpy as np
from oracle_tables import Numbers, cases, ends, fields_of, subject, tested, vector

from trialtrace.stats import Interval, StatsError
from trialtrace.stats.continuous.hodges_lehmann import hodges_lehmann
from trialtrace.stats.continuous.win_ratio import Measured, TimeToEvent, win_statistics
from trialtrace.stats.regression import standardisation as g
from trialtrace.stats.regression.ancova import VARIANCES, ancova, arm_difference
from trialtrace.stats.regression.counts import negative_binomial, poisson_rates
from trialtrace.stats.regression.logistic import firth, logistic
from trialtrace.stats.regression.ordinal import brant_test, proportional_odds
from trialtrace.stats.regression.ordinal_mixed import ordinal_mixed
from trialtrace.stats.regression.poisson import modified_poisson

CONFIDENCE = {"confidence": 0.95}


def _or_refused(case: str, name: str, numbers: Callable[..., Numbers], y, x) -> Numbers:
    try:
        yield from numbers(case, y, x)
    except StatsError:
        yield case, f"{name}.refused", nan


# R's root search ends at 1e-11 in Firth's bounds.
@subject("models", "sandwich", "car", "ordinal", "MASS", "numDeriv", again=1e-08)
def models() -> Numbers:
    for case, d in cases("models.csv"):
        arms = [d["arm"] == k for k in range(1, int(d["arm"].max()) + 1)]
        x = np.column_stack([np.ones(d["arm"].size), *arms, d["z"] - d["z"].mean()])
        yield from _covariance(case, d)
        for numbers, name in ((_logistic, "logistic"), (_poisson, "poisson")):
            yield from _or_refused(case, name, numbers, d["binary"], x)
        yield from _firth(case, d["binary"], x)
        for family in ("logistic", "linear"):
            try:
                yield from _standardised(case, d, family)
            except StatsError:
                assert case in ("quasi", "complete")
        yield from _odds(case, d["level"], x[:, 1:])
        yield from _or_refused(case, "brant", _brant, d["level"], x[:, 1:])


def _covariance(case: str, d: dict[str, np.ndarray]) -> Numbers:
    for variance in VARIANCES:
        fit = ancova(
            d["y"],
            d["arm"],
            covariates=d["z"],
            strata=d["stratum"],
            variance=variance,
            **CONFIDENCE,
        )
        name = f"ancova.{variance}"
        if variance == "model":
            yield case, "ancova.sd", fit.residual_sd
        for i in range(1, fit.arms.size):
            found = arm_difference(fit, i, 0, sides="two_sided", **CONFIDENCE).interval
            yield from ends(case, f"{name}.difference.{i}", found)


def _logistic(case: str, y, x) -> Numbers:
    fit = logistic(y, x, **CONFIDENCE)
    yield from vector(case, "logistic.coef", fit.coef)
    yield from vector(case, "logistic.se", fit.se)
    yield case, "logistic.log_likelihood", fit.log_likelihood


def _poisson(case: str, y, x) -> Numbers:
    fit = modified_poisson(y, x, **CONFIDENCE)
    yield from vector(case, "poisson.coef", fit.coef)
    yield from vector(case, "poisson.se", fit.se)


def _firth(case: str, y, x) -> Numbers:
    fit = firth(y, x, **CONFIDENCE)
    for part in ("coef", "se", "low", "high"):
        yield from vector(case, f"firth.{part}", getattr(fit, part))
    yield from vector(case, "firth.test", fit.statistic)
    yield case, "firth.log_likelihood", fit.log_likelihood


def _standardised(case: str, d: dict[str, np.ndarray], family: str) -> Numbers:
    y = d["binary"] if family == "logistic" else d["y"]
    for variance in g.VARIANCES:
        fit = g.standardise(y, d["arm"], d["z"], family=family, variance=variance)
        name = f"standardised.{family}.{variance}"
        for i in range(fit.arms.size):
            found = g.standardised_mean(fit, i, **CONFIDENCE)
            yield from ends(case, f"{name}.mean.{i}", found)
        for i in range(1, fit.arms.size):
            found = g.standardised_difference(fit, i, 0, **CONFIDENCE)
            yield from ends(case, f"{name}.difference.{i}", found)
            if family == "logistic":
                found = g.standardised_ratio(fit, i, 0, **CONFIDENCE)
                yield from ends(case, f"{name}.ratio.{i}", found)


def _odds(case: str, level, x) -> Numbers:
    fit = proportional_odds(level, x, **CONFIDENCE)
    yield from vector(case, "odds.threshold", fit.thresholds)
    yield from vector(case, "odds.threshold_se", fit.thresholds_se)
    yield from vector(case, "odds.coef", fit.coef)
    yield from vector(case, "odds.se", fit.se)
    yield case, "odds.log_likelihood", fit.log_likelihood
    yield case, "odds.lr", fit.likelihood_ratio.statistic
    yield case, "odds.wald", fit.wald.statistic
    yield case, "odds.score", fit.score.statistic


def _brant(case: str, level, x) -> Numbers:
    found = brant_test(level, x)
    yield case, "brant", found.overall.statistic
    yield from vector(case, "brant", [test.statistic for test in found.by_column])


# R's derivatives are numeric; the largest difference seen from ours is 2e-9.
@subject("ordinal_mixed", "ordinal", "numDeriv", again=1e-07)
def ordinal_mixed_models() -> Numbers:
    for case, d in cases("ordinal_mixed.csv"):
        x = np.column_stack([d["arm"], d["visit"]])
        fit = ordinal_mixed(d["value"], x, d["subject"], nodes=40, **CONFIDENCE)
        yield from vector(case, "threshold", fit.thresholds)
        yield from vector(case, "coef", fit.coef)
        for i, value in enumerate(fit.thresholds_se, 1):
            yield case, f"threshold.{i}.se", value
        for i, value in enumerate(fit.se, 1):
            yield case, f"coef.{i}.se", value
        yield case, "sd", fit.sd
        yield case, "sd.se", fit.sd_se
        yield case, "log_likelihood", fit.log_likelihood


@subject("win_ratio")
def win_ratios() -> Numbers:
    for case, d in cases("win_ratio.csv"):
        outcomes = [
            TimeToEvent(d["time1"], d["event1"]),
            TimeToEvent(d["time2"], d["event2"]),
            Measured(d["score"], larger_wins=True, margin=0.25),
        ]
        found = win_statistics(d["treated"], outcomes, **CONFIDENCE)
        yield from vector(case, "wins", found.wins)
        yield from vector(case, "losses", found.losses)
        for name in ("win_ratio", "net_benefit", "win_odds"):
            yield from ends(case, name, getattr(found, name))
        yield from tested(case, "test", found.test)


@subject("hodges_lehmann")
def shifts() -> Numbers:
    for case, d in cases("two_samples.csv"):
        x, y = (d["value"][d["arm"] == arm] for arm in "xy")
        for level in (0.8, 0.95):
            for correction in ("none", "continuity"):
                try:
                    found = hodges_lehmann(x, y, correction=correction, confidence=level)
                except StatsError:
                    found = Interval(nan, nan, nan)
                yield from ends(case, f"shift.{correction}.{level}", found)


KINDS = (("poisson", "model"), ("robust", "robust"), ("quasi", "quasi"))


# glm.nb takes turns between size and coefficients; the largest difference seen is 4e-8.
@subject("counts", "MASS", "sandwich", "numDeriv", tolerance=1e-07, again=1e-07)
def counts() -> Numbers:
    for case, d in cases("counts.csv"):
        arms = [d["arm"] == level for level in np.unique(d["arm"])[1:]]
        of_arms = np.column_stack([np.ones(d["y"].size), *arms])
        for name, x in (("arm", of_arms), ("age", np.column_stack([of_arms, d["age"]]))):
            common = {"exposure": d["time"], "confidence": 0.95}
            for kind, variance in KINDS:
                fit = poisson_rates(d["y"], x, variance=variance, **common)
                yield from _coefficients(case, f"{kind}.{name}", fit)
            yield from fields_of(
                case, f"poisson.{name}", fit, "scale", "deviance", "log_likelihood"
            )
            fit = negative_binomial(d["y"], x, **common)
            yield from _coefficients(case, f"negative_binomial.{name}", fit)
            yield case, f"negative_binomial.{name}.dispersion", fit.dispersion
            yield case, f"negative_binomial.{name}.log_likelihood", fit.log_likelihood
            if fit.boundary:
                continue
            yield from tested(case, f"against_poisson.{name}", fit.against_poisson)
            observed = negative_binomial(d["y"], x, information="observed", **common)
            yield from _coefficients(case, f"observed.{name}", observed)


def _coefficients(case: str, name: str, fit) -> Numbers:
    for part in ("coef", "se"):
        yield from vector(case, f"{name}.{part}", getattr(fit, part))
