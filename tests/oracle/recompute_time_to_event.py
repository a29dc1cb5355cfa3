"""Our side of the oracle for restricted means, weighted log-rank, competing risks, start-stop Cox
models, proportional hazards and interval-censored times."""

from collections.abc import Callable
from math import nan

import numpy as np
from oracle_tables import Numbers, cases, ends, subject, tested, vector
from scipy.special import chdtrc

from trialtrace.audit.subsets.group_cox import cox_groups
from trialtrace.stats import Contrast, Interval, StatsError, TestResult
from trialtrace.stats.survival import competing_risks as cr
from trialtrace.stats.survival import rmst
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.gray import gray_test
from trialtrace.stats.survival.interval_censored import interval_log_rank, turnbull
from trialtrace.stats.survival.proportional_hazards import TRANSFORMS, proportional_hazards_test
from trialtrace.stats.survival.risk_sets import WEIGHTS, curves, log_rank_sums, risk_sets
from trialtrace.stats.survival.weighted_log_rank import (
    weighted_log_rank,
    weighted_sums_of_groups,
)

ORDINARY = ("two_groups", "heavy_ties", "mostly_censored", "everyone")
NO_TEST = TestResult(nan, nan, nan)
NO_INTERVAL = Interval(nan, nan, nan)


def _or(otherwise, compute: Callable, *data, **options):
    try:
        return compute(*data, **options)
    except StatsError:
        return otherwise


def _contrasts(case: str, name: str, f: Callable, *data, **options) -> Numbers:
    options |= {"treated": 1, "reference": 0}
    none = Contrast(NO_INTERVAL, NO_TEST)
    found = {
        sides: _or(none, f, *data, confidence=0.95, sides=sides, **options)
        for sides in ("two_sided", "greater", "less")
    }
    yield from ends(case, name, found["two_sided"].interval)
    yield case, f"{name}.se", found["two_sided"].standard_error
    yield from tested(case, name, found["two_sided"].test)
    for sides in ("greater", "less"):
        yield case, f"{name}.{sides}", found[sides].test.p_value


def _means(case: str, d: dict[str, np.ndarray]) -> Numbers:
    arms = [(d["time"][d["group"] == g], d["event"][d["group"] == g]) for g in (1, 0)]
    both = d["time"], d["event"], d["group"]
    last = max(time.max() for time, _ in arms)
    limit = min(last, *(t.max() for t, e in arms if not e[t == t.max()].all()), last)
    for share in (0.5, 1, 1.01):
        tau = share * arms[0][0].max()
        none = rmst.RestrictedMean(nan, nan, nan, nan, nan, 0, 0)
        one = _or(none, rmst.restricted_mean, *arms[0], tau=tau, confidence=0.95)
        yield from ends(case, f"mean@{share}", Interval(one.estimate, one.low, one.high))
        yield case, f"mean@{share}.se", one.se
        tau, name = share * limit, f"difference@{share}"
        yield from _contrasts(case, name, rmst.restricted_mean_difference, *both, tau=tau)
        for name, of in (("ratio", "time_without_event"), ("ratio_lost", "time_lost")):
            yield from _contrasts(
                case, f"{name}@{share}", rmst.restricted_mean_ratio, *both, tau=tau, of=of
            )


@subject("restricted_mean", "survival")
def restricted_mean() -> Numbers:
    for case, d in cases("survival.csv"):
        yield from _means(case, d)
        data = d["time"], d["event"], d["group"]
        for strata, end in ((None, ""), (d["stratum"], "_strata")):
            for rho, gamma, name in (
                (0.5, 0, "rho0.5"),
                (1, 0, "rho1"),
                (0.5, 0.5, "rho0.5gamma0.5"),
                (0.5, 1, "rho0.5gamma1"),
            ):
                options = {"rho": rho, "gamma": gamma, "strata": strata}
                found = _or(NO_TEST, weighted_log_rank, *data, **options)
                yield from tested(case, name + end, found, df=True)
            for gamma in (0.5, 1):
                sums = weighted_sums_of_groups(*data, rho=0.5, gamma=gamma, strata=strata)
                for i, value in enumerate(sums.difference, 1):
                    yield case, f"sums{gamma}{end}.u.{i}", value
                    yield case, f"sums{gamma}{end}.v.{i}", sums.variance[i - 1, i - 1]


@subject("competing_risks", "cmprsk")
def competing_risks() -> Numbers:
    for case, d in cases("competing.csv"):
        for of in (1, 2):
            if (d["cause"] == of).any():
                yield from _incidence(case, d, of)
            for strata, end in ((None, ""), (d["stratum"], "_strata")):
                for rho in (0, 1):
                    data = d["time"], d["cause"], d["group"]
                    found = _or(NO_TEST, gray_test, *data, of=of, rho=rho, strata=strata)
                    yield from tested(case, f"gray{of}.rho{rho}{end}", found, df=True)


def _incidence(case: str, d: dict[str, np.ndarray], of: int) -> Numbers:
    data = d["time"], d["cause"], d["group"]
    pair = {"treated": 1, "reference": 0, "sides": "two_sided"}
    for variance in ("aalen", "delta"):
        options = {"of": of, "confidence": 0.95, "variance": variance}
        curve = cr.cumulative_incidence(d["time"], d["cause"], **options)
        for share in (0.2, 0.55, 0.9, 1.1):
            at = share * d["time"].max()
            name = f"cause{of}.{variance}@{share}"
            yield from ends(case, name, curve.at(at).interval())
            yield case, f"{name}.se", float(curve.at(at).se)
            none = Contrast(NO_INTERVAL, NO_TEST)
            found = _or(none, cr.cumulative_incidence_difference, *data, at=at, **pair, **options)
            yield from ends(case, f"{name}.difference", found.interval)
            yield from tested(case, f"{name}.difference", found.test)


