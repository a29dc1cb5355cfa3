"""Two arms with yes or no over strata.

The difference of the risks is the same in every stratum, the reference risk is not.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats.categorical.score import risk_difference_score
from trialtrace.stats.stratified import score

CONFIDENCE = 0.95
RISKS = np.array([0.15, 0.3, 0.5])
# Patients by stratum, treated and control.
DESIGNS = {
    "3 strata, 20 : 20 each": (np.array([20, 20, 20]), np.array([20, 20, 20])),
    "3 strata, 40 : 20, 20 : 10, 10 : 5": (np.array([40, 20, 10]), np.array([20, 10, 5])),
}
# Intervals by root finding of so many trials.
ROOTS = 1500
FACTOR = {"variance": "miettinen_nurminen"}
MEE = {"variance": "farrington_manning"}


def simulate(rng: Generator, draws: int) -> list[Figure]:
    few = min(draws, ROOTS)
    found = []
    for design, sizes in DESIGNS.items():
        found += _differences(rng, few, design, sizes)
    return [*found, _mee(rng, draws)]


def _drawn(rng: Generator, draws: int, sizes, treated: np.ndarray):
    n1, n0 = sizes
    return rng.binomial(n1, treated, (draws, 3)), n1, rng.binomial(n0, RISKS, (draws, 3)), n0


def _differences(rng: Generator, draws: int, design: str, sizes) -> list[Figure]:
    truth = 0.15
    x1, n1, x0, n0 = _drawn(rng, draws, sizes, RISKS + truth)
    intervals = {
        f"stratified Miettinen-Nurminen interval ({weights})": lambda a, b, weights=weights: (
            score.stratified_risk_difference_score(
                a, n1, b, n0, confidence=CONFIDENCE, weights=weights, **FACTOR
            )
        )
        for weights in score.DIFFERENCE_WEIGHTS
    }
    intervals["stratified Newcombe interval"] = lambda a, b: (
        score.stratified_risk_difference_newcombe(a, n1, b, n0, confidence=CONFIDENCE)
    )
    found = []
    for name, compute in intervals.items():
        each = [compute(a, b) for a, b in zip(x1, x0, strict=True)]
        yes = covered([one.low for one in each], [one.high for one in each], truth)
        found.append(share(f"{name} of a difference, coverage", design, CONFIDENCE, yes))
    return found


def _mee(rng: Generator, draws: int) -> Figure:
    tables, at = np.unique(
        np.column_stack([rng.binomial(40, 0.3, draws), rng.binomial(40, 0.15, draws)]),
        axis=0,
        return_inverse=True,
    )
    each = [
        risk_difference_score(a, 40, b, 40, confidence=CONFIDENCE, **MEE)
        for a, b in tables.tolist()
    ]
    yes = covered([one.low for one in each], [one.high for one in each], 0.15)[at]
    return share("Mee's interval, coverage", "40 : 40, risks 30 % and 15 %", CONFIDENCE, yes)
