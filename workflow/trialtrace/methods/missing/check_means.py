"""Visits filled in again: by another generator and other formulas, or by pandas.

Two sets of imputations differ by chance, and every statistic of them with it: each is computed
from the pooled parts as they are here and as far off as chance may put them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import exp, inf, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Answer, Check, Recomputed, peer
from trialtrace.methods.displays.check_flow import visits_of
from trialtrace.methods.mixed.check_ancova import OLS, covariates

if TYPE_CHECKING:
    import pandas as pd

Draw = np.random.Generator
BY = "numpy.random (regressions by least squares, Rubin's rules)"
IMPUTATIONS = 60
WIDTH = 5.0
# With fewer degrees of freedom in a regression the draws are too wild to be compared.
FEWEST = 12
STATISTICS = ("mean_difference", "p_value", "t", "df", "f", "df1", "df2", "fraction_missing")
DRAWN = (
    "monotone_imputation",
    "chained_imputation",
    "delta_adjusted_imputation",
    "reference_based_imputation",
)
SINGLE = (
    "last_observation_carried_forward",
    "baseline_observation_carried_forward",
    "worst_observation_carried_forward",
)


class _TooFew(ValueError):
    """A regression with few degrees of freedom."""


@dataclass(frozen=True)
class Course:
    """Raw values, subjects by visits; covariates by subject; arms and baselines."""

    values: "pd.DataFrame"
    covariates: "pd.DataFrame"
    arm: np.ndarray
    base: np.ndarray


def _course(data: Data, asked: Asked, visits: list[str]) -> Course | None:
    """Of the subjects with a value at one of these visits; None where there is nobody."""
    analysis = data.analysis(asked)
    everything = replace(asked, visit=None)
    rows = data.records(everything, data.compared(asked))
    rows = rows[rows["AVISIT"].isin(visits)]
    if analysis.value == "change":
        rows = rows.assign(AVAL=rows["AVAL"] + rows["BASE"])
    elif analysis.value == "percent_change":
        rows = rows.assign(AVAL=rows["BASE"] * (1 + rows["AVAL"] / 100))
    rows, columns = covariates(data, rows, asked.options["covariates"])
    if rows.empty or rows.duplicated(["USUBJID", "AVISIT"]).any():
        return None
    table = rows.pivot(index="USUBJID", columns="AVISIT", values="AVAL")
    table = table.reindex(index=columns.index, columns=visits)
    first = rows.groupby("USUBJID").first().reindex(columns.index)
    return Course(table, columns, first["TRTP"].to_numpy(), first["BASE"].to_numpy())


def _start(data: Data, asked: Asked) -> list[str]:
    label = data.trial.endpoints[asked.variable].entry.baseline
    return [] if label is None else [label]


def _analysed(data: Data, asked: Asked, y: np.ndarray, base: np.ndarray) -> np.ndarray:
    value = data.analysis(asked).value
    if value == "value":
        return y
    return y - base if value == "change" else 100 * (y - base) / base


def _design(course: Course) -> tuple[np.ndarray, list[str]]:
    arms = sorted(set(course.arm))
    columns = [(course.arm == arm).astype(float) for arm in arms]
    return np.column_stack([*columns, course.covariates.to_numpy(float)]), arms


@dataclass(frozen=True)
class Parts:
    """Means over imputations of coefficients and covariances, and how the coefficients vary."""

    coef: np.ndarray
    within: np.ndarray
    between: np.ndarray
    spread: float
    df: float
    arms: list[str]


def drawn(data: Data, asked: Asked) -> Recomputed | None:
    """Rubin's rules over imputations of our own; what was refused there is not guessed here."""
    visits, with_base = visits_of(data, asked), "baseline" in asked.options["covariates"]
    course = _course(data, asked, [*(_start(data, asked) if with_base else []), *visits])
    n = 0 if course is None else len(course.arm)
    if asked.error or course is None:
        return Recomputed(BY, nan, n_used=n)
    key = (asked.method.partition(".")[2], asked.analysis, asked.parameter, asked.stratum)
    try:
        made = data.once(
            ("drawn", *key, str(asked.options)),
            lambda: _imputations(data, asked, course, len(visits)),
        )
    except _TooFew:
        return None
    column = visits.index(str(asked.visit)) - len(visits)
    parts = _parts(data, asked, course, made[:, :, column], column)
    wanted = _all_arms if asked.pair is None else _one_pair
    value, bounds, chance = wanted(data, asked, parts)
    return Recomputed(BY, value, bounds, n_used=n, chance=chance)


