"""Outcomes of everybody, by counting the subjects of the population with pandas."""

from dataclasses import replace
from itertools import product
from math import exp, nan, sqrt

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, fisher_exact, norm, t
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from trialtrace.run.methods.checking.data import Asked, Data, level_text, surely
from trialtrace.run.methods.checking.outcome import Answer, Check, Recomputed, by_name, peer
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.resolve import of_patients

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


BY = "numpy.random (chained logistic regressions, Rubin's rules)"
IMPUTATIONS = 40
WIDTH = 5.0


def imputed(data: Data, asked: Asked) -> Recomputed:
    """Rubin's rules over completed outcomes of one arm or of two; ours and these may differ by what
    the draws leave open."""
    arms = data.compared(asked)
    own = data.arms(asked)
    n = size(data, asked, own)
    whole = subjects(data, asked, arms)
    # What we refuse (separation, a missing covariate) another path would only guess.
    if asked.error or whole is None or counts(data, asked, arms) is None:
        return Recomputed(BY, nan, n_used=n)
    kept = ("components", "covariates", "arms", "at_least", "undecided_before", "logistic")
    options = {key: asked.options.get(key) for key in kept}
    key = ("imputed", asked.analysis, asked.parameter, asked.visit, asked.stratum, str(options))
    completed = data.once(key, lambda: _completed(data, asked, whole))
    arm = whole["TRT01P"].to_numpy()
    found = [completed[:, arm == name] for name in own]
    shares = np.array([outcomes.mean(axis=1) for outcomes in found])
    sizes = np.array([outcomes.shape[1] for outcomes in found])
    within = float((shares * (1 - shares) / sizes[:, None]).sum(axis=0).mean())
    drawn = shares[0] - shares[1:].sum(axis=0)
    value, between = float(drawn.mean()), float(drawn.var(ddof=1))
    extra = (1 + 1 / IMPUTATIONS) * between
    tail = (1 - data.confidence(asked)) / 2
    df = (IMPUTATIONS - 1) * (1 + within / extra) ** 2 if extra else np.inf
    half = float(t.isf(tail, df) if extra else norm.isf(tail)) * sqrt(within + extra)
    ours = asked.options["imputations"]
    # How far chance may put the variance between imputations: as a factor.
    factor = exp(WIDTH * sqrt(2 / (ours - 1) + 2 / (IMPUTATIONS - 1)))
    if asked.stat == "fraction_missing":
        told = [_fraction_missing(ours, between * by, within) for by in (1.0, 1 / factor, factor)]
        chance = max(abs(each - told[0]) for each in told) + 1e-9
        return Recomputed(BY, told[0], n_used=n, chance=chance)
    error = sqrt(between / ours)
    chance = WIDTH * sqrt(between * (1 / IMPUTATIONS + 1 / ours)) + 1e-9
    ends = value - half, value + half
    # The spread of the bounds is that of the estimate and of its error.
    return Recomputed(
        BY,
        value,
        ends,
        n_used=n,
        chance=chance,
        chance_of_bounds=chance * 1.5,
        mc_se=(error, error * sqrt(factor) - error + 1e-9),
    )


def _fraction_missing(m: int, between: float, within: float) -> float:
    """Of the information, with infinite degrees of freedom in the complete data."""
    r = (1 + 1 / m) * between / within
    return (r + 2 / ((m - 1) * (1 + 1 / r) ** 2 + 3)) / (r + 1) if r else 0.0


def _completed(data: Data, asked: Asked, whole: pd.DataFrame) -> np.ndarray:
    """Outcomes of everybody, (imputations, subjects)."""
    options, names = asked.options, whole["USUBJID"]
    together = "at_least" not in options and options.get("undecided_before") == "drawn"
    visits = [*(_before(data, asked) if together else ()), asked.visit]
    at = [replace(asked, visit=visit) for visit in visits]
    parts = [_cells(data, one, name, names, "AVAL") for one in at for name in options["components"]]
    y = np.column_stack(parts).astype(float)
    fixed = pd.get_dummies(
        whole[[adsl_code(name) for name in options["covariates"]]], drop_first=True
    ).to_numpy(float)
    arm = whole["TRT01P"].to_numpy()
    records = data.records(asked, data.compared(asked)).set_index("USUBJID")["AVAL"]
    observed = names.map(records).to_numpy(float)
    draw = np.random.default_rng(20240301)
    completed = [_impute(y, fixed, arm, options, draw) for _ in range(IMPUTATIONS)]
    if "at_least" in options:
        event = np.array(
            [(imputed.sum(axis=1) >= options["at_least"]).astype(float) for imputed in completed]
        )
    else:
        event = np.array([_by_visits(data, at, imputed, names) for imputed in completed])
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


def _impute(y: np.ndarray, fixed: np.ndarray, arm: np.ndarray, options: dict, draw) -> np.ndarray:
    lacking = np.isnan(y)
    imputed = np.where(lacking, (draw.random(y.shape) < 0.5).astype(float), y)
    apart = options["arms"] == "by_arm"
    names = np.unique(arm)
    indicators = (arm[:, None] == names[1:]).astype(float)
    groups = [arm == name for name in names] if apart else [np.ones(len(arm), bool)]
    cycles = 8 if y.shape[1] > 1 else 1
    for _ in range(cycles):
        for column in range(y.shape[1]):
            others = np.delete(imputed, column, axis=1)
            x = np.column_stack([np.ones(len(y)), fixed, others])
            x = x if apart else np.column_stack([x, indicators])
            for group in groups:
                seen, gone = group & ~lacking[:, column], group & lacking[:, column]
                if gone.any():
                    own, rows, weights = y[seen, column], x[seen], np.ones(seen.sum())
                    if options.get("logistic") == "augmented":
                        own, rows, weights = _augmented(own, rows, x[group])
                    beta = _posterior(own, rows, weights, draw)
                    p = 1 / (1 + np.exp(-x[gone] @ beta))
                    imputed[gone, column] = draw.random(gone.sum()) < p
    return imputed


def _augmented(
    y: np.ndarray, x: np.ndarray, group: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """White, Daniel and Royston's rows: each predictor half a standard deviation off its mean."""
    centre, spread = group.mean(axis=0), group.std(axis=0, ddof=1)
    low, high = group.min(axis=0), group.max(axis=0)
    rows, outcomes = [], []
    for predictor in range(1, x.shape[1]):
        for outcome, side in product((0.0, 1.0), (0.5, -0.5)):
            row = centre.copy()
            row[predictor] += side * spread[predictor]
            rows.append(np.minimum(np.maximum(row, low), high))
            outcomes.append(outcome)
    weight = x.shape[1] / len(rows)
    weights = np.r_[np.ones(len(y)), np.full(len(rows), weight)]
    return np.r_[y, outcomes], np.vstack([x, rows]), weights


def _posterior(y: np.ndarray, x: np.ndarray, weights: np.ndarray, draw) -> np.ndarray:
    """A draw from the normal approximation at the maximum."""
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        information = (x.T * (weights * p * (1 - p))) @ x + 1e-9 * np.eye(x.shape[1])
        step = np.clip(np.linalg.solve(information, x.T @ (weights * (y - p))), -4, 4)
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return draw.multivariate_normal(beta, np.linalg.inv(information))


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
