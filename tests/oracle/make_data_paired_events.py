"""Write paired_events.csv and conditions.csv in tests/oracle/data: yes or no, the same subjects.

Run once, `python tests/oracle/make_data_paired_events.py`; the files are committed. A row of the
first has those with the event under both conditions, under the treatment only, under the reference
only, under neither; one of the second is a subject under one of several conditions.
"""

import numpy as np
from make_data import write

TABLES = {
    # Fagerland, Lydersen and Laake 2014: airway reactivity before and after transplantation.
    "airway": (1, 1, 7, 12),
    # Tango 1998, tables V and VII.
    "tango_v": (43, 0, 1, 0),
    "tango_vii": (4, 9, 3, 16),
    "few": (8, 3, 1, 2),
    # McNemar's test in Agresti, Categorical Data Analysis: approval of a prime minister.
    "approval": (794, 150, 86, 570),
    "equal": (5, 4, 4, 9),
    "nobody_differs": (3, 0, 0, 7),
    "nobody_at_all": (0, 0, 0, 12),
    "all_one_way": (0, 9, 0, 0),
    "all_other_way": (0, 0, 6, 0),
    "no_agreement": (0, 11, 4, 0),
    "one_subject": (0, 1, 0, 0),
    "everybody_before": (10, 0, 5, 0),
    "strong": (200, 3, 2, 195),
    "opposed": (2, 40, 35, 3),
    "large": (125_000, 31_200, 30_500, 90_000),
}


def conditions(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, condition, event)."""
    sizes = {"three": (18, 3), "five": (40, 5), "two": (25, 2), "few": (3, 3), "alike": (6, 4)}
    rows = []
    for case, (n, k) in sizes.items():
        level = rng.normal(0, 1, (n, 1)) + np.linspace(0, 1, k)
        events = (rng.random((n, k)) < 1 / (1 + np.exp(-level))).astype(int)
        if case == "alike":
            events[:] = events[:, :1]
        rows += [(case, i + 1, j + 1, int(events[i, j])) for i in range(n) for j in range(k)]
    return rows


if __name__ == "__main__":
    header = "case,both,treated_only,reference_only,neither"
    write("paired_events.csv", header, [(case, *row) for case, row in TABLES.items()])
    write("conditions.csv", "case,subject,condition,event", conditions(np.random.default_rng(7)))
