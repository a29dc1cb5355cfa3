"""Estimates after stopping.

Trials of three looks at 40, 70 and 100 % of the information, O'Brien and Fleming's boundary at 0.05
two-sided, an effect of 2.5 standard errors of the last look. The plain interval takes no account of
the looks.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats.multiplicity.group_sequential import obrien_fleming
from trialtrace.stats.multiplicity.stopped_estimates import median_unbiased

FRACTIONS, EFFECT, CONFIDENCE = np.array([0.4, 0.7, 1.0]), 2.5, 0.95
DESIGN = "three looks, O'Brien and Fleming"
QUANTILE = 1.959963984540054


def simulate(rng: Generator, draws: int) -> list[Figure]:
    limits = obrien_fleming(FRACTIONS, alpha=0.05, sides="two_sided").z
    inside, plain, below = (np.zeros(draws // 10) for _ in range(3))
    for draw in range(inside.size):
        steps = np.diff(FRACTIONS, prepend=0.0)
        score = np.cumsum(EFFECT * steps + np.sqrt(steps) * rng.normal(size=3))
        z = score / np.sqrt(FRACTIONS)
        stop = min(int(np.argmax(np.append(np.abs(z) >= limits, True))), 2)
        past = FRACTIONS[: stop + 1], limits[:stop], -limits[:stop]
        found = median_unbiased(z[stop], *past, confidence=CONFIDENCE)
        inside[draw] = found.low <= EFFECT <= found.high
        below[draw] = found.estimate < EFFECT
        plain[draw] = abs(z[stop] - EFFECT * np.sqrt(FRACTIONS[stop])) <= QUANTILE
    return [
        share("interval by the order of stages, coverage", DESIGN, CONFIDENCE, inside),
        share("median unbiased estimate, share below the effect", DESIGN, 0.5, below),
        share("plain interval, coverage", DESIGN, CONFIDENCE, plain),
    ]
