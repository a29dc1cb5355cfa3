"""Following a number of a long export: trace and impact beside what a million rows make them read.

Prints and writes docs/benchmarks-long.md. The export is made up from a fixed seed: patients with
visits, a row a visit. Every stage that the two commands need runs in a process of its own, as do
the commands, start-up included. `--rows` is its size, `--rounds` how often each is measured.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "workflow"), str(ROOT / "tests" / "helpers")]
PAGE = ROOT / "docs" / "benchmarks-long.md"
TRIAL = "long"
MILLION = 1_000_000
SEED, VISITS = 20261122, 20
LIMIT = 2.0
COPIED = ("workflow", "scripts", "reports")
FLOOR = "import of pyarrow"
STAGES = ("ingest", "clean", "derive", "analyse", "check", "audit")

# CPU and wall seconds, and MiB.
Cost = tuple[float, float, int]

SETTINGS = """\
trials: [long]
seed: 1
disclosure: full
report: {formats: [html]}
"""
DESCRIBED = """\
version: 3
title: A long export
question: Does the drug relieve pain?
design:
  kind: parallel
  arms:
    drug: {label: Drug, code: "A"}
    placebo: {label: Placebo, code: "B", control: true}
  randomisation: {scheme: simple}
source:
  kind: files
  folder: data
  items:
    patients: {path: patients.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
    diary: {path: diary.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
tables:
  patients: {of: patients, key: [id], subject: id, arm: arm}
  diary: {of: diary, key: [id, visit], subject: id}
subjects:
  table: patients
  age: {column: age, unit: years}
populations:
  itt: {label: All randomised, flag: ITTFL, where: {arm: present}}
"""
ENDPOINTS = """\
pain:
  label: Pain
  code: PAIN
  kind: repeated
  table: diary
  column: pain
  scale: {type: ordinal, from: 0, to: 10, higher: worse}
  visit: {column: visit, labels: {%s}}
  baseline: day 1
"""
PLAN = """\
decision_level: 0.05
confidence: 0.95
estimands:
  pain_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: pain
    intercurrent: []
    summary: difference in means
analyses:
  pain_each:
    label: Pain
    role: primary
    estimand: pain_itt
    visits: all
    describe: [{summary: [mean, sd]}]
    estimates: [{mean_difference: welch}]
    tests: [{welch_t: {sides: two_sided}}]
displays:
  baseline: {population: itt, overall: true, variables: [age]}
"""
CLAIMS = """\
papers: {}
claims: {}
"""
ONE = """
import sys
from trialtrace.base.paths import project
from trialtrace.run.trial.load import load_trial
at, stage = project(), sys.argv[1]
trial, to = load_trial("long", at), at.results / "long"
derived, analysis = to / "derived", to / "analysis"
if stage == "ingest":
    from trialtrace.run.sources.ingest import ingest_sources
    ingest_sources(trial, to / "raw")
elif stage == "clean":
    from trialtrace.run.cleaning.clean import clean_tables
    clean_tables(trial, to / "raw", to / "clean")
elif stage == "derive":
    from trialtrace.run.endpoints.derive import derive_datasets
    derive_datasets(trial, to / "clean", derived)
elif stage == "analyse":
    from trialtrace.run.methods.analysing.run import analyse_plan
    analyse_plan(trial, derived, analysis)
elif stage == "check":
    from trialtrace.run.methods.checking.run import check_results
    check_results(trial, derived, analysis, analysis / "checks.parquet")
else:
    from trialtrace.run.claims.audit import audit_claims
    audit_claims(trial, derived, analysis, to / "audit" / "claims.parquet")
"""


def write_project(folder: Path, rows: int) -> None:
    """The project with its configuration, its code and the made-up export."""
    import mini_trial

    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name)
    for name in ("requirements.lock", "Snakefile"):
        shutil.copy2(ROOT / name, folder)
    at = folder / "config" / "trials" / TRIAL
    at.mkdir(parents=True)
    (folder / "config" / "config.yaml").write_text(SETTINGS)
    days = ", ".join(f"d{day}: day {day}" for day in range(1, VISITS + 1))
    codes = " | ".join(f"d{day}, Day {day}" for day in range(1, VISITS + 1))
    patients = rows // VISITS
    dictionary = (
        mini_trial.HEADER
        + f"""\
id,patients,,text,Number,,,integer,1,{patients},,,y,,,,,
arm,patients,,radio,Arm,"A, Drug | B, Placebo",,,,,,,y,,,,,
age,patients,,text,Age,,,integer,0,110,,,y,,,,,
id,diary,,text,Number,,,integer,1,{patients},,,y,,,,,
visit,diary,,radio,Visit,"{codes}",,,,,,,y,,,,,
pain,diary,,text,Pain,,,integer,0,10,,,,,,,,
"""
    )
    written = {
        "trial.yaml": DESCRIBED,
        "dictionary.csv": dictionary,
        "cleaning.yaml": "tables: {patients: {units: {age: years}}}\n",
        "endpoints.yaml": ENDPOINTS % days,
        "plan.yaml": PLAN,
        "claims.yaml": CLAIMS,
    }
    for name, text in written.items():
        (at / name).write_text(text)
    _export(folder / "data", patients)


def _export(folder: Path, patients: int) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    draw = np.random.default_rng(SEED)
    numbers = np.arange(1, patients + 1)
    folder.mkdir()
    one = {
        "id": numbers,
        "arm": np.where(numbers % 2, "A", "B"),
        "age": draw.integers(18, 90, patients),
    }
    csv.write_csv(pa.table(one), folder / "patients.csv")
    each = {
        "id": np.repeat(numbers, VISITS),
        "visit": np.tile([f"d{day}" for day in range(1, VISITS + 1)], patients),
        "pain": draw.integers(0, 11, patients * VISITS),
    }
    csv.write_csv(pa.table(each), folder / "diary.csv")


def cost(folder: Path, *command: str) -> Cost:
    """CPU and wall seconds of a command in the project, and the MiB that it held at most."""
    variables = os.environ | {"PYTHONPATH": str(folder / "workflow")}
    began = time.perf_counter()
    done = subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.stdout.read() if done.stdout else b""
    _, status, used = os.wait4(done.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:4])} failed:\n{said.decode()}")
    took = time.perf_counter() - began
    return used.ru_utime + used.ru_stime, took, used.ru_maxrss // 1024


def stages(folder: Path) -> dict[str, Cost]:
    """What every stage costs once; then the records that jobs of the workflow leave."""
    import compileall

    from history import REMEMBER

    compileall.compile_dir(folder / "workflow", quiet=2)
    made = {name: cost(folder, sys.executable, "-c", ONE, name) for name in STAGES}
    recorded = "import sys; from pathlib import Path; from mini_run import record_stages\n"
    recorded += "from trialtrace.base.paths import Project\n"
    recorded += "record_stages('long', Project(Path.cwd()))"
    paths = os.pathsep.join((str(folder / "workflow"), str(ROOT / "tests" / "helpers")))
    subprocess.run(
        (sys.executable, "-c", recorded),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
    )
    cost(folder, sys.executable, "-c", REMEMBER, TRIAL)
    return made


def commands(folder: Path) -> dict[str, tuple[str, ...]]:
    """The floor, then what is asked: a number of one visit of all patients, and a cell."""
    import pyarrow.parquet as pq

    program = (sys.executable, "-m", "trialtrace")
    table = pq.ParquetFile(folder / "results" / TRIAL / "analysis" / "results.parquet").read()
    last = next(
        row["result_id"]
        for row in reversed(table.to_pylist())
        if row["stat_name"] == "mean_difference"
    )
    return {
        FLOOR: (sys.executable, "-c", "import pyarrow.parquet"),
        "trace": (*program, "trace", last),
        "impact of a cell": (*program, "impact", TRIAL, "diary.csv:500:pain"),
    }


def page(folder: Path, rows: int, made: dict[str, Cost], asked: dict[str, list[float]]) -> str:
    import pyarrow.parquet as pq

    results = folder / "results" / TRIAL
    edges = pq.ParquetFile(results / "derived" / "sources.parquet").metadata.num_rows
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    floor = statistics.median(asked[FLOOR])
    lines = []
    for name, found in asked.items():
        cpu = statistics.median(found)
        kept = "" if name == FLOOR else f"{LIMIT:g} s" + ("" if cpu <= LIMIT else ": **not kept**")
        lines.append(f"| {name} | {cpu:.2f} | {cpu / floor:.1f} | {kept} |")
    return "\n".join(
        [
            "# Following a number of a long export",
            "",
            f"Measured by `make bench-long`: a made-up export of {rows:,} rows, "
            f"{rows // VISITS:,} patients with {VISITS} visits each, and the {edges:,} edges from "
            f"derived values to its cells; {os.cpu_count()} cores, {memory:.0f} GB, Python "
            f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end; medians of "
            f"{len(asked[FLOOR])} rounds, in CPU seconds, start-up included. The number is of all "
            "patients at one visit, the cell is of one patient.",
            "",
            "| | CPU s | to the floor | limit |",
            "| --- | ---: | ---: | ---: |",
            *lines,
            "",
            "What the stages cost before that, once each:",
            "",
            "| stage | CPU s |",
            "| --- | ---: |",
            *(f"| {name} | {cpu:.1f} |" for name, (cpu, *_) in made.items()),
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dry", action="store_true", help="print the page, do not write it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        write_project(folder, chosen.rows)
        made = stages(folder)
        asked: dict[str, list[float]] = {}
        for _ in range(chosen.rounds):
            for what, command in commands(folder).items():
                asked.setdefault(what, []).append(cost(folder, *command)[0])
        text = page(folder, chosen.rows, made, asked)
    if not chosen.dry:
        PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
