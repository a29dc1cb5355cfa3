"""Our side of the oracle for one-sided tests that are chi-squared where they are two-sided."""

from functools import partial
from math import nan

import numpy as np
from oracle_tables import Numbers, cases, subject

from trialtrace.stats import StatsError
from trialtrace.stats.stratified.mantel_haenszel import cochran_mantel_haenszel_z
from trialtrace.stats.survival.signed_log_rank import signed_at_risk, signed_log_rank

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