def _parts(data: Data, asked: Asked, course: Course, y: np.ndarray, column: int) -> Parts:
    lacking = course.values.isna().to_numpy()[:, column]
    for arm, delta in asked.options.get("deltas", {}).items():
        y = y + delta * (lacking & (course.arm == arm))
    y = _analysed(data, asked, y, course.base)
    x, arms = _design(course)
    inverse = np.linalg.inv(x.T @ x)
    coef = np.linalg.lstsq(x, y.T, rcond=None)[0].T
    error = ((y - coef @ x.T) ** 2).sum(axis=1) / (len(x) - x.shape[1])
    return Parts(
        coef.mean(axis=0),
        error.mean() * inverse,
        np.cov(coef, rowvar=False),
        float(error.std(ddof=1) / error.mean()),
        float(len(x) - x.shape[1]),
        arms,
    )


def _freedom(asked: Asked, share: float, m: int, df: float) -> float:
    """Of the pooled estimate, by the share of the variance that lies between imputations."""
    old = inf if share == 0 else (m - 1) / share**2
    if asked.options["df"] == "rubin":
        return old
    seen = (df + 1) / (df + 3) * df * (1 - share)
    return seen if old == inf else old * seen / (old + seen)


def _apart(parts: Parts, m: int) -> Iterator[tuple[float, float]]:
    """Factors of the variances within and between imputations as far as chance may put them."""
    between = exp(WIDTH * sqrt(2 / (m - 1) + 2 / (IMPUTATIONS - 1)))
    within = WIDTH * parts.spread * sqrt(1 / m + 1 / IMPUTATIONS)
    yield from product((1.0, 1 - within, 1 + within), (1.0, 1 / between, between))


Found = tuple[float, tuple[float, float] | None, float]


def _one_pair(data: Data, asked: Asked, parts: Parts) -> Found:
    """A difference: what is asked, and how far it may be off."""
    m, tail = asked.options["imputations"], (1 - data.confidence(asked)) / 2
    row = np.zeros(len(parts.coef))
    for arm, sign in zip(asked.contrast, (1.0, -1.0), strict=True):
        row[parts.arms.index(arm)] = sign
    estimate = float(row @ parts.coef)
    within, between = float(row @ parts.within @ row), float(row @ parts.between @ row)
    step = WIDTH * sqrt(between * (1 / m + 1 / IMPUTATIONS))

    def told(value: float, within: float, between: float) -> list[float]:
        extra = (1 + 1 / m) * between
        df = _freedom(asked, extra / (within + extra), m, parts.df)
        se, r = sqrt(within + extra), extra / within
        half = float(stats.t.isf(tail, df)) * se
        if asked.stat == "mean_difference":
            return [value, value - half, value + half]
        named = {
            "t": value / se,
            "df": df,
            "p_value": 2 * float(stats.t.sf(abs(value) / se, df)),
            "fraction_missing": (r + 2 / (df + 3)) / (r + 1),
        }
        return [named[asked.stat]]

    here = told(estimate, within, between)
    others = [
        told(estimate + shift, within * a, between * b)
        for (a, b), shift in product(_apart(parts, m), (-step, 0.0, step))
    ]
    bounds = (here[1], here[2]) if len(here) == 3 else None
    return here[0], bounds, _furthest(here, others)


