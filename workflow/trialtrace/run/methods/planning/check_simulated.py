"""Trials drawn under what a plan assumes: how often their test rejects, how wide the interval is.

`given` are the options of a result. Draws are those of numpy's PCG64 from a seed that is made of
the options, so the same assumptions give the same trials.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import chi2 as chi_squared
from scipy.stats import f as f_distribution
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from trialtrace.base.arrays import Flags, Floats, Whole
from trialtrace.run.methods.planning.check_formulas import (
    effect_of,
    fisher_rejects,
    null_of,
    tail,
    worth,
)

# A power of 80% is found to a standard error of 0.4%.
DRAWS = 10_000
# Of trials with times, which are sorted each.
DRAWS_OF_TIMES = 4_000


@dataclass(frozen=True)
class Simulated:
    """A mean over simulated trials, with its Monte Carlo standard error."""

    value: float
    error: float
    draws: int


def power(entry: dict, seed: list[int]) -> Simulated:
    """The share of trials that reject."""
    rejected = _REJECTED[entry["design"]](entry, np.random.default_rng(seed))
    n, share = len(rejected), float(rejected.mean())
    # Agresti and Coull's, so that a share of 0 or 1 has an error too.
    near = (rejected.sum() + 2) / (n + 4)
    return Simulated(share, sqrt(near * (1 - near) / n), n)


def events(entry: dict, seed: list[int]) -> Simulated:
    """The mean number of events that are seen."""
    seen = _followed(entry, np.random.default_rng(seed))[1].sum(axis=1)
    return Simulated(float(seen.mean()), float(seen.std() / sqrt(len(seen))), len(seen))


def width(entry: dict, seed: list[int]) -> Simulated:
    """The mean width of the interval."""
    drawn = _WIDTHS[entry["design"]](entry, np.random.default_rng(seed))
    return Simulated(float(drawn.mean()), float(drawn.std() / sqrt(len(drawn))), len(drawn))


Rng = np.random.Generator


def _two_proportions(entry: dict, rng: Rng) -> Flags:
    p1, p0 = entry["treated"], entry["control"]
    n1, n0 = entry["patients"]
    its = entry.get("clusters")
    x1, x0 = (_events(rng, n, p, its) for n, p in ((n1, p1), (n0, p0)))
    both, level = entry["sides"] == "two_sided", tail(entry)
    if its is not None:
        n1, n0 = (n // its["size"] * its["size"] for n in (n1, n0))
    if entry["test"] == "fisher" and its is None:
        return fisher_rejects(n1, n0, level, entry["sides"], p1 > p0)[x1, x0] > 0
    a, b = x1 / n1, x0 / n0
    if entry.get("margin") is None:
        pooled = (x1 + x0) / (n1 + n0)
        error = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0) * effect_of(entry))
    else:
        error = np.sqrt(a * (1 - a) / n1 + b * (1 - b) / n0)
    away = (a - b - null_of(entry)) * np.sign(p1 - p0 - null_of(entry))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(error > 0, away / error, np.where(away > 0, np.inf, 0.0))
    return np.asarray((np.abs(z) if both else z) > norm.isf(level))


def _events(rng: Rng, n: int, p: float, its: dict | None) -> Whole:
    """Events of an arm in each trial; of clusters each has a risk of its own."""
    if its is None or its["icc"] == 0:
        return rng.binomial(n, p, DRAWS)
    clusters = n // its["size"]
    spread = (1 - its["icc"]) / its["icc"]
    risks = rng.beta(p * spread, (1 - p) * spread, (DRAWS, clusters))
    return np.asarray(rng.binomial(_of_clusters(rng, its, clusters), risks).sum(axis=1))


def _of_clusters(rng: Rng, its: dict, clusters: int) -> Whole:
    """Patients of each cluster: of one size, or of sizes that vary and add up to the same."""
    size = its["size"]
    if not its["variation"]:
        return np.full((DRAWS, clusters), size)
    shape = 1 / its["variation"] ** 2
    weights = rng.gamma(shape, 1 / shape, (DRAWS, clusters))
    shares = weights / weights.sum(axis=1, keepdims=True)
    return np.asarray(rng.multinomial(size * clusters, shares))


def _several_proportions(entry: dict, rng: Rng) -> Flags:
    n = np.array(entry["patients"])
    x = rng.binomial(n, entry["risks"], (DRAWS, len(n)))
    pooled = x.sum(axis=1) / n.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        away = (n * (x / n - pooled[:, None]) ** 2).sum(axis=1) / (pooled * (1 - pooled))
    return np.asarray(np.nan_to_num(away) > chi_squared.isf(entry["alpha"], len(n) - 1))


def _normal(rng: Rng, n: int, mean: float, sd: float) -> tuple[Floats, Floats]:
    """Mean and sum of squares of a normal sample of each trial."""
    drawn = rng.normal(mean, sd, (DRAWS, n))
    at = drawn.mean(axis=1)
    return at, np.asarray(((drawn - at[:, None]) ** 2).sum(axis=1))


def _rejects(away: Floats, error: Floats, df: float, entry: dict) -> Flags:
    t = away / error
    both = entry["sides"] == "two_sided"
    return np.asarray((np.abs(t) if both else t) > student.isf(tail(entry), df))


def _two_means(entry: dict, rng: Rng) -> Flags:
    effect, null = entry["difference"], null_of(entry)
    estimate, error, df = _difference(entry, rng, effect)
    return _rejects((estimate - null) * np.sign(effect - null), error, df, entry)


def _difference(entry: dict, rng: Rng, effect: float) -> tuple[Floats, Floats, float]:
    """Estimate, standard error and degrees of freedom of the difference in each trial."""
    (n1, n0), sd = entry["patients"], entry["sd"]
    if (seen := entry.get("visits")) is not None:
        return _of_visits(rng, seen, (n1, n0), effect, sd)
    if (its := entry.get("clusters")) is not None:
        n1, n0 = n1 // its["size"], n0 // its["size"]
        arms = [_cluster_means(rng, its, n, mean, sd) for n, mean in ((n1, effect), (n0, 0.0))]
    else:
        arms = [_normal(rng, n, mean, sd) for n, mean in ((n1, effect), (n0, 0.0))]
    (a, within1), (b, within0) = arms
    df = n1 + n0 - 2
    return a - b, np.sqrt((within1 + within0) / df * (1 / n1 + 1 / n0)), df


def _cluster_means(
    rng: Rng, its: dict, clusters: int, mean: float, sd: float
) -> tuple[Floats, Floats]:
    """Mean of the patients, and sum of squares of the means of the clusters, by their sizes."""
    own = rng.normal(0, sd * sqrt(its["icc"]), (DRAWS, clusters))
    n = np.maximum(_of_clusters(rng, its, clusters), 1)
    means = mean + own + rng.normal(0, 1, own.shape) * sd * np.sqrt((1 - its["icc"]) / n)
    weights = n / n.sum(axis=1, keepdims=True)
    at = (weights * means).sum(axis=1)
    apart = clusters * weights * (means - at[:, None])
    return at, np.asarray((apart**2).sum(axis=1))


def _of_visits(
    rng: Rng, seen: dict, sizes: tuple[int, int], effect: float, sd: float
) -> tuple[Floats, Floats, float]:
    """A patient has a level of its own and noise at each visit; the outcome is as analysed."""
    before, after = [], []
    for n, mean in zip(sizes, (effect, 0.0), strict=True):
        own = rng.normal(0, sqrt(seen["correlation"]), (DRAWS, n))
        noise = sqrt(1 - seen["correlation"])
        late = own + noise * rng.normal(0, 1 / sqrt(seen["follow_ups"]), own.shape)
        after.append(mean + sd * late)
        first = seen["baselines"] or 1
        before.append(sd * (own + noise * rng.normal(0, 1 / sqrt(first), own.shape)))
    n1, n0 = sizes
    if seen["analysis"] == "change":
        after = [y - x for y, x in zip(after, before, strict=True)]
    syy = sum(_square(y, y) for y in after)
    apart = after[0].mean(axis=1) - after[1].mean(axis=1)
    if seen["analysis"] != "ancova":
        return apart, np.sqrt(syy / (n1 + n0 - 2) * (1 / n1 + 1 / n0)), n1 + n0 - 2
    sxx = sum(_square(x, x) for x in before)
    sxy = sum(_square(x, y) for x, y in zip(before, after, strict=True))
    at_start = before[0].mean(axis=1) - before[1].mean(axis=1)
    residual = (syy - sxy**2 / sxx) / (n1 + n0 - 3)
    error = np.sqrt(residual * (1 / n1 + 1 / n0 + at_start**2 / sxx))
    return apart - sxy / sxx * at_start, error, n1 + n0 - 3


def _square(x: Floats, y: Floats) -> Floats:
    centred = (x - x.mean(axis=1, keepdims=True)) * (y - y.mean(axis=1, keepdims=True))
    return np.asarray(centred.sum(axis=1))


def _several_means(entry: dict, rng: Rng) -> Flags:
    n, sd = entry["patients"], entry["sd"]
    arms = [_normal(rng, m, mean, sd) for m, mean in zip(n, entry["means"], strict=True)]
    at, weights = np.stack([arm[0] for arm in arms]), np.array(n)[:, None]
    centre = (weights * at).sum(axis=0) / sum(n)
    df = len(n) - 1, sum(n) - len(n)
    between = (weights * (at - centre) ** 2).sum(axis=0) / df[0]
    within = sum(arm[1] for arm in arms) / df[1]
    return np.asarray(between / within > f_distribution.isf(entry["alpha"], *df))


def _paired_means(entry: dict, rng: Rng) -> Flags:
    at, error, df = _of_pairs(entry, rng, entry["difference"])
    return _rejects(at, error, df, entry)


def _of_pairs(entry: dict, rng: Rng, effect: float) -> tuple[Floats, Floats, float]:
    """Mean difference, its standard error and degrees of freedom; of visits as they are analysed,
    adjusted for the difference at baseline at a baseline without one."""
    n = sum(entry["patients"])
    if (seen := entry.get("visits")) is None:
        at, squares = _normal(rng, n, effect, entry["sd"])
        return at, np.sqrt(squares / (n - 1) / n), n - 1
    own = rng.normal(0, sqrt(seen["correlation"]), (DRAWS, n))
    noise = sqrt(1 - seen["correlation"])
    late = own + noise * rng.normal(0, 1 / sqrt(seen["follow_ups"]), own.shape)
    early = own + noise * rng.normal(0, 1 / sqrt(seen["baselines"] or 1), own.shape)
    after, before = effect + entry["sd"] * late, entry["sd"] * early
    if seen["analysis"] == "change":
        after = after - before
    at, squares = after.mean(axis=1), _square(after, after)
    if seen["analysis"] != "ancova":
        return at, np.sqrt(squares / (n - 1) / n), n - 1
    sxx, sxy, start = _square(before, before), _square(before, after), before.mean(axis=1)
    residual = (squares - sxy**2 / sxx) / (n - 2)
    return at - sxy / sxx * start, np.sqrt(residual * (1 / n + start**2 / sxx)), n - 2


def _mann_whitney(entry: dict, rng: Rng) -> Flags:
    """Two normal samples as far apart as the probability says; the test without a correction."""
    (n1, n0), p = entry["patients"], entry["superiority"]
    apart = sqrt(2) * norm.ppf(p)
    drawn = np.hstack([rng.normal(apart, 1, (DRAWS, n1)), rng.normal(0, 1, (DRAWS, n0))])
    above = rankdata(drawn, axis=1)[:, :n1].sum(axis=1) - n1 * (n1 + 1) / 2 - n1 * n0 / 2
    z = above * np.sign(apart) / sqrt(n1 * n0 * (n1 + n0 + 1) / 12)
    both = entry["sides"] == "two_sided"
    return np.asarray((np.abs(z) if both else z) > norm.isf(tail(entry)))


def _log_rank(entry: dict, rng: Rng) -> Flags:
    """Exponential times of all patients from one start, to the day of the last event wanted."""
    n1, n0 = entry["patients"]
    hazard, events = entry["hazard_ratio"], min(entry["events"], n1 + n0)
    times = rng.exponential(1.0, (DRAWS_OF_TIMES, n1 + n0))
    times[:, :n1] /= hazard
    treated = np.argsort(times, axis=1)[:, :events] < n1
    before = np.cumsum(treated, axis=1) - treated
    risk1 = n1 - before
    risk0 = n0 - (np.arange(events) - before)
    margin = entry.get("margin")
    null = 1.0 if margin is None else margin if entry["better"] == "lower" else 1 / margin
    share = null * risk1 / (null * risk1 + risk0)
    away = (treated - share).sum(axis=1) * np.sign(hazard - null)
    error = np.sqrt((share * (1 - share)).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.nan_to_num(away / error)
    both = entry["sides"] == "two_sided"
    return np.asarray((np.abs(z) if both else z) > norm.isf(tail(entry)))


def _followed(entry: dict, rng: Rng) -> tuple[Floats, Flags]:
    """Times and events of all patients, the treated first: each comes in at a time of its own,
    and is seen to its event, until it is lost, or to the end of the trial."""
    n1, n0 = entry["patients"]
    shape = DRAWS_OF_TIMES, n1 + n0
    times = rng.exponential(1 / entry["hazard"], shape)
    times[:, :n1] /= entry["hazard_ratio"]
    seen = entry["follow_up"] + entry["accrual"] * rng.random(shape)
    if entry["losses"]:
        seen = np.minimum(seen, rng.exponential(1 / entry["losses"], shape))
    return np.minimum(times, seen), np.asarray(times <= seen)


def _survival(entry: dict, rng: Rng) -> Flags:
    """The log-rank test of times that are censored."""
    n1, n0 = entry["patients"]
    times, happened = _followed(entry, rng)
    order = np.argsort(times, axis=1)
    treated = order < n1
    event = np.take_along_axis(happened, order, axis=1)
    risk1 = n1 - (np.cumsum(treated, axis=1) - treated)
    risk = n1 + n0 - np.arange(n1 + n0)
    share = risk1 / risk
    away = (event * (treated - share)).sum(axis=1) * np.sign(entry["hazard_ratio"] - 1)
    error = np.sqrt((event * share * (1 - share)).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.nan_to_num(away / error)
    both = entry["sides"] == "two_sided"
    return np.asarray((np.abs(z) if both else z) > norm.isf(tail(entry)))


def _wilson(x: Whole, n: int, confidence: float) -> tuple[Floats, Floats, Floats]:
    z = norm.isf((1 - confidence) / 2)
    p = x / n
    centre, half = (p + z**2 / (2 * n)), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)


def _width_of_difference(entry: dict, rng: Rng) -> Floats:
    bounds = []
    for n, risk in zip(worth(entry), (entry["treated"], entry["control"]), strict=True):
        bounds.append(_wilson(rng.binomial(n, risk, DRAWS), n, entry["confidence"]))
    (a, low1, high1), (b, low0, high0) = bounds
    return np.asarray(np.hypot(a - low1, high0 - b) + np.hypot(high1 - a, b - low0))


def _width_of_share(entry: dict, rng: Rng) -> Floats:
    n = sum(entry["patients"])
    _, low, high = _wilson(rng.binomial(n, entry["risk"], DRAWS), n, entry["confidence"])
    return np.asarray(high - low)


def _width_of_means(entry: dict, rng: Rng) -> Floats:
    _, error, df = _difference(entry, rng, 0.0)
    return np.asarray(2 * student.isf((1 - entry["confidence"]) / 2, df) * error)


def _width_of_pairs(entry: dict, rng: Rng) -> Floats:
    _, error, df = _of_pairs(entry, rng, 0.0)
    return np.asarray(2 * student.isf((1 - entry["confidence"]) / 2, df) * error)


_REJECTED: dict[str, Callable[[dict, Rng], Flags]] = {
    "two_proportions": _two_proportions,
    "several_proportions": _several_proportions,
    "two_means": _two_means,
    "several_means": _several_means,
    "paired_means": _paired_means,
    "mann_whitney": _mann_whitney,
    "log_rank": _log_rank,
    "survival": _survival,
}
_WIDTHS: dict[str, Callable[[dict, Rng], Floats]] = {
    "two_proportions": _width_of_difference,
    "one_proportion": _width_of_share,
    "two_means": _width_of_means,
    "paired_means": _width_of_pairs,
}
