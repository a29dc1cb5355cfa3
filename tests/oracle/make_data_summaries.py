"""Write the data of summaries.R, graphical.R and group_sequential.R: printed numbers, designs."""

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"

# Printed numbers as value and decimals, since 5.20 is not 5.2.
T_TESTS = [
    ("case", "m1", "m_places", "s1", "n1", "m0", "s0", "s_places", "n0"),
    ("usual", 54.2, 1, 10.1, 60, 56.0, 9.8, 1, 62),
    ("touching", 54.2, 1, 10.1, 60, 54.3, 9.8, 1, 62),
    ("small", 3, 0, 1, 3, 7, 2, 0, 2),
    ("unequal", 12.1, 1, 0.4, 4, 11.0, 6.3, 1, 41),
    ("swapped", 11.0, 1, 6.3, 41, 12.1, 0.4, 1, 4),
    ("negative", -1.25, 2, 0.31, 18, -1.02, 0.44, 2, 21),
    ("inner", 2.0, 1, 1, 3, 9.0, 4, 0, 30),
    ("inner_swapped", 9.0, 1, 4, 30, 2.0, 1, 0, 3),
    ("steep", 2.0, 1, 4, 30, 3.1, 7, 0, 3),
    ("steep_swapped", 3.1, 1, 7, 3, 2.0, 4, 0, 30),
    ("zero_sd", 5.0, 1, 0.0, 12, 5.4, 0.2, 1, 12),
    ("large", 101.37, 2, 15.02, 4000, 100.01, 14.96, 2, 4100),
]
MEANS = [
    ("case", "mean", "m_places", "sd", "s_places", "n"),
    *(
        (case, *row)
        for case, rows in {
            "apart": [(5.1, 1, 1.2, 1, 20), (6.2, 1, 1.1, 1, 21), (5.5, 1, 1.3, 1, 19)],
            "alike": [(5.1, 1, 1.2, 1, 20), (5.1, 1, 1.1, 1, 21), (5.0, 1, 1.3, 1, 19)],
            "near": [(2.31, 2, 0.4, 1, 7), (2.34, 2, 0.5, 1, 90), (2.33, 2, 0.4, 1, 12)],
            "two": [(10.0, 1, 2.0, 1, 100), (12.0, 1, 2.0, 1, 100)],
            "four": [(-3, 0, 4, 0, 5), (-2, 0, 2, 0, 8), (1, 0, 3, 0, 4), (0.4, 1, 3.3, 1, 11)],
        }.items()
        for row in rows
    ),
]
F_TESTS = [
    ("case", "f", "f_places", "df1", "df2", "p", "p_places", "least"),
    ("known", 3.1, 1, 3, 63, 0.05, 2, 1 / 3),
    ("low", 0.5, 1, 3, 63, 0.6, 1, 1 / 3),
    ("two_visits", 4.12, 2, 1, 21, 0.055, 3, 1.0),
    ("zero", 0, 0, 4, 40, 0.9, 1, 0.25),
    ("large", 25.41, 2, 3, 87, 0.0001, 4, 1 / 3),
    ("none", 3.10, 2, 3, 63, 0.20, 2, 1 / 3),
    ("many", 1.07, 2, 11, 231, 0.38, 2, 1 / 11),
]
STATISTICS = [
    ("case", "value", "places", "df"),
    ("usual", 2.1, 1, 45),
    ("minus", -1.96, 2, 12.5),
    ("zero", 0.0, 1, 7),
    ("near_zero", 0.04, 2, 3),
    ("far", 9.31, 2, 250),
    ("one", 12.7, 1, 1),
]
ESTIMATES = [
    ("case", "scale", "e", "l", "u", "places", "df"),
    ("ratio", "log", 0.54, 0.35, 0.83, 2, -1),
    ("ratio_coarse", "log", 1.4, 0.9, 2.3, 1, -1),
    ("ratio_off", "log", 0.64, 0.35, 0.83, 2, -1),
    ("ratio_one", "log", 1.0, 0.5, 2.0, 1, -1),
    ("ratio_t", "log", 2.31, 1.12, 4.77, 2, 18),
    ("difference", "identity", -1.8, -5.4, 1.8, 1, 118.4),
    ("difference_off", "identity", 0.3, -0.1, 0.5, 1, 40),
    ("difference_wide", "identity", 12, 3, 20, 0, -1),
]
GRAPHS = [
    ("case", "p", "weight", "t1", "t2", "t3", "t4"),
    # The graph of Bretz et al.: two primary hypotheses, each with a secondary one.
    *(
        ("gates", *row)
        for row in [
            (0.01, 0.5, 0, 0.5, 0.5, 0),
            (0.005, 0.5, 0.5, 0, 0, 0.5),
            (0.015, 0, 0, 1, 0, 0),
            (0.022, 0, 1, 0, 0, 0),
        ]
    ),
    *(
        ("partial", *row)
        for row in [
            (0.03, 0.2, 0, 0.25, 0.5, 0),
            (0.011, 0.3, 0.5, 0, 0.1, 0.4),
            (0.011, 0.1, 0, 0, 0, 0.9),
            (0.6, 0.2, 0.3, 0.3, 0.3, 0),
        ]
    ),
    *(
        ("sequence", *row)
        for row in [
            (0.01, 1, 0, 1, 0, 0),
            (0.04, 0, 0, 0, 1, 0),
            (0.03, 0, 0, 0, 0, 1),
            (1, 0, 0, 0, 0, 0),
        ]
    ),
    *(
        ("fallback", *row)
        for row in [
            (0.03, 0.5, 0, 1, 0, 0),
            (0.012, 0.25, 0, 0, 1, 0),
            (0, 0.25, 0, 0, 0, 1),
            (0.04, 0, 0, 0, 0, 0),
        ]
    ),
    *(
        ("no_weight", *row)
        for row in [
            (0, 0, 0, 1, 0, 0),
            (0.2, 1, 0, 0, 0, 0),
            (0, 0, 0.5, 0.5, 0, 0),
            (0.01, 0, 1, 0, 0, 0),
        ]
    ),
]
LOOKS = [
    ("case", "fraction"),
    ("two", 0.5),
    ("two", 1),
    *(("three", k / 3) for k in (1, 2, 3)),
    *(("four", k / 4) for k in (1, 2, 3, 4)),
    *(("five", k / 5) for k in (1, 2, 3, 4, 5)),
    ("uneven", 0.2),
    ("uneven", 0.35),
    ("uneven", 0.9),
    ("uneven", 1),
    ("one", 1),
]


def main() -> None:
    tables = {
        "printed_t_tests": T_TESTS,
        "printed_means": MEANS,
        "printed_f": F_TESTS,
        "printed_statistics": STATISTICS,
        "printed_estimates": ESTIMATES,
        "graphs": GRAPHS,
        "looks": LOOKS,
    }
    for name, rows in tables.items():
        with (DATA / f"{name}.csv").open("w", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