@subject("cox_start_stop", "survival")
def start_stop() -> Numbers:
    for case, d in cases("start_stop.csv"):
        data = d["start"], d["stop"], d["event"], np.column_stack([d["x1"], d["x2"]])
        for ties in ("efron", "breslow"):
            for strata, end in ((None, ""), (d["stratum"], "_strata")):
                name, options = ties + end, {"ties": ties, "strata": strata}
                for variance in ("model", "robust"):
                    yield from _fit(case, f"{name}.{variance}", data, d["subject"], **options)
                test = yield from _hazards(case, name, data, **options)
                yield from vector(case, f"{name}.schoenfeld", (test.residuals**2).sum(axis=0))
    ordinary = ("two_groups", "heavy_ties", "mostly_censored")
    for case, d in cases("survival.csv"):
        if case not in ordinary:
            continue
        x = np.column_stack([d["group"] == 1, d["z"]])
        data, row = (None, d["time"], d["event"], x), np.arange(d["time"].size)
        for ties in ("efron", "breslow"):
            options = {"ties": ties, "strata": d["stratum"]}
            yield from _fit(case, f"{ties}.robust", data, row, **options)
            yield from _hazards(case, ties, data, **options)


def _fit(case: str, name: str, data, subject, **options) -> Numbers:
    variance = name.split(".")[1]
    fit = cox_start_stop(*data, confidence=0.95, variance=variance, subject=subject, **options)
    for part in ("coef", "se", "low", "high"):
        yield from vector(case, f"{name}.{part}", getattr(fit, part))
    yield case, f"{name}.log_likelihood.1", fit.null_log_likelihood
    yield case, f"{name}.log_likelihood.2", fit.log_likelihood
    for part in ("wald", "score"):
        yield from tested(case, f"{name}.{part}", getattr(fit, part))


def _hazards(case: str, name: str, data, **options):
    for transform in TRANSFORMS:
        found = proportional_hazards_test(*data, transform=transform, **options)
        for i, test in enumerate(found.each, 1):
            yield from tested(case, f"{name}.zph.{transform}.{i}", test)
        yield from tested(case, f"{name}.zph.{transform}.all", found.together)
    return found


@subject("interval_censored")
def interval_censored() -> Numbers:
    for case, d in cases("interval.csv"):
        fit = turnbull(d["left"], d["right"])
        for part in ("left", "right", "mass"):
            yield from vector(case, f"{part}", getattr(fit, part))
        yield case, "log_likelihood", fit.log_likelihood
        for at in (3, 5, 8, 12.5, 17, 40):
            low, high = fit.probability_by(at)
            yield case, f"by.{at}.low", low
            yield case, f"by.{at}.high", high
        for scores in ("sun", "finkelstein"):
            data = d["left"], d["right"], d["group"]
            found = _or(NO_TEST, interval_log_rank, *data, scores=scores)
            yield from tested(case, scores, found, df=True)


@subject("risk_sets", "survival")
def risk_sets_of() -> Numbers:
    """Everything by risk sets, for all patients and for half of them at once."""
    for case, d in cases("survival.csv"):
        if case not in ORDINARY:
            continue
        k = int(d["group"].max()) + 1
        members = np.stack([np.ones(d["z"].size, dtype=bool), d["z"] > np.median(d["z"])])
        whole = d["time"], d["event"], d["group"].astype(int)
        sets = risk_sets(*whole, members, groups=k)
        tests = {weight: log_rank_sums(sets, weight=weight).p_value() for weight in WEIGHTS}
        two = log_rank_sums(sets.of(0, 1), weight="log_rank")
        for ties in ("efron", "breslow"):
            fit = cox_groups(sets, ties=ties)
            for part in ("likelihood_ratio", "score"):
                tests[f"{ties}.{part}"] = chdtrc(k - 1, getattr(fit, part))
            for g in range(k - 1):
                tests |= {
                    f"{ties}.coef.{g + 1}": fit.coef[:, g],
                    f"{ties}.se.{g + 1}": fit.se[:, g],
                }
        for name, found in (("peto", two.one_step(1)), ("observed", two.observed_ratio(1, 0))):
            tests |= {f"{name}.log": found[0], f"{name}.se": found[1]}
        for interval in ("log_log", "log", "plain"):
            found = curves(sets, confidence=0.95, interval=interval)
            parts = (*found.median(), *found.at(float(np.median(d["time"]))))
            tests |= {f"{interval}.{place}": part for place, part in enumerate(parts, 1)}
        for name, values in tests.items():
            for place, subset in enumerate(("all", "half")):
                yield case, f"{subset}.{name}", values[place]
        strata = np.stack([d["stratum"] == level for level in np.unique(d["stratum"])])
        sets = risk_sets(*whole, strata, groups=k)
        for weight in WEIGHTS:
            sums = log_rank_sums(sets, weight=weight).over_strata()
            yield case, f"strata.{weight}", sums.p_value()[0]
        for ties in ("efron", "breslow"):
            yield case, f"strata.{ties}.coef", cox_groups(sets.as_strata(), ties=ties).coef[0, 0]
