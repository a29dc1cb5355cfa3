"""One-sided tests of two arms.

Both arms are alike; tests are at one side with a level of 2.5 %, towards fewer events and towards
more. Hazards double from stratum to stratum, within which arms are of one size: a test that leaves
the strata out is then known to be conservative.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, share
from trialtrace.stats.stratified.mantel_haenszel import cochran_mantel_haenszel_z
from trialtrace.stats.survival.signed_log_rank import signed_at_risk, signed_log_rank

LEVEL, SIDES = 0.025, ("less", "greater")
# A test of times takes a millisecond.
MOST = 2500
PATIENTS = 100


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [*_times(rng, min(draws, MOST)), *_strata(rng, draws)]


def _times(rng: Generator, draws: int) -> list[Figure]:
    arm, stratum = np.arange(PATIENTS) % 2, np.arange(PATIENTS) // 2 % 4
    found: dict[str, list[bool]] = {}
    for _ in range(draws):
        own = rng.exponential(2.0**stratum)
        last = rng.uniform(0.5, 8.0, PATIENTS)
        time, event = np.minimum(own, last), (own <= last).astype(float)
        for sides in SIDES:
            tests = {
                "log-rank test": signed_log_rank(time, event, arm, rho=0, gamma=0, sides=sides),
                "log-rank test, four strata": signed_log_rank(
                    time, event, arm, rho=0, gamma=0, sides=sides, strata=stratum
                ),
                "Gehan's test": signed_at_risk(time, event, arm, weight="gehan", sides=sides),
            }
            for name, test in tests.items():
                found.setdefault(f"{name} ({sides})", []).append(test.p_value <= LEVEL)
    design = "100 patients, a third censored"
    return [share(f"{name}, type I error", design, LEVEL, yes) for name, yes in found.items()]


def _strata(rng: Generator, draws: int) -> list[Figure]:
    n, risk = np.array([30.0, 20.0, 10.0]), np.array([0.2, 0.4, 0.6])
    events = rng.binomial(n.astype(int), risk, (2, draws, 3)).astype(float)
    found = []
    for correction in ("none", "continuity"):
        for sides in SIDES:
            yes = [
                cochran_mantel_haenszel_z(x1, n, x0, n, correction=correction, sides=sides).p_value
                <= LEVEL
                for x1, x0 in zip(*events, strict=True)
            ]
            name = f"Cochran-Mantel-Haenszel test ({sides}, correction {correction}), type I error"
            found.append(share(name, "3 strata of 60, 40 and 20", LEVEL, yes))
    return found
