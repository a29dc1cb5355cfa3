"""Write the input tables in tests/oracle/data that both R and Python read.

Run once, `python tests/oracle/make_data.py`; the files are committed, so that a later numpy with
other random streams changes nothing. Small hand-made cases stand beside drawn ones.
"""

from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
SEED = 20260919


def write(name: str, header: str, rows: list[tuple]) -> None:
    lines = [header, *(",".join(_cell(value) for value in row) for row in rows)]
    (DATA / name).write_text("\n".join(lines) + "\n")


def _cell(value) -> str:
    if isinstance(value, float | np.floating):
        return "NaN" if np.isnan(value) else repr(float(value))
    return str(value)


def two_by_two() -> list[tuple]:
    return [
        ("elmunzer", 27, 295, 52, 307),
        ("newcombe_a", 56, 70, 48, 80),
        ("newcombe_b", 9, 10, 3, 10),
        ("newcombe_e", 5, 56, 0, 29),
        ("all_v_none", 10, 10, 0, 20),
        ("none_v_all", 0, 7, 12, 12),
        ("none_v_none", 0, 10, 0, 20),
        ("all_v_all", 8, 8, 5, 5),
        ("zero_control", 4, 20, 0, 18),
        ("zero_treated", 0, 25, 6, 24),
        ("all_treated", 9, 9, 4, 11),
        ("one_each", 1, 1, 0, 1),
        ("equal", 10, 40, 10, 40),
        ("unequal_arms", 3, 8, 61, 400),
        ("tie_of_tables", 1, 10, 5, 10),
        ("large", 5012, 40000, 5433, 40210),
    ]


def strata() -> list[tuple]:
    tables = {
        "plain": [(10, 40, 18, 38), (5, 20, 9, 25), (12, 31, 14, 30)],
        "zero_cell": [(0, 12, 4, 15), (6, 30, 9, 28), (3, 3, 1, 9)],
        "empty_stratum": [(10, 40, 18, 38), (0, 0, 0, 0), (5, 20, 9, 25)],
        "stratum_of_one": [(10, 40, 18, 38), (1, 1, 0, 0), (5, 20, 9, 25)],
        "empty_arm": [(10, 40, 18, 38), (3, 8, 0, 0), (5, 20, 9, 25)],
        "no_events_stratum": [(10, 40, 18, 38), (0, 14, 0, 11), (5, 20, 9, 25)],
        "matched_pairs": [(1, 1, 0, 1)] * 9 + [(0, 1, 1, 1)] * 4 + [(1, 1, 1, 1)] * 3,
        "heterogeneous": [(30, 40, 10, 40), (6, 40, 19, 40), (20, 35, 18, 35)],
        "small_distance": [(5, 10, 5, 11), (3, 9, 3, 9)],
        "none_in_treated": [(0, 10, 3, 11), (0, 12, 4, 10)],
        "nobody": [(0, 10, 0, 11), (0, 12, 0, 10)],
    }
    return [(case, i, *row) for case, rows in tables.items() for i, row in enumerate(rows, 1)]


def two_samples(rng: np.random.Generator) -> list[tuple]:
    samples = {
        "continuous": (rng.normal(1, 1, 14), rng.normal(0, 2, 19)),
        "ties": (rng.integers(0, 6, 25), rng.integers(1, 7, 18)),
        "skewed": (np.exp(rng.normal(0, 1.5, 40)), np.exp(rng.normal(0.4, 1, 31))),
        "separated": ([5.0, 6, 7, 9], [1.0, 2, 3]),
        "all_equal": ([3.0, 3, 3], [3.0, 3, 3, 3]),
        "one_constant": ([2.0, 2, 2, 2], [1.0, 4, 2, 6, 3]),
        "two_each": ([1.0, 3], [2.0, 5]),
        "large_offset": (1e6 + rng.normal(0, 1, 12), 1e6 + rng.normal(0.5, 1, 15)),
        "zero_inflated": (rng.poisson(0.3, 60), rng.poisson(0.6, 55)),
    }
    return [
        (case, arm, float(value))
        for case, pair in samples.items()
        for arm, values in zip("xy", pair, strict=True)
        for value in values
    ]


