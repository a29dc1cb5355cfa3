"""Analysis of variance within subjects: pingouin's, with the epsilon of each effect.

That of an interaction is its own also where both factors have more than two levels, since 0.7. An
effect of at most two of three factors is that of the means over the others, by pingouin; what
depends on all responses, generalised eta squared and R's p of Mauchly's test, is by linear models,
as is the effect of all three.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, combinations, product
from math import nan, prod

import numpy as np
import pandas as pd
from scipy.linalg import helmert
from scipy.stats import f as f_distribution
from statsmodels.regression.linear_model import OLS

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, peer
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.repeated.check_pingouin import (
    chosen,
    corrected,
    eta_limits,
    huynh_feldt_below_one,
    lecoutre,
    mauchly,
    mauchly_p,
    within_table,
)
from trialtrace.run.trial.model import adsl_code

BY = "pingouin.rm_anova"
MODELS = "statsmodels.regression.linear_model.OLS (contrast scores)"
OF_ALL = ("generalised_eta_squared", "mauchly_p_r")
MAUCHLY = ("mauchly_w", "mauchly_p", "mauchly_p_r")
NAMES = {"TRTP": "treatment", "AVISIT": "visit", "LOC": "location"}
Effects = dict[str, dict[str, float]]


def _analysed(data: Data, asked: Asked) -> tuple[dict[str, float] | None, int]:
    """The statistics of an effect, None where there is nothing to analyse, and subjects."""
    design, treatment = asked.options["design"], asked.options.get("treatment")
    group = asked.options.get("between")
    key = ("within", asked.analysis, asked.parameter, asked.stratum, design, treatment, group)
    effects, n = data.once(key, lambda: _effects(data, asked, design, treatment))
    return effects.get(asked.level), n


def _by(asked: Asked) -> str:
    """pingouin, but for groups, for three factors together and for what is of all responses."""
    three = "location" in asked.options["design"]
    whole = asked.level == "treatment_visit_location" or asked.stat in OF_ALL
    return MODELS if asked.options.get("between") or (three and whole) else BY


@peer(_by, _analysed)
def check(data: Data, asked: Asked, effect: dict[str, float]) -> Answer:
    """pingouin's `rm_anova`; degrees of freedom by the epsilon that the plan names, at most 1."""
    between = "epsilon_gg" not in effect
    value = chosen(effect, asked.stat, "none" if between else asked.options["sphericity"])
    if asked.stat != "partial_eta_squared":
        return value
    return value, eta_limits(effect["f"], effect["df1"], effect["df2"])


def _effects(data: Data, asked: Asked, design: str, treatment: str | None) -> tuple[Effects, int]:
    """Statistics by effect, and the subjects with a value in every cell."""
    visits = visits_of(data, asked)
    arms = data.compared(asked) if treatment is None else [treatment]
    records = data.records(asked, arms)
    records = records[records["AVISIT"].isin(visits)]
    names = {"cells": ["cell"], "treatment_by_visit": ["TRTP", "AVISIT"], "visits": ["AVISIT"]}
    factors = names.get(design, ["TRTP", "AVISIT", "LOC"])
    cell = records["TRTP"].astype(str) + "|" + records["AVISIT"].astype(str)
    cells = len(visits) * len(arms)
    if "LOC" in factors:
        cell, cells = cell + "|" + records["LOC"].astype(str), cells * records["LOC"].nunique()
    kept = records.assign(cell=cell)
    kept = kept[kept.groupby("USUBJID")["cell"].transform("nunique") == cells]
    group = None
    if name := asked.options.get("between"):
        group = data.adsl.set_index("USUBJID")[adsl_code(name)]
        kept = kept[kept["USUBJID"].map(group).notna()]
        if kept["USUBJID"].map(group).nunique() < 2:
            return {}, kept["USUBJID"].nunique()
    n = kept["USUBJID"].nunique()
    if kept.duplicated(["USUBJID", "cell"]).any():
        return {}, n
    levels = [sorted(kept[name].unique()) for name in factors]
    if n < 2 or prod(map(len, levels)) != cells or min(map(len, levels)) < 2:
        return {}, n
    if kept["AVAL"].nunique() < 2:
        return {}, n
    wide = kept.pivot(index="USUBJID", columns=factors, values="AVAL")
    order = list(product(*levels)) if len(factors) > 1 else levels[0]
    y = wide[order].to_numpy(dtype=float)
    if group is not None:
        shape = [list(level) for level in levels]
        return grouped(y, shape, factors, group.loc[wide.index].astype(str).tolist()), n
    if len(factors) > 2:
        return _three(
            kept, factors, grouped(y, [list(level) for level in levels], factors, [""] * n)
        ), n
    return _table(kept, factors, levels, y), n


