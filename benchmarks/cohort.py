"""Synthetic cohorts: what drawing and writing cost, and how far estimates spread over seeds.

Prints and writes docs/benchmarks-cohort.md. Each size is measured in a process of its own with one
thread. `--trials` chooses among the trials with a synthetic source, `--sizes 0` leaves the large
cohorts out, `--seeds 0` the spread.
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
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-cohort.md"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
ROUNDS = 7
LIMIT = 2.0
MOST_ROWS = 60
LARGEST = 40_000_000
Row = dict[str, Any]


def trial_of(name: str) -> Any:
    from trialtrace.base.paths import Project
    from trialtrace.run.trial.load import load_trial

    return load_trial(name, Project(ROOT))


def synthetic_trials() -> list[str]:
    names = sorted(path.parent.name for path in ROOT.glob("config/trials/*/cohort.yaml"))
    return [name for name in names if trial_of(name).synthetic]


def measured(name: str, size: int) -> Row:
    """One size in this process: CPU seconds, rows and bytes of the files, memory at its highest.

    Size 0 is the display cohort itself, timed several times; another is a simulated cohort.
    """
    from trialtrace.run.synthetic.draw import draw
    from trialtrace.run.synthetic.export import export

    trial = trial_of(name)
    rounds = []
    for _ in range(1 if size else ROUNDS):
        start = time.process_time()
        drawn = draw(trial, mode="simulate", sizes=sizes_of(trial, size)) if size else draw(trial)
        between = time.process_time()
        made = export(trial, drawn)
        rounds.append((between - start, time.process_time() - between))
    root = trial.cohort.root.name
    return {
        "patients": drawn.levels[root].size,
        "rows": sum(level.size for level in drawn.levels.values()),
        "bytes": sum(len(data) for data in made.files.values()),
        "first": sum(rounds[0]),
        "draw": statistics.median(draw for draw, _ in rounds),
        "write": statistics.median(write for _, write in rounds),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def sizes_of(trial: Any, size: int) -> dict[str, int]:
    """So many patients, in the arms' shares of the display cohort."""
    root = trial.cohort.root
    own = root.arms or {root.name: 1}
    total = sum(own.values())
    sizes = {arm: size * count // total for arm, count in own.items()}
    sizes[next(iter(sizes))] += size - sum(sizes.values())
    return sizes


def in_a_process(name: str, size: int) -> Row:
    done = subprocess.run(
        [sys.executable, __file__, "--one", name, str(size)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | dict.fromkeys(THREADS, "1"),
    )
    if done.returncode:
        raise SystemExit(f"{name}, {size} patients: {done.stderr.strip()}")
    return json.loads(done.stdout)


def costs_of(name: str, sizes: list[int]) -> list[Row]:
    """A row a size; sizes whose rows would not fit into an ordinary memory are left out."""
    rows = [in_a_process(name, sizes[0])]
    each = rows[0]["rows"] / rows[0]["patients"]
    rows += [in_a_process(name, size) for size in sizes[1:] if size * each <= LARGEST]
    return rows


def first_of_each(rows: list[Row]) -> list[Row]:
    """The first estimate of each analysis and comparison."""
    seen: dict[tuple[str, str], Row] = {}
    for row in rows:
        analysis, _, rest = row["result"].partition("/")[2].partition("/")
        seen.setdefault((analysis, rest.partition("@")[2].partition(";")[0]), row)
    return list(seen.values())


def estimates(name: str, seed: int) -> dict[str, float]:
    """result_id -> estimate of a comparison, from a cohort of that seed; ingest to analyse.

    Without mess, which changes no value, and for which another seed may have too few rows.
    """
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.methods.analysing.run import all_results
    from trialtrace.run.sources.ingest import ingest_sources
    from trialtrace.run.tables.frames import Frames

    trial = trial_of(name)
    trial.__dict__["source"] = replace(trial.source, seed=seed)
    trial.__dict__["cohort"] = replace(trial.cohort, mess=[])
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        ingest_sources(trial, at / "raw")
        clean_tables(trial, at / "raw", at / "clean")
        derive_datasets(trial, at / "clean", at / "derived")
        rows = [result.row() for result in all_results(trial, Frames(at / "derived"))]
    return {
        row["result_id"]: row["stat_value"]
        for row in rows
        if row["comparison"] is not None
        and row["ci_level"] is not None
        and row["stat_value"] is not None
    }


def spread(name: str, seeds: int) -> tuple[list[Row], int]:
    """Mean, SD and range over seeds of every estimate that no margin fixes; how many are fixed."""
    found: dict[str, list[float]] = {}
    for seed in range(1, seeds + 1):
        for result, value in estimates(name, seed).items():
            found.setdefault(result, []).append(value)
    rows, fixed = [], 0
    for result, values in found.items():
        if max(values) - min(values) < 1e-9:
            fixed += 1
        elif len(values) > 1:
            told = (statistics.mean(values), statistics.stdev(values), min(values), max(values))
            rows.append({"result": result, "n": len(values), "told": told})
    return rows, fixed


def costs_table(found: dict[str, list[Row]]) -> list[str]:
    lines = [
        "| trial | patients | rows | MB written | draw, s | write, s | first time, s "
        "| memory, MB | s a million rows |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, rows in found.items():
        lines += [
            f"| {name} | {row['patients']:,} | {row['rows']:,} | {row['bytes'] / 1e6:.1f} | "
            f"{row['draw']:.2f} | {row['write']:.2f} | {row['first']:.2f} | {row['memory']:,.0f} | "
            f"{1e6 * (row['draw'] + row['write']) / row['rows']:.1f} |"
            for row in rows
        ]
    return lines


def page(costs: dict[str, list[Row]], spreads: dict[str, tuple[list[Row], int]], seeds: int) -> str:
    slowest = max((rows[0]["draw"] + rows[0]["write"] for rows in costs.values()), default=0)
    load = os.getloadavg()[0]
    lines = [
        "# What a synthetic cohort costs, and how far its estimates spread",
        "",
        f"Measured by `make bench-cohort` on {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, load {load:.1f} at the end; CPU seconds of one thread. The "
        f'first line of a trial is its display cohort: median of {ROUNDS} rounds; "first time" has '
        "the imports in it. The others are simulated cohorts of more patients, drawn once, up to "
        f"{LARGEST:,} rows.",
        "",
        f"A display cohort is drawn and written in {slowest:.2f} s at most (limit {LIMIT:g} s).",
        "",
        *costs_table(costs),
    ]
    for name, (rows, fixed) in spreads.items():
        lines += ["", f"## {name}: estimates over {seeds} seeds", "", _about(rows, fixed), ""]
        lines += [
            "| result | seeds | mean | SD | lowest | highest |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        for row in first_of_each(rows)[:MOST_ROWS]:
            told = " | ".join(f"{value:.4g}" for value in row["told"])
            lines.append(f"| `{row['result'].partition('/')[2]}` | {row['n']} | {told} |")
    return "\n".join(lines) + "\n"


def _about(rows: list[Row], fixed: int) -> str:
    text = (
        "What no margin fixes is left to the seed, so one cohort says nothing of it. "
        f"{fixed} estimates of comparisons are the same for every seed, since margins fix them; "
        f"{len(rows)} are not. Here the first of each analysis and comparison."
    )
    return text


def main() -> None:
    import trialtrace.run.jobs.job  # noqa: F401 - one thread, before any library is loaded

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--one", nargs=2, metavar=("TRIAL", "SIZE"))
    arguments.add_argument("--trials", nargs="*", default=None)
    arguments.add_argument("--sizes", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    arguments.add_argument("--seeds", type=int, default=20)
    given = arguments.parse_args()
    if given.one:
        print(json.dumps(measured(given.one[0], int(given.one[1]))))
        return
    names = synthetic_trials() if given.trials is None else given.trials
    sizes = [0, *(size for size in given.sizes if size)]
    costs = {name: costs_of(name, sizes) for name in names}
    spreads = {name: spread(name, given.seeds) for name in names if given.seeds}
    text = page(costs, spreads, given.seeds)
    PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
