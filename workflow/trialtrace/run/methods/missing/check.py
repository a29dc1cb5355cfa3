"""Outcomes of everybody, by counting the subjects of the population with pandas.

What multiple imputation draws is by the statistics' own formula, from rows chosen anew: a draw has
no equations to verify. tests/second draws by another generator.
"""

from dataclasses import replace
from itertools import product
from math import inf, isfinite, nan, sqrt

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from trialtrace.run.methods.checking.data import Asked, Data, level_text, surely
from trialtrace.run.methods.checking.outcome import Answer, Check, Recomputed, by_name, peer
from trialtrace.run.methods.inputs import stream
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import answer
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.resolve import of_patients
from trialtrace.stats.missing.imputation import impute_chained

# Events, subjects with an outcome, subjects without.
Counts = tuple[int, int, int]
WILSON = "statsmodels.stats.proportion.proportion_confint (wilson, missing counted)"
NEWCOMBE = "statsmodels.stats.proportion.confint_proportions_2indep (newcomb, missing counted)"
BY_COUNTS = "pandas: counts of subjects and outcomes"


def subjects(data: Data, asked: Asked, arms: list[str]) -> pd.DataFrame | None:
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
    if of_patients(data.trial, data.trial.endpoints[asked.variable]):
        return chosen
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
        x, known, lacking = arm
        x, n = x + lacking * event, known + lacking
        return x / n, proportion_confint(x, n, 1 - data.confidence(asked), method="wilson")

    return check


def _difference(event: bool) -> Check:
    @peer(NEWCOMBE, _both)
    def check(data: Data, asked: Asked, arms: tuple[Counts, Counts]) -> Answer:
        """statsmodels' `confint_proportions_2indep`."""
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
    table = [[x1, n1 - x1], [x0, n0 - x0]]
    if test == "fisher":
        return float(fisher_exact(table).pvalue)
    if x1 + x0 in (0, n1 + n0):
        return nan
    return float(chi2_contingency(table, correction=False).pvalue)


BY = "trialtrace.stats: chained equations; the rule by pandas, Rubin's rules"


def imputed(data: Data, asked: Asked) -> Recomputed:
    """Rubin's rules over completed outcomes of one arm or of two, whose components the statistics'
    own formula draws from the seed of the plan."""
    arms, own = data.compared(asked), data.arms(asked)
    n, whole = size(data, asked, own), subjects(data, asked, arms)
    # What is refused (separation, a missing covariate) another path would only guess.
    if asked.error or whole is None or counts(data, asked, arms) is None:
        return Recomputed(BY, nan, n_used=n)
    key = ("imputed", asked.analysis, asked.parameter, asked.visit, asked.stratum)
    completed = data.tried((*key, str(asked.options)), lambda: _completed(data, asked, whole))
    if completed is None:
        return Recomputed(BY, nan, n_used=n)
    arm = whole["TRT01P"].to_numpy()
    found = [completed[:, arm == name] for name in own]
    shares = np.array([outcomes.mean(axis=1) for outcomes in found])
    sizes = np.array([outcomes.shape[1] for outcomes in found])
    within = (shares * (1 - shares) / sizes[:, None]).sum(axis=0)
    return pooled(BY, data, asked, shares[0] - shares[1:].sum(axis=0), within, inf, n)


def pooled(
    by: str,
    data: Data,
    asked: Asked,
    estimates: np.ndarray,
    variances: np.ndarray,
    free: float,
    n: int,
) -> Recomputed:
    """What is asked of the estimates of imputations and their variances by Rubin's rules; with
    finite degrees of freedom of the complete data by those of Barnard and Rubin."""
    m, within, between = len(estimates), variances.mean(), estimates.var(ddof=1)
    extra = (1 + 1 / m) * between
    share, r = extra / (within + extra), extra / within
    df = (m - 1) / share**2 if share else inf
    if isfinite(free):
        df = 1 / (1 / df + 1 / ((free + 1) / (free + 3) * free * (1 - share)))
    if asked.stat in ("df", "fraction_missing"):
        value = df if asked.stat == "df" else (r + 2 / (df + 3)) / (r + 1)
        return Recomputed(by, float(value), n_used=n)
    found = answer(data, asked, float(estimates.mean()), sqrt(within + extra), df)
    error = None if found[1] is None else (sqrt(between / m), 0.0)
    return Recomputed(by, *found, n_used=n, mc_se=error)


