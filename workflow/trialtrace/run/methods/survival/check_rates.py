"""Rates per person-time by the distributions of scipy: chi-squared, binomial, normal."""

from math import inf, nan, sqrt
from typing import TYPE_CHECKING

from scipy.stats import binomtest, chi2, norm

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, Recomputed, peer

if TYPE_CHECKING:
    import pandas as pd

# Events and the sum of times of an arm.
Arm = tuple[int, float]


def _arm(records: "pd.DataFrame", per: float) -> Arm:
    return int((records["CNSR"] == 0).sum()), float(records["AVAL"].sum()) / per


def _one(data: Data, asked: Asked) -> tuple[Arm | None, int]:
    records = data.records(asked)
    arm = _arm(records, asked.options["per"])
    return (arm if arm[1] > 0 else None), len(records)


def person_time(data: Data, asked: Asked) -> Recomputed:
    """The sum of times, by pandas; none of nobody."""
    records = data.records(asked)
    total = float(records["AVAL"].sum()) if len(records) else nan
    return Recomputed("pandas: sum", total, n_used=len(records))


@peer("scipy.stats.chi2", _one)
def rate(data: Data, asked: Asked, arm: Arm) -> Answer:
    """Garwood's bounds by quantiles of scipy's `chi2`."""
    events, time = arm
    tail = (1 - data.confidence(asked)) / 2
    low = chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    return events / time, (low / time, chi2.isf(tail, 2 * events + 2) / 2 / time)


def _both(data: Data, asked: Asked) -> tuple[list[Arm] | None, int]:
    per = asked.options.get("per", 1.0)
    arms = [_arm(data.records(asked, [arm]), per) for arm in asked.contrast]
    known = all(time > 0 for _, time in arms) and sum(events for events, _ in arms) > 0
    return (arms if known else None), len(data.records(asked))


@peer("scipy.stats.norm", _both)
def difference(data: Data, asked: Asked, arms: list[Arm]) -> Answer:
    """Wald's interval and test, quantiles and tails by scipy's `norm`."""
    (a, s), (b, t) = arms
    value, se = a / s - b / t, sqrt(a / s**2 + b / t**2)
    if asked.stat in ("p_value", "z"):
        return {"z": value / se, "p_value": 2 * float(norm.sf(abs(value / se)))}
    half = data.z(asked) * se
    return value, (value - half, value + half)


@peer("scipy.stats.binomtest", _both)
def ratio(data: Data, asked: Asked, arms: list[Arm]) -> Answer:
    """The events of one arm among all, by scipy's `binomtest`, as odds over those of the times."""
    (a, s), (b, t) = arms
    test = binomtest(a, a + b, s / (s + t))
    if asked.stat == "p_value":
        return float(test.pvalue)
    share = test.proportion_ci(data.confidence(asked), method="exact")
    ends = [p / (1 - p) * t / s if p < 1 else inf for p in (share.low, share.high)]
    return (a / s) / (b / t) if b else inf, (ends[0], ends[1])


CHECKS: dict[str, Check] = {
    "person_time.sum": person_time,
    "rate.garwood": rate,
    "rate_difference.poisson_wald": difference,
    "p_value.poisson_wald": difference,
    "z.poisson_wald": difference,
    "rate_ratio.poisson_exact": ratio,
    "p_value.poisson_exact": ratio,
}
