"""Times to an event: curves, medians, log-rank, Cox's model of two arms, in numpy alone."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fresh_papers.formulas import Z

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def curve(time: Floats, event: Flags) -> tuple[Floats, Floats, Floats]:
    """Times of events, Kaplan and Meier's share after each, Greenwood's error of its log-log."""
    at = np.unique(time[event])
    risk = (time[None, :] >= at[:, None]).sum(axis=1)
    died = ((time[None, :] == at[:, None]) & event[None, :]).sum(axis=1)
    share = np.cumprod(1 - died / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(died / (risk * (risk - died)))) / np.abs(np.log(share))
    return at, share, spread


def share_at(time: Floats, event: Flags, when: float) -> tuple[float, float, float]:
    """Survival at a time with its log-log interval."""
    at, share, spread = curve(time, event)
    place = int(np.searchsorted(at, when, side="right")) - 1
    if place < 0:
        return 1.0, 1.0, 1.0
    s, w = float(share[place]), float(spread[place])
    if not 0 < s < 1 or not math.isfinite(w):
        return s, s, s
    return s, s ** math.exp(Z * w), s ** math.exp(-Z * w)


def median(time: Floats, event: Flags) -> tuple[float | None, float | None, float | None]:
    """Median with Brookmeyer and Crowley's limits; None where the curve does not come so low."""
    at, share, spread = curve(time, event)

    def first(reached: Flags) -> float | None:
        found = np.flatnonzero(reached)
        return float(at[found[0]]) if found.size else None

    with np.errstate(over="ignore", invalid="ignore"):
        low = np.nan_to_num(share ** np.exp(Z * spread), nan=0.0)
        high = np.nan_to_num(share ** np.exp(-Z * spread), nan=0.0)
    return first(share <= 0.5), first(low <= 0.5), first(high <= 0.5)


def log_rank(time: Floats, event: Flags, treated: Flags) -> float:
    """Two-sided p."""
    observed = expected = spread = 0.0
    for when in np.unique(time[event]):
        risk = time >= when
        died = event & (time == when)
        n, n1, d = int(risk.sum()), int((risk & treated).sum()), int(died.sum())
        observed += int((died & treated).sum())
        expected += d * n1 / n
        if n > 1:
            spread += d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1)
    return float(stats.chi2.sf((observed - expected) ** 2 / spread, 1))


def cox(time: Floats, event: Flags, treated: Flags) -> tuple[float, float]:
    """Log hazard ratio of the treated and its error, Breslow's ties, by Newton's method."""
    beta, x = 0.0, treated.astype(float)
    whens = np.unique(time[event])
    risk = time[None, :] >= whens[:, None]
    n1, n0 = (risk & treated).sum(axis=1), (risk & ~treated).sum(axis=1)
    died = ((time[None, :] == whens[:, None]) & event[None, :]).sum(axis=1)
    for _ in range(30):
        mean = n1 * math.exp(beta) / (n1 * math.exp(beta) + n0)
        step = float((x[event].sum() - (died * mean).sum()) / (died * mean * (1 - mean)).sum())
        beta += step
        if abs(step) < 1e-10:
            break
    mean = n1 * math.exp(beta) / (n1 * math.exp(beta) + n0)
    return beta, 1 / math.sqrt(float((died * mean * (1 - mean)).sum()))
