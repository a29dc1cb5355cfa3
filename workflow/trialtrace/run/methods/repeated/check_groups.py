"""Factors within subjects, with one between them or none: linear models of scores of contrasts.

pingouin has no design of two factors within and one between, nor of three within. The scores of
each contrast of the responses are a linear model of the groups, coded to sum to zero: its intercept
is the effect within subjects over unweighted means, its other columns the interaction with the
groups.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, combinations

import numpy as np
from scipy.linalg import helmert
from scipy.stats import f as f_distribution

from trialtrace.run.methods.repeated.check_pingouin import corrected, lecoutre, mauchly_p

NAMES = {"TRTP": "treatment", "AVISIT": "visit", "LOC": "location"}
Effects = dict[str, dict[str, float]]


def grouped(
    y: np.ndarray, levels: list[list[str]], factors: list[str], groups: list[str]
) -> Effects:
    """The effects of y, (subjects, responses); none where there is nothing to analyse.

    One and the same group for all: effects within subjects alone.
    """
    from statsmodels.regression.linear_model import OLS

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
