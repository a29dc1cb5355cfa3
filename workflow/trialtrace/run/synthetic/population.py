"""Parameters of a distribution whose mean and SD, inside its limits, are given ones."""

from collections.abc import Mapping

import numpy as np

from trialtrace.run.synthetic.distributions import draw

POINTS, ROUNDS = 801, 60


def with_moments(
    kind: str,
    parts: dict[str, np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    wanted: Mapping[str, str],
) -> dict[str, np.ndarray]:
    """normal or lognormal `parts` with the wanted mean and SD over the rows of a group.

    All rows are shifted and stretched alike until the mean over rows and quantiles is met; without
    limits this is exact. Shapes (n,). Source: moments by quantiles (midpoint rule).
    """
    from scipy.special import ndtri

    parts = {key: part.copy() for key, part in parts.items()}
    different, weight = _different(parts, low, high)
    z = np.asarray(ndtri((np.arange(POINTS) + 0.5) / POINTS))
    for _ in range(ROUNDS):
        mean, sd = _moments(
            kind,
            {k: v[different] for k, v in parts.items()},
            low[different],
            high[different],
            weight,
            z,
        )
        shift = float(wanted["mean"]) - mean if "mean" in wanted else 0.0
        stretch = float(wanted["sd"]) / sd if "sd" in wanted and sd > 0 else 1.0
        if abs(shift) < 1e-9 * (1 + abs(mean)) and abs(stretch - 1) < 1e-9:
            break
        parts["mean"] = parts["mean"] + shift
        parts["sd"] = parts["sd"] * np.clip(stretch, 0.5, 2.0)
    return parts


def _different(parts: dict, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that stand for all others with the same parameters and limits, and their shares."""
    whole = np.column_stack([*parts.values(), low, high])
    _, first, times = np.unique(whole, axis=0, return_index=True, return_counts=True)
    return first, times / times.sum()


def _moments(
    kind: str, parts: dict, low: np.ndarray, high: np.ndarray, weight: np.ndarray, z: np.ndarray
) -> tuple[float, float]:
    def spread_out(part: np.ndarray) -> np.ndarray:
        return np.repeat(part, len(z))

    grid = draw(
        kind,
        np.tile(z, len(weight)),
        {k: spread_out(v) for k, v in parts.items()},
        spread_out(low),
        spread_out(high),
    ).reshape(len(weight), len(z))
    mean = float(weight @ grid.mean(axis=1))
    square = float(weight @ ((grid - mean) ** 2).mean(axis=1))
    return mean, float(np.sqrt(square))
