"""Missing visits at their conditional means, again: Fisher scoring, pattern by pattern."""

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np

from second import mixed_fit as check_fit
from second.imputed_visits import alike
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed, by_name
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.missing.check_means import Course, course_of, start_of
from trialtrace.run.methods.regression.check_coefficients import recomputed

BY = "numpy: Fisher scoring, conditional means by pattern, jackknife"
# What two iterations to the same maximum leave.
TOLERANCE = 3e-7


@dataclass(frozen=True)
class Patients:
    """Values by visit, covariates, arms by number; the reference arm and what is assumed."""

    y: np.ndarray
    z: np.ndarray
    arm: np.ndarray
    arms: list[str]
    base: np.ndarray
    options: dict[str, object]
    reference: int


def difference(data: Data, asked: Asked) -> Recomputed | None:
    """The difference without anybody left out, and how it varies as each one is."""
    visits, with_base = visits_of(data, asked), "baseline" in asked.options["covariates"]
    course = course_of(data, asked, [*(start_of(data, asked) if with_base else []), *visits])
    n = 0 if course is None else len(course.arm)
    if asked.error or course is None:
        return Recomputed(BY, nan, n_used=n)
    key = ("conditional", asked.analysis, asked.parameter, asked.stratum, str(asked.options))
    try:
        made = data.once(key, lambda: _everybody(data, asked, course, len(visits)))
    except np.linalg.LinAlgError:
        return None
    arms = sorted(set(course.arm))
    row = [(name == asked.contrast[0]) - float(name == asked.contrast[1]) for name in arms]
    found = made[:, visits.index(str(asked.visit)), : len(arms)] @ np.array(row)
    se = sqrt((n - 1) * float(found[1:].var()))
    return recomputed(BY, data, asked, (float(found[0]), se, inf), TOLERANCE, n)


def _everybody(data: Data, asked: Asked, course: Course, visits: int) -> np.ndarray:
    """Coefficients by visit, (patients + 1, visits, columns)."""
    arms = sorted(set(course.arm))
    whole = Patients(
        course.values.to_numpy(float)[:, -visits:],
        course.covariates.to_numpy(float),
        np.array([arms.index(name) for name in course.arm]),
        arms,
        course.base if data.analysis(asked).value == "change" else np.zeros(len(course.arm)),
        asked.options,
        arms.index(data.analysis(asked).estimand.reference),
    )
    everybody = np.arange(len(whole.y))
    coefficients, theta = _coefficients(whole, everybody)
    # Without one patient the maximum lies near that of all.
    return np.array(
        [
            coefficients,
            *(_coefficients(whole, np.delete(everybody, i), theta)[0] for i in everybody),
        ]
    )


def _coefficients(
    of: Patients, rows: np.ndarray, begin: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients by visit, and the covariance's parameters, sought from `begin`."""
    y, z, arm = of.y[rows], of.z[rows], of.arm[rows]
    k = y.shape[1]
    dummies = np.column_stack([np.eye(len(of.arms))[arm], z])
    mean, s, theta = _model(y, dummies, k, begin, reml=of.options["estimation"] == "REML")
    filled = y.copy()
    as_reference = dummies.copy()
    as_reference[:, : len(of.arms)] = np.arange(len(of.arms)) == of.reference
    own, ref = dummies @ mean.T, as_reference @ mean.T
    some = np.flatnonzero(np.isnan(y).any(axis=1))
    for group in alike(np.isnan(y[some])):
        same = some[group]
        filled[same] = _filled(y[same], own[same], ref[same], s, str(of.options["assumption"]))
    deltas = of.options.get("deltas")
    if isinstance(deltas, dict):
        shift = np.array([deltas[name] for name in of.arms])[arm]
        filled += np.isnan(y) * shift[:, None]
    filled -= of.base[rows][:, None]
    return np.linalg.lstsq(dummies, filled, rcond=None)[0].T, theta


def _model(
    y: np.ndarray, dummies: np.ndarray, k: int, begin: np.ndarray | None, *, reml: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients (visits, columns), covariance of the visits, and its parameters."""
    seen, p = ~np.isnan(y), dummies.shape[1]
    pairs = [(i, j) for i in range(k) for j in range(i + 1)]
    g = np.zeros((len(pairs), k, k))
    for number, (i, j) in enumerate(pairs):
        g[number, i, j] = g[number, j, i] = 1.0
    blocks = []
    for pattern in np.unique(seen[seen.any(axis=1)], axis=0):
        own, at = (seen == pattern).all(axis=1), np.flatnonzero(pattern)
        x = np.zeros((int(own.sum()), len(at), k * p))
        for place, visit in enumerate(at):
            x[:, place, visit * p : (visit + 1) * p] = dummies[own]
        blocks.append(check_fit.Block(y[own][:, at], x, g[:, at][:, :, at]))
    if begin is None:
        begin = np.nanvar(y - np.nanmean(y, axis=0)) * np.array([float(i == j) for i, j in pairs])
    fit = check_fit.fit(blocks, begin, reml=reml)
    return fit.beta.reshape(k, p), np.tensordot(fit.theta, g, (0, 0)), fit.theta


def _filled(
    y: np.ndarray, values: np.ndarray, ref: np.ndarray, s: np.ndarray, assumption: str
) -> np.ndarray:
    """Visits of patients who lack the same ones: first the gaps, then what follows the last."""
    y, k = y.copy(), y.shape[1]
    there = np.flatnonzero(~np.isnan(y[0]))
    last = there[-1] + 1 if there.size else 0
    gaps = np.setdiff1d(np.arange(last), there)
    if gaps.size:
        pull = np.linalg.solve(s[np.ix_(there, there)], (y - values)[:, there].T).T
        y[:, gaps] = values[:, gaps] + pull @ s[np.ix_(there, gaps)]
    past, mean = values[:, :last], values[:, last:]
    if assumption != "missing_at_random":
        mean = ref[:, last:]
    if assumption == "copy_increments" and last:
        mean = mean + values[:, last - 1 : last] - ref[:, last - 1 : last]
    if assumption == "copy_reference":
        past = ref[:, :last]
    y[:, last:k] = (
        mean + np.linalg.solve(s[:last, :last], (y[:, :last] - past).T).T @ s[:last, last:]
    )
    return y


CHECKS = by_name({"mean_difference,p_value,z.conditional_mean_imputation": difference})
