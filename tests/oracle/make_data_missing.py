"""Write the tables of missing data in tests/oracle/data: missing.csv, missing_pool.csv,
missing_vectors.csv, missing_counts.csv, and uniforms.csv.

Run once, `python tests/oracle/make_data_missing.py`; the files are committed. uniforms.csv are
the uniform numbers that both R and our code turn into draws.
"""

import numpy as np
from make_data import write

SEED = 20261121
UNIFORMS = 4001


def missing(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, arm, base, y1, y2, y3, b): b is binary; NaN where missing."""

    def drawn(sizes, pattern, *, offset=0.0, unit=1.0, share=0.25) -> list[tuple]:
        arm = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        n = arm.size
        base = rng.normal(0, 2, n)
        y = 0.7 * base[:, None] + rng.normal(0, 1.5, (n, 3)).cumsum(axis=1)
        y += arm[:, None] * np.array([0.2, 0.8, 1.1])
        b = (rng.random(n) < 1 / (1 + np.exp(-0.4 * y[:, 2]))).astype(float)
        table = np.column_stack([offset + unit * y, b])
        gone = rng.random(table.shape) < share
        if pattern == "dropout":
            gone = np.maximum.accumulate(gone, axis=1)
        table[gone] = np.nan
        base = offset + unit * base
        return [
            (int(a), float(s), *map(float, row)) for a, s, row in zip(arm, base, table, strict=True)
        ]

    tables = {
        "dropout": drawn((38, 33), "dropout", share=0.14),
        "three_arms": drawn((31, 36, 29), "dropout", share=0.14),
        "gaps": drawn((45, 40), "gaps", share=0.18),
        "few": drawn((12, 9), "dropout", share=0.12),
        "far": drawn((36, 35), "gaps", offset=1e4, unit=10.0, share=0.15),
    }
    return [(case, *row) for case, rows in tables.items() for row in rows]


def pooled(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, estimate, variance)."""
    tables = {
        "ten": (rng.normal(1.2, 0.5, 10), rng.gamma(8, 0.05, 10)),
        "two": (np.array([0.4, -0.3]), np.array([0.2, 0.3])),
        "hundred": (rng.normal(-0.3, 0.05, 100), rng.gamma(20, 0.01, 100)),
        "alike": (np.full(5, 0.7), np.full(5, 0.09)),
        "much": (rng.normal(0, 3, 6), rng.gamma(8, 0.01, 6)),
    }
    return [
        (case, float(q), float(u))
        for case, (qs, us) in tables.items()
        for q, u in zip(qs, us, strict=True)
    ]


def vectors(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, q1, q2, q3, u11, u12, u13, u22, u23, u33)."""
    rows = []
    for case, m, spread in (("ten", 10, 0.4), ("three", 3, 0.3), ("little", 20, 0.01)):
        for _ in range(m):
            root = np.eye(3) + rng.normal(0, 0.1, (3, 3))
            u = 0.2 * root @ root.T
            q = rng.normal((0.3, 0.8, -0.2), spread)
            rows.append((case, *map(float, q), *map(float, u[np.triu_indices(3)])))
    return rows


COUNTS = [
    ("plain", 56, 70, 5, 48, 80, 4),
    ("one_arm", 9, 20, 3, 4, 21, 0),
    ("none_missing", 7, 12, 0, 5, 15, 0),
    ("no_events", 0, 10, 2, 0, 12, 3),
    ("everyone", 9, 9, 1, 11, 11, 2),
    ("few", 1, 2, 3, 0, 1, 4),
]


def main() -> None:
    rng = np.random.default_rng(SEED)
    write("missing.csv", "case,arm,base,y1,y2,y3,b", missing(rng))
    write("missing_pool.csv", "case,estimate,variance", pooled(rng))
    header = "case,q1,q2,q3,u11,u12,u13,u22,u23,u33"
    write("missing_vectors.csv", header, vectors(rng))
    write("missing_counts.csv", "case,x1,n1,m1,x0,n0,m0", COUNTS)
    # Away from the ends, where quantiles of both sides differ by rounding of the tail.
    uniform = rng.uniform(0.001, 0.999, UNIFORMS)
    write("uniforms.csv", "case,uniform", [("all", float(u)) for u in uniform])


if __name__ == "__main__":
    main()
