"""Our side of the oracle for hazards, rates, survival at a time, one-sided tests and tied times."""

from dataclasses import astuple
from functools import partial
from math import nan

import numpy as np
from oracle_tables import SIDES, Numbers, cases, ends, subject, tested

from trialtrace.stats import Interval, StatsError, TestResult
from trialtrace.stats.stratified.mantel_haenszel import cochran_mantel_haenszel_z
from trialtrace.stats.survival.cox import CoxFit, cox, hazard_ratio_test
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.fine_gray import fine_gray
from trialtrace.stats.survival.kaplan_meier import SCALES, kaplan_meier, log_rank
from trialtrace.stats.survival.person_time import (
    garwood_rate,
    rate_difference,
    rate_ratio,
)
from trialtrace.stats.survival.recurrent import (
    mean_cumulative,
    mean_cumulative_difference,
    mean_cumulative_ratio,
)
from trialtrace.stats.survival.signed_log_rank import signed_at_risk, signed_log_rank
from trialtrace.stats.survival.survival_at import (
    survival_difference,
    survival_ratio,
)
from trialtrace.stats.survival.weighted_log_rank import at_risk_log_rank


@subject("hazards", "survival", "cmprsk")
def hazards() -> Numbers:
    for case, d in cases("survival.csv"):
        if case in ("two_groups", "heavy_ties", "mostly_censored"):
            yield from _discrete(case, d)
        for share in (0.2, 0.5, 0.9):
            yield from _at(case, d, share)
        for strata, end in ((None, ""), (d["stratum"], "_strata")):
            for weight in ("gehan", "tarone_ware"):
                yield from _at_risk(case, weight, d, strata, end)

    for case, d in cases("competing.csv"):
        if case in ("two_groups", "heavy_ties", "three_causes", "everyone"):
            for of in (1, 2):
                yield from _subdistribution(case, d, of)


def _subdistribution(case: str, d: dict[str, np.ndarray], of: int) -> Numbers:
    x = np.column_stack([d["group"] == 1, d["stratum"] == 2]).astype(float)
    fit = fine_gray(d["time"], d["cause"], x, of=of, confidence=0.95)
    for i, values in enumerate(zip(fit.coef, fit.low, fit.high, fit.se, strict=True), 1):
        for part, value in zip(("estimate", "low", "high", "se"), values, strict=True):
            yield case, f"fine_gray{of}.{i}.{part}", float(value)
    yield case, f"fine_gray{of}.covariance", float(fit.covariance[0, 1])
    yield case, f"fine_gray{of}.log_likelihood", fit.log_likelihood
    yield case, f"fine_gray{of}.null_log_likelihood", fit.null_log_likelihood


def _discrete(case: str, d: dict[str, np.ndarray]) -> Numbers:
    x = np.column_stack([d["group"] == 1, d["z"]]).astype(float)
    for strata, end in ((None, ""), (d["stratum"], "_strata")):
        time = np.ceil(d["time"] / 28)
        fit = cox(time, d["event"], x, ties="discrete", confidence=0.95, strata=strata)
        yield from _fit(case, f"discrete{end}", fit)
        given = float(fit.coef[0]), float(fit.se[0])
        found = {side: hazard_ratio_test(*given, margin=1.3, sides=side) for side in SIDES}
        yield case, f"margin{end}.z", found["less"].statistic
        for side, test in found.items():
            yield case, f"margin{end}.{side}", test.p_value


def _fit(case: str, name: str, fit: CoxFit) -> Numbers:
    for i, values in enumerate(zip(fit.coef, fit.low, fit.high, fit.se, strict=True), 1):
        for part, value in zip(("estimate", "low", "high", "se"), values, strict=True):
            yield case, f"{name}.{i}.{part}", float(value)
    yield case, f"{name}.log_likelihood.1", fit.null_log_likelihood
    yield case, f"{name}.log_likelihood.2", fit.log_likelihood
    for part, test in (("wald", fit.wald), ("score", fit.score)):
        yield from tested(case, f"{name}.{part}", test)


def _at(case: str, d: dict[str, np.ndarray], share: float) -> Numbers:
    arms = {name: d[name] for name in ("time", "event", "group")}
    arms |= {"treated": 1, "reference": 0}
    at = share * d["time"].max()
    for name, function, choices in (
        *((scale, survival_difference, {"interval": scale}) for scale in SCALES),
        ("ratio", survival_ratio, {}),
    ):
        found, tests = Interval(nan, nan, nan), dict.fromkeys(SIDES, TestResult(nan, nan, nan))
        for sides in SIDES:
            try:
                options = {"at": at, "confidence": 0.95, "sides": sides} | choices
                both = function(**arms, **options)
                found, tests[sides] = both.interval, both.test
            except StatsError:
                pass
        label = f"{name}@{share}"
        for part, value in zip(("estimate", "low", "high"), astuple(found)[:3], strict=True):
            yield case, f"{label}.{part}", value
        yield case, f"{label}.z", tests["less"].statistic
        for sides in SIDES:
            yield case, f"{label}.{sides}", tests[sides].p_value