def _all_arms(data: Data, asked: Asked, parts: Parts) -> Found:
    """D1 of all arms, with its denominator by Reiter or by Li, Raghunathan and Rubin."""
    m, k = asked.options["imputations"], len(parts.arms) - 1
    rows = np.hstack([-np.ones((k, 1)), np.eye(k), np.zeros((k, len(parts.coef) - k - 1))])
    d, u, b = rows @ parts.coef, rows @ parts.within @ rows.T, rows @ parts.between @ rows.T
    trace = float(np.trace(np.linalg.solve(u, b)))
    root = sqrt(float(d @ np.linalg.solve(u, d)))
    step = WIDTH * sqrt(trace * (1 / m + 1 / IMPUTATIONS))

    def told(distance: float, within: float, between: float) -> list[float]:
        r = (1 + 1 / m) * trace / k * between / within
        f = distance**2 / within / (k * (1 + r))
        df2 = _denominator(asked, r, k * (m - 1), k, parts.df)
        named = {"f": f, "df1": float(k), "df2": df2, "p_value": float(stats.f.sf(f, k, df2))}
        return [named[asked.stat]]

    here = told(root, 1.0, 1.0)
    others = [
        told(max(root + shift, 0.0), a, b)
        for (a, b), shift in product(_apart(parts, m), (-step, 0.0, step))
    ]
    return here[0], None, _furthest(here, others)


def _denominator(asked: Asked, r: float, t: int, k: int, df: float) -> float:
    if asked.options["df"] == "rubin":
        if r == 0:
            return inf
        if t > 4:
            return 4 + (t - 4) * (1 + (1 - 2 / t) / r) ** 2
        return t * (1 + 1 / k) * (1 + 1 / r) ** 2 / 2
    a, v = r * t / (t - 2), (df + 1) / (df + 3) * df
    one, two = v - 2 * (1 + a), v - 4 * (1 + a)
    inner = a**2 * one / ((1 + a) ** 2 * two) + 8 * a**2 * one / ((1 + a) * two**2)
    inner += 4 * a**2 / ((1 + a) * two) + 4 * a**2 / (two * one) + 16 * a**2 * one / two**3
    inner += 8 * a**2 / two**2
    return 4 + 1 / (1 / two + inner / (t - 4))


def _furthest(here: list[float], others: list[list[float]]) -> float:
    return max(abs(a - b) for other in others for a, b in zip(here, other, strict=True)) + 1e-9


def _imputations(data: Data, asked: Asked, course: Course, visits: int) -> np.ndarray:
    """Completed values, (imputations, subjects, visits)."""
    y = course.values.to_numpy(float)
    method = asked.method.partition(".")[2]
    draw = np.random.default_rng(20240517)
    z = course.covariates.to_numpy(float)
    if method == "reference_based_imputation":
        if asked.options["assumption"] == "last_mean":
            z = course.covariates.drop(columns="baseline").to_numpy(float)
        else:
            y = y[:, -visits:]
        reference = data.analysis(asked).estimand.reference
        made = [_by_reference(y, z, course.arm, reference, asked, draw) for _ in range(IMPUTATIONS)]
    else:
        own = y[:, -visits:]
        made = [_by_regressions(own, z, course.arm, asked, draw) for _ in range(IMPUTATIONS)]
    return np.array(made)


def _posterior(y: np.ndarray, x: np.ndarray, draw: Draw) -> tuple[np.ndarray, float]:
    """Coefficients and standard deviation of a regression, drawn."""
    free = len(y) - x.shape[1]
    if free < FEWEST:
        raise _TooFew
    b, *_ = np.linalg.lstsq(x, y, rcond=None)
    variance = float(((y - x @ b) ** 2).sum() / draw.chisquare(free))
    return draw.multivariate_normal(b, variance * np.linalg.inv(x.T @ x)), sqrt(variance)


def _by_regressions(
    y: np.ndarray, x: np.ndarray, arm: np.ndarray, asked: Asked, draw: Draw
) -> np.ndarray:
    """Each visit from the others in turn; without cycles from those before it, once."""
    lacking, y = np.isnan(y), y.copy()
    names, cycles = np.unique(arm), asked.options.get("cycles")
    apart = asked.options["arms"] == "by_arm"
    groups = [arm == name for name in names] if apart else [np.ones(len(arm), bool)]
    fixed = np.column_stack([np.ones(len(y)), x])
    if not apart:
        fixed = np.column_stack([fixed, arm[:, None] == names[1:]])
    for column in range(y.shape[1]) if cycles else ():
        for group in groups:
            gone = group & lacking[:, column]
            y[gone, column] = draw.choice(y[group & ~lacking[:, column], column], gone.sum())
    for _ in range(cycles or 1):
        for column in range(y.shape[1]):
            others = np.delete(y, column, axis=1) if cycles else y[:, :column]
            predictors = np.column_stack([fixed, others])
            for group in groups:
                seen, gone = group & ~lacking[:, column], group & lacking[:, column]
                if gone.any():
                    b, sd = _posterior(y[seen, column], predictors[seen], draw)
                    y[gone, column] = predictors[gone] @ b + draw.normal(0, sd, gone.sum())
    return y


