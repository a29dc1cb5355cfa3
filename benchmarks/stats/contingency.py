"""Exact test of Fisher, Freeman and Halton by enumeration, against R's `fisher.test`.

Run with `OPENBLAS_NUM_THREADS=1 python -m benchmarks.stats.contingency`; needs Rscript. Median of
nine rounds, in each of which both sides are timed one after the other; CPU seconds, so that other
work on the machine counts for neither. 3 x 2 with n = 108 has a limit of its own, 1 ms; 3 x 5 with
n = 124 has R's time, for five tables from even to steep and from a large to a small p-value. Near
p = 1 R stops early at nearly every node, which our lists, made beforehand, cannot: there it wins.
"""

import subprocess
import time
from statistics import median

import numpy as np

from trialtrace.stats.categorical.r_by_c_tests import fisher_freeman_halton

ROUNDS = 9
REPEATS = 5
EQUAL = 1e-10
SMALL = [[22, 14], [15, 21], [12, 24]]
LARGE = {
    "even columns, p = .90": [[20, 11, 13, 11, 7], [14, 11, 6, 4, 6], [7, 4, 3, 3, 4]],
    "even columns, p = .62": [[13, 11, 12, 16, 10], [10, 12, 4, 11, 4], [7, 6, 2, 3, 3]],
    "unequal arms, p = .023": [[23, 17, 14, 3, 5], [14, 10, 6, 7, 4], [3, 3, 3, 7, 5]],
    "equal arms, p = .45": [[11, 11, 6, 8, 5], [9, 9, 10, 5, 9], [12, 9, 8, 10, 2]],
    "steep columns, p = .0012": [[19, 13, 7, 2, 0], [15, 11, 11, 5, 0], [8, 6, 14, 5, 1]],
}
# Reads a table a line; answers with CPU seconds of one test and its p-value.
R = """
lines <- file("stdin", "r")
while (length(line <- readLines(lines, 1)) > 0) {
  numbers <- as.integer(strsplit(line, " ")[[1]])
  table <- matrix(numbers[-1], nrow = numbers[1], byrow = TRUE)
  began <- sum(proc.time()[1:2])
  for (i in 1:REPEATS) p <- fisher.test(table, workspace = 2e7)$p.value
  cat((sum(proc.time()[1:2]) - began) / REPEATS, format(p, digits = 17), "\\n")
  flush(stdout())
}
"""


def by_r(process: subprocess.Popen, table: np.ndarray) -> tuple[float, float]:
    process.stdin.write(" ".join(map(str, [len(table), *table.ravel()])) + "\n")
    process.stdin.flush()
    seconds, p = map(float, process.stdout.readline().split())
    return seconds, p


def by_us(table: np.ndarray) -> tuple[float, float]:
    began = time.process_time()
    for _ in range(REPEATS):
        p = fisher_freeman_halton(table).p_value
    return (time.process_time() - began) / REPEATS, p


def compare(process: subprocess.Popen, table: np.ndarray) -> tuple[float, float]:
    """Median seconds of ours and of R's; p-values that differ end the measurement."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        seconds, p = by_us(table)
        peer, p_peer = by_r(process, table)
        if abs(p / p_peer - 1) > EQUAL:
            raise SystemExit(f"p-values differ: {p!r} and R's {p_peer!r}")
        ours.append(seconds)
        theirs.append(peer)
    return median(ours), median(theirs)


def row(what: str, ours: float, peer: float, target: str, met: bool) -> dict:
    return {
        "what": what,
        "ours": ours,
        "peer": peer,
        "ratio": peer / ours,
        "target": target,
        "met": met,
    }


def measure() -> list[dict]:
    script = ["Rscript", "-e", R.replace("REPEATS", str(REPEATS))]
    with subprocess.Popen(
        script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        small = np.array(SMALL)
        by_us(small)
        ours, peer = compare(process, small)
        rows = [row("Fisher-Freeman-Halton 3 x 2, n = 108", ours, peer, "<= 1 ms", ours <= 1e-3)]
        for name, table in LARGE.items():
            ours, peer = compare(process, np.array(table))
            what = f"Fisher-Freeman-Halton 3 x 5, n = 124, {name}"
            rows.append(row(what, ours, peer, "no slower than R", ours <= peer))
        process.stdin.close()
    return rows


def main() -> None:
    for line in measure():
        ours, peer = line["ours"] * 1e3, line["peer"] * 1e3
        met = "met" if line["met"] else "MISSED"
        print(
            f"{line['what']}: ours {ours:.3f} ms, R {peer:.3f} ms, ratio {line['ratio']:.2f}, "
            f"{line['target']}: {met}"
        )


if __name__ == "__main__":
    main()
