"""Tails of distributions and tests that several checks use, of special functions alone: a report
tells what is unusual, and to load all distributions would be a sixth of a short one.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats

if TYPE_CHECKING:
    from types import ModuleType

# Gaps of a tail that are compared.
BELOW = 50


def _special() -> "ModuleType":
    """scipy.special, which takes as long to load as a check of a small file: only where asked."""
    from scipy import special

    loaded: ModuleType = special
    return loaded


def normal(z: float) -> float:
    """The lower tail of a standard normal value."""
    return float(_special().ndtr(z))


def upper(z: Floats) -> Floats:
    """The upper tails of standard normal values."""
    values: Floats = _special().ndtr(-z)
    return values


def correlated(z: Floats, df: Floats) -> Floats:
    """The upper tails of correlations, on Fisher's scale, of unrelated normal values."""
    tails: Floats = _special().stdtr(df, -np.sinh(z) * np.sqrt(np.maximum(df, 0)))
    return tails


def chi2(value: float, df: float) -> float:
    """The upper tail of a chi-squared value."""
    return float(_special().chdtrc(df, value))


def binomial(count: int, n: int, p: float) -> float:
    """The chance of at least `count` of `n`, each with chance `p`."""
    if count <= 0:
        return 1.0
    return float(_special().betainc(count, n - count + 1, p)) if count <= n else 0.0


def poisson(count: int, mean: float) -> float:
    """The chance of at least `count` where `mean` are expected."""
    return float(_special().gammainc(count, mean)) if count > 0 else 1.0


def hypergeometric(count: int, n: int, marked: int, drawn: int) -> float:
    """The chance of at least `count` marked among `drawn` of `n`, of which `marked` are."""
    least, most = max(0, drawn + marked - n), min(marked, drawn)
    at = np.arange(least, most, dtype=float)
    steps = (marked - at) * (drawn - at) / ((at + 1) * (n - marked - drawn + at + 1))
    logs = np.append(0.0, np.cumsum(np.log(steps)))
    weight = np.exp(logs - logs.max())
    return float(weight[max(0, count - least) :].sum() / weight.sum())


def gap(top: Floats, j: int, unit: float = 0.0) -> float:
    """The chance of the gap below the `j` highest values, by those next to it, each of them taken
    for a `unit` wider; `top` has the values from the highest on."""
    below = min(BELOW, (len(top) - j) // 4)
    x = top[: j + below + 1]
    if below < 2 or len(x) <= j + below:
        return 1.0
    own = j * (x[j - 1] - x[j])
    rest = x[j : j + below].sum() + j * x[j] - (j + below) * x[j + below] + below * unit
    if rest <= 0:
        return 1.0
    return float(min(1.0, np.exp(-below * np.log1p(own / rest))))


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean rank."""
    _, group, size = np.unique(values, return_inverse=True, return_counts=True)
    made: Floats = (np.cumsum(size) - (size - 1) / 2)[group]
    return made


def pearson(counts: Floats) -> float:
    """Pearson's chi-squared test of a table without empty rows and columns."""
    due = counts.sum(axis=1)[:, None] * counts.sum(axis=0) / counts.sum()
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return chi2(float(((counts - due) ** 2 / due).sum()), df) if df else 1.0


def kruskal_wallis(groups: Sequence[Floats]) -> float:
    """The test of groups by ranks, corrected for ties; values are not all equal."""
    sizes = np.array([len(group) for group in groups])
    values = np.concatenate(groups)
    n, rank = len(values), ranks(values)
    tied = np.unique(values, return_counts=True)[1].astype(float)
    sums = np.add.reduceat(rank, np.append(0, np.cumsum(sizes)[:-1]))
    h = 12 / (n * (n + 1)) * float((sums**2 / sizes).sum()) - 3 * (n + 1)
    return chi2(h / (1 - float((tied**3 - tied).sum()) / (n**3 - n)), len(groups) - 1)


def brown_forsythe(groups: Sequence[Floats]) -> float:
    """Levene's test of the spread of groups around their medians."""
    return anova([np.abs(group - np.median(group)) for group in groups])


def anova(groups: Sequence[Floats]) -> float:
    """The test of the means of groups by an analysis of variance."""
    n, mean = sum(map(len, groups)), np.concatenate(groups).mean()
    between = sum(len(group) * (group.mean() - mean) ** 2 for group in groups)
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    df = len(groups) - 1, n - len(groups)
    return float(_special().fdtrc(*df, between / df[0] / (within / df[1]))) if within else 0.0


def equal_share(values: Floats) -> float:
    """How often two values of a column are equal."""
    counts = np.unique(values, return_counts=True)[1].astype(float)
    n = counts.sum()
    return float((counts * (counts - 1)).sum() / (n * (n - 1)))


def correlation(first: Floats, later: Floats) -> float:
    """Spearman's rank correlation, within (-1, 1); 0 where either does not vary."""
    x, y = ranks(first), ranks(later)
    if not len(x) or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(np.clip(np.corrcoef(x, y)[0, 1], -0.999, 0.999))


def row_means(values: Floats) -> Floats:
    """The mean of each row over what is there; nan where nothing is."""
    there = ~np.isnan(values)
    sums, counts = np.where(there, values, 0.0).sum(axis=1), there.sum(axis=1)
    made: Floats = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return made