def _three(kept: pd.DataFrame, factors: list[str], effects: Effects) -> Effects:
    """Effects of one or two of three factors by pingouin, of the means over the others."""
    for pair in combinations(factors, 2) if effects else ():
        own = kept.groupby(["USUBJID", *pair], as_index=False, observed=True)["AVAL"].mean()
        levels = [sorted(own[name].unique()) for name in pair]
        wide = own.pivot(index="USUBJID", columns=list(pair), values="AVAL")
        y = wide[list(product(*levels))].to_numpy(dtype=float)
        for name, effect in _table(own, list(pair), levels, y).items():
            effects[name] |= {stat: effect[stat] for stat in effect if stat not in OF_ALL}
    return effects


def _table(kept: pd.DataFrame, factors: list[str], levels: list[list], y: np.ndarray) -> Effects:
    """The effects; none where an error term holds nothing but rounding."""
    scores = {}
    for term in ([0], [1], [0, 1])[: 2 * len(factors) - 1]:
        parts = [
            helmert(len(level)) if at in term else np.full((1, len(level)), len(level) ** -0.5)
            for at, level in enumerate(levels)
        ]
        score = y @ (parts[0] if len(parts) == 1 else np.kron(*parts)).T
        away = score - score.mean(axis=0)
        if float((away**2).sum()) <= 1e-24 * float((y**2).sum()):
            return {}
        scores[" * ".join(factors[at] for at in term)] = away
    table = within_table(kept, factors)
    effects = {
        named_effect(source.split(" * ")): _effect(table.loc[source], away)
        for source, away in scores.items()
    }
    only = next(iter(effects.values()))
    if len(effects) == 1 and len(levels[0]) > 2 and only["epsilon_hf"] < 1:
        wide = kept.pivot(index="USUBJID", columns=factors[0], values="AVAL")
        only["epsilon_hf"] = huynh_feldt_below_one(wide)
    return {name: effect | corrected(effect, effect) for name, effect in effects.items()}


def _effect(row: pd.Series, away: np.ndarray) -> dict[str, float]:
    """The line of an effect; Mauchly's test only where its error has all its dimensions."""
    d, df = away.shape[1], len(away) - 1
    gg = 1.0 if d == 1 else float(row["eps"])
    effect = {
        "f": float(row["F"]),
        "df1": float(row["ddof1"]),
        "df2": float(row["ddof2"]),
        "p_uncorrected": float(row["p_unc"]),
        "epsilon_gg": gg,
        "epsilon_hf": 1.0 if d == 1 else lecoutre(gg, d, df),
        "epsilon_lower": 1 / d,
        "partial_eta_squared": float(row["np2"]),
        "generalised_eta_squared": float(row["ng2"]),
    }
    if d == 1:
        return effect
    if df < d or np.linalg.matrix_rank(away) < d:
        return effect | dict.fromkeys(MAUCHLY, nan)
    return effect | mauchly(float(row["W_spher"]), float(row["p_spher"]), d, df)


