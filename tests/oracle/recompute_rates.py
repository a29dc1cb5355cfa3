"""Our side of the oracle for rates per person-time and mean numbers of events."""

import numpy as np
from oracle_tables import Numbers, cases, ends, subject

from trialtrace.stats import Interval, StatsError
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
