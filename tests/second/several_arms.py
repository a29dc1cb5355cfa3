"""Many t statistics together, again: by other integrals."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.integrate import quad_vec
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import chi, chi2, norm

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    EXACT,
    ITERATIVE,
    Check,
    Recomputed,
    by_name,
    peer,
)

PARTS = ("p_value", "t", "df")
# Draws of a Monte Carlo check, and how many of its standard errors two results may differ by.
DRAWS, WIDE = 400_000, 5.0
# Directions of a mean over a circle, whose error falls with the square of their number.
ANGLES = 200_000
OPPOSITE = {"greater": 1.0, "less": -1.0}


@dataclass(frozen=True)
class Arms:
    """Sizes and means by arm, the pooled variance and its degrees of freedom."""

    n: dict[str, int]
    mean: dict[str, float]
    variance: float
    df: int


@dataclass(frozen=True)
class Estimate:
    """One of several estimates: its value, standard error and degrees of freedom, of n records."""

    value: float
    error: float
    df: float
    n: int

    @property
    def t(self) -> float:
        return self.value / self.error


# P(largest > c), of the absolute values with True, and the error of the computation.
Tail = Callable[[float, bool], tuple[float, float]]


def of_arms(data: Data, asked: Asked) -> tuple[Arms | None, int]:
    """All arms that the analysis compares; None where one lacks values or nothing varies."""
    records = data.records(asked, data.compared(asked))
    groups = records.groupby("TRTP")["AVAL"]
    n, df = groups.size(), len(records) - groups.ngroups
    if groups.ngroups < len(data.compared(asked)) or df == 0 or (groups.nunique() < 2).all():
        return None, len(records)
    away = records["AVAL"] - groups.transform("mean")
    variance = float((away**2).sum()) / df
    return Arms(n.to_dict(), groups.mean().to_dict(), variance, df), len(records)


def contrast_of(arms: Arms, coefficients: dict[str, float]) -> Estimate:
    """A combination of the arms' means."""
    value = sum(c * arms.mean[arm] for arm, c in coefficients.items())
    share = sum(c**2 / arms.n[arm] for arm, c in coefficients.items())
    return Estimate(value, sqrt(arms.variance * share), arms.df, sum(arms.n.values()))


def answer(
    by: str, data: Data, asked: Asked, estimate: Estimate, tail: Tail, tolerance: float = EXACT
) -> Recomputed:
    """What is asked of an estimate whose largest companion has this tail."""
    if asked.stat in ("t", "df"):
        return Recomputed(by, estimate.t if asked.stat == "t" else estimate.df, n_used=estimate.n)
    sides = asked.options.get("sides", "two_sided")
    if asked.stat == "p_value":
        towards = estimate.t * OPPOSITE[sides] if sides != "two_sided" else abs(estimate.t)
        p, error = tail(towards, sides == "two_sided")
        return Recomputed(by, p, None, tolerance, estimate.n, WIDE * error)
    # The tail belongs to the largest t of the analysis, the critical value to all its estimates.
    level = data.confidence(asked)
    critical, error = data.once(("critical", tail, level), lambda: _critical(tail, 1 - level))
    bounds = estimate.value - critical * estimate.error, estimate.value + critical * estimate.error
    return Recomputed(
        by, estimate.value, bounds, tolerance, estimate.n, WIDE * error * estimate.error
    )


def _critical(tail: Tail, alpha: float) -> tuple[float, float]:
    """The c with this tail, and its error by that of the tail and its slope."""
    # The logarithm of a tail is nearly straight, so that few of them are computed.
    c = brentq(lambda c: log(max(tail(c, True)[0], 1e-300) / alpha), 0.5, 60.0, xtol=1e-10)
    error = tail(c, True)[1]
    slope = (tail(c - 0.01, True)[0] - tail(c + 0.01, True)[0]) / 0.02
    return c, error / slope if error else 0.0


def largest_of(correlation: np.ndarray, df: float) -> Tail:
    """The tail of the largest t: exact where two normal variables make all, else by draws."""
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-9 * values.max()
    return (
        _in_plane(vectors[:, kept] * np.sqrt(values[kept]), df)
        if kept.sum() <= 2
        else (_by_draws(correlation, df))
    )


