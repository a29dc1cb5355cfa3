"""Write tests/oracle/data/repeated_general.csv and ordinal_ranks.csv.

Run once, `python tests/oracle/make_data_repeated.py`; the files are committed. In the first,
columns g1, g2, g3 are factors between subjects, w1, w2, w3 within; "-" where a design has no such
factor.
"""

from itertools import product

import numpy as np
from make_data import write

SEED = 20260920

# O'Brien and Kaiser, Psychol Bull 1985;97:316, as in R's carData: pre, post, follow-up x hours.
OBRIEN_KAISER = [
    ("control", "M", "1 2 4 2 1 3 2 5 3 2 2 3 2 4 4"),
    ("control", "M", "4 4 5 3 4 2 2 3 5 3 4 5 6 4 1"),
    ("control", "M", "5 6 5 7 7 4 5 7 5 4 7 6 9 7 6"),
    ("control", "F", "5 4 7 5 4 2 2 3 5 3 4 4 5 3 4"),
    ("control", "F", "3 4 6 4 3 6 7 8 6 3 4 3 6 4 3"),
    ("A", "M", "7 8 7 9 9 9 9 10 8 9 9 10 11 9 6"),
    ("A", "M", "5 5 6 4 5 7 7 8 10 8 8 9 11 9 8"),
    ("A", "F", "2 3 5 3 2 2 4 8 6 5 6 6 7 5 6"),
    ("A", "F", "3 3 4 6 4 4 5 6 4 1 5 4 7 5 4"),
    ("B", "M", "4 4 5 3 4 6 7 6 8 8 8 8 9 7 8"),
    ("B", "M", "3 3 4 2 3 5 4 7 5 4 5 6 8 6 5"),
    ("B", "M", "6 7 8 6 3 9 10 11 9 6 8 7 10 8 7"),
    ("B", "F", "5 5 6 8 6 4 6 6 8 6 7 7 8 10 8"),
    ("B", "F", "2 2 3 1 2 5 6 7 5 2 6 7 8 6 3"),
    ("B", "F", "2 2 3 4 4 6 6 7 9 7 7 7 8 6 7"),
    ("B", "F", "4 5 7 5 4 7 7 8 6 7 7 8 10 8 7"),
]


def correlated(rng: np.random.Generator, n: int, *levels: int) -> np.ndarray:
    """Subjects differ, neighbours are alike, and every response has a mean of its own."""
    size = int(np.prod(levels))
    y = np.cumsum(rng.normal(0, 1, (n, size)), axis=1) + rng.normal(0, 2, (n, 1))
    return (y + rng.normal(0, 1, size)).reshape(n, *levels)


def cells(**sizes: int) -> tuple[str, ...]:
    """Labels of one factor a string, by the sizes of the cells: ab=3 is a in g1 and b in g2."""
    rows = [label for label, size in sizes.items() for _ in range(size)]
    return tuple("".join(column) for column in zip(*rows, strict=True))


def designs(rng: np.random.Generator) -> dict[str, tuple[np.ndarray, tuple]]:
    obk = np.array([row[2].split() for row in OBRIEN_KAISER], dtype=float).reshape(16, 3, 5)
    treatment, gender = ([row[i] for row in OBRIEN_KAISER] for i in (0, 1))
    unequal = cells(aa=7, ab=3, ba=5, bb=9, ca=4, cb=6)
    eight = cells(aaa=3, aab=2, aba=4, abb=1, baa=2, bab=5, bba=3, bbb=2)
    return {
        "obk": (obk, (treatment, gender)),
        "obk_phase": (obk.mean(axis=2), (treatment,)),
        "obk_hour_phase": (obk, ()),
        "three_within": (correlated(rng, 15, 2, 3, 2), ()),
        "three_by_four": (correlated(rng, 18, 3, 4), ()),
        "balanced": (correlated(rng, 16, 3, 3), cells(aa=4, ab=4, ba=4, bb=4)),
        "unequal": (correlated(rng, 34, 2, 4), unequal),
        "three_between": (correlated(rng, 22, 3), eight),
        "between_only": (correlated(rng, 34), unequal),
        "scores": (rng.poisson(1.2, (24, 3, 2)).astype(float), cells(aa=5, ab=8, ba=7, bb=4)),
        "offset": (1e5 + correlated(rng, 14, 4), cells(aa=5, ab=3, ba=2, bb=4)),
    }


def rows(name: str, y: np.ndarray, between: tuple) -> list[tuple]:
    out = []
    padding = ["-"] * (3 - len(between))
    for s in range(y.shape[0]):
        labels = [*(factor[s] for factor in between), *padding]
        for at in product(*(range(k) for k in y.shape[1:])):
            visits = [*(i + 1 for i in at), *["-"] * (4 - y.ndim)]
            out.append((name, s + 1, *labels, *visits, float(y[(s, *at)])))
    return out


def ordinal(rng: np.random.Generator) -> list[tuple]:
    """Rows of (case, subject, arm, visit, value)."""

    def scores(arms: str, k: int, most: int) -> tuple[np.ndarray, str]:
        latent = correlated(rng, len(arms), k) + (np.array(list(arms)) == "b")[:, None]
        return np.clip(np.round(latent), 0, most), arms

    tables = {
        "ties": scores("a" * 12 + "b" * 19, 4, 3),
        "two_visits": scores("a" * 6 + "b" * 9, 2, 6),
        "two_each": scores("aabb", 3, 9),
        "four_arms": scores("abcd" * 5 + "bbc", 6, 4),
        "yes_no": scores("a" * 15 + "b" * 11, 3, 1),
        "no_ties": (correlated(rng, 20, 5), "ab" * 10),
    }
    return [
        (case, s, arm, visit, float(value))
        for case, (y, arms) in tables.items()
        for s, (row, arm) in enumerate(zip(y, arms, strict=True), 1)
        for visit, value in enumerate(row, 1)
    ]


def main() -> None:
    rng = np.random.default_rng(SEED)
    drawn = designs(rng)
    table = [row for name, (y, between) in drawn.items() for row in rows(name, y, between)]
    write("repeated_general.csv", "case,subject,g1,g2,g3,w1,w2,w3,value", table)
    write("ordinal_ranks.csv", "case,subject,arm,visit,value", ordinal(rng))


if __name__ == "__main__":
    main()
