"""The powers of designs by scipy's distributions, one number at a time.

`given` are the options of a result: what is assumed, and every choice.
"""

from collections.abc import Callable
from functools import cache
from math import ceil, exp, floor, log, sqrt

import numpy as np
from scipy.stats import binom, binomtest, chi, hypergeom, ncf, nct, ncx2, norm
from scipy.stats import chi2 as chi_squared
from scipy.stats import f as f_distribution
from scipy.stats import t as student

from trialtrace.base.arrays import Floats

# Probabilities that differ by less are of tables as extreme as each other, as in R.
TIED = 1e-7
# Of a standard normal statistic: beyond it a power is 1.
FAR = 36.0
# Of designs whose power is over a number that is no difference of means.
EFFECTS = {
    "two_proportions": "treated",
    "mann_whitney": "superiority",
    "log_rank": "hazard_ratio",
    "survival": "hazard_ratio",
}


def power(entry: dict) -> float:
    """The power at the effect that is assumed."""
    design = entry["design"]
    if design == "several_proportions":
        return several_proportions(entry["risks"], entry["patients"], entry["alpha"])
    if design == "several_means":
        return several_means(entry["means"], entry["sd"], entry["patients"], entry["alpha"])
    if (effect := EFFECTS.get(design)) is not None:
        return over_effects(entry)[0](entry[effect])
    return over_effects(entry)[0](abs(entry["difference"] - null_of(entry)))


def over_effects(entry: dict) -> tuple[Callable[[float], float], float, float]:
    """The power over the effect that is asked, with ends between which it grows or falls."""
    design = entry["design"]
    if design == "two_proportions":
        p0 = entry["control"]
        n1, n0 = worth(entry)
        low, high = (1e-9, p0 - 1e-9) if entry["better"] == "lower" else (p0 + 1e-9, 1 - 1e-9)
        if entry["test"] == "fisher":
            return lambda p1: fisher(p1, p0, n1, n0, tail(entry), entry["sides"]), low, high
        return lambda p1: two_proportions(entry, p1, p0, n1, n0), low, high
    if design == "mann_whitney":
        n1, n0 = entry["patients"]
        return lambda p: mann_whitney(entry, p, n1, n0), 0.5 + 1e-9, 1 - 1e-9
    if design in ("log_rank", "survival"):
        sign = -1 if entry["better"] == "lower" else 1
        n1, n0 = entry["patients"]
        ends = sorted((exp(sign * 40), exp(sign * 1e-9)))
        return (
            lambda h: log_rank(entry, h, events_of(entry, h, n1, n0), n1 / n0),
            ends[0],
            ends[1],
        )
    error, df = error_of(entry)
    critical = student.isf(tail(entry), df)
    both = entry["sides"] == "two_sided"
    return lambda d: of_t(d / error, df, tail(entry), both), error * 1e-9, error * (critical + 30)


def over_sizes(entry: dict) -> Callable[[int], float]:
    """The power over patients of each arm, over clusters of each, over pairs, or over events."""
    design = entry["design"]
    if design == "two_proportions":
        return lambda n: two_proportions(entry, entry["treated"], entry["control"], n, n)
    if design == "several_proportions":
        risks = entry["risks"]
        return lambda n: several_proportions(risks, [n] * len(risks), entry["alpha"])
    if design == "several_means":
        means = entry["means"]
        return lambda n: several_means(means, entry["sd"], [n] * len(means), entry["alpha"])
    if design == "log_rank":
        n1, n0 = entry["patients"]
        return lambda events: log_rank(entry, entry["hazard_ratio"], events, n1 / n0)
    if design == "mann_whitney":
        return lambda n: mann_whitney(entry, entry["superiority"], n, n)
    if design == "survival":
        hazard = entry["hazard_ratio"]
        # The events that are needed are whole; the patients are those in whom they are expected.
        return lambda n: log_rank(entry, hazard, floor(events_of(entry, hazard, n, n) + 1e-9), 1.0)
    sd, _, _ = scale(entry)
    both, away = entry["sides"] == "two_sided", abs(entry["difference"] - null_of(entry))
    if design == "paired_means":
        return lambda n: of_t(away / sd * sqrt(n), n - 1, tail(entry), both) if n > 1 else 0.0
    return lambda n: of_t(away / (sd * sqrt(2 / n)), 2 * n - 2, tail(entry), both) if n > 1 else 0.0


def patients(entry: dict, n: int) -> int:
    """Patients of all arms for what `over_sizes` is over; events stay events."""
    design, clusters = entry["design"], entry.get("clusters")
    if design in ("log_rank", "paired_means"):
        return n
    if design == "several_proportions":
        return n * len(entry["risks"])
    if design == "several_means":
        return n * len(entry["means"])
    if clusters is None:
        return 2 * n
    size = clusters["size"]
    if design == "two_means":
        return 2 * n * size
    return 2 * ceil(n * effect_of(entry) / size - 1e-9) * size


