"""Outcomes of everybody, by counting the subjects of the population with pandas."""

from collections.abc import Callable
from math import nan
from typing import TYPE_CHECKING

from trialtrace.methods.checking.data import Asked, Data, level_text
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.methods.checking.where import surely
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

Counts = tuple[int, int, int]
WILSON = "statsmodels.stats.proportion.proportion_confint (wilson, missing counted)"
NEWCOMBE = "statsmodels.stats.proportion.confint_proportions_2indep (newcomb, missing counted)"
BY_COUNTS = "pandas: counts of subjects and outcomes"


def subjects(data: Data, asked: Asked, arms: list[str]) -> "pd.DataFrame | None":
    """Subjects of the population, stratum and condition in these arms; None where a condition is
    on records."""
    chosen = data.adsl[data.adsl[data.trial.populations[asked.population].flag] == "Y"]
    if asked.stratum is not None:
        name, _, level = asked.stratum.partition("=")
        chosen = chosen[chosen[adsl_code(name)].map(level_text) == level]
    where = data.analysis(asked).where
    if where is not None:
        try:
            chosen = chosen[surely(where, chosen)]
        except KeyError:
            return None
    return chosen[chosen["TRT01P"].isin(arms)]


def counts(data: Data, asked: Asked, arms: list[str]) -> Counts | None:
    """Events, subjects with an outcome, subjects without; None where they do not match."""
    everybody, records = subjects(data, asked, arms), data.records(asked, arms)
    if everybody is None or records["USUBJID"].duplicated().any():
        return None
    if not set(records["USUBJID"]) <= set(everybody["USUBJID"]):
        return None
    known = everybody["USUBJID"].isin(records["USUBJID"])
    return int((records["AVAL"] == 1).sum()), len(records), int((~known).sum())


def size(data: Data, asked: Asked, arms: list[str]) -> int:
    everybody = subjects(data, asked, arms)
    return len(data.records(asked, arms) if everybody is None else everybody)


def _proportion(event: bool) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        arms = data.arms(asked)
        found, n = counts(data, asked, arms), size(data, asked, arms)
        if found is None or n == 0:
            return Recomputed(WILSON, nan, n_used=n)
        from statsmodels.stats.proportion import proportion_confint

        x = found[0] + found[2] * event
        low, high = proportion_confint(x, n, 1 - data.confidence(asked), method="wilson")
        return Recomputed(WILSON, x / n, (float(low), float(high)), n_used=n)

    return check


def _pair(data: Data, asked: Asked) -> tuple[Counts | None, Counts | None, int]:
    one, other = (counts(data, asked, [arm]) for arm in asked.pair)
    return one, other, size(data, asked, list(asked.pair))


def _difference(event: bool) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        one, other, n = _pair(data, asked)
        if one is None or other is None or 0 in (sum(one[1:]), sum(other[1:])):
            return Recomputed(NEWCOMBE, nan, n_used=n)
        from statsmodels.stats.proportion import confint_proportions_2indep

        table = []
        for x, known, lacking in (one, other):
            table += [x + lacking * event, known + lacking]
        alpha = 1 - data.confidence(asked)
        low, high = confint_proportions_2indep(
            *table, method="newcomb", compare="diff", alpha=alpha
        )
        value = table[0] / table[1] - table[2] / table[3]
        return Recomputed(NEWCOMBE, value, (float(low), float(high)), n_used=n)

    return check


def _arm_bound(highest: bool) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        arms = data.arms(asked)
        found, n = counts(data, asked, arms), size(data, asked, arms)
        if found is None or found[1] == 0:
            return Recomputed(BY_COUNTS, nan, n_used=n)
        return Recomputed(BY_COUNTS, (found[0] + found[2] * highest) / n, n_used=n)

    return check


def _pair_bound(highest: bool) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        one, other, n = _pair(data, asked)
        if one is None or other is None or 0 in (one[1], other[1]):
            return Recomputed(BY_COUNTS, nan, n_used=n)
        first = (one[0] + one[2] * highest) / sum(one[1:])
        second = (other[0] + other[2] * (not highest)) / sum(other[1:])
        return Recomputed(BY_COUNTS, first - second, n_used=n)

    return check


def _tipping(test: str, part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        one, other, n = _pair(data, asked)
        by = f"scipy.stats ({test}, every outcome of the missing)"
        if one is None or other is None or 0 in (one[1], other[1]):
            return Recomputed(by, nan, n_used=n)
        level = asked.options["level"]
        key = ("tipping", test, one, other)
        p = data.once(key, lambda: _p_values(test, one, other))
        observed = _p(test, one[0], one[1], other[0], other[1])
        known = [value for value in p if value == value]
        value = {
            "tipped": float(sum((value <= level) != (observed <= level) for value in p)),
            "p_lowest": min(known, default=nan),
            "p_highest": max(known, default=nan),
        }[part]
        return Recomputed(by, value, n_used=n)

    return check


def _p_values(test: str, one: Counts, other: Counts) -> list[float]:
    n1, n0 = sum(one[1:]), sum(other[1:])
    return [
        _p(test, one[0] + i, n1, other[0] + j, n0)
        for i in range(one[2] + 1)
        for j in range(other[2] + 1)
    ]


def _p(test: str, x1: int, n1: int, x0: int, n0: int) -> float:
    from scipy.stats import chi2_contingency, fisher_exact

    table = [[x1, n1 - x1], [x0, n0 - x0]]
    if test == "fisher":
        return float(fisher_exact(table).pvalue)
    if x1 + x0 in (0, n1 + n0):
        return nan
    return float(chi2_contingency(table, correction=False).pvalue)


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {
    "proportion_lowest.best_worst": _arm_bound(False),
    "proportion_highest.best_worst": _arm_bound(True),
    "risk_difference_lowest.best_worst": _pair_bound(False),
    "risk_difference_highest.best_worst": _pair_bound(True),
}
for _name, _event in (("missing_as_event", True), ("missing_as_no_event", False)):
    CHECKS[f"proportion.{_name}"] = _proportion(_event)
    CHECKS[f"risk_difference.{_name}"] = _difference(_event)
for _test in ("fisher", "chi_squared"):
    for _part in ("tipped", "p_lowest", "p_highest"):
        CHECKS[f"{_part}.tipping_{_test}"] = _tipping(_test, _part)
