"""What it costs to follow a number, to go back from a cell, to keep a run and to compare two.

Prints and writes docs/benchmarks-history.md. Needs the results of a run of the trial; works in a
copy of the checkout, so that the archive of this one stays as it is. Every command is a process of
its own, start-up included, beside the floor of what it cannot avoid in the same minute.
"""

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "workflow"), str(ROOT / "tests" / "helpers")]
PAGE = ROOT / "docs" / "benchmarks-history.md"
TRIAL = "streckmann2024"
COPIED = ("workflow", "scripts", "config", "reports")
FLOOR = "import of pyarrow"
# CPU seconds that a command may take, and shares that an archive may.
LIMITS = {"trace": 0.5, "impact of a cell": 0.5, "diff of two runs": 3.0}
MOST_FIRST, MOST_ADDED = 1.0, 0.1
# What the start of a run does for the commands after it; by the copy's own code, as there.
REMEMBER = """
import sys
from trialtrace.base.config.files import accepted
from trialtrace.base.paths import project
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.run_state import remember_jobs
at, trial = project(), sys.argv[1]
fresh = freshness(at)
fresh.trial(trial).claims_document
remember_jobs(fresh, [trial])
accepted(at.root).remember()
"""


@dataclass
class Timed:
    """CPU and wall seconds of some rounds of a command."""

    name: str
    command: Sequence[str]
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def round(self, folder: Path) -> None:
        """Run it once more, in a copy of the project. `diff` ends with 1 where results changed."""
        variables = os.environ | {"PYTHONPATH": str(folder / "workflow")}
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            self.command, cwd=folder, env=variables, capture_output=True, text=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode > ("diff" in self.command):
            sys.exit(f"{' '.join(self.command)} failed:\n{done.stdout}{done.stderr}")
        self.wall.append(time.perf_counter() - began)
        self.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


@dataclass(frozen=True)
class Sizes:
    """Bytes of the Parquet files of a run, of its first archive, of what one with a changed cell
    adds, and of the functions of the code, which stand once for all trials."""

    parquet: int
    first: int
    added: int
    functions: int


def prepared(trial: str, folder: Path) -> Sizes:
    """A copy of the project in which two runs of the trial are kept, one cell apart.

    It is left as a run leaves one: modules compiled, and remembered what schemas accepted and which
    hashes the jobs have.
    """
    import compileall

    from mini_run import record_stages

    from trialtrace.base.paths import Project
    from trialtrace.run.archive.functions import KnownFunctions
    from trialtrace.run.archive.keep import keep_run
    from trialtrace.run.jobs.fresh import freshness

    results = ROOT / "results" / trial
    if not (results / "audit").is_dir():
        sys.exit(f"make run TRIAL={trial} first: results/{trial} has no audit")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name)
    for name in ("requirements.lock", "Snakefile"):
        shutil.copy2(ROOT / name, folder)
    shutil.copytree(results, folder / "results" / trial)
    at = Project(folder)
    record_stages(trial, at)
    fresh = freshness(at)
    keep_run(at, trial, fresh)
    fresh.sources.remember()
    first = _bytes(at.archive / trial)
    parquet = sum(
        path.stat().st_size
        for name in ("raw", "clean", "derived", "analysis", "audit")
        for path in (folder / "results" / trial / name).glob("*.parquet")
    )
    change_cell(at.results / trial, trial, folder)
    record_stages(trial, at)
    keep_run(at, trial, freshness(at))
    compileall.compile_dir(folder / "workflow", quiet=2)
    variables = os.environ | {"PYTHONPATH": str(folder / "workflow")}
    subprocess.run((sys.executable, "-c", REMEMBER, trial), cwd=folder, env=variables, check=True)
    functions = KnownFunctions(at).place.stat().st_size
    return Sizes(parquet, first, _bytes(at.archive / trial) - first, functions)


def change_cell(results: Path, trial: str, folder: Path) -> None:
    """The last whole number of a primary outcome's column one higher, then every stage but checks
    and audit anew."""
    import pyarrow as pa

    from trialtrace.base.paths import Project
    from trialtrace.base.store import write_parquet
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.methods.analysing.run import analyse_plan
    from trialtrace.run.tables.contracts import RAW, read_table
    from trialtrace.run.trial.load import load_trial

    table, column, at = _cell(results)
    path = results / "raw" / f"{table}.parquet"
    raw = read_table(path, RAW)
    cells = raw[column].to_pylist()
    cells[at] = str(int(cells[at]) + 1)
    changed = raw.set_column(raw.column_names.index(column), column, pa.array(cells, pa.string()))
    write_parquet(path, changed, 0o600)
    loaded = load_trial(trial, Project(folder))
    clean_tables(loaded, results / "raw", results / "clean")
    derive_datasets(loaded, results / "clean", results / "derived")
    analyse_plan(loaded, results / "derived", results / "analysis")


