"""Competing events, and events seen at visits, again: sums over event times, self-consistency."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from second.hazards import newton, recedes, varies
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    complete,
    design,
    wald,
    with_coefficients,
)
from trialtrace.run.trial.model import adsl_code

GRAY = "numpy: Gray 1988, sums over event times"


def _data(records) -> tuple[np.ndarray, np.ndarray]:
    """Times, and 1 for the event, 2 for a competing one, 0 for censoring."""
    code = records["CNSR"].to_numpy()
    cause = np.where(code == 0, 1, np.where(code >= 2, 2, 0))
    return records["AVAL"].to_numpy(), cause


@peer(GRAY, Data.some_records)
def gray(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """Gray's test; none of a single group, without an event, or of a singular covariance."""
    time, cause = _data(records)
    names = sorted(records["TRTP"].unique())
    k = len(names)
    if k < 2 or not (cause == 1).any():
        return nan
    group = np.array([names.index(name) for name in records["TRTP"]])
    score, spread = _gray_sums(time, cause, group, k, asked.options["rho"])
    roots = np.linalg.eigvalsh(spread[1:, 1:])
    if not np.isfinite(score).all() or roots[0] <= 1e-12 * roots[-1]:
        return nan
    statistic = float(score[1:] @ np.linalg.solve(spread[1:, 1:], score[1:]))
    return of_chi_squared(statistic, k - 1)


def _gray_sums(time, cause, group, k: int, rho: float):
    """Weighted differences of the groups and their covariance, by his section 2.

    The subdistribution's risk set of a group is its number at risk over its survival, times one
    less its incidence; each event time adds the influence of the events of every group.
    """
    when = np.unique(time[cause > 0])
    surviving, own_curve, pooled = np.ones(k), np.zeros(k), 0.0
    score, rows = np.zeros(k), []
    for t in when:
        at_risk = np.array([((time >= t) & (group == g)).sum() for g in range(k)], dtype=float)
        own = np.array([((time == t) & (cause == 1) & (group == g)).sum() for g in range(k)])
        other = np.array([((time == t) & (cause == 2) & (group == g)).sum() for g in range(k)])
        here = at_risk > 0
        hidden = np.where(here, at_risk / np.where(here, surviving, 1.0), 0.0)
        total, deaths = hidden.sum(), own.sum()
        weight, rate = 0.0, 0.0
        if deaths:
            weight = (1 - pooled) ** rho
            rate = deaths / (total * (1 - pooled))
            exposed = hidden * (1 - own_curve)
            score += weight * (own - exposed * deaths / exposed.sum())
        influence = weight * hidden[:, None] * (np.eye(k) - hidden / total) if deaths else None
        row = {
            "n": at_risk,
            "own": own,
            "other": other,
            "before": surviving.copy(),
            "rate": rate,
            "a": np.zeros((k, k)) if influence is None else influence,
            "total": total,
        }
        own_curve = own_curve + np.where(here, surviving * own / np.where(here, at_risk, 1), 0.0)
        left = np.where(here, (at_risk - own - other) / np.where(here, at_risk, 1), 1.0)
        surviving = surviving * left
        pooled += deaths / total if deaths else 0.0
        row |= {"after": surviving.copy(), "pooled": pooled}
        rows.append(row)
    return score, _gray_covariance(rows, k)


def _gray_covariance(rows: list[dict], k: int) -> np.ndarray:
    done = np.cumsum([row["a"] * row["rate"] for row in rows], axis=0)
    spread = np.zeros((k, k))
    for row, so_far in zip(rows, done, strict=True):
        ahead, n, deaths = done[-1] - so_far, row["n"], row["own"].sum()
        for r in range(k):
            if n[r] == 0:
                continue
            ratio = (1 - row["pooled"]) / row["after"][r] if row["after"][r] > 0 else 0.0
            first = row["a"][:, r] + (1 - ratio) * ahead[:, r]
            second = ratio * ahead[:, r]
            if deaths:
                everybody = row["total"] * row["before"][r]
                ties = 1 - (deaths - 1) / (everybody - 1) if deaths > 1 else 1.0
                size = ties * row["before"][r] * deaths / row["total"] / n[r]
                spread += size * np.outer(first, first)
            d = row["other"][r]
            ties = 1 - (d - 1) / (n[r] - 1) if d > 1 else 1.0
            spread += ties * d * (row["before"][r] / n[r]) ** 2 * np.outer(second, second)
    return spread


