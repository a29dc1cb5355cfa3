"""Visits filled in again by pandas, or drawn by the statistics' own formula on rows chosen anew.

A draw has no equations to verify: tests/second draws by another generator. The analysis of what
was drawn, and Rubin's rules for two arms, are written here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, nan

import numpy as np
import pandas as pd

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Check, Recomputed, peer
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.inputs import stream
from trialtrace.run.methods.missing.check import pooled
from trialtrace.run.methods.mixed.check_ancova import OLS, Design, covariates, of_design
from trialtrace.stats.missing.imputation import Imputations, impute_chained, impute_monotone
from trialtrace.stats.missing.linear import fit_imputed, pooled_contrasts_test
from trialtrace.stats.missing.reference import impute_reference_based

BY = "trialtrace.stats: imputation; least squares, Rubin's rules"
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


@dataclass(frozen=True)
class Course:
    """Raw values, subjects by visits; covariates by subject; arms and baselines."""

    values: pd.DataFrame
    covariates: pd.DataFrame
    arm: np.ndarray
    base: np.ndarray


def course_of(data: Data, asked: Asked, visits: list[str]) -> Course | None:
    """Of the subjects with a value at one of these visits; None where there is nobody."""
    everything = replace(asked, visit=None)
    named = str(asked.options["covariates"])
    key = ("course", *data.cut(everything), named, *visits)
    return data.once(key, lambda: _course_of(data, everything, visits))


def _course_of(data: Data, asked: Asked, visits: list[str]) -> Course | None:
    analysis = data.analysis(asked)
    rows = data.records(asked, data.compared(asked))
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


def start_of(data: Data, asked: Asked) -> list[str]:
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


def drawn(data: Data, asked: Asked) -> Recomputed:
    """Rubin's rules over visits that the statistics draw from the seed of the plan."""
    visits, with_base = visits_of(data, asked), "baseline" in asked.options["covariates"]
    course = course_of(data, asked, [*(start_of(data, asked) if with_base else []), *visits])
    n = 0 if course is None else len(course.arm)
    if asked.error or course is None:
        return Recomputed(BY, nan, n_used=n)
    key = ("drawn", asked.method.partition(".")[2], *data.cut(replace(asked, visit=None)))
    made = data.tried(
        (*key, str(asked.options)), lambda: _imputations(data, asked, course, len(visits))
    )
    if made is None:
        return Recomputed(BY, nan, n_used=n)
    column = visits.index(str(asked.visit)) - len(visits)
    lacking, y = course.values.isna().to_numpy()[:, column], made[:, :, column]
    for arm, delta in asked.options.get("deltas", {}).items():
        y = y + delta * (lacking & (course.arm == arm))
    y = _analysed(data, asked, y, course.base)
    x, arms = _design(course)
    if asked.pair is None:
        rows = np.eye(x.shape[1])[1 : len(arms)] - np.eye(x.shape[1])[0]
        test = pooled_contrasts_test(fit_imputed(y, x), rows, df=asked.options["df"])
        value = {"f": test.statistic, "df1": test.df, "df2": test.df2, "p_value": test.p_value}
        return Recomputed(BY, float(value[asked.stat]), n_used=n)
    free, row = len(x) - x.shape[1], np.zeros(x.shape[1])
    row[[arms.index(arm) for arm in asked.contrast]] = 1.0, -1.0
    coef = np.linalg.lstsq(x, y.T, rcond=None)[0].T
    variance = ((y - coef @ x.T) ** 2).sum(axis=1) / free * (row @ np.linalg.inv(x.T @ x) @ row)
    limit = inf if asked.options["df"] == "rubin" else float(free)
    return pooled(BY, data, asked, coef @ row, variance, limit, n)


def _imputations(data: Data, asked: Asked, course: Course, visits: int) -> np.ndarray:
    """Completed values, (imputations, subjects, visits)."""
    y, options = course.values.to_numpy(float), asked.options
    method, names = asked.method.partition(".")[2], options["covariates"]
    own: dict[str, object] = {"kinds": "normal"}
    impute: Callable[..., Imputations] = impute_monotone
    if method == "reference_based_imputation":
        own = {
            "reference": data.analysis(asked).estimand.reference,
            "assumption": options["assumption"],
        }
        impute = impute_reference_based
    elif "cycles" in options:
        impute = impute_chained
    if options.get("assumption") == "last_mean":
        names = [name for name in names if name != "baseline"]
    else:
        y = y[:, -visits:]
    cycles = {"cycles": options["cycles"]} if "cycles" in options else {}
    return impute(
        y,
        course.arm.astype(str),
        _effects(course.covariates, names),
        arms=options["arms"],
        seed=(options["seed"], stream(replace(asked, visit=None, pair=None))),
        stop=options["imputations"],
        **own,
        **cycles,
    ).values


def _effects(columns: pd.DataFrame, names: list[str]) -> np.ndarray | None:
    """The covariates as the draws take them: numbers, or effects of levels that add up to 0. What
    is drawn depends on it, other than what is fitted."""
    parts = []
    for name in names:
        if name in columns:
            parts.append(columns[[name]].to_numpy(float))
            continue
        later = columns.filter(regex=f"^{re.escape(name)}=").to_numpy(float)
        levels = np.column_stack([1 - later.sum(axis=1), later])
        parts.append(levels[:, :-1] - levels[:, -1:])
    return np.hstack(parts) if parts else None


def _filled(data: Data, asked: Asked) -> tuple[Design | None, int]:
    """None where least squares has no answer, and the subjects."""
    visits, method = visits_of(data, asked), asked.method.partition(".")[2]
    upto, start = visits[: visits.index(str(asked.visit)) + 1], start_of(data, asked)
    if method == "baseline_observation_carried_forward":
        course = course_of(data, asked, [*start, upto[-1]])
    else:
        first = start if asked.options["baseline"] == "carried" else []
        course = course_of(data, asked, [*first, *upto])
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
    names = [*(f"arm={arm}" for arm in arms), *course.covariates.columns]
    return (Design(y, x, names) if known else None), len(y)


@peer(f"{OLS} (values filled in by pandas)", _filled)
def carried(data: Data, asked: Asked, design: Design) -> Answer:
    """pandas' `ffill`, `fillna`, `max` or `min`; statsmodels' `OLS` and its `t_test`."""
    return of_design(data, asked, design, every=True)


CHECKS: dict[str, Check] = {f"{stat}.{name}": drawn for stat in STATISTICS for name in DRAWN}
CHECKS |= {f"{stat}.{name}": carried for stat in STATISTICS for name in SINGLE}
