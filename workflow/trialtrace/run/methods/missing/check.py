"""Outcomes of everybody, by counting the subjects of the population with pandas."""

from math import nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.checking.data import Asked, Data, level_text
from trialtrace.run.methods.checking.outcome import Answer, Check, peer
from trialtrace.run.methods.checking.where import surely
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

# Events, subjects with an outcome, subjects without.
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
    """The subjects of the population in these arms; their records where a condition is on these."""
    everybody = subjects(data, asked, arms)
    return len(data.records(asked, arms) if everybody is None else everybody)


def _arm(data: Data, asked: Asked) -> tuple[Counts | None, int]:
    """The counts of a result's arm, None where it has nobody, and its subjects."""
    arms = data.arms(asked)
    arm, n = counts(data, asked, arms), size(data, asked, arms)
    return (arm if n else None), n


def _both(data: Data, asked: Asked) -> tuple[tuple[Counts, Counts] | None, int]:
    """The counts of two arms, None where one has nobody, and the subjects of both."""
    n = size(data, asked, list(asked.contrast))
    treated, reference = (counts(data, asked, [arm]) for arm in asked.contrast)
    if (
        treated is None
        or reference is None
        or 0 in (treated[1] + treated[2], reference[1] + reference[2])
    ):
        return None, n
    return (treated, reference), n


def _both_seen(data: Data, asked: Asked) -> tuple[tuple[Counts, Counts] | None, int]:
    """The same, None also where nobody of an arm has an outcome."""
    arms, n = _both(data, asked)
    return (arms if arms and arms[0][1] and arms[1][1] else None), n


def _proportion(event: bool) -> Check:
    @peer(WILSON, _arm)
    def check(data: Data, asked: Asked, arm: Counts) -> Answer:
        """statsmodels' `proportion_confint`."""
        from statsmodels.stats.proportion import proportion_confint

        x, known, lacking = arm
        x, n = x + lacking * event, known + lacking
        return x / n, proportion_confint(x, n, 1 - data.confidence(asked), method="wilson")

    return check


def _difference(event: bool) -> Check:
    @peer(NEWCOMBE, _both)
    def check(data: Data, asked: Asked, arms: tuple[Counts, Counts]) -> Answer:
        """statsmodels' `confint_proportions_2indep`."""
        from statsmodels.stats.proportion import confint_proportions_2indep

        (x1, n1), (x0, n0) = ((x + gone * event, known + gone) for x, known, gone in arms)
        alpha = 1 - data.confidence(asked)
        bounds = confint_proportions_2indep(
            x1, n1, x0, n0, method="newcomb", compare="diff", alpha=alpha
        )
        return x1 / n1 - x0 / n0, bounds

    return check


def _arm_bound(highest: bool) -> Check:
    @peer(BY_COUNTS, _arm)
    def check(data: Data, asked: Asked, arm: Counts) -> Answer:
        x, known, lacking = arm
        return (x + lacking * highest) / (known + lacking) if known else nan

    return check


def _pair_bound(highest: bool) -> Check:
    @peer(BY_COUNTS, _both_seen)
    def check(data: Data, asked: Asked, arms: tuple[Counts, Counts]) -> Answer:
        treated, reference = arms
        first = (treated[0] + treated[2] * highest) / sum(treated[1:])
        second = (reference[0] + reference[2] * (not highest)) / sum(reference[1:])
        return first - second

    return check


def _tipping(test: str) -> Check:
    @peer(f"scipy.stats ({test}, every outcome of the missing)", _both_seen)
    def check(data: Data, asked: Asked, arms: tuple[Counts, Counts]) -> Answer:
        """scipy's `fisher_exact` or `chi2_contingency` of every table that may have been."""
        level = asked.options["level"]
        p = data.once(("tipping", test, *arms), lambda: _p_values(test, *arms))
        observed = _p(test, *arms[0][:2], *arms[1][:2])
        known = [value for value in p if value == value]
        return {
            "tipped": float(sum((value <= level) != (observed <= level) for value in p)),
            "p_lowest": min(known, default=nan),
            "p_highest": max(known, default=nan),
        }

    return check


def _p_values(test: str, treated: Counts, reference: Counts) -> list[float]:
    n1, n0 = sum(treated[1:]), sum(reference[1:])
    return [
        _p(test, treated[0] + i, n1, reference[0] + j, n0)
        for i in range(treated[2] + 1)
        for j in range(reference[2] + 1)
    ]


def _p(test: str, x1: int, n1: int, x0: int, n0: int) -> float:
    from scipy.stats import chi2_contingency, fisher_exact

    table = [[x1, n1 - x1], [x0, n0 - x0]]
    if test == "fisher":
        return float(fisher_exact(table).pvalue)
    if x1 + x0 in (0, n1 + n0):
        return nan
    return float(chi2_contingency(table, correction=False).pvalue)


CHECKS: dict[str, Check] = {
    "proportion_lowest.best_worst": _arm_bound(False),
    "proportion_highest.best_worst": _arm_bound(True),
    "risk_difference_lowest.best_worst": _pair_bound(False),
    "risk_difference_highest.best_worst": _pair_bound(True),
}
for _name, _event in (("missing_as_event", True), ("missing_as_no_event", False)):
    CHECKS[f"proportion.{_name}"] = _proportion(_event)
    CHECKS[f"risk_difference.{_name}"] = _difference(_event)
for _test in ("fisher", "chi_squared"):
    for _stat in ("tipped", "p_lowest", "p_highest"):
        CHECKS[f"{_stat}.tipping_{_test}"] = _tipping(_test)
