"""Analysis of variance within subjects: statsmodels' AnovaRM, epsilons from contrast scores."""

from itertools import combinations, product
from math import nan, prod
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import helmert
from scipy.stats import chi2
from scipy.stats import f as f_distribution

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Answer, Check, peer
from trialtrace.methods.displays.check_flow import visits_of

if TYPE_CHECKING:
    import pandas as pd

BY = "statsmodels.stats.anova.AnovaRM"
CORRECTED = {"greenhouse_geisser": "gg", "huynh_feldt": "hf", "lower_bound": "lower"}


Effects = dict[str, dict[str, float]]


def _analysed(data: Data, asked: Asked) -> tuple[dict[str, float] | None, int]:
    """The statistics of an effect, None where there is nothing to analyse, and subjects."""
    design, treatment = asked.options["design"], asked.options.get("treatment")
    key = ("within", asked.analysis, asked.parameter, asked.stratum, design, treatment)
    effects, n = data.once(key, lambda: _effects(data, asked, design, treatment))
    return effects.get(asked.level), n


@peer(BY, _analysed)
def check(data: Data, asked: Asked, effect: dict[str, float]) -> Answer:
    """statsmodels' `AnovaRM`; degrees of freedom by the epsilon that the plan names, at most 1."""
    scale = 1.0
    if asked.options["sphericity"] != "none":
        scale = min(effect[f"epsilon_{CORRECTED[asked.options['sphericity']]}"], 1.0)
    return effect | {
        "df1_corrected": effect["df1"] * scale,
        "df2_corrected": effect["df2"] * scale,
        "p_value": _p(effect, scale),
    }


def _effects(data: Data, asked: Asked, design: str, treatment: str | None) -> tuple[Effects, int]:
    """Statistics by effect, and the subjects with a value in every cell."""
    visits = visits_of(data, asked)
    arms = data.compared(asked) if treatment is None else [treatment]
    records = data.records(asked, arms)
    records = records[records["AVISIT"].isin(visits)]
    cells = len(visits) * len(arms)
    kept = records.assign(cell=records["TRTP"].astype(str) + "|" + records["AVISIT"].astype(str))
    kept = kept[kept.groupby("USUBJID")["cell"].transform("nunique") == cells]
    n = kept["USUBJID"].nunique()
    if kept.duplicated(["USUBJID", "cell"]).any():
        return {}, n
    names = {"cells": ["cell"], "treatment_by_visit": ["TRTP", "AVISIT"], "visits": ["AVISIT"]}
    factors = names[design]
    levels = [sorted(kept[name].unique()) for name in factors]
    if n < 2 or prod(map(len, levels)) != cells or min(map(len, levels)) < 2:
        return {}, n
    if kept["AVAL"].nunique() < 2:
        return {}, n
    wide = kept.pivot(index="USUBJID", columns=factors, values="AVAL")
    order = list(product(*levels)) if len(factors) > 1 else levels[0]
    y = wide[order].to_numpy(dtype=float)
    return _table(kept, factors, levels, y), n


def _table(kept: "pd.DataFrame", factors: list[str], levels: list[list], y: np.ndarray) -> dict:
    from statsmodels.stats.anova import AnovaRM

    anova = AnovaRM(kept, "AVAL", "USUBJID", within=factors).fit().anova_table
    effects, squares, errors = {}, {}, {}
    for size in range(1, len(factors) + 1):
        for term in combinations(range(len(factors)), size):
            parts = [
                helmert(len(own)) if at in term else np.full((1, len(own)), len(own) ** -0.5)
                for at, own in enumerate(levels)
            ]
            contrast = parts[0] if len(parts) == 1 else np.kron(*parts)
            score = y @ contrast.T
            name = _named([factors[at] for at in term])
            row = anova.loc[":".join(factors[at] for at in term)]
            effects[name] = _effect(row, score, y.shape[1])
            squares[name] = len(y) * float((score.mean(axis=0) ** 2).sum())
            errors[name] = float(((score - score.mean(axis=0)) ** 2).sum())
            if errors[name] <= 1e-24 * float((y**2).sum()):
                return {}
    level = y.mean(axis=1)
    every = sum(errors.values()) + y.shape[1] * float(((level - level.mean()) ** 2).sum())
    for name, effect in effects.items():
        effect["partial_eta_squared"] = squares[name] / (squares[name] + errors[name])
        effect["generalised_eta_squared"] = squares[name] / (squares[name] + every)
    return effects


def _named(factors: list[str]) -> str:
    return "_".join({"TRTP": "treatment", "AVISIT": "visit"}.get(name, name) for name in factors)


def _effect(row: "pd.Series", score: np.ndarray, columns: int) -> dict[str, float]:
    """F of the library; epsilons and Mauchly's test from the scores of orthonormal contrasts."""
    d, df = score.shape[1], len(score) - 1
    effect = {"f": float(row["F Value"]), "df1": float(row["Num DF"]), "df2": float(row["Den DF"])}
    spread = np.cov(score, rowvar=False).reshape(d, d)
    gg = 1.0 if d == 1 else float(np.trace(spread) ** 2 / (d * (spread**2).sum()))
    room = d * (df - d * gg)
    hf = ((df + 1) * d * gg - 2) / room if d > 1 and room > 1e-9 * d * df else nan
    effect |= {"epsilon_gg": gg, "epsilon_hf": 1.0 if d == 1 else hf, "epsilon_lower": 1 / d}
    effect |= {"mauchly_w": nan, "mauchly_p": nan}
    if d > 1 and df >= d and np.linalg.matrix_rank(score - score.mean(axis=0)) == d:
        effect |= _mauchly(spread, d, df, columns)
    effect["p_uncorrected"] = _p(effect, 1.0)
    for name in ("gg", "hf", "lower"):
        effect[f"p_{name}"] = _p(effect, min(effect[f"epsilon_{name}"], 1.0))
    return effect


def _mauchly(spread: np.ndarray, d: int, df: int, columns: int) -> dict[str, float]:
    """Mauchly's W with the second-order expansion of R, in which all columns count."""
    w = float(np.linalg.det(spread) / (np.trace(spread) / d) ** d)
    rho = 1 - (2 * d**2 + d + 2) / (6 * d * df)
    cubic = 2 * d**3 + 6 * d**2 + 3 * columns + 2
    second = (d + 2) * (d - 1) * (d - 2) * cubic / (288 * (df * d * rho) ** 2)
    z, k = -df * rho * np.log(w), d * (d + 1) / 2 - 1
    p = chi2.sf(z, k) + second * (chi2.sf(z, k + 4) - chi2.sf(z, k))
    return {"mauchly_w": w, "mauchly_p": float(p)}


def _p(effect: dict[str, float], scale: float) -> float:
    if not scale > 0:
        return nan
    return float(f_distribution.sf(effect["f"], effect["df1"] * scale, effect["df2"] * scale))


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
    "mauchly_w",
    "mauchly_p",
    "partial_eta_squared",
    "generalised_eta_squared",
)
CHECKS: dict[str, Check] = {
    f"{name}.repeated_measures_anova_{design}": check
    for name in STATISTICS
    for design in ("cells", "treatment_by_visit", "visits")
}