@dataclass(frozen=True)
class Subdistribution:
    """Columns in units of their `scale`, and, of each patient (rows) and event time (columns),
    weight in the risk set and events."""

    x: np.ndarray
    weight: np.ndarray
    events: np.ndarray
    times: np.ndarray
    cause: np.ndarray
    when: np.ndarray
    names: list[str]
    scale: np.ndarray

    def means(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weighted hazards of patients, sums over risk sets, and mean covariates there."""
        each = self.weight * np.exp(self.x @ beta)[:, None]
        total = each.sum(axis=0)
        return each, total, (each.T @ self.x) / total[:, None]

    def score(self, beta: np.ndarray) -> np.ndarray:
        _, _, mean = self.means(beta)
        return (self.events.T @ self.x - self.events.sum(axis=0)[:, None] * mean).sum(axis=0)

    def information(self, beta: np.ndarray) -> np.ndarray:
        each, total, mean = self.means(beta)
        found = np.zeros((len(beta),) * 2)
        for k, deaths in enumerate(self.events.sum(axis=0)):
            apart = self.x - mean[k]
            found += deaths * (apart.T * each[:, k]) @ apart / total[k]
        return found

    def spread(self, beta: np.ndarray) -> np.ndarray:
        """The sandwich: residuals of the weighted score, and of censoring through the weights."""
        each, total, mean = self.means(beta)
        jumps = self.events - each * (self.events.sum(axis=0) / total)
        apart = self.x[:, None, :] - mean[None, :, :]
        parts = np.einsum("ik,ikp->ip", jumps, apart)
        for u in np.unique(self.times[self.cause == 0]):
            at_risk = self.times >= u
            before = (self.cause == 2) & (self.times < u)
            after = self.when >= u
            moved = -np.einsum("ik,ikp->p", jumps[before][:, after], apart[before][:, after])
            left = (self.cause == 0) & (self.times == u)
            residual = left - at_risk * left.sum() / at_risk.sum()
            parts += residual[:, None] * moved / at_risk.sum()
        if np.linalg.matrix_rank(parts) < len(beta):
            return np.full((len(beta),) * 2, nan)
        bread = np.linalg.inv(self.information(beta))
        return bread @ (parts.T @ parts) @ bread


def _subdistribution(data: Data, asked: Asked) -> tuple[Subdistribution | None, int]:
    codes = [adsl_code(name) for name in asked.options["covariates"]]
    records = complete(data, asked, codes)
    if records.empty:
        return None, 0
    columns = design(data, asked, records)
    x, (time, cause) = columns.to_numpy(), _data(records)
    if not (cause == 1).any() or (np.ptp(x, axis=0) == 0).any():
        return None, len(records)
    when = np.unique(time[cause == 1])
    scale = x.std(axis=0)
    x = (x - x.mean(axis=0)) / scale
    later = time[:, None] < when[None, :]
    # Of not being censored before a time: Kaplan and Meier's, events being its censorings.
    ends = np.unique(time[cause == 0])
    steps = np.array([1 - ((time == u) & (cause == 0)).sum() / (time >= u).sum() for u in ends])

    def seen(at: float) -> float:
        return float(steps[ends < at].prod())

    chance = np.array([[seen(t) / seen(s) for t in when] for s in time[cause == 2]])
    weight = (~later).astype(float)
    weight[cause == 2] += later[cause == 2] * chance.reshape(-1, len(when))
    events = ((time[:, None] == when[None, :]) & (cause == 1)[:, None]).astype(float)
    names = [*columns.columns]
    return Subdistribution(x, weight, events, time, cause, when, names, scale), len(records)


FINE_GRAY = "numpy: Fine and Gray 1999, a weight for each patient and event time"


@peer(FINE_GRAY, _subdistribution, ITERATIVE)
def fine_gray(data: Data, asked: Asked, model: Subdistribution) -> Answer:
    """Newton's steps to the root of the weighted score; bounds and test from the sandwich."""
    sets = [(died > 0, here > 0) for died, here in zip(model.events.T, model.weight.T, strict=True)]
    if not varies(model.x, sets) or recedes(model.x, sets, discrete=False):
        return nan
    beta = newton(model.score, model.information, model.x.shape[1])
    covariance = model.spread(beta) / np.outer(model.scale, model.scale)
    return wald(data, asked, Coefficients(beta / model.scale, covariance, model.names))


BY_GAPS = "numpy: self-consistency, then Newton on the gaps with mass"
EM_STEPS, NEWTON = 4000, 50
# What such a search leaves, in a share or a score.
TOLERANCE = 2e-7


def _bounds(records) -> tuple[np.ndarray, np.ndarray]:
    low, high = records["AVALLO"].to_numpy(), records["AVALHI"].to_numpy()
    return low, np.where(np.isnan(high), np.inf, high)


def masses(low: np.ndarray, high: np.ndarray):
    """Innermost intervals (left, right] and their masses."""
    lefts, rights = np.unique(low), np.unique(high)
    gaps = []
    for left in lefts:
        right = rights[rights > left].min()
        if not ((lefts > left) & (lefts < right)).any():
            gaps.append((left, right))
    inner = np.array(gaps)
    inside = (low[:, None] <= inner[:, 0]) & (inner[:, 1] <= high[:, None])
    p = np.full(len(inner), 1 / len(inner))
    for _ in range(EM_STEPS):
        part = inside * p
        p = (part / part.sum(axis=1, keepdims=True)).mean(axis=0)
    return inner, _polished(inside, p)


def _polished(inside: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Newton's steps on the masses that are left, whose sum stays 1."""
    used = p > 1e-5
    p = np.where(used, p, 0.0) / p[used].sum()
    for _ in range(NEWTON):
        slope = inside[:, used] / (inside @ p)[:, None]
        gradient, hessian = slope.sum(axis=0), slope.T @ slope
        size = int(used.sum())
        system = np.block([[hessian, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
        step = np.linalg.lstsq(system, np.append(gradient, 0.0), rcond=None)[0][:size]
        new = p.copy()
        new[used] += step
        if (new < 0).any():
            # A mass that the search had not yet brought down to 0.
            used &= new > 0
            p = np.where(used, p, 0.0) / p[used].sum()
            continue
        p = new
        if np.abs(step).max() < 1e-14:
            break
    return p


@peer(BY_GAPS, Data.some_records, TOLERANCE)
def share(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """The least share with the event by a time that the estimate allows."""
    key = ("turnbull", asked.analysis, asked.parameter, asked.stratum, asked.group)
    inner, p = data.once(key, lambda: masses(*_bounds(records)))
    return p[inner[:, 1] <= float(asked.level)].sum()


@peer(BY_GAPS, Data.some_records, TOLERANCE)
def log_rank(data: Data, asked: Asked, records: pd.DataFrame) -> Answer:
    """Sums of scores by arm, with the covariance of all their permutations."""
    groups, n = sorted(records["TRTP"].unique()), len(records)
    if len(groups) < 2:
        return nan
    kind = asked.options["scores"]
    key = ("scores", kind, asked.analysis, asked.parameter, asked.stratum, asked.pair)
    score = data.once(key, lambda: _scores(*_bounds(records), kind))
    score = score - score.mean()
    if not (score @ score) > 1e-12:
        return nan
    # The sums add up to 0, so that one arm is left out.
    members = [(records["TRTP"] == arm).to_numpy() for arm in groups[1:]]
    sums = np.array([score[member].sum() for member in members])
    sizes = np.array([member.sum() for member in members], dtype=float)
    spread = float(score @ score) / (n - 1)
    covariance = spread * (np.diag(sizes) - np.outer(sizes, sizes) / n)
    statistic = float(sums @ np.linalg.solve(covariance, sums))
    return of_chi_squared(statistic, len(groups) - 1)


def _scores(low: np.ndarray, high: np.ndarray, kind: str) -> np.ndarray:
    """(S(l) H(l) - S(r) H(r)) / (S(l) - S(r)) with S over the gaps that have mass."""
    inner, p = masses(low, high)
    inner, p = inner[p > 1e-9], p[p > 1e-9]
    survival = np.append(1 - np.concatenate([[0.0], np.cumsum(p)])[:-1], 0.0)
    if kind == "sun":
        hazard = np.append(-np.cumsum(np.concatenate([[0.0], p / survival[:-1]]))[:-1], 0.0)
        product = survival * hazard
    else:
        product = np.array([s * np.log(s) if s > 0 else 0.0 for s in survival])
    scores = []
    for left, right in zip(low, high, strict=True):
        own = np.flatnonzero((inner[:, 0] >= left) & (inner[:, 1] <= right))
        a, b = own[0], own[-1] + 1
        scores.append((product[a] - product[b]) / (survival[a] - survival[b]))
    return np.array(scores)


CHECKS = by_name(
    {
        **with_coefficients("subdistribution_hazard_ratio.fine_gray", fine_gray),
        "p_value.fine_gray_wald": fine_gray,
        "p_value,chi_squared,df.gray": gray,
        "incidence.turnbull": share,
        "p_value,chi_squared,df.interval_log_rank": log_rank,
    }
)