def _at_risk(case: str, weight: str, d: dict[str, np.ndarray], strata, end: str) -> Numbers:
    try:
        data = d["time"], d["event"], d["group"]
        test = at_risk_log_rank(*data, weight=weight, strata=strata)
    except StatsError:
        test = TestResult(nan, nan, nan)
    yield from tested(case, f"{weight}{end}", test, df=True)


SURVIVAL = ("two_groups", "mostly_censored", "heavy_ties", "everyone")


@subject("one_sided", "survival")
def one_sided() -> Numbers:
    for case, d in cases("survival.csv"):
        if case in SURVIVAL:
            of_two = np.isin(d["group"], (0, 1))
            yield from _times(case, {name: column[of_two] for name, column in d.items()})
    for case, d in cases("strata.csv"):
        table = tuple(d[name] for name in ("x1", "n1", "x0", "n0"))
        for correction in ("none", "continuity"):
            for sides in ("less", "greater"):
                try:
                    found = cochran_mantel_haenszel_z(*table, correction=correction, sides=sides)
                    p = found.p_value
                except StatsError:
                    p = nan
                yield case, f"cmh.{correction}.{sides}", p


def _times(case: str, d: dict[str, np.ndarray]) -> Numbers:
    data = d["time"], d["event"], d["group"]
    tests = {
        "rho0": partial(signed_log_rank, rho=0, gamma=0),
        "rho1": partial(signed_log_rank, rho=1, gamma=0),
        "gehan": partial(signed_at_risk, weight="gehan"),
        "tarone_ware": partial(signed_at_risk, weight="tarone_ware"),
    }
    for ending, strata in (("", None), ("_strata", d["stratum"])):
        for name, test in tests.items():
            for sides in ("less", "greater"):
                found = test(*data, strata=strata, sides=sides)
                yield case, f"{name}{ending}.{sides}", found.p_value
            yield case, f"{name}{ending}.z", found.statistic


COMPARED = {"mean_difference": mean_cumulative_difference, "mean_ratio": mean_cumulative_ratio}


@subject("rates", "survival")
def rates() -> Numbers:
    for case, d in cases("rates.csv"):
        x1, t1, x0, t0 = (float(d[name][0]) for name in ("x1", "t1", "x0", "t0"))
        for level in (0.95, 0.9):
            found = garwood_rate(x1, t1, confidence=level)
            yield from ends(case, f"garwood@{level}", found)
        if x1 + x0 == 0:
            continue
        for name, function in (("difference", rate_difference), ("ratio", rate_ratio)):
            for sides in ("two_sided", "less", "greater"):
                found = function(x1, t1, x0, t0, confidence=0.95, sides=sides)
                yield case, f"{name}.{sides}", found.p_value
            yield from ends(case, name, found.interval)
            if name == "difference":
                yield case, "difference.z", found.statistic
    for case, d in cases("start_stop.csv"):
        yield from _means(case, d)


def _means(case: str, d: dict[str, np.ndarray]) -> Numbers:
    rows = d["start"], d["stop"], d["event"], d["subject"]
    at = np.quantile(d["stop"], [0.3, 0.7, 1], method="inverted_cdf")
    for interval in ("plain", "log"):
        options = {"times": at, "interval": interval, "confidence": 0.95}
        found = mean_cumulative(*rows, **options, variance="robust")
        each = zip(found.estimate, found.low, found.high, strict=True)
        for i, bounds in enumerate(each, 1):
            yield from ends(case, f"mean.{i}.{interval}", Interval(*bounds))
    for i, se in enumerate(found.se, 1):
        yield case, f"mean.{i}.se", float(se)
    poisson = mean_cumulative(*rows, **options, variance="poisson")
    for i, se in enumerate(poisson.se, 1):
        yield case, f"mean.{i}.poisson", float(se)
    for variance in ("robust", "poisson"):
        for name, function in COMPARED.items():
            arms = {"treated": 1, "reference": 0, "at": at[0], "variance": variance}
            try:
                found = function(*rows, d["x1"], **arms, confidence=0.95, sides="two_sided")
            except StatsError:
                continue
            yield from ends(case, f"{name}.{variance}", found.interval)
            yield case, f"{name}.{variance}.z", found.statistic
            yield case, f"{name}.{variance}.p", found.p_value


@subject("tied_times", "survival")
def tied_times() -> Numbers:
    for case, d in cases("tied_times.csv"):
        time, event, x = d["time"], d["event"], d["x"][:, None]
        test = log_rank(time, event, d["arm"])
        yield from tested(case, "log_rank", test)
        curve = kaplan_meier(time, event, confidence=0.95, interval="log_log")
        yield case, "rows", curve.time.size
        yield case, "survival", curve.survival[-2]
        yield case, "median", curve.median().estimate
        for ties in ("efron", "breslow"):
            yield case, f"cox.{ties}", cox(time, event, x, ties=ties, confidence=0.95).coef[0]
            fit = cox_start_stop(
                d["start"], time, event, x, ties=ties, confidence=0.95, variance="model"
            )
            yield case, f"start_stop.{ties}", fit.coef[0]
