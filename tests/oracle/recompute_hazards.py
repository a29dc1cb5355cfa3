"""Our side of the oracle for Cox models of discrete times and tests of hazard ratios."""

from collections.abc import Callable, Iterator

import numpy as np

from trialtrace.stats.survival.cox import CoxFit, cox, hazard_ratio_test

Cases = Callable[[str], Iterator[tuple[str, dict[str, np.ndarray]]]]
Numbers = Iterator[tuple[str, str, float]]
SIDES = ("less", "greater", "two_sided")


def hazards(cases: Cases) -> Numbers:
    for case, d in cases("survival.csv"):
        if case in ("two_groups", "heavy_ties", "mostly_censored"):
            yield from _discrete(case, d)


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
        yield case, f"{name}.{part}.statistic", test.statistic
        yield case, f"{name}.{part}.p_value", test.p_value
