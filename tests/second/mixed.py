"""Adjusted differences by mixed models, fitted by Fisher scoring.

A model that had no answer is confirmed where the scoring has none either, or an arm no values; else
it stays unchecked: why an iteration failed is its own affair.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from math import nan

import numpy as np

from second import mixed_fit
from trialtrace.run.methods.checking.data import Asked, Data, level_text
from trialtrace.run.methods.checking.outcome import Check, Recomputed, by_name
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.mixed.check_ancova import covariates
from trialtrace.run.methods.regression.check_coefficients import (
    COEFFICIENT,
    recomputed,
    row_of,
    with_coefficients,
)
from trialtrace.run.trial.model import adsl_code

BY = "numpy: Fisher scoring, formulas of the papers"
# What two iterations to the same maximum leave, in degrees of freedom most.
TOLERANCE = 3e-7


def _answer(data: Data, asked: Asked, fitted, row: np.ndarray) -> Recomputed:
    """The statistic of a result from a fit and the row (or rows) it is about."""
    fit, n = fitted["fit"], fitted["n"]
    df = asked.options["df"]
    if asked.second == "arm_visit" or asked.method.endswith("_interaction"):
        value = mixed_fit.f_test(fit, row, df)[asked.stat]
        return Recomputed(BY, value, None, TOLERANCE, n)
    value, se, freedom = mixed_fit.contrast(fit, row, df)
    if asked.stat == "df":
        return Recomputed(BY, freedom, None, TOLERANCE, n)
    return recomputed(BY, data, asked, (value, se, freedom), TOLERANCE, n)


def _random(blocks: list[mixed_fit.Block], variance: float, r: int, reml: bool) -> mixed_fit.Fit:
    """A fit whose random effects have a covariance, at its bound where it is none inside."""
    rows, columns = np.tril_indices(r)
    try:
        start = np.append((rows == columns) * variance / 2, variance / 2)
        fit = mixed_fit.fit(blocks, start, reml=reml)
        g = np.zeros((r, r))
        g[rows, columns] = g[columns, rows] = fit.theta[:-1]
        if np.linalg.eigvalsh(g)[0] > 0:
            return fit
    except np.linalg.LinAlgError:
        pass
    return mixed_fit.fit_at_bound(blocks, variance, r, reml=reml)


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
            def tried() -> dict | None:
                try:
                    return make(data, asked)
                except (np.linalg.LinAlgError, ValueError):
                    return None

            of = ("analysis", "parameter", "stratum", *own)
            key = (make, *(getattr(asked, name) for name in of), str(asked.options))
            made = data.once(key, tried)
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
    structure = _structure(t, options.get("taken", options["covariance"]))
    groups = at if options["groups"] == "by_arm" else np.zeros(len(y), dtype=int)
    values = y.to_numpy()
    blocks = _blocks(values, x, groups, structure)
    spread = np.nanvar(values - np.nanmean(values, axis=0))
    start = np.tile(structure.start(spread), groups.max() + 1)
    fit = mixed_fit.fit(blocks, start, reml=options["estimation"] == "REML")
    return {
        "fit": fit,
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


# Of whole numbers of steps of this size along a parameter, a difference for a slope's own slope.
STEP = 1e-4


@dataclass(frozen=True)
class _Linear:
    """A covariance of visits that is a sum of these matrices, (q, t, t)."""

    g: np.ndarray

    def start(self, spread: float) -> np.ndarray:
        """A variance alone."""
        diagonal = [np.allclose(g, np.diag(np.diag(g))) for g in self.g]
        return spread * np.array(diagonal, dtype=float)

    def of(self, at: np.ndarray, group: int, groups: int) -> np.ndarray:
        """The matrices of the visits `at`, of one of several groups."""
        q = len(self.g)
        g = np.zeros((q * groups, len(at), len(at)))
        g[group * q : (group + 1) * q] = self.g[:, at][:, :, at]
        return g


@dataclass(frozen=True)
class _Curved:
    """Variances and correlations of t visits by a formula, whose slopes are those of a complex
    step, exact, and the slopes of these central differences."""

    t: int
    name: str

    @property
    def sizes(self) -> tuple[int, int]:
        """How many variances and correlations there are."""
        each = self.name.startswith("heterogeneous")
        alone = self.name.endswith(("ar1", "symmetry"))
        return self.t if each else 1, 1 if alone else self.t - 1

    def start(self, spread: float) -> np.ndarray:
        variances, correlations = self.sizes
        return np.array([spread] * variances + [0.1] * correlations)

    def v(self, theta: np.ndarray) -> np.ndarray:
        """The covariance."""
        root, rho = np.ones(self.t) * np.sqrt(theta[: self.sizes[0]]), theta[self.sizes[0] :]
        found = np.outer(root, root)
        for i in range(self.t):
            for j in range(i):
                found[i, j] = found[j, i] = found[i, j] * self._correlation(rho, j, i)
        return found

    def _correlation(self, rho: np.ndarray, j: int, i: int) -> complex:
        """Of two visits, the j-th before the i-th."""
        if self.name.endswith("ante_dependence"):
            return np.prod(rho[j:i])
        if self.name.endswith("toeplitz"):
            return rho[i - j - 1]
        return rho[0] if self.name.endswith("symmetry") else rho[0] ** (i - j)

    def slopes(self, theta: np.ndarray) -> np.ndarray:
        tiny = 1e-30 * np.abs(theta).max()
        return np.array([self.v(theta + 1j * tiny * one).imag / tiny for one in np.eye(theta.size)])

    def of(self, at: np.ndarray, group: int, groups: int) -> mixed_fit.Curve:
        q = sum(self.sizes)

        def curve(whole: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            theta = whole[group * q : (group + 1) * q]
            if theta[: self.sizes[0]].min() <= 0 or np.abs(theta[self.sizes[0] :]).max() >= 1:
                raise np.linalg.LinAlgError
            own = slice(group * q, (group + 1) * q)
            g = np.zeros((q * groups, len(at), len(at)))
            h = np.zeros((q * groups, *g.shape))
            g[own] = self.slopes(theta)[:, at][:, :, at]
            for number, one in enumerate(np.eye(q)):
                far = STEP * theta[number] or STEP
                change = self.slopes(theta + far * one) - self.slopes(theta - far * one)
                h[group * q + number, own] = change[:, at][:, :, at] / (2 * far)
            return self.v(theta)[at][:, at], g, h

        return curve


def _structure(t: int, name: str) -> _Linear | _Curved:
    if name in ("toeplitz", "compound_symmetry"):
        apart = np.abs(np.subtract.outer(np.arange(t), np.arange(t)))
        apart = apart if name == "toeplitz" else np.minimum(apart, 1)
        return _Linear(np.array([apart == lag for lag in range(apart.max() + 1)], dtype=float))
    if name != "unstructured":
        return _Curved(t, name)
    directions = []
    for i in range(t):
        for j in range(i + 1):
            g = np.zeros((t, t))
            g[i, j] = g[j, i] = 1.0
            directions.append(g)
    return _Linear(np.array(directions))


def _blocks(values, x, groups, structure) -> list[mixed_fit.Block]:
    """Subjects with the same visits seen, of the same group, together."""
    seen, blocks = ~np.isnan(values), []
    number = groups.max() + 1
    for group in range(number):
        for pattern in np.unique(seen[groups == group], axis=0):
            own = (groups == group) & (seen == pattern).all(axis=1)
            at = np.flatnonzero(pattern)
            if len(at):
                g = structure.of(at, group, number)
                blocks.append(mixed_fit.Block(values[own][:, at], x[own][:, at], g))
    return blocks


def _without_visit(asked: Asked) -> Asked:
    from dataclasses import replace

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
    sites = records.groupby(records["USUBJID"].map(site)).indices.values()
    blocks = _site_blocks(records["AVAL"].to_numpy(), x, sites)
    fit = _random(blocks, records["AVAL"].var(), 1, asked.options["estimation"] == "REML")
    names = [*(f"arm={arm}" for arm in arms), *z.columns]
    return {"fit": fit, "n": len(records), "arms": arms, "names": names}


@_of_fit(_random_site, "visit")
def random_site(data: Data, asked: Asked, fitted: dict) -> np.ndarray:
    """A difference of two arms with a random intercept of the site."""
    return row_of(asked, fitted["names"], data.compared(asked)[-1])


def _site_blocks(
    y: np.ndarray, x: np.ndarray, sites: Iterable[np.ndarray]
) -> list[mixed_fit.Block]:
    """Each site turned by a reflection that takes a column of ones to sqrt(k), 0, ..., 0.

    So its first value alone has the site's effect, and the others are those of one large block.
    """
    firsts, others = [], []
    for site in sites:
        values, k = np.column_stack([y[site], x[site]]), len(site)
        across = np.full(k, k**-0.5) - (np.arange(k) == 0)
        if k > 1:
            values = values - np.outer(across, 2 * across @ values / (across @ across))
        firsts.append((k, values[:1]))
        others.append(values[1:])
    rest = np.concatenate(others)
    pieces = [(np.array([[[k]], [[1.0]]], dtype=float), first) for k, first in firsts]
    pieces.append((np.array([[[0.0]], [[1.0]]]), rest))
    return [mixed_fit.Block(v[:, :1], v[:, None, 1:], g) for g, v in pieces if len(v)]


def _mixed_model(data: Data, asked: Asked) -> dict:
    visits = visits_of(data, asked)
    records = data.records(_without_visit(asked), list(asked.contrast))
    records = records[records["AVISIT"].isin(visits)]
    treated = (records["TRTP"] == asked.contrast[0]).to_numpy()
    cell = np.where(treated, 0, len(visits)) + np.array(
        [visits.index(v) for v in records["AVISIT"]]
    )
    x, blocks = np.eye(2 * len(visits))[cell], []
    both = asked.options["random"] == "intercept_and_treatment"
    for own in records.groupby("USUBJID").indices.values():
        one, side = np.ones(len(own)), treated[own].astype(float)
        g = [np.outer(one, one), np.eye(len(own))]
        if both:
            g[1:1] = [np.outer(one, side) + np.outer(side, one), np.outer(side, side)]
        blocks.append(
            mixed_fit.Block(records["AVAL"].to_numpy()[own][None], x[own][None], np.array(g))
        )
    reml = asked.options["estimation"] == "REML"
    fit = _random(blocks, float(records["AVAL"].var()), 2 if both else 1, reml)
    n = records["USUBJID"].nunique()
    return {"fit": fit, "n": n, "visits": visits, "arms": list(asked.contrast)}


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
    t = values.shape[1]
    structure = _structure(t, "unstructured")
    x = np.tile(np.eye(t), (len(values), 1, 1))
    blocks = _blocks(values, x, np.zeros(len(values), dtype=int), structure)
    spread = np.nanvar(values - np.nanmean(values, axis=0))
    fit = mixed_fit.fit(blocks, structure.start(spread), reml=asked.options["estimation"] == "REML")
    n = records["USUBJID"].nunique()
    return {"fit": fit, "n": n, "visits": visits, "arms": list(asked.contrast)}


def since_first(_: Data, asked: Asked, fitted: dict) -> np.ndarray:
    """The difference in change since the first visit of two treatments, or of their differences."""
    row = np.zeros((2, len(fitted["visits"])))
    row[0, [0, fitted["visits"].index(asked.visit)]] = -1.0, 1.0
    row[1] = -row[0]
    return row.ravel()[: len(fitted["fit"].beta)]


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