def _cell(results: Path) -> tuple[str, str, int]:
    """Table, column and row of a whole number that a derived value is made from."""
    import json

    import pyarrow.parquet as pq

    edges = pq.ParquetFile(results / "derived" / "sources.parquet").read().to_pylist()
    manifest = json.loads((results / "raw" / "manifest.json").read_text())
    tables = {one["source_file"]: name for name, one in manifest["tables"].items()}
    for edge in edges:
        if edge["dataset"] == "bds" and edge["variable"] == "AVAL":
            table = tables[edge["source_file"]]
            raw = pq.ParquetFile(results / "raw" / f"{table}.parquet").read()
            at = raw["source_row"].to_pylist().index(edge["source_row"])
            if str(raw[edge["column"]][at].as_py()).isdigit():
                return table, edge["column"], at
    sys.exit("no derived value is made from a whole number")


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def commands(trial: str, folder: Path) -> list[Timed]:
    """The floor, then what is asked."""
    import pyarrow.parquet as pq

    program = (sys.executable, "-m", "trialtrace")
    results = folder / "results" / trial
    names = pq.ParquetFile(results / "analysis" / "results.parquet").read(["result_id"])
    edge = pq.ParquetFile(results / "derived" / "sources.parquet").read().slice(0, 1).to_pylist()[0]
    cell = f"{edge['source_file']}:{edge['source_row']}:{edge['column']}"
    last = names["result_id"][names.num_rows // 2].as_py()
    return [
        Timed(FLOOR, (sys.executable, "-c", "import pyarrow.parquet")),
        Timed("trace", (*program, "trace", last)),
        Timed("impact of a cell", (*program, "impact", trial, cell)),
        Timed("diff of two runs", (*program, "diff", trial)),
    ]


def page(trial: str, rows: Sequence[Timed], sizes: Sizes) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    floor = statistics.median(rows[0].cpu)
    lines = []
    for one in rows:
        cpu, limit = statistics.median(one.cpu), LIMITS.get(one.name)
        kept = "" if limit is None else f"{limit:g} s" + ("" if cpu <= limit else ": **not kept**")
        wall = statistics.median(one.wall)
        lines.append(f"| {one.name} | {cpu:.2f} | {cpu / floor:.1f} | {wall:.2f} | {kept} |")
    first, added = sizes.first / sizes.parquet, sizes.added / sizes.first
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"
    shares = (
        ("Parquet files of the run", sizes.parquet, ""),
        ("its first archive", sizes.first, f"{first:.2f} of these | {_at_most(first, MOST_FIRST)}"),
        (
            "what a run with one changed cell adds",
            sizes.added,
            f"{added:.3f} of that | {_at_most(added, MOST_ADDED)}",
        ),
        ("functions of the code, once for all trials and runs", sizes.functions, ""),
    )
    return "\n".join(
        [
            "# What following and keeping cost",
            "",
            f"Measured by `make bench-history` on {trial}, {machine}, load "
            f"{os.getloadavg()[0]:.1f} at the end; {len(rows[0].cpu)} rounds, medians. CPU seconds "
            "are user and system time; their ratio to the floor of the same rounds hardly depends "
            "on the machine, wall time on what else it does. Limits are held against CPU seconds.",
            "",
            "| | CPU s | to the floor | wall s | limit |",
            "| --- | ---: | ---: | ---: | ---: |",
            *lines,
            "",
            "| | bytes | share | limit |",
            "| --- | ---: | ---: | ---: |",
            *(f"| {name} | {size:,} | {share or '|'} |" for name, size, share in shares),
            "",
            "The changed cell went through cleaning, derivation and analysis; checks and audit "
            "stayed as they were.",
            "",
        ]
    )


def _at_most(share: float, limit: float) -> str:
    return f"{limit:g}" + ("" if share <= limit else ": **not kept**")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trial", default=TRIAL)
    parser.add_argument("--dry", action="store_true", help="print the page, do not write it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        sizes = prepared(chosen.trial, folder)
        rows = commands(chosen.trial, folder)
        for _ in range(chosen.rounds):
            for one in rows:
                one.round(folder)
        text = page(chosen.trial, rows, sizes)
    if not chosen.dry:
        PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
