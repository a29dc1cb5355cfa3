"""Columns of a model by name, its coefficients, and what results say of them, by scipy's t."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, nan, sqrt

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.stats import t as t_distribution

from trialtrace.base.words import RATIOS
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, Recomputed
from trialtrace.run.trial.model import adsl_code

# A logarithm whose exponential is no number any more.
FARTHEST = 700
COEFFICIENT = ("coefficient", "standard_error", "p_coefficient")


def complete(data: Data, asked: Asked, names: Iterable[str]) -> pd.DataFrame:
    """Records of all arms of the subjects that have every one of these variables, beside them."""
    subjects = data.adsl[["USUBJID", *dict.fromkeys(names)]].dropna()
    records = data.records(asked, data.compared(asked))
    both = [name for name in subjects.columns[1:] if name in records.columns]
    return records.drop(columns=both).merge(subjects, on="USUBJID")


def design(data: Data, asked: Asked, records: pd.DataFrame) -> pd.DataFrame:
    """The columns of a model by name: "arm=name" of each arm but the reference, then covariates,
    which are numbers, or levels without the first, "name=level"."""
    columns = {f"arm={arm}": records["TRTP"] == arm for arm in data.compared(asked)[:-1]}
    for name in asked.options["covariates"]:
        column = records[adsl_code(name)]
        if pd.api.types.is_numeric_dtype(column):
            columns[name] = column
        else:
            levels = sorted(column.unique())[1:]
            columns |= {f"{name}={level}": column == level for level in levels}
    return pd.DataFrame(columns, index=records.index).astype(float)


def by_stratum(arm: pd.Series, stratum: pd.Series) -> tuple[np.ndarray, np.ndarray] | None:
    """Columns of arms and strata but the first of each, and their products; None where a stratum
    lacks an arm, or there is one of either."""
    cells = pd.crosstab(arm, stratum)
    if min(cells.shape, default=0) < 2 or not cells.to_numpy().all():
        return None
    arms, strata = (pd.get_dummies(each, drop_first=True, dtype=float) for each in (arm, stratum))
    products = [arms[a] * strata[s] for a in arms for s in strata]
    return np.column_stack([arms, strata]), np.column_stack(products)


def recedes(y: np.ndarray, x: np.ndarray, family: str) -> bool:
    """Whether a direction never lowers the likelihood: it lowers no event, raises no other. Of a
    Poisson likelihood the direction must leave every count above 0 where it is.

    A linear programme: Konis 2007, Linear programming algorithms for detecting separated data.
    """
    x = x / np.maximum(np.abs(x).max(axis=0), 1e-300)
    none, event = x[y == 0], x[y > 0]
    gain = none.sum(axis=0) - (event.sum(axis=0) if family == "binomial" else 0)
    held = {"A_eq": event, "b_eq": np.zeros(len(event))} if family == "poisson" else {}
    above = none if family == "poisson" else np.vstack([none, -event])
    descent = linprog(gain, A_ub=above, b_ub=np.zeros(len(above)), bounds=(-1, 1), **held)
    return bool(descent.fun < -1e-7)


@dataclass(frozen=True)
class Coefficients:
    """Coefficients with their covariance and names."""

    beta: np.ndarray
    covariance: np.ndarray
    names: list[str]


def named(fit: tuple[np.ndarray, np.ndarray] | None, names: Iterable[str]) -> Coefficients | None:
    """The coefficients of a fit by name, None where there is none."""
    return None if fit is None else Coefficients(*fit, [*names])


def row_of(asked: Asked, names: list[str], reference: str | None = None) -> np.ndarray:
    """The coefficients that a result is of: of two arms, or the one of its name. Where each arm
    has a mean the intercept is that of the reference."""
    if asked.pair is None:
        of_mean = reference is not None and asked.second == "intercept"
        wanted = f"arm={reference}" if of_mean else asked.second
        return np.array([float(name == wanted) for name in names])
    treated, reference = (f"arm={arm}" for arm in asked.pair)
    return np.array([float(name == treated) - float(name == reference) for name in names])


def wald(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """What is asked of two arms or of a coefficient; NaN where it has no error."""
    row = row_of(asked, fit.names)
    value, variance = float(row @ fit.beta), float(row @ fit.covariance @ row)
    return answer(data, asked, value, sqrt(variance), inf) if variance > 0 else nan


def answer(
    data: Data, asked: Asked, value: float, error: float, df: float
) -> tuple[float, tuple[float, float] | None]:
    """An estimate or, of a ratio, its exponential, with bounds; its test of 0, or its error."""
    if asked.is_p_value:
        return 2 * float(t_distribution.sf(abs(value) / error, df)), None
    if asked.stat in ("z", "t", "standard_error"):
        return (error if asked.stat == "standard_error" else value / error), None
    half = error * float(t_distribution.isf((1 - data.confidence(asked)) / 2, df))
    low, high = value - half, value + half
    if asked.stat in RATIOS:
        value, low, high = (exp(each) if each < FARTHEST else inf for each in (value, low, high))
    return value, (low, high)


def recomputed(
    by: str,
    data: Data,
    asked: Asked,
    estimate: tuple[float, float, float],
    tolerance: float,
    n: int,
) -> Recomputed:
    """The same of an estimate, its error and degrees of freedom, by the name of the library."""
    return Recomputed(by, *answer(data, asked, *estimate), tolerance, n)


def with_coefficients(name: str, check: Check) -> dict[str, Check]:
    """The check of "statistic.method", also as that of the coefficients of its model."""
    method = name.partition(".")[2]
    return {name: check} | {f"{stat}.{method}": check for stat in COEFFICIENT}