def repeated(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, arm, visit, value)."""

    def correlated(n: int, k: int) -> np.ndarray:
        subject = rng.normal(0, 2, (n, 1))
        return subject + np.cumsum(rng.normal(0, 1, (n, k)), axis=1) + rng.normal(0, 1, k)

    tables = {
        "one_arm": (correlated(22, 4), "a" * 22),
        "one_arm_two_visits": (correlated(9, 2), "a" * 9),
        "one_arm_few": (correlated(3, 4), "a" * 3),
        "balanced": (correlated(24, 4), "a" * 12 + "b" * 12),
        "unbalanced": (correlated(27, 4), "a" * 9 + "b" * 13 + "c" * 5),
        "two_visits": (correlated(17, 2), "a" * 11 + "b" * 6),
        "few": (correlated(5, 4), "aabbb"),
        "arm_of_one": (correlated(11, 3), "a" + "b" * 10),
        "scores": (rng.poisson(1.0, (30, 5)).astype(float), "a" * 10 + "b" * 20),
        "large_offset": (1e5 + correlated(16, 3), "ab" * 8),
        "many_visits": (correlated(40, 8), "abcd" * 10),
    }
    return [
        (case, s, arm, visit, float(value))
        for case, (y, arms) in tables.items()
        for s, (row, arm) in enumerate(zip(y, arms, strict=True), 1)
        for visit, value in enumerate(row, 1)
    ]


def survival(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, time, event, group, stratum, z): z is a covariate with another unit."""

    def drawn(n: int, groups: int, unit: float, censored: float) -> list[tuple]:
        group, stratum = rng.integers(0, groups, n), rng.integers(1, 4, n)
        z = rng.normal(60, 10, n)
        hazard = np.exp(0.5 * (group == 1) + 0.02 * (z - 60) + 0.2 * stratum)
        time = np.ceil(rng.exponential(1 / hazard) * 365 / unit) * unit
        return list(zip(time, 1 * (rng.random(n) > censored), group, stratum, z, strict=True))

    def by_hand(times, events, groups, strata=None) -> list[tuple]:
        strata = strata or [1] * len(times)
        z = [50 + (7 * i) % 11 for i in range(len(times))]
        return list(zip(times, events, groups, strata, z, strict=True))

    tables = {
        "two_groups": drawn(60, 2, 1, 0.3),
        "heavy_ties": drawn(120, 3, 90, 0.4),
        "everyone": drawn(40, 2, 1, 0.0),
        "mostly_censored": drawn(80, 2, 30, 0.9),
        "half": by_hand([1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 0, 0], [0, 1, 0, 1, 0, 1]),
        "half_then_drop": by_hand([1, 2, 3, 4], [1, 1, 0, 1], [0, 1, 0, 1]),
        "half_at_end": by_hand([1, 2, 3, 3], [1, 1, 0, 0], [0, 1, 0, 1]),
        "no_events_in_arm": by_hand(
            [2, 4, 5, 7, 3, 6, 8, 9], [1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]
        ),
        "at_time_zero": by_hand(
            [0, 0, 2, 3, 5, 5, 8], [1, 0, 1, 1, 1, 0, 1], [0, 1, 0, 1, 0, 1, 0]
        ),
        "group_leaves_early": by_hand(
            [1, 1, 4, 5, 6, 7, 8, 9], [0, 0, 1, 1, 0, 1, 1, 1], [2, 2, 0, 1, 0, 1, 0, 1]
        ),
        "stratum_of_one": by_hand(
            [3, 5, 2, 8, 4, 6, 7, 9, 1],
            [1, 1, 1, 0, 1, 1, 0, 1, 1],
            [0, 1, 0, 1, 0, 1, 0, 1, 0],
            [1, 1, 1, 1, 2, 2, 2, 2, 3],
        ),
        "all_at_once": by_hand([4, 4, 4, 4], [1, 1, 1, 1], [0, 0, 1, 1]),
        "nobody": by_hand([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1]),
    }
    return [
        (case, float(t), int(d), int(g), int(s), float(z))
        for case, rows in tables.items()
        for t, d, g, s, z in rows
    ]


def p_values(rng: np.random.Generator) -> list[tuple]:
    families = {
        "missing": [0.01, float("nan"), 0.03],
        "ties": [0.02, 0.02, 0.04, 0.5, 0.5],
        "one": [0.2],
        "extremes": [0.0, 1.0, 1e-300, 0.99],
        "drawn": rng.random(25) ** 2,
        "all_missing": [float("nan")] * 2,
    }
    return [(case, i, float(p)) for case, ps in families.items() for i, p in enumerate(ps, 1)]


def main() -> None:
    DATA.mkdir(exist_ok=True)
    write("two_by_two.csv", "case,x1,n1,x0,n0", two_by_two())
    write("strata.csv", "case,stratum,x1,n1,x0,n0", strata())
    rng = np.random.default_rng(SEED)
    write("two_samples.csv", "case,arm,value", two_samples(rng))
    write("repeated.csv", "case,subject,arm,visit,value", repeated(rng))
    write("survival.csv", "case,time,event,group,stratum,z", survival(rng))
    write("p_values.csv", "case,test,p", p_values(rng))


if __name__ == "__main__":
    main()
