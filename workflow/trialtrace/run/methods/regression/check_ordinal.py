"""Ordinal values: pandas counts, proportional odds verified by their equations, ranks by scipy."""

import warnings
from dataclasses import dataclass
from functools import partial
from math import nan

import numpy as np
import pandas as pd
from scipy.stats import chi2, rankdata
from scipy.stats import f as f_distribution
from statsmodels.discrete.discrete_model import Logit
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from trialtrace.run.methods.checking import verify
from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    Recomputed,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.displays.check_flow import complete, visits_of
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    named,
    row_of,
    wald,
    with_coefficients,
)
from trialtrace.run.methods.regression.check_ordinal_grid import likelihood
from trialtrace.stats.regression.ordinal import proportional_odds

ODDS = "numpy: the equations of the model"
BRANT = "statsmodels.discrete.discrete_model.Logit at each threshold"
RANKS = "scipy.stats.rankdata; ANOVA-type statistics in full matrices"
# What differences leave of a standard error, in a bound of a ratio far from 1.
TOLERANCE = 1e-6
# A log odds ratio of a single threshold, per standard deviation, of a likelihood without an end.
STEEP = 6.0


def category(data: Data, asked: Asked) -> Recomputed:
    """Records of a category, or their share of all, by pandas."""
    values = data.records(asked)["AVAL"]
    count, n = float((values == float(asked.level)).sum()), len(values)
    if asked.stat == "proportion":
        count = count / n if n else nan
    return Recomputed("pandas: records", count, n_used=n)


def _design(data: Data, asked: Asked) -> tuple[np.ndarray, pd.DataFrame]:
    """Values, and indicators of the treated arms with covariates beside them, by name."""
    treated = data.analysis(asked).estimand.treated
    records = data.records(asked, data.compared(asked))
    records, z = covariates(data, records, asked.options["covariates"])
    x = z.loc[records["USUBJID"]].set_index(records.index)
    for place, arm in enumerate(treated):
        x.insert(place, f"arm={arm}", (records["TRTP"] == arm).astype(float))
    return records["AVAL"].to_numpy(dtype=float), x


