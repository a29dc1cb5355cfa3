"""Write tables.csv and trend.csv in tests/oracle/data: tables of r rows and c columns, trends.

Run once, `python tests/oracle/make_data_contingency.py`; the files are committed, so that a later
numpy with other random streams changes nothing.
"""

import numpy as np
from make_data import write

SEED = 20260920


def drawn(rng: np.random.Generator, arms: list[int], shares: list[float]) -> list[list[int]]:
    return [list(rng.multinomial(n, shares)) for n in arms]


def tables(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, stratum, row, column, count)."""
    five = [0.35, 0.25, 0.2, 0.12, 0.08]
    cases = {
        "three_by_two": [[[22, 14], [15, 21], [12, 24]]],
        "two_by_three": [[[9, 4, 2], [3, 8, 6]]],
        "two_by_two": [[[3, 7], [9, 2]]],
        "two_by_six": [[[1, 4, 0, 6, 2, 3], [5, 1, 3, 1, 2, 0]]],
        "ties_of_tables": [[[3, 1, 1], [1, 3, 1], [1, 1, 3]]],
        "empty_column": [[[5, 0, 4], [2, 0, 9], [6, 0, 6]]],
        "empty_row": [[[5, 3, 4], [0, 0, 0], [6, 1, 9]]],
        "independent": [[[2, 4, 6], [3, 6, 9], [1, 2, 3]]],
        "separated": [[[7, 0, 0], [0, 6, 0], [0, 0, 5]]],
        "one_each": [[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]],
        "four_by_four": [drawn(rng, [9, 11, 8, 10], [0.3, 0.3, 0.2, 0.2])],
        "five_by_three": [drawn(rng, [8, 9, 7, 6, 10], [0.5, 0.3, 0.2])],
        "three_by_five": [drawn(rng, [41, 42, 41], five)],
        "three_by_five_small_p": [[[22, 11, 4, 2, 2], [12, 12, 9, 5, 4], [7, 9, 10, 9, 6]]],
        "three_by_five_even": [drawn(rng, [62, 41, 21], [0.2] * 5)],
        "strata_3x2": [drawn(rng, [n, n + 1, n - 1], [0.4, 0.6]) for n in (9, 14, 6)],
        "strata_3x4": [drawn(rng, [n, n, n + 2], [0.4, 0.3, 0.2, 0.1]) for n in (10, 12, 7, 5)],
        "strata_2x5": [drawn(rng, [n, n + 3], five) for n in (18, 11)],
        "strata_2x2": [[[10, 30], [18, 20]], [[5, 15], [9, 16]], [[12, 19], [14, 16]]],
        "stratum_of_one": [[[4, 3, 2], [1, 5, 6]], [[0, 1, 0], [0, 0, 0]], [[3, 1, 2], [2, 2, 4]]],
        "stratum_empty": [[[4, 3, 2], [1, 5, 6]], [[0, 0, 0], [0, 0, 0]], [[3, 1, 2], [2, 2, 4]]],
        "row_missing_once": [[[4, 3], [1, 5], [2, 2]], [[0, 0], [3, 4], [6, 1]]],
        "rows_never_together": [
            [[4, 3], [1, 5], [0, 0], [0, 0]],
            [[0, 0], [0, 0], [3, 4], [6, 1]],
        ],
        "column_never_used": [[[4, 0, 3], [1, 0, 5]], [[2, 0, 6], [3, 0, 3]]],
        "large_strata": [drawn(rng, [900, 1000, 1100], [0.2, 0.5, 0.3]) for _ in range(5)],
    }
    return [
        (case, k, i, j, int(count))
        for case, strata in cases.items()
        for k, table in enumerate(strata, 1)
        for i, row in enumerate(table, 1)
        for j, count in enumerate(row, 1)
    ]


def trends() -> list[tuple]:
    """Rows of (case, x, n, score); smokers is the example of R's prop.trend.test."""
    cases = {
        "smokers": [(83, 86, 1), (90, 93, 2), (129, 136, 3), (70, 82, 4)],
        "doses": [(2, 31, 0), (5, 30, 0.5), (9, 32, 1.5), (8, 31, 4)],
        "two_groups": [(10, 40, 0), (18, 38, 1)],
        "empty_group": [(3, 10, 1), (0, 0, 2), (7, 11, 3)],
        "unsorted": [(9, 12, 5), (1, 14, -3), (6, 13, 2)],
        "flat": [(5, 10, 1), (6, 12, 2), (7, 14, 3)],
        "large": [(5012, 40000, 1), (5433, 40210, 2), (5498, 39990, 3)],
    }
    return [(case, *map(float, row)) for case, rows in cases.items() for row in rows]


def main() -> None:
    write("tables.csv", "case,stratum,row,column,count", tables(np.random.default_rng(SEED)))
    write("trend.csv", "case,x,n,score", trends())


if __name__ == "__main__":
    main()
