"""Our side of the oracle for Cox models of discrete times, tests of hazard ratios, survival of two
arms at a time, log-rank tests weighted by who is at risk, and Fine and Gray's model."""

from dataclasses import astuple
from math import nan

import numpy as np
from oracle_tables import SIDES, Numbers, cases, subject, tested

from trialtrace.stats import Interval, StatsError, TestResult
from trialtrace.stats.survival.cox import CoxFit, cox, hazard_ratio_test
from trialtrace.stats.survival.fine_gray import fine_gray
from trialtrace.stats.survival.kaplan_meier import SCALES
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
