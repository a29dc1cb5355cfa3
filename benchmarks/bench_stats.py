"""Speed of the statistics compared with their peers; prints tables.

Runs `measure()` of every module under benchmarks/stats/, each in a process of its own with one
thread; `--only growth,mmrm` some of them. A module whose peer is not installed says in `what` that
its time is a recorded one, or is left out with the reason.
"""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
CALL = (
    "import json; from benchmarks.stats.{} import measure; "
    "print(json.dumps(measure(), default=lambda value: value.item()))"
)


def measured(module: Path) -> list[dict[str, Any]] | str:
    """Rows of one module, or why there are none."""
    done = subprocess.run(
        [sys.executable, "-c", CALL.format(module.stem)],
        cwd=ROOT,
        env=os.environ | dict.fromkeys(THREADS, "1"),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return "it failed: " + (done.stderr.strip().splitlines() or ["no message"])[-1]
    return [row(given) for given in json.loads(done.stdout.strip().splitlines()[-1])]


def row(given: dict[str, Any]) -> dict[str, Any]:
    """The keys of all modules alike; `met` is None where there is no target."""
    target = given["target"]
    if isinstance(target, int | float):
        target = f">= {target:,g}"
    told = bool(target) and not target.startswith("none")
    return {
        "what": given["what"],
        "ours": given.get("ours", given.get("ours_seconds")),
        "peer": given.get("peer", given.get("peer_seconds")),
        "ratio": given["ratio"],
        "target": (target or "").removeprefix("none").lstrip("; "),
        "met": given["met"] if told else None,
    }


def amount(value: float | None, what: str) -> str:
    if value is None or math.isnan(value):
        return "–"
    if "MiB" in what:
        return f"{value:,.0f} MiB"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:,.3g} {unit}" if value < 1000 else f"{value:,.0f} s"
    return f"{value * 1e9:.3g} ns"


def ratio(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| what | ours | peer | ratio | target | |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    for one in rows:
        times = (amount(one["ours"], one["what"]), amount(one["peer"], one["what"]))
        told = {True: "met", False: "**missed**", None: ""}[one["met"]]
        cells = (one["what"], *times, ratio(one["ratio"]), one["target"], told)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="modules, such as growth,mmrm")
    only = [name for name in parser.parse_args().only.split(",") if name]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, one thread "
        "of BLAS on both sides. Figures are CPU seconds. The ratio is peer over ours; in rows "
        'whose target is a bare "<=", ours over the peer or limit.\n'
    )
    for module in sorted((ROOT / "benchmarks" / "stats").glob("[!_]*.py")):
        if only and module.stem not in only:
            continue
        rows = measured(module)
        body = f"Not measured: {rows}." if isinstance(rows, str) else table(rows)
        print(f"{module.stem}, load {os.getloadavg()[0]:.1f} after\n\n{body}\n", flush=True)


if __name__ == "__main__":
    main()