def hazard_width(entry: dict) -> float:
    """Upper to lower bound: the variance of a log hazard ratio is 1 / events / shares."""
    n1, n0 = entry["patients"]
    share = n1 / (n1 + n0)
    events = events_of(entry, 1.0, n1, n0)
    error = 1 / sqrt(events * share * (1 - share))
    return exp(2 * norm.isf((1 - entry["confidence"]) / 2) * error)


def points_width(entry: dict) -> float:
    """The mean over all numbers of events, of Wilson's interval or of Newcombe's."""
    if entry["design"] == "one_proportion":
        chance, _, low, high = _wilson(sum(entry["patients"]), entry["risk"], entry)
        return float(chance @ (high - low))
    n1, n0 = worth(entry)
    first, a, low1, high1 = (each[:, None] for each in _wilson(n1, entry["treated"], entry))
    other, b, low0, high0 = _wilson(n0, entry["control"], entry)
    wide = np.hypot(a - low1, high0 - b) + np.hypot(high1 - a, b - low0)
    return float((first * other * wide).sum())


def _wilson(n: int, risk: float, entry: dict) -> tuple[Floats, Floats, Floats, Floats]:
    """The chance of each number of events, its share, and the bounds of that."""
    x = np.arange(n + 1)
    level = entry["confidence"]
    found = [binomtest(int(each), n).proportion_ci(level, method="wilson") for each in x]
    low, high = np.array(found).T
    return binom.pmf(x, n, risk), x / n, low, high


def difference_width(entry: dict) -> float:
    """Student's, with the mean of a sample's standard deviation."""
    error, df = error_of(entry)
    critical = student.isf((1 - entry["confidence"]) / 2, df)
    return float(2 * critical * error * chi.mean(df) / sqrt(df))


def expected_events(entry: dict) -> float:
    return events_of(entry, entry["hazard_ratio"], *entry["patients"])


def tail(entry: dict) -> float:
    return entry["alpha"] / (2 if entry["sides"] == "two_sided" else 1)


def null_of(entry: dict) -> float:
    """The effect under the null hypothesis: none, or the margin on the side of what is worse."""
    margin = entry.get("margin")
    if margin is None:
        return 0.0
    return float(margin if entry["better"] == "lower" else -margin)


def effect_of(entry: dict) -> float:
    """Donner and Klar's design effect, Eldridge's for sizes that differ."""
    its = entry.get("clusters")
    if its is None:
        return 1.0
    return float(1 + ((1 + its["variation"] ** 2) * its["size"] - 1) * its["icc"])


def worth(entry: dict) -> tuple[int, int]:
    """Patients by themselves that the arms are worth."""
    n1, n0 = (max(floor(n / effect_of(entry) + 1e-9), 1) for n in entry["patients"])
    return n1, n0


def scale(entry: dict) -> tuple[float, list[int], int]:
    """Of means: the standard deviation of a unit, the units of each arm, degrees of freedom."""
    sd, units = entry["sd"], list(entry["patients"])
    if entry["design"] == "paired_means":
        seen = entry.get("visits")
        sd = sd if seen is None else sd * sqrt(factor(seen))
        return sd, [sum(units)], sum(units) - 1
    if (its := entry.get("clusters")) is not None:
        units = [n // its["size"] for n in units]
        sd = sd * sqrt(effect_of(entry) / its["size"])
    if (seen := entry.get("visits")) is not None:
        sd = sd * sqrt(factor(seen))
    return sd, units, sum(units) - 2


def error_of(entry: dict) -> tuple[float, int]:
    """Of a mean of pairs or a difference of two: standard error and degrees of freedom."""
    sd, units, df = scale(entry)
    return sd * sqrt(sum(1 / n for n in units)), df


def factor(seen: dict) -> float:
    """The variance of a mean of visits, of its change, or adjusted, by the matrix of visits."""
    before, after = seen["baselines"], seen["follow_ups"]
    cov = np.full((before + after, before + after), seen["correlation"])
    np.fill_diagonal(cov, 1.0)
    last = np.r_[np.zeros(before), np.full(after, 1 / after)]
    if seen["analysis"] == "follow_up":
        return float(last @ cov @ last)
    first = np.r_[np.full(before, 1 / before), np.zeros(after)]
    if seen["analysis"] == "change":
        return float((last - first) @ cov @ (last - first))
    return float(last @ cov @ last - (last @ cov @ first) ** 2 / (first @ cov @ first))


def of_t(shift: float, df: float, level: float, both: bool) -> float:
    critical = student.isf(level, df)
    if shift > critical + 30:
        return 1.0
    power = float(nct.sf(critical, df, shift))
    return power + (float(np.nan_to_num(nct.cdf(-critical, df, shift))) if both else 0.0)


def two_proportions(entry: dict, p1: float, p0: float, n1: int, n0: int) -> float:
    error = sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    at_null = error
    if entry.get("margin") is None:
        pooled = (n1 * p1 + n0 * p0) / (n1 + n0)
        at_null = sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0))
    away = abs(p1 - p0 - null_of(entry))
    critical = norm.isf(tail(entry)) * at_null
    power = norm.cdf((away - critical) / error)
    if entry["sides"] == "two_sided":
        power += norm.cdf((-away - critical) / error)
    return float(power)


