"""Write the tables of regression models: models.csv, ordinal_mixed.csv, win_ratio.csv.

Run once, `python tests/oracle/make_data_models.py`; the files in data/ are committed.
"""

import numpy as np
from make_data import write

SEED = 20261121


def models(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, arm, stratum, z, y, binary, level)."""

    def drawn(sizes, strata, offset=0.0, unit=1.0, risk=-0.4) -> list[tuple]:
        arm = np.repeat(np.arange(len(sizes)), sizes)
        n = arm.size
        stratum, z = rng.integers(0, strata, n), rng.normal(0, 1, n)
        y = offset + unit * (arm + 0.8 * z + 0.5 * stratum + rng.normal(0, 1 + arm / 2, n))
        eta = risk + 0.7 * arm + 0.5 * z
        binary = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
        level = 1 + np.digitize(eta + rng.logistic(0, 1, n), [-1.2, 0.1, 1.4])
        columns = (arm, stratum + 1, offset + unit * z, y, binary, level)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def separated(rows, complete: bool) -> list[tuple]:
        """Everyone of arm 1 has the event; of arm 0 nobody, or as drawn."""
        return [(*row[:4], 1 if row[0] else 0 if complete else row[4], *row[5:]) for row in rows]

    tables = {
        "plain": drawn((45, 41), 3),
        "three_arms": drawn((30, 22, 40), 2),
        "few": drawn((9, 10), 1, risk=0.0),
        "large_offset": drawn((40, 30), 2, offset=1e4, unit=10.0),
        "quasi": separated(drawn((14, 12), 2), complete=False),
        "complete": separated(drawn((12, 15), 2), complete=True),
    }
    return [(case, *row) for case, rows in tables.items() for row in rows]


def ordinal_mixed(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, arm, visit, value)."""

    def drawn(n, visits, spread, missing, edges) -> list[tuple]:
        rows = []
        for s in range(n):
            u = rng.normal(0, spread)
            for t in range(visits):
                if t and rng.random() < missing:
                    continue
                eta = 0.6 * (s % 2) + 0.3 * t + u
                rows.append((s + 1, s % 2, t, 1 + int(np.digitize(eta + rng.logistic(), edges))))
        return rows

    tables = {
        "complete": drawn(40, 4, 1.2, 0.0, (-0.5, 0.8, 2.0)),
        "missing": drawn(36, 3, 2.0, 0.25, (-0.5, 1.0)),
        "binary": drawn(50, 4, 1.0, 0.1, (0.5,)),
    }
    return [(case, *row) for case, rows in tables.items() for row in rows]


def win_ratio(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, treated, time1, event1, time2, event2, score); times with ties."""

    def drawn(m, n, rate=0.08, last=12) -> list[tuple]:
        treated = np.repeat([1, 0], (m, n))
        follow = rng.integers(4, last + 1, m + n)
        rows = [treated]
        for scale in (1.0, 2.0):
            t = np.ceil(rng.exponential(1 / (scale * rate * np.exp(-0.4 * treated))))
            rows += [np.minimum(t, follow), (t <= follow).astype(int)]
        rows.append(np.round(rng.normal(0.3 * treated, 1.0), 1))
        return list(zip(*(row.tolist() for row in rows), strict=True))

    tables = {
        "plain": drawn(30, 26),
        "unequal": drawn(9, 24, rate=0.2),
        "few": drawn(3, 2),
        "no_events": drawn(8, 8, rate=1e-9),
        "everyone": drawn(10, 11, rate=3.0),
        "one_sided": [(1, 9.0, 0, 9.0, 0, float(i)) for i in range(10, 14)]
        + [(0, 5.0, 1, 3.0, 1, float(i)) for i in range(4)],
    }
    return [(case, *row) for case, rows in tables.items() for row in rows]


def main() -> None:
    rng = np.random.default_rng(SEED)
    write("models.csv", "case,arm,stratum,z,y,binary,level", models(rng))
    write("ordinal_mixed.csv", "case,subject,arm,visit,value", ordinal_mixed(rng))
    header = "case,treated,time1,event1,time2,event2,score"
    write("win_ratio.csv", header, win_ratio(rng))


if __name__ == "__main__":
    main()
