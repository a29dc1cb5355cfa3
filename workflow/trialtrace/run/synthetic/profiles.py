"""Profiles of yes and no over a few parts, given how many are yes.

Parts are independent with their odds, given that the number of yes lies in the row's range: the
conditional Bernoulli distribution, by enumeration of the 2^m profiles.
"""

from collections.abc import Iterator

import numpy as np

BLOCK, ROUNDS = 4096, 500


def _profiles(parts: int) -> np.ndarray:
    return (np.arange(2**parts)[:, None] >> np.arange(parts)) & 1


def _weights(
    odds: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """Probabilities of all profiles, shape (rows, 2^m), block by block."""
    whole = _profiles(odds.shape[1])
    number = whole.sum(axis=1)
    for start in range(0, len(odds), BLOCK):
        at = slice(start, start + BLOCK)
        with np.errstate(divide="ignore"):
            logs = np.log(np.where(known[at], odds[at], 0.0))
        logs = np.maximum(logs, -700.0)
        weight = np.exp(logs @ whole.T)
        fits = (number >= low[at, None]) & (number <= high[at, None])
        weight = np.where(fits & ((~known[at]) @ whole.T == 0), weight, 0.0)
        total = weight.sum(axis=1, keepdims=True)
        yield at, weight / np.where(total > 0, total, 1.0)


def draw_profiles(
    odds: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """A profile for each row, from a uniform number each; shape (rows, parts).

    Oracle: frequencies against enumeration.
    """
    whole = _profiles(odds.shape[1]).astype(bool)
    found = np.zeros(odds.shape, dtype=bool)
    for at, weight in _weights(odds, known, low, high):
        border = np.cumsum(weight, axis=1)
        pick = (border < place[at, None] * border[:, -1:]).sum(axis=1)
        found[at] = whole[np.minimum(pick, len(whole) - 1)]
    return found & known


def solve_odds(
    odds: np.ndarray,
    known: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    wanted: list[tuple[int, np.ndarray, float]],
) -> np.ndarray:
    """Odds under which the mean of each wanted (part, rows) is its share; by iterated scaling.

    Odds of parts that are not wanted stay. Oracle: the mean by enumeration.
    """
    odds = odds.copy()
    for _ in range(ROUNDS):
        mean = _means(odds, known, low, high)
        worst = 0.0
        for part, rows, share in wanted:
            if not rows.any():
                continue
            now = float(mean[rows, part].mean())
            worst = max(worst, abs(now - share))
            if share in (0.0, 1.0):
                odds[rows, part] = 0.0 if share == 0 else 1e6
            elif 0 < now < 1:
                odds[rows, part] *= np.clip(share / (1 - share) * (1 - now) / now, 0.2, 5.0)
        if worst < 1e-8:
            break
    return np.clip(odds, 0.0, 1e12)


def _means(odds: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    whole = _profiles(odds.shape[1])
    found = np.zeros(odds.shape)
    for at, weight in _weights(odds, known, low, high):
        found[at] = weight @ whole
    return found
