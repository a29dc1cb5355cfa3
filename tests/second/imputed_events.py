"""Components of an event drawn again, by another generator and other formulas."""

from dataclasses import replace
from itertools import product
from math import exp, nan, sqrt

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from trialtrace.run.methods.checking.data import Asked, Data, surely
from trialtrace.run.methods.checking.outcome import Recomputed, by_name
from trialtrace.run.methods.missing.check import counts, size, subjects
from trialtrace.run.trial.model import adsl_code

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


CHECKS = by_name({"proportion,risk_difference,fraction_missing.multiple_imputation": imputed})
