"""Multiple imputation done again: another generator, Newton's steps written out, Rubin's rules."""

from dataclasses import replace
from itertools import product
from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm, t

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.methods.checking.where import surely
from trialtrace.run.methods.missing.check import counts, size, subjects
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

BY = "numpy.random (chained logistic regressions, Rubin's rules)"
IMPUTATIONS = 40
WIDTH = 5.0


def difference(data: Data, asked: Asked) -> Recomputed:
    """Rubin's rules over completed outcomes; the two may differ by what the draws leave open."""
    arms = data.compared(asked)
    n = size(data, asked, list(asked.contrast))
    whole = subjects(data, asked, arms)
    # What we refuse (separation, a missing covariate) another path would only guess.
    if asked.error or whole is None or counts(data, asked, arms) is None:
        return Recomputed(BY, nan, n_used=n)
    kept = ("components", "covariates", "arms", "at_least", "undecided_before", "logistic")
    options = {key: asked.options.get(key) for key in kept}
    key = ("imputed", asked.analysis, asked.parameter, asked.visit, asked.stratum, str(options))
    completed = data.once(key, lambda: _completed(data, asked, whole))
    arm = whole["TRT01P"].to_numpy()
    treated, reference = (completed[:, arm == name] for name in asked.contrast)
    p1, p0 = treated.mean(axis=1), reference.mean(axis=1)
    within = float((p1 * (1 - p1) / treated.shape[1] + p0 * (1 - p0) / reference.shape[1]).mean())
    value, between = float((p1 - p0).mean()), float((p1 - p0).var(ddof=1))
    extra = (1 + 1 / IMPUTATIONS) * between
    tail = (1 - data.confidence(asked)) / 2
    df = (IMPUTATIONS - 1) * (1 + within / extra) ** 2 if extra else np.inf
    half = float(t.isf(tail, df) if extra else norm.isf(tail)) * sqrt(within + extra)
    ours = asked.options["imputations"]
    # The spread of the bounds is that of the estimate and of its error.
    chance = WIDTH * sqrt(between * (1 / IMPUTATIONS + 1 / ours)) * 1.5 + 1e-9
    return Recomputed(BY, value, (value - half, value + half), n_used=n, chance=chance)


def _completed(data: Data, asked: Asked, whole: "pd.DataFrame") -> np.ndarray:
    """Outcomes of everybody, (imputations, subjects)."""
    import pandas as pd

    options, names = asked.options, whole["USUBJID"]
    together = "at_least" not in options and options.get("undecided_before") == "drawn"
    visits = [*(_before(data, asked) if together else ()), asked.visit]
    at = [replace(asked, visit=visit) for visit in visits]
    parts = [_found(data, one, name, names, "AVAL") for one in at for name in options["components"]]
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


def _by_visits(data: Data, at: list[Asked], imputed: np.ndarray, names: "pd.Series") -> np.ndarray:
    """The rule at the last of these visits, and yes where it says so at one before."""
    *past, event = (
        _by_rule(data, one, drawn, names)
        for one, drawn in zip(at, np.split(imputed, len(at), axis=1), strict=True)
    )
    for before in past:
        event = np.where(before == 1, 1.0, event)
    return event


def _found(data: Data, asked: Asked, name: str, names: "pd.Series", column: str) -> "pd.Series":
    rows = data.bds[data.bds["PARAMCD"] == data.trial.endpoints[name].code]
    rows = rows if asked.visit is None else rows[rows["AVISIT"] == asked.visit]
    return names.map(rows.dropna(subset=column).set_index("USUBJID")[column])


def _by_rule(data: Data, asked: Asked, imputed: np.ndarray, names: "pd.Series") -> np.ndarray:
    """The composite's own rule over the drawn parts and the others as they were found."""
    import pandas as pd

    rule = data.trial.endpoints[asked.variable].entry
    drawn = dict(zip(asked.options["components"], imputed.T, strict=True))
    findings = [
        drawn[name] if name in drawn else _found(data, asked, name, names, "AVAL").to_numpy(float)
        for name in rule.findings
    ]
    columns = {"findings": np.sum(findings, axis=0)}
    columns |= dict(zip(rule.findings, findings, strict=True))
    for name, score in rule.parts.items():
        column = "CHG" if score.value == "change" else "AVAL"
        found = drawn.get(score.of)
        if found is None:
            found = _found(data, asked, score.of, names, column).to_numpy(float)
        columns[name] = found
    return surely(rule.event, pd.DataFrame(columns)).to_numpy(float)


def _before(data: Data, asked: Asked) -> list[str]:
    """The visits before that of a result, of an outcome that counts what is so far."""
    rule = data.trial.endpoints[asked.variable]
    if rule.entry.counted != "by_visit" or asked.visit is None:
        return []
    order = data.bds[data.bds["PARAMCD"] == rule.code].groupby("AVISIT")["AVISITN"].first()
    return list(order.index[order < order[asked.visit]])


def _earlier(data: Data, asked: Asked, names: "pd.Series") -> np.ndarray:
    """Whose event surely was there at an earlier visit, whatever the unknown findings were."""
    import pandas as pd

    rule = data.trial.endpoints[asked.variable].entry
    sure = np.zeros(len(names), dtype=bool)
    for visit in _before(data, asked):
        at = replace(asked, visit=visit)
        found = np.array([_found(data, at, name, names, "AVAL") for name in rule.findings], float)
        scores = {
            name: _found(
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


CHECKS = {"risk_difference.multiple_imputation": difference}
