"""Small trials with correlated visits for the tests of their models."""

from math import nan

import numpy as np
from hypothesis import given as any_given
from hypothesis import settings
from hypothesis import strategies as st

SEEDS = st.integers(0, 10**6)
GEE = {"family": "gaussian", "variance": "mancl_derouen", "reference": "t", "confidence": 0.95}


def given(**arguments):
    """Hypothesis's `given` with few examples: each fits several models."""
    few = settings(max_examples=15)
    return lambda test: few(any_given(**arguments)(test))


def drawn(seed, n=24, visits=3, missing=0.15):
    """Arm, baseline and y, each arm with subjects who have every visit."""
    rng = np.random.default_rng(seed)
    arm, base = np.arange(n) % 2, rng.normal(5, 2, n)
    y = base[:, None] + rng.normal(0, 1.5, (n, 1)) + rng.normal(0, 1, (n, visits))
    y[:, 1:] += 0.5 * y[:, :-1]
    gone = rng.random(y.shape) < missing
    gone[: n // 2] = False
    return arm, base, np.where(gone, nan, y)
