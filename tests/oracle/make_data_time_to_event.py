"""Write competing.csv, start_stop.csv and interval.csv in data/ for the time-to-event oracles.

Run once, `python tests/oracle/make_data_time_to_event.py`; the files are committed. The breast
cosmesis data are those of Finkelstein and Wolfe, Biometrics 1985;41:933: months to breast
retraction, seen at visits, after radiotherapy alone (0) or with chemotherapy (1).
"""

from math import inf

import numpy as np
from make_data import write

RADIOTHERAPY = """
45- 6-10 0-7 46- 46- 7-16 17- 7-14 37-44 0-8 4-11 15- 11-15 22- 46- 46- 25-37 46- 26-40 46- 27-34
36-44 46- 36-48 37- 40- 17-25 46- 11-18 38- 5-12 37- 0-5 18- 24- 36- 5-11 19-35 17-25 24- 32- 33-
19-26 37- 34- 36-
"""
WITH_CHEMOTHERAPY = """
8-12 0-22 24-31 17-27 17-23 24-30 16-24 13- 11-13 16-20 18-25 17-26 32- 23- 44-48 14-17 0-5 5-8
12-20 11- 33-40 31- 13-39 19-32 34- 13- 16-24 35- 15-22 11-17 22-32 10-35 30-34 13- 10-17 8-21 4-9
11- 14-19 4-8 34- 30-36 18-24 16-60 35-39 21- 11-20 48-
"""


def interval_rows(text: str, group: int) -> list[tuple]:
    pairs = [cell.split("-") for cell in text.split()]
    return [(float(low), float(high) if high else inf, group) for low, high in pairs]


def visits(rng: np.random.Generator, n: int, groups: int, exact: float) -> list[tuple]:
    """Visits about every 4 weeks, some missed; a share of events has a known date."""
    rows = []
    for i in range(n):
        group = i % groups
        seen = np.unique(np.round(np.arange(4, 30, 4) + rng.integers(-1, 2, 7)))
        seen = seen[rng.random(seen.size) < 0.8].tolist()
        event = np.ceil(rng.exponential(12 + 4 * group))
        before, after = [t for t in seen if t < event], [t for t in seen if t >= event]
        if after and rng.random() < exact:
            rows.append((event, event, group))
        else:
            rows.append((max(before, default=0.0), min(after, default=inf), group))
    return rows


def interval(rng: np.random.Generator) -> dict[str, list[tuple]]:
    return {
        "cosmesis": interval_rows(RADIOTHERAPY, 0) + interval_rows(WITH_CHEMOTHERAPY, 1),
        "radiotherapy": interval_rows(RADIOTHERAPY, 0),
        "visits": visits(rng, 60, 2, 0.0),
        "some_exact": visits(rng, 75, 3, 0.3),
        "right_censored": [
            (3.0, 3.0, 0),
            (5.0, inf, 1),
            (5.0, 5.0, 0),
            (7.0, 7.0, 1),
            (7.0, inf, 0),
            (9.0, 9.0, 1),
            (9.0, 9.0, 0),
            (2.0, inf, 1),
        ],
        "exact_at_left_end": [(3.0, 3.0, 0), (3.0, 6.0, 1), (0.0, 3.0, 0), (4.0, inf, 1)],
        "one_visit": [(0.0, 4.0, 0), (0.0, 4.0, 1), (4.0, inf, 0), (4.0, inf, 1), (0.0, 4.0, 1)],
        "nobody": [(4.0, inf, 0), (6.0, inf, 1), (2.0, inf, 0)],
        "two": [(0.0, 5.0, 0), (3.0, inf, 1)],
    }


