"""Made-up times that are equal but for rounding: data/tied_times.csv. `python` this file."""

import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def main() -> None:
    rng = np.random.default_rng(20261121)
    rows = []
    for case, n, scale in (("tenths", 24, 1.0), ("months", 60, 30.4375), ("years", 40, 1 / 365.25)):
        steps = rng.integers(3, 14, n)
        # A sum step by step, a product, or one quotient: three ways to the same time.
        ways = rng.integers(0, 3, n)
        for number, way in zip(steps.tolist(), ways.tolist(), strict=True):
            time = (sum([0.1] * number), number * 0.1, number / 10)[way] * scale
            start = (sum([0.1] * (number // 3)), number // 3 / 10)[way % 2] * scale
            event, arm, x = int(rng.random() < 0.7), "AB"[rng.integers(2)], rng.normal()
            rows.append([case, repr(start), repr(time), event, arm, f"{x:.3f}"])
    time = [0.1 + 0.2, 0.3, 0.5, 0.7, 0.1 * 3, 0.9, 0.3, 0.8]
    for place, value in enumerate(time):
        rows.append(["eight", "0", repr(value), 1, "AB"[place % 2], place * place % 5])
    with (HERE / "data" / "tied_times.csv").open("w", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["case", "start", "time", "event", "arm", "x"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
