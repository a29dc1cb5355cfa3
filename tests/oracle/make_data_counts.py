"""Write tests/oracle/data/counts.csv: counts of events over an exposure, with arms and a covariate.

Run once, `python tests/oracle/make_data_counts.py`; the file is committed.
"""

import numpy as np
from make_data import write


def rows(rng: np.random.Generator) -> list[tuple]:
    """(case, arm, age, time, y): `even` is of Poisson counts, the others vary more."""
    found = []
    for case, n, rate, spread, scale in (
        ("even", 60, 0.8, 0.0, 1.0),
        ("spread", 60, 1.5, 0.7, 1.0),
        ("few", 12, 1.0, 1.5, 1.0),
        ("days", 80, 0.004, 1.0, 365.0),
        ("many", 50, 120.0, 0.2, 1.0),
        ("wild", 90, 0.6, 4.0, 2.0),
    ):
        for number in range(n):
            arm, age = number % 3 if case == "spread" else number % 2, rng.integers(20, 80)
            time = round(scale * rng.uniform(0.3, 1.5), 3)
            frail = rng.gamma(1 / spread, spread) if spread else 1.0
            mean = rate * time * frail * np.exp(-0.5 * (arm == 1) + 0.01 * (age - 50))
            found.append((case, arm, int(age), time, int(rng.poisson(mean))))
    return found


if __name__ == "__main__":
    write("counts.csv", "case,arm,age,time,y", rows(np.random.default_rng(14)))
