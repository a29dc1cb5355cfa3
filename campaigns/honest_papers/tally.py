"""Rates and their intervals: claims of one paper are not independent."""

import numpy as np

from honest_papers.methods import share_interval


def clustered(hits: list[int], sizes: list[int], draws: int = 4000) -> tuple[float, float, float]:
    """The rate of claims, with the percentile interval of a bootstrap of papers."""
    hits, sizes = np.array(hits), np.array(sizes)
    rng = np.random.default_rng(11)
    chosen = rng.integers(0, len(hits), (draws, len(hits)))
    rates = hits[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
    return hits.sum() / sizes.sum(), *np.quantile(rates, [0.025, 0.975])


def rate(hits: list[int], sizes: list[int]) -> str:
    value, low, high = clustered(hits, sizes)
    text = f"{sum(hits)} of {sum(sizes):,} ({100 * value:.2f} %, 95 % interval "
    if not sum(hits):
        return f"{text}up to {100 * 3 / sum(sizes):.2f} % were the claims independent)"
    return f"{text}{100 * low:.2f} to {100 * high:.2f} %)"


def share(k: int, n: int) -> str:
    if not n:
        return "0 of 0"
    low, high = share_interval(k, n, "wilson", 0.95)
    return f"{k} of {n} ({100 * k / n:.1f} %, {100 * low:.1f} to {100 * high:.1f} %)"
