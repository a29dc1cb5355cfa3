"""Write tests/oracle/data/crossover.csv: two treatments in two periods.

Run once, `python tests/oracle/make_data_crossover.py`; the file is committed. `senn` is the printed
example of Senn, Cross-over Trials in Clinical Research, 2002, table 3.1: peak expiratory flow of 13
children under formoterol (the treatment) and salbutamol.
"""

import numpy as np
from make_data import write

SENN = (
    [(310, 270), (310, 260), (370, 300), (410, 390), (250, 210), (380, 350), (330, 365)],
    [(370, 385), (310, 400), (380, 410), (290, 320), (260, 340), (90, 220)],
)


def rows(rng: np.random.Generator) -> list[tuple]:
    """(case, first, second, treated_first)."""
    found = [
        ("senn", first, second, sequence)
        for sequence, pairs in ((1, SENN[0]), (0, SENN[1]))
        for first, second in pairs
    ]
    for case, n, m, scale in (("drawn", 15, 20, 1.0), ("few", 2, 2, 10.0), ("far", 9, 6, 1e4)):
        for sequence, size in ((1, n), (0, m)):
            level = rng.normal(5, 2, size)
            for one in level:
                a, b = one + rng.normal(0, 1, 2) + np.array([sequence, 1 - sequence]) * 0.8
                found.append((case, round(scale * a, 3), round(scale * b, 3), sequence))
    for case, n, m in (("yes_no", 20, 24), ("yes_no_few", 4, 4)):
        for sequence, size in ((1, n), (0, m)):
            for a, b in rng.random((size, 2)):
                chance = (0.7, 0.4) if sequence else (0.4, 0.7)
                found.append((case, int(a < chance[0]), int(b < chance[1]), sequence))
    return found


if __name__ == "__main__":
    write("crossover.csv", "case,first,second,treated_first", rows(np.random.default_rng(3)))