def _completed(data: Data, asked: Asked, whole: pd.DataFrame) -> np.ndarray:
    """Outcomes of everybody, (imputations, subjects)."""
    options, names = asked.options, whole["USUBJID"]
    together = "at_least" not in options and options.get("undecided_before") == "drawn"
    visits = [*(_before(data, asked) if together else ()), asked.visit]
    at = [replace(asked, visit=visit) for visit in visits]
    parts = [_cells(data, one, name, names, "AVAL") for one in at for name in options["components"]]
    columns = covariates(data, whole, options["covariates"])[1].loc[names].to_numpy(float)
    drawn = impute_chained(
        np.column_stack(parts).astype(float),
        whole["TRT01P"].to_numpy(str),
        columns if columns.size else None,
        kinds="binary",
        arms=options["arms"],
        cycles=options["cycles"],
        seed=(options["seed"], stream(replace(asked, pair=None))),
        stop=options["imputations"],
        logistic=options.get("logistic") or "maximum",
    ).values
    records = data.records(asked, data.compared(asked)).set_index("USUBJID")["AVAL"]
    observed = names.map(records).to_numpy(float)
    if "at_least" in options:
        event = (drawn.sum(axis=2) >= options["at_least"]).astype(float)
    else:
        event = np.array([_by_visits(data, at, each, names) for each in drawn])
        event = np.where(_earlier(data, asked, names), 1.0, event)
    return np.where(np.isnan(observed), event, observed)


def _by_visits(data: Data, at: list[Asked], imputed: np.ndarray, names: pd.Series) -> np.ndarray:
    """The rule at the last of these visits, and yes where it says so at one before."""
    *past, event = (
        _by_rule(data, one, drawn, names)
        for one, drawn in zip(at, np.split(imputed, len(at), axis=1), strict=True)
    )
    for before in past:
        event = np.where(before == 1, 1.0, event)
    return event


def _cells(data: Data, asked: Asked, name: str, names: pd.Series, column: str) -> pd.Series:
    rows = data.bds[data.bds["PARAMCD"] == data.trial.endpoints[name].code]
    rows = rows if asked.visit is None else rows[rows["AVISIT"] == asked.visit]
    return names.map(rows.dropna(subset=column).set_index("USUBJID")[column])


def _by_rule(data: Data, asked: Asked, imputed: np.ndarray, names: pd.Series) -> np.ndarray:
    """The composite's own rule over the drawn parts and the others as they were found."""
    rule = data.trial.endpoints[asked.variable].entry
    drawn = dict(zip(asked.options["components"], imputed.T, strict=True))
    findings = [
        drawn[name] if name in drawn else _cells(data, asked, name, names, "AVAL").to_numpy(float)
        for name in rule.findings
    ]
    columns = {"findings": np.sum(findings, axis=0)}
    columns |= dict(zip(rule.findings, findings, strict=True))
    for name, score in rule.parts.items():
        column = "CHG" if score.value == "change" else "AVAL"
        found = drawn.get(score.of)
        if found is None:
            found = _cells(data, asked, score.of, names, column).to_numpy(float)
        columns[name] = found
    return surely(rule.event, pd.DataFrame(columns)).to_numpy(float)


def _before(data: Data, asked: Asked) -> list[str]:
    """The visits before that of a result, of an outcome that counts what is so far."""
    rule = data.trial.endpoints[asked.variable]
    if rule.entry.counted != "by_visit" or asked.visit is None:
        return []
    order = data.bds[data.bds["PARAMCD"] == rule.code].groupby("AVISIT")["AVISITN"].first()
    return list(order.index[order < order[asked.visit]])


def _earlier(data: Data, asked: Asked, names: pd.Series) -> np.ndarray:
    """Whose event surely was there at an earlier visit, whatever the unknown findings were."""
    rule = data.trial.endpoints[asked.variable].entry
    sure = np.zeros(len(names), dtype=bool)
    for visit in _before(data, asked):
        at = replace(asked, visit=visit)
        found = np.array([_cells(data, at, name, names, "AVAL") for name in rule.findings], float)
        scores = {
            name: _cells(
                data, at, score.of, names, "CHG" if score.value == "change" else "AVAL"
            ).to_numpy(float)
            for name, score in rule.parts.items()
        }
        always = np.ones(len(names), dtype=bool)
        for guess in product((0.0, 1.0), repeat=len(rule.findings)):
            full = np.where(np.isnan(found), np.array(guess)[:, None], found)
            columns = {"findings": full.sum(axis=0), **dict(zip(rule.findings, full, strict=True))}
            always &= surely(rule.event, pd.DataFrame(columns | scores)).to_numpy(float) == 1
        sure |= always & ~np.isnan(found).all(axis=0)
    return sure


CHECKS = by_name(
    {
        "proportion_lowest.best_worst": _arm_bound(False),
        "proportion_highest.best_worst": _arm_bound(True),
        "risk_difference_lowest.best_worst": _pair_bound(False),
        "risk_difference_highest.best_worst": _pair_bound(True),
        "proportion.missing_as_event": _proportion(True),
        "risk_difference.missing_as_event": _difference(True),
        "proportion.missing_as_no_event": _proportion(False),
        "risk_difference.missing_as_no_event": _difference(False),
        "tipped,p_lowest,p_highest.tipping_fisher": _tipping("fisher"),
        "tipped,p_lowest,p_highest.tipping_chi_squared": _tipping("chi_squared"),
    }
)
CHECKS |= by_name({"proportion,risk_difference,fraction_missing.multiple_imputation": imputed})