def grouped(
    y: np.ndarray, levels: list[list[str]], factors: list[str], groups: list[str]
) -> Effects:
    """The effects of y, (subjects, responses), with one factor between subjects or none.

    None where there is nothing to analyse. One group for all: effects within subjects alone.

    pingouin has no design of two factors within and one between, nor of three within. The scores of
    each contrast of the responses are a linear model of the groups, coded to sum to zero: its
    intercept is the effect within subjects over unweighted means, its other columns the interaction
    with the groups.
    """
    names = sorted(set(groups))
    df = len(groups) - len(names)
    if df < 1:
        return {}
    coded = [[(one == name) - (one == names[-1]) for name in names[:-1]] for one in groups]
    x = np.column_stack([np.ones(len(groups)), np.array(coded).reshape(len(groups), -1)])
    found, errors = {}, 0.0
    for term in _terms(len(factors)):
        scores = y @ _contrasts(levels, term).T
        models = [OLS(column, x).fit() for column in scores.T]
        error = sum(float(model.ssr) for model in models)
        if error <= 1e-24 * float((y**2).sum()):
            return {}
        errors += error
        left = np.column_stack([model.resid for model in models])
        mean = sum(float(m.params[0] ** 2 / m.normalized_cov_params[0, 0]) for m in models)
        named = named_effect(factors[at] for at in term)
        if term:
            found[named] = (mean, 1, error, left, True)
        if len(names) > 1:
            without = sum(float(OLS(column, x[:, :1]).fit().ssr) for column in scores.T)
            group = f"group_{named}" if term else "group"
            found[group] = (without - error, len(names) - 1, error, left, bool(term))
    effects = {}
    for name, (square, rank, error, left, within) in found.items():
        d = left.shape[1]
        df1, df2 = float(rank * d), float(df * d)
        f = (square / df1) / (error / df2)
        effect = {
            "f": f,
            "df1": df1,
            "df2": df2,
            "p_uncorrected": float(f_distribution.sf(f, df1, df2)),
            "partial_eta_squared": square / (square + error),
            "generalised_eta_squared": square / (square + errors),
        }
        if within:
            shape = _shape(left, df, y.shape[1])
            effect |= shape | corrected(effect, shape)
        effects[name] = effect
    return effects


def named_effect(factors: Iterable[str]) -> str:
    """An effect as results name it, of the columns of its factors."""
    return "_".join(NAMES.get(name, name) for name in factors)


def _terms(factors: int) -> Iterator[tuple[int, ...]]:
    """Every set of the factors, the empty one first."""
    return chain.from_iterable(combinations(range(factors), size) for size in range(factors + 1))


def _contrasts(levels: list[list[str]], term: tuple[int, ...]) -> np.ndarray:
    """Orthonormal contrasts of the responses for one effect."""
    rows = np.ones((1, 1))
    for at, level in enumerate(levels):
        part = helmert(len(level)) if at in term else np.full((1, len(level)), len(level) ** -0.5)
        rows = np.kron(rows, part)
    return rows


def _shape(left: np.ndarray, df: int, columns: int) -> dict[str, float]:
    """Epsilons and Mauchly's test of what the groups leave of the scores."""
    d = left.shape[1]
    if d == 1:
        return dict.fromkeys(("epsilon_gg", "epsilon_hf", "epsilon_lower"), 1.0)
    spread = left.T @ left
    gg = float(np.trace(spread) ** 2 / (d * (spread**2).sum()))
    shape = {"epsilon_gg": gg, "epsilon_hf": lecoutre(gg, d, df), "epsilon_lower": 1 / d}
    w = p = as_r = float("nan")
    if df >= d and np.linalg.matrix_rank(left) == d:
        w = float(np.linalg.det(spread) / (np.trace(spread) / d) ** d)
        p, as_r = (mauchly_p(w, d, df, c) for c in (d, columns))
    return shape | {"mauchly_w": w, "mauchly_p": p, "mauchly_p_r": as_r}


STATISTICS = (
    "p_value",
    "f",
    "df1",
    "df2",
    "df1_corrected",
    "df2_corrected",
    "p_uncorrected",
    "p_gg",
    "p_hf",
    "p_lower",
    "epsilon_gg",
    "epsilon_hf",
    "epsilon_lower",
    *MAUCHLY,
    "partial_eta_squared",
    "generalised_eta_squared",
)
