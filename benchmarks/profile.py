"""The profile of a large CSV: CPU seconds beside those of pyarrow reading the same file.

Prints and writes docs/benchmarks-profile.md. The file is drawn from a fixed seed; each figure is
measured in a process of its own. `--megabytes` is its size, `--rounds` how often each is measured.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-profile.md"
START, END = "<!-- written by benchmarks/profile.py -->", "<!-- end -->"
GIGABYTE = 1_000
SEED, SITES, VISITS = 20261121, 40, 20
# What `trialtrace new` may take for a gigabyte on an idle machine.
LIMIT = 60.0
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS")
SHAPES = {
    "long": "12 columns: a subject, an arm, visits, dates, measures, codes and remarks",
    "wide": "171 columns of codes and measures, a row a subject",
}


def write(shape: str, path: Path, megabytes: float) -> None:
    """A made-up export of about that size, in blocks."""
    import numpy as np

    draw = np.random.default_rng(SEED)
    made, first = 0, 0
    with path.open("wb") as file:
        while made < megabytes * 1e6:
            block = long(draw, first, 50_000) if shape == "long" else wide(draw, first, 5_000)
            text = csv_of(block, header=not first)
            file.write(text)
            made += len(text)
            first += len(next(iter(block.values())))


def long(draw, first: int, rows: int) -> dict:
    import numpy as np

    row = np.arange(first, first + rows)
    subject = row // VISITS
    return {
        "patient_id": np.char.add("P", subject.astype(str)),
        "arm": np.where(subject % 2, "placebo", "active"),
        "visit": row % VISITS,
        "visit_date": np.datetime64("2020-01-01") + draw.integers(0, 900, rows),
        "site": subject % SITES,
        "weight_kg": draw.normal(75, 12, rows).round(1),
        "sbp": draw.integers(90, 190, rows),
        "hb": draw.normal(13, 2, rows).round(2),
        "crp": draw.lognormal(1, 1, rows).round(6),
        "pain": draw.integers(0, 11, rows),
        "sex": np.where(subject % 3, "F", "M"),
        "remark": np.char.add("seen by the nurse on duty, sheet ", row.astype(str)),
    }


def wide(draw, first: int, rows: int) -> dict:
    import numpy as np

    row = np.arange(first, first + rows)
    made = {"patient_id": row, "arm": np.where(draw.random(rows) < 0.5, "A", "B")}
    for place in range(169):
        kinds = (draw.integers(0, 2, rows), draw.integers(1, 6, rows), draw.normal(50, 9, rows))
        made[f"v{place}"] = kinds[place % 3].round(1)
    return made


def csv_of(block: dict, header: bool) -> bytes:
    import pyarrow as pa
    from pyarrow import csv

    sink = pa.BufferOutputStream()
    csv.write_csv(pa.table(block), sink, csv.WriteOptions(include_header=header))
    return sink.getvalue().to_pybytes()


def measured(what: str, path: Path) -> dict[str, float]:
    """One figure in this process: CPU seconds, seconds, memory at its highest in MB."""
    import pyarrow  # noqa: F401  its import is no part of either figure
    from pyarrow import csv

    start, cpu = time.perf_counter(), time.process_time()
    if what == "floor":
        csv.read_csv(path)
    else:
        from trialtrace.run.drafting.tables import profile

        profile([str(path)])
    return {
        "cpu": time.process_time() - cpu,
        "seconds": time.perf_counter() - start,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def apart(what: str, path: Path) -> dict[str, float]:
    """The same in a process of its own, with one thread for numpy."""
    environment = os.environ | dict.fromkeys(THREADS, "1")
    environment["PYTHONPATH"] = str(ROOT / "workflow")
    done = subprocess.run(
        [sys.executable, __file__, "--one", what, str(path)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def best(what: str, path: Path, rounds: int) -> dict[str, float]:
    """The median of the CPU seconds, the largest memory."""
    found = [apart(what, path) for _ in range(rounds)]
    return {
        "cpu": statistics.median(one["cpu"] for one in found),
        "memory": max(one["memory"] for one in found),
    }


def rows_of(megabytes: float, rounds: int) -> list[str]:
    lines = []
    for shape, told in SHAPES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{shape}.csv"
            write(shape, path, megabytes)
            size = path.stat().st_size / 1e6
            floor, ours = best("floor", path, rounds), best("profile", path, rounds)
        gigabyte = ours["cpu"] * GIGABYTE / size
        verdict = "yes" if gigabyte <= LIMIT else "**no**"
        lines.append(
            f"| {shape}: {told} | {size:.0f} | {floor['cpu']:.1f} | {ours['cpu']:.1f} | "
            f"{ours['cpu'] / floor['cpu']:.1f} | {gigabyte:.0f} | {verdict} | "
            f"{ours['memory']:.0f} |"
        )
    return lines


def section(megabytes: float, rounds: int) -> str:
    head = [
        START,
        "| file | MB | pyarrow.csv, CPU s | profile, CPU s | ratio | CPU s for 1 GB | within "
        f"{LIMIT:.0f} s | memory at its highest, MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *rows_of(megabytes, rounds),
        "",
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors; "
        f"the median of {rounds} runs, each in a process of its own.",
        END,
    ]
    return "\n".join(head)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one[0], Path(given.one[1]))))
        return
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    made = section(given.megabytes, given.rounds)
    PAGE.write_text(f"{before}{made}{after}", encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
