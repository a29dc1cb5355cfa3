"""Half widths of the interval of a difference of means, and least errors of two means."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from scipy.special import ndtri, stdtrit

from trialtrace.audit.relations.ranges import Span


@lru_cache(maxsize=1024)
def half_widths(
    spreads: tuple[Span, ...], n: tuple[int, ...], confidence: float
) -> Mapping[str, Span]:
    """Least and greatest half width of the interval of a difference of means, by its quantile.

    `spreads` are the ranges of the two standard deviations, `n` the two sizes, of at least 2. All
    half widths but Welch's grow with both; Welch's is searched on a grid of the small rectangle.
    Source: Altman et al., Statistics with Confidence, 2000. Oracle: R's t.test.
    """
    level = 0.5 + confidence / 2
    grids = [np.linspace(max(low, 0.0), high, 41) for low, high in spreads]
    s1, s0 = np.meshgrid(*grids)
    v1, v0 = s1**2 / n[0], s0**2 / n[1]
    df = n[0] + n[1] - 2
    pooled = ((n[0] - 1) * s1**2 + (n[1] - 1) * s0**2) / df * (1 / n[0] + 1 / n[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (v1 + v0) ** 2 / (v1**2 / (n[0] - 1) + v0**2 / (n[1] - 1))
    own = np.where(np.isfinite(own), own, min(n) - 1)
    widths = {
        "student": stdtrit(df, level) * np.sqrt(pooled),
        "welch": stdtrit(own, level) * np.sqrt(v1 + v0),
        "normal": ndtri(level) * np.sqrt(v1 + v0),
    }
    ends = {name: Span(float(one.min()), float(one.max())) for name, one in widths.items()}
    return MappingProxyType(ends)