def competing(rng: np.random.Generator) -> dict[str, list[tuple]]:
    def drawn(n: int, groups: int, unit: float, causes: list[float]) -> list[tuple]:
        group, stratum = rng.integers(0, groups, n), rng.integers(1, 3, n)
        time = np.ceil(rng.exponential(365 / (1 + 0.6 * (group == 1))) / unit) * unit
        cause = rng.choice(len(causes), n, p=causes)
        return list(zip(time, cause, group, stratum, strict=True))

    def by_hand(times: list, causes: list, groups: list, strata: list | None = None):
        return list(zip(times, causes, groups, strata or [1] * len(times), strict=True))

    return {
        "two_groups": drawn(70, 2, 1, [0.3, 0.4, 0.3]),
        "heavy_ties": drawn(120, 3, 90, [0.25, 0.4, 0.35]),
        "three_causes": drawn(80, 2, 30, [0.2, 0.3, 0.3, 0.2]),
        "everyone": drawn(40, 2, 1, [0.0, 0.5, 0.5]),
        "one_cause_only": drawn(50, 2, 30, [0.4, 0.6]),
        "rare": drawn(60, 2, 30, [0.6, 0.05, 0.35]),
        "nobody": by_hand([1, 2, 3, 4], [0, 2, 2, 0], [0, 1, 1, 1]),
        "none_in_group": by_hand(
            [1, 2, 4, 5, 7, 3, 6, 8, 9], [1, 1, 2, 1, 0, 2, 0, 2, 0], [0, 0, 0, 0, 0, 1, 1, 1, 1]
        ),
        "at_time_zero": by_hand(
            [0, 0, 2, 3, 5, 5, 8], [1, 0, 2, 1, 1, 2, 1], [0, 1, 0, 1, 0, 1, 0]
        ),
        "group_leaves_early": by_hand(
            [1, 1, 4, 5, 6, 7, 8, 9], [0, 2, 1, 1, 0, 2, 1, 1], [2, 2, 0, 1, 0, 1, 0, 1]
        ),
        "stratum_of_one": by_hand(
            [3, 5, 2, 8, 4, 6, 7, 9, 1],
            [1, 2, 1, 0, 1, 1, 2, 1, 1],
            [0, 1, 0, 1, 0, 1, 0, 1, 0],
            [1, 1, 1, 1, 2, 2, 2, 2, 3],
        ),
        "all_at_once": by_hand([4, 4, 4, 4, 4, 4], [1, 1, 2, 1, 2, 2], [0, 0, 0, 1, 1, 1]),
    }


def start_stop(rng: np.random.Generator) -> dict[str, list[tuple]]:
    """Rows of (subject, start, stop, event, stratum, x1, x2)."""

    def drawn(n: int, unit: float, again: bool, late: bool) -> list[tuple]:
        rows = []
        for i in range(n):
            start = float(rng.integers(0, 5) * unit) if late else 0.0
            arm, stratum = i % 2, int(rng.integers(1, 4))
            for _ in range(4):
                z = float(np.round(rng.normal(60, 10), 1))
                gap = np.ceil(rng.exponential(200 / np.exp(0.5 * arm + 0.02 * (z - 60))) / unit)
                stop = start + float(gap) * unit
                event = int(rng.random() < 0.5)
                rows.append((i, start, stop, event, stratum, arm, z))
                if event and not again:
                    break
                start = stop
        return rows

    return {
        "late_entry": drawn(40, 1.0, False, True),
        "several_events": drawn(35, 1.0, True, False),
        "tied_rows": drawn(60, 60.0, True, True),
        "gaps_of_time": [
            (i, *row)
            for i, row in enumerate(
                [
                    (0.0, 5.0, 1, 1, 0, 50.0),
                    (2.0, 9.0, 0, 1, 1, 61.0),
                    (0.0, 3.0, 0, 1, 1, 55.0),
                    (1.0, 6.0, 1, 1, 1, 57.0),
                    (5.0, 8.0, 1, 1, 0, 62.0),
                    (4.0, 9.0, 1, 1, 0, 49.0),
                    (6.0, 7.0, 1, 1, 1, 70.0),
                    (8.0, 11.0, 1, 1, 1, 52.0),
                    (3.0, 12.0, 0, 1, 0, 58.0),
                ]
            )
        ],
    }


def flat(tables: dict[str, list[tuple]]) -> list[tuple]:
    return [
        (case, *(float(value) for value in row)) for case, rows in tables.items() for row in rows
    ]


def main() -> None:
    rng = np.random.default_rng(20261120)
    write("interval.csv", "case,left,right,group", flat(interval(rng)))
    write("competing.csv", "case,time,cause,group,stratum", flat(competing(rng)))
    header = "case,subject,start,stop,event,stratum,x1,x2"
    write("start_stop.csv", header, flat(start_stop(rng)))


if __name__ == "__main__":
    main()