def _fitted(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    """Thresholds and slopes with their covariance, None without a finite maximum, and subjects."""
    y, x = _designed(data, asked)
    fit = data.tried((*_key(asked), "fit"), lambda: _fit(y, x.to_numpy(float)))
    thresholds = [f"threshold={value:g}" for value in np.unique(y)[:-1]]
    return named(fit, [*thresholds, *x.columns]), len(y)


def _designed(data: Data, asked: Asked) -> tuple[np.ndarray, pd.DataFrame]:
    return data.once((*_key(asked), "data"), lambda: _design(data, asked))


def _key(asked: Asked) -> tuple[str | None, ...]:
    options = str(asked.options)
    return ("odds", asked.analysis, asked.parameter, asked.visit, asked.stratum, options)


@peer(ODDS, _fitted, TOLERANCE)
def odds(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """A contrast of the slopes with Wald's bounds and test; why it failed is not checked."""
    if asked.error:
        return None
    if asked.stat not in ("chi_squared", "df"):
        return wald(data, asked, fit)
    row = row_of(asked, fit.names)
    return of_chi_squared(float((row @ fit.beta) ** 2 / (row @ fit.covariance @ row)), 1.0)


def _fit(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Thresholds and slopes with their covariance: one step from the statistics' estimates by the
    likelihood of the model with random intercepts, whose standard deviation is 0 here."""
    levels, k = np.unique(tied(y)[0], return_inverse=True)
    if np.linalg.matrix_rank(np.column_stack([np.ones(len(y)), x])) <= x.shape[1]:
        return None
    own, cuts = proportional_odds(levels[k], x, confidence=0.95), len(levels) - 1
    # In units of their spread, so that steps are as long along each.
    size = np.append(np.ones(cuts), x.std(axis=0))
    scaled, subject = x / size[cuts:], np.arange(len(y))
    model = partial(likelihood, k=k, x=scaled, subject=subject, cuts=cuts, nodes=np.zeros(1))
    start = np.concatenate([own.thresholds, own.coef]) * size
    beta, covariance = verify.near(lambda at: model(np.append(at, 0.0))[1][:-1], start)
    return beta / size, covariance / np.outer(size, size)


def _tested(data: Data, asked: Asked) -> tuple[tuple[float, int] | None, int]:
    """Brant's statistic with its degrees of freedom, None where there is none, and subjects."""
    y, x = _designed(data, asked)
    statistic, df = data.once((*_key(asked), "brant"), lambda: _brant(y, x.to_numpy(float)))
    return (None if statistic is None else (statistic, df)), len(y)


@peer(BRANT, _tested, ITERATIVE)
def brant(data: Data, asked: Asked, test: tuple[float, int]) -> Answer:
    """statsmodels' `Logit` at each threshold; why it failed is not checked."""
    return None if asked.error else of_chi_squared(*test)


def _brant(y: np.ndarray, x: np.ndarray) -> tuple[float | None, int]:
    (y,) = tied(y)
    levels, p = np.unique(y), x.shape[1]
    if len(levels) < 3:
        return None, 0
    z, slopes, chances, inverses = np.column_stack([np.ones(len(y)), x]), [], [], []
    if np.linalg.matrix_rank(z) < z.shape[1]:
        return None, 0
    for level in levels[:-1]:
        with warnings.catch_warnings():
            # Separation at a threshold, and what it does to Newton's method: looked at afterwards.
            warnings.simplefilter("ignore", PerfectSeparationWarning)
            warnings.simplefilter("ignore", ConvergenceWarning)
            try:
                fit = Logit(y > level, z).fit(disp=0, method="newton", maxiter=100, tol=1e-14)
            except np.linalg.LinAlgError:
                return None, 0
        if not np.isfinite(fit.params).all() or np.abs(fit.params[1:] * x.std(0)).max() > STEEP:
            return None, 0
        chance = fit.predict()
        slopes.append(fit.params[1:])
        chances.append(chance)
        inverses.append(np.linalg.inv((z.T * (chance * (1 - chance))) @ z))
    cuts = len(slopes)
    joint = np.zeros((cuts * p, cuts * p))
    for i in range(cuts):
        for j in range(cuts):
            both = chances[max(i, j)] * (1 - chances[min(i, j)])
            block = inverses[i] @ ((z.T * both) @ z) @ inverses[j]
            joint[i * p : (i + 1) * p, j * p : (j + 1) * p] = block[1:, 1:]
    # Each threshold's slopes less those of the first: all 0 where the odds are proportional.
    rows = np.kron(np.hstack([-np.ones((cuts - 1, 1)), np.eye(cuts - 1)]), np.eye(p))
    difference, spread = rows @ np.concatenate(slopes), rows @ joint @ rows.T
    size = np.sqrt(np.maximum(np.diag(spread), 1e-300))
    if np.linalg.eigvalsh(spread / np.outer(size, size))[0] < 1e-10:
        return None, 0
    return float(difference @ np.linalg.solve(spread, difference)), len(rows)


@dataclass(frozen=True)
class Ranks:
    """Relative effects by arm and visit, and the statistics of each effect that varies."""

    effects: pd.DataFrame
    tests: dict[str, dict[str, float]]


def _analysed(data: Data, asked: Asked) -> tuple[Ranks | None, int]:
    key = ("ranks", asked.analysis, asked.parameter, asked.stratum)
    return data.once(key, lambda: _ranks(data, asked))


@peer(RANKS, _analysed)
def ranks(data: Data, asked: Asked, analysed: Ranks) -> Answer:
    """Ranks by scipy's `rankdata`; NaN of an effect without variation."""
    if asked.stat == "relative_effect":
        return analysed.effects.loc[asked.group, asked.visit]
    return analysed.tests.get(asked.level, {asked.stat: nan})


def _ranks(data: Data, asked: Asked) -> tuple[Ranks | None, int]:
    """Each effect's statistics by full matrices; None where ranks cannot be compared."""
    visits = visits_of(data, asked)
    records = complete(data.records(asked, data.compared(asked)), visits)
    wide = records.pivot(index="USUBJID", columns="AVISIT", values="AVAL")[visits]
    arm, n = records.groupby("USUBJID")["TRTP"].first()[wide.index], len(wide)
    if arm.nunique() < 2 or arm.value_counts().min() < 2 or wide.stack().nunique() < 2:
        return None, n
    share = (rankdata(tied(wide.to_numpy())[0]).reshape(wide.shape) - 0.5) / wide.size
    frame = wide.copy()
    frame[:] = share
    effects = frame.groupby(arm).mean()
    g, k = effects.shape
    sizes = arm.value_counts()[effects.index].to_numpy()
    spread = np.zeros((g * k, g * k))
    for at, name in enumerate(effects.index):
        own = np.cov(frame[arm == name].to_numpy(), rowvar=False)
        spread[at * k : (at + 1) * k, at * k : (at + 1) * k] = own * n / sizes[at]
    mean_g, mean_k = np.full((g, g), 1 / g), np.full((k, k), 1 / k)
    centre_g, centre_k = np.eye(g) - mean_g, np.eye(k) - mean_k
    tests = {}
    projections = {
        "arm": np.kron(centre_g, mean_k),
        "visit": np.kron(mean_g, centre_k),
        "arm_visit": np.kron(centre_g, centre_k),
    }
    p = effects.to_numpy().ravel()
    for name, t in projections.items():
        product = t @ spread
        trace = float(np.trace(product))
        if trace <= 1e-12 * float(np.trace(spread)):
            continue
        f, df1 = n * float(p @ t @ p) / trace, trace**2 / float(np.trace(product @ product))
        tests[name] = {"f": f, "df1": df1, "p_value": float(chi2.sf(df1 * f, df1))}
    if "arm" in tests:
        own = np.array(
            [
                frame[arm == name].mean(axis=1).var() / m
                for name, m in zip(effects.index, sizes, strict=True)
            ]
        )
        df2 = float(own.sum() ** 2 / (own**2 / (sizes - 1)).sum())
        tests["arm"] |= {
            "df2": df2,
            "p_value": float(f_distribution.sf(tests["arm"]["f"], tests["arm"]["df1"], df2)),
        }
    return Ranks(effects, tests), n


CHECKS = by_name(
    {
        "count,proportion.categories": category,
        **with_coefficients("odds_ratio.proportional_odds", odds),
        "p_value,chi_squared,df.proportional_odds": odds,
        "p_value,chi_squared,df.brant": brant,
        "p_value,f,df1,df2,relative_effect.rank_anova": ranks,
    }
)
