"""Write the tables of several arms: arms.csv, blocks.csv.

Run once, `python tests/oracle/make_data_arms.py`; the files in data/ are committed. `dunnett` is
the example of Dunnett 1955 (blood counts), `hollander_wolfe` and `base_running` are those of
Hollander and Wolfe 1999 (information and performance; ways of running to second base).
"""

import numpy as np
from make_data import write

SEED = 20261122
BLOOD = (
    (7.40, 8.50, 7.20, 8.24, 9.84, 8.32),
    (9.76, 8.80, 7.68, 9.36),
    (12.80, 9.68, 12.16, 9.20, 10.55),
)
PERFORMANCE = (
    (40, 35, 38, 43, 44, 41),
    (38, 40, 47, 44, 40, 42),
    (48, 40, 45, 43, 46, 44),
)


def arms(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, arm, score, y): the score is the dose, the least is that of the reference."""

    def drawn(sizes, effects, decimals=3, offset=0.0) -> list[tuple[float, ...]]:
        return [
            tuple(np.round(offset + rng.normal(effect, 2, n), decimals).tolist())
            for n, effect in zip(sizes, effects, strict=True)
        ]

    tables = {
        "dunnett": BLOOD,
        "hollander_wolfe": PERFORMANCE,
        "two": drawn((8, 5), (0, 1)),
        "unequal": drawn((12, 5, 9, 21), (0, 0.5, 1.5, 2.0)),
        "reversed": drawn((10, 6, 6, 9), (0, 1.0, 0.4, 1.8)),
        "six": drawn((10, 10, 10, 10, 10, 10), (0, 0, 1, 1, 2, 3)),
        "coarse": drawn((7, 9, 8), (3, 4, 4.5), decimals=0),
        "large_offset": drawn((6, 7, 5, 8), (0, 0, 2, 2), offset=1e4),
    }
    return [
        (case, "abcdef"[place], 2 * place**2, value)
        for case, samples in tables.items()
        for place, values in enumerate(samples)
        for value in values
    ]


def blocks(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, treatment, value)."""
    running = np.array(
        [
            [5.40, 5.50, 5.55],
            [5.85, 5.70, 5.75],
            [5.20, 5.60, 5.50],
            [5.55, 5.50, 5.40],
            [5.90, 5.85, 5.70],
            [5.45, 5.55, 5.60],
            [5.40, 5.40, 5.35],
            [5.45, 5.50, 5.35],
            [5.25, 5.15, 5.00],
            [5.85, 5.80, 5.70],
            [5.25, 5.20, 5.10],
            [5.65, 5.55, 5.45],
            [5.60, 5.35, 5.45],
            [5.05, 5.00, 4.95],
            [5.50, 5.50, 5.40],
            [5.45, 5.55, 5.50],
            [5.55, 5.55, 5.35],
            [5.45, 5.50, 5.55],
            [5.50, 5.45, 5.25],
            [5.65, 5.60, 5.40],
            [5.70, 5.65, 5.55],
            [6.30, 6.30, 6.25],
        ]
    )
    tables = {
        "base_running": running,
        "tied": rng.integers(0, 4, (9, 4)).astype(float),
        "plain": np.round(rng.normal(0, 1, (7, 5)) + np.arange(5) / 3, 3),
    }
    return [
        (case, row + 1, column + 1, value)
        for case, table in tables.items()
        for row, values in enumerate(table.tolist())
        for column, value in enumerate(values)
    ]


if __name__ == "__main__":
    rng = np.random.default_rng(SEED)
    write("arms.csv", "case,arm,score,y", arms(rng))
    write("blocks.csv", "case,subject,treatment,value", blocks(rng))
