"""Write the tables of correlated outcomes in tests/oracle/data: mmrm.csv, mmrm_cells.csv,
clusters.csv, clusters_bound.csv, gee.csv.

Run once, `python tests/oracle/make_data_correlated.py`; the files are committed. Rows of missing
visits are absent.
"""

import numpy as np
from make_data import write

SEED = 20261120


def mmrm(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, arm, visit, base, value)."""

    def drawn(sizes, visits, *, missing="at_random", unit=1.0, offset=0.0) -> list[tuple]:
        arm = np.repeat(np.arange(len(sizes)), sizes)
        n = arm.size
        base = rng.normal(50, 10, n)
        mix = np.tril(rng.normal(0.5, 0.4, (visits, visits))) + 1.5 * np.eye(visits)
        mean = 0.3 * base[:, None] + arm[:, None] * np.linspace(0, 2, visits)
        value = offset + unit * (mean + rng.normal(0, 2, (n, visits)) @ mix.T)
        seen = np.ones((n, visits), dtype=bool)
        if missing == "at_random":
            seen = rng.random((n, visits)) > 0.2
        elif missing == "dropout":
            last = rng.choice(
                np.arange(1, visits + 1), n, p=[0.1] * (visits - 1) + [1.1 - visits / 10]
            )
            seen = np.arange(visits) < last[:, None]
        return [
            (s + 1, int(arm[s]), t + 1, float(base[s]), float(value[s, t]))
            for s in range(n)
            for t in range(visits)
            if seen[s, t]
        ]

    tables = {
        "two_arms": drawn((22, 18), 4),
        "complete": drawn((9, 13, 5), 3, missing="none"),
        "dropout": drawn((15, 15), 5, missing="dropout"),
        "few": drawn((7, 6), 3),
        "two_visits": drawn((11, 8), 2),
        "large_offset": drawn((12, 12), 3, offset=1e5, unit=10.0),
    }
    return [(case, *row) for case, rows in tables.items() for row in rows]


def cells(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, visit, value): 22 subjects, two sides at four visits each."""

    def drawn(share: float) -> list[tuple]:
        mix = np.tril(rng.normal(0.4, 0.3, (8, 8))) + 1.2 * np.eye(8)
        level = rng.normal(20, 1, (22, 1)) + np.tile([0, -0.5, -1, -1.5], 2)
        value = level + rng.normal(0, 1, (22, 8)) @ mix.T
        seen = rng.random((22, 8)) >= share
        return [
            (s + 1, t + 1, float(value[s, t])) for s in range(22) for t in range(8) if seen[s, t]
        ]

    tables = {"cells_complete": drawn(0), "cells_missing": drawn(0.06)}
    return [(case, *row) for case, rows in tables.items() for row in rows]


def clusters(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, cluster, arm, time, value); clusters of unequal size, one of one value."""

    def drawn(n, sizes, slope) -> list[tuple]:
        rows = []
        for c in range(n):
            size = int(rng.choice(sizes)) if c else 1
            level, trend = rng.normal(0, 2), rng.normal(0, slope)
            for time in np.sort(rng.choice(12, size, replace=False)) / 4:
                value = 10 + 0.8 * (c % 2) + (0.5 + trend) * time + level + rng.normal()
                rows.append((c + 1, c % 2, float(time), float(value)))
        return rows

    tables = {
        "intercept": drawn(14, (3, 4, 5, 6), 0.0),
        "slope": drawn(24, (4, 5, 6), 1.0),
        "large": drawn(6, (10, 12), 0.0),
        "balanced": drawn(16, (4,), 1.2)[1:],
    }
    return [(case, *row) for case, rows in tables.items() for row in rows]


def bounds(rng: np.random.Generator) -> list[tuple]:
    """As `clusters`, with estimates at their bound: a variance of 0, a correlation of 1."""
    rows = []
    for case in ("no_variance", "correlation"):
        size = rng.integers(2, 7, 11)
        cluster = np.repeat(np.arange(11), size)
        time, level = rng.normal(0.4, 1, cluster.size), rng.normal(0, 1.5, 11)[cluster]
        value = 3 + 0.7 * (cluster % 2) + time + rng.normal(size=cluster.size)
        if case == "correlation":
            value += level * (1 + 0.6 * time)
        else:
            # Means of clusters nearer to each other than chance would have them.
            value -= 0.8 * (np.bincount(cluster, value) / size)[cluster]
        table = zip(cluster + 1, cluster % 2, time, value, strict=True)
        rows += [(case, int(c), int(arm), float(t), float(v)) for c, arm, t, v in table]
    return rows


def gee(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, arm, visit, base, gaussian, binomial, poisson)."""

    def drawn(n, visits, missing, spread) -> list[tuple]:
        base, level = rng.normal(0, 1, n), rng.normal(0, spread, n)
        rows = []
        for s in range(n):
            for t in range(visits):
                eta = 0.5 * (s % 2) + 0.4 * base[s] + 0.1 * t + level[s]
                if t and rng.random() < missing:
                    continue
                binary = int(rng.random() < 1 / (1 + np.exp(0.3 - eta)))
                number = int(rng.poisson(np.exp(eta)))
                value = float(eta + rng.normal())
                rows.append((s + 1, s % 2, t + 1, float(base[s]), value, binary, number))
        return rows

    tables = {
        "complete": drawn(30, 4, 0.0, 0.6),
        "missing": drawn(34, 4, 0.25, 0.6),
        "few": drawn(11, 3, 0.1, 0.4),
        "singletons": drawn(40, 2, 0.5, 0.6),
    }
    return [(case, *row) for case, rows in tables.items() for row in rows]


def main() -> None:
    rng = np.random.default_rng(SEED)
    write("mmrm.csv", "case,subject,arm,visit,base,value", mmrm(rng))
    write("mmrm_cells.csv", "case,subject,visit,value", cells(np.random.default_rng(15)))
    write("clusters.csv", "case,cluster,arm,time,value", clusters(rng))
    write("clusters_bound.csv", "case,cluster,arm,time,value", bounds(np.random.default_rng(7)))
    header = "case,subject,arm,visit,base,gaussian,binomial,poisson"
    write("gee.csv", header, gee(rng))


if __name__ == "__main__":
    main()