def several_proportions(risks: list[float], n: list[int], alpha: float) -> float:
    mean = np.average(risks, weights=n)
    away = sum(m * (p - mean) ** 2 for p, m in zip(risks, n, strict=True)) / (mean * (1 - mean))
    df = len(n) - 1
    return float(ncx2.sf(chi_squared.isf(alpha, df), df, away))


def several_means(means: list[float], sd: float, n: list[int], alpha: float) -> float:
    if min(n) < 2:
        return 0.0
    centre = np.average(means, weights=n)
    away = sum(m * (x - centre) ** 2 for x, m in zip(means, n, strict=True)) / sd**2
    df = len(n) - 1, sum(n) - len(n)
    return float(ncf.sf(f_distribution.isf(alpha, *df), *df, away))


def mann_whitney(entry: dict, superiority: float, n1: int, n0: int) -> float:
    """By the variance of the rank sum under the null hypothesis, n1 n0 (n1 + n0 + 1) / 12."""
    away = n1 * n0 * abs(superiority - 0.5)
    shift = min(away / sqrt(n1 * n0 * (n1 + n0 + 1) / 12), FAR)
    critical = norm.isf(tail(entry))
    power = norm.sf(critical - shift)
    return float(power + (norm.cdf(-critical - shift) if entry["sides"] == "two_sided" else 0))


def superiority_width(entry: dict) -> float:
    """The variance of a probability of superiority near 1/2: (n1 + n0 + 1) / (12 n1 n0)."""
    n1, n0 = entry["patients"]
    error = sqrt((n1 + n0 + 1) / (12 * n1 * n0))
    return float(2 * norm.isf((1 - entry["confidence"]) / 2) * error)


def events_of(entry: dict, hazard_ratio: float, n1: float, n0: float) -> float:
    """Events of a plan, or those to expect of patients who come in over a time."""
    if entry["design"] != "survival":
        return float(entry["events"])
    own = entry["hazard"]
    return n1 * seen_event(entry, own * hazard_ratio) + n0 * seen_event(entry, own)


def seen_event(entry: dict, hazard: float) -> float:
    """The chance of an event before loss and end: the mean over the days of coming in."""
    both, accrual = hazard + entry["losses"], entry["accrual"]
    after = both * entry["follow_up"]
    if accrual * both < 1e-6:
        still = exp(-after)
    else:
        still = (exp(-after) - exp(-after - both * accrual)) / (both * accrual)
    return hazard / both * (1 - still)


def log_rank(entry: dict, hazard_ratio: float, events: float, ratio: float) -> float:
    if entry["formula"] == "schoenfeld":
        margin = entry.get("margin")
        null = 0.0 if margin is None else log(margin) * (1 if entry["better"] == "lower" else -1)
        per = abs(log(hazard_ratio) - null) * sqrt(ratio) / (1 + ratio)
    else:
        per = sqrt(ratio) * abs(1 - hazard_ratio) / (1 + ratio * hazard_ratio)
    shift, critical = min(per * sqrt(events), FAR), norm.isf(tail(entry))
    power = norm.sf(critical - shift)
    return float(power + (norm.cdf(-critical - shift) if entry["sides"] == "two_sided" else 0))


def fisher(p1: float, p0: float, n1: int, n0: int, level: float, sides: str) -> float:
    """The chance of the tables that Fisher's test rejects."""
    rejected = fisher_rejects(n1, n0, level, sides, p1 > p0)
    first = binom.pmf(np.arange(n1 + 1), n1, p1)
    return float(first @ rejected @ binom.pmf(np.arange(n0 + 1), n0, p0))


@cache
def fisher_rejects(n1: int, n0: int, level: float, sides: str, more: bool) -> Floats:
    """1 for each pair of numbers of events, (first arm, second), whose p is at most the level;
    `level` is of one tail."""
    rejects = np.zeros((n1 + 1, n0 + 1))
    for total in range(n1 + n0 + 1):
        x = np.arange(max(0, total - n0), min(n1, total) + 1)
        chance = hypergeom.pmf(x, n1 + n0, n1, total)
        if sides == "two_sided":
            p = np.array([chance[chance <= own * (1 + TIED)].sum() for own in chance])
            rejects[x, total - x] = p <= 2 * level * (1 + TIED)
        else:
            p = np.cumsum(chance[::-1])[::-1] if more else np.cumsum(chance)
            rejects[x, total - x] = p <= level * (1 + TIED)
    return rejects
