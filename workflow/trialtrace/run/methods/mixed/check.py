"""Adjusted differences by mixed models, verified by their equations.

A model that had no answer is confirmed where its columns have none here either, or an arm no
values: why an iteration failed is its own affair. Degrees of freedom, and the errors that Kenward
and Roger adjust, are by the statistics' own formulas, from the fit that was verified.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from math import nan

import numpy as np

from trialtrace.run.methods.checking import verify
from trialtrace.run.methods.checking.data import Asked, Data, level_text
from trialtrace.run.methods.checking.outcome import Check, Recomputed, by_name
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import (
    COEFFICIENT,
    answer,
    row_of,
    with_coefficients,
)
from trialtrace.run.tables.contracts.rows import FORMULA
from trialtrace.run.trial.model import adsl_code
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mixed_tests import f_test, mixed_contrast
from trialtrace.stats.mixed.mmrm import mmrm as fit_visits

BY = "numpy: the equations of the model"
OWN = "trialtrace.stats: {}"
# What two iterations to the same maximum leave.
TOLERANCE = 3e-7


def _answer(data: Data, asked: Asked, fitted: dict, row: np.ndarray) -> Recomputed:
    """The statistic of a result from a fit and the row (or rows) it is about."""
    fit, n, df = fitted["fit"], fitted["n"], asked.options["df"]
    own = OWN.format(df)
    if asked.second == "arm_visit" or asked.method.endswith("_interaction"):
        test = f_test(fit, row, df=df)
        value = {"f": test.statistic, "df1": test.df, "df2": test.df2, "p_value": test.p_value}
        return Recomputed(own, float(value[asked.stat]), None, TOLERANCE, n)
    level = data.confidence(asked)
    contrast = mixed_contrast(fit, row, df=df, sides="two_sided", confidence=level)
    if asked.stat == "df":
        return Recomputed(own, contrast.test.df, None, TOLERANCE, n)
    equations = fitted["equations"]
    # The plain error is that of the equations; what adjusts it multiplies it.
    adjusts = contrast.standard_error / float(row @ fit.covariance @ row) ** 0.5
    error = adjusts * float(row @ equations.covariance @ row) ** 0.5
    found = answer(data, asked, float(row @ equations.beta), error, contrast.test.df)
    plain = asked.stat == "standard_error" and df == "satterthwaite"
    if asked.stat in ESTIMATES or plain:
        return Recomputed(BY, *found, TOLERANCE, n, how_of_bounds=FORMULA)
    return Recomputed(own, *found, TOLERANCE, n)


ESTIMATES = ("mean", "mean_difference", "change_difference", "coefficient")


def _over_visits(
    y: np.ndarray, x: np.ndarray, structure: str, reml: bool, groups: np.ndarray | None = None
) -> dict:
    """A fit of subjects by visits, (n, t) and (n, t, p), with what its equations give."""
    method = "REML" if reml else "ML"
    fit = fit_visits(y, x, structure=structure, method=method, groups=groups)
    group = np.zeros(len(y), dtype=int) if groups is None else groups
    v, seen = verify.covariance_of_visits(structure, y.shape[1]), ~np.isnan(y)
    blocks, number = [], len({*group})
    for place, own in enumerate(np.unique(group)):
        for pattern in np.unique(seen[group == own], axis=0):
            rows, at = (group == own) & (seen == pattern).all(axis=1), np.flatnonzero(pattern)
            if at.size:
                part = partial(_part, v, place, number, at)
                blocks.append(verify.Block(y[rows][:, at], x[rows][:, at], part))
    spread = fit.parameter_covariance
    equations = verify.at_maximum(blocks, fit.parameters, spread, reml=reml)
    return {"fit": fit, "equations": equations}


def _part(
    v: Callable[[np.ndarray], np.ndarray],
    group: int,
    groups: int,
    at: np.ndarray,
    theta: np.ndarray,
) -> np.ndarray:
    """V of the visits `at` of one group, whose parameters are a part of all."""
    return v(np.split(theta, groups)[group])[np.ix_(at, at)]


def _random(y: np.ndarray, x: np.ndarray, z: np.ndarray, unit: np.ndarray, *, reml: bool) -> dict:
    """A fit with random effects z, (n, r), of units, with what its equations give."""
    fit = linear_mixed(y, x, z, unit, method="REML" if reml else "ML")
    r = z.shape[1]
    place = np.zeros((r, r), dtype=int)
    rows, columns = np.tril_indices(r)
    place[rows, columns] = place[columns, rows] = np.arange(rows.size)
    blocks = []
    for one in np.unique(unit):
        own = unit == one

        def v(theta: np.ndarray, z: np.ndarray = z[own]) -> np.ndarray:
            return z @ theta[place] @ z.T + theta[-1] * np.eye(len(z))

        blocks.append(verify.Block(y[own][None], x[own][None], v))
    theta = fit.parameters
    if fit.boundary:
        equations = verify.at_bound(blocks, theta, r, reml=reml)
    else:
        equations = verify.at_maximum(blocks, theta, fit.parameter_covariance, reml=reml)
    return {"fit": fit, "equations": equations}


def _arms(asked: Asked) -> set[str]:
    """The arms that a result is about."""
    return {asked.group, *(asked.pair or ())} - {None}


Row = Callable[[Data, Asked, dict], np.ndarray]


def _of_fit(make: Callable[[Data, Asked], dict], *own: str) -> Callable[[Row], Check]:
    """A check by a fit, made once for each analysis, stratum and what else it is its `own` of.

    NaN where there is no answer here either; None where nothing can be said.
    """

    def decorate(row: Row) -> Check:
        @wraps(row)
        def check(data: Data, asked: Asked) -> Recomputed | None:
            of = ("analysis", "parameter", "stratum", *own)
            key = (make, *(getattr(asked, name) for name in of), str(asked.options))
            made = data.tried(key, partial(make, data, asked))
            if made is None or not _arms(asked) <= set(made["arms"]):
                return Recomputed(BY, nan)
            return None if asked.error else _answer(data, asked, made, row(data, asked, made))

        return check

    return decorate


def _cell(visits: int, arms: int, arm: int, visit: int, fitted, at=None) -> np.ndarray:
    """The row of a mean at these covariates, the means of all if None."""
    cells = np.zeros((arms, visits))
    cells[arm, visit] = 1.0
    slope = np.zeros((len(fitted["means"]), fitted["width"]))
    slope[:, visit if fitted["width"] > 1 else 0] = fitted["means"] if at is None else at
    return np.concatenate([cells.ravel(), slope.ravel()])


def _term(data: Data, asked: Asked, fitted) -> np.ndarray:
    """The row of a coefficient: means of two patients apart, of a change those of two visits."""
    arms, visits, names = fitted["arms"], fitted["visits"], fitted["covariates"]
    before, change, last = f":{asked.level}".rpartition(":visit=")
    name, visit = (before.removeprefix(":"), last) if change else (asked.level, "")
    treated, reference = asked.pair or (data.compared(asked)[-1],) * 2
    unit = np.array([float(each == name) for each in names])

    def apart(place: int) -> np.ndarray:
        mean = _cell(len(visits), len(arms), arms.index(treated), place, fitted, unit)
        if name in ("intercept", ""):
            return mean
        return mean - _cell(len(visits), len(arms), arms.index(reference), place, fitted, 0 * unit)

    return apart(visits.index(visit)) - apart(0) if visit else apart(0)


def _mmrm(data: Data, asked: Asked) -> dict:
    options, visits = asked.options, visits_of(data, asked)
    asked_all, strata = _without_visit(asked), options.get("strata", ())
    records = data.records(asked_all, data.arms(asked) if strata else data.compared(asked))
    records = records[records["AVISIT"].isin(visits)]
    if strata:
        within = data.adsl.set_index("USUBJID")[[adsl_code(name) for name in strata]].dropna()
        records = records[records["USUBJID"].isin(within.index)]
    records, z = covariates(data, records, options["covariates"])
    y = records.pivot(index="USUBJID", columns="AVISIT", values="AVAL").reindex(columns=visits)
    if y.isna().all().any():
        raise np.linalg.LinAlgError
    arm = records.groupby("USUBJID")["TRTP"].first()[y.index]
    arms, cell = sorted(arm.unique()), arm.to_list()
    if strata:
        joined = within.loc[y.index].map(level_text).agg(":".join, axis=1)
        cell = [*zip(arm, joined, strict=True)]
        if min(len(arms), joined.nunique()) < 2 or len({*cell}) < len(arms) * joined.nunique():
            raise np.linalg.LinAlgError
    names, z, cells = [*z.columns], z.loc[y.index].to_numpy(dtype=float), sorted({*cell})
    t, width = len(visits), len(visits) if options["slopes"] == "each_visit" else 1
    at = np.array([cells.index(one) for one in cell])
    x = np.zeros((len(y), t, len(cells) * t + z.shape[1] * width))
    for v in range(t):
        x[np.arange(len(y)), v, at * t + v] = 1.0
        for c in range(z.shape[1]):
            x[:, v, len(cells) * t + c * width + (v if width > 1 else 0)] = z[:, c]
    groups = at if options["groups"] == "by_arm" else None
    structure = options.get("taken", options["covariance"])
    return _over_visits(y.to_numpy(), x, structure, options["estimation"] == "REML", groups) | {
        "n": len(y),
        "arms": arms,
        "cells": cells,
        "visits": visits,
        "means": z.mean(axis=0),
        "covariates": names,
        "width": width,
    }


@_of_fit(_mmrm)
def mmrm(data: Data, asked: Asked, fitted: dict) -> np.ndarray:
    """A mean at a visit, a difference of two, or the test of all of them over the visits."""
    arms, visits = fitted["arms"], fitted["visits"]

    def row(arm: str, visit: str | None) -> np.ndarray:
        return _cell(len(visits), len(arms), arms.index(arm), visits.index(visit), fitted)

    if asked.stat in COEFFICIENT:
        return _term(data, asked, fitted)
    if asked.second == "arm_visit":
        rows = [
            (row(arm, visit) - row(arms[0], visit))
            - (row(arm, visits[0]) - row(arms[0], visits[0]))
            for arm in arms[1:]
            for visit in visits[1:]
        ]
        return np.array(rows)
    if asked.group is not None:
        return row(asked.group, asked.visit)
    one, other = (row(arm, asked.visit) for arm in asked.contrast)
    return one - other


@_of_fit(_mmrm, "pair")
def visit_interaction(data: Data, asked: Asked, fitted: dict) -> np.ndarray:
    """What differences of arms at a visit differ by between strata, each from the first."""
    cells, at = fitted["cells"], fitted["visits"].index(asked.visit)
    arms, strata = (sorted(set(each)) for each in zip(*cells, strict=True))

    def mean(arm: str, stratum: str) -> np.ndarray:
        return _cell(len(fitted["visits"]), len(cells), cells.index((arm, stratum)), at, fitted)

    rows = [
        mean(arm, stratum)
        - mean(arms[0], stratum)
        - mean(arm, strata[0])
        + mean(arms[0], strata[0])
        for arm in arms[1:]
        for stratum in strata[1:]
    ]
    return np.array(rows)


def _without_visit(asked: Asked) -> Asked:
    return replace(asked, visit=None)


def _random_site(data: Data, asked: Asked) -> dict:
    records = data.records(asked, data.compared(asked))
    records, z = covariates(data, records, asked.options["covariates"])
    site = data.adsl.set_index("USUBJID")[adsl_code(asked.options.get("cluster", "site"))]
    records = records[records["USUBJID"].map(site).notna()]
    arms = sorted(records["TRTP"].unique())
    x = np.column_stack(
        [
            *((records["TRTP"] == arm).to_numpy(dtype=float) for arm in arms),
            z.loc[records["USUBJID"]].to_numpy(dtype=float),
        ]
    )
    unit, y = records["USUBJID"].map(site).astype(str).to_numpy(), records["AVAL"].to_numpy()
    reml = asked.options["estimation"] == "REML"
    fit = _random(y, x, np.ones((len(y), 1)), unit, reml=reml)
    names = [*(f"arm={arm}" for arm in arms), *z.columns]
    return fit | {"n": len(records), "arms": arms, "names": names}


@_of_fit(_random_site, "visit")
def random_site(data: Data, asked: Asked, fitted: dict) -> np.ndarray:
    """A difference of two arms with a random intercept of the site."""
    return row_of(asked, fitted["names"], data.compared(asked)[-1])


def _mixed_model(data: Data, asked: Asked) -> dict:
    visits = visits_of(data, asked)
    records = data.records(_without_visit(asked), list(asked.contrast))
    records = records[records["AVISIT"].isin(visits)]
    treated = (records["TRTP"] == asked.contrast[0]).to_numpy()
    cell = np.where(treated, 0, len(visits)) + np.array(
        [visits.index(v) for v in records["AVISIT"]]
    )
    one, reml = np.ones(len(cell)), asked.options["estimation"] == "REML"
    both = asked.options["random"] == "intercept_and_treatment"
    z = np.column_stack([one, treated] if both else [one])
    x, unit = np.eye(2 * len(visits))[cell], records["USUBJID"].to_numpy(str)
    fit = _random(records["AVAL"].to_numpy(), x, z, unit, reml=reml)
    n = records["USUBJID"].nunique()
    return fit | {"n": n, "visits": visits, "arms": list(asked.contrast)}


def _unstructured(data: Data, asked: Asked, *, cells: bool) -> dict:
    visits = visits_of(data, asked)
    records = data.records(_without_visit(asked), list(asked.contrast))
    records = records[records["AVISIT"].isin(visits)]
    wide = records.pivot(index="USUBJID", columns=["TRTP", "AVISIT"], values="AVAL")
    sides = [wide[side].reindex(columns=visits).to_numpy(dtype=float) for side in asked.contrast]
    values = np.hstack(sides) if cells else sides[0] - sides[1]
    values = values[~np.isnan(values).all(axis=1)]
    if np.isnan(values).all(axis=0).any():
        raise np.linalg.LinAlgError
    x = np.tile(np.eye(values.shape[1]), (len(values), 1, 1))
    fit = _over_visits(values, x, "unstructured", asked.options["estimation"] == "REML")
    n = records["USUBJID"].nunique()
    return fit | {"n": n, "visits": visits, "arms": list(asked.contrast)}


def since_first(_: Data, asked: Asked, fitted: dict) -> np.ndarray:
    """The difference in change since the first visit of two treatments, or of their differences."""
    row = np.zeros((2, len(fitted["visits"])))
    row[0, [0, fitted["visits"].index(asked.visit)]] = -1.0, 1.0
    row[1] = -row[0]
    return row.ravel()[: len(fitted["equations"].beta)]


CHECKS = by_name(
    {
        **with_coefficients("mean_difference.mmrm", mmrm),
        "mean,p_value,t,df,f,df1,df2.mmrm": mmrm,
        "p_value,f,df1,df2.mmrm_interaction": visit_interaction,
        **with_coefficients("mean_difference.random_site", random_site),
        "p_value,t,df.random_site": random_site,
        # Subjects as blocks: a mean for each treatment and visit, random effects of the subject.
        "change_difference,p_value,t,df.mixed_model": _of_fit(_mixed_model, "pair")(since_first),
        # Treatments over the visits, or their differences, each with a variance of its own.
        **{
            f"change_difference,p_value,t,df.unstructured_{name}": _of_fit(
                partial(_unstructured, cells=name == "cells"), "pair"
            )(since_first)
            for name in ("cells", "differences")
        },
    }
)
