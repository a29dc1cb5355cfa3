"""Intervals of very many shares at once, for percentages whose counts are not printed.

The methods are those of `proportions`, and the numbers the same; here each is computed for arrays
of counts. Sources: those of `proportions`. Oracle: the single functions, whose
own is R.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from trialtrace.stats._inputs import Floats, check_confidence, normal_quantile
from trialtrace.stats.results import StatsError


def intervals_of_shares(x: ArrayLike, n: ArrayLike, *, confidence: float) -> dict[str, Floats]:
    """Bounds by method, (shares, 2), of x of n, arrays of one shape (shares,).

    Cut intervals (wald_cut, agresti_coull_cut) stand beside the plain ones and are the same where
    nothing is cut. NaN where a method has no bound. Raises `StatsError` for counts outside 0..n and
    n below 1. Oracle: the single functions.
    """
    x, n = (np.array(part, dtype=np.float64) for part in np.broadcast_arrays(x, n))
    if x.ndim != 1:
        raise StatsError("shares are given as arrays of one dimension.")
    if ((n < 1) | (x < 0) | (x > n)).any():
        raise StatsError("counts must lie within 0 and their number of patients.")
    z, tail = normal_quantile(confidence), (1 - check_confidence(confidence)) / 2
    half = z * np.sqrt(x * (n - x) / n) / n
    half = np.where(half == 0, np.nan, half)
    scale = n + z**2
    centre = (x + z**2 / 2) / scale
    wide, agresti = (
        z * np.sqrt(x * (n - x) / n + z**2 / 4) / scale,
        z * np.sqrt(centre * (1 - centre) / scale),
    )
    found = {
        "wald": _pair(x / n - half, x / n + half),
        "wilson": _ended(centre - wide, centre + wide, x, n),
        "wilson_corrected": _ended(_shifted(x, n, z, -1), _shifted(x, n, z, 1), x, n),
        "agresti_coull": _pair(centre - agresti, centre + agresti),
        "jeffreys": _ended(*(betaincinv(x + 0.5, n - x + 0.5, t) for t in (tail, 1 - tail)), x, n),
        "clopper_pearson": _ended(
            betaincinv(np.maximum(x, 1), n - x + 1, tail),
            betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail), x, n,
        ),
    }  # fmt: skip
    cut = {f"{name}_cut": np.clip(found[name], 0.0, 1.0) for name in ("wald", "agresti_coull")}
    return found | cut


def _shifted(x: Floats, n: Floats, z: float, sign: int) -> Floats:
    """Wilson's bound at half an event less, or more, within 0..1."""
    events = x + sign / 2
    half = z * np.sqrt(np.maximum(events * (n - events), 0.0) / n + z**2 / 4) / (n + z**2)
    return np.clip((events + z**2 / 2) / (n + z**2) + sign * half, 0.0, 1.0)


def _pair(low: Floats, high: Floats) -> Floats:
    return np.stack([low, high], axis=1)


def _ended(low: Floats, high: Floats, x: Floats, n: Floats) -> Floats:
    """0 with no event and 1 with events only."""
    return _pair(np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high))
