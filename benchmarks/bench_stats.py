"""Speed of the statistics beside their peers; prints a table, writes docs/benchmarks-statistics.md.

Runs `measure()` of every module under benchmarks/stats/, each in a process of its own with one
thread; `--only growth,mmrm` some of them, the others' rows standing as they were measured last
(docs/benchmarks-statistics.json). A module whose peer is not installed says in `what` that its time
is a recorded one, or is left out with the reason.
"""

import argparse
import ast
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-statistics.md"
KEPT = PAGE.with_suffix(".json")
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# Modules without a way to measure where the program is missing.
NEEDS = {"contingency": "Rscript"}
CALL = (
    "import json; from benchmarks.stats.{} import measure; "
    "print(json.dumps(measure(), default=lambda value: value.item()))"
)


def measured(module: Path) -> list[dict[str, Any]] | str:
    """Rows of one module, or why there are none."""
    program = NEEDS.get(module.stem)
    if program and not shutil.which(program):
        return f"{program} is not installed"
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


def about(module: Path) -> tuple[str, str]:
    """First line of the module's docstring, and what it says but how to run it."""
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    title, _, rest = text.partition("\n\n")
    paragraphs = [re.split(r"(?<=\.) ", " ".join(part.split())) for part in rest.split("\n\n")]
    kept = [" ".join(s for s in part if not s.startswith("Run with")) for part in paragraphs]
    return title.replace("\n", " ").partition(";")[0].rstrip("."), "\n\n".join(kept)


def page(found: dict[Path, list[dict[str, Any]] | str], when: dict[Path, str]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = [row for rows in found.values() if not isinstance(rows, str) for row in rows]
    missed = [row["what"] for row in rows if row["met"] is False]
    counted = sum(row["met"] is not None for row in rows)
    parts = [
        f"""# Speed of the statistics

Measured by `make bench-stats` on {os.cpu_count()} cores, {memory:.0f} GB, Python \
{platform.python_version()}, one thread of BLAS on both sides. Figures are CPU seconds, user and \
system, since other work shares the cores: what it takes of the caches remains, so that a ratio of \
one run says more than a time. The ratio is peer over ours, in rows whose target is a bare "<=" \
ours over the peer or limit. \
Programs that are not installed are recorded or left out, as the row says.

{counted - len(missed)} of {counted} targets were met. \
{"Missed: " + "; ".join(missed) + "." if missed else ""}""".rstrip()
    ]
    for module, rows in found.items():
        title, text = about(module)
        body = f"Not measured: {rows}." if isinstance(rows, str) else table(rows)
        parts.append(
            f"## {title}\n\n`benchmarks/stats/{module.name}`, {when[module]}. {text}\n\n{body}"
        )
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="modules, such as growth,mmrm")
    only = [name for name in parser.parse_args().only.split(",") if name]
    modules = sorted((ROOT / "benchmarks" / "stats").glob("[!_]*.py"))
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for module in modules:
        if only and module.stem not in only:
            continue
        began, load = time.monotonic(), os.getloadavg()[0]
        rows = measured(module)
        loads = f"load {load:.1f} before and {os.getloadavg()[0]:.1f} after"
        kept[module.stem] = {"when": f"{time.strftime('%Y-%m-%d')}, {loads}", "rows": rows}
        print(f"{module.stem}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    there = [module for module in modules if module.stem in kept]
    found = {module: kept[module.stem]["rows"] for module in there}
    text = page(found, {module: kept[module.stem]["when"] for module in there})
    print(text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