@dataclass(frozen=True)
class Moments:
    """Means by subject, taken as of an arm, and the covariance of the visits."""

    mean: np.ndarray
    covariance: np.ndarray


def _by_reference(
    y: np.ndarray, x: np.ndarray, arm: np.ndarray, reference: str, asked: Asked, draw: Draw
) -> np.ndarray:
    """By the conditional distribution after the last value as the paper words it."""
    y, k = y.copy(), y.shape[1]
    there = ~np.isnan(y)
    last = np.where(there.any(axis=1), k - there[:, ::-1].argmax(axis=1), 0)
    gap = ~there & (np.arange(k) < last[:, None])
    names = np.unique(arm)
    groups = [[name] for name in names] if asked.options["arms"] == "by_arm" else [list(names)]
    moments: dict[str, Moments] = {}
    for group in groups:
        moments |= _group(y, x, arm, group, (last, gap), asked.options["cycles"], draw)
    assumption = asked.options["assumption"]
    for i in np.flatnonzero(last < k):
        t, own, ref = last[i], moments[arm[i]].mean[i], moments[reference].mean[i]
        at_random = assumption in ("missing_at_random", "last_mean")
        s = moments[arm[i] if at_random else reference].covariance
        past = ref[:t] if assumption == "copy_reference" else own[:t]
        if assumption == "missing_at_random":
            future = own[t:]
        elif assumption == "last_mean":
            future = np.full(k - t, own[t - 1])
        elif assumption == "copy_increments" and t:
            future = own[t - 1] + ref[t:] - ref[t - 1]
        else:
            future = ref[t:]
        weights = np.linalg.solve(s[:t, :t], s[:t, t:]).T
        left = s[t:, t:] - weights @ s[:t, t:]
        y[i, t:] = draw.multivariate_normal(future + weights @ (y[i, :t] - past), left)
    return y


def _group(
    y: np.ndarray,
    x: np.ndarray,
    arm: np.ndarray,
    names: list[str],
    seen: tuple[np.ndarray, np.ndarray],
    cycles: int,
    draw: Draw,
) -> dict[str, Moments]:
    """Moments of arms that share slopes and covariance; their gaps are filled in place."""
    last, gap = seen
    member = np.isin(arm, names)
    for i, j in np.argwhere(gap & member[:, None]):
        y[i, j] = draw.choice(y[member & ~np.isnan(y[:, j]) & ~gap[:, j], j])
    for _ in range(cycles if gap[member].any() else 1):
        found = _sequence(y, x, arm, names, last, draw)
        for i in np.flatnonzero(member & gap.any(axis=1)):
            lost, t = np.flatnonzero(gap[i]), last[i]
            kept = np.setdiff1d(np.arange(t), lost)
            own = found[arm[i]]
            precision = np.linalg.inv(own.covariance[:t, :t])
            spread = np.linalg.inv(precision[np.ix_(lost, lost)])
            pull = precision[np.ix_(lost, kept)] @ (y[i, kept] - own.mean[i, kept])
            y[i, lost] = draw.multivariate_normal(own.mean[i, lost] - spread @ pull, spread)
    return found


