"""Parameters of a distribution whose mean and SD, inside its limits, are given ones."""

from collections.abc import Mapping

import numpy as np

# Continuous distributions, drawn from a standard normal score, inside limits.
# A score z becomes the number whose place in the distribution, between the limits, is Phi(z). So
# the order of scores is kept, and a number never leaves its limits. Formulas: the inverse of the
# distribution function, F^-1(F(low) + Phi(z) (F(high) - F(low))), in the nearer tail for precision.

Parts = dict[str, np.ndarray]


def draw(kind: str, z: np.ndarray, parts: Parts, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Numbers of shape (rows,); parts are those of the kind, limits may be infinite."""
    if kind == "normal":
        return _normal(z, parts["mean"], parts["sd"], low, high)
    if kind == "lognormal":
        mu, sigma = log_parts(parts["mean"], parts["sd"])
        with np.errstate(divide="ignore"):
            ends = [np.log(np.maximum(end, 0.0)) for end in (low, high)]
        return np.exp(_normal(z, mu, sigma, *ends))
    if kind == "weibull":
        return _weibull(z, parts["shape"], parts["scale"], low, high)
    low, high = np.maximum(low, parts["from"]), np.minimum(high, parts["to"])
    return low + (high - low) * _phi(z)


def log_parts(mean: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the logarithm of a lognormal number."""
    variance = np.log1p((sd / mean) ** 2)
    return np.log(mean) - variance / 2, np.sqrt(variance)


def _phi(z: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def _normal(
    z: np.ndarray, mean: np.ndarray, sd: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    from scipy.special import ndtri

    free = ~(np.isfinite(low) | np.isfinite(high))
    if free.all():
        return mean + sd * z
    a, b = (low - mean) / sd, (high - mean) / sd
    # In the upper tail distances to 1 are lost: there the distribution is mirrored.
    flip = a > 0
    start = _phi(np.where(flip, -b, a))
    end = _phi(np.where(flip, -a, b))
    place = start + _phi(np.where(flip, -z, z)) * (end - start)
    x = np.asarray(ndtri(np.clip(place, 1e-300, 1 - 1e-16)))
    x = mean + sd * np.where(flip, -x, x)
    return np.where(free, mean + sd * z, np.clip(x, low, high))


def _weibull(
    z: np.ndarray, shape: np.ndarray, scale: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    def survival(x: np.ndarray) -> np.ndarray:
        return np.exp(-((np.maximum(x, 0.0) / scale) ** shape))

    above, below = survival(low), survival(high)
    left = np.clip(below + _phi(-z) * (above - below), 1e-300, 1.0)
    return np.clip(scale * (-np.log(left)) ** (1 / shape), np.maximum(low, 0.0), high)


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
    def spread_out(values: np.ndarray) -> np.ndarray:
        return np.repeat(values, len(z))

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