def _in_plane(rows: np.ndarray, df: float) -> Tail:
    """The mean over directions of F's tail with 2 and `df` degrees of freedom, a power.

    Of a line, the second variable plays no part: its direction's mean is that of t.
    """
    rows = rows if rows.shape[1] == 2 else np.column_stack([rows, np.zeros(len(rows))])
    angle = (np.arange(ANGLES) + 0.5) * 2 * np.pi / ANGLES
    along = np.array([np.cos(angle), np.sin(angle)]).T @ rows.T

    def tail(c: float, both: bool) -> tuple[float, float]:
        largest = (np.abs(along) if both else along).max(axis=1)
        with np.errstate(divide="ignore"):
            beyond = (1 + (c / largest) ** 2 / df) ** (-df / 2)
        if c >= 0:
            return float(np.where(largest > 0, beyond, 0.0).mean()), 0.0
        return 1 - float(np.where(largest < 0, beyond, 0.0).mean()), 0.0

    return tail


def _by_draws(correlation: np.ndarray, df: float) -> Tail:
    """Normal variables drawn with this correlation; the chance of S given them is chi-squared's."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    drawn = np.random.default_rng(1).standard_normal((DRAWS, len(root))) @ root.T

    def tail(c: float, both: bool) -> tuple[float, float]:
        largest = (np.abs(drawn) if both else drawn).max(axis=1)
        if c >= 0:
            chance = np.where(largest > 0, chi2.cdf(df * (largest / max(c, 1e-12)) ** 2, df), 0.0)
        else:
            chance = np.where(largest > 0, 1.0, chi2.sf(df * (largest / c) ** 2, df))
        return float(chance.mean()), float(chance.std() / sqrt(DRAWS))

    return tail


def _against_one(shares: list[float], df: float) -> Tail:
    """Dunnett's double integral: given one normal variable and S the others are independent."""
    # Equal steps: for what falls as a normal density does, no rule is better.
    z = np.linspace(-9, 9, 361)
    weight = norm.pdf(z) * (z[1] - z[0])

    def outside(s: float, c: float, both: bool) -> float:
        inside = np.ones(z.size)
        for share in shares:
            middle, rest = sqrt(share) * z, sqrt(1 - share)
            lower = ndtr((-c * s - middle) / rest) if both else 0.0
            inside *= ndtr((c * s - middle) / rest) - lower
        return float(weight @ (1 - inside))

    def tail(c: float, both: bool) -> tuple[float, float]:
        scale = sqrt(df)
        found = quad_vec(
            lambda u: outside(u / scale, c, both) * chi.pdf(u, df),
            chi.ppf(1e-16, df),
            chi.isf(1e-16, df),
            epsabs=1e-14,
            epsrel=1e-11,
        )
        return float(found[0]), 0.0

    return tail


@peer("scipy.integrate.quad_vec (Dunnett's double integral)", of_arms)
def dunnett(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """Dunnett's tail by scipy's `quad_vec`; `scipy.stats.dunnett` itself draws at random."""
    treated, reference = asked.contrast
    others = [arm for arm in arms.n if arm != reference]
    shares = [arms.n[arm] / (arms.n[arm] + arms.n[reference]) for arm in others]
    tail = data.once(("dunnett", tuple(shares), arms.df), lambda: _against_one(shares, arms.df))
    estimate = contrast_of(arms, {treated: 1.0, reference: -1.0})
    return answer("scipy.integrate.quad_vec", data, asked, estimate, tail, ITERATIVE)


@peer("numpy.linalg.eigh (mean over directions)", of_arms)
def together(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """Several contrasts at once, their largest t over directions."""
    contrasts = asked.options["contrasts"]
    rows = np.array(
        [[float(contrast.get(arm, 0)) for arm in arms.n] for contrast in contrasts.values()]
    )
    spread = (rows / np.array(list(arms.n.values()))) @ rows.T
    error = np.sqrt(np.diag(spread))
    correlation = spread / np.outer(error, error)
    tail = data.once(
        ("max t", correlation.tobytes(), arms.df), lambda: largest_of(correlation, arms.df)
    )
    estimate = contrast_of(arms, contrasts[asked.level])
    return answer(
        "numpy.linalg.eigh (mean over directions)", data, asked, estimate, tail, ITERATIVE
    )


def of(stat: str, check: Check) -> dict[str, Check]:
    """A check of an estimate and of the parts of its test, by method."""
    name, _, method = stat.partition(".")
    return {f"{part}.{method}": check for part in (name, *PARTS)}


CHECKS = by_name(
    {
        **of("mean_difference.dunnett", dunnett),
        **of("mean_contrast.max_t", together),
    }
)
