"""What a report and the site cost to write and to load; prints tables.

Needs the results of a run, in this checkout or in `--root`; writes the reports of all its trials
and their site into a folder of its own. A report is written in a process of its own; what pandoc
takes is told apart. Bytes are those of the pages, their scripts and styles; downloads are the rest.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = {"draw_figures": "figures", "_document": "documents", "write_traces": "traces"}
DERIVED = ("raw", "clean", "derived", "analysis", "audit")
PAGES = {".html", ".js", ".css"}
LIMITS = {"the largest report": 12.0, "the site": 20.0}
# Bytes of the largest page of a report, of all traces, of all pages, of all; files of all.
LARGEST, TRACES, ALL_PAGES, ALL, FILES = 1.5e6, 3e6, 15e6, 30e6, 3500
START = 0.3

REPORT = f"""
import json, resource, sys, time
from trialtrace.run.jobs.job import leave_pandas

leave_pandas()
from pathlib import Path
from trialtrace.base.paths import project
from trialtrace.report import report
from trialtrace.run.trial.load import load_settings
from trialtrace.run.trial.load import load_trial

root, name, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
found = {{}}

def timed(function, label):
    def run(*given, **named):
        began = time.process_time()
        made = function(*given, **named)
        found[label] = time.process_time() - began
        return made
    return run

for part, label in {PARTS!r}.items():
    setattr(report, part, timed(getattr(report, part), label))
at = project(root)
trial, settings = load_trial(name, at), load_settings(at)
codes = dict.fromkeys(("analyse_plan",), "0" * 64)
began, wall = time.process_time(), time.perf_counter()
report.render_report(trial, settings, out / name, codes)
found["own"] = time.process_time() - began
found["wall"] = time.perf_counter() - wall
own = resource.getrusage(resource.RUSAGE_CHILDREN)
found["pandoc"] = own.ru_utime + own.ru_stime
print(json.dumps(found))
"""
SITE = """
import json, sys, time
from pathlib import Path
from trialtrace.base.paths import project
from trialtrace.report.pages.start_page import build_site
from trialtrace.run.trial.load import load_settings
from trialtrace.run.trial.load import load_trial

root, out, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
at = project(root)
began, wall = time.process_time(), time.perf_counter()
build_site([load_trial(name, at) for name in names], load_settings(at), out, out / "site")
print(json.dumps({"own": time.process_time() - began, "wall": time.perf_counter() - wall}))
"""


def told(code: str, *given: object) -> dict[str, float]:
    """What a script prints of itself."""
    variables = os.environ | {"PYTHONPATH": str(ROOT / "workflow"), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code, *map(str, given)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rendered(root: Path, names: Iterable[str], folder: Path) -> dict[str, dict[str, float]]:
    """CPU and wall seconds of each report, which is left in `folder`."""
    found = {}
    for name in names:
        for part in DERIVED:
            shutil.copytree(root / "results" / name / part, folder / name / part)
        found[name] = told(REPORT, ROOT, name, folder)
        print(name, {key: round(value, 2) for key, value in found[name].items()}, flush=True)
    return found


def interactive(site: Path) -> float | None:
    """Seconds until the start page may be used, of five; None without Chromium."""
    sys.path.append(str(ROOT / "tests" / "helpers"))
    try:
        from browsed.window import CHROMIUM, window
    except ImportError:
        return None
    if not CHROMIUM:
        return None
    asked = "performance.getEntriesByType('navigation')[0].domInteractive"
    times = []
    with window(site) as tab:
        for _ in range(5):
            tab.page.goto((site / "index.html").as_uri())
            times.append(tab.page.evaluate(asked) / 1000)
    return sorted(times)[2]


def kept(value: float, limit: float) -> str:
    return "" if value <= limit else ": **not kept**"


def sizes(site: Path) -> list[str]:
    """Lines of the table of bytes."""
    files = [path for path in site.rglob("*") if path.is_file()]
    pages = [path for path in files if path.suffix in PAGES]
    bytes_of = {path: path.stat().st_size for path in pages}
    traces = sum(size for path, size in bytes_of.items() if path.parent.name == "trace")
    rows = sum(size for path, size in bytes_of.items() if path.parent.name == "rows")
    beside = {path: n for path, n in bytes_of.items() if path.parent.parent == site}
    largest = max(beside, key=lambda path: beside[path])
    told = (
        ("all of it", sum(path.stat().st_size for path in files), ALL),
        ("all pages, without downloads", sum(bytes_of.values()), ALL_PAGES),
        ("of these, numbers (`trace/`)", traces, TRACES),
        ("of these, rows (`rows/`)", rows, None),
        (f"the largest, {largest.relative_to(site)}", beside[largest], LARGEST),
        ("files, with downloads", len(files), FILES),
    )
    return [
        f"| {what} | {value:,} | {'' if limit is None else f'{limit:,.0f}{kept(value, limit)}'} |"
        for what, value, limit in told
    ]


def page(found: dict[str, dict[str, float]], site: dict[str, float], folder: Path) -> str:
    columns = (*PARTS.values(), "own", "pandoc", "times", "wall")
    heads = (*PARTS.values(), "all of it", "pandoc, typst", "both over these", "wall")
    # Pandoc and typst are the floor: the seconds of both over these hardly depend on the machine.
    shown = {name: one | {"times": 1 + one["own"] / one["pandoc"]} for name, one in found.items()}
    rows = [
        f"| {name} | " + " | ".join(f"{one[column]:.1f}" for column in columns) + " |"
        for name, one in shown.items()
    ]
    most = max(one["own"] + one["pandoc"] for one in found.values())
    start = interactive(folder / "site")
    opened = (
        "not measured: no Chromium"
        if start is None
        else f"{start:.2f} s (limit {START} s{kept(start, START)})"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return "\n".join(
        [
            f"Measured by `make bench-render`, {os.cpu_count()} cores, {memory:.0f} GB, "
            f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end. "
            "Seconds are CPU time but for the last column, which says nothing of a busy machine.",
            "",
            f"| report | {' | '.join(heads)} |",
            "| --- |" + " ---: |" * len(columns),
            *rows,
            "",
            f"- The largest takes {most:.1f} CPU seconds with both of these "
            f"(limit {LIMITS['the largest report']:g}"
            f"{kept(most, LIMITS['the largest report'])}).",
            f"- The site of these {len(found)} takes {site['own']:.1f} CPU seconds once reports "
            f"stand (limit {LIMITS['the site']:g}{kept(site['own'], LIMITS['the site'])}).",
            f"- Its start page may be used after {opened}.",
            "",
            "| | bytes | limit |",
            "| --- | ---: | ---: |",
            *sizes(folder / "site"),
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout with the results")
    parser.add_argument("--keep", type=Path, help="a folder, not there yet, for what is written")
    chosen = parser.parse_args()
    results = chosen.root / "results"
    names = sorted(path.name for path in results.glob("*") if (path / "audit").is_dir())
    if not names:
        sys.exit(f"{results} has no results: make run")
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.keep or Path(name).resolve()
        found = rendered(chosen.root, names, folder)
        text = page(found, told(SITE, ROOT, folder, *names), folder)
    print(text)


if __name__ == "__main__":
    main()