def _sequence(
    y: np.ndarray, x: np.ndarray, arm: np.ndarray, names: list[str], last: np.ndarray, draw: Draw
) -> dict[str, Moments]:
    """Moments that regressions of each visit on those before it imply."""
    n, k = y.shape
    member = np.isin(arm, names)
    as_arm = {
        name: np.column_stack([np.ones(n), x, np.tile(np.array(names[1:]) == name, (n, 1))])
        for name in names
    }
    own = np.array([as_arm.get(name, as_arm[names[0]])[i] for i, name in enumerate(arm)], float)
    mean = {name: np.zeros((n, k)) for name in names}
    root, sd = np.eye(k), np.zeros(k)
    for j in range(k):
        rows = member & (last > j)
        b, sd[j] = _posterior(y[rows, j], np.column_stack([own[rows], y[rows, :j]]), draw)
        fixed, slopes = b[: own.shape[1]], b[own.shape[1] :]
        for name in names:
            mean[name][:, j] = as_arm[name] @ fixed + mean[name][:, :j] @ slopes
        root[j, :j] = -slopes
    turned = np.linalg.inv(root)
    covariance = turned @ np.diag(sd**2) @ turned.T
    return {name: Moments(mean[name], covariance) for name in names}


@dataclass(frozen=True)
class Filled:
    """Outcomes with one value for each missing one, the columns of the model, its arms."""

    y: np.ndarray
    x: np.ndarray
    arms: list[str]


def _filled(data: Data, asked: Asked) -> tuple[Filled | None, int]:
    """None where least squares has no answer, and the subjects."""
    visits, method = visits_of(data, asked), asked.method.partition(".")[2]
    upto, start = visits[: visits.index(str(asked.visit)) + 1], _start(data, asked)
    if method == "baseline_observation_carried_forward":
        course = _course(data, asked, [*start, upto[-1]])
    else:
        first = start if asked.options["baseline"] == "carried" else []
        course = _course(data, asked, [*first, *upto])
    if course is None:
        return None, 0
    here = course.values.iloc[:, -1]
    if method == "last_observation_carried_forward":
        here = course.values.ffill(axis=1).iloc[:, -1]
    elif method == "baseline_observation_carried_forward":
        here = here.fillna(course.values.iloc[:, 0])
    elif asked.options["worse"] == "higher":
        here = here.fillna(course.values.max(axis=1))
    else:
        here = here.fillna(course.values.min(axis=1))
    y = _analysed(data, asked, here.to_numpy(float), course.base)
    x, arms = _design(course)
    full = len(y) > x.shape[1] and np.linalg.matrix_rank(x) == x.shape[1]
    known = full and set(asked.contrast) <= set(arms)
    return (Filled(y, x, arms) if known else None), len(y)


@peer(f"{OLS} (values filled in by pandas)", _filled)
def carried(data: Data, asked: Asked, filled: Filled) -> Answer:
    """pandas' `ffill`, `fillna`, `max` or `min`; statsmodels' `OLS` and its `t_test`."""
    from statsmodels.regression.linear_model import OLS as Model

    x, variance = filled.x, asked.options["variance"]
    leverage = np.einsum("ij,ij->i", x @ np.linalg.inv(x.T @ x), x)
    if variance in ("HC2", "HC3") and leverage.max() > 1 - 1e-9:
        return nan
    fit = Model(filled.y, x).fit(
        cov_type="nonrobust" if variance == "model" else variance, use_t=True
    )
    # An arm of one subject leaves a robust error of 0.
    exact = fit.ssr <= 1e-24 * float((filled.y**2).sum())
    if exact or fit.bse.min() <= 1e-9 * fit.bse.max():
        return nan
    contrast = np.zeros(x.shape[1])
    for arm, sign in zip(asked.contrast, (1.0, -1.0), strict=True):
        contrast[filled.arms.index(arm)] = sign
    test = fit.t_test(contrast)
    if asked.stat != "mean_difference":
        t, p = float(np.squeeze(test.tvalue)), float(np.squeeze(test.pvalue))
        return {"p_value": p, "f": t**2, "df1": 1.0, "df2": fit.df_resid}
    bounds = np.squeeze(test.conf_int(alpha=1 - data.confidence(asked)))
    return float(np.squeeze(test.effect)), (float(bounds[0]), float(bounds[1]))


CHECKS: dict[str, Check] = {f"{stat}.{name}": drawn for stat in STATISTICS for name in DRAWN}
CHECKS |= {f"{stat}.{name}": carried for stat in STATISTICS for name in SINGLE}
