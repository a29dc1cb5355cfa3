"""Arms' means that are lines over time.

Subjects with intercepts and slopes of their own at the times 0, 1, 2 and 4; a fifth of the values
is missing at random. Arms have the same line, or lines that differ by 0.3 a unit of time.
"""

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.regression.gee import gee

LEVEL, CONFIDENCE, SLOPE, AT = 0.05, 0.95, 0.3, 3.0
TIMES = np.array([0.0, 1.0, 2.0, 4.0])
# A fit takes some milliseconds.
MOST = 1000
SIZES = (30, 120)
WAYS = {
    "plain, normal": ("robust", "normal"),
    "Kauermann and Carroll, t": ("kauermann_carroll", "t"),
}


def simulate(rng: Generator, draws: int) -> list[Figure]:
    return [figure for n in SIZES for figure in _trials(rng, min(draws, MOST), n)]


def _trials(rng: Generator, draws: int, n: int) -> list[Figure]:
    arm = np.arange(n) % 2.0
    line = np.broadcast_to(np.column_stack([np.ones(4), TIMES]), (n, 4, 2))
    x = np.concatenate([line, arm[:, None, None] * line], axis=2)
    rows = {"slope": np.array([0, 0, 0, 1.0]), "at": np.array([0, 0, 1.0, AT])}
    p: dict[str, list[float]] = {name: [] for name in WAYS}
    ends: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for draw in range(2 * draws):
        effect = SLOPE if draw % 2 else 0.0
        own = rng.normal(0, 0.3, n)[:, None] * TIMES + rng.normal(size=n)[:, None]
        y = own + effect * arm[:, None] * TIMES + rng.normal(size=(n, 4))
        y[rng.random((n, 4)) < 0.2] = np.nan
        for name, (variance, reference) in WAYS.items():
            fit = gee(
                y,
                x,
                family="gaussian",
                working="exchangeable",
                variance=variance,
                reference=reference,
                confidence=CONFIDENCE,
            )
            for of, row in rows.items():
                found = contrast(fit, row, sides="two_sided", confidence=CONFIDENCE)
                if effect:
                    interval = found.interval
                    ends.setdefault((name, of), []).append((interval.low, interval.high))
                elif of == "slope":
                    p[name].append(found.test.p_value)
    truth = {"slope": SLOPE, "at": SLOPE * AT}
    told = {"slope": "difference of slopes", "at": "difference at a time"}
    design = f"{n} subjects at four times"
    return [
        *(
            share(
                f"difference of slopes ({name}), type I error",
                design,
                LEVEL,
                np.array(own) <= LEVEL,
            )
            for name, own in p.items()
        ),
        *(
            share(
                f"{told[of]} ({name}), coverage",
                design,
                CONFIDENCE,
                covered(*np.transpose(own), truth[of]),
            )
            for (name, of), own in ends.items()
        ),
    ]
